import { describe, expect, it } from 'vitest';
import { impactCurve, type Impact } from '../../src/cascade/impact.ts';

const sqrt: Impact = { kind: 'sqrt', y: 0.8, sigma: 0.05, dailyVolume: 10_000 };
const linear: Impact = { kind: 'linear', lambda: 1.5, dailyVolume: 10_000 };
const ladder = {
  mid: 100,
  bids: [[99, 10], [98, 20], [95, 30]],
  asks: [[101, 10], [103, 20]],
} as const;
const depth: Impact = { kind: 'depth', ladder };

/** Mean of a curve by the midpoint rule, for curves without a closed form to trust. */
function midpointMean(after: (volume: number) => number, from: number, to: number, steps = 20_000): number {
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += after(from + ((to - from) * (step + 0.5)) / steps);
  return sum / steps;
}

describe('laws', () => {
  it('square root: 1 - Y sigma sqrt(Q / V)', () => {
    // 0.8 x 0.05 x sqrt(2,500 / 10,000) = 0.02.
    expect(impactCurve(sqrt, 1).after(2_500)).toBeCloseTo(0.98, 15);
    expect(impactCurve(sqrt, 1).after(-2_500)).toBeCloseTo(1.02, 15);
    expect(impactCurve(sqrt, 1).after(0)).toBe(1);
  });

  it('square root: a whole order trades at two thirds of its impact', () => {
    expect(impactCurve(sqrt, 1).mean(0, 2_500)).toBeCloseTo(1 - (0.02 * 2) / 3, 15);
  });

  it('linear: exp(-lambda Q / V), and its inverse for buys', () => {
    expect(impactCurve(linear, 1).after(2_000)).toBeCloseTo(0.7408182206817179, 15);
    expect(impactCurve(linear, 1).after(-2_000)).toBeCloseTo(1 / 0.7408182206817179, 14);
  });

  it.each([['sqrt', sqrt], ['linear', linear]] as const)('%s: means are areas under the curve', (_name, impact) => {
    const { after, mean } = impactCurve(impact, 1);
    for (const [from, to] of [[0, 3_000], [1_000, 1_001], [500, 9_000], [-700, -100], [-400, 900], [900, -400], [3_000, 1_000]] as const) {
      // The midpoint rule is off by the square of the step, at the root of zero by more.
      expect(mean(from, to)).toBeCloseTo(midpointMean(after, from, to), 7);
    }
    expect(mean(1_000, 1_000)).toBe(after(1_000));
    // Small parts of a large order: no cancellation.
    expect(mean(5_000, 5_000 + 1e-9)).toBeCloseTo(after(5_000), 13);
  });

  it('nothing leaves the range that a law was measured in', () => {
    expect(impactCurve(sqrt, 1).after(1e12)).toBe(1e-3);
    expect(impactCurve(linear, 1).after(1e9)).toBe(1e-3);
    expect(impactCurve(linear, 1).after(-1e9)).toBe(1e3);
    expect(impactCurve({ kind: 'none' }, 1).after(1e9)).toBe(1);
  });

  it.each([
    [{ ...sqrt, y: -1 }, 'y'],
    [{ ...sqrt, sigma: NaN }, 'sigma'],
    [{ ...sqrt, dailyVolume: 0 }, 'dailyVolume'],
    [{ ...linear, lambda: Infinity }, 'lambda'],
    [{ kind: 'depth', ladder: { ...ladder, bids: [] } }, 'bids'],
    [{ kind: 'depth', ladder: { ...ladder, asks: [[101, -1]] } }, 'asks, level 1'],
    [{ kind: 'depth', ladder: { ...ladder, bids: [[98, 1], [99, 1]] } }, 'bids, level 2'],
    [{ kind: 'depth', ladder: { ...ladder, mid: 0 } }, 'mid'],
  ] as const)('refuses %j', (impact, place) => {
    expect(() => impactCurve(impact as Impact, 1)).toThrow(place);
  });
});

describe('order-book depth', () => {
  const { after, mean } = impactCurve(depth, 1);

  it('is walked level by level', () => {
    expect([0, 5, 10, 11, 30, 60].map(after)).toEqual([1, 0.99, 0.99, 0.98, 0.98, 0.95]);
    expect([-10, -10.5, -30].map(after)).toEqual([1.01, 1.03, 1.03]);
  });

  it('trades at the mean of what it takes', () => {
    // 10 at 99 and 15 at 98, of 25.
    expect(mean(0, 25)).toBeCloseTo((10 * 0.99 + 15 * 0.98) / 25, 15);
    // From the 5th to the 35th: 5 at 99, 20 at 98, 5 at 95.
    expect(mean(5, 35)).toBeCloseTo((5 * 0.99 + 20 * 0.98 + 5 * 0.95) / 30, 15);
    expect(mean(0, -20)).toBeCloseTo((10 * 1.01 + 10 * 1.03) / 20, 15);
  });

  it('goes on as it ended: 30 more at each further 95 / 98 of the price', () => {
    const ratio = 95 / 98;
    expect(after(90)).toBeCloseTo(0.95 * ratio, 15);
    expect(after(100)).toBeCloseTo(0.95 * ratio * ratio, 15);
    expect(mean(60, 100)).toBeCloseTo((30 * 0.95 * ratio + 10 * 0.95 * ratio * ratio) / 40, 15);
  });

  it('follows a shock, or rests where it stands', () => {
    expect(impactCurve(depth, 0.97).after(10)).toBe(0.99);
    const resting: Impact = { kind: 'depth', ladder: { ...ladder, anchor: 'rests' } };
    // At 97 the first two levels have been run over: the next bid is 95.
    expect(impactCurve(resting, 0.97).after(10)).toBeCloseTo(95 / 97, 15);
    // Everything run over: the last size is quoted at the new price, the next at the last ratio.
    expect(impactCurve(resting, 0.9).after(30)).toBe(1);
    expect(impactCurve(resting, 0.9).after(31)).toBeCloseTo(95 / 98, 15);
  });
});
