import { describe, expect, it } from 'vitest';
import { randomPortfolios } from '../../src/backtest/coverage/test-portfolios.ts';
import { RandomStream, requireSeed } from '../../src/generate/random.ts';
import {
  bootstrapErrors, exceedanceResiduals, filteredPaths, normalModel, overlappingLimits, simulateAcerbiSzekely,
  simulateAcerbiSzekelyRanks,
} from '../../src/index.ts';

const days = 60;
const history = {
  dates: Array.from({ length: days }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)),
  factors: [{ kind: 'price', underlying: 'BTC', expiry: null, change: 'relative' }],
  values: Float64Array.from({ length: days }, (_, day) => 100 + ((day * 37) % 11)),
} as const;
const simulation = { level: 0.9, observations: 10, paths: 5 };

/** Everything that draws with a seed and does not make a book. */
const drawers: Readonly<Record<string, (seed: number) => unknown>> = {
  bootstrapErrors: (seed) => bootstrapErrors([1, -2, 3, -4, 5], { level: 0.6, resamples: 5, seed }),
  simulateAcerbiSzekely: (seed) => simulateAcerbiSzekely(normalModel(0.9), { ...simulation, seed }),
  simulateAcerbiSzekelyRanks: (seed) => simulateAcerbiSzekelyRanks(normalModel(0.9), { ...simulation, seed }),
  overlappingLimits: (seed) => overlappingLimits([20], { horizon: 2, probability: 0.05, paths: 5, seed }),
  exceedanceResiduals: (seed) =>
    exceedanceResiduals([-5, -6, 1, -4], [3, 3, 3, 3], [4, 4, 4, 4], { bootstrap: { resamples: 5, seed } }),
  filteredPaths: (seed) =>
    filteredPaths(history, { filter: { model: { kind: 'ewma', lambda: 0.94 } }, paths: 5, horizonDays: 2, seed }),
  randomPortfolios: (seed) => randomPortfolios(3, seed, new Set()),
};

describe('a seed is a whole number in [0, 2^53)', () => {
  it('because streams look at whole numbers only: NaN, 0.5 and 2^85 would draw what 0 draws', () => {
    const firstOf = (seed: number): number => {
      const stream = new RandomStream();
      stream.restart(seed, 1, 1);
      return stream.nextInt32();
    };
    expect([NaN, 0.5, 2 ** 85].map(firstOf)).toEqual([0, 0, 0].map(firstOf));
    expect(firstOf(1)).not.toBe(firstOf(0));
  });

  it.each(Object.keys(drawers))('%s', (name) => {
    const draw = drawers[name];
    for (const seed of [0, 1, Number.MAX_SAFE_INTEGER]) expect(() => draw(seed)).not.toThrow();
    for (const seed of [NaN, 0.5, -1, 2 ** 53, Infinity, '1' as unknown as number, undefined as unknown as number]) {
      expect(() => draw(seed)).toThrow(expect.objectContaining({ code: 'OptionInvalid', place: { column: 'seed', value: seed } }));
    }
  });

  it('says what it got', () => {
    expect(() => requireSeed(0.5)).toThrow('seed must be a whole number in [0, 2^53), got 0.5');
  });
});
