import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { normalQuantileOf } from '../../assembly/portable/normal.ts';
import { requireArgument, requirePositive, requireProbability } from './argument.ts';
import { gammaTails, regularisedGammaP, regularisedGammaQ } from './incomplete-gamma.ts';
import { logGamma } from './log-gamma.ts';
import { logarithmicRoot } from './monotone-root.ts';
import { poissonTerm } from './saddle-point-terms.ts';

/** Chi-square distribution with k > 0 degrees of freedom, any real number. Throws `ValueOutOfRange`. */
export function chiSquareCdf(x: number, k: number): number {
  return regularisedGammaP(k / 2, x / 2);
}

/** P(X > x), accurate in the far tail: the p-value of a likelihood ratio. */
export function chiSquareSurvival(x: number, k: number): number {
  return regularisedGammaQ(k / 2, x / 2);
}

export function chiSquarePdf(x: number, k: number): number {
  requirePositive('k', k);
  requireArgument('x', x, x >= 0, '>= 0');
  if (x > 0) return x === Infinity ? 0 : (poissonTerm(k / 2, x / 2) * k) / (2 * x);
  return k < 2 ? Infinity : k === 2 ? 0.5 : 0;
}

/** x with P(X <= x) = p. */
export function chiSquareQuantile(p: number, k: number): number {
  requireProbability('p', p);
  return quantileOf(p, 1 - p, k);
}

/** x with P(X > x) = q: accurate where 1 - q is not. */
export function chiSquareSurvivalQuantile(q: number, k: number): number {
  requireProbability('q', q);
  return quantileOf(1 - q, q, k);
}

function quantileOf(p: number, q: number, k: number): number {
  requirePositive('k', k);
  if (p === 0) return 0;
  if (q === 0) return Infinity;
  const isLower = p < q;
  return logarithmicRoot(
    (x) => {
      const tails = gammaTails(k / 2, x / 2);
      const density = chiSquarePdf(x, k);
      return isLower ? { value: tails.lower, slope: density } : { value: tails.upper, slope: -density };
    },
    isLower ? p : q,
    startOf(p, q, k),
  );
}

/** Wilson and Hilferty's cube; where it fails, near 0, the first term of the power series. */
function startOf(p: number, q: number, k: number): number {
  const h = 2 / (9 * k);
  const root = 1 - h + normalQuantileOf(p, q, p - 0.5) * Math.sqrt(h);
  const cube = k * root * root * root;
  if (cube > 0.1 * k) return cube;
  const a = k / 2;
  return Math.max(1e-300, 2 * exp((log(p) + logGamma(a + 1)) / a));
}
