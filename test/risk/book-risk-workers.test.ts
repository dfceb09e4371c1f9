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

function ports(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
}

/** Worker threads need the built package. */
describe('bookRisk on worker threads', () => {
  it('gives the same bits for 0, 1 and 3 workers, WASM and JavaScript, any sizes', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const base = { market, book, scenarios, groups, levels: [0.99, 0.975] };
    const expected = numbersOf(await bookRisk(base));
    for (const workers of [1, 3]) {
      expect(numbersOf(await bookRisk({ ...base, workers, sizes: { chunk: 64 } }))).toEqual(expected);
      expect(numbersOf(await bookRisk({ ...base, workers, sizes: { tile: 24, block: 130, batch: 37, chunk: 50 } }))).toEqual(expected);
    }
    expect(numbersOf(await bookRisk({ ...base, workers: 2, kernels: 'javascript' }))).toEqual(expected);
  });

  it('selects again on the same threads where tails are too short', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    // The 200 wildest of 500 days, most of the worst of every account among them, weigh next to nothing.
    const wildness = (s: number): number => [0, 2, 4, 6].reduce((sum, factor) => sum + Math.abs(scenarios.moves[factor * 500 + s]), 0);
    const wild = new Set(Array.from({ length: 500 }, (_, s) => s).sort((a, b) => wildness(b) - wildness(a)).slice(0, 200));
    const weights = Float64Array.from({ length: 500 }, (_, s) => (wild.has(s) ? 1e-4 / 200 : (1 - 1e-4) / 300));
    const base = { market, book, scenarios: { ...scenarios, weights }, groups, levels: [0.99] };
    const expected = await bookRisk(base);
    expect(expected.deepened).toBeGreaterThan(100);
    expect(numbersOf(await bookRisk({ ...base, workers: 2 }))).toEqual(numbersOf(expected));
  });

  it('say what the calling thread says of P&L that is no usable number, and end', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const before = ports();
    const moves = scenarios.moves.slice();
    // The price of the first underlying, 1e260 times as high.
    moves[417] = 1e260;
    const base = { market, book, scenarios: { ...scenarios, moves } };
    const message = /^scenario 417: the P&L of one BTC is 6(\.\d+)?e\+264$/;
    for (const options of [{}, { workers: 2 }, { workers: 2, kernels: 'javascript' as const }]) {
      await expect(bookRisk({ ...base, ...options })).rejects.toThrow(message);
    }
    expect(ports()).toBe(before);
  });

  it('stop when they are told to, and the next run is whole', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const stop = new AbortController();
    const large = { market, book: varBook(market, 6_000, 30, 3), scenarios: varScenarios(2_000, 3), kernels: 'javascript' as const, workers: 2 };
    const run = bookRisk({ ...large, sizes: { chunk: 16 }, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'Interrupted' });
    expect((await bookRisk({ market, book, scenarios, workers: 2 })).counts.evaluated).toBe(700);
  });

  it('ends its threads when the portfolios cannot be made', async () => {
    const { bookRisk } = await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk');
    const before = ports();
    const run = bookRisk({ market, book, scenarios, workers: 2, pnlOf: ['nobody'] });
    expect(ports()).toBeGreaterThan(before);
    await expect(run).rejects.toMatchObject({ code: 'AccountUnknown' });
    expect(ports()).toBe(before);
    const wrong = { ...book, positions: { ...book.positions, quantity: book.positions.quantity.map((each, p) => (p === 5 ? NaN : each)) } };
    await expect(bookRisk({ market, book: wrong, scenarios, workers: 2 })).rejects.toMatchObject({ code: 'ValueNotFinite' });
    expect(ports()).toBe(before);
  });
});
