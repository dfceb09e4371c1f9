import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLots } from '../../src/ledger/assignment.ts';
import { bookOf, expiry, LedgerBench, type Cash, type Holding } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob', 'carol', 'dave'];
const cash: readonly Cash[] = names.map((name) => [name, 'USD', 100_000] as const);
const holdings: readonly Holding[] = [['alice', 'SPX-C', 10, 0], ['bob', 'SPX-C', -6, 0], ['carol', 'SPX-C', -3, 0], ['dave', 'SPX-C', -1, 0]];

describe('ledger.exercise', () => {
  const early = { account: 'alice', instrument: 'SPX-C', quantity: 5, delivery: 'physical', underlying: 'SPX' };

  it('assigns to shorts in proportion, the rest to the largest remainders', async () => {
    const bench = new LedgerBench(bookOf(names, holdings, cash));
    // 5 of 10: bob 3, carol 1.5, dave 0.5: remainders are equal, the first gets it: 3, 2, 0. 100 x 90 = 9000 each.
    expect(entries(await bench.apply('ledger.exercise', early)).slice(0, 3)).toEqual(['exercise alice USD -45000000000', 'exercise bob USD 27000000000', 'exercise carol USD 18000000000']);
    expect(names.map((name) => [bench.position(name, 'SPX-C')[0], bench.position(name, 'SPX')[0]])).toEqual([[5, 500], [-3, -300], [-1, -200], [-1, 0]]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('pays in cash what the option is in the money', async () => {
    const bench = new LedgerBench(bookOf(names, holdings, cash));
    // 2 x 100 x 7.5 = 1500: bob 1.2, carol 0.6, dave 0.2 of 2 lots: 1, 1, 0.
    expect(entries(await bench.apply('ledger.exercise', { account: 'alice', instrument: 'SPX-C', quantity: 2, price: 97.5 })).slice(0, 3)).toEqual([
      'exercise alice USD 1500000000', 'exercise bob USD -750000000', 'exercise carol USD -750000000',
    ]);
    await expect(bench.apply('ledger.exercise', { account: 'alice', instrument: 'SPX-C', quantity: 2, price: 90 })).rejects.toThrow(/not in the money/);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('by lot, and beyond what the book is short, against the clearing account', async () => {
    const bench = new LedgerBench(bookOf(names, [['alice', 'SPX-C', 1, 0], ['bob', 'SPX-C', -0.3, 0]], cash));
    const fields = { account: 'alice', instrument: 'SPX-C', quantity: 0.5, price: 91, assignment: { lot: 0.1 } };
    // 0.5 x 100 = 50; bob 0.3 x 100 = 30.
    expect(entries(await bench.apply('ledger.exercise', fields)).slice(0, 3)).toEqual(['exercise alice USD 50000000', 'exercise bob USD -30000000', 'exercise house/clearing USD -20000000']);
    expect(bench.position('alice', 'SPX-C')).toEqual([0.5, 0]);
    await expect(bench.apply('ledger.exercise', { ...fields, assignment: { lot: 0.2 } })).rejects.toThrow(/no multiple of the lot/);
    await bench.engine.close();
  });

  it('is for holders of American options that have not expired', async () => {
    const bench = new LedgerBench(bookOf(names, [...holdings, ['alice', 'SPX-EUR', 1, 0], ['alice', 'SPX-FUT', 1, 90]], cash));
    const ask = (fields: object, timeMs?: number) => bench.apply('ledger.exercise', { ...early, ...fields }, timeMs);
    await expect(ask({ quantity: 11 })).rejects.toThrow(/alice is long 10 SPX-C, less than 11/);
    await expect(ask({ account: 'bob' })).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await expect(ask({ account: 'nobody' })).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await expect(ask({ instrument: 'SPX-EUR' })).rejects.toThrow(/is European/);
    await expect(ask({ instrument: 'SPX-FUT' })).rejects.toThrow(/is no option/);
    await expect(ask({ assignment: { method: 'random' } })).rejects.toThrow(/assignment.seed/);
    await expect(ask({ assignment: { method: 'fifo' } })).rejects.toThrow(/method must be pro-rata or random, got "fifo"/);
    await expect(ask({}, expiry)).rejects.toThrow(/has expired/);
    await bench.engine.close();
  });
});

describe('assignment', () => {
  const shorts = fc.array(fc.bigInt({ min: 1n, max: 50n }), { minLength: 1, maxLength: 12 });

  it('hands out exactly what is exercised, to nobody more than his short', () => {
    fc.assert(
      fc.property(shorts, fc.nat(100), fc.constantFrom('pro-rata' as const, 'random' as const), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lots, percent, method, seed) => {
        const open = lots.reduce((sum, each) => sum + each, 0n);
        const exercised = (open * BigInt(percent)) / 100n;
        const assigned = assignLots(exercised, lots, method, seed);
        expect(assigned.reduce((sum, each) => sum + each, 0n)).toBe(exercised);
        expect(assigned.every((each, place) => each >= 0n && each <= lots[place])).toBe(true);
        expect(assignLots(exercised, lots, method, seed)).toEqual(assigned);
      }),
      { numRuns: 3_000 },
    );
  });

  it('at random: every lot as likely as any other', () => {
    // 3 of 10 lots, 20000 draws: a short of n lots gets 0.3 n on average. Standard deviation of a mean of 20000 draws,
    // n = 5: sqrt(5 x 0.3 x 0.7 x 5/9 / 20000) = 0.0054; five of them are 0.027.
    const sums = [0, 0, 0];
    for (let seed = 0n; seed < 20_000n; seed++) assignLots(3n, [5n, 3n, 2n], 'random', seed).forEach((lots, place) => (sums[place] += Number(lots)));
    [1.5, 0.9, 0.6].forEach((mean, place) => expect(Math.abs(sums[place] / 20_000 - mean)).toBeLessThan(0.027));
  });

  it('draws what it always drew', () => {
    // SplitMix64 from seed 1234567: 6457827717110365317, 3203168211198807973 (published first outputs of the reference).
    // Floyd, 2 of 100: first below 99: 6457827717110365317 mod 99 = 18; then below 100: 3203168211198807973 mod 100 = 73.
    expect([6457827717110365317n % 99n, 3203168211198807973n % 100n]).toEqual([18n, 73n]);
    const ones = Array.from({ length: 100 }, () => 1n);
    const assigned = assignLots(2n, ones, 'random', 1234567n);
    expect(assigned.flatMap((lots, place) => (lots === 1n ? [place] : []))).toEqual([18, 73]);
  });

  it('refuses more than is open', () => {
    expect(() => assignLots(11n, [5n, 5n], 'pro-rata', 0n)).toThrow(/11 lots cannot be assigned to 10/);
  });
});
