import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deltaGammaCornishFisher, deltaGammaDistribution, deltaGammaExact, deltaGammaMoments, deltaGammaNormal,
} from '../../../src/risk/parametric/delta-gamma.ts';
import { deltaNormal } from '../../../src/risk/parametric/delta-normal.ts';
import { chiSquareSurvival } from '../../../src/statistics/chi-square.ts';
import { sineCosine } from '../../../src/statistics/sine-cosine.ts';
import { matrixProduct, transposed } from '../../../src/statistics/symmetric-matrix.ts';

const oracle = JSON.parse(readFileSync(new URL('parametric-risk.json', import.meta.url), 'utf8')) as {
  tails: [number, number, number, number, number, string, string][];
};
const diagonal = (values: readonly number[]): number[] =>
  values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)));
const ones = (n: number): number[] => diagonal(new Array<number>(n).fill(1));

describe('delta-gamma moments', () => {
  it('by hand: 3 x + x^2 has mean 1, variance 9 + 2, cumulants 3 9 2 + 8 and 12 9 4 + 48', () => {
    const found = deltaGammaMoments({ delta: [3], gamma: [2], covariance: [1] });
    expect(found.mean).toBe(1);
    expect(found.variance).toBe(11);
    expect(found.thirdCumulant).toBe(62);
    expect(found.fourthCumulant).toBe(480);
    expect(found.skewness).toBeCloseTo(62 / 11 ** 1.5, 14);
    expect(found.excessKurtosis).toBeCloseTo(480 / 121, 14);
  });

  it('are those of the diagonal form, for any factors', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -2000, max: 2000 }).map((each) => each / 1000), { minLength: 21, maxLength: 21 }), (u) => {
      const root = u.slice(0, 9);
      const covariance = matrixProduct(root, transposed(root, 3), 3);
      const half = u.slice(9, 18);
      const gamma = Float64Array.from({ length: 9 }, (_, i) => half[i] + half[(i % 3) * 3 + Math.floor(i / 3)]);
      const portfolio = { delta: u.slice(18), gamma, covariance };
      const { mean, variance } = deltaGammaMoments(portfolio);
      const distribution = deltaGammaDistribution(portfolio);
      const scale = 1 + Math.abs(mean) + Math.sqrt(variance);
      expect(Math.abs(distribution.mean - mean) / scale).toBeLessThan(1e-12);
      expect(Math.abs(distribution.deviation - Math.sqrt(variance)) / scale).toBeLessThan(1e-7);
    }));
  });
});

describe('exact distribution', () => {
  it.each(oracle.tails)('%d z + %d z^2/2 + %d y + %d y^2/2 at %d', (c, l, k, m, x, lower, upper) => {
    const distribution = deltaGammaDistribution({ delta: [c, k], gamma: diagonal([l, m]), covariance: ones(2) });
    const found = distribution.tails(x);
    // Eigenvalues, inversion and x itself are rounded: a tail keeps about twelve digits.
    expect(Math.abs(found.lower / Number(lower) - 1)).toBeLessThan(Number(lower) < 0.9 ? 1e-11 : 1e-12);
    expect(Math.abs(found.upper / Number(upper) - 1)).toBeLessThan(Number(upper) < 0.9 ? 1e-11 : 1e-12);
    expect(Math.abs(found.lower - Number(lower))).toBeLessThanOrEqual(found.error + 1e-14);
  });

  it('sums of squares are chi-square, to 1e-200', () => {
    for (const n of [2, 3, 10, 40]) {
      const distribution = deltaGammaDistribution({ delta: new Array<number>(n).fill(0), gamma: ones(n), covariance: ones(n) });
      for (const x of [0.05 * n, 0.4 * n, n, 3 * n, 900]) {
        const expected = chiSquareSurvival(x, n);
        expect(Math.abs(distribution.tails(x / 2).upper / expected - 1)).toBeLessThan(2e-12);
      }
      expect(distribution.least).toBe(0);
      expect(distribution.tails(0).lower).toBe(0);
    }
  });

  it('the difference of two exponentials is Laplace, to 1e-300, also where the contour has no side to bend to', () => {
    const distribution = deltaGammaDistribution({ delta: [0, 0, 0, 0], gamma: diagonal([1, 1, -1, -1]), covariance: ones(4) });
    for (const x of [1e-9, 0.5, 5, 60, 690]) {
      const { upper } = distribution.tails(x);
      expect(Math.abs(upper / (0.5 * Math.exp(-x)) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(distribution.tails(-x).lower / upper - 1)).toBeLessThan(1e-12);
    }
    // P(loss > x) = e^-x / 2: VaR = -ln(2 (1 - level)), ES one more.
    const risk = deltaGammaExact({ delta: [0, 0, 0, 0], gamma: diagonal([1, 1, -1, -1]), covariance: ones(4) }, 0.99);
    expect(Math.abs(risk.valueAtRisk - Math.log(50))).toBeLessThan(risk.valueAtRiskError + 1e-12);
    expect(Math.abs(risk.expectedShortfall - Math.log(50) - 1)).toBeLessThan(1e-11);
    expect(risk.greatestLoss).toBe(Infinity);
  });

  it('one factor in closed form: -x^2/2 at 99% loses q^2/2 of the normal 99.5%', () => {
    const risk = deltaGammaExact({ delta: [0], gamma: [-1], covariance: [1] }, 0.99);
    const z = 2.5758293035489004;
    expect(risk.valueAtRisk).toBeCloseTo((z * z) / 2, 13);
    // E[x^2/2 | |x| > z] = (1 + z phi(z) / 0.005) / 2, phi(z) = 0.014459739...
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    expect(risk.expectedShortfall).toBeCloseTo(0.5 * (1 + (z * density) / 0.005), 11);
    const long = deltaGammaExact({ delta: [0], gamma: [1], covariance: [1] }, 0.99);
    // A long straddle gains at least x^2/2 > 0: the 1% quantile is 0.012533^2/2.
    // Absolute: rounding of the mean 1/2 and the deviation 0.7.
    expect(Math.abs(long.valueAtRisk + 0.012533469508069274 ** 2 / 2)).toBeLessThan(2e-15);
    expect(long.greatestLoss).toBe(-0);
  });

  it('without gamma it is delta-normal; a constant moves it; a singular covariance will do', () => {
    const input = { delta: [3, -1], gamma: [0, 0, 0, 0], covariance: [1, 0.5, 0.5, 2] };
    const linear = deltaNormal({ exposures: input.delta, covariance: input.covariance, level: 0.975, horizon: 4 });
    const exact = deltaGammaExact({ ...input, horizon: 4, constant: 7 }, 0.975);
    expect(exact.valueAtRisk).toBeCloseTo(linear.valueAtRisk - 7, 12);
    expect(exact.expectedShortfall).toBeCloseTo(linear.expectedShortfall - 7, 11);
    const doubled = deltaGammaExact({ delta: [1, 1], gamma: [-1, 0, 0, -1], covariance: [1, 1, 1, 1] }, 0.99);
    const single = deltaGammaExact({ delta: [2], gamma: [-2], covariance: [1] }, 0.99);
    expect(doubled.valueAtRisk).toBeCloseTo(single.valueAtRisk, 11);
    const still = deltaGammaExact({ delta: [0], gamma: [0], covariance: [1], constant: -3 }, 0.99);
    expect([still.valueAtRisk, still.expectedShortfall]).toEqual([3, 3]);
    expect(() => deltaGammaExact({ delta: [1, 1], gamma: [0, 0, 0, 0], covariance: [1, 2, 2, 1] }, 0.99)).toThrow(/semidefinite/);
  });

  it('quantiles are inverse to tails; ES >= VaR; homogeneous; moves with a constant', () => {
    const numbers = fc.array(fc.integer({ min: -2000, max: 2000 }).map((each) => each / 1000), { minLength: 12, maxLength: 12 });
    fc.assert(fc.property(numbers, fc.constantFrom(0.9, 0.99, 0.999), (u, level) => {
      const gamma = Float64Array.from({ length: 9 }, (_, i) => u[i] + u[(i % 3) * 3 + Math.floor(i / 3)]);
      const portfolio = { delta: u.slice(9), gamma, covariance: ones(3) };
      const distribution = deltaGammaDistribution(portfolio);
      if (distribution.deviation < 1e-6) return;
      const risk = deltaGammaExact(portfolio, level);
      expect(risk.expectedShortfall).toBeGreaterThanOrEqual(risk.valueAtRisk - risk.valueAtRiskError);
      const tail = distribution.tails(-risk.valueAtRisk);
      const allowed = tail.density * risk.valueAtRiskError * 4 + 1e-12;
      if (Number.isFinite(allowed)) expect(Math.abs(tail.lower - (1 - level))).toBeLessThan(allowed);
      const scaled = deltaGammaExact({ delta: portfolio.delta.map((d) => 8 * d), gamma: gamma.map((g) => 8 * g), covariance: ones(3), constant: 5 }, level);
      expect(Math.abs(scaled.valueAtRisk - 8 * risk.valueAtRisk + 5)).toBeLessThan(1e-9 * distribution.deviation + 16 * risk.valueAtRiskError);
    }), { numRuns: 60 });
  });
});

describe('expansions of it', () => {
  it('delta-gamma normal by hand: 3 x + x^2', () => {
    const { valueAtRisk } = deltaGammaNormal({ delta: [3], gamma: [2], covariance: [1] }, 0.99);
    expect(valueAtRisk).toBeCloseTo(2.3263478740408411 * Math.sqrt(11) - 1, 12);
  });

  it('Cornish-Fisher where it holds, else the exact figure and why', () => {
    // A short straddle's losses: valid, and near the exact ones.
    const short = { delta: [0], gamma: [-10_000], covariance: [1] };
    const valid = deltaGammaCornishFisher(short, 0.99);
    expect(valid.method).toBe('cornish-fisher');
    expect(valid.fallbackReason).toBeNull();
    const exact = deltaGammaExact(short, 0.99);
    expect(Math.abs(valid.valueAtRisk / exact.valueAtRisk - 1)).toBeLessThan(0.06);
    // Its gains: ORE's reference of the expansion is -4707.882, the exact quantile -0.785.
    const fallen = deltaGammaCornishFisher(short, 0.01);
    expect(fallen.cornishFisher.valueAtRisk).toBeCloseTo(4707.882, 3);
    expect(fallen.method).toBe('exact');
    expect(fallen.valueAtRisk).toBeCloseTo(0.7854392895485117, 9);
    expect(fallen.fallbackReason).toMatch(/does not rise throughout the tail \(skewness -2.828, excess kurtosis 12.00\)/);
    expect(deltaGammaCornishFisher(short, 0.99, { rule: 'everywhere' }).fallbackReason).toMatch(/everywhere/);
    const slight = { delta: [10], gamma: [-1], covariance: [1] };
    expect(deltaGammaCornishFisher(slight, 0.99, { rule: 'usual-domain' }).method).toBe('cornish-fisher');
    expect(deltaGammaCornishFisher(short, 0.99, { rule: 'usual-domain' }).fallbackReason).toMatch(/usual domain/);
  });
});

it('sine and cosine agree with the platform to its own error', () => {
  const found = { sine: 0, cosine: 0 };
  for (let i = -2000; i <= 2000; i++) {
    const x = i * 0.377 + i * i * i * 1e-5;
    sineCosine(x, found);
    expect(Math.abs(found.sine - Math.sin(x))).toBeLessThan(3e-16);
    expect(Math.abs(found.cosine - Math.cos(x))).toBeLessThan(3e-16);
  }
  sineCosine(2e6, found);
  expect(found.sine).toBeNaN();
});
