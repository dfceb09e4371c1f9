import { MargridError } from '../errors.ts';
import { chiSquareSurvival } from '../statistics/chi-square.ts';
import { cholesky } from '../statistics/cholesky.ts';
import { exceptionDays, requireProbability, requireSeries } from './exceptions.ts';

export interface DynamicQuantileOptions {
  /** Earlier days whose exceptions may tell of today's; 4 without. */
  readonly lags?: number;
  /** VaR of each day, known the day before: exceptions must not depend on it either. */
  readonly valueAtRisk?: ArrayLike<number>;
}

export interface DynamicQuantile {
  readonly statistic: number;
  readonly pValue: number;
  readonly degreesOfFreedom: number;
  /** Days in the regression: all but the first `lags`. */
  readonly observations: number;
}

/**
 * Dynamic quantile test of Engle and Manganelli (2004), out of sample: hits, exception less its probability p,
 * regressed on a constant, `lags` hits before and VaR. Hit'X (X'X)^-1 X'Hit / (p (1 - p)) is chi-square with as many
 * degrees of freedom as X has columns. Throws `ObservationsMissing`, `OptionInvalid`, and what a Cholesky factor throws
 * if the regressors depend on each other, as hits do without any exception.
 */
export function dynamicQuantile(
  exceptions: ArrayLike<number | boolean>,
  probability: number,
  { lags = 4, valueAtRisk }: DynamicQuantileOptions = {},
): DynamicQuantile {
  requireProbability('probability', probability);
  if (!(Number.isInteger(lags) && lags >= 0)) {
    throw new MargridError('OptionInvalid', `lags must be a whole number >= 0, got ${lags}`, {
      column: 'lags', value: lags,
    });
  }
  const hits = new Float64Array(exceptions.length).fill(-probability);
  for (const day of exceptionDays(exceptions)) hits[day] = 1 - probability;
  const observations = hits.length - lags;
  const columns: Float64Array[] = [new Float64Array(Math.max(observations, 0)).fill(1)];
  for (let lag = 1; lag <= lags; lag++) columns.push(hits.subarray(lags - lag, hits.length - lag));
  if (valueAtRisk !== undefined) {
    requireSeries({ exceptions: hits, VaR: valueAtRisk });
    columns.push(standardised(Float64Array.from(valueAtRisk).subarray(lags)));
  }
  const count = columns.length;
  if (observations <= count) {
    throw new MargridError('ObservationsMissing', `${lags + count + 1} days are needed, got ${hits.length}`);
  }
  const today = hits.subarray(lags);
  const products = Float64Array.from({ length: count * count }, (_, at) =>
    inner(columns[Math.floor(at / count)], columns[at % count]));
  const statistic = projection(cholesky(products, count), columns.map((column) => inner(column, today)));
  const scaled = statistic / (probability * (1 - probability));
  return { statistic: scaled, pValue: chiSquareSurvival(scaled, count), degreesOfFreedom: count, observations };
}

/** With a constant beside it the column spans the same, and the matrix is better conditioned. */
function standardised(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length);
  if (deviation > 0) return values.map((value) => (value - mean) / deviation);
  throw new MargridError('OptionInvalid', 'VaR does not vary: leave it out', { column: 'valueAtRisk', value: mean });
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, index) => sum + each * b[index], 0);
}

/** |L^-1 v|^2, by forward substitution. */
function projection(factor: Float64Array, vector: readonly number[]): number {
  const count = vector.length;
  const solved: number[] = [];
  for (let row = 0; row < count; row++) {
    let value = vector[row];
    for (let column = 0; column < row; column++) value -= factor[row * count + column] * solved[column];
    solved.push(value / factor[row * count + row]);
  }
  return solved.reduce((sum, each) => sum + each * each, 0);
}
