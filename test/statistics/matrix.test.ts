import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variancePath } from '../../src/dynamic/volatility-model.ts';
import { correlationOf, covariance, covarianceOf, ewmaCovariance } from '../../src/statistics/covariance.ts';
import {
  cholesky, nearestCorrelation, nearestCovariance, semidefiniteRoot, symmetricEigen,
} from '../../src/statistics/matrix.ts';
import { matrixProduct, transposed } from '../../src/statistics/symmetric-matrix.ts';

const oracle = JSON.parse(
  readFileSync(new URL('../risk/parametric/parametric-risk.json', import.meta.url), 'utf8'),
) as { repairs: { matrix: number[][]; nearest: number[][]; distance: number }[] };

/** A covariance of n factors from n * n numbers: B B'. */
const square = (b: readonly number[], n: number): Float64Array => matrixProduct(b, transposed(b, n), n);
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, each, i) => Math.max(most, Math.abs(each - b[i])), 0);

const matrices = fc.integer({ min: 1, max: 7 }).chain((n) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((b) => ({ n, b })));

describe('cholesky', () => {
  it('by hand: 4 2 / 2 5 is 2 0 / 1 2', () => {
    expect([...cholesky([4, 2, 2, 5], 2)]).toEqual([2, 0, 1, 2]);
  });

  it('gives the matrix back', () => {
    fc.assert(fc.property(matrices, ({ n, b }) => {
      const a = square(b, n).map((each, place) => each + (place % (n + 1) === 0 ? 0.5 : 0));
      const l = cholesky(a, n);
      expect(worst(matrixProduct(l, transposed(l, n), n), a)).toBeLessThan(1e-12);
    }));
  });

  it('names the pivot of what is singular or indefinite', () => {
    expect(() => cholesky([1, 1, 1, 1], 2, ['price:BTC', 'price:ETH'])).toThrow(
      /not positive definite: pivot of row 2 \(price:ETH\) is 0 of 1/);
    expect(() => cholesky([1, 2, 2, 1], 2)).toThrow(/pivot of row 2 is -3/);
    expect(() => cholesky([0, 0, 0, 1], 2)).toThrow(/pivot of row 1 is 0/);
    // 1/3 has no binary form: a row that is a third of another is singular to rounding only.
    expect(() => cholesky([0.09, 0.03, 0.03, 0.01], 2)).toThrow(/row 2/);
    expect(() => cholesky([1, 0.5, 0.4, 1], 2)).toThrow(/not symmetric: row 2, column 1 is 0.4/);
    expect(() => cholesky([1, 0, 0], 2)).toThrow(/has 3 entries/);
    expect(() => cholesky([1, NaN, NaN, 1], 2)).toThrow(/must be finite, got NaN/);
  });
});

describe('symmetricEigen', () => {
  it('by hand: 2 1 / 1 2 has 3 along (1, 1) and 1 along (1, -1)', () => {
    const { values, vectors } = symmetricEigen([2, 1, 1, 2], 2);
    expect(worst(values, [3, 1])).toBeLessThan(1e-15);
    expect(worst(vectors, [Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2, -Math.SQRT1_2])).toBeLessThan(1e-15);
  });

  it('gives the matrix back, with orthogonal vectors, in descending order', () => {
    fc.assert(fc.property(matrices, ({ n, b }) => {
      const a = Float64Array.from({ length: n * n }, (_, place) => b[place] + b[(place % n) * n + Math.floor(place / n)]);
      const { values, vectors } = symmetricEigen(a, n);
      const scaled = vectors.map((each, place) => each * values[place % n]);
      expect(worst(matrixProduct(scaled, transposed(vectors, n), n), a)).toBeLessThan(1e-13 * n * 6);
      const unit = matrixProduct(transposed(vectors, n), vectors, n);
      expect(worst(unit, unit.map((_, place) => (place % (n + 1) === 0 ? 1 : 0)))).toBeLessThan(1e-14 * n);
      expect([...values]).toEqual([...values].sort((x, y) => y - x));
    }));
  });
});

describe('semidefiniteRoot', () => {
  it('takes a factor that follows from another, refuses a contradiction', () => {
    const { root, rank } = semidefiniteRoot([1, 2, 2, 4], 2);
    expect(rank).toBe(1);
    expect(worst(matrixProduct(root, transposed(root, 2), 2), [1, 2, 2, 4])).toBeLessThan(1e-14);
    expect(() => semidefiniteRoot([1, 2, 2, 1], 2)).toThrow(/least eigenvalue is -1/);
  });
});

describe('nearestCorrelation', () => {
  it('the example of Higham (2002): 0.7607, 0.1573, distance 0.5278', () => {
    const found = nearestCorrelation([1, 1, 0, 1, 1, 1, 0, 1, 1], 3);
    expect(found.correlation[1]).toBeCloseTo(0.7607, 4);
    expect(found.correlation[2]).toBeCloseTo(0.1573, 4);
    expect(found.distance).toBeCloseTo(0.5278, 4);
    expect(found.leastEigenvalueBefore).toBeCloseTo(1 - Math.SQRT2, 14);
    expect(found.isConverged).toBe(true);
  });

  it.each(oracle.repairs)('as another program: $distance', ({ matrix, nearest, distance }) => {
    const n = matrix.length;
    const found = nearestCorrelation(matrix.flat(), n);
    // Both stop when nothing moves by 1e-12; the convergence is linear.
    expect(worst(found.correlation, nearest.flat())).toBeLessThan(1e-10);
    expect(found.distance).toBeCloseTo(distance, 10);
    expect(found.leastEigenvalueAfter).toBeGreaterThan(-1e-12);
    const clipped = nearestCorrelation(matrix.flat(), n, { method: 'eigenvalue-clipping' });
    expect(clipped.distance).toBeGreaterThan(distance);
    expect(clipped.leastEigenvalueAfter).toBeGreaterThan(-1e-14);
    const definite = nearestCorrelation(matrix.flat(), n, { leastEigenvalue: 1e-6 });
    expect(cholesky(definite.correlation, n)).toHaveLength(n * n);
    expect(definite.distance).toBeGreaterThan(distance);
  });

  it('leaves alone what is good, refuses what is no correlation', () => {
    const good = nearestCorrelation([1, 0.3, 0.3, 1], 2);
    expect([...good.correlation]).toEqual([1, 0.3, 0.3, 1]);
    expect([good.distance, good.iterations]).toEqual([0, 0]);
    expect(() => nearestCorrelation([2, 0, 0, 1], 2)).toThrow(/must have 1 on the diagonal, row 1 has 2/);
  });

  it('of a covariance: variances stay', () => {
    const found = nearestCovariance([4, 4, 0, 4, 4, 4, 0, 4, 4], 3);
    expect([found.covariance[0], found.covariance[4], found.covariance[8]]).toEqual([4, 4, 4]);
    expect(found.covariance[1]).toBeCloseTo(4 * 0.7607, 3);
  });
});

describe('covariance', () => {
  // Moves 1 2 6 and 2 4 3: means 3, 3; deviations -2 -1 3 and -1 1 0; products 2 -1 0.
  const observations = { moves: Float64Array.from([1, 2, 6, 2, 4, 3]), factorCount: 2, count: 3 };
  it('by hand: sample, population, about zero', () => {
    expect([...covariance(observations)]).toEqual([7, 0.5, 0.5, 1]);
    expect(worst(covariance(observations, { divisor: 'population' }), [14 / 3, 1 / 3, 1 / 3, 2 / 3])).toBeLessThan(1e-15);
    expect(worst(covariance(observations, { mean: 'zero' }), [41 / 3, 28 / 3, 28 / 3, 29 / 3])).toBeLessThan(1e-14);
  });

  it('EWMA by hand: lambda 1/2 from the first product 2', () => {
    // 2 -> (2 + 2)/2 = 2 -> (2 + 8)/2 = 5 -> (5 + 18)/2 = 11.5
    const found = ewmaCovariance(observations, { lambda: 0.5 });
    expect(found[1]).toBe(11.5);
    expect(found[2]).toBe(11.5);
    // Weights 1/8, 1/4, 1/2 of 7/8: (2 / 8 + 8 / 4 + 18 / 2) 8 / 7.
    expect(ewmaCovariance(observations, { lambda: 0.5, start: 'weights' })[1]).toBeCloseTo((11.25 * 8) / 7, 14);
    expect(ewmaCovariance(observations, { lambda: 0.5, start: 'sample-covariance' })[1]).toBeCloseTo(0.0625 + 11.25, 14);
  });

  it('has on its diagonal what the volatility model ends with', () => {
    const model = { kind: 'ewma', lambda: 0.94 } as const;
    const starts = [['first-product', 'first-squared-return'], ['sample-covariance', 'sample-variance'], ['mean-product', 'mean-square']] as const;
    for (const [start, name] of starts) {
      const path = variancePath(model, [1, 2, 6], name);
      expect(ewmaCovariance(observations, { lambda: 0.94, start })[0]).toBeCloseTo(path[3], 13);
    }
  });

  it('correlations and back; a factor that stands still has none', () => {
    const { correlation, deviations } = correlationOf([4, 1, 1, 9], 2);
    expect(worst(correlation, [1, 1 / 6, 1 / 6, 1])).toBeLessThan(1e-15);
    expect(worst(covarianceOf({ correlation, deviations }), [4, 1, 1, 9])).toBeLessThan(1e-15);
    expect(() => correlationOf([0, 0, 0, 1], 2, ['a', 'b'])).toThrow(/variance of row 1 \(a\) is 0/);
  });

  it('refuses too few observations and what is not a number', () => {
    const one = { moves: Float64Array.from([1, 2]), factorCount: 2, count: 1 };
    expect(() => covariance(one)).toThrow(/needs 2 observations, got 1/);
    expect(() => covariance({ moves: Float64Array.from([1, 2, NaN, 4]), factorCount: 2, count: 2, names: ['a', 'b'] }))
      .toThrow(/row 2 \(b\), observation 1 must be finite, got NaN/);
    expect(() => ewmaCovariance(observations, { lambda: 1 })).toThrow(/lambda must be in \(0, 1\)/);
  });
});
