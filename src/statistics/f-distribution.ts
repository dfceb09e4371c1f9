import { requireArgument, requirePositive } from './argument.ts';
import { betaTails } from './incomplete-beta.ts';
import type { Tails } from './incomplete-gamma.ts';

/** F distribution with d1, d2 > 0 degrees of freedom. Throws `ValueOutOfRange`. */
export function fCdf(x: number, d1: number, d2: number): number {
  return tailsOf(x, d1, d2).lower;
}

/** P(X > x), accurate in the far tail. */
export function fSurvival(x: number, d1: number, d2: number): number {
  return tailsOf(x, d1, d2).upper;
}

function tailsOf(x: number, d1: number, d2: number): Tails {
  requirePositive('d1', d1);
  requirePositive('d2', d2);
  requireArgument('x', x, x >= 0, '>= 0');
  if (x === Infinity) return { lower: 1, upper: 0 };
  const ratio = (d1 / d2) * x;
  return betaTails(ratio / (1 + ratio), 1 / (1 + ratio), d1 / 2, d2 / 2);
}
