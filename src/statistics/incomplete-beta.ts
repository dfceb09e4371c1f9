import { requirePositive, requireProbability } from './argument.ts';
import type { Tails } from './incomplete-gamma.ts';
import { binomialTerm } from './saddle-point-terms.ts';

/** Regularised incomplete beta function I_x(a, b) for a, b > 0, x in [0, 1]. Throws `ValueOutOfRange`. */
export function regularisedBeta(x: number, a: number, b: number): number {
  requireProbability('x', x);
  const y = 1 - x;
  return betaTails(x, y, a, b, 1 - y - x).lower;
}

/**
 * I_x(a, b) and I_y(b, a) for x + y = 1, by the continued fraction on the side where it converges fast (DiDonato and
 * Morris, ACM TOMS 18, 1992, 360-373). The caller gives both x and y: near 1 the one does not follow from the other.
 * `yRest` is what y lacks to 1 - x, where x is exact and y is rounded. Errors: docs/ACCURACY.md.
 */
export function betaTails(x: number, y: number, a: number, b: number, yRest = 0): Tails {
  requirePositive('a', a);
  requirePositive('b', b);
  if (x === 0) return { lower: 0, upper: 1 };
  if (y === 0) return { lower: 1, upper: 0 };
  const term = binomialTerm(a, b, x, y, yRest) / (a + b) * a * b;
  if (x * (a + b + 2) < a + 1) {
    const lower = (term / a) * continuedFraction(x, a, b);
    return { lower, upper: 1 - lower };
  }
  const upper = (term / b) * continuedFraction(y, b, a);
  return { lower: 1 - upper, upper };
}

/** 1 + d1/(1 + d2/(1 + ...)) inverted, by Lentz's method (Abramowitz and Stegun 26.5.8). */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 3e-16) return value;
  }
}
