import { MargridError } from '../errors.ts';
import { requireObservations } from './returns.ts';

/**
 * Weights by age (Boudoukh, Richardson and Whitelaw 1998): w_i = lambda^(n - i) (1 - lambda) / (1 - lambda^n), the
 * newest (i = n) last, adding up to 1. lambda in (0, 1]; 1: all the same. Throws `OptionInvalid`,
 * `ObservationsMissing`.
 */
export function ageWeights(count: number, lambda: number): Float64Array {
  requireObservations(1, count, 'weighting by age');
  if (!(lambda > 0 && lambda <= 1)) {
    throw new MargridError('OptionInvalid', `lambda of the weights by age must be in (0, 1], got ${lambda}`, {
      column: 'lambda', value: lambda,
    });
  }
  const weights = new Float64Array(count);
  let weight = 1;
  let sum = 0;
  for (let index = count - 1; index >= 0; index--) {
    weights[index] = weight;
    sum += weight;
    weight *= lambda;
  }
  return weights.map((each) => each / sum);
}
