import { describe, expect, it } from 'vitest';
import { importBuilt } from '../../bench/built-package.ts';
import { varBook } from '../../bench/var/book.ts';
import { varMarket, varScenarios } from '../../bench/var/market.ts';
import type { BookRisk } from '../../src/risk/book-risk.ts';

const market = varMarket(120);
const book = varBook(market, 700, 6, 3);
const scenarios = varScenarios(500, 3);
const groups = { names: ['even', 'odd'], groupOf: Int32Array.from({ length: 700 }, (_, account) => account % 2) };

/** Everything but functions. */
function numbersOf({ accounts, groups: grouped, book: whole, bookPnl, counts, deepened }: BookRisk): unknown {
  return { accounts, grouped, whole, bookPnl, counts, deepened };
}

/** Worker threads need the built package. */
describe('bookRisk on worker threads', () => {
  it('gives the same bits for 0, 1 and 3 workers, WASM and JavaScript, any sizes', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const base = { market, book, scenarios, groups, levels: [0.99, 0.975] };
    const expected = numbersOf(await bookRisk(base));
    for (const workers of [1, 3]) {
      expect(numbersOf(await bookRisk({ ...base, workers, sizes: { chunk: 64 } }))).toEqual(expected);
      expect(numbersOf(await bookRisk({ ...base, workers, sizes: { tile: 24, block: 130, chunk: 50 } }))).toEqual(expected);
    }
    expect(numbersOf(await bookRisk({ ...base, workers: 2, kernels: 'javascript' }))).toEqual(expected);
  }, 60_000);

  it('stop when they are told to, and the next run is whole', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const stop = new AbortController();
    const large = { market, book: varBook(market, 6_000, 30, 3), scenarios: varScenarios(2_000, 3), kernels: 'javascript' as const, workers: 2 };
    const run = bookRisk({ ...large, sizes: { chunk: 16 }, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'Interrupted' });
    expect((await bookRisk({ market, book, scenarios, workers: 2 })).counts.evaluated).toBe(700);
  }, 60_000);

  it('ends its threads when the portfolios cannot be made', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    const run = bookRisk({ market, book, scenarios, workers: 2, pnlOf: ['nobody'] });
    expect(ports()).toBeGreaterThan(before);
    await expect(run).rejects.toMatchObject({ code: 'AccountUnknown' });
    expect(ports()).toBe(before);
  }, 60_000);
});
