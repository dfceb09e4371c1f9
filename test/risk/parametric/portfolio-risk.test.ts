import { describe, expect, it } from 'vitest';
import { densityCurve } from '../../../src/risk/parametric/density-curve.ts';
import { deltaGammaMoments } from '../../../src/risk/parametric/delta-gamma.ts';
import { parametricComponents } from '../../../src/risk/parametric/portfolio-components.ts';
import { aboutMeans, parametricRisk, parametricMethods } from '../../../src/risk/parametric/portfolio-risk.ts';
import { commonDays, scenarioMoments } from '../../../src/risk/scenario-moments.ts';
import type { ScenarioSet } from '../../../src/scenario/scenario-set.ts';
import { riskScenarios } from '../../support/risk-market.ts';

const z99 = 2.3263478740408408;
const tail99 = 2.6652142203458076;

describe('moments of scenarios, by hand', () => {
  const set = riskScenarios([[0.02, 0.04], [0.1, -0.1]]);
  it.each<[string, Parameters<typeof scenarioMoments>[1], Partial<ScenarioSet>, number[], number[]]>([
    ['about zero', {}, {}, [0, 0], [0.001, -0.001, -0.001, 0.01]],
    ['about the sample mean', { mean: 'sample' }, {}, [0.03, 0], [0.0002, -0.002, -0.002, 0.02]],
    // Weights 1/3 and 2/3: (0.0004 + 2 x 0.0016) / 3, (0.002 - 2 x 0.004) / 3.
    ['EWMA of a half', { estimator: 'ewma', lambda: 0.5 }, {}, [0, 0], [0.0012, -0.002, -0.002, 0.01]],
    ['weighted', {}, { weights: Float64Array.of(0.25, 0.75) }, [0, 0], [0.0013, -0.0025, -0.0025, 0.01]],
    // Mean 0.035 and -0.05: 0.25 x 0.015^2 + 0.75 x 0.005^2, ...
    ['weighted about its mean', { mean: 'sample' }, { weights: Float64Array.of(0.25, 0.75) }, [0.035, -0.05],
      [0.000075, -0.00075, -0.00075, 0.0075]],
  ])('%s', (_name, options, rest, means, covariance) => {
    const found = scenarioMoments({ ...set, ...rest }, options);
    means.forEach((each, i) => expect(found.means[i]).toBeCloseTo(each, 15));
    covariance.forEach((each, i) => expect(found.covariance[i]).toBeCloseTo(each, 15));
  });

  it('of logarithms; days must be the same; EWMA refuses weights and means', () => {
    const { covariance } = scenarioMoments(riskScenarios([[Math.E - 1, 0]]), { returns: 'log' });
    expect(covariance[0]).toBeCloseTo(0.5, 14);
    expect(commonDays({ ...set, days: Float64Array.of(2, 2) })).toBe(2);
    expect(() => commonDays({ ...set, days: Float64Array.of(2, 3) })).toThrow(/the same in every scenario.*got 2 and 3/);
    expect(() => scenarioMoments({ ...set, weights: Float64Array.of(0.5, 0.5) }, { estimator: 'ewma' })).toThrow(/weights of their own/);
    expect(() => scenarioMoments(set, { estimator: 'ewma', mean: 'sample' })).toThrow(/sample mean/);
  });
});

describe('parametric risk of a portfolio', () => {
  it('is the same by every method if there is no gamma: z s, less mean and what time brings', () => {
    const linear = { delta: [100, -50], gamma: [0, 0, 0, 0], covariance: [0.04, 0.012, 0.012, 0.09], means: [0.01, 0.02], constant: 3 };
    for (const method of parametricMethods) {
      const { valueAtRisk, expectedShortfall } = parametricRisk(method, linear, 0.99);
      // d'Sd = 505, mean 1 - 1 + 3.
      expect(valueAtRisk).toBeCloseTo(z99 * Math.sqrt(505) - 3, 10);
      expect(expectedShortfall).toBeCloseTo(tail99 * Math.sqrt(505) - 3, 9);
    }
  });

  it('moves about their means: the same quadratic', () => {
    const portfolio = { delta: [2, 1], gamma: [-3, 0.5, 0.5, 4], covariance: [1, 0, 0, 1], means: [0.1, -0.2], constant: 1 };
    const { delta, constant } = aboutMeans(portfolio);
    // delta + Gamma m; 1 + 0.2 - 0.2 + (-3 x 0.01 - 2 x 0.5 x 0.02 + 4 x 0.04) / 2.
    expect([...Array.from(delta)]).toEqual([expect.closeTo(1.6, 14), expect.closeTo(0.25, 14)]);
    expect(constant).toBeCloseTo(1.055, 14);
  });

  it('Student t is for delta-normal', () => {
    expect(() => parametricRisk('delta-gamma', { delta: [1], gamma: [0], covariance: [1] }, 0.99, { kind: 'student-t', degreesOfFreedom: 5 }))
      .toThrow(/delta-gamma knows normal moves only/);
  });

  it('Cornish-Fisher says what it fell back on and why', () => {
    // docs/PARAMETRIC-VAR.md: long gamma of 10,000, VaR 0.785 where the expansion has 4,707.88.
    const { used, fallbackReason, valueAtRisk, valueAtRiskError, expansion } =
      parametricRisk('cornish-fisher', { delta: [0], gamma: [10_000], covariance: [1] }, 0.99);
    expect(used).toBe('delta-gamma');
    expect(fallbackReason).toMatch(/does not rise throughout the tail \(skewness 2.828/);
    expect(Math.abs(valueAtRisk)).toBeCloseTo(0.785, 3);
    expect(valueAtRiskError).not.toBeNull();
    expect(Math.abs(expansion!.valueAtRisk)).toBeCloseTo(4707.88, 1);
  });
});

describe('parts of parametric risk', () => {
  const portfolio = {
    delta: [100, -50], gamma: [-300, 40, 40, 200], covariance: [0.04, 0.012, 0.012, 0.09], constant: -2, names: ['a', 'b'],
  };

  it('delta-gamma normal: the closed form', () => {
    // Component i: z (d_i (S d)_i + (G^2)_ii / 2) / s - G_ii / 2 with G = Gamma S, worked out here.
    const G = [-300 * 0.04 + 40 * 0.012, -300 * 0.012 + 40 * 0.09, 40 * 0.04 + 200 * 0.012, 40 * 0.012 + 200 * 0.09];
    const squares = [G[0] * G[0] + G[1] * G[2], G[2] * G[1] + G[3] * G[3]];
    const parts = [100 * 3.4 + squares[0] / 2, -50 * -3.3 + squares[1] / 2];
    const deviation = Math.sqrt(parts[0] + parts[1]);
    const { valueAtRisk, parts: names } = parametricComponents('delta-gamma-normal', portfolio, 0.99);
    expect(names).toEqual(['a', 'b', 'time']);
    // Richardson's error: 1e-12, and rounding of 1e-13 over steps of 1e-3.
    expect(valueAtRisk.component[0]).toBeCloseTo((z99 * parts[0]) / deviation - G[0] / 2, 7);
    expect(valueAtRisk.component[1]).toBeCloseTo((z99 * parts[1]) / deviation - G[3] / 2, 7);
    expect(valueAtRisk.component[2]).toBe(2);
    expect(valueAtRisk.marginal[0]).toBeCloseTo((z99 * 3.4) / deviation, 7);
  });

  it.each(parametricMethods)('%s: they add up to the bit; what is left out is what is left', (method) => {
    const { valueAtRisk, expectedShortfall } = parametricComponents(method, portfolio, 0.99);
    for (const measure of [valueAtRisk, expectedShortfall]) {
      const sum = measure.component.reduce((total, each) => total + each, 0);
      expect(Math.abs(sum - measure.total)).toBeLessThanOrEqual(1e-14 * Math.abs(measure.total));
    }
    const alone = parametricRisk(method, { delta: [-50], gamma: [200], covariance: [0.09] }, 0.99);
    expect(valueAtRisk.standalone[1]).toBeCloseTo(alone.valueAtRisk, 8);
    expect(valueAtRisk.incremental[0]).toBeCloseTo(valueAtRisk.total - (alone.valueAtRisk + 2), 8);
  });

  it('exact delta-gamma of independent factors: the mean of each part where the P&L is at its quantile, by simulation', () => {
    // Parts -x^2 + x and 2 y: components are means of minus the part in a thin slice about the quantile.
    const model = { delta: [1, 2], gamma: [-2, 0, 0, 0], covariance: [1, 0, 0, 1] };
    const { valueAtRisk } = parametricComponents('delta-gamma', model, 0.95);
    const steps = 2_000;
    let weight = 0;
    const sums = [0, 0];
    for (let k = 0; k < steps; k++) {
      // For each x the y that puts the P&L at the quantile; density of both.
      const x = -9 + (18 * (k + 0.5)) / steps;
      const y = (-valueAtRisk.total - (x - x * x)) / 2;
      const density = Math.exp(-(x * x + y * y) / 2);
      weight += density;
      sums[0] -= density * (x - x * x);
      sums[1] -= density * 2 * y;
    }
    // The midpoint rule is exact to rounding here: the slopes' error is what remains.
    expect(valueAtRisk.component[0]).toBeCloseTo(sums[0] / weight, 8);
    expect(valueAtRisk.component[1]).toBeCloseTo(sums[1] / weight, 8);
  });

  it('densities for pictures: area near 1, mean as the moments have it', () => {
    for (const method of parametricMethods) {
      const points = densityCurve(method, portfolio);
      let [area, mean] = [0, 0];
      for (let k = 1; k < points.length; k++) {
        const width = points[k][0] - points[k - 1][0];
        area += (width * (points[k][1] + points[k - 1][1])) / 2;
        mean += (width * (points[k][1] * points[k][0] + points[k - 1][1] * points[k - 1][0])) / 2;
      }
      // Four deviations hold all but 1e-4 of a normal, some thousandths of a skewed distribution.
      expect(area).toBeGreaterThan(0.99);
      expect(area).toBeLessThan(1.001);
      const expected = method === 'delta-normal' ? -2 : deltaGammaMoments(portfolio).mean;
      expect(Math.abs(mean - expected)).toBeLessThan(0.7);
    }
    expect(densityCurve('delta-gamma', { delta: [0], gamma: [0], covariance: [1] })).toEqual([]);
  });
});
