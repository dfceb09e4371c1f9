import { log } from '../../assembly/portable/log.ts';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { likelihoodRatio, type LikelihoodRatio } from './likelihood-ratio.ts';

export interface Berkowitz extends LikelihoodRatio {
  readonly mean: number;
  readonly autoregression: number;
  readonly variance: number;
}

/**
 * Berkowitz' test (2001) of a whole predictive distribution: the probabilities at which P&L fell, turned into normal
 * values, are independent with mean 0 and variance 1. Against a first-order autoregression with free mean and variance,
 * by likelihood ratio conditional on the first day; chi-square with three degrees of freedom. Throws `ValueOutOfRange`
 * for a probability outside (0, 1), `ObservationsMissing` below 4 days or without variation.
 */
export function berkowitz(probabilities: ArrayLike<number>): Berkowitz {
  const n = probabilities.length - 1;
  if (n < 3) throw new MargridError('ObservationsMissing', `4 days are needed, got ${probabilities.length}`);
  const z = Float64Array.from({ length: n + 1 }, (_, day) => normalAt(probabilities[day], day));
  const before = z.subarray(0, n);
  const after = z.subarray(1);
  const meanOf = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0) / n;
  const [meanBefore, meanAfter] = [meanOf(before), meanOf(after)];
  let square = 0;
  let product = 0;
  for (let day = 0; day < n; day++) {
    square += (before[day] - meanBefore) * (before[day] - meanBefore);
    product += (before[day] - meanBefore) * (after[day] - meanAfter);
  }
  const slope = product / square;
  const intercept = meanAfter - slope * meanBefore;
  let residuals = 0;
  let squares = 0;
  for (let day = 0; day < n; day++) {
    residuals += (after[day] - intercept - slope * before[day]) ** 2;
    squares += after[day] * after[day];
  }
  const variance = residuals / n;
  if (!(square > 0 && variance > 0)) throw new MargridError('ObservationsMissing', 'days that differ are needed');
  return {
    // Twice the log likelihoods: -n ln s^2 - n free, -sum z^2 under the hypothesis.
    ...likelihoodRatio(squares - n * log(variance) - n, 3),
    mean: slope === 1 ? NaN : intercept / (1 - slope),
    autoregression: slope,
    variance,
  };
}

function normalAt(probability: number, day: number): number {
  if (probability > 0 && probability < 1) return normalQuantile(probability);
  throw new MargridError('ValueOutOfRange', `probability ${day + 1} must be in (0, 1), got ${probability}`, {
    column: 'probability', row: day + 1, value: probability,
  });
}
