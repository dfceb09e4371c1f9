import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearContributions, positionContributions } from '../../../src/risk/parametric/contributions.ts';
import {
  cornishFisherQuantile, cornishFisherRisk, cornishFisherValidity, modifiedRisk,
} from '../../../src/risk/parametric/cornish-fisher.ts';
import { deltaGammaMoments } from '../../../src/risk/parametric/delta-gamma.ts';
import { deltaNormal, deltaNormalComponents } from '../../../src/risk/parametric/delta-normal.ts';
import { closedFormRisk, tailMultipliers } from '../../../src/risk/parametric/tail-distribution.ts';
import { matrixProduct, transposed } from '../../../src/statistics/symmetric-matrix.ts';

const z99 = 2.3263478740408411;
const covariances = fc.integer({ min: 1, max: 5 }).chain((n) => fc.record({
  n: fc.constant(n),
  b: fc.array(fc.integer({ min: -1000, max: 1000 }).map((each) => each / 1000), { minLength: n * n, maxLength: n * n }),
  exposures: fc.array(fc.integer({ min: -10_000, max: 10_000 }).map((each) => each / 100), { minLength: n, maxLength: n }),
}));
const covarianceOf = (b: readonly number[], n: number): Float64Array =>
  matrixProduct(b, transposed(b, n), n).map((each, place) => each + (place % (n + 1) === 0 ? 0.01 : 0));
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

describe('closed forms', () => {
  it('normal 99%: 2.3263 and phi(z)/0.01', () => {
    const { valueAtRisk, expectedShortfall } = tailMultipliers(0.99);
    expect(valueAtRisk).toBeCloseTo(z99, 14);
    expect(expectedShortfall).toBeCloseTo(2.6652142203457684, 13);
  });

  it('t of 4 degrees, raw and of unit variance', () => {
    // Quantile by findroot on the integral of the density, ES from it: mpmath, 30 digits.
    const raw = tailMultipliers(0.99, { kind: 'student-t', degreesOfFreedom: 4, scaling: 'raw' });
    expect(raw.valueAtRisk).toBeCloseTo(3.7469473879791968, 13);
    expect(raw.expectedShortfall).toBeCloseTo(5.220584194492196, 12);
    const unit = tailMultipliers(0.99, { kind: 'student-t', degreesOfFreedom: 4 });
    expect(unit.valueAtRisk).toBeCloseTo(3.7469473879791968 * Math.SQRT1_2, 13);
    expect(() => tailMultipliers(0.99, { kind: 'student-t', degreesOfFreedom: 2 })).toThrow(/must be > 2/);
    expect(tailMultipliers(0.99, { kind: 'student-t', degreesOfFreedom: 1, scaling: 'raw' }).expectedShortfall).toBe(Infinity);
  });

  it('mean moves both, a level that is no confidence is refused', () => {
    const { valueAtRisk, expectedShortfall } = closedFormRisk({ mean: 5, deviation: 10 }, 0.99);
    expect(valueAtRisk).toBeCloseTo(10 * z99 - 5, 12);
    expect(expectedShortfall).toBeCloseTo(26.652142203457684 - 5, 12);
    expect(() => closedFormRisk({ deviation: 1 }, 99)).toThrow(/level must be a confidence in \(0, 1\), e.g. 0.99, got 99/);
    expect(closedFormRisk({ mean: 2, deviation: 0 }, 0.95)).toEqual({ valueAtRisk: -2, expectedShortfall: -2 });
  });

  it('ES is at least VaR, both grow with the level', () => {
    fc.assert(fc.property(fc.double({ min: 0.5, max: 0.9999, noNaN: true }), fc.double({ min: 2.1, max: 60, noNaN: true }), (level, nu) => {
      for (const distribution of [{ kind: 'normal' }, { kind: 'student-t', degreesOfFreedom: nu }] as const) {
        const at = tailMultipliers(level, distribution);
        const above = tailMultipliers(level + 5e-5, distribution);
        expect(at.expectedShortfall).toBeGreaterThan(at.valueAtRisk);
        expect(above.valueAtRisk).toBeGreaterThan(at.valueAtRisk);
        expect(above.expectedShortfall).toBeGreaterThan(at.expectedShortfall);
      }
    }));
  });
});

describe('delta-normal', () => {
  it('by hand: 3 and 4 in uncorrelated unit factors are 5', () => {
    const input = { exposures: [3, 4], covariance: [1, 0, 0, 1], level: 0.99 };
    expect(deltaNormal(input).valueAtRisk).toBeCloseTo(5 * z99, 13);
    expect(deltaNormal({ ...input, horizon: 4 }).valueAtRisk).toBeCloseTo(10 * z99, 13);
    expect(deltaNormal({ ...input, horizon: 4, means: [0.1, 0.2] }).valueAtRisk).toBeCloseTo(10 * z99 - 4.4, 12);
    const { valueAtRisk } = deltaNormalComponents(input);
    expect(valueAtRisk.marginal[0]).toBeCloseTo(0.6 * z99, 14);
    expect([...valueAtRisk.component].map((each) => each / z99)).toEqual([expect.closeTo(1.8, 14), expect.closeTo(3.2, 14)]);
    expect([...valueAtRisk.incremental].map((each) => each / z99)).toEqual([expect.closeTo(1, 14), expect.closeTo(2, 14)]);
    // 3/25 of the variance per unit of a total exposure of 7.
    expect(valueAtRisk.beta[0]).toBeCloseTo((3 / 25) * 7, 14);
  });

  it('a perfect hedge has no risk and no gradient', () => {
    const { valueAtRisk } = deltaNormalComponents({ exposures: [1, -1], covariance: [1, 1, 1, 1], level: 0.99 });
    expect(valueAtRisk.total).toBe(0);
    expect([...valueAtRisk.component]).toEqual([0, -0]);
    expect(valueAtRisk.incremental[0]).toBeCloseTo(-z99, 14);
  });

  it('refuses a covariance that is none, by name', () => {
    expect(() => deltaNormal({ exposures: [1, -1], covariance: [1, 2, 2, 1], level: 0.99 })).toThrow(/not positive semidefinite/);
    expect(() => deltaNormal({ exposures: [1, NaN], covariance: [1, 0, 0, 1], level: 0.99, names: ['a', 'b'] }))
      .toThrow(/exposure to b must be finite/);
  });

  it('refuses a covariance that is none also where the portfolio does not show it', () => {
    // Correlation 1.5: the variance of (1, 1) is 5, so that only the matrix says that it cannot be.
    const indefinite = [1, 1.5, 1.5, 1];
    const input = { exposures: [1, 1], covariance: indefinite, level: 0.99 };
    const curved = { delta: [1, 1], gamma: [0, 0, 0, 0], covariance: indefinite };
    for (const of of [() => deltaNormal(input), () => deltaNormalComponents(input), () => deltaGammaMoments(curved)]) {
      expect(of).toThrow(/not positive semidefinite/);
    }
    // A factor that stands still but moves with another one.
    expect(() => deltaNormal({ ...input, covariance: [1, 0.1, 0.1, 0] })).toThrow(/not positive semidefinite/);
    // Three factors of which each pair is possible and all three are not: the determinant is 1 - 3 0.81 - 2 0.729 < 0.
    const three = [1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1];
    expect(() => deltaNormal({ exposures: [1, 1, 1], covariance: three, level: 0.99 })).toThrow(/not positive semidefinite/);
    // Semidefinite ones are none of them: a factor twice, in units far apart, and one that stands still.
    const twice = [1e-24, 1, 0, 1, 1e24, 0, 0, 0, 0];
    expect(deltaNormal({ exposures: [1e12, 1e-12, 5], covariance: twice, level: 0.99 }).deviation).toBeCloseTo(2, 14);
  });

  it('refuses a horizon or a mean that is none', () => {
    const input = { exposures: [1], covariance: [1], level: 0.99 };
    expect(() => deltaNormal({ ...input, horizon: -1 })).toThrow(/horizon must be finite and >= 0/);
    expect(() => deltaNormal({ ...input, horizon: NaN })).toThrow(/horizon must be finite and >= 0/);
    expect(() => deltaNormal({ ...input, means: [NaN] })).toThrow(/mean of factor 1 must be finite/);
  });

  it('takes any covariance that has a root, also a singular one', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.integer({
      min: -3000, max: 3000,
    })), (rank, n, entries) => {
      const root = Array.from({ length: n * rank }, () => (entries.next().value as number) / 1000);
      const covariance = Array.from({ length: n * n }, (_, place) => {
        const [i, j] = [Math.floor(place / n), place % n];
        return sum(Array.from({ length: rank }, (_each, k) => root[i * rank + k] * root[j * rank + k]));
      });
      expect(deltaNormal({ exposures: Array.from({ length: n }, () => 1), covariance, level: 0.99 }).deviation).toBeGreaterThanOrEqual(0);
    }));
  });

  it('components add up, risk is homogeneous, subadditive, moves with cash; ES >= VaR', () => {
    fc.assert(fc.property(covariances, fc.double({ min: 0.1, max: 10, noNaN: true }), ({ n, b, exposures }, factor) => {
      const covariance = covarianceOf(b, n);
      const input = { exposures, covariance, level: 0.99, horizon: 10, means: exposures.map((_, i) => 0.01 * i) };
      const { valueAtRisk, expectedShortfall } = deltaNormalComponents(input);
      const scale = sum(valueAtRisk.individual.map(Math.abs)) + 1e-300;
      for (const each of [valueAtRisk, expectedShortfall]) expect(Math.abs(sum(each.component) - each.total) / scale).toBeLessThan(1e-14);
      expect(expectedShortfall.total).toBeGreaterThanOrEqual(valueAtRisk.total);
      expect(deltaNormal(input).valueAtRisk).toBeCloseTo(valueAtRisk.total, 9);
      const scaled = deltaNormal({ ...input, exposures: exposures.map((each) => each * factor) });
      expect(Math.abs(scaled.valueAtRisk - factor * valueAtRisk.total) / scale).toBeLessThan(1e-12);
      expect(valueAtRisk.total).toBeLessThanOrEqual(sum(valueAtRisk.individual) + 1e-9 * scale);
    }));
  });

  it('incremental is the total less the risk without; positions of one factor each are factors', () => {
    fc.assert(fc.property(covariances, ({ n, b, exposures }) => {
      const covariance = covarianceOf(b, n);
      const whole = linearContributions({ exposures, covariance }, 2);
      const without = linearContributions({ exposures: exposures.map((each, i) => (i === 0 ? 0 : each)), covariance }, 2);
      expect(whole.incremental[0]).toBeCloseTo(whole.total - without.total, 9);
      const positions = Float64Array.from({ length: n * n }, (_, place) => (place % (n + 1) === 0 ? exposures[place % n] : 0));
      const byPosition = positionContributions({ positions, positionCount: n, covariance }, 2);
      for (const key of ['individual', 'component', 'incremental'] as const) {
        byPosition[key].forEach((each, i) => expect(each).toBeCloseTo(whole[key][i], 9));
      }
    }));
  });
});

describe('Cornish-Fisher', () => {
  it('by hand at z = -2, skewness -0.6, excess kurtosis 1.2', () => {
    // -2 - 0.1 (3) + 0.05 (-2)(1) - 0.01 (-2)(3) = -2.34
    expect(cornishFisherQuantile(-2, -0.6, 1.2)).toBeCloseTo(-2.34, 14);
    expect(cornishFisherQuantile(-2, 0, 0)).toBe(-2);
  });

  it('ES is the average of the quantiles of the tail (midpoints of a million)', () => {
    const moments = { mean: 1, variance: 4, skewness: -0.6, excessKurtosis: 1.2 };
    const { expectedShortfall } = cornishFisherRisk(moments, 0.95);
    let total = 0;
    const count = 20_000;
    for (let i = 0; i < count; i++) total += cornishFisherRisk(moments, 1 - (0.05 * (i + 0.5)) / count).valueAtRisk;
    // The midpoint rule at the open end of the quantile function errs by about 1/count of the first cell.
    expect(total / count).toBeCloseTo(expectedShortfall, 3);
  });

  it('modified ES against the integral of the Edgeworth density (mpmath): 2.462272596848411', () => {
    // test: skewness -0.4, excess kurtosis 1.1, level 95%, mean 0, variance 1.
    const found = modifiedRisk({ mean: 0, variance: 1, skewness: -0.4, excessKurtosis: 1.1 }, 0.95);
    expect(found.expectedShortfall).toBeCloseTo(2.462272596848411, 13);
    expect(found.isShortfallRaised).toBe(false);
    const wild = { mean: 0, variance: 1, skewness: -3, excessKurtosis: 20 };
    const raised = modifiedRisk(wild, 0.99);
    expect(raised.isShortfallRaised).toBe(true);
    expect(raised.expectedShortfall).toBe(raised.valueAtRisk);
    expect(modifiedRisk(wild, 0.99, { isOperational: false }).expectedShortfall).toBeLessThan(raised.valueAtRisk);
  });

  it('validity: the normal, the squares of both signs, a turning point in the tail', () => {
    const square = { skewness: Math.SQRT2 * 2, excessKurtosis: 12 };
    expect(cornishFisherValidity({ skewness: 0, excessKurtosis: 0 }, 0.99)).toEqual(
      { isMonotoneOnTail: true, isMonotone: true, isWithinUsualDomain: true });
    // Losses of a long straddle end where the expansion turns; its gains are far from there.
    expect(cornishFisherValidity(square, 0.99).isMonotoneOnTail).toBe(false);
    expect(cornishFisherValidity(square, 0.01).isMonotoneOnTail).toBe(true);
    expect(cornishFisherValidity(square, 0.99).isMonotone).toBe(false);
    // Excess kurtosis above 8 without skewness: the slope 1 - k/8 at the median is negative.
    expect(cornishFisherValidity({ skewness: 0, excessKurtosis: 8.1 }, 0.99).isMonotoneOnTail).toBe(false);
    expect(cornishFisherValidity({ skewness: 0, excessKurtosis: 7.9 }, 0.99).isMonotone).toBe(true);
    // A skewness that a negative kurtosis does not carry: the parabola opens downwards and turns within the tail.
    expect(cornishFisherValidity({ skewness: 0, excessKurtosis: -1 }, 0.99).isMonotoneOnTail).toBe(false);
  });

  it('where it says monotone, a less likely loss is a larger one', () => {
    fc.assert(fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -1, max: 12, noNaN: true }), (skewness, excessKurtosis) => {
      const { isMonotoneOnTail } = cornishFisherValidity({ skewness, excessKurtosis }, 0.99);
      // To z = -5.61, the quantile of 1e-8.
      const quantiles = Array.from({ length: 562 }, (_, i) => cornishFisherQuantile(-i / 100, skewness, excessKurtosis));
      const falls = quantiles.every((each, i) => i === 0 || each < quantiles[i - 1]);
      if (isMonotoneOnTail) expect(falls).toBe(true);
    }), { numRuns: 500 });
  });
});
