import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acerbiSzekelyRanks, empiricalModel, normalModel, simulateAcerbiSzekelyRanks, studentTModel, testAgainst,
} from '../../src/index.ts';

const uniform = { pnlAt: (p: number) => p - 1 };

describe('third test of Acerbi and Szekely', () => {
  it('by hand: uniform P&L', () => {
    // k = 2 of 4: ES of the ranks (0.9 + 0.7) / 2; expected order statistics are 1/5 and 2/5, ES 0.7.
    expect(acerbiSzekelyRanks([0.6, 0.1, 0.9, 0.3], uniform, 0.5)).toBeCloseTo(1 - 0.8 / 0.7, 13);
    // Two more days with twice the P&L, less 1: ES 2.6, expected 2.4.
    const wider = { pnlAt: (p: number) => 2 * p - 3 };
    const each = [uniform, wider, wider, uniform];
    expect(acerbiSzekelyRanks([0.6, 0.1, 0.9, 0.3], each, 0.5)).toBeCloseTo(1 - (0.8 / 0.7 + 2.6 / 2.4) / 2, 13);
  });

  it('expects what order statistics of the normal and t distribution do', () => {
    // The median of the ranks makes ES of the ranks 1/2 - 1 etc.: Z3 = 1 - ES / expected gives the expected value back.
    const expectedOf = (pnlAt: (p: number) => number, days: number, level: number): number =>
      -pnlAt(0.2) / (1 - acerbiSzekelyRanks(new Float64Array(days).fill(0.2), { pnlAt }, level));
    const normal = (p: number): number => normalModel(0.9).pnlAt(p);
    // Harter (1961): minimum of 5 normals -1.16296, of 10 -1.53875, the second of 10 -1.00136. Here with more digits.
    expect(expectedOf(normal, 5, 0.8)).toBeCloseTo(1.1629644736405196, 11);
    expect(expectedOf(normal, 10, 0.9)).toBeCloseTo(1.5387527308351729, 11);
    expect(2 * expectedOf(normal, 10, 0.8)).toBeCloseTo(1.5387527308351729 + 1.0013570445796945, 10);
    // scipy, integrals over the density: 250 days, k = 6.
    expect(expectedOf(normal, 250, 0.975)).toBeCloseTo(2.3195836465262967, 11);
    const t = studentTModel(0.975, 5);
    // The table of t quantiles is good to 1e-9.
    expect(expectedOf((p) => t.pnlAt(p), 250, 0.975)).toBeCloseTo(3.494869920227749, 8);
  });

  it('a sample is summed: minimum of two of three P&L', () => {
    // Of -3, -2, -1 the smaller of two draws: 5/9, 3/9, 1/9.
    const expected = (3 * 5 + 2 * 3 + 1) / 9;
    const model = empiricalModel([-1, -3, -2], 0.5);
    expect(acerbiSzekelyRanks([0.9, 0.1], model, 0.5)).toBeCloseTo(1 - 3 / expected, 14);
    expect(acerbiSzekelyRanks([0.9, 0.4], model, 0.5)).toBeCloseTo(1 - 2 / expected, 14);
  });

  it('critical values on 250 days at 97.5%', () => {
    // NumPy, 400,000 paths: 1% and 5%: -0.21631, -0.14913 (normal), -0.52198, -0.30902 (t, 5); standard errors < 0.003.
    const options = { level: 0.975, observations: 250, paths: 20_000, seed: 3 };
    for (const [model, first, fifth] of [
      [normalModel(0.975), -0.21631, -0.14913], [studentTModel(0.975, 5), -0.52198, -0.30902],
    ] as const) {
      const simulated = simulateAcerbiSzekelyRanks(model, options);
      for (const [size, value] of [[0.01, first], [0.05, fifth]] as const) {
        const { criticalInterval: { lower, upper }, isRejected } = testAgainst(simulated, 2 * value, size);
        expect(lower! - 0.006).toBeLessThan(value);
        expect(upper! + 0.006).toBeGreaterThan(value);
        expect(isRejected).toBe(true);
      }
      const mean = simulated.reduce((sum, each) => sum + each, 0) / simulated.length;
      expect(Math.abs(mean)).toBeLessThan(0.006);
    }
    const some = { ...options, paths: 20 };
    const perDay = simulateAcerbiSzekelyRanks(Array.from({ length: 250 }, () => normalModel(0.975)), some);
    simulateAcerbiSzekelyRanks(normalModel(0.975), some).forEach((each, i) => expect(perDay[i]).toBeCloseTo(each, 12));
  });

  it('does not change with the unit, falls with any rank, and lower ranks speak against the model', () => {
    const model = normalModel(0.9);
    const larger = { pnlAt: (p: number) => 1024 * model.pnlAt(p) };
    fc.assert(fc.property(
      fc.array(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 40 }), fc.nat(), (ranks, at) => {
        const value = acerbiSzekelyRanks(ranks, model, 0.9);
        expect(acerbiSzekelyRanks(ranks, larger, 0.9)).toBeCloseTo(value, 12);
        const lower = ranks.map((rank, i) => (i === at % ranks.length ? rank / 2 : rank));
        expect(acerbiSzekelyRanks(lower, model, 0.9)).toBeLessThanOrEqual(value);
      }), { numRuns: 20, seed: 1 });
  });

  it('refuses too few days, ranks out of range, distributions of another number of days, gains for sure', () => {
    expect(() => acerbiSzekelyRanks(new Array<number>(39).fill(0.5), uniform, 0.975)).toThrow('Z3 at 0.975 needs 40 days, got 39');
    expect(acerbiSzekelyRanks(new Array<number>(10).fill(0.5), uniform, 0.9)).toBeCloseTo(1 - 0.5 / (10 / 11), 12);
    expect(() => acerbiSzekelyRanks([0.5, 1], uniform, 0.5)).toThrow('rank 2 must be in (0, 1), got 1');
    expect(() => acerbiSzekelyRanks([0.5, NaN], uniform, 0.5)).toThrow('rank 2 must be in (0, 1), got NaN');
    expect(() => acerbiSzekelyRanks([0.5, 0.6], [uniform], 0.5)).toThrow('there are 1 distributions for 2 ranks');
    expect(() => acerbiSzekelyRanks([0.5, 0.6], { pnlAt: (p) => p }, 0.5)).toThrow(/expected ES of day 1 must be > 0/);
    expect(() => simulateAcerbiSzekelyRanks(uniform, { level: 0.5, observations: 2, paths: 0, seed: 1 })).toThrow('paths must be');
  });
});
