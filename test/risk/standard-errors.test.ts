import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { RandomStream } from '../../src/generate/random.ts';
import {
  ageWeights, bootstrapErrors, maritzJarrettError, maximumDrawdown, downsideDeviation, gainDeviation, lossDeviation,
  orderStatisticInterval, quantileStandardError, semiDeviation, shortfallStandardError,
} from '../../src/index.ts';

/** A normal sample without chance: the quantiles of (i + 1/2) / n, in an order that mixes them. */
function normalGrid(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, index) => normalQuantile((((index * 7919) % n) + 0.5) / n));
}

const ascending = (n: number): Float64Array => Float64Array.from({ length: n }, (_, index) => index + 1);

describe('order-statistic intervals', () => {
  // Binomial quantiles and probabilities by scipy.stats.binom (test/golden/oracle/var_backtests.py).
  it('are those of the binomial distribution', () => {
    const interval = orderStatisticInterval(ascending(500), 0.99);
    expect(interval).toMatchObject({ lower: -11, upper: -1 });
    expect(interval.coverage).toBeCloseTo(0.9801859498578059, 13);
    const hundred = orderStatisticInterval(ascending(100), 0.95);
    expect(hundred).toMatchObject({ lower: -11, upper: -1 });
    expect(hundred.coverage).toBeCloseTo(0.9826070607121813, 13);
  });

  it('have no upper end where the worst observation is no bound', () => {
    const interval = orderStatisticInterval(ascending(250), 0.99);
    expect(interval).toMatchObject({ lower: -7, upper: null });
    expect(interval.coverage).toBeCloseTo(0.9862985521447963, 13);
  });

  it('hold the true quantile as often as they say', () => {
    const stream = new RandomStream();
    let held = 0;
    for (let sample = 0; sample < 2000; sample++) {
      stream.restart(5, sample, 1);
      const pnl = Float64Array.from({ length: 300 }, () => stream.nextFineFraction());
      const { lower, upper } = orderStatisticInterval(pnl, 0.95, 0.9);
      if (lower! <= -0.05 && -0.05 <= upper!) held++;
    }
    const { coverage } = orderStatisticInterval(ascending(300), 0.95, 0.9);
    // Four standard errors of 2,000 samples.
    expect(Math.abs(held / 2000 - coverage)).toBeLessThan(4 * Math.sqrt((coverage * (1 - coverage)) / 2000));
  });
});

describe('standard errors', () => {
  it('Maritz-Jarrett by scipy.stats.beta: 2.8247090645748507', () => {
    const pnl = Float64Array.from({ length: 100 }, (_, index) => (index + 1) ** 2 / 10 - 200);
    expect(maritzJarrettError(pnl, 0.95)).toBeCloseTo(2.8247090645748507, 10);
  });

  it('of VaR and ES of the normal distribution at 95%: 2.113187511 and 2.465572942 over sqrt(n)', () => {
    // sqrt(a (1 - a)) / phi(z); the variance of (L - VaR)+ by quadrature (scipy), over a.
    const n = 40_000;
    const pnl = normalGrid(n);
    // A grid of 40,000 points ends at 4.2 deviations, and a kernel of width 0.1 smooths the density by some 1%.
    expect(shortfallStandardError(pnl, { level: 0.95 }) * Math.sqrt(n)).toBeCloseTo(2.465572942, 2);
    expect(quantileStandardError(pnl, { level: 0.95 }) * Math.sqrt(n) / 2.113187511).toBeCloseTo(1, 1);
    expect(maritzJarrettError(pnl, 0.95) * Math.sqrt(n) / 2.113187511).toBeCloseTo(1, 1);
  });

  it('equal weights are no weights; weights that halve the effective number raise the error', () => {
    const pnl = normalGrid(1000);
    const equal = { level: 0.95, weights: ageWeights(1000, 1) };
    expect(shortfallStandardError(pnl, equal)).toBeCloseTo(shortfallStandardError(pnl, { level: 0.95 }), 12);
    expect(quantileStandardError(pnl, equal)).toBeCloseTo(quantileStandardError(pnl, { level: 0.95 }), 12);
    const aged = { level: 0.95, weights: ageWeights(1000, 0.995) };
    expect(quantileStandardError(pnl, aged)).toBeGreaterThan(1.3 * quantileStandardError(pnl, equal));
  });

  it('bootstrap: the limit of that of an order statistic is Maritz-Jarrett; the seed decides', () => {
    const pnl = normalGrid(400);
    const options = { level: 0.95, resamples: 4000, seed: 3 };
    const errors = bootstrapErrors(pnl, options);
    // The deviation of 4,000 resamples is itself off by 1 / sqrt(8,000) = 1.1%: four of those.
    expect(errors.valueAtRisk / maritzJarrettError(pnl, 0.95)).toBeGreaterThan(1 - 0.045);
    expect(errors.valueAtRisk / maritzJarrettError(pnl, 0.95)).toBeLessThan(1 + 0.045);
    expect(Math.abs(errors.expectedShortfall / shortfallStandardError(pnl, { level: 0.95 }) - 1)).toBeLessThan(0.1);
    expect(bootstrapErrors(pnl, options)).toEqual(errors);
    expect(bootstrapErrors(pnl, { ...options, seed: 4 })).not.toEqual(errors);
    expect(() => bootstrapErrors(pnl, { ...options, resamples: 1 })).toThrow(/at least 2 resamples/);
  });
});

describe('statistics of returns', () => {
  // Mean 0; below: 0.3, 0.1.
  const returns = [0.2, -0.3, 0.1, -0.1, 0.1];

  it('by hand', () => {
    expect(semiDeviation(returns)).toBeCloseTo(Math.sqrt(0.1 / 5), 14);
    expect(downsideDeviation(returns, 0.1)).toBeCloseTo(Math.sqrt((0.16 + 0.04) / 5), 14);
    expect(downsideDeviation(returns, 0.1, 'below')).toBeCloseTo(Math.sqrt(0.1), 14);
    expect(downsideDeviation(returns, -1)).toBe(0);
    expect(gainDeviation([0.2, 0.4, -9])).toBeCloseTo(Math.sqrt(0.02), 14);
    expect(lossDeviation(returns)).toBeCloseTo(Math.sqrt(0.02), 14);
    // 1.2, 0.84, 0.924, 0.8316, 0.91476: from 1.2 to 0.8316.
    expect(maximumDrawdown(returns)).toBeCloseTo(1 - 0.8316 / 1.2, 14);
    // The start is a peak.
    expect(maximumDrawdown([-0.5, 0.1])).toBe(0.5);
  });

  it('refuses what has no deviation or loses more than everything', () => {
    expect(() => lossDeviation([0.1, -0.1])).toThrow(/2 observations, got 1/);
    expect(() => maximumDrawdown([0.1, -1.1])).toThrow(/return 2 must be >= -1/);
    expect(() => semiDeviation([])).toThrow(/1 return is needed/);
    expect(() => semiDeviation([1, NaN])).toThrow(/return 2 must be finite/);
  });
});
