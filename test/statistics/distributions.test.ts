import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialCdf, binomialPmf, binomialQuantile, binomialSurvival } from '../../src/statistics/binomial.ts';
import {
  chiSquareCdf, chiSquarePdf, chiSquareQuantile, chiSquareSurvival, chiSquareSurvivalQuantile,
} from '../../src/statistics/chi-square.ts';
import { fCdf, fSurvival } from '../../src/statistics/f-distribution.ts';
import { regularisedBeta } from '../../src/statistics/incomplete-beta.ts';
import { regularisedGammaP, regularisedGammaQ } from '../../src/statistics/incomplete-gamma.ts';
import { logGamma } from '../../src/statistics/log-gamma.ts';
import { expMinusOne, logOnePlus } from '../../src/statistics/near-one.ts';
import {
  studentTCdf, studentTPdf, studentTQuantile, studentTSurvivalQuantile,
} from '../../src/statistics/student-t.ts';

type Row = readonly (number | string)[];
const oracle = JSON.parse(readFileSync(new URL('distributions.json', import.meta.url), 'utf8')) as Record<string, Row[]>;

/** Worst relative error over the rows of the oracle: arguments first, the expected value last. */
function worst(name: string, f: (...args: number[]) => number): { readonly error: number; readonly row: Row } {
  const errors = oracle[name].map((row) => {
    const expected = Number(row.at(-1));
    const error = Math.abs(f(...(row.slice(0, -1) as number[])) - expected) / Math.abs(expected);
    return { error: Number.isNaN(error) ? Infinity : error, row };
  });
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}

describe('distribution functions against 40 digits', () => {
  // Bounds: docs/ACCURACY.md. Far tails are exponentials of numbers up to 700, so 700 units in the last place are lost.
  const bounds: [string, (...args: number[]) => number, number][] = [
    ['logGamma', logGamma, 2e-15],
    ['gammaP', regularisedGammaP, 2e-13],
    ['gammaQ', regularisedGammaQ, 2e-13],
    ['beta', regularisedBeta, 2e-13],
    ['tCdf', studentTCdf, 2e-13],
    ['tPdf', studentTPdf, 2e-13],
    ['tQuantile', studentTQuantile, 1e-13],
    ['chiSquareSurvivalQuantile', chiSquareSurvivalQuantile, 2e-14],
    ['chiSquareQuantile', chiSquareQuantile, 2e-14],
    ['binomialCdf', binomialCdf, 2e-13],
    ['binomialSurvival', binomialSurvival, 2e-13],
    ['fSurvival', fSurvival, 2e-13],
  ];
  it.each(bounds)('%s', (name, f, bound) => {
    const { error, row } = worst(name, f);
    expect({ row, error: error <= bound ? 'within' : error }).toEqual({ row, error: 'within' });
  });
});

describe('distribution functions in closed form', () => {
  it('chi-square of two degrees is exponential, of one the square of a normal', () => {
    expect(chiSquareSurvival(1400, 2) / 9.85967654375977e-305 - 1).toBeCloseTo(0, 12); // e^-700
    expect(chiSquareQuantile(0.5, 2)).toBeCloseTo(1.3862943611198906, 14); // 2 ln 2
    expect(chiSquareSurvival(3.841458820694124, 1)).toBeCloseTo(0.05, 14);
    expect(chiSquarePdf(0, 2)).toBe(0.5);
    expect(chiSquarePdf(0, 1)).toBe(Infinity);
    expect(chiSquarePdf(3, 4)).toBeCloseTo(0.75 * 0.22313016014842982, 15); // x/4 e^(-x/2)
    expect(chiSquareCdf(0, 3)).toBe(0);
    expect(chiSquareCdf(Infinity, 3)).toBe(1);
  });

  it('t of one degree is Cauchy, of infinitely many normal', () => {
    expect(studentTCdf(1, 1)).toBeCloseTo(0.75, 15);
    expect(studentTCdf(-1e300, 1) * Math.PI * 1e300).toBeCloseTo(1, 13);
    expect(studentTQuantile(0.975, Infinity)).toBeCloseTo(1.959963984540054, 14);
    expect(studentTQuantile(0.5, 3)).toBe(0);
    expect(studentTQuantile(0, 3)).toBe(-Infinity);
    expect(studentTSurvivalQuantile(0.01, 5)).toBeCloseTo(3.36492999890721859, 14);
    expect(studentTPdf(Infinity, 4)).toBe(0);
  });

  it('binomial of a hundredth in 250 days: the table of Basel (1996, annex 4)', () => {
    const published = [0.0811, 0.2858, 0.5432, 0.7581, 0.8922, 0.9588, 0.9863, 0.996, 0.9989, 0.9997];
    published.forEach((value, k) => expect(binomialCdf(k, 250, 0.01)).toBeCloseTo(value, 4));
    expect(binomialPmf(0, 250, 0.01)).toBeCloseTo(0.08106, 5);
    expect(binomialPmf(5, 250, 0.01)).toBeCloseTo(0.0666, 4);
    expect(binomialQuantile(0.95, 250, 0.01)).toBe(5);
    expect(binomialQuantile(0.9999, 250, 0.01)).toBe(10);
    expect(binomialCdf(-1, 5, 0.3)).toBe(0);
    expect(binomialCdf(5, 5, 0.3)).toBe(1);
    expect(binomialPmf(3, 3, 1)).toBe(1);
  });

  it('F of (1, d) is the square of a t of d', () => {
    expect(fSurvival(9, 1, 7)).toBeCloseTo(2 * studentTCdf(-3, 7), 15);
    expect(fCdf(1, 6, 6)).toBeCloseTo(0.5, 15);
  });

  it('logarithms and exponentials near 1', () => {
    expect(logOnePlus(1e-20)).toBe(1e-20);
    expect(logOnePlus(1e-5) / 9.999950000333332e-6 - 1).toBeCloseTo(0, 15);
    expect(expMinusOne(1e-5) / 1.0000050000166668e-5 - 1).toBeCloseTo(0, 15);
    expect(expMinusOne(-800)).toBe(-1);
  });

  it('a quantile whose first guess is right to the last digit', () => {
    // Where the value comes out on the wrong side by rounding, the search went off to where the density is 0. SciPy 1.10.1.
    const quantile = chiSquareSurvivalQuantile(0.9706123802053118, 162.34145755053186);
    expect(quantile / 130.04078782352232 - 1).toBeCloseTo(0, 13);
  });

  it('quantiles are inverse, tails add up to one', () => {
    fc.assert(fc.property(fc.double({ min: 0.5, max: 300, noNaN: true }), fc.double({ min: 1e-12, max: 1, noNaN: true }),
      (shape, p) => {
        expect(Math.abs(studentTCdf(studentTQuantile(p, shape), shape) / p - 1)).toBeLessThan(1e-12);
        expect(Math.abs(chiSquareSurvival(chiSquareSurvivalQuantile(p, shape), shape) / p - 1)).toBeLessThan(1e-12);
        const x = 2 * shape * p;
        expect(regularisedGammaP(shape, x) + regularisedGammaQ(shape, x)).toBeCloseTo(1, 14);
        // 1 - y is exact: a rounded one would be another argument.
        const y = Math.round(p * 1024) / 1024;
        expect(regularisedBeta(y, shape, 2) + regularisedBeta(1 - y, 2, shape)).toBeCloseTo(1, 12);
      }));
  });

  it('refuses what is not a distribution, by name', () => {
    expect(() => studentTCdf(1, 0)).toThrow(/degrees of freedom must be > 0, got 0/);
    expect(() => studentTQuantile(1.1, 4)).toThrow(/p must be in \[0, 1\], got 1.1/);
    expect(() => chiSquareSurvival(-1, 2)).toThrow(/x must be >= 0/);
    expect(() => regularisedBeta(0.5, -1, 2)).toThrow(/a must be finite and > 0/);
    expect(() => binomialCdf(1, 2.5, 0.5)).toThrow(/n must be a whole number/);
    expect(() => chiSquareSurvival(NaN, 2)).toThrow(/x must be >= 0, got NaN/);
  });
});
