import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageWeights, effectiveCount, expectedShortfall, gaussianMeasures, measureConventions, modifiedMeasures, quantile,
  quantileTypes, riskMeasures, riskMeasuresOfTail, tailCountNeeded, valueAtRisk,
  type ConventionName, type MeasureConvention,
} from '../../src/index.ts';

const levels = [0.9, 0.95, 0.975, 0.99];
const sides = ['pnl', 'loss'] as const;
const acerbiTasche = 'acerbi-tasche' as const;
/** P&L on a grid of cents: ties happen, sums are moderate. */
const samples = fc.array(fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100), { minLength: 100, maxLength: 400 });

/** P&L 1 to 100, shuffled: 37 and 101 have no common factor. */
const hundred = Array.from({ length: 100 }, (_, index) => (37 * (index + 1)) % 101);

describe('quantiles of Hyndman and Fan', () => {
  it('are those of their definitions at a quarter of 1 to 10', () => {
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    // Positions n p + m: 2.5, 2.5, 2 (even, so 2), 2.5, 3, 2.75, 3.25, 2.91666…, 2.9375.
    const expected = [3, 3, 2, 2.5, 3, 2.75, 3.25, 2.5 + 1.25 / 3, 2.9375];
    quantileTypes.forEach((type, index) => expect(quantile(ten, 0.25, type)).toBeCloseTo(expected[index], 14));
  });

  it('take a position off by the rounding of 1 - 0.99 for the integer that it is', () => {
    // 500 (1 - 0.99) is 5.000000000000004: the fifth, not the sixth.
    const sorted = Array.from({ length: 500 }, (_, index) => index + 1);
    expect(500 * (1 - 0.99)).toBeGreaterThan(5);
    expect(quantile(sorted, 1 - 0.99, 1)).toBe(5);
    expect(quantile(sorted, 1 - 0.99, 2)).toBe(5.5);
    expect(quantile(Array.from({ length: 1_000_000 }, (_, index) => index + 1), 1 - 0.999, 1)).toBe(1000);
  });

  it('refuse what is no probability, no type, no sample', () => {
    expect(() => quantile([1], 1.5, 7)).toThrow(/probability must be in \[0, 1\], got 1.5/);
    expect(() => quantile([1], 0.5, 10 as never)).toThrow(/type is 1 to 9, got 10/);
    expect(() => quantile([], 0.5, 7)).toThrow(/needs 1 observation/);
  });
});

describe('VaR and ES of a sample', () => {
  it('of 100 P&L from 1 - 51 to 100 - 51 by hand', () => {
    const pnl = hundred.map((each) => each - 51);
    // Worst: -50, -49, -48, -47, -46. n alpha = 2.5 at 97.5%.
    const [at95, at97] = riskMeasures(pnl, [0.95, 0.975]);
    expect(at95).toEqual({ level: 0.95, valueAtRisk: 46, expectedShortfall: 48 });
    expect(at97.valueAtRisk).toBe(48);
    expect(at97.expectedShortfall).toBeCloseTo((50 + 49 + 0.5 * 48) / 2.5, 13);
    expect(riskMeasures(pnl, [0.975], { convention: 'hull' })[0].expectedShortfall).toBe(49);
    // Type 7: position 0.025 * 99 + 1 = 3.475.
    const [numpy] = riskMeasures(pnl, [0.975], { convention: 'numpy' });
    expect(numpy.valueAtRisk).toBeCloseTo(47.525, 12);
    expect(numpy.expectedShortfall).toBe(49);
    // On the loss side the 98th smallest loss: the third worst; at 99% the 99th, the second worst.
    expect(valueAtRisk(pnl, { level: 0.975, convention: 'upper-loss' })).toBe(48);
    expect(valueAtRisk(pnl, { level: 0.99, convention: 'upper-loss' })).toBe(49);
    expect(valueAtRisk(pnl, { level: 0.99 })).toBe(50);
  });

  it("reproduces Hull's five worst losses of 500", () => {
    // J. C. Hull, Options, Futures, and Other Derivatives, chapter on VaR: four indices, 10 million USD, thousands.
    const worst = [-477.841, -345.435, -282.204, -277.041, -253.385, -217.974];
    const pnl = [...Array.from({ length: 494 }, (_, index) => index), ...worst];
    const [measure] = riskMeasures(pnl, [0.99], { convention: 'hull' });
    expect(measure.valueAtRisk).toBe(253.385);
    expect(measure.expectedShortfall).toBeCloseTo(327.181, 3);
    expect(valueAtRisk(pnl, { level: 0.99, convention: 'upper-loss' })).toBe(217.974);
    expect(valueAtRisk(pnl, { level: 0.99, convention: 'matlab' })).toBeCloseTo(235.6795, 10);
    expect(valueAtRisk(pnl, { level: 0.99, convention: 'numpy' })).toBeCloseTo(218.328, 3);
    expect(valueAtRisk(pnl, { level: 0.99, convention: 'excel-exc' })).toBeCloseTo(253.031, 3);
  });

  it("weighs by age as Hull's table does: 282.204 and 400.914", () => {
    const pnl = new Float64Array(500).fill(1);
    const worst: readonly (readonly [number, number])[] =
      [[494, 477.841], [339, 345.435], [349, 282.204], [329, 277.041], [487, 253.385], [227, 217.974]];
    worst.forEach(([scenario, loss]) => (pnl[scenario - 1] = -loss));
    const weights = ageWeights(500, 0.995);
    expect(weights[493]).toBeCloseTo(0.00528, 5);
    expect(weights[338]).toBeCloseTo(0.00243, 5);
    const [measure] = riskMeasures(pnl, [0.99], { weights });
    expect(measure.valueAtRisk).toBe(282.204);
    expect(measure.expectedShortfall).toBeCloseTo(400.914, 3);
    expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 13);
  });

  it('interpolates weighted losses between the middles of their weights', () => {
    const weights = [0.02, 0.03, 0.05, 0.9];
    const convention: MeasureConvention = { quantile: 5, side: 'pnl', shortfall: 'acerbi-tasche' };
    // Middles at 0.01, 0.035, 0.075: 5% is 0.375 of the way from -8 to -6.
    expect(valueAtRisk([-10, -8, -6, 1], { level: 0.95, weights, convention })).toBeCloseTo(7.25, 12);
    // Type 4, ends at 0.02, 0.05: exactly the second.
    expect(valueAtRisk([-10, -8, -6, 1], { level: 0.95, weights, convention: { ...convention, quantile: 4 } })).toBe(8);
    expect(valueAtRisk([-10, -8, -6, 1], { level: 0.96, weights, convention: { ...convention, quantile: 4 } }))
      .toBeCloseTo(10 - 2 * (2 / 3), 12);
    expect(() => valueAtRisk([1, 2], { level: 0.5, weights: [0.5, 0.5], convention: 'numpy' })).toThrow(/type 1 and 5/);
  });

  it('counts equal worst returns once strictly and all of them weakly', () => {
    // Quantile of type 7 at 5% of 21: the second of the sorted, -4.
    const returns = [-9, -4, -4, -4, ...Array.from({ length: 17 }, (_, index) => index)];
    const measure = (convention: ConventionName) => riskMeasures(returns, [0.95], { convention })[0];
    expect(measure('numpy')).toEqual({ level: 0.95, valueAtRisk: 4, expectedShortfall: 21 / 4 });
    expect(measure('performance-analytics').expectedShortfall).toBe(9);
    expect(() => riskMeasures([1, 1, 1], [0.5], { convention: 'performance-analytics' })).toThrow(/strictly beyond/);
  });

  it('says how many observations are missing, and takes the worst one on request', () => {
    expect(() => valueAtRisk([1, 2, 3], { level: 0.99 })).toThrow(/level 0.99 needs at least 100 observations, got 3/);
    expect(valueAtRisk([1, -2, 3], { level: 0.99, beyondSample: 'worst' })).toBe(2);
    expect(valueAtRisk(hundred, { level: 0.99 })).toBe(-1);
    expect(() => valueAtRisk(hundred.slice(1), { level: 0.99 })).toThrow(/at least 100 observations, got 99/);
    expect(() => valueAtRisk(hundred, { level: 99 })).toThrow(/level must be in \(0, 1\), got 99/);
    expect(() => valueAtRisk([], { level: 0.5 })).toThrow(/got 0/);
  });

  it('with weights: refuses where every observation outweighs the tail', () => {
    // Of three the lightest weighs 0.2: 80% is the highest level at which some order has more than one in the tail.
    const pnl = [-3, -2, -1];
    const weights = [0.2, 0.5, 0.3];
    expect(valueAtRisk(pnl, { level: 0.8, weights })).toBe(3);
    expect(() => valueAtRisk(pnl, { level: 0.81, weights })).toThrow(/level 0.81 needs .* the lightest of 3 weighs 0.2/);
    expect(valueAtRisk(pnl, { level: 0.81, weights, beyondSample: 'worst' })).toBe(3);
    // What weighs nothing is not there.
    expect(() => expectedShortfall([...pnl, 0], { level: 0.81, weights: [...weights, 0] })).toThrow(/weighs 0.2/);
    expect(() => riskMeasures([], [0.8], { weights: [] })).toThrow(expect.objectContaining({ code: 'ScenarioInvalid' }));
    // The heaviest may be the worst: that depends on the order, and is no error.
    expect(expectedShortfall([-1, -3, -2], { level: 0.8, weights })).toBe(3);
  });

  it('equal weights are refused where none are', () => {
    const isRefused = (measure: () => unknown): boolean => {
      try {
        measure();
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: 'ObservationsMissing' });
        return true;
      }
    };
    for (const level of [0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995]) {
      for (let n = 1; n <= 220; n++) {
        const pnl = Array.from({ length: n }, (_, index) => index);
        const weights = pnl.map(() => 1 / n);
        const refused = isRefused(() => valueAtRisk(pnl, { level, weights }));
        expect([n, level, refused]).toEqual([n, level, isRefused(() => valueAtRisk(pnl, { level }))]);
        // By hand: n (1 - level) < 1, in thousandths.
        expect(refused).toBe(n * (1000 - Math.round(level * 1000)) < 1000);
      }
    }
  });

  it('names the position of a P&L that is no number', () => {
    const place = (pnl: number[]) => () => valueAtRisk(pnl, { level: 0.5 });
    expect(place([1, NaN, 2])).toThrow(/P&L 2 must be finite, got NaN/);
    expect(place([1, 2, -Infinity])).toThrow(/P&L 3 must be finite, got -Infinity/);
  });

  it('refuses weights that are no probabilities', () => {
    const withWeights = (weights: number[]) => () => valueAtRisk([1, 2, 3], { level: 0.5, weights });
    expect(withWeights([0.5, 0.5])).toThrow(/2 weights for 3/);
    expect(withWeights([0.5, 0.6, -0.1])).toThrow(/weight 3 must be finite and >= 0/);
    expect(withWeights([0.5, 0.5, 0.5])).toThrow(/add up to 1.5/);
  });
});

describe('properties', () => {
  const conventions: MeasureConvention[] = quantileTypes.flatMap((type) =>
    sides.map((side) => ({ quantile: type, side, shortfall: acerbiTasche })));

  it('ES is never below VaR, whatever the convention: but for type 3, which rounds to the nearest', () => {
    fc.assert(fc.property(samples, (pnl) => {
      for (const convention of conventions) {
        if (convention.quantile === 3) continue;
        for (const { valueAtRisk: v, expectedShortfall: es } of riskMeasures(pnl, levels, { convention }))
          expect(es).toBeGreaterThanOrEqual(v);
      }
    }), { numRuns: 40 });
  });

  it('both grow with the level', () => {
    fc.assert(fc.property(samples, (pnl) => {
      for (const name of Object.keys(measureConventions) as ConventionName[]) {
        if (name === 'performance-analytics') continue;
        const measures = riskMeasures(pnl, levels, { convention: name });
        for (let index = 1; index < levels.length; index++) {
          expect(measures[index].valueAtRisk).toBeGreaterThanOrEqual(measures[index - 1].valueAtRisk);
          // The mean of the worst is rounded: equal losses may differ in their last digit.
          expect(measures[index].expectedShortfall).toBeGreaterThanOrEqual(measures[index - 1].expectedShortfall - 1e-9);
        }
      }
    }), { numRuns: 40 });
  });

  it('cash moves both by itself, doubling doubles both', () => {
    fc.assert(fc.property(samples, fc.integer({ min: -1000, max: 1000 }), (pnl, cash) => {
      for (const convention of conventions) {
        const [base] = riskMeasures(pnl, [0.97], { convention });
        const [moved] = riskMeasures(pnl.map((each) => each + cash), [0.97], { convention });
        const [doubled] = riskMeasures(pnl.map((each) => 2 * each), [0.97], { convention });
        expect(moved.valueAtRisk).toBeCloseTo(base.valueAtRisk - cash, 8);
        expect(moved.expectedShortfall).toBeCloseTo(base.expectedShortfall - cash, 8);
        expect(doubled).toEqual({ level: 0.97, valueAtRisk: 2 * base.valueAtRisk, expectedShortfall: 2 * base.expectedShortfall });
      }
    }), { numRuns: 30 });
  });

  it('ES of Acerbi and Tasche is subadditive', () => {
    fc.assert(fc.property(samples, fc.integer({ min: 1, max: 99 }), (pnl, shift) => {
      const other = pnl.map((_, index) => pnl[(index * 31 + shift) % pnl.length]);
      for (const level of levels) {
        const of = (values: number[]) => expectedShortfall(values, { level });
        expect(of(pnl.map((each, index) => each + other[index]))).toBeLessThanOrEqual(of(pnl) + of(other) + 1e-9);
      }
    }), { numRuns: 60 });
  });

  it('equal weights are no weights', () => {
    fc.assert(fc.property(samples, (pnl) => {
      const weights = ageWeights(pnl.length, 1);
      for (const [type, side] of [[1, 'pnl'], [1, 'loss'], [4, 'pnl'], [5, 'pnl'], [5, 'loss']] as const) {
        const convention: MeasureConvention = { quantile: type, side, shortfall: acerbiTasche };
        const weighted = riskMeasures(pnl, levels, { convention, weights });
        riskMeasures(pnl, levels, { convention }).forEach((plain, index) => {
          expect(weighted[index].valueAtRisk).toBeCloseTo(plain.valueAtRisk, 8);
          expect(weighted[index].expectedShortfall).toBeCloseTo(plain.expectedShortfall, 8);
        });
      }
    }), { numRuns: 40 });
  });

  it('the tail alone gives the same bits as the whole sample, in any order', () => {
    fc.assert(fc.property(samples, (pnl) => {
      const sorted = Float64Array.from(pnl).sort();
      for (const convention of [...conventions, ...Object.values(measureConventions)]) {
        if (convention.shortfall === 'beyond') continue;
        const whole = riskMeasures(pnl, levels, { convention });
        expect(riskMeasures([...pnl].reverse(), levels, { convention })).toEqual(whole);
        const needed = Math.max(...levels.map((level) => tailCountNeeded(pnl.length, level, convention)));
        // Ties reach beyond the tail: it must say so, and more of it must do.
        const tail = sorted.subarray(0, needed);
        const ties = convention.shortfall === 'at-or-beyond' && tail[needed - 1] <= -whole[0].valueAtRisk && needed < pnl.length;
        if (ties) expect(() => riskMeasuresOfTail(tail, pnl.length, levels, { convention })).toThrow(/tail must have at least/);
        else expect(riskMeasuresOfTail(tail, pnl.length, levels, { convention })).toEqual(whole);
      }
      expect(() => riskMeasuresOfTail(sorted.subarray(0, 2), pnl.length, [0.9])).toThrow(/tail must have at least/);
    }), { numRuns: 25 });
  });
});

describe('measures from moments', () => {
  // Population moments of -3, -1, 0, 0, 1, 3: mean 0, m2 = 20/6, m3 = 0, m4 = 164/6; kurtosis 164/6 / (100/9) - 3 = -0.54.
  const symmetric = [-3, -1, 0, 0, 1, 3];

  it('normal VaR and ES, with either variance', () => {
    // z = 1.6448536269514722, phi(z) / 0.05 = 2.0627128075074275.
    const deviation = Math.sqrt(20 / 6);
    const population = gaussianMeasures(symmetric, { level: 0.95 });
    expect(population.valueAtRisk).toBeCloseTo(1.6448536269514722 * deviation, 13);
    expect(population.expectedShortfall).toBeCloseTo(2.0627128075074275 * deviation, 12);
    const sample = gaussianMeasures(symmetric.map((each) => each + 1), { level: 0.95, variance: 'sample' });
    expect(sample.valueAtRisk).toBeCloseTo(1.6448536269514722 * 2 - 1, 13);
    expect(gaussianMeasures([1, 3], { level: 0.95, mean: 'zero' }).valueAtRisk).toBeCloseTo(1.6448536269514722, 13);
  });

  it('Cornish-Fisher with kurtosis alone by hand', () => {
    const z = -1.6448536269514722;
    const h = z + ((z ** 3 - 3 * z) * -0.54) / 24;
    expect(modifiedMeasures(symmetric, { level: 0.95 }).valueAtRisk).toBeCloseTo(-h * Math.sqrt(20 / 6), 12);
  });

  it('modified ES is the integral of the Edgeworth density', () => {
    const skewed = [-9, -4, -2, -1, 0, 1, 1, 2, 2, 3];
    const n = skewed.length;
    const mean = skewed.reduce((sum, each) => sum + each, 0) / n;
    const central = (power: number) => skewed.reduce((sum, each) => sum + (each - mean) ** power, 0) / n;
    const sigma = Math.sqrt(central(2));
    const s = central(3) / sigma ** 3;
    const k = central(4) / sigma ** 4 - 3;
    const measure = modifiedMeasures(skewed, { level: 0.95 });
    const h = -(measure.valueAtRisk + mean) / sigma;
    const density = (x: number) => (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
      (1 + (s / 6) * (x ** 3 - 3 * x) + (k / 24) * (x ** 4 - 6 * x * x + 3) +
        ((s * s) / 72) * (x ** 6 - 15 * x ** 4 + 45 * x * x - 15));
    // Simpson from -14 to h with 4,000 steps: error below 1e-10.
    const steps = 4000;
    const width = (h + 14) / steps;
    let integral = 0;
    for (let step = 0; step <= steps; step++) {
      const x = -14 + step * width;
      integral += (step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2) * x * density(x);
    }
    expect(measure.expectedShortfall).toBeCloseTo((-(integral * width) / 3 / 0.05) * sigma - mean, 8);
    expect(measure.isBounded).toBe(false);
  });

  it('Kish: weights that halve count for three', () => {
    // (sum 2^-i)^2 / sum 4^-i = 4 / (4/3).
    expect(effectiveCount(Array.from({ length: 60 }, (_, index) => 2 ** -index))).toBeCloseTo(3, 12);
  });
});
