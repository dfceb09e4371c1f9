import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blackPrice } from '../../assembly/portable/black76.ts';
import {
  IMPLIED_ABOVE_MAXIMUM, IMPLIED_BELOW_INTRINSIC, IMPLIED_INVALID, IMPLIED_OK, impliedStandardDeviation,
  impliedVolatilityStatus,
} from '../../assembly/portable/implied-volatility.ts';
import * as oracle from '../support/decimal-normal.ts';

const { Decimal } = oracle;

/**
 * The error of v in units of max(1, price / (v vega)) 2^-53. The exact v is one Newton step in decimals away: the
 * step is about 1e-14 of v, so its own error is 1e-28.
 */
function errorOf(sign: 1 | -1, forward: number, strike: number, price: number): number {
  const v = impliedStandardDeviation(sign, forward, strike, price);
  const values = oracle.black(sign, forward, strike, 1, v, 0);
  const step = values.price.minus(oracle.exact(price)).div(values.vega);
  const condition = oracle.exact(price).div(values.vega.times(oracle.exact(v)));
  return step.div(oracle.exact(v)).abs().div(Decimal.max(1, condition)).times(2 ** 53).toNumber();
}

describe('accuracy', () => {
  it.each([0.0005, 0.01, 0.1, 0.39, 0.41, 1, 3])('out of the money, v = %s: within 30 max(1, cond) 2^-53', (v) => {
    for (const h of [0, 1e-3, 0.3, 1, 2.5, 6, 15, 25]) {
      const strike = 100 * Math.exp(h * v);
      expect(errorOf(1, 100, strike, blackPrice(1, 100, strike, v)), `h = ${h}`).toBeLessThanOrEqual(30);
    }
  });

  it('in the money: the digits that the price still has', () => {
    for (const strike of [80, 95, 99.9]) {
      expect(errorOf(1, 100, strike, blackPrice(1, 100, strike, 0.2))).toBeLessThanOrEqual(30);
    }
  });

  it('the comparison can fail: a price that is 1e-12 off is noticed', () => {
    const price = blackPrice(1, 100, 110, 0.2);
    const v = impliedStandardDeviation(1, 100, 110, price * (1 + 1e-12));
    const values = oracle.black(1, 100, 110, 1, v, 0);
    const step = values.price.minus(oracle.exact(price)).div(values.vega).div(oracle.exact(v)).abs();
    expect(step.times(2 ** 53).toNumber()).toBeGreaterThan(300);
  });

  it('iv(5.637197779701664, F = K = 100, T = 0.5) = 0.2 (py_lets_be_rational tests)', () => {
    expect(impliedStandardDeviation(1, 100, 100, 5.637197779701664) / Math.sqrt(0.5)).toBeCloseTo(0.2, 14);
  });

  it('tiny prices', () => {
    for (const price of [1e-310, 1e-250, 1e-200, 1e-50]) {
      const v = impliedStandardDeviation(1, 100, 150, price);
      const gap = oracle.exact(price).div(oracle.blackPrice(1, 100, 150, v)).ln();
      expect(gap.abs().toNumber(), `${price}`).toBeLessThan(1e-9);
    }
    for (const price of [5e-324, 1e-310]) {
      expect(impliedStandardDeviation(1, 100, 100, price)).toBeGreaterThan(0);
      expect(impliedStandardDeviation(1, 100, 150, price)).toBeCloseTo(0.0106, 3);
    }
  });
});

describe('boundaries', () => {
  const cases = [
    [1, 100, 90, 9.99, IMPLIED_BELOW_INTRINSIC],
    [1, 100, 90, 10, IMPLIED_OK],
    [-1, 90, 100, 9.99, IMPLIED_BELOW_INTRINSIC],
    [1, 100, 110, -0.01, IMPLIED_BELOW_INTRINSIC],
    [1, 100, 110, 0, IMPLIED_OK],
    [1, 100, 110, 100, IMPLIED_ABOVE_MAXIMUM],
    [1, 100, 110, 99.9, IMPLIED_OK],
    [1, 100, 90, 100, IMPLIED_ABOVE_MAXIMUM],
    [-1, 100, 90, 90, IMPLIED_ABOVE_MAXIMUM],
    [-1, 100, 110, 110, IMPLIED_ABOVE_MAXIMUM],
    [1, NaN, 100, 1, IMPLIED_INVALID],
    [1, 100, 100, NaN, IMPLIED_INVALID],
    [1, 100, 100, Infinity, IMPLIED_INVALID],
    [1, 0, 100, 1, IMPLIED_INVALID],
    [1, 100, -1, 1, IMPLIED_INVALID],
  ] as const;

  it.each(cases)('sign %s, F %s, K %s, price %s: status %s', (sign, forward, strike, price, status) => {
    expect(impliedVolatilityStatus(sign, forward, strike, price)).toBe(status);
    const v = impliedStandardDeviation(sign, forward, strike, price);
    if (status === IMPLIED_OK) expect(v).toBeGreaterThanOrEqual(0);
    else expect(v).toBeNaN();
  });

  it('the intrinsic value has the volatility 0', () => {
    expect(impliedStandardDeviation(1, 100, 90, 10)).toBe(0);
    expect(impliedStandardDeviation(-1, 100, 90, 0)).toBe(0);
  });
});

it('round trip: the price of the implied volatility is the price', () => {
  fc.assert(fc.property(
    fc.constantFrom(1 as const, -1 as const),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.double({ min: 1e-3, max: 4, noNaN: true }),
    (sign, forward, moneyness, v) => {
      const strike = forward * Math.exp(moneyness);
      const price = blackPrice(sign, forward, strike, v);
      if (impliedVolatilityStatus(sign, forward, strike, price) !== IMPLIED_OK) return;
      const again = blackPrice(sign, forward, strike, impliedStandardDeviation(sign, forward, strike, price));
      expect(Math.abs(again - price)).toBeLessThanOrEqual(1e-13 * Math.max(forward, strike));
      const isOutside = sign * (forward - strike) <= 0;
      if (isOutside && price > 1e-300) expect(Math.abs(again / price - 1)).toBeLessThanOrEqual(1e-12);
    },
  ));
});
