import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reverseStressDeltaGamma, reverseStressLinear } from '../../src/risk/reverse-stress.ts';
import { reverseStressSearch } from '../../src/risk/reverse-stress-search.ts';

const covariance = [0.04, 0.012, 0.012, 0.09];
const quadratic = (delta: readonly number[], gamma: readonly number[]) => (points: Float64Array, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, s) => {
    const x = points.subarray(s * delta.length, (s + 1) * delta.length);
    return -delta.reduce((sum, d, i) => sum + x[i] * (d + 0.5 * x.reduce((row, each, j) => row + gamma[i * delta.length + j] * each, 0)), 0);
  });

describe('reverse stress, linear', () => {
  it('by hand: x* = -S d E / (d\'Sd), E / sqrt(d\'Sd)', () => {
    // d = (100, -50): S d = (3.4, -3.3), d'Sd = 505; E = 30.
    const { scenario, isGlobal } = reverseStressLinear({ exposures: [100, -50], covariance, names: ['a', 'b'] }, 30);
    expect(isGlobal).toBe(true);
    expect(scenario!.moves[0]).toBeCloseTo((-3.4 * 30) / 505, 13);
    expect(scenario!.moves[1]).toBeCloseTo((3.3 * 30) / 505, 13);
    expect(scenario!.distance).toBeCloseTo(30 / Math.sqrt(505), 12);
    expect(scenario!.loss).toBeCloseTo(30, 11);
    // Two factors: e^(-d^2/2).
    expect(scenario!.chiSquareProbability).toBeCloseTo(Math.exp(-900 / 505 / 2), 13);
    expect(scenario!.drivers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(scenario!.drivers[0].lossAlone).toBeCloseTo((340 * 30) / 505, 11);
    expect(scenario!.drivers[0].deviations).toBeCloseTo((-3.4 * 30) / 505 / 0.2, 12);
    expect(scenario!.drivers.reduce((sum, each) => sum + each.distanceShare, 0)).toBeCloseTo(1, 13);
    expect(scenario!.jointLoss).toBeCloseTo(0, 12);
  });

  it('a portfolio that does not move cannot lose', () => {
    const found = reverseStressLinear({ exposures: [0, 0], covariance }, 30);
    expect(found.scenario).toBeNull();
    expect(found.reason).toMatch(/no move of the factors loses 30: the largest loss there is is -?0/);
  });
});

describe('reverse stress, delta-gamma', () => {
  it('one factor by hand: x + x^2/2 loses 0.375 at -1/2, at most 1/2; short -x^2 loses 4 at both sides', () => {
    const one = { delta: [1], gamma: [1], covariance: [4] };
    expect(reverseStressDeltaGamma(one, 0.375).scenario!.moves[0]).toBeCloseTo(-0.5, 12);
    expect(reverseStressDeltaGamma(one, 0.375).scenario!.distance).toBeCloseTo(0.25, 12);
    const never = reverseStressDeltaGamma(one, 0.51);
    expect(never.scenario).toBeNull();
    expect(never.greatestLoss).toBeCloseTo(0.5, 14);
    const both = reverseStressDeltaGamma({ delta: [0], gamma: [-2], covariance: [1] }, 4);
    expect([both.scenario, ...both.others].map((each) => each!.moves[0])).toEqual([-2, 2]);
    expect(reverseStressDeltaGamma({ ...one, constant: -1 }, 1).scenario!.distance).toBe(0);
  });

  it('nothing on the surface is nearer: tried in every direction', () => {
    const numbers = fc.array(fc.integer({ min: -2000, max: 2000 }).map((each) => each / 1000), { minLength: 5, maxLength: 5 });
    fc.assert(fc.property(numbers, fc.double({ min: 0.05, max: 5, noNaN: true }), ([a, b, c, d, e], loss) => {
      const portfolio = { delta: [a, b], gamma: [c, d, d, e], covariance: [1, 0, 0, 1] };
      const { scenario, greatestLoss } = reverseStressDeltaGamma(portfolio, loss);
      const losses = quadratic([a, b], [c, d, d, e]);
      if (scenario === null) expect(greatestLoss).toBeLessThanOrEqual(loss * (1 + 1e-9));
      else expect(Math.abs(scenario.loss / loss - 1)).toBeLessThan(1e-6);
      // With the identity as covariance distances are lengths: a little inside nothing reaches the loss.
      const radius = scenario === null ? 20 : scenario.distance * (1 - 1e-6);
      for (let k = 0; k < 720; k++) {
        const angle = (k * Math.PI) / 360;
        for (const part of [0.3, 0.7, 1]) {
          const point = Float64Array.from([Math.cos(angle) * radius * part, Math.sin(angle) * radius * part]);
          expect(losses(point, 1)[0]).toBeLessThan(loss * (1 + 1e-12));
        }
      }
    }), { numRuns: 60 });
  });

  it('finds the far side of a saddle that a descent from the gradient misses', () => {
    // The gradient points along a, where the loss is bounded by 1/2; along b it is not, and there is no slope.
    const found = reverseStressDeltaGamma({ delta: [1, 0], gamma: [1, 0, 0, -0.1], covariance: [1, 0, 0, 1] }, 2);
    // y_a = -(1/0.1) / (1 + 10) = -10/11; the rest along b: 0.05 b^2 = 2 + y_a + y_a^2/2.
    const a = -10 / 11;
    expect(found.scenario!.moves[0]).toBeCloseTo(a, 12);
    expect(Math.abs(found.scenario!.moves[1])).toBeCloseTo(Math.sqrt((2 + a + (a * a) / 2) / 0.05), 11);
    expect(found.others).toHaveLength(1);
  });
});

describe('reverse stress by search', () => {
  it('agrees with the closed forms', () => {
    const linear = reverseStressSearch({ covariance, loss: 30, losses: quadratic([100, -50], [0, 0, 0, 0]) });
    expect(linear.scenario!.distance).toBeCloseTo(30 / Math.sqrt(505), 9);
    const portfolio = { delta: [100, -50], gamma: [-300, 40, 40, 200], covariance };
    const exact = reverseStressDeltaGamma(portfolio, 30).scenario!;
    const found = reverseStressSearch({ covariance, loss: 30, losses: quadratic(portfolio.delta, portfolio.gamma) });
    expect(found.scenario!.distance).toBeCloseTo(exact.distance, 8);
    expect(found.scenario!.moves[0]).toBeCloseTo(exact.moves[0], 4);
    // The other way out is farther: reported, not taken.
    expect(found.others.length).toBeGreaterThan(0);
    expect(found.others[0].distance).toBeGreaterThan(exact.distance);
    expect(found.isGlobal).toBe(false);
  });

  it('keeps to moves that can be, says what cannot be reached, knows what is lost already', () => {
    // 100 coins: at most 100 can be lost; 150 cannot.
    const coins = (points: Float64Array): Float64Array => {
      points.forEach((each) => expect(each).toBeGreaterThanOrEqual(-0.99 - 1e-12));
      return points.map((each) => -100 * each);
    };
    const limits = { covariance: [0.04], lowest: [-0.99], losses: coins };
    const found = reverseStressSearch({ ...limits, loss: 80 });
    expect(found.scenario!.moves[0]).toBeCloseTo(-0.8, 12);
    const never = reverseStressSearch({ ...limits, loss: 150 });
    expect(never.scenario).toBeNull();
    expect(never.reason).toMatch(/within 12 standard deviations that was tried loses 150: the largest loss found is (99|98.99)/);
    const lost = reverseStressSearch({ covariance: [1], loss: 5, losses: (points) => points.map((each) => 6 - each) });
    expect(lost.scenario!.distance).toBe(0);
  });
});
