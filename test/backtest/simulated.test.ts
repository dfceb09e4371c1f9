import { describe, expect, it } from 'vitest';
import {
  acerbiSzekely, empiricalModel, exceedanceResiduals, limitRange, normalModel, overlappingLimits, simulateAcerbiSzekely,
  studentTModel, testAgainst, trafficLightLimits, trafficLight,
} from '../../src/index.ts';
import { studentTQuantile } from '../../src/statistics/student-t.ts';

describe('Acerbi-Szekely', () => {
  it('by hand', () => {
    // Two exceptions of four days: -6 and -9 with ES 6 and 6; expected 4 (1 - 0.5) = 2.
    const statistics = acerbiSzekely([-6, 1, -9, -1], [2, 2, 3, 3], [6, 6, 6, 6], 0.5);
    expect(statistics).toEqual({ exceptions: 2, z1: 1 - 2.5 / 2, z2: 1 - 2.5 / 2 });
    expect(acerbiSzekely([-6, 1, -9, -1], [2, 2, 3, 3], [6, 6, 6, 6], 0.75).z2).toBe(1 - 2.5);
    expect(acerbiSzekely([1, 1], [2, 2], [6, 6], 0.5)).toEqual({ exceptions: 0, z1: null, z2: 1 });
    expect(() => acerbiSzekely([1, 1], [2, 2], [6, 0], 0.5)).toThrow(/ES 2 must be > 0, got 0/);
    expect(() => acerbiSzekely([1, 1], [2, 2], [6], 0.5)).toThrow(/1 ES for 2 P&L/);
  });

  it('critical values of 1,966 days at 97.5%: -0.34561 (normal) and -0.43073 (t, 3), p-values 0.00529 and 0.01699', () => {
    // NumPy, 400,000 paths: standard errors 0.0011 and 0.0020 of the values, 1.1e-4 and 2.0e-4 of the p-values.
    // MathWorks prints -0.34639 and -0.42986, 0.00541 and 0.01857, interpolated in a table.
    const options = { level: 0.975, observations: 1966, paths: 20_000, seed: 11 };
    const normal = testAgainst(simulateAcerbiSzekely(normalModel(0.975), options).z2, -0.38265, 0.01);
    expect(Math.abs(normal.pValue - 0.0052875)).toBeLessThan(4 * Math.hypot(normal.pValueError, 1.1e-4));
    expect(normal.criticalInterval.lower! - 0.004).toBeLessThan(-0.34561);
    expect(normal.criticalInterval.upper! + 0.004).toBeGreaterThan(-0.34561);
    expect(normal.isRejected).toBe(true);
    const t = testAgainst(simulateAcerbiSzekely(studentTModel(0.975, 3), options).z2, -0.38265, 0.01);
    expect(Math.abs(t.pValue - 0.01699)).toBeLessThan(4 * Math.hypot(t.pValueError, 2e-4));
    expect(t.criticalInterval.lower! - 0.008).toBeLessThan(-0.43073);
    expect(t.criticalInterval.upper! + 0.008).toBeGreaterThan(-0.43073);
    expect(t.isRejected).toBe(false);
  });

  it('0 is expected of a right model, Z2 below where ES is too small', () => {
    const options = { level: 0.95, observations: 500, paths: 4000, seed: 2 };
    const mean = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const { z1, z2 } = simulateAcerbiSzekely(normalModel(0.95), options);
    expect(Math.abs(mean(z2))).toBeLessThan(0.02);
    expect(Math.abs(mean(z1))).toBeLessThan(0.01);
    const small = { ...normalModel(0.95), expectedShortfall: normalModel(0.95).expectedShortfall / 1.25 };
    expect(mean(simulateAcerbiSzekely(small, options).z2)).toBeCloseTo(1 - 1.25, 1);
    expect(simulateAcerbiSzekely(normalModel(0.95), options).z2).toEqual(z2);
  });

  it('the table of t quantiles is as good as they are', () => {
    const model = studentTModel(0.975, 3.5);
    for (let exponent = 0.31; exponent < 12; exponent += 0.0917) {
      const probability = 10 ** -exponent;
      const exact = studentTQuantile(probability, 3.5);
      expect(Math.abs(model.pnlAt(probability) / exact - 1)).toBeLessThan(1e-9);
      const upper = 1 - probability;
      if (exponent < 9) expect(Math.abs(model.pnlAt(upper) / studentTQuantile(upper, 3.5) - 1)).toBeLessThan(1e-9);
    }
  });

  it('ES of the null models', () => {
    // scipy: q = -2.5705818356363155, ES 3.5215773317394268 of t with 5 degrees of freedom at 97.5%.
    expect(studentTModel(0.975, 5).valueAtRisk).toBeCloseTo(2.5705818356363155, 12);
    expect(studentTModel(0.975, 5).expectedShortfall).toBeCloseTo(3.5215773317394268, 12);
    expect(normalModel(0.95).expectedShortfall).toBeCloseTo(2.0627128075074275, 12);
    const pnl = Array.from({ length: 100 }, (_, index) => index - 50);
    expect(empiricalModel(pnl, 0.95)).toMatchObject({ valueAtRisk: 46, expectedShortfall: 48 });
    expect(empiricalModel(pnl, 0.95).pnlAt(0.015)).toBe(-49);
    expect(() => studentTModel(0.975, 1)).toThrow(/above 1 degree of freedom, got 1/);
  });
});

it('a model that expects no loss has no statistics: P&L would be divided by 0 or change their sign', () => {
  const options = { level: 0.9, observations: 10, paths: 5, seed: 1 };
  const gains = empiricalModel([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9);
  expect(gains.expectedShortfall).toBe(-1);
  expect(() => simulateAcerbiSzekely(gains, options)).toThrow(/ES of the model must be > 0 and finite, got -1/);
  expect(() => simulateAcerbiSzekely({ ...gains, expectedShortfall: 0 }, options)).toThrow(/got 0/);
});

describe('overlapping traffic light', () => {
  it('without overlap is the binomial one', () => {
    const [limits] = overlappingLimits([250], { horizon: 1, probability: 0.01, paths: 20_000, seed: 1 });
    expect(limits.green).toBe(trafficLightLimits(250, 0.01).green);
    for (let x = 0; x <= 7; x++) {
      const { cumulative } = trafficLight(250, x, 0.01);
      expect(Math.abs(limits.cumulative[x] - cumulative)).toBeLessThan(4 * Math.sqrt((cumulative * (1 - cumulative)) / 20_000));
    }
  });

  it('ten days: 7, 9 and 13 exceptions are green on 200, 300 and 500 days', () => {
    // Open Source Risk Engine, QuantExt/test/stoplightbounds.cpp: (200, 7, 22), (300, 9, 26), (500, 13, 32).
    const limits = overlappingLimits([200, 300, 500], { horizon: 10, probability: 0.01, paths: 8000, seed: 3 });
    limits.forEach((each, index) => {
      const green = limitRange(each, 0.95, 3e-5);
      expect(green.least).toBeLessThanOrEqual([7, 9, 13][index]);
      expect(green.most).toBeGreaterThanOrEqual([7, 9, 13][index]);
      expect(green.most! - green.least).toBeLessThanOrEqual(2);
      // 8,000 paths cannot bound a limit that one in 10,000 passes.
      expect(limitRange(each, 0.9999, 3e-5).most).toBeNull();
      expect(limitRange(each, 0.9999, 3e-5).least).toBeLessThanOrEqual([22, 26, 32][index]);
    });
  });

  it('of several portfolios: identical ones count the same exceptions again', () => {
    const options = { horizon: 10, probability: 0.01, paths: 300, seed: 9 };
    const [one] = overlappingLimits([100], options);
    const [three] = overlappingLimits([100], { ...options, portfolios: 3, correlation: 1 });
    expect(three.cumulative.filter((_, count) => count % 3 === 0)).toEqual(one.cumulative);
  });

  it('the numbers of observations asked for together or alone give the same', () => {
    const options = { horizon: 5, probability: 0.05, paths: 200, seed: 4 };
    const together = overlappingLimits([120, 60], options);
    expect(overlappingLimits([60, 120], options)).toEqual([together[1], together[0]]);
    expect(() => overlappingLimits([60], { ...options, horizon: 0 })).toThrow(/horizon must be a whole number >= 1/);
    expect(() => overlappingLimits([60], { ...options, correlation: 2 })).toThrow(/correlation/);
    expect(() => overlappingLimits([], options)).toThrow(/no number of observations/);
  });
});

describe('McNeil and Frey', () => {
  it('by hand: residuals 1/4, 1/2, 0 of ES 4', () => {
    const test = exceedanceResiduals([-5, -6, 1, -4], [3, 3, 3, 3], [4, 4, 4, 4]);
    // Mean 0.25, deviation 0.25: sqrt(3) 0.25 / 0.25; Phi(-1.7320508).
    expect(test.statistic).toBeCloseTo(Math.sqrt(3), 12);
    expect(test.pValue).toBeCloseTo(0.04163226, 7);
    expect(test).toMatchObject({ exceptions: 3, mean: 0.25, bootstrapPValue: null });
    const scaled = exceedanceResiduals([-5, -6, 1, -4], [3, 3, 3, 3], [4, 4, 4, 4], { scale: [1, 1, 1, 1] });
    expect(scaled.mean).toBe(1);
    expect(() => exceedanceResiduals([-5, 1], [3, 3], [4, 4])).toThrow(/2 exceptions that differ are needed, got 1/);
    // 0.7 three times: their mean is 0.6999999999999998, which made a statistic of 9e15 of them.
    const equal = [-1.7, -1.7, -1.7];
    expect(() => exceedanceResiduals(equal, [1, 1, 1], [1, 1, 1])).toThrow(/2 exceptions that differ are needed, got 3/);
  });

  it('bootstrap agrees with the normal limit where there are many', () => {
    const pnl = Array.from({ length: 400 }, (_, index) => -4 - ((index * 37) % 101) / 100);
    const options = { bootstrap: { resamples: 4000, seed: 8 } };
    const test = exceedanceResiduals(pnl, new Float64Array(400).fill(1), new Float64Array(400).fill(4.49), options);
    expect(Math.abs(test.bootstrapPValue! - test.pValue)).toBeLessThan(0.03);
  });
});
