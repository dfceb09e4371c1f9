import { describe, expect, it } from 'vitest';
import type { Storable } from '../../src/account/events.ts';
import { parseFeeSchedules } from '../../src/ledger/fees.ts';
import { params } from '../support/synthetic-book.ts';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { bookOf, expiry, instruments, LedgerBench, market, type Cash, type Holding } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob', 'carol'];
const cash: readonly Cash[] = names.flatMap((name) => [[name, 'BTC', 10], [name, 'USD', 100_000]] as const);
const feeSchedules = parseFeeSchedules({
  options: { tiers: [{ fromVolume: 0, maker: {}, taker: {} }], delivery: { ofNotional: 0.00015 }, optionCap: 0.125 },
});

function bench(holdings: readonly Holding[]): LedgerBench {
  return new LedgerBench(bookOf(names, holdings, cash), { feeSchedules });
}

const settle = (book: LedgerBench, fields: Record<string, Storable>, timeMs = expiry) => book.apply('ledger.settle', fields, timeMs);
/** Without the opening. */
const booked = async (...args: Parameters<typeof settle>) => entries(await settle(...args)).filter((each) => !each.startsWith('opening'));

describe('ledger.settle in cash', () => {
  it('futures, linear and inverse', async () => {
    const book = bench([['alice', 'SPX-FUT', 2, 97], ['bob', 'SPX-FUT', -2, 97], ['alice', 'BTC-FUT', 100, 40_000], ['bob', 'BTC-FUT', -100, 40_000]]);
    // 2 x 50 x (95.5 - 97) = -150.
    expect(await booked(book, { instrument: 'SPX-FUT', price: 95.5 })).toEqual(['settle alice USD -150000000', 'settle bob USD 150000000']);
    // 1000 x (1/40000 - 1/48000) = 0.004166666..: 416666.66 satoshi.
    expect(await booked(book, { instrument: 'BTC-FUT', price: 48_000 })).toEqual(['settle alice BTC 416666', 'settle bob BTC -416667', 'settle house/rounding BTC 1']);
    expect([book.position('alice', 'SPX-FUT'), book.position('bob', 'BTC-FUT')]).toEqual([[0, 0], [0, 0]]);
    book.requireConserved();
    await book.engine.close();
  });

  it('options in, at and out of the money', async () => {
    const options: readonly Holding[] = [['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', -3, 0], ['alice', 'SPX-P', 2, 0], ['carol', 'SPX-P', -2, 0]];
    const calls = bench(options);
    // Call 90 at 92.25: 3 x 100 x 2.25 = 675; the put pays nothing.
    expect(await booked(calls, { instruments: ['SPX-C', 'SPX-P'], price: 92.25 })).toEqual(['settle alice USD 675000000', 'settle bob USD -675000000']);
    const puts = bench(options);
    expect(await booked(puts, { instruments: ['SPX-C', 'SPX-P'], price: 89.5 })).toEqual(['settle alice USD 100000000', 'settle carol USD -100000000']);
    const atTheMoney = bench(options);
    expect(await booked(atTheMoney, { instruments: ['SPX-C', 'SPX-P'], price: 90 })).toEqual([]);
    expect(atTheMoney.position('alice', 'SPX-C')).toEqual([0, 0]);
    for (const each of [calls, puts, atTheMoney]) {
      each.requireConserved();
      await each.engine.close();
    }
  });

  it('inverse options pay coin, with delivery fees capped', async () => {
    const book = bench([['alice', 'BTC-C', 1, 0], ['bob', 'BTC-C', -1, 0]]);
    // (60000 - 50000) / 60000 = 0.1666..: 16666666.66 satoshi. Fee 0.00015 BTC each, below 12.5% of that.
    expect(await booked(book, { instrument: 'BTC-C', price: 60_000, schedule: 'options' })).toEqual([
      'settle alice BTC 16666666', 'settle bob BTC -16666667', 'settle house/rounding BTC 1',
      'fee alice BTC -15000', 'fee house/fees BTC 15000', 'fee bob BTC -15000', 'fee house/fees BTC 15000',
    ]);
    const cheap = bench([['alice', 'BTC-C', 1, 0], ['bob', 'BTC-C', -1, 0]]);
    // 50 / 50050 = 0.000999000..; an eighth is 0.000124875..: 12487.5 > 12488 satoshi.
    expect(await booked(cheap, { instrument: 'BTC-C', price: 50_050, schedule: 'options' })).toContain('fee alice BTC -12488');
    for (const each of [book, cheap]) await each.engine.close();
  });

  it('takes the average of a window, once it is over', async () => {
    const book = bench([['alice', 'BTC-FUT', 100, 50_000], ['bob', 'BTC-FUT', -100, 50_000]]);
    const average = { startMs: expiry - 40_000, endMs: expiry, stepMs: 10_000, timesMs: [expiry - 35_000, expiry - 20_000, expiry - 1_000], prices: [49_000, 50_000, 52_000] };
    // Fixings at 10 s: 49000, 20 s: 50000, 30 s: 50000, 40 s: 52000: 50250. 1000 x (1/50000 - 1/50250) = 0.0000995024..
    expect(await booked(book, { instrument: 'BTC-FUT', average })).toEqual(['settle alice BTC 9950', 'settle bob BTC -9951', 'settle house/rounding BTC 1']);
    const early = bench([['alice', 'BTC-FUT', 100, 50_000]]);
    await expect(settle(early, { instrument: 'BTC-FUT', average: { ...average, endMs: expiry + 10_000 } })).rejects.toThrow(/average is not complete: 4 of 5/);
    for (const each of [book, early]) await each.engine.close();
  });

  it('settles a book that does not hold both sides against the clearing account, and cancels orders', async () => {
    const book = bench([['alice', 'SPX-C', 3, 0]]);
    await book.apply('book', { changes: { orders: [{ account: 'bob', instrument: 'SPX-C', quantity: 1, limitPrice: 1 }, { account: 'alice', instrument: 'SPX-C', quantity: 1, limitPrice: 2 }] } as unknown as Storable });
    expect(await booked(book, { instrument: 'SPX-C', price: 91 })).toEqual(['settle alice USD 300000000', 'settle house/clearing USD -300000000']);
    expect(book.engine.engine.exportBook().orders).toBeUndefined();
    await book.engine.close();
  });

  it('refuses before expiry, without a price, of spot, and leaves no trace', async () => {
    const book = bench([['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', -3, 0]]);
    await book.apply('tick');
    const hash = book.engine.stateHash();
    await expect(settle(book, { instrument: 'SPX-C', price: 91 }, expiry - 1)).rejects.toThrow(/SPX-C has not expired/);
    await expect(settle(book, { instrument: 'SPX', price: 91 })).rejects.toThrow(/SPX is spot/);
    await expect(settle(book, { instrument: 'SPX-C' })).rejects.toThrow(/price must be/);
    await expect(settle(book, { instruments: ['SPX-C', 'SPX-C'], price: 91 })).rejects.toThrow(/none of them twice/);
    await expect(settle(book, { instrument: 'SPX-C', price: 91, delivery: 'physical' })).rejects.toThrow(/underlying must be a text/);
    await expect(settle(book, { instrument: 'SPX-C', price: 91, abandon: ['nobody'] })).rejects.toMatchObject({ code: 'AccountUnknown' });
    await expect(settle(book, { instrument: 'BTC-C', price: 91, delivery: 'physical', underlying: 'SPX' })).rejects.toThrow(/cannot be settled by delivery/);
    expect(book.engine.stateHash()).toBe(hash);
    await book.engine.close();
  });
});

describe('ledger.settle by delivery', () => {
  it('hands over the underlying against the strike', async () => {
    const book = bench([['alice', 'SPX-C', 2, 0], ['bob', 'SPX-C', -2, 0], ['carol', 'SPX-P', 1, 0], ['alice', 'SPX-P', -1, 0], ['bob', 'SPX', 150, 0]]);
    // Call 90 at 95: alice pays 200 x 90 = 18000 for 200; bob delivers 150 + 50 short. The put lapses.
    expect(await booked(book, { instruments: ['SPX-C', 'SPX-P'], price: 95, delivery: 'physical', underlying: 'SPX' })).toEqual(['settle alice USD -18000000000', 'settle bob USD 18000000000']);
    expect([book.position('alice', 'SPX'), book.position('bob', 'SPX'), book.position('carol', 'SPX-P')]).toEqual([[200, 0], [-50, 0], [0, 0]]);
    const puts = bench([['carol', 'SPX-P', 1, 0], ['alice', 'SPX-P', -1, 0]]);
    // Put 90 at 80: carol sells 100 at 90.
    expect(await booked(puts, { instrument: 'SPX-P', price: 80, delivery: 'physical', underlying: 'SPX' })).toEqual(['settle alice USD -9000000000', 'settle carol USD 9000000000']);
    expect([puts.position('alice', 'SPX'), puts.position('carol', 'SPX')]).toEqual([[100, 0], [-100, 0]]);
    for (const each of [book, puts]) {
      each.requireConserved();
      await each.engine.close();
    }
  });

  it('futures cost their entry price: gain and delivery in one', async () => {
    const book = bench([['alice', 'SPX-FUT', 1, 97], ['bob', 'SPX-FUT', -1, 98]]);
    // 50 x 97 = 4850 and 50 x 98 = 4900: the 50 between are what was realised before.
    expect(await booked(book, { instrument: 'SPX-FUT', price: 95, delivery: 'physical', underlying: 'SPX' })).toEqual([
      'settle alice USD -4850000000', 'settle bob USD 4900000000', 'settle house/clearing USD -50000000',
    ]);
    expect([book.position('alice', 'SPX'), book.position('bob', 'SPX')]).toEqual([[50, 0], [-50, 0]]);
    await book.engine.close();
  });

  it('exercises from the threshold on, and assigns less where longs let options lapse', async () => {
    const holdings: readonly Holding[] = [['alice', 'SPX-C', 6, 0], ['bob', 'SPX-C', -4, 0], ['carol', 'SPX-C', -2, 0]];
    const below = bench(holdings);
    expect(await booked(below, { instrument: 'SPX-C', price: 90.009, threshold: 0.01, delivery: 'physical', underlying: 'SPX' })).toEqual([]);
    const at = bench(holdings);
    expect(await booked(at, { instrument: 'SPX-C', price: 90.01, threshold: 0.01, delivery: 'physical', underlying: 'SPX' })).toHaveLength(3);
    const split = bench([['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', 3, 0], ['carol', 'SPX-C', -6, 0]]);
    // bob abandons: carol is assigned 3 of her 6.
    expect(await booked(split, { instrument: 'SPX-C', price: 95, delivery: 'physical', underlying: 'SPX', abandon: ['bob'] })).toEqual(['settle alice USD -27000000000', 'settle carol USD 27000000000']);
    const shared = bench([['alice', 'SPX-C', 5, 0], ['bob', 'SPX-C', -3, 0], ['carol', 'SPX-C', -2, 0]]);
    expect(await booked(shared, { instrument: 'SPX-C', price: 95, abandon: ['alice'] })).toEqual([]);
    for (const each of [below, at, split, shared]) await each.engine.close();
  });
});

describe('at 100,000 accounts', () => {
  it('settles a chain, account by account', async () => {
    const count = 100_000;
    const accounts = Array.from({ length: count }, (_, index) => `A${index}`);
    const [call, put] = ['BTC-C', 'BTC-P'].map((name) => instruments.findIndex((each) => each.name === name));
    // Even accounts are long, the next one short as much: 0.1 to 9.7 calls and as many puts.
    const sizes = Float64Array.from({ length: 2 * count }, (_, place) => (((place >> 1) % 2 === 0 ? 1 : -1) * (1 + ((place >> 2) % 97))) / 10);
    const book = {
      ...bookOf(accounts, [], []),
      positions: {
        accountIndex: Uint32Array.from(sizes, (_, place) => place >> 1),
        instrumentIndex: Uint32Array.from(sizes, (_, place) => (place % 2 === 0 ? call : put)),
        quantity: sizes,
        entryPrice: new Float64Array(2 * count),
      },
      cash: { accountIndex: Uint32Array.from(accounts.keys()), currencyIndex: new Uint32Array(count), amount: new Float64Array(count).fill(2) },
    };
    const module = new LedgerModule();
    const engine = AccountEngine.create({ market: market(), book, params, modules: [module] });
    const large = new LedgerBench(book, {}, { module, engine });
    await settle(large, { instruments: ['BTC-C', 'BTC-P'], price: 60_000 });
    large.requireConserved();
    expect(engine.engine.positionCount).toBe(0);
    // 10000 / 60000 = 1/6 coin per call: n tenths are n x 10^8 / 60 satoshi; longs round down, shorts pay up.
    let dust = 0n;
    for (let index = 0; index < count; index++) {
      const tenths = BigInt(1 + ((index >> 1) % 97)) * 100_000_000n;
      const paid = index % 2 === 0 ? tenths / 60n : -((tenths + 59n) / 60n);
      dust -= paid;
      if (module.ledger.balance(index, 0) !== 200_000_000n + paid) throw new Error(`account ${index}: ${module.ledger.balance(index, 0)}`);
    }
    expect(large.balance('house/rounding', 'BTC')).toBe(dust);
    await engine.close();
  });
});
