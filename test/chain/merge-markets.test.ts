import { describe, expect, it } from 'vitest';
import { mergeMarkets } from '../../src/chain/merge-markets.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';

const day = 86_400_000;

function option(name: string, expiryMs: number): Instrument {
  return {
    name, kind: 'option', payoff: 'linear', baseCurrency: name, quoteCurrency: 'USD', settlementCurrency: 'USD',
    contractSize: 1, expiryMs, strike: 100, optionType: 'call',
  };
}

function market(name: string, asOfMs: number, expiryMs: number, volatility: number): Market {
  return {
    asOfMs,
    instruments: [option(name, expiryMs)],
    forward: Float64Array.of(100),
    impliedVolatility: Float64Array.of(volatility),
    indexPrice: new Map([[`${name.toLowerCase()}_usd`, 99]]),
    openInterest: Float64Array.of(5),
  };
}

describe('mergeMarkets', () => {
  it('takes the later time and keeps volatility times the square root of time', () => {
    // Four days to expiry become one: half the root, twice the volatility.
    const merged = mergeMarkets(market('A', 0, 4 * day, 0.2), market('B', 3 * day, 7 * day, 0.5));
    expect(merged.asOfMs).toBe(3 * day);
    expect([...merged.impliedVolatility]).toEqual([0.4, 0.5]);
    expect([...merged.indexPrice]).toEqual([['a_usd', 99], ['b_usd', 99]]);
    expect([...merged.openInterest]).toEqual([5, 5]);
    expect(merged.instruments.map((instrument) => instrument.name)).toEqual(['A', 'B']);
  });

  it('joins the fields; what one market does not have is unknown there', () => {
    const first = { ...market('A', 0, day, 0.2), fields: new Map([['markPrice', Float64Array.of(7)]] as const) };
    const second = { ...market('B', 0, day, 0.5), fields: new Map([['openInterest', Float64Array.of(5)]] as const) };
    expect([...mergeMarkets(first, second).fields!]).toEqual([
      ['markPrice', Float64Array.of(7, NaN)],
      ['openInterest', Float64Array.of(NaN, 5)],
    ]);
    expect(mergeMarkets(market('A', 0, day, 0.2), market('B', 0, day, 0.5))).not.toHaveProperty('fields');
  });

  it('takes another time on request', () => {
    const merged = mergeMarkets(market('A', 0, 4 * day, 0.2), market('B', 3 * day, 4 * day, 0.5), 0);
    expect([...merged.impliedVolatility]).toEqual([0.2, 0.25]);
  });

  it('leaves instruments without expiry alone', () => {
    const terms = { kind: 'perpetual', expiryMs: null, strike: null, optionType: null } as const;
    const perpetual = { ...market('P', 0, 0, NaN), instruments: [{ ...option('P', 0), ...terms }] };
    const merged = mergeMarkets(perpetual, market('B', day, 2 * day, 0.5));
    expect(merged.impliedVolatility[0]).toBeNaN();
  });

  it('refuses what would have expired', () => {
    expect(() => mergeMarkets(market('A', 0, 3 * day, 0.2), market('B', 3 * day, 7 * day, 0.5)))
      .toThrow(expect.objectContaining({
        code: 'ExpiryPassed', message: 'A has expired by the common time 1970-01-04T00:00:00.000Z',
      }));
  });

  it('refuses one name twice and two prices of one index', () => {
    const first = market('A', 0, day, 0.2);
    expect(() => mergeMarkets(first, first)).toThrow(expect.objectContaining({ code: 'InstrumentDuplicate' }));
    const second = { ...market('B', 0, day, 0.2), indexPrice: new Map([['a_usd', 98]]) };
    expect(() => mergeMarkets(first, second)).toThrow(expect.objectContaining({ code: 'ValueInvalid' }));
  });
});
