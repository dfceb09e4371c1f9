import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package throughout.
import { AccountEngine, type AccountEngineOptions, type Command, type Outcome } from '../../build/js/src/index.js';
import { sourcesOf, type SetKeys } from '../../src/account/set-status.ts';
import { accountNames, asOfMs, bookOf, params, randomNumbers, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const accounts = 5_000;
const random = randomNumbers(7);
const book = bookOf(syntheticRows(market, accounts, 20, 20261123), accountNames(accounts), Array.from({ length: accounts }, () => random() * 40));

/** Ticks down and up, and changes that open and close netting sets between them. */
function commands(): Command[] {
  const changing = randomNumbers(11);
  return Array.from({ length: 12 }, (_, step): Command => {
    const at = { id: `step-${step}`, timeMs: asOfMs + step * 60_000 };
    if (step % 3 === 2) {
      const changed = Array.from({ length: 40 }, () => Math.floor(changing() * (accounts + 20)));
      const cash = changed.map((row) => ({ account: row < accounts ? book.accountIds[row] : `new-${row}`, currency: changing() < 0.5 ? 'BTC' : 'USD', amount: changing() < 0.3 ? 0 : changing() * 20 }));
      return { ...at, kind: 'book', changes: { cash } };
    }
    const move = 1 + 0.2 * (changing() - 0.6);
    const indexPrice = Object.fromEntries([...market.indexPrice].map(([pair, price]) => [pair, price * move]));
    return { ...at, kind: 'tick', quotes: { forward: market.forward.map((price) => price * move), indexPrice } };
  });
}

const open: AccountEngine[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.close()));
});

async function run(options: Partial<AccountEngineOptions>): Promise<{ hash: string; outcomes: Outcome[] }> {
  const engine = AccountEngine.create({ market, book, params, ...options });
  open.push(engine);
  const outcomes: Outcome[] = [];
  for (const command of commands()) outcomes.push(await engine.apply(command));
  await engine.apply({ id: 'last', timeMs: asOfMs + 3_600_000, kind: 'tick' });
  return { hash: engine.stateHash(), outcomes };
}

describe('the account engine', () => {
  it('has the same events and the same hash for any number of workers, and in the JavaScript engine', async () => {
    const one = await run({ workers: 1 });
    const transitions = one.outcomes.reduce((sum, { batch }) => sum + batch!.transitions.count, 0);
    expect(transitions).toBeGreaterThan(accounts / 2);
    for (const options of [{ workers: 0 }, { workers: 3 }, { kernels: 'javascript' as const }]) expect(await run(options)).toEqual(one);
  });

  it('says with every tick which sets changed: levels follow from the events alone', async () => {
    const engine = AccountEngine.create({ market, book, params });
    open.push(engine);
    let levels = new Map<string, number>();
    for (const command of commands()) {
      const { batch } = await engine.apply(command);
      const { transitions } = batch!;
      const present = new Map<string, number>();
      const { account, currency } = engine.engine.setKeys;
      account.forEach((row, set) => present.set(`${row}/${currency[set]}`, levels.get(`${row}/${currency[set]}`) ?? 0));
      for (let place = 0; place < transitions.count; place++) {
        const key = `${transitions.account[place]}/${transitions.currency[place]}`;
        expect(present.get(key)).toBe(transitions.from[place]);
        present.set(key, transitions.to[place]);
      }
      levels = present;
      expect([...levels.values()]).toEqual([...engine.level]);
    }
  });
});

describe('sourcesOf', () => {
  it('finds every set that stays, whatever comes and goes', () => {
    const key = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 2 }));
    const table = fc.uniqueArray(key, { selector: String, maxLength: 30 }).map((keys) => keys.sort(([a, b], [c, d]) => a - c || b - d));
    const columns = (keys: readonly (readonly [number, number])[]): SetKeys => ({
      account: Uint32Array.from(keys, ([account]) => account), currency: Uint8Array.from(keys, ([, currency]) => currency),
    });
    fc.assert(fc.property(table, table, (old, next) => {
      const expected = next.map(([account, currency]) => old.findIndex(([a, c]) => a === account && c === currency));
      expect([...sourcesOf(columns(old), columns(next))]).toEqual(expected);
    }), { numRuns: 2_000 });
  });
});
