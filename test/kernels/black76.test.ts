import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blackDelta, blackGamma, blackOtm, blackPrice, blackRho, blackTheta, blackVanna, blackVega, blackVolga,
  netTransactionDelta, SERIES_LIMIT,
} from '../../assembly/portable/black76.ts';
import { exp } from '../../assembly/portable/exp.ts';
import * as oracle from '../support/decimal-normal.ts';
import { between, seededRandom } from '../support/seeded-random.ts';

const epsilon = 2 ** -52;

interface Option {
  readonly sign: 1 | -1;
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly rate: number;
}

/** Minutes to years, 1% to 300%, strikes from the money to 30 standard deviations away. */
function randomOptions(count: number, seed: number): Option[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const years = 10 ** between(random, -5, 0.7);
    const volatility = 10 ** between(random, -2, 0.5);
    const forward = 10 ** between(random, -3, 5);
    const h = between(random, -1, 1) ** 3 * 30;
    const strike = forward * Math.exp(h * volatility * Math.sqrt(years));
    return { sign: random() < 0.5 ? 1 : -1, forward, strike, years, volatility, rate: between(random, -0.02, 0.1) };
  });
}

describe('price against 60-digit arithmetic', () => {
  const cases = randomOptions(150, 1).map(({ sign, forward, strike, years, volatility }) => {
    const v = volatility * Math.sqrt(years);
    const h = Math.abs(Math.log(strike / forward)) / v;
    return { sign, forward, strike, v, h, expected: oracle.blackPrice(sign, forward, strike, v) };
  });

  it('risk tier: |error| <= 4 * 2^-52 max(F, K)', () => {
    for (const { sign, forward, strike, v, expected } of cases) {
      const error = oracle.absoluteError(blackPrice(sign, forward, strike, v), expected);
      expect(error / Math.max(forward, strike)).toBeLessThanOrEqual(4 * epsilon);
    }
  });

  it('risk tier: relative error <= 1e-12 out of the money for h <= 8 and v >= 0.01', () => {
    for (const { sign, forward, strike, v, h, expected } of cases) {
      if (h > 8 || v < 0.01 || sign * (forward - strike) > 0) continue;
      expect(oracle.relativeError(blackPrice(sign, forward, strike, v), expected)).toBeLessThanOrEqual(1e-12);
    }
  });

  it('reference tier: relative error <= (8 + 6 h^2) 2^-53 + 1e-15 where the series is used', () => {
    let checked = 0;
    for (const { sign, forward, strike, v, h, expected } of cases) {
      if (v >= SERIES_LIMIT || sign * (forward - strike) > 0 || expected.lessThan('1e-305')) continue;
      checked++;
      const bound = (8 + 6 * h * h) * (epsilon / 2) + 1e-15;
      expect(oracle.relativeError(blackPrice(sign, forward, strike, v), expected)).toBeLessThanOrEqual(bound);
    }
    expect(checked).toBeGreaterThan(30);
  });

  it('far prices: a normal number though the density itself is not', () => {
    // 37.9 standard deviations out: e^(-h^2/2) is below the smallest normal number, times a forward of 1e12 it is
    // not.
    const forward = 1e12;
    const strike = forward * Math.exp(37.9 * 0.02);
    const h = Math.log(strike / forward) / 0.02;
    expect(Math.exp((-h * h) / 2)).toBeLessThan(2 ** -1022);
    const expected = oracle.blackPrice(1, forward, strike, 0.02);
    expect(expected.greaterThan('2.3e-308')).toBe(true);
    const bound = (8 + 6 * h * h) * (epsilon / 2);
    expect(oracle.relativeError(blackPrice(1, forward, strike, 0.02), expected)).toBeLessThan(bound);
  });

  it('the comparison can fail: the textbook formula in doubles misses the reference tier', () => {
    const [forward, strike, v] = [100, 100.01, 1e-4];
    const cdf = (z: number): number => oracle.cdf(oracle.exact(z)).toNumber();
    const d1 = Math.log(forward / strike) / v + v / 2;
    const textbook = forward * cdf(d1) - strike * cdf(d1 - v);
    const expected = oracle.blackPrice(1, forward, strike, v);
    expect(oracle.relativeError(textbook, expected)).toBeGreaterThan(1e-13);
    expect(oracle.relativeError(blackPrice(1, forward, strike, v), expected)).toBeLessThan(3e-15);
  });
});

describe('greeks against 60-digit arithmetic', () => {
  const cases = randomOptions(100, 2).map((option) => {
    const { sign, forward, strike, years, volatility, rate } = option;
    return { ...option, values: oracle.black(sign, forward, strike, years, volatility, rate) };
  }).filter(({ values }) => values.vega.greaterThan('1e-300') && values.gamma.greaterThan('1e-300'));

  it('delta within 5e-16', () => {
    for (const { sign, forward, strike, years, volatility, rate, values } of cases) {
      const delta = exp(-rate * years) * blackDelta(sign, forward, strike, volatility * Math.sqrt(years));
      expect(oracle.absoluteError(delta, values.delta)).toBeLessThanOrEqual(5e-16);
    }
  });

  it('gamma and vega within (4 + h^2) 2^-52 relative', () => {
    for (const { forward, strike, years, volatility, rate, values } of cases) {
      const bound = (4 + values.h.toNumber() ** 2) * epsilon;
      const gamma = blackGamma(forward, strike, years, volatility, rate);
      const vega = blackVega(forward, strike, years, volatility, rate);
      expect(oracle.relativeError(gamma, values.gamma)).toBeLessThanOrEqual(bound);
      expect(oracle.relativeError(vega, values.vega)).toBeLessThanOrEqual(bound);
    }
  });

  it('theta, rho, vanna and volga within the errors of their terms', () => {
    for (const { sign, forward, strike, years, volatility, rate, values } of cases) {
      const h = values.h.toNumber();
      const v = volatility * Math.sqrt(years);
      const vega = values.vega.toNumber();
      const relative = (6 + h * h) * epsilon;
      const priceError = 4 * epsilon * Math.max(forward, strike);
      const size = h + v / 2;
      const theta = blackTheta(sign, forward, strike, years, volatility, rate);
      expect(oracle.absoluteError(theta, values.theta))
        .toBeLessThanOrEqual((vega * volatility / (2 * years)) * relative + 2 * Math.abs(rate) * priceError);
      expect(oracle.absoluteError(blackRho(sign, forward, strike, years, volatility, rate), values.rho))
        .toBeLessThanOrEqual(2 * years * priceError);
      expect(oracle.absoluteError(blackVanna(forward, strike, years, volatility, rate), values.vanna))
        .toBeLessThanOrEqual((vega / (forward * v)) * size * (relative + 4 * epsilon));
      expect(oracle.absoluteError(blackVolga(forward, strike, years, volatility, rate), values.volga))
        .toBeLessThanOrEqual((vega / volatility) * size * size * (relative + 8 * epsilon));
    }
  });

  it('net transaction delta = delta - price / F, and F times the slope of the coin price', () => {
    const [forward, strike, v] = [62_000, 60_000, 0.3];
    const step = 1e-3;
    const coin = (F: number): number => blackPrice(-1, F, strike, v) / F;
    const slope = (forward * (coin(forward + step) - coin(forward - step))) / (2 * step);
    expect(netTransactionDelta(-1, forward, strike, v)).toBeCloseTo(slope, 7);
  });
});

describe('published values', () => {
  it('black(100, 100, 0.2, 0.5) = 5.637197779701664 (py_lets_be_rational tests)', () => {
    expect(blackPrice(1, 100, 100, 0.2 * Math.sqrt(0.5))).toBeCloseTo(5.637197779701664, 12);
  });

  it('normalised Black, F = 100, K = 95, T = 0.5, sigma = 0.3 (py_lets_be_rational tests)', () => {
    const v = 0.3 * Math.sqrt(0.5);
    expect(blackPrice(-1, 100, 95, v) / Math.sqrt(9500)).toBeCloseTo(0.061296663817558904, 13);
    expect(blackPrice(1, 100, 95, v) / Math.sqrt(9500)).toBeCloseTo(0.11259558142181655, 13);
  });

  it('QuantLib BlackCalculator: ATM call 7.965567455405804, put 110 on 100: 14.292010941409899', () => {
    expect(blackPrice(1, 100, 100, 0.2)).toBeCloseTo(7.965567455405804, 12);
    expect(blackPrice(-1, 100, 110, 0.2)).toBeCloseTo(14.292010941409899, 12);
  });

  it('Haug 1998, p. 2: call S = 60, K = 65, T = 0.25, r = 0.08, sigma = 0.3 is 2.1334', () => {
    const forward = 60 * Math.exp(0.02);
    expect(Math.exp(-0.02) * blackPrice(1, forward, 65, 0.15)).toBeCloseTo(2.1334, 4);
  });
});

describe('limits', () => {
  it('v = 0 gives the intrinsic value exactly and a delta of 0, 1/2 or 1', () => {
    const prices = [[1, 90], [1, 100], [1, 110], [-1, 90], [-1, 100], [-1, 110]] as const;
    expect(prices.map(([sign, strike]) => blackPrice(sign, 100, strike, 0))).toEqual([10, 0, 0, 0, 0, 10]);
    expect(prices.map(([sign, strike]) => blackDelta(sign, 100, strike, 0))).toEqual([1, 0.5, 0, 0, -0.5, -1]);
  });

  it('greeks at expiry are finite', () => {
    for (const strike of [90, 100, 110]) {
      const values = [blackGamma, blackVega, blackVanna, blackVolga].map((greek) => greek(100, strike, 0, 0.5, 0.05));
      expect(values).toEqual([0, 0, 0, 0]);
      expect(blackTheta(1, 100, strike, 0, 0.5, 0.05)).toBe(0.05 * Math.max(100 - strike, 0));
      expect(blackRho(1, 100, strike, 0, 0.5, 0.05)).toBe(0);
    }
  });

  it('a huge v saturates at the smaller of forward and strike', () => {
    for (const v of [40, 128, 1e10, 1e300, Number.MAX_VALUE]) expect(blackOtm(100, 0.1, v)).toBe(100);
  });

  it('no NaN or Infinity for any finite input', () => {
    const extremes = [0, 5e-324, 1e-310, 1e-20, 0.1, SERIES_LIMIT, 1, 64, 1e10, 1e300, Number.MAX_VALUE];
    for (const lower of extremes) for (const x of extremes) for (const v of extremes) {
      const price = blackOtm(lower, x, v);
      expect(price >= 0 && price <= lower, `blackOtm(${lower}, ${x}, ${v}) = ${price}`).toBe(true);
    }
  });

  it('NaN stays NaN', () => {
    expect(blackPrice(1, NaN, 100, 0.1)).toBeNaN();
    expect(blackPrice(1, 100, NaN, 0.1)).toBeNaN();
    expect(blackPrice(1, 100, 100, NaN)).toBeNaN();
  });
});

describe('properties', () => {
  const forward = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  const moneyness = fc.double({ min: -3, max: 3, noNaN: true });
  const deviation = fc.double({ min: 0, max: 5, noNaN: true });

  it('put-call parity: C - P = F - K', () => {
    fc.assert(fc.property(forward, moneyness, deviation, (F, m, v) => {
      const K = F * Math.exp(m);
      const gap = blackPrice(1, F, K, v) - blackPrice(-1, F, K, v) - (F - K);
      expect(Math.abs(gap)).toBeLessThanOrEqual(2 * epsilon * Math.max(F, K));
    }));
  });

  it('delta of call - delta of put = 1', () => {
    fc.assert(fc.property(forward, moneyness, deviation, (F, m, v) => {
      const K = F * Math.exp(m);
      expect(blackDelta(1, F, K, v) - blackDelta(-1, F, K, v)).toBeCloseTo(1, 14);
    }));
  });

  it('the price does not fall when v rises (by more than its rounding)', () => {
    const factor = fc.double({ min: 1e-6, max: 1, noNaN: true });
    fc.assert(fc.property(forward, moneyness, deviation, factor, (F, m, v, more) => {
      const K = F * Math.exp(m);
      const rise = blackPrice(1, F, K, v * (1 + more)) - blackPrice(1, F, K, v);
      expect(rise).toBeGreaterThanOrEqual(-4 * epsilon * Math.max(F, K));
    }));
  });

  it('the series and the ratios agree where one takes over', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 8, noNaN: true }), (x) => {
      const below = blackOtm(1, x, SERIES_LIMIT * (1 - epsilon));
      const above = blackOtm(1, x, SERIES_LIMIT);
      const h = x / SERIES_LIMIT;
      expect(Math.abs(above - below)).toBeLessThanOrEqual((16 + 6 * h * h + 8 * h) * epsilon * above + 5e-324);
    }));
  });
});
