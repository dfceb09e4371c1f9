import { normalQuantile } from '../../assembly/portable/normal.ts';
import { studentTQuantile } from '../statistics/student-t.ts';
import type { PathModel } from './model.ts';
import { requireOption } from './require.ts';

/**
 * The control variate: the delta part of the P&L, C = sum of weights times returns, whose distribution is known where
 * returns are normal or a multivariate Student t. Its quantiles cut the paths into strata of known probability.
 */
export interface Control {
  readonly weights: Float64Array;
  readonly expected: number;
  /** Ascending: strata are C <= the first, up to the second, …, above the last. */
  readonly boundaries: Float64Array;
  /** Of each stratum: one more than boundaries. */
  readonly probabilities: Float64Array;
}

/**
 * Strata at the tail probabilities asked for. Throws `OptionInvalid` if the distribution of C is not known (jumps,
 * marginals other than the copula's own) or C does not move.
 */
export function controlOf(model: PathModel, delta: Float64Array, tails: readonly number[]): Control {
  const { plans, degrees, lower, jumps } = model;
  const isKnown = jumps === null && plans.every(({ marginal }) => marginal === 'copula');
  requireOption(isKnown, 'control', 'delta', "'none' with jumps or marginals that are not those of the copula");
  const n = plans.length;
  // Squared length of the row vector (delta times scale) L: the variance of C, or of what Student t is scaled with.
  let square = 0;
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let j = k; j < n; j++) sum += delta[j] * plans[j].scale * lower[j * n + k];
    square += sum * sum;
  }
  requireOption(square > 0, 'control', 'delta', "'none' for a portfolio without delta");
  const expected = plans.reduce((sum, { mean }, j) => sum + delta[j] * mean, 0);
  const ascending = [...new Set(tails)].sort((a, b) => a - b);
  const boundaries = Float64Array.from(ascending, (tail) => {
    const score = degrees === null ? normalQuantile(tail) : studentTQuantile(tail, degrees);
    return expected + Math.sqrt(square) * score;
  });
  const probabilities = Float64Array.from([...ascending, 1], (tail, s) => tail - (s === 0 ? 0 : ascending[s - 1]));
  return { weights: delta, expected, boundaries, probabilities };
}
