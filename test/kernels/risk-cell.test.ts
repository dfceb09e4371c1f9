import { describe, expect, it } from 'vitest';
import { blackOtm, SERIES_LIMIT } from '../../assembly/portable/black76.ts';
import { cellDensity, cellOtm } from '../../assembly/portable/risk-cell.ts';
import * as oracle from '../support/decimal-normal.ts';
import { between, seededRandom } from '../support/seeded-random.ts';

const epsilon = 2 ** -52;

/** Arguments of cells: lower = min(F, K), x = |ln(K / F)| from the strike as it was rounded. */
function randomCells(count: number, seed: number): { lower: number; upper: number; x: number; v: number; h: number }[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const v = random() < 0.4 ? between(random, 0.4, 2.5) : 10 ** between(random, -3.5, -0.398);
    const lower = 10 ** between(random, -3, 5);
    const upper = lower * Math.exp(between(random, 0, 1) ** 3 * 30 * v);
    const x = oracle.exact(upper).div(oracle.exact(lower)).ln().toNumber();
    return { lower, upper, x, v, h: x / v };
  });
}

describe('density against 60-digit arithmetic', () => {
  // Four roundings: of the table, of its products with the factor and the fraction's part, of their sum.
  it('in every row of the table, at both ends and in the middle', () => {
    for (let row = 0; row < 256; row++) {
      for (const part of [-0.499, 0.01, 0.499]) {
        // z^2 / 2 is this many 256ths of ln 2; below 1 its own roundings cost 1.1 * 2^-53.
        const z = Math.sqrt((Math.max(row + part, 0) * Math.LN2) / 128);
        expect(oracle.relativeError(cellDensity(1, z), oracle.pdf(oracle.exact(z))), `z = ${z}`).toBeLessThan(5e-16);
      }
    }
  });
});

describe('price of a cell against 60-digit arithmetic', () => {
  const cells = randomCells(300, 1).map((cell) => ({ ...cell, expected: oracle.blackPrice(1, cell.lower, cell.upper, cell.v) }));

  it('|error| <= 4 * 2^-52 max(F, K)', () => {
    for (const { lower, upper, x, v, expected } of cells) {
      expect(oracle.absoluteError(cellOtm(lower, x, v), expected) / upper).toBeLessThanOrEqual(4 * epsilon);
    }
  });

  it('relative error <= (8 + 6 h^2) 2^-53 + 1e-15 where the series is used', () => {
    let checked = 0;
    for (const { lower, x, v, h, expected } of cells) {
      if (v >= SERIES_LIMIT || expected.lessThan('1e-305')) continue;
      checked++;
      const bound = (8 + 6 * h * h) * (epsilon / 2) + 1e-15;
      expect(oracle.relativeError(cellOtm(lower, x, v), expected), `x ${x} v ${v}`).toBeLessThanOrEqual(bound);
    }
    expect(checked).toBeGreaterThan(100);
  });

  it('series: relative error <= 1.4e-15 for h <= 1, most of it that of h and Q', () => {
    for (const v of [0.01, 0.1199, 0.1201, 0.3, 0.35, 0.3999]) {
      for (let step = 0; step <= 20; step++) {
        const upper = Math.exp((step / 20) * v);
        const x = oracle.exact(upper).ln().toNumber();
        const expected = oracle.blackPrice(1, 1, upper, v);
        expect(oracle.relativeError(cellOtm(1, x, v), expected), `x ${x} v ${v}`).toBeLessThan(1.4e-15);
      }
    }
  });

  it('a normal number though the density itself is not, as 38 standard deviations out', () => {
    const [lower, v] = [1e12, 0.02];
    const upper = lower * Math.exp(37.9 * v);
    const x = oracle.exact(upper).div(oracle.exact(lower)).ln().toNumber();
    const expected = oracle.blackPrice(1, lower, upper, v);
    expect(Math.exp(-((x / v) ** 2) / 2)).toBeLessThan(2 ** -1022);
    expect(expected.greaterThan('2.3e-308')).toBe(true);
    const bound = (8 + 6 * (x / v) ** 2) * (epsilon / 2);
    expect(oracle.relativeError(cellOtm(lower, x, v), expected)).toBeLessThan(bound);
  });

  it('limits: 0 without volatility, everything with much, NaN for NaN', () => {
    expect([cellOtm(100, 0, 0), cellOtm(100, 0.1, 0), cellOtm(100, 40, 0.3)]).toEqual([0, 0, 0]);
    expect(cellOtm(100, 0.1, 200)).toBe(100);
    expect([cellOtm(NaN, 0.1, 0.2), cellOtm(1, NaN, 0.2), cellOtm(1, 0.1, NaN)]).toEqual([NaN, NaN, NaN]);
  });

  it('is the price of a single option to the errors of both', () => {
    for (const { lower, upper, x, v } of randomCells(2_000, 2)) {
      expect(Math.abs(cellOtm(lower, x, v) - blackOtm(lower, x, v)) / upper).toBeLessThanOrEqual(4 * epsilon);
    }
  });
});
