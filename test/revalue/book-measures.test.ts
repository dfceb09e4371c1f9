import { describe, expect, it } from 'vitest';
import type { TailLevel } from '../../src/revaluation/book-memory.ts';
import { bookOf, run, type Runner, type TailBook } from './tail-book.ts';

/** Everything is a multiple of a sixteenth and small: sums are exact in any order. */
const levels: TailLevel[] = [
  { position: { lower: 0, upper: 0, weight: 0 }, shares: Float64Array.of(1) },
  { position: { lower: 2, upper: 3, weight: 0.25 }, shares: Float64Array.of(0.25, 0.25, 0.5) },
  { position: { lower: 4, upper: 4, weight: 0 }, shares: Float64Array.of(0.25, 0.25, 0.25, 0.125, 0.125) },
];

/** Per column, a value per portfolio: worst P&L, its scenario, VaR and ES level by level. */
function measuresOf(book: TailBook, capacity: number, runner: Runner, chunk: number): number[][] {
  const { plan, buffer } = run(book, capacity, { tile: 16, chunk, screenChunk: 2, candidates: 40 }, runner, levels);
  const count = book.portfolios.length;
  return Array.from({ length: 2 + 2 * levels.length }, (_, column) =>
    [...new Float64Array(buffer, plan.results + 8 * count * column, count)]);
}

/** From the definition. */
function expectedOf({ rows, portfolios }: TailBook): number[][] {
  const tails = portfolios.map((held) => rows[0]
    .map((_, s) => [held.reduce((sum, [row, quantity]) => sum + quantity * rows[row][s], 0), s] as const)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  const perLevel = levels.flatMap(({ position: { lower, upper, weight }, shares }) => [
    tails.map((tail) => 0 - (tail[lower][0] * (1 - weight) + tail[upper][0] * weight)),
    tails.map((tail) => 0 - shares.reduce((sum, share, k) => sum + share * tail[k][0], 0)),
  ]);
  return [tails.map(([[pnl]]) => pnl), tails.map(([[, scenario]]) => scenario), ...perLevel];
}

/** `bookOf` with whole quantities. */
function wholeBook(scenarios: number, cells: number): TailBook {
  const half = Math.floor(cells / 2);
  const { rows, portfolios } = bookOf(scenarios, 6, (_row, _s, random) => random.nextIndex(cells) - half);
  return { rows, portfolios: portfolios.map((held) => held.map(([row, quantity]) => [row, Math.round(4 * quantity)])) };
}

describe('measures instead of tails', () => {
  it.each([[300, 4_001], [300, 3], [40, 101]])('%i scenarios, %i values', (scenarios, cells) => {
    const book = wholeBook(scenarios, cells);
    const expected = expectedOf(book);
    for (const capacity of [5, 33]) {
      for (const runner of ['simd', 'twin', 'javascript'] as const) {
        for (const chunk of [3, 9]) {
          expect([runner, measuresOf(book, capacity, runner, chunk)]).toEqual([runner, expected]);
        }
      }
    }
  });

  it('take memory of their own instead of that of tails', () => {
    const book = wholeBook(300, 101);
    const kept = run(book, 200, {}, 'simd').plan;
    const { plan } = run(book, 200, {}, 'simd', levels);
    expect(kept.end - plan.end).toBeGreaterThan(16 * 200 * 9 - 16 * (levels.length + 1) * 9 - 8 * 32);
    expect(plan.tails - plan.results).toBeLessThan(16 * (levels.length + 1) * 9 + 64);
  });

  it('are not what blocks leave: tails are kept until the last', () => {
    expect(run(wholeBook(300, 101), 20, { block: 130 }, 'simd', levels).plan.levels).toBeNull();
  });
});
