import { exp } from '../../assembly/portable/exp.ts';
import { log, logRatio } from '../../assembly/portable/log.ts';
import { normalCdf, normalPdf, normalQuantileOf } from '../../assembly/portable/normal.ts';
import { requireArgument, requireProbability } from './argument.ts';
import { betaTails } from './incomplete-beta.ts';
import { logarithmicRoot } from './monotone-root.ts';
import { logOnePlus } from './near-one.ts';
import { stirlingError } from './saddle-point-terms.ts';

/**
 * Student's t distribution with nu > 0 degrees of freedom, any real number; Infinity: the normal distribution. Not
 * scaled: its variance is nu / (nu - 2). Errors: docs/ACCURACY.md. All throw `ValueOutOfRange`.
 */

const inverseSqrtTwoPi = 0.3989422804014327;
/** Beyond this multiple of sqrt(nu) the tail is a pure power law: what is left out is below 1e-16. */
const powerLawFrom = 1e8;

/** Density at 0, Gamma((nu + 1)/2) / (Gamma(nu/2) sqrt(nu pi)), without a difference of large logarithms. */
function peak(nu: number): number {
  const a = nu / 2;
  const rest = a * logRatio(a + 0.5, a) - 0.5 + stirlingError(a + 0.5) - stirlingError(a);
  return inverseSqrtTwoPi * exp(rest);
}

/** ln(1 + t^2 / nu), for any size of t. */
function logSpread(t: number, nu: number): number {
  const r = Math.abs(t) / Math.sqrt(nu);
  return r > powerLawFrom ? 2 * log(r) : logOnePlus(r * r);
}

export function studentTPdf(t: number, nu: number): number {
  requireDegrees(nu);
  requireArgument('t', t, !Number.isNaN(t), 'a number');
  if (nu === Infinity) return normalPdf(t);
  return Math.abs(t) === Infinity ? 0 : peak(nu) * exp(-0.5 * (nu + 1) * logSpread(t, nu));
}

/** P(T <= t), accurate in the lower tail; for the upper tail use the symmetry, `studentTCdf(-t, nu)`. */
export function studentTCdf(t: number, nu: number): number {
  requireDegrees(nu);
  requireArgument('t', t, !Number.isNaN(t), 'a number');
  if (nu === Infinity) return normalCdf(t);
  const tail = tailOf(Math.abs(t), nu);
  return t > 0 ? 1 - tail : tail;
}

/** P(T > t) for t >= 0. */
function tailOf(t: number, nu: number): number {
  if (t === Infinity) return 0;
  const r = t / Math.sqrt(nu);
  if (r > powerLawFrom) return (peak(nu) / Math.sqrt(nu)) * exp(-nu * log(r));
  const { x, y } = shares(r);
  return 0.5 * betaTails(x, y, nu / 2, 0.5).lower;
}

/** P(0 < T < t). */
function centerOf(t: number, nu: number): number {
  const { x, y } = shares(t / Math.sqrt(nu));
  return y < 1e-290 ? peak(nu) * t : 0.5 * betaTails(x, y, nu / 2, 0.5).upper;
}

/** nu / (nu + t^2) and t^2 / (nu + t^2), r = t / sqrt(nu). */
function shares(r: number): { readonly x: number; readonly y: number } {
  const square = r * r;
  return { x: 1 / (1 + square), y: square / (1 + square) };
}

/** t with P(T <= t) = p; infinite at 0 and 1. */
export function studentTQuantile(p: number, nu: number): number {
  requireDegrees(nu);
  requireProbability('p', p);
  return quantileOf(p, 1 - p, nu);
}

/** t with P(T > t) = q: accurate where 1 - q is not. */
export function studentTSurvivalQuantile(q: number, nu: number): number {
  return -studentTQuantile(q, nu);
}

function quantileOf(p: number, q: number, nu: number): number {
  const offset = p - 0.5;
  if (nu === Infinity) return normalQuantileOf(p, q, offset);
  if (offset === 0) return 0;
  const tail = Math.min(p, q);
  if (tail === 0) return offset < 0 ? -Infinity : Infinity;
  const center = Math.abs(offset);
  const size = logarithmicRoot(
    (t) => {
      const slope = studentTPdf(t, nu);
      return center < 0.25 ? { value: centerOf(t, nu), slope } : { value: tailOf(t, nu), slope: -slope };
    },
    center < 0.25 ? center : tail,
    center < 0.25 ? center / peak(nu) : startInTail(tail, nu),
  );
  return offset < 0 ? -size : size;
}

/** The power law of the far tail, an upper bound, or the first term of the expansion about the normal quantile. */
function startInTail(tail: number, nu: number): number {
  const bound = Math.sqrt(nu) * exp(log(peak(nu) / (Math.sqrt(nu) * tail)) / nu);
  const z = -normalQuantileOf(tail, 1 - tail, tail - 0.5);
  return Math.min(Math.max(bound, 1e-300), z + (z * z * z + z) / (4 * nu), 1e300);
}

function requireDegrees(nu: number): void {
  requireArgument('degrees of freedom', nu, nu > 0, '> 0');
}
