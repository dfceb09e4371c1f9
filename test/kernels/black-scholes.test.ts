import { describe, expect, it } from 'vitest';
import { abramowitzStegunCdf } from '../../assembly/portable/abramowitz-stegun.ts';
import {
  blackScholesPrice, isOptionPrice, NORMAL_CDF_ABRAMOWITZ_STEGUN, NORMAL_CDF_EXACT,
} from '../../assembly/portable/black-scholes.ts';
import { exp } from '../../assembly/portable/exp.ts';
import { handbookNormalCdf } from '../../src/reference/abramowitz-stegun.ts';
import { blackScholesPrice as referencePrice } from '../../src/reference/black-scholes.ts';
import { exact } from '../../src/reference/decimal.ts';
import { normalCdf } from '../../src/reference/normal-cdf.ts';

/** erf, Abramowitz and Stegun, table 7.1. */
const erf = [[0.5, 0.5204998778], [1, 0.8427007929], [1.5, 0.9661051465], [2, 0.9953222650]] as const;

describe('normal distribution function of Abramowitz and Stegun 7.1.26', () => {
  it.each(erf)('erf(%s) within the stated 1.5e-7', (x, value) => {
    const z = x * Math.SQRT2;
    expect(Math.abs(2 * abramowitzStegunCdf(z) - 1 - value)).toBeLessThan(1.5e-7);
    expect(Math.abs(1 - 2 * abramowitzStegunCdf(-z) - value)).toBeLessThan(1.5e-7);
  });

  it('is the polynomial of the handbook, not the function', () => {
    for (let z = -9; z <= 9; z += 0.0625) {
      const wanted = handbookNormalCdf(exact(z)).toNumber();
      expect(Math.abs(abramowitzStegunCdf(z) - wanted), `N(${z})`).toBeLessThan(3e-16);
    }
    const worst = Math.max(...Array.from({ length: 600 }, (_, i) => i / 100).map((z) =>
      Math.abs(abramowitzStegunCdf(z) - normalCdf(exact(z)).toNumber())));
    expect(worst).toBeGreaterThan(5e-8);
    expect(worst).toBeLessThan(7.6e-8);
  });

  it('goes to 0 and 1, and passes NaN on', () => {
    expect(abramowitzStegunCdf(-Infinity)).toBe(0);
    expect(abramowitzStegunCdf(Infinity)).toBe(1);
    expect(abramowitzStegunCdf(NaN)).toBeNaN();
  });
});

const options = [
  [1, 100, 95, 0.5, 0.05, 0.3], [-1, 100, 95, 0.5, 0.05, 0.3], [1, 78000, 200000, 0.02, 0, 0.6],
  [-1, 78000, 200000, 0.02, 0.1, 0.6], [1, 40, 41, 2, 0, 3], [-1, 40, 41, 2.5, 0.03, 1e-5], [1, 60, 65, 0.25, 0.08, 0.3],
] as const;

describe('Black-Scholes on a spot price', () => {
  it.each(options)('sign %s, S %s, K %s, T %s, r %s, sigma %s: both distribution functions', (...option) => {
    const [sign, spot, strike, years, rate, volatility] = option;
    const price = (cdf: number): number =>
      blackScholesPrice(sign, spot, strike, years, rate, exp(-rate * years), volatility, cdf);
    const input = {
      optionType: sign > 0 ? 'call' as const : 'put' as const, spot: exact(spot), strike: exact(strike),
      years: exact(years), rate: exact(rate), volatility: exact(volatility),
    };
    const bound = 1e-15 * (spot + strike);
    const exactPrice = referencePrice(input, normalCdf).toNumber();
    expect(Math.abs(price(NORMAL_CDF_EXACT) - exactPrice)).toBeLessThan(bound);
    const handbook = referencePrice(input, handbookNormalCdf).toNumber();
    expect(Math.abs(price(NORMAL_CDF_ABRAMOWITZ_STEGUN) - handbook)).toBeLessThan(bound);
    expect(Math.abs(handbook - exactPrice)).toBeLessThan(7.6e-8 * (spot + strike));
  });

  it('meets Haug 1998: S 60, K 65, T 0.25, r 8%, sigma 30% is 2.1334', () => {
    expect(blackScholesPrice(1, 60, 65, 0.25, 0.08, exp(-0.02), 0.3, NORMAL_CDF_EXACT)).toBeCloseTo(2.1334, 4);
  });

  it.each([NORMAL_CDF_EXACT, NORMAL_CDF_ABRAMOWITZ_STEGUN])('is the intrinsic value without volatility or time', (cdf) => {
    expect(blackScholesPrice(1, 100, 90, 0, 0.1, 1, 0.3, cdf)).toBe(10);
    expect(blackScholesPrice(1, 100, 110, 0, 0.1, 1, 0.3, cdf)).toBe(0);
    expect(blackScholesPrice(-1, 100, 110, 1, 0.1, exp(-0.1), 0, cdf)).toBe(10);
  });
});

describe('quoted option prices', () => {
  it.each([[0, true], [12, true], [-1e-9, true], [-2.9e-5, true], [-3.1e-5, false], [NaN, false], [Infinity, false]])(
    '%s: %s', (price, good) => {
      expect(isOptionPrice(price, 100, 100)).toBe(good);
    });
});
