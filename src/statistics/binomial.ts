import { exp } from '../../assembly/portable/exp.ts';
import { requireArgument, requireProbability } from './argument.ts';
import { betaTails } from './incomplete-beta.ts';
import type { Tails } from './incomplete-gamma.ts';
import { binomialTerm } from './saddle-point-terms.ts';
import { logOnePlus } from './near-one.ts';

/** Binomial distribution: k successes of n trials with probability p each. All throw `ValueOutOfRange`. */

/** P(X <= k). */
export function binomialCdf(k: number, n: number, p: number): number {
  return tailsOf(k, n, p).lower;
}

/** P(X > k), accurate in the far tail. P(X >= k) is `binomialSurvival(k - 1, n, p)`. */
export function binomialSurvival(k: number, n: number, p: number): number {
  return tailsOf(k, n, p).upper;
}

/** P(X = k). */
export function binomialPmf(k: number, n: number, p: number): number {
  requireTrials(k, n, p);
  if (!Number.isInteger(k) || k < 0 || k > n) return 0;
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  if (k === 0) return exp(n * logOnePlus(-p));
  if (k === n) return exp(n * logOnePlus(p - 1));
  const q = 1 - p;
  return binomialTerm(k, n - k, p, q, 1 - q - p);
}

/** The smallest k with P(X <= k) >= probability. */
export function binomialQuantile(probability: number, n: number, p: number): number {
  requireProbability('probability', probability);
  requireTrials(0, n, p);
  let low = -1;
  let high = n;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, p) >= probability) high = middle;
    else low = middle;
  }
  return high;
}

function tailsOf(k: number, n: number, p: number): Tails {
  requireTrials(k, n, p);
  const whole = Math.floor(k);
  if (whole < 0) return { lower: 0, upper: 1 };
  if (whole >= n) return { lower: 1, upper: 0 };
  const q = 1 - p;
  const { lower, upper } = betaTails(p, q, whole + 1, n - whole, 1 - q - p);
  return { lower: upper, upper: lower };
}

function requireTrials(k: number, n: number, p: number): void {
  requireArgument('k', k, !Number.isNaN(k), 'a number');
  requireArgument('n', n, Number.isSafeInteger(n) && n >= 0, 'a whole number >= 0');
  requireProbability('p', p);
}
