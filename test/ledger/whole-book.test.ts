import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { params } from '../support/synthetic-book.ts';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { AccountModule } from '../../src/account/module.ts';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { bookOf, instruments, LedgerBench, market, type Cash, type Holding } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob', 'carol'];
const cash: readonly Cash[] = names.flatMap((name) => [[name, 'BTC', 10], [name, 'USD', 1000]] as const);

describe('ledger.funding', () => {
  it('longs pay shorts: inverse, as a venue example', async () => {
    // 10,000 dollars at a mark of 16,000 are 0.625 BTC; at 0.01% the payment is 0.0000625 BTC (pastorq.com/10809).
    const bench = new LedgerBench(bookOf(names, [['alice', 'BTC-PERP', 1000, 15_000], ['bob', 'BTC-PERP', -1000, 15_000]], cash));
    const outcome = await bench.apply('ledger.funding', { rates: { 'BTC-PERP': 0.0001 }, marks: { 'BTC-PERP': 16_000 } });
    expect(entries(outcome).slice(0, 2)).toEqual(['funding alice BTC -6250', 'funding bob BTC 6250']);
    expect([bench.balance('house/rounding', 'BTC'), bench.balance('house/clearing', 'BTC')]).toEqual([0n, 0n]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('linear, as a venue example over a minute', async () => {
    // Paradex: 0.0003 per eight hours on an index of 60,000 are 18; for 60 seconds 0.0375; on 0.5 of the coin 0.01875.
    const bench = new LedgerBench(bookOf(names, [['alice', 'SPX-PERP', 5, 90], ['bob', 'SPX-PERP', -5, 90]], cash));
    await bench.apply('tick', { quotes: { forward: { 'SPX-PERP': 60_000 }, fields: { fundingRate: { 'SPX-PERP': 0.0003 } } } });
    expect(entries(await bench.apply('ledger.funding', { intervalMs: 60_000 }))).toEqual(['funding alice USD -18750', 'funding bob USD 18750']);
    await bench.engine.close();
  });

  it('linear, with dust to the house: payers round up, receivers down', async () => {
    // Size 0.1, mark 100, rate 0.0001: 0.001 per contract. 1.00005 contracts pay 0.00100005: 1000.05 > 1001. The shorts
    // get 0.33335 x 1000 = 333.35 > 333 and 666.7 > 666. 1001 - 333 - 666 = 2 of dust.
    const holdings: readonly Holding[] = [['alice', 'SPX-PERP', 1.00005, 90], ['bob', 'SPX-PERP', -0.33335, 90], ['carol', 'SPX-PERP', -0.6667, 90]];
    const bench = new LedgerBench(bookOf(names, holdings, cash));
    const outcome = await bench.apply('ledger.funding', { rates: { 'SPX-PERP': 0.0001 } });
    expect(entries(outcome).slice(0, 4)).toEqual(['funding alice USD -1001', 'funding bob USD 333', 'funding carol USD 666', 'funding house/rounding USD 2']);
    // A negative rate: shorts pay.
    expect(entries(await bench.apply('ledger.funding', { rates: { 'SPX-PERP': -0.0001 } }))).toEqual([
      'funding alice USD 1000', 'funding bob USD -334', 'funding carol USD -667', 'funding house/rounding USD 1',
    ]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('takes the rates of the market, for the hours that are paid', async () => {
    // 0.0002 for eight hours, one hour: 0.000025. BTC: 400 x 10 / 50000 = 0.08 x 0.000025 = 200 satoshi.
    const bench = new LedgerBench(bookOf(names, [['alice', 'BTC-PERP', -400, 50_000], ['bob', 'SPX-PERP', 4000, 90]], cash));
    const outcome = await bench.apply('ledger.funding', { intervalMs: 3_600_000 });
    // SPX: 4000 x 0.1 x 100 x 0.000025 = 1. The other sides are outside the book.
    expect(entries(outcome).slice(0, 4)).toEqual(['funding alice BTC 200', 'funding bob USD -1000000', 'funding house/clearing BTC -200', 'funding house/clearing USD 1000000']);
    await bench.engine.close();
  });

  it('refuses what is no perpetual, and bad prices move no money', async () => {
    const bench = new LedgerBench(bookOf(names, [['alice', 'BTC-PERP', 1, 50_000], ['bob', 'BTC-PERP', -1, 50_000]], cash));
    await bench.apply('tick', { quotes: { forward: { 'BTC-PERP': null } } });
    const hash = bench.engine.stateHash();
    await expect(bench.apply('ledger.funding', { rates: { 'BTC-PERP': 0.0001 } })).rejects.toThrow(/BTC-PERP is held and has no mark: it is NaN/);
    await expect(bench.apply('ledger.funding', { rates: { 'SPX-FUT': 0.0001 } })).rejects.toThrow(/must name perpetuals/);
    await expect(bench.apply('ledger.funding', { rates: { 'BTC-PERP': 2 } })).rejects.toThrow(/rates.BTC-PERP must be a number in \[-1, 1\], got 2/);
    await expect(bench.apply('ledger.funding', { rates: { X: 0 } })).rejects.toMatchObject({ code: 'InstrumentUnknown' });
    expect(bench.engine.stateHash()).toBe(hash);
    await bench.engine.close();
  });
});

describe('ledger.variation', () => {
  it('pays the gain since entry and starts again at the mark', async () => {
    const holdings: readonly Holding[] = [
      ['alice', 'SPX-FUT', 2, 97.5], ['bob', 'SPX-FUT', -2, 97.5], ['alice', 'BTC-FUT', 300, 48_000], ['carol', 'BTC-FUT', -300, 48_000],
    ];
    const bench = new LedgerBench(bookOf(names, holdings, cash));
    // 2 x 50 x (100 - 97.5) = 250. 3000 x (1/48000 - 1/50000) = 0.0025 BTC.
    expect(entries(await bench.apply('ledger.variation')).slice(0, 4)).toEqual([
      'variation alice BTC 250000', 'variation alice USD 250000000', 'variation bob USD -250000000', 'variation carol BTC -250000',
    ]);
    expect([bench.position('alice', 'SPX-FUT'), bench.position('carol', 'BTC-FUT')]).toEqual([[2, 100], [-300, 50_000]]);
    expect([bench.balance('house/clearing', 'USD'), bench.balance('house/rounding', 'BTC')]).toEqual([0n, 0n]);
    expect(entries(await bench.apply('ledger.variation'))).toEqual([]);
    // Only what is named, at a price of its own: 2 x 50 x 0.01 = 1.
    expect(entries(await bench.apply('ledger.variation', { instrument: 'SPX-FUT', prices: { 'SPX-FUT': 100.01 } }))).toEqual(['variation alice USD 1000000', 'variation bob USD -1000000']);
    await expect(bench.apply('ledger.variation', { instrument: 'SPX' })).rejects.toThrow(/must name futures and perpetuals/);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('leaves equity as it was, but for rounding', async () => {
    const bench = new LedgerBench(bookOf(names, [['alice', 'SPX-FUT', 3, 91.7], ['alice', 'BTC-PERP', -77, 43_210]], cash));
    await bench.apply('tick');
    const before = bench.engine.engine.results.equity.slice();
    await bench.apply('ledger.variation');
    await bench.apply('tick');
    // At most one minor unit each: 1e-8 BTC, 1e-6 USD.
    bench.engine.engine.results.equity.forEach((equity, set) => expect(Math.abs(equity - before[set])).toBeLessThanOrEqual(1e-6));
    await bench.engine.close();
  });

  it('tells other modules, item by item', async () => {
    const heard: BookChanges[] = [];
    const listener: AccountModule = { name: 'listener', bookChanged: (changes) => void heard.push(changes), state: () => null, restore: () => {} };
    const module = new LedgerModule();
    // carol's entry is the mark already: nothing changes for her.
    const book = bookOf(names, [['alice', 'SPX-FUT', 2, 97.5], ['bob', 'SPX-FUT', -2, 97.5], ['carol', 'SPX-FUT', 1, 100]], [['alice', 'USD', 5], ['bob', 'USD', 500], ['carol', 'USD', 7]]);
    const engine = AccountEngine.create({ market: market(), book, params, modules: [module, listener] });
    const bench = new LedgerBench(book, {}, { module, engine });
    await bench.apply('ledger.variation');
    expect(heard).toEqual([{
      cash: [{ account: 'alice', currency: 'USD', amount: 255 }, { account: 'bob', currency: 'USD', amount: 250 }],
      positions: [{ account: 'alice', instrument: 'SPX-FUT', quantity: 2, entryPrice: 100 }, { account: 'bob', instrument: 'SPX-FUT', quantity: -2, entryPrice: 100 }],
    }]);
    await bench.engine.close();
  });
});

describe('conservation over random books', () => {
  const rows = ['BTC-PERP', 'SPX-PERP', 'SPX-FUT', 'BTC-FUT'].map((name) => instruments.findIndex((each) => each.name === name));
  const quantity = fc.double({ min: -1e4, max: 1e4, noNaN: true }).filter((value) => Math.abs(value) > 1e-6);
  const holding = fc.tuple(fc.nat(9), fc.constantFrom(...rows), quantity, fc.double({ min: 1, max: 1e5, noNaN: true }));

  it('funding and variation keep every sum at zero, and rounding below a minor unit per payment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(holding, { selector: ([account, row]) => `${account} ${row}`, maxLength: 40 }), fc.double({ min: -0.01, max: 0.01, noNaN: true }), async (held, rate) => {
        const accounts = Array.from({ length: 10 }, (_, index) => `A${index}`);
        const holdings = held.map(([account, row, contracts, price]): Holding => [`A${account}`, instruments[row].name, contracts, price]);
        const bench = new LedgerBench(bookOf(accounts, holdings, [['A0', 'BTC', 1]]));
        const before = bench.balance('house/rounding', 'BTC');
        await bench.apply('ledger.funding', { rates: { 'BTC-PERP': rate, 'SPX-PERP': rate / 2 } });
        await bench.apply('ledger.variation');
        bench.requireConserved();
        for (const currency of ['BTC', 'USD']) {
          const dust = bench.balance('house/rounding', currency) - (currency === 'BTC' ? before : 0n);
          expect(dust >= -1n && dust <= BigInt(2 * held.length + 2)).toBe(true);
        }
        await bench.engine.close();
      }),
      { numRuns: 300 },
    );
  });
});

describe('at 100,000 accounts', () => {
  it('funding adds up, account by account', async () => {
    const count = 100_000;
    const accounts = Array.from({ length: count }, (_, index) => `A${index}`);
    const perpetual = instruments.findIndex(({ name }) => name === 'SPX-PERP');
    // Account i is long or short 1 + i mod 97 contracts, in pairs: even accounts long, the next one short as much.
    const contracts = Float64Array.from(accounts, (_, index) => (index % 2 === 0 ? 1 : -1) * (1 + ((index >> 1) % 97)));
    const rows = Uint32Array.from(accounts.keys());
    const book = {
      ...bookOf(accounts, [], []),
      positions: { accountIndex: rows, instrumentIndex: new Uint32Array(count).fill(perpetual), quantity: contracts, entryPrice: new Float64Array(count).fill(99.5) },
      cash: { accountIndex: rows, currencyIndex: new Uint32Array(count).fill(1), amount: new Float64Array(count).fill(1000) },
    };
    const module = new LedgerModule();
    const engine = AccountEngine.create({ market: market(), book, params, modules: [module] });
    const bench = new LedgerBench(book, {}, { module, engine });
    const { batch } = await bench.apply('ledger.funding', { rates: { 'SPX-PERP': 0.0001 }, marks: { 'SPX-PERP': 100.00003 } });
    await bench.apply('ledger.variation', { instrument: 'SPX-PERP' });
    bench.requireConserved();
    // 0.1 x 100.00003 x 0.0001 = 0.0010000003 per contract: n contracts are 1000.0003 n; longs pay 1 more than shorts get.
    // Variation: 0.1 x 0.5 = 0.05 per contract.
    for (let index = 0; index < count; index++) {
      const size = BigInt(1 + ((index >> 1) % 97));
      const funding = index % 2 === 0 ? -(1000n * size + 1n) : 1000n * size;
      const variation = (index % 2 === 0 ? 50_000n : -50_000n) * size;
      if (module.ledger.balance(index, 1) !== 1_000_000_000n + funding + variation) throw new Error(`account ${index}: ${module.ledger.balance(index, 1)}`);
    }
    expect(bench.balance('house/rounding', 'USD')).toBe(50_000n);
    const { data } = batch!.events.find(({ kind }) => kind === 'posting-columns')!;
    expect(data).toMatchObject({ kind: 'funding', count: count + 1, currencies: ['BTC', 'USD'] });
    expect((data['amount'] as BigInt64Array)[0]).toBe(-1001n);
    await engine.close();
  });
});
