import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { requireArgument, requirePositive } from './argument.ts';
import { logGammaOnePlus } from './log-gamma.ts';
import { expMinusOne } from './near-one.ts';
import { poissonTerm } from './saddle-point-terms.ts';

/** Both tails of a distribution; whichever is the smaller one has the digits. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/** Regularised lower incomplete gamma function P(a, x) for a > 0, x >= 0. Throws `ValueOutOfRange`. */
export function regularisedGammaP(a: number, x: number): number {
  return gammaTails(a, x).lower;
}

/** Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate in the far tail. */
export function regularisedGammaQ(a: number, x: number): number {
  return gammaTails(a, x).upper;
}

/**
 * P by its power series below x = a + 1, Q by its continued fraction above; for small a and x, where Q would be what
 * little P leaves to 1, Q by Gautschi's arrangement (ACM TOMS 5, 1979, 466-481). Errors: docs/ACCURACY.md.
 */
export function gammaTails(a: number, x: number): Tails {
  requirePositive('a', a);
  requireArgument('x', x, x >= 0, '>= 0');
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  if (a <= 0.5 && x < 0.75) return smallGammaTails(a, x);
  if (x < a + 1 && !(a <= 1 && x >= 0.75)) {
    const lower = poissonTerm(a, x) * powerSeries(a, x);
    return { lower, upper: 1 - lower };
  }
  const upper = poissonTerm(a, x) * a * continuedFraction(a, x);
  return { lower: 1 - upper, upper };
}

/** 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... */
function powerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; ; n++) {
    term *= x / (a + n);
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}

/** 1/(x + 1 - a - 1(1 - a)/(x + 3 - a - ...)), by Lentz's method; every denominator is > 0 where it is used. */
function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1; ; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 3e-16) return value;
  }
}

/** P = x^a / Gamma(1 + a) (1 - a s); Q = 1 - P without the difference. */
function smallGammaTails(a: number, x: number): Tails {
  let term = 1;
  let s = 0;
  for (let n = 1; ; n++) {
    term *= -x / n;
    const next = s - term / (a + n);
    if (next === s) break;
    s = next;
  }
  const exponent = a * log(x) - logGammaOnePlus(a);
  const scale = exp(exponent);
  return { lower: scale * (1 - a * s), upper: scale * a * s - expMinusOne(exponent) };
}
