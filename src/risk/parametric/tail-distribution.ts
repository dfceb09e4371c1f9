import { exp } from '../../../assembly/portable/exp.ts';
import { log } from '../../../assembly/portable/log.ts';
import { normalPdf, normalQuantileOf } from '../../../assembly/portable/normal.ts';
import { requireArgument } from '../../statistics/argument.ts';
import { logOnePlus } from '../../statistics/near-one.ts';
import { studentTPdf, studentTQuantile } from '../../statistics/student-t.ts';

/**
 * Distribution of a linear P&L. `student-t`: multivariate t. `scaling` says what the covariance given is: of the moves
 * themselves (`unit-variance`: t is scaled to variance 1, needs more than 2 degrees of freedom; the default), or the
 * scale matrix of the t (`raw`: variance nu / (nu - 2) times it).
 */
export type TailDistribution =
  | { readonly kind: 'normal' }
  | { readonly kind: 'student-t'; readonly degreesOfFreedom: number; readonly scaling?: 'unit-variance' | 'raw' };

/** VaR and ES in units of the standard deviation (or scale), of a P&L without mean; both > 0 above the median. */
export interface TailMultipliers {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/** `level` must be a confidence, 0.99 rather than 0.01, below 1. Throws `ValueOutOfRange`. */
export function requireLevel(level: number): void {
  requireArgument('level', level, level > 0 && level < 1, 'a confidence in (0, 1), e.g. 0.99');
}

/**
 * z and phi(z) / (1 - level) of the normal distribution; of t with nu > 1 its quantile q and
 * f(q) / (1 - level) (nu + q^2) / (nu - 1). ES of a t with one degree of freedom or less is infinite.
 */
export function tailMultipliers(level: number, distribution: TailDistribution = { kind: 'normal' }): TailMultipliers {
  requireLevel(level);
  // Exact for a level above 1/2: a binary number and its complement.
  const tail = 1 - level;
  if (distribution.kind === 'normal') {
    const z = normalQuantileOf(level, tail, level - 0.5);
    return { valueAtRisk: z, expectedShortfall: normalPdf(z) / tail };
  }
  const { degreesOfFreedom: nu, scaling = 'unit-variance' } = distribution;
  const least = scaling === 'raw' ? 0 : 2;
  requireArgument('degrees of freedom', nu, nu > least, `> ${least} (scaling ${scaling})`);
  if (nu === Infinity) return tailMultipliers(level);
  const scale = scaling === 'raw' ? 1 : unitVarianceScale(nu);
  const quantile = tail < 0.5 ? -studentTQuantile(tail, nu) : studentTQuantile(level, nu);
  if (nu <= 1) return { valueAtRisk: quantile * scale, expectedShortfall: Infinity };
  return { valueAtRisk: quantile * scale, expectedShortfall: scale * meanBeyond(quantile, nu, tail) };
}

/** Standard deviations per unit of t: sqrt((nu - 2) / nu), for nu > 2. */
export function unitVarianceScale(nu: number): number {
  return Math.sqrt((nu - 2) / nu);
}

/** f(q) (nu + q^2) / (nu - 1) / tail, written so that the square of a quantile of 1e200 does not overflow. */
function meanBeyond(quantile: number, nu: number, tail: number): number {
  const ratio = Math.abs(quantile) / Math.sqrt(nu);
  const spread = ratio > 1e8 ? 2 * log(ratio) : logOnePlus(ratio * ratio);
  return (studentTPdf(0, nu) * exp(-0.5 * (nu - 1) * spread) * nu) / (nu - 1) / tail;
}

export interface ParametricRisk {
  /** Losses are positive. */
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/** VaR and ES of a P&L with a mean and a standard deviation (or scale), losses positive. Throws `ValueOutOfRange`. */
export function closedFormRisk(
  { mean = 0, deviation }: { readonly mean?: number; readonly deviation: number },
  level: number,
  distribution?: TailDistribution,
): ParametricRisk {
  requireArgument('mean', mean, Number.isFinite(mean), 'finite');
  requireArgument('deviation', deviation, deviation >= 0 && deviation < Infinity, 'finite and >= 0');
  const multipliers = tailMultipliers(level, distribution);
  if (deviation === 0) return { valueAtRisk: -mean, expectedShortfall: -mean };
  return {
    valueAtRisk: deviation * multipliers.valueAtRisk - mean,
    expectedShortfall: deviation * multipliers.expectedShortfall - mean,
  };
}
