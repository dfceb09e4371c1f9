import { MargridError } from '../errors.ts';
import { requireArgument } from './argument.ts';
import { refusal, requireSymmetric, rowName } from './symmetric-matrix.ts';

/**
 * Observations of n factors, factor by factor: `moves[factor * count + observation]`, as in `ScenarioSet`.
 */
export interface Observations {
  readonly moves: Float64Array;
  readonly factorCount: number;
  readonly count: number;
  /** For messages. */
  readonly names?: readonly string[];
}

export interface CovarianceOptions {
  /** `sample` divides by count - 1, `population` by count; default sample. With mean `zero` both divide by count. */
  readonly divisor?: 'sample' | 'population';
  /** What moves are measured from; default `sample`, their own mean. */
  readonly mean?: 'sample' | 'zero';
}

/** Covariance matrix, row-major. Throws `ObservationsMissing`, `ValueNotFinite`. */
export function covariance(
  observations: Observations,
  { divisor = 'sample', mean = 'sample' }: CovarianceOptions = {},
): Float64Array {
  const { factorCount: n, count } = observations;
  const lost = mean === 'sample' && divisor === 'sample' ? 1 : 0;
  requireObservations(observations, lost + 1);
  const centred = new Float64Array(n * count);
  for (let factor = 0; factor < n; factor++) {
    const row = observations.moves.subarray(factor * count, (factor + 1) * count);
    const center = mean === 'zero' ? 0 : row.reduce((sum, each) => sum + each, 0) / count;
    for (let t = 0; t < count; t++) centred[factor * count + t] = row[t] - center;
  }
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < count; t++) sum += centred[i * count + t] * centred[j * count + t];
      result[i * n + j] = result[j * n + i] = sum / (count - lost);
    }
  }
  return result;
}

/**
 * Covariance of the day before the first observation: `first-product` (Hull's tables: the first squared return),
 * `sample-covariance` (n - 1, about the mean), `mean-product` (about 0); `weights`: no start, the weights lambda^age of
 * the observations themselves, scaled to add up to 1 (age-weighting).
 */
export type CovarianceStart = (typeof covarianceStarts)[number];

export const covarianceStarts = ['first-product', 'sample-covariance', 'mean-product', 'weights'] as const;

/**
 * RiskMetrics: C_t = lambda C_{t-1} + (1 - lambda) r_{t-1} r_{t-1}', returns without a mean, oldest first; the forecast
 * for the day after the last. Its diagonal is what `variancePath` of the EWMA model ends with. Throws as `covariance`.
 */
export function ewmaCovariance(
  observations: Observations,
  { lambda, start = 'first-product' }: { readonly lambda: number; readonly start?: CovarianceStart },
): Float64Array {
  requireArgument('lambda', lambda, lambda > 0 && lambda < 1, 'in (0, 1)');
  const { moves, factorCount: n, count } = observations;
  requireObservations(observations, start === 'sample-covariance' ? 2 : 1);
  const result = startOf(observations, start);
  let weightOfStart = 1;
  for (let t = 0; t < count; t++) {
    weightOfStart *= lambda;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const product = moves[i * count + t] * moves[j * count + t];
        result[i * n + j] = lambda * result[i * n + j] + (1 - lambda) * product;
      }
    }
  }
  const scale = start === 'weights' ? 1 / (1 - weightOfStart) : 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) result[j * n + i] = result[i * n + j] *= scale;
  }
  return result;
}

function startOf(observations: Observations, start: CovarianceStart): Float64Array {
  const { moves, factorCount: n, count } = observations;
  if (start === 'sample-covariance') return covariance(observations);
  if (start === 'mean-product') return covariance(observations, { mean: 'zero' });
  if (start === 'weights') return new Float64Array(n * n);
  return Float64Array.from(
    { length: n * n }, (_, place) => moves[Math.floor(place / n) * count] * moves[(place % n) * count],
  );
}

function requireObservations({ moves, factorCount, count, names }: Observations, needed: number): void {
  if (!(count >= needed)) {
    throw new MargridError('ObservationsMissing', `a covariance needs ${needed} observations, got ${count}`, {
      value: count,
    });
  }
  if (moves.length !== factorCount * count) {
    throw refusal('observations', `are ${moves.length}, expected ${factorCount} factors x ${count}`, moves.length);
  }
  const place = moves.findIndex((move) => !Number.isFinite(move));
  if (place < 0) return;
  const where = `${rowName(Math.floor(place / count), names)}, observation ${(place % count) + 1}`;
  throw new MargridError('ValueNotFinite', `${where} must be finite, got ${moves[place]}`, {
    row: (place % count) + 1, value: moves[place],
  });
}

export interface Correlation {
  /** Row-major, ones on the diagonal. */
  readonly correlation: Float64Array;
  readonly deviations: Float64Array;
}

/** Throws `MatrixInvalid`, also for a factor that does not move: its correlations are not defined. */
export function correlationOf(matrix: ArrayLike<number>, n: number, names?: readonly string[]): Correlation {
  requireSymmetric('covariance matrix', matrix, n, names);
  const deviations = Float64Array.from({ length: n }, (_, i) => {
    const variance = matrix[i * n + i];
    if (variance > 0) return Math.sqrt(variance);
    throw refusal(
      'covariance matrix', `has no correlations: the variance of ${rowName(i, names)} is ${variance}`, variance,
    );
  });
  const correlation = Float64Array.from({ length: n * n }, (_, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    return i === j ? 1 : matrix[place] / deviations[i] / deviations[j];
  });
  return { correlation, deviations };
}

export function covarianceOf({ correlation, deviations }: Correlation): Float64Array {
  const n = deviations.length;
  return Float64Array.from({ length: n * n }, (_, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    return i === j ? deviations[i] * deviations[i] : correlation[place] * deviations[i] * deviations[j];
  });
}
