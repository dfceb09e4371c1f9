import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  berkowitz, christoffersen, durationTest, dynamicQuantile, exactBinomialPValue, exceptionsOf, independence, kupiec,
  spellsOf, timeBetweenFailures, timeUntilFirstFailure, trafficLight, trafficLightLimits, transitionsOf,
} from '../../src/index.ts';

/** Exceptions on these days (from 0). */
function series(days: number, exceptions: readonly number[]): number[] {
  return Array.from({ length: days }, (_, day) => (exceptions.includes(day) ? 1 : 0));
}

const clustered = series(250, [11, 12, 15, 60, 61, 63, 130, 131, 132, 240]);

describe('exceptions', () => {
  it('are losses worse than VaR, strictly', () => {
    expect(Array.from(exceptionsOf([-5, -5.1, 3, -1], [5, 5, 5, 0.5]))).toEqual([0, 1, 0, 1]);
    expect(() => exceptionsOf([1, 2], [1])).toThrow(/1 VaR for 2 P&L/);
    expect(() => exceptionsOf([1, NaN], [1, 1])).toThrow(/P&L 2 must be finite, got NaN/);
    expect(() => exceptionsOf([], [])).toThrow(/no P&L/);
    expect(() => transitionsOf([0, 2])).toThrow(/exception 2 must be 0 or 1, got 2/);
  });
});

describe("Kupiec's proportion of failures", () => {
  // MathWorks, Risk Management Toolbox, varbacktest/pof; SCIRP (n = 224); riskkit, tests/test_backtest.py.
  it.each([
    [1043, 57, 0.05, 0.46147, 0.49694, 5],
    [1043, 17, 0.01, 3.5118, 0.060933, 4],
    [224, 5, 0.01, 2.544, 0.111, 3],
    [224, 7, 0.01, 6.535, 0.011, 3],
  ])('%i days, %i exceptions at %f', (days, exceptions, probability, statistic, pValue, digits) => {
    const test = kupiec(days, exceptions, probability);
    expect(test.statistic).toBeCloseTo(statistic, digits);
    expect(test.pValue).toBeCloseTo(pValue, 3);
    expect(test.degreesOfFreedom).toBe(1);
  });

  it('has a statistic for no exception and for nothing but exceptions', () => {
    expect(kupiec(250, 0, 0.01).statistic).toBeCloseTo(-500 * Math.log(0.99), 12);
    expect(kupiec(10, 10, 0.01).statistic).toBeCloseTo(-20 * Math.log(0.01), 12);
    expect(kupiec(100, 1, 0.01)).toEqual({ statistic: 0, pValue: 1, degreesOfFreedom: 1 });
  });

  it('is never negative, and least at the expected number', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0.001, max: 0.3, noNaN: true }), (days, p) => {
      const statistics = Array.from({ length: Math.min(days, 40) + 1 }, (_, x) => kupiec(days, x, p).statistic);
      statistics.forEach((each) => expect(each).toBeGreaterThanOrEqual(0));
      for (let x = 1; x < statistics.length; x++) {
        if (x <= days * p) expect(statistics[x]).toBeLessThanOrEqual(statistics[x - 1]);
        if (x - 1 >= days * p) expect(statistics[x]).toBeGreaterThanOrEqual(statistics[x - 1]);
      }
    }), { numRuns: 100 });
  });

  it('refuses counts and probabilities that cannot be', () => {
    expect(() => kupiec(10, 11, 0.01)).toThrow(/11 exceptions on 10 days cannot be/);
    expect(() => kupiec(10, 1.5, 0.01)).toThrow(/cannot be/);
    expect(() => kupiec(10, 1, 0)).toThrow(/probability must be in \(0, 1\), got 0/);
  });

  it('until the first failure and between failures', () => {
    // -2 ln(p (1 - p)^(v-1)) + 2 ln((1/v) (1 - 1/v)^(v-1)); at v = 1 it is -2 ln p.
    const by = (v: number) => -2 * (Math.log(0.05) + (v - 1) * Math.log(0.95)) + 2 * (v > 1 ? (v - 1) * Math.log(1 - 1 / v) - Math.log(v) : 0);
    expect(timeUntilFirstFailure(7, 0.05).statistic).toBeCloseTo(by(7), 12);
    expect(timeUntilFirstFailure(1, 0.05).statistic).toBeCloseTo(-2 * Math.log(0.05), 12);
    const between = timeBetweenFailures([7, 1, 30], 0.05);
    expect(between.statistic).toBeCloseTo(by(7) + by(1) + by(30), 12);
    expect(between.degreesOfFreedom).toBe(3);
  });
});

describe("Christoffersen's tests", () => {
  // MathWorks, varbacktest/cci; riskkit, tests/test_backtest.py.
  it('independence as published', () => {
    const matlab = independence({ n00: 932, n01: 53, n10: 53, n11: 4 });
    expect(matlab.statistic).toBeCloseTo(0.25866, 5);
    expect(matlab.pValue).toBeCloseTo(0.61104, 5);
    expect(independence({ n00: 240, n01: 4, n10: 4, n11: 2 }).statistic).toBeCloseTo(8.152, 3);
  });

  it('counts transitions', () => {
    expect(transitionsOf([0, 1, 1, 0, 0, 1, 0])).toEqual({ n00: 1, n01: 2, n10: 2, n11: 1 });
    expect(transitionsOf([true, true])).toEqual({ n00: 0, n01: 0, n10: 0, n11: 1 });
  });

  it('of a clustered series, by scipy: T or T - 1 days', () => {
    const all = christoffersen(clustered, 0.02);
    expect(all.transitions).toEqual({ n00: 233, n01: 6, n10: 6, n11: 4 });
    expect(all.independence.statistic).toBeCloseTo(14.365484585187314, 11);
    expect(all.unconditional.statistic).toBeCloseTo(3.965685753885765, 11);
    expect(all.conditional.statistic).toBeCloseTo(14.365484585187314 + 3.965685753885765, 11);
    expect(all.conditional.degreesOfFreedom).toBe(2);
    const paired = christoffersen(clustered, 0.02, { days: 'all-but-first' });
    expect(paired.unconditional.statistic).toBeCloseTo(4.007091450055803, 11);
  });

  it('without exceptions nothing contradicts independence', () => {
    const none = christoffersen(series(100, []), 0.01);
    expect(none.independence).toMatchObject({ statistic: 0, pValue: 1 });
    expect(none.conditional.statistic).toBe(none.unconditional.statistic);
    // The last day only: no day follows it.
    expect(christoffersen(series(100, [99]), 0.01).independence.statistic).toBeCloseTo(0, 12);
    expect(() => christoffersen([1], 0.01)).toThrow(/needs 2 days/);
  });
});

describe('durations', () => {
  it('cut off at the ends of the sample', () => {
    expect(spellsOf([0, 0, 1, 0, 1, 0])).toEqual({ days: [3, 2, 1], isCensored: [true, false, true] });
    expect(spellsOf([1, 0, 1])).toEqual({ days: [2], isCensored: [false] });
  });

  it('of a clustered series, by scipy.optimize over the same likelihood', () => {
    const test = durationTest(clustered);
    // The search of the oracle stops at 1e-8 of the shape, where the likelihood is flat.
    expect(test.shape).toBeCloseTo(0.559477153312422, 7);
    expect(test.rate).toBeCloseTo(0.05130557630866163, 8);
    expect(test.logLikelihood).toBeCloseTo(-35.56245690570748, 11);
    expect(test.exponentialLogLikelihood).toBeCloseTo(-38.91812706473424, 11);
    expect(test.statistic).toBeCloseTo(6.71134031805353, 11);
    expect(test.pValue).toBeCloseTo(0.00958016917479906, 12);
    expect(test.isAtBound).toBe(false);
  });

  it('like clockwork end at the bound of the shape, and say so', () => {
    const test = durationTest(series(230, [0, 40, 90, 131, 180, 229]));
    expect(test.shape).toBe(10);
    expect(test.isAtBound).toBe(true);
    expect(test.statistic).toBeCloseTo(19.3525241, 5);
  });

  it('need a complete spell', () => {
    expect(() => durationTest(series(100, [50]))).toThrow(/needs 2 exceptions/);
    expect(() => durationTest(series(100, []))).toThrow(/needs 2 exceptions/);
  });
});

describe('dynamic quantile', () => {
  it('by numpy.linalg.lstsq', () => {
    const plain = dynamicQuantile(clustered, 0.01);
    expect(plain.statistic).toBeCloseTo(171.74082896169188, 9);
    expect(plain).toMatchObject({ degreesOfFreedom: 5, observations: 246 });
    const valueAtRisk = Array.from({ length: 250 }, (_, day) => 100 + 10 * ((day * 7) % 13));
    const withVaR = dynamicQuantile(clustered, 0.04, { lags: 2, valueAtRisk });
    expect(withVaR.statistic).toBeCloseTo(35.37074358914458, 10);
    expect(withVaR.pValue).toBeCloseTo(3.8980047402196376e-7, 15);
    expect(withVaR.degreesOfFreedom).toBe(4);
  });

  it('refuses what has no regression', () => {
    expect(() => dynamicQuantile(clustered, 0.01, { valueAtRisk: new Float64Array(250).fill(3) })).toThrow(/VaR does not vary/);
    expect(() => dynamicQuantile(series(9, [1]), 0.01)).toThrow(/10 days are needed, got 9/);
    expect(() => dynamicQuantile(series(100, []), 0.01)).toThrow(/not positive definite/);
    expect(() => dynamicQuantile(clustered, 0.01, { lags: -1 })).toThrow(/lags/);
  });
});

describe('Berkowitz', () => {
  it('by numpy.linalg.lstsq', () => {
    const test = berkowitz(Array.from({ length: 100 }, (_, day) => (((day * 37) % 101) + 0.5) / 101.5));
    expect(test.statistic).toBeCloseTo(8.430050064847705, 11);
    expect(test.pValue).toBeCloseTo(0.03791172778930568, 12);
    expect(test.autoregression).toBeCloseTo(-0.26865378, 8);
    expect(test.variance).toBeCloseTo(0.836176954608145, 12);
    expect(() => berkowitz([0.1, 0.2, 1, 0.3])).toThrow(/probability 3 must be in \(0, 1\), got 1/);
    expect(() => berkowitz([0.1, 0.2])).toThrow(/4 days/);
    expect(() => berkowitz([0.1, 0.1, 0.1, 0.1])).toThrow(/differ/);
  });
});

describe('traffic light', () => {
  it('is the table of Basel at 250 days and 99%', () => {
    const rows = Array.from({ length: 12 }, (_, x) => trafficLight(250, x, 0.01));
    expect(rows.map(({ zone }) => zone[0]).join('')).toBe('gggggyyyyyrr');
    // BCBS 1996, table 2 (plus factors) and MAR33.44 (multipliers).
    expect(rows.map(({ plusFactor }) => plusFactor)).toEqual([0, 0, 0, 0, 0, 0.4, 0.5, 0.65, 0.75, 0.85, 1, 1]);
    expect(rows.map(({ multiplier }) => multiplier)).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.7, 1.76, 1.83, 1.88, 1.92, 2, 2]);
    // BCBS 1996, table 1: 8.1, 28.6, 54.3, 75.8, 89.2, 95.88, 98.63, 99.60, 99.89, 99.97, 99.99 percent.
    expect(rows[4].cumulative).toBeCloseTo(0.8922, 4);
    expect(rows[9].cumulative).toBeCloseTo(0.9997, 4);
    expect(rows[4].atLeast).toBeCloseTo(0.2419, 4);
    expect(rows[0].atLeast).toBe(1);
    expect(trafficLight(250, 7, 1 - 0.99).multiplier).toBe(1.83);
  });

  it('at other days and levels is binomial and has no table', () => {
    expect(trafficLight(500, 7, 0.01)).toMatchObject({ plusFactor: null, multiplier: null, zone: 'green', increase: 0 });
    // scipy: P(X <= 63) = 0.94320, P(X <= 64) = 0.95686, P(X <= 80) = 0.999916; 3 (z(0.95) / z(1 - 64/1043) - 1).
    expect(trafficLight(1043, 63, 0.05)).toMatchObject({ zone: 'green', increase: 0 });
    expect(trafficLight(1043, 64, 0.05).zone).toBe('yellow');
    expect(trafficLight(1043, 64, 0.05).increase).toBeCloseTo(0.1971089564322861, 12);
    expect(trafficLight(1043, 80, 0.05)).toMatchObject({ zone: 'red', increase: 1 });
  });

  it('limits, and no exception is always green', () => {
    expect(trafficLightLimits(250, 0.01)).toEqual({ green: 4, yellow: 9 });
    expect(trafficLightLimits(1, 0.01)).toEqual({ green: 0, yellow: 0 });
    expect(trafficLight(1, 0, 0.01).zone).toBe('green');
    fc.assert(fc.property(fc.integer({ min: 1, max: 600 }), fc.constantFrom(0.01, 0.025, 0.05), (days, p) => {
      const { green, yellow } = trafficLightLimits(days, p);
      expect(trafficLight(days, green, p).zone).toBe('green');
      if (green < yellow) expect(trafficLight(days, green + 1, p).zone).toBe('yellow');
      if (yellow < days) expect(trafficLight(days, yellow + 1, p).zone).toBe('red');
    }), { numRuns: 60 });
  });

  it('exact binomial test as R and scipy do it', () => {
    expect(exactBinomialPValue(250, 12, 0.025)).toBeCloseTo(0.03791525848964018, 13);
    expect(exactBinomialPValue(293, 15, 0.05)).toBeCloseTo(0.8926, 1);
  });
});
