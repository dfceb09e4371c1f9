import { describe, expect, it } from 'vitest';
import { MoveInterpolation } from '../../src/revaluation/move-interpolation.ts';

const moves = Float64Array.of(0, 2.5, 3.25, 5, 0.5, 4.5);
const axis = new MoveInterpolation(
  { factors: [{ kind: 'price', underlying: 'BTC', expiry: null, change: 'relative' }], count: 6, moves }, 0, 6,
);

describe('interpolation along a factor', () => {
  it('takes the four nearest of the nodes 0, 1, ... 5; at the ends the last four', () => {
    expect(Array.from(moves, (_, s) => axis.place(s))).toEqual([0, 1, 2, 2, 0, 2]);
    expect([0, 5].map((node) => axis.node(node))).toEqual([0, 5]);
  });

  it('is exact for a cubic', () => {
    const cubic = (x: number): number => 2 - x + 3 * x * x - 0.5 * x * x * x;
    moves.forEach((move, s) => {
      const value = [0, 1, 2, 3].reduce((sum, i) => sum + axis.weight(s, i) * cubic(axis.node(axis.place(s) + i)), 0);
      expect(value).toBeCloseTo(cubic(move), 12);
    });
  });

  it('a factor that never moves has all its weight on one node', () => {
    const still = new MoveInterpolation({ factors: [], count: 2, moves: new Float64Array(2) }, 0, 4);
    expect([0, 1, 2, 3].map((i) => still.weight(1, i) + 0)).toEqual([1, 0, 0, 0]);
  });
});
