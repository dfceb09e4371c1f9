import { describe, expect, it } from 'vitest';
import { rowMills } from '../../assembly/portable/mills-rows.ts';
import { rowSlope } from '../../assembly/portable/mills-slope-rows.ts';
import * as oracle from '../support/decimal-normal.ts';

/** Least, inner and greatest arguments of every piece below z = last. */
function pointsOfPieces(pieces: number, last: number): number[] {
  const points: number[] = [];
  for (let octave = 1; octave < last + 1; octave *= 2) {
    for (let piece = 0; piece < pieces; piece++) {
      for (const part of [0, 0.37, 1 - 2 ** -20]) points.push(octave * (1 + (piece + part) / pieces) - 1);
    }
  }
  return points.filter((z) => z <= last);
}

describe('rows of the Mills ratio, against 60-digit arithmetic', () => {
  // Three roundings: of the leading coefficient, of its sum with the square's term, of the last sum.
  it('R(z) in every piece to 129', () => {
    for (const z of pointsOfPieces(32, 129)) {
      expect(oracle.relativeError(rowMills(z), oracle.mills(oracle.exact(z))), `z = ${z}`).toBeLessThan(3.4e-16);
    }
  });

  it('Q(z) = 1 - z R(z) in every piece to 65', () => {
    for (const z of pointsOfPieces(64, 65)) {
      const exact = oracle.exact(z);
      const slope = oracle.exact(1).minus(exact.times(oracle.mills(exact)));
      expect(oracle.relativeError(rowSlope(z), slope), `z = ${z}`).toBeLessThan(3.4e-16);
    }
  });

  it('NaN stays NaN', () => {
    expect([rowMills(NaN), rowSlope(NaN)]).toEqual([NaN, NaN]);
  });
});
