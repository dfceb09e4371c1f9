import { power } from '../../assembly/portable/power.ts';
import { MargridError } from '../errors.ts';

/**
 * Weights of n scenarios, the oldest first: lambda^(n - i) (1 - lambda) / (1 - lambda^n), i = 1 ... n (Boudoukh,
 * Richardson and Whitelaw 1998). They add up to 1. `lambda` in (0, 1]; 1 is no weighting. Throws `OptionInvalid`.
 */
export function ageWeights(n: number, lambda: number): Float64Array {
  if (!(lambda > 0 && lambda <= 1)) {
    throw new MargridError('OptionInvalid', `lambda must be in (0, 1], got ${lambda}`, {
      column: 'lambda', value: lambda,
    });
  }
  if (lambda === 1) return new Float64Array(n).fill(1 / n);
  const newest = (1 - lambda) / (1 - power(lambda, n));
  return Float64Array.from({ length: n }, (_, index) => power(lambda, n - 1 - index) * newest);
}

/** Kish's effective number of observations, (sum w)^2 / sum w^2: n where all weigh the same. */
export function effectiveCount(weights: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < weights.length; index++) {
    sum += weights[index];
    squares += weights[index] * weights[index];
  }
  return (sum * sum) / squares;
}
