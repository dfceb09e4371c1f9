import { describe, expect, it } from 'vitest';
import { blackPrice } from '../../assembly/portable/black76.ts';
import { parseChain } from '../../src/chain/parse-chain.ts';
import { resolveChain } from '../../src/chain/resolve-chain.ts';
import {
  column, rowOf, tinyChain, tinyExpiry, tinyForward, tinyOutOfTheMoneyPrices, tinyStrikes,
} from '../support/tiny-chain.ts';
import type { TinyChainFile } from '../support/tiny-chain.ts';

function resolve(chain: TinyChainFile) {
  return resolveChain(parseChain(JSON.stringify(chain), 'tiny.json'));
}

function names(resolution: ReturnType<typeof resolveChain>): string[] {
  return resolution.market.instruments.map((instrument) => instrument.name);
}

describe('a linear chain', () => {
  const resolution = resolve(tinyChain('linear'));
  const { market } = resolution;

  it('keeps every good row', () => {
    expect(resolution).toMatchObject({ rows: 10, kept: 10, keptFromOtherSide: 0 });
    expect(resolution.dropped.size).toBe(0);
    expect(names(resolution).slice(0, 2)).toEqual(['XYZ-31DEC26-96-C', 'XYZ-31DEC26-96-P']);
  });

  it('finds the forward and the discount factor that the prices were made with', () => {
    expect(resolution.forwards).toHaveLength(1);
    expect(resolution.forwards[0].source).toBe('parity');
    expect(resolution.forwards[0].forward).toBeCloseTo(100, 10);
    expect(resolution.forwards[0].discountFactor).toBeCloseTo(0.98, 12);
    for (const forward of market.forward) expect(forward).toBeCloseTo(100, 10);
  });

  it('finds the published volatility: 5.637197779701664 is black(100, 100, 20%, half a year)', () => {
    const atTheMoney = names(resolution).indexOf('XYZ-31DEC26-100-C');
    expect(market.impliedVolatility[atTheMoney]).toBeCloseTo(0.2, 10);
  });

  it('gives call and put of a strike the volatility of the out-of-the-money side', () => {
    tinyStrikes.forEach((strike, index) => {
      const [call, put] = [market.impliedVolatility[2 * index], market.impliedVolatility[2 * index + 1]];
      expect(call).toBe(put);
      const price = blackPrice(strike >= 100 ? 1 : -1, 100, strike, call * Math.sqrt(0.5));
      expect(price).toBeCloseTo(tinyOutOfTheMoneyPrices[index], 9);
    });
  });

  it('takes terms, open interest and index price from the file', () => {
    expect(market.instruments[0]).toEqual({
      name: 'XYZ-31DEC26-96-C', kind: 'option', payoff: 'linear', baseCurrency: 'XYZ', quoteCurrency: 'USD',
      settlementCurrency: 'USD', contractSize: 1, expiryMs: Date.UTC(2026, 11, 31, 8), strike: 96, optionType: 'call',
    });
    expect(market.openInterest[0]).toBe(7);
    expect([...market.indexPrice]).toEqual([['xyz_usd', 100]]);
    expect(market.asOfMs).toBe(Date.UTC(2026, 6, 1, 20));
  });
});

describe('an inverse chain', () => {
  const resolution = resolve(tinyChain('inverse'));
  const { market } = resolution;

  it('has perpetual, future and options; the perpetual is the index price', () => {
    expect(names(resolution).slice(0, 3)).toEqual(['XYZ-PERPETUAL', 'XYZ-31DEC26', 'XYZ-31DEC26-96-C']);
    expect(market.instruments[0]).toMatchObject({
      kind: 'perpetual', expiryMs: null, contractSize: 10, settlementCurrency: 'XYZ',
    });
    expect(market.instruments[1]).toMatchObject({ kind: 'future', strike: null, optionType: null });
    expect([...market.indexPrice]).toEqual([['xyz_usd', 100]]);
    expect(market.impliedVolatility[0]).toBeNaN();
  });

  it('counts open interest of futures in contracts: 5,000 USD of 10 USD each', () => {
    expect([...market.openInterest.subarray(0, 3)]).toEqual([500, 25, 7]);
  });

  it('multiplies coin prices by the forward: the volatility is the same as in the linear chain', () => {
    const atTheMoney = names(resolution).indexOf('XYZ-31DEC26-100-P');
    expect(market.impliedVolatility[atTheMoney]).toBeCloseTo(0.2, 10);
  });

  it('takes the forward from the future, and from parity if the future has no bid', () => {
    const moved = tinyChain('inverse');
    moved.futures.rows[1] = [tinyExpiry, 100, 100.2, 250];
    expect(resolve(moved).forwards[0]).toMatchObject({ source: 'future', forward: 100.1 });
    moved.futures.rows[1] = [tinyExpiry, null, 100.2, 250];
    const withoutFuture = resolve(moved);
    expect(withoutFuture.forwards[0].source).toBe('parity');
    expect(withoutFuture.forwards[0].forward).toBeCloseTo(tinyForward, 10);
    expect([...withoutFuture.dropped]).toEqual([['no-bid', 1]]);
    expect(withoutFuture.kept).toBe(11);
  });

  it('does with the future alone where there are no pairs', () => {
    const chain = tinyChain('inverse');
    chain.options.rows = [rowOf(chain, 100, 'C')];
    expect(resolve(chain).market.impliedVolatility[2]).toBeCloseTo(0.2, 10);
  });

  it('needs a spot price or a perpetual', () => {
    const chain = tinyChain('inverse');
    chain.futures.rows.shift();
    expect(() => resolve(chain)).toThrow(expect.objectContaining({ code: 'ValueMissing' }));
  });
});

describe('fields of the market', () => {
  const fieldOf = (chain: TinyChainFile, field: 'markPrice' | 'openInterest', name: string): number => {
    const { market } = resolve(chain);
    return market.fields!.get(field)![market.instruments.findIndex((each) => each.name === name)];
  };

  it('mark price: the mid of the row itself, in quote currency, as it is quoted', () => {
    // 0.98 · 5.637197779701664 out of the money; in the money with its intrinsic value, 0.98 · (4 + 4).
    expect(fieldOf(tinyChain(), 'markPrice', 'XYZ-31DEC26-100-C')).toBeCloseTo(5.524453824107631, 12);
    expect(fieldOf(tinyChain(), 'markPrice', 'XYZ-31DEC26-104-P')).toBeCloseTo(7.84, 12);
    // In coin 5.637197779701664 / 100, times the future's mid of 100.
    expect(fieldOf(tinyChain('inverse'), 'markPrice', 'XYZ-31DEC26-100-C')).toBeCloseTo(5.637197779701664, 12);
    expect(fieldOf(tinyChain('inverse'), 'markPrice', 'XYZ-31DEC26')).toBeNaN();
  });

  it('mark price: unknown where the own quote is bad, though the row stays', () => {
    const chain = tinyChain();
    addStrike(chain);
    rowOf(chain, 106, 'P')[column.bid] = null;
    expect(fieldOf(chain, 'markPrice', 'XYZ-31DEC26-106-P')).toBeNaN();
    expect(fieldOf(chain, 'markPrice', 'XYZ-31DEC26-106-C')).toBeCloseTo(3.06, 12);
  });

  it('open interest: in contracts where it is known, unknown and not 0 where it is not', () => {
    const chain = tinyChain('inverse');
    rowOf(chain, 98, 'C')[column.openInterest] = null;
    rowOf(chain, 98, 'P')[column.openInterest] = 0;
    expect(fieldOf(chain, 'openInterest', 'XYZ-31DEC26-98-C')).toBeNaN();
    expect(fieldOf(chain, 'openInterest', 'XYZ-31DEC26-98-P')).toBe(0);
    expect(fieldOf(chain, 'openInterest', 'XYZ-31DEC26-96-C')).toBe(7);
    expect(fieldOf(chain, 'openInterest', 'XYZ-31DEC26')).toBe(25);
    const { market } = resolve(chain);
    expect(market.openInterest.every((contracts) => contracts >= 0)).toBe(true);
  });
});

/** Each case spoils a good chain; the rest of the rows must stay. */
const filterCases: [string, 'linear' | 'inverse', (chain: TinyChainFile) => void, Record<string, number>][] = [
  ['an expired option', 'linear', (c) => { c.options.rows.push(['2026-07-01', 100, 'C', 1, 2, 0]); }, { expired: 1 }],
  ['an expired future', 'inverse', (c) => { c.futures.rows.push(['2026-07-01', 99, 101, 0]); }, { expired: 1 }],
  ['four pairs only', 'linear', (c) => { c.options.rows.splice(0, 2); }, { 'no-forward': 8 }],
  ['a future 0.3% away from parity', 'inverse', (c) => { c.futures.rows[1] = [tinyExpiry, 100.2, 100.4, 1]; },
    { 'expiry-fails-parity': 10 }],
  ['a discount factor of 1.03', 'linear', (c) => { scaleOptions(c, 1.03 / 0.98); }, { 'expiry-fails-parity': 10 }],
  ['two stale strikes of five', 'linear', (c) => { shift(c, 96, 'P', 0.5); shift(c, 104, 'C', 0.6); },
    { 'expiry-fails-parity': 10 }],
  ['one stale strike of five', 'linear', (c) => { shift(c, 96, 'P', 0.5); }, { 'strike-fails-parity': 2 }],
  ['a crossed quote out of the money', 'linear', (c) => { swap(c, 96, 'P'); addStrike(c); },
    { 'crossed-quote': 1, 'other-side-unusable': 1 }],
  ['no bid out of the money', 'linear', (c) => { addStrike(c); rowOf(c, 106, 'C')[column.bid] = 0; },
    { 'no-bid': 1, 'other-side-unusable': 1 }],
  ['a locked quote out of the money', 'linear',
    (c) => { addStrike(c); rowOf(c, 106, 'C').splice(column.bid, 2, 3, 3); },
    { 'locked-quote': 1, 'other-side-unusable': 1 }],
  ['no ask out of the money', 'linear', (c) => { addStrike(c); rowOf(c, 106, 'C')[column.ask] = null; },
    { 'no-ask': 1, 'other-side-unusable': 1 }],
  ['a spread too wide', 'linear', (c) => { addStrike(c); rowOf(c, 106, 'C').splice(column.bid, 2, 1, 3.1); },
    { 'wide-spread': 1, 'other-side-unusable': 1 }],
  ['an in-the-money row alone', 'linear', (c) => { c.options.rows.push([tinyExpiry, 106, 'P', 8, 9, 0]); },
    { 'other-side-unusable': 1 }],
  ['a call worth more than its forward', 'linear', (c) => { c.options.rows.push([tinyExpiry, 106, 'C', 98, 99, 0]); },
    { 'price-without-volatility': 1 }],
  ['a volatility of 0.4%', 'linear', (c) => { c.options.rows.push([tinyExpiry, 100.1, 'C', 0.06, 0.07, 0]); },
    { 'volatility-out-of-band': 1 }],
  ['a volatility of 600%', 'linear', (c) => { c.options.rows.push([tinyExpiry, 100.1, 'C', 94, 94.1, 0]); },
    { 'volatility-out-of-band': 1 }],
];

function scaleOptions(chain: TinyChainFile, factor: number): void {
  for (const row of chain.options.rows) {
    row[column.bid] = (row[column.bid] as number) * factor;
    row[column.ask] = (row[column.ask] as number) * factor;
  }
}

function shift(chain: TinyChainFile, strike: number, optionType: 'C' | 'P', by: number): void {
  const row = rowOf(chain, strike, optionType);
  row[column.bid] = (row[column.bid] as number) + by;
  row[column.ask] = (row[column.ask] as number) + by;
}

function swap(chain: TinyChainFile, strike: number, optionType: 'C' | 'P'): void {
  const row = rowOf(chain, strike, optionType);
  [row[column.bid], row[column.ask]] = [row[column.ask]!, row[column.bid]!];
}

/** A sixth strike, so that five good pairs are left when one is spoilt: C - P = 0.98 · (100 - 106) = -5.88. */
function addStrike(chain: TinyChainFile): void {
  chain.options.rows.push([tinyExpiry, 106, 'C', 3, 3.12, 7], [tinyExpiry, 106, 'P', 8.88, 9, 7]);
}

describe('filters', () => {
  it.each(filterCases)('drop %s (%s)', (_name, payoff, spoil, expected) => {
    const chain = tinyChain(payoff);
    spoil(chain);
    const resolution = resolve(chain);
    expect(Object.fromEntries(resolution.dropped)).toEqual(expected);
    const dropped = Object.values(expected).reduce((sum, count) => sum + count, 0);
    expect(resolution.kept + dropped).toBe(chain.options.rows.length + chain.futures.rows.length);
    expect(resolution.kept).toBe(resolution.market.instruments.length);
  });

  it('keep a row whose own quote is bad if the out-of-the-money side is good', () => {
    const chain = tinyChain();
    addStrike(chain);
    rowOf(chain, 106, 'P')[column.bid] = null;
    const resolution = resolve(chain);
    expect(resolution).toMatchObject({ kept: 12, keptFromOtherSide: 1 });
    expect(resolution.dropped.size).toBe(0);
    expect(resolution.market.impliedVolatility[11]).toBe(resolution.market.impliedVolatility[10]);
  });

  it('drop a stale strike without a pair by its neighbours', () => {
    const chain = tinyChain();
    // Calls at 5.0 ... 4.4, falling by 0.1 per strike, and one of them 40% too dear.
    const prices = [4.0, 3.9, 3.8, 3.7 * 1.4, 3.6, 3.5, 3.4];
    prices.forEach((price, index) => {
      chain.options.rows.push([tinyExpiry, 104.5 + index / 4, 'C', price, price + 0.02, 0]);
    });
    const resolution = resolve(chain);
    expect([...resolution.dropped]).toEqual([['off-the-smile', 1]]);
    expect(names(resolution)).not.toContain('XYZ-31DEC26-105.25-C');
  });
});
