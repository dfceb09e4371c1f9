import { Decimal as Base } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponential, fixedOf, indexUnit } from '../../src/collateral/fixed-point.ts';
import { borrowRate, depositRate, parseInterestCurve } from '../../src/collateral/interest-curve.ts';

const Decimal = Base.clone({ precision: 80 });
const fixed = (value: number): bigint => fixedOf(value, 27);

describe('fixedOf', () => {
  it.each([
    [0.05, 18, 50_000_000_000_000_000n], [1, 27, indexUnit], [0, 18, 0n], [1e-7, 18, 100_000_000_000n], [123456.789, 3, 123_456_789n],
    [1e21, 2, 10n ** 23n], [-0.5, 1, -5n], [1e-20, 18, 0n],
  ])('%d with %d decimals', (value, decimals, expected) => expect(fixedOf(value, decimals)).toBe(expected));

  it('refuses what is no number', () => expect(() => fixedOf(NaN, 3)).toThrow(/finite/));
});

describe('exponential', () => {
  it('is right to the last digit, rounded down (decimal arithmetic of 80 digits)', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 28n }), fc.bigInt({ min: 10n ** 27n, max: 10n ** 31n }), (numerator, divisor) => {
        const exact = new Decimal(numerator.toString()).div(divisor.toString()).exp().times('1e27');
        // Within 10^-50 of a multiple of 10^-27 the last digit is not promised (6 / (10^27 + 3) is such an argument).
        fc.pre(exact.minus(exact.round()).abs().greaterThan('1e-20'));
        expect(exponential(numerator, divisor).toString()).toBe(exact.floor().toFixed());
      }),
      { numRuns: 1500 },
    );
  });

  it('of nothing is one', () => expect(exponential(0n, 5n)).toBe(indexUnit));
});

describe('interest curves', () => {
  const derive = parseInterestCurve({ form: 'slopes', minRate: 0.02, slope: 0.08, highSlope: 0.9, kink: 0.85 }, 'c');
  it.each([
    // 0.02 + 0.08 u; above 0.85 another 0.9 (u - 0.85).
    [0, 0.02], [0.5, 0.06], [0.85, 0.088], [0.86, 0.0978], [1, 0.235], [1.5, 0.235],
  ])('slopes (Derive): %d', (u, rate) => expect(borrowRate(derive, fixed(u))).toBe(fixed(rate)));

  const drift = parseInterestCurve({ form: 'rates', minRate: 0.005, optimalRate: 0.05, maxRate: 1, kink: 0.8 }, 'c');
  it.each([
    // 0.05 u / 0.8, not below 0.005; then (1 - 0.05) (u - 0.8) / 0.2 more.
    [0, 0.005], [0.08, 0.005], [0.4, 0.025], [0.8, 0.05], [0.9, 0.525], [1, 1],
  ])('rates (Drift): %d', (u, rate) => expect(borrowRate(drift, fixed(u))).toBe(fixed(rate)));

  const aave = parseInterestCurve({ form: 'increments', baseRate: 0.01, slope1: 0.04, slope2: 0.6, kink: 0.8 }, 'c');
  it.each([[0, 0.01], [0.2, 0.02], [0.8, 0.05], [0.85, 0.2], [1, 0.65]])('increments (Aave): %d', (u, rate) =>
    expect(borrowRate(aave, fixed(u))).toBe(fixed(rate)));

  it('a kink at 0 or at 1 divides by nothing', () => {
    const at = (kink: number, u: number): bigint => borrowRate(parseInterestCurve({ form: 'increments', baseRate: 0.01, slope1: 0.02, slope2: 0.1, kink }, 'c'), fixed(u));
    expect([at(0, 0), at(0, 0.5), at(1, 0.5), at(1, 1)]).toEqual([fixed(0.01), fixed(0.08), fixed(0.02), fixed(0.03)]);
  });

  it('deposit rate = borrow rate x utilisation x (1 - share)', () => {
    expect(depositRate(fixed(0.06), fixed(0.5), fixed(0.2))).toBe(fixed(0.024));
  });

  it.each([
    [{ form: 'curve', kink: 0.5 }, /c\.form must be slopes, rates or increments, got "curve"/],
    [{ form: 'slopes', kink: 2 }, /c\.kink must be a number in \[0, 1\], got 2/],
    [{ form: 'slopes', kink: 0.5, minRate: -1 }, /c\.minRate must be a number in .* got -1/],
    [{ form: 'rates', kink: 0.5, minRate: 0, optimalRate: 0.5, maxRate: 0.4 }, /c\.maxRate must be >= optimalRate, got 0\.4/],
  ])('%j', (input, message) => expect(() => parseInterestCurve(input, 'c')).toThrow(message));
});
