import { describe, expect, it } from 'vitest';
import { blackPrice } from '../../assembly/portable/black76.ts';
import { yearMs } from '../../src/domain/market.ts';
import { bookOfAccount, changesBetween, holdingsOf, type Holdings } from '../../src/whatif/holdings.ts';
import { markOf, withLeg, type Leg, type Terms } from '../../src/whatif/legs.ts';
import { asOfMs, bookOf, expiryMs, instrument, instruments, market } from '../convert/dollar-book.ts';

const linearFuture = instrument('ETH-LIN', {
  payoff: 'linear',
  baseCurrency: 'ETH',
  settlementCurrency: 'USD',
  contractSize: 2,
});
const spot = instrument('ETH_USD', {
  kind: 'spot',
  payoff: 'linear',
  baseCurrency: 'ETH',
  settlementCurrency: 'USD',
  contractSize: 1,
});
const quoted = market({
  instruments: [...instruments, linearFuture, spot],
  forward: Float64Array.of(50_000, 52_000, 52_000, 7_500, 2_500, 2_490),
  impliedVolatility: Float64Array.of(NaN, NaN, 0.5, 0.2, NaN, NaN),
  openInterest: new Float64Array(6),
  fields: new Map([['markPrice', Float64Array.of(NaN, NaN, 4_000, NaN, NaN, NaN)]]),
});
const terms: Terms = { market: quoted, usesMarkPrice: () => false, reportingCurrency: null };
const empty: Holdings = { positions: new Map(), orders: new Map(), cash: new Map() };

function after(start: Holdings, ...legs: Leg[]): Holdings {
  return legs.reduce((holdings, leg) => withLeg(holdings, leg, terms), start);
}

const trade = (name: string, quantity: number, price?: number): Leg => ({
  kind: 'trade',
  instrument: name,
  quantity,
  ...(price === undefined ? {} : { price }),
});

describe('trades of futures', () => {
  it('start at the price, or at the mark', () => {
    const bought = after(empty, trade('ETH-LIN', 3, 2_400));
    expect([...bought.positions]).toEqual([['ETH-LIN', { quantity: 3, entryPrice: 2_400 }]]);
    expect(after(empty, trade('ETH-LIN', -3)).positions.get('ETH-LIN')).toEqual({ quantity: -3, entryPrice: 2_500 });
    expect(after(empty, trade('ETH-LIN', -3)).cash.size).toBe(0);
  });

  it('that add average the entry: by contracts, of an inverse one harmonically', () => {
    // (3 · 2,400 + 1 · 2,800) / 4
    expect(after(empty, trade('ETH-LIN', 3, 2_400), trade('ETH-LIN', 1, 2_800)).positions.get('ETH-LIN')).toEqual({
      quantity: 4,
      entryPrice: 2_500,
    });
    // 300 / (100 / 40,000 + 200 / 50,000) = 300 / 0.0065
    const both = after(empty, trade('BTC-PERP', 100, 40_000), trade('BTC-PERP', 200, 50_000));
    expect(both.positions.get('BTC-PERP')!.entryPrice).toBeCloseTo(300 / 0.0065, 8);
    // So nothing is earned or lost by averaging: 1,000 (1/40,000 - 1/50,000) BTC either way.
    const { quantity, entryPrice } = both.positions.get('BTC-PERP')!;
    expect(quantity * 10 * (1 / entryPrice - 1 / 50_000)).toBeCloseTo(0.005, 15);
  });

  it('that reduce pay out what the closed part has earned', () => {
    const reduced = after(empty, trade('ETH-LIN', 5, 2_400), trade('ETH-LIN', -2, 2_450));
    expect(reduced.positions.get('ETH-LIN')).toEqual({ quantity: 3, entryPrice: 2_400 });
    // 2 contracts of 2 ETH earned 50 each.
    expect([...reduced.cash]).toEqual([['USD', 200]]);
    // A short: 400 contracts of 10 USD from 40,000 to 50,000, -4,000 (1/40,000 - 1/50,000) BTC.
    const covered = after(empty, trade('BTC-PERP', -1_000, 40_000), trade('BTC-PERP', 400, 50_000));
    expect(covered.positions.get('BTC-PERP')).toEqual({ quantity: -600, entryPrice: 40_000 });
    expect(covered.cash.get('BTC')).toBeCloseTo(-0.02, 15);
  });

  it('that turn the position start again at their price; that close it leave none', () => {
    const turned = after(empty, trade('ETH-LIN', 5, 2_400), trade('ETH-LIN', -7, 2_500));
    expect(turned.positions.get('ETH-LIN')).toEqual({ quantity: -2, entryPrice: 2_500 });
    expect([...turned.cash]).toEqual([['USD', 1_000]]);
    const closed = after(empty, trade('ETH-LIN', 5, 2_400), trade('ETH-LIN', -5, 2_500));
    expect([closed.positions.size, closed.cash.get('USD')]).toEqual([0, 1_000]);
  });
});

describe('trades of options and spot', () => {
  const years = (expiryMs - asOfMs) / yearMs;

  it('are paid for: dollars for a linear option and spot, coins at the forward for an inverse option', () => {
    expect([...after(empty, trade('SPX-DEC-7000-P', 2, 30)).cash]).toEqual([['USD', -6_000]]);
    expect([...after(empty, trade('SPX-DEC-7000-P', -2, 30)).cash]).toEqual([['USD', 6_000]]);
    expect([...after(empty, trade('ETH_USD', 4)).cash]).toEqual([['USD', -9_960]]);
    expect([...after(empty, trade('BTC-DEC-60000-C', 3, 2_600)).cash]).toEqual([['BTC', -0.15]]);
    expect([...after(empty, trade('BTC-DEC-60000-C', 3, 0)).cash]).toEqual([]);
  });

  it('at the mark: Black-76, or the mark price for a model that values options with it', () => {
    const value = blackPrice(1, 52_000, 60_000, 0.5 * Math.sqrt(years));
    expect(markOf(terms, 2)).toBe(value);
    expect(after(empty, trade('BTC-DEC-60000-C', 2)).cash.get('BTC')).toBeCloseTo((-2 * value) / 52_000, 15);
    expect(markOf({ ...terms, usesMarkPrice: () => true }, 2)).toBe(4_000);
    expect(markOf({ ...terms, usesMarkPrice: () => true }, 3)).toBeNaN();
    expect(markOf(terms, 0)).toBe(50_000);
  });

  it('keep the quantity and drop the position at 0', () => {
    const bought = after(empty, trade('SPX-DEC-7000-P', 2, 30), trade('SPX-DEC-7000-P', 3, 40));
    // The entry price is kept for models that ask for it: (2 · 30 + 3 · 40) / 5.
    expect(bought.positions.get('SPX-DEC-7000-P')).toEqual({ quantity: 5, entryPrice: 36 });
    const entryAfter = (quantity: number): number =>
      after(bought, trade('SPX-DEC-7000-P', quantity, 50)).positions.get('SPX-DEC-7000-P')!.entryPrice;
    expect([entryAfter(-1), entryAfter(-7)]).toEqual([36, 50]);
    const unknown = { ...empty, positions: new Map([['SPX-DEC-7000-P', { quantity: 2, entryPrice: 0 }]]) };
    expect(after(unknown, trade('SPX-DEC-7000-P', 3, 40)).positions.get('SPX-DEC-7000-P')!.entryPrice).toBe(0);
    expect(after(bought, trade('SPX-DEC-7000-P', -5, 50)).positions.size).toBe(0);
    expect(after(bought, trade('SPX-DEC-7000-P', -5, 50)).cash.get('USD')).toBe(-6_000 - 12_000 + 25_000);
  });
});

describe('a pooled account', () => {
  const pooled: Terms = { ...terms, reportingCurrency: 'USD' };

  it('pays another currency with its spot position', () => {
    const btc = instrument('BTC_USD', { ...spot, name: 'BTC_USD', baseCurrency: 'BTC', contractSize: 0.5 });
    const withCoin = { ...quoted, instruments: [...quoted.instruments, btc] };
    const held = withLeg(empty, trade('BTC-DEC-60000-C', 3, 2_600), { ...pooled, market: withCoin });
    expect(held.positions.get('BTC_USD')).toEqual({ quantity: -0.3, entryPrice: 0 });
    expect(held.cash.size).toBe(0);
    expect(withLeg(empty, trade('ETH_USD', 1), pooled).cash.get('USD')).toBe(-2_490);
  });

  it('cannot pay where there is none', () => {
    expect(() => withLeg(empty, trade('BTC-DEC-60000-C', 3, 2_600), pooled)).toThrow(
      'pooled in USD and cannot pay BTC: the market has no spot instrument of BTC in USD',
    );
  });
});

describe('orders and removals', () => {
  const order: Leg = { kind: 'order', instrument: 'ETH-LIN', quantity: 4, limitPrice: 2_300 };

  it('an order joins those that are there', () => {
    const start = { ...empty, orders: new Map([['ETH-LIN', [{ quantity: -1, limitPrice: 2_900 }]]]) };
    expect(after(start, order, order).orders.get('ETH-LIN')).toEqual([
      { quantity: -1, limitPrice: 2_900 },
      { quantity: 4, limitPrice: 2_300 },
      { quantity: 4, limitPrice: 2_300 },
    ]);
    expect(start.orders.get('ETH-LIN')).toHaveLength(1);
  });

  it('a removal closes at the mark and cancels; of nothing it is refused', () => {
    const removed = after(empty, trade('ETH-LIN', 5, 2_400), order, { kind: 'remove', instrument: 'ETH-LIN' });
    expect([removed.positions.size, removed.orders.size, removed.cash.get('USD')]).toEqual([0, 0, 1_000]);
    const cancelled = after(empty, order, { kind: 'remove', instrument: 'ETH-LIN' });
    expect([cancelled.orders.size, cancelled.cash.size]).toEqual([0, 0]);
    const removal: Leg = { kind: 'remove', instrument: 'ETH-LIN' };
    expect(() => after(empty, removal)).toThrow('no position and no order in ETH-LIN');
  });

  it('what the market does not have or cannot price is refused', () => {
    expect(() => after(empty, trade('NOPE', 1))).toThrow(expect.objectContaining({ code: 'InstrumentUnknown' }));
    const unpriced = { ...terms, market: { ...quoted, forward: new Float64Array(6).fill(NaN) } };
    expect(() => withLeg(empty, trade('ETH-LIN', 1), unpriced)).toThrow('ETH-LIN has no good mark');
    expect(() => withLeg(empty, trade('BTC-DEC-60000-C', 1), unpriced)).toThrow('BTC-DEC-60000-C has no good mark');
    expect(() => after(empty, trade('ETH-LIN', 1, 0))).toThrow('must be > 0');
  });
});

describe('holdings', () => {
  const book = bookOf({
    accountIds: ['x', 'y'],
    positions: [[1, 0, 5, 48_000], [0, 1, 3, 47_000], [1, 2, -2]],
    orders: [[1, 0, 1, 45_000], [0, 0, 9, 44_000], [1, 0, -2, 55_000]],
    cash: [[1, 0, 0.5], [0, 1, 7], [1, 1, 3]],
    addOns: [[1, 0, 0.1]],
    quarantined: [{ accountIndex: 1, reason: 'bad' }],
  });

  it('are one account\'s, by name', () => {
    const { positions, orders, cash } = holdingsOf(book, quoted, 1);
    expect([...positions]).toEqual([
      ['BTC-PERP', { quantity: 5, entryPrice: 48_000 }],
      ['BTC-DEC-60000-C', { quantity: -2, entryPrice: 0 }],
    ]);
    expect([...orders]).toEqual([
      ['BTC-PERP', [{ quantity: 1, limitPrice: 45_000 }, { quantity: -2, limitPrice: 55_000 }]],
    ]);
    expect([...cash]).toEqual([['BTC', 0.5], ['USD', 3]]);
  });

  it('a book of one account holds what the account holds', () => {
    const single = bookOfAccount(book, 1);
    expect(single.accountIds).toEqual(['y']);
    expect(holdingsOf(single, quoted, 0)).toEqual(holdingsOf(book, quoted, 1));
    expect(single.addOns!.amount).toEqual(Float64Array.of(0.1));
    expect(single.quarantined).toEqual([{ accountIndex: 0, reason: 'bad' }]);
    expect(bookOfAccount(bookOf({ cash: [[1, 1, 2]] }), 0)).not.toHaveProperty('orders');
  });

  it('changes name only what differs, and what is gone', () => {
    const start = holdingsOf(book, quoted, 1);
    const next = after(start, trade('BTC-PERP', -5), { kind: 'remove', instrument: 'BTC-PERP' }, trade('ETH_USD', 1));
    expect(changesBetween('y', start, next)).toEqual({
      positions: [
        { account: 'y', instrument: 'BTC-PERP', quantity: 0, entryPrice: 0 },
        { account: 'y', instrument: 'ETH_USD', quantity: 1, entryPrice: 2_490 },
      ],
      orders: [{ account: 'y', instrument: 'BTC-PERP', quantity: 0, limitPrice: 0 }],
      cash: [
        { account: 'y', currency: 'BTC', amount: 0.5 + 50 * (1 / 48_000 - 1 / 50_000) },
        { account: 'y', currency: 'USD', amount: 3 - 2_490 },
      ],
    });
    expect(changesBetween('y', start, start)).toEqual({ positions: [], orders: [], cash: [] });
  });
});
