/**
 * Distributions as tables of equally likely values, drawn by index: fast, exact in their mean, and the same everywhere
 * because the table is built with the portable functions.
 */
import { exp } from '../../assembly/portable/exp.ts';
import { normalQuantile } from '../../assembly/portable/normal.ts';

/** Standard normal quantiles at the midpoints of `count` equal shares. */
export function normalTable(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_unset, index) => normalQuantile((index + 0.5) / count));
}

/** Log-normal with median 1 and the given standard deviation of the logarithm. */
export function lognormalTable(normals: Float64Array, logStandardDeviation: number): Float64Array {
  return normals.map((normal) => exp(logStandardDeviation * normal));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}
