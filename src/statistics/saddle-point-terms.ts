import { exp } from '../../assembly/portable/exp.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { stirlingFrom, stirlingSeries } from './log-gamma.ts';

/**
 * The largest terms of the incomplete gamma and beta functions, by C. Loader's saddle-point form (Fast and accurate
 * computation of binomial probabilities, 2000): no difference of large logarithms is left, so that far tails and large
 * parameters keep their digits.
 */

const twoPi = 6.283185307179586;

/** ln Gamma(x + 1) - (x + 1/2) ln x + x - ln(2 pi)/2 for x > 0: what Stirling's formula leaves out. */
export function stirlingError(x: number): number {
  let sum = 0;
  let argument = x;
  while (argument < stirlingFrom) {
    sum += (argument + 0.5) * logRatio(argument + 1, argument) - 1;
    argument += 1;
  }
  return sum + stirlingSeries(argument);
}

/** x ln(x / mean) + mean - x for x, mean > 0; >= 0. Near x = mean its series, where the three terms would cancel. */
export function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (!(Math.abs(difference) < 0.1 * (x + mean))) return x * logRatio(x, mean) - difference;
  const ratio = difference / (x + mean);
  const square = ratio * ratio;
  let sum = difference * ratio;
  let power = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= square;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** mean^x e^-mean / Gamma(x + 1) for x, mean > 0. */
export function poissonTerm(x: number, mean: number): number {
  return exp(-stirlingError(x) - deviance(x, mean)) / Math.sqrt(twoPi * x);
}

/**
 * Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)) p^a q^b for a, b > 0, p + q = 1; `qRest` is what q lacks to 1 - p.
 */
export function binomialTerm(a: number, b: number, p: number, q: number, qRest = 0): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * p) - deviance(b, n * q) + (b * qRest) / q;
  return exp(exponent) * Math.sqrt(n / (twoPi * a) / b);
}
