import { MargridError } from '../errors.ts';
import { requireFiniteValues } from './observations.ts';

export interface SampleMoments {
  readonly count: number;
  readonly mean: number;
  /** Divided by n. */
  readonly variance: number;
  /** m3 / m2^(3/2), all divided by n; 0 where nothing varies. */
  readonly skewness: number;
  /** m4 / m2^2 - 3. */
  readonly excessKurtosis: number;
}

/**
 * Moments of a sample, weighted if probabilities are given, about its mean. Throws `ObservationsMissing` without any and
 * `ValueNotFinite`.
 */
export function sampleMoments(values: ArrayLike<number>, weights?: ArrayLike<number>): SampleMoments {
  const count = values.length;
  if (count === 0) throw new MargridError('ObservationsMissing', 'moments need 1 observation, there are none');
  requireFiniteValues(values, 'P&L');
  const meanOf = (f: (value: number) => number): number => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += (weights?.[index] ?? 1) * f(values[index]);
    return weights === undefined ? sum / count : sum;
  };
  const mean = meanOf((value) => value);
  const variance = meanOf((value) => (value - mean) * (value - mean));
  if (variance === 0) return { count, mean, variance, skewness: 0, excessKurtosis: 0 };
  const deviation = Math.sqrt(variance);
  const skewness = meanOf((value) => ((value - mean) / deviation) ** 3);
  return { count, mean, variance, skewness, excessKurtosis: meanOf((value) => ((value - mean) / deviation) ** 4) - 3 };
}

/** Variance with n - 1 in the denominator. Throws `ObservationsMissing` below 2 observations. */
export function unbiasedVariance({ count, variance }: SampleMoments): number {
  if (count >= 2) return (variance * count) / (count - 1);
  throw new MargridError('ObservationsMissing', `a sample variance needs 2 observations, got ${count}`);
}
