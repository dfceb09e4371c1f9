import { MargridError } from '../errors.ts';
import { sampleMoments, unbiasedVariance } from './moments.ts';
import { requireFiniteValues } from './observations.ts';

/**
 * Root mean square of how far values lie below a threshold, over all of them (`full`) or over those below (`below`).
 * Sortino's downside deviation with a minimum acceptable return as threshold; the semi deviation with the mean. 0 where
 * none lies below.
 */
export function downsideDeviation(
  values: ArrayLike<number>,
  threshold: number,
  count: 'full' | 'below' = 'full',
): number {
  requireValues(values, 1);
  let squares = 0;
  let below = 0;
  for (let index = 0; index < values.length; index++) {
    if (!(values[index] < threshold)) continue;
    squares += (threshold - values[index]) * (threshold - values[index]);
    below++;
  }
  return below === 0 ? 0 : Math.sqrt(squares / (count === 'full' ? values.length : below));
}

/** Downside deviation below the mean. */
export function semiDeviation(values: ArrayLike<number>): number {
  requireValues(values, 1);
  return downsideDeviation(values, sampleMoments(values).mean);
}

/** Standard deviation (n - 1) of the positive values alone. Throws `ObservationsMissing` if there are fewer than 2. */
export function gainDeviation(values: ArrayLike<number>): number {
  return deviationOf(values, (value) => value > 0);
}

/** Standard deviation (n - 1) of the negative values alone. Throws `ObservationsMissing` if there are fewer than 2. */
export function lossDeviation(values: ArrayLike<number>): number {
  return deviationOf(values, (value) => value < 0);
}

/**
 * Largest fall from a peak as a fraction of the peak, in [0, 1]: of wealth that starts at 1 and is reinvested (factor
 * 1 + r) at each return. The start counts as a peak. Throws `ValueOutOfRange` for a return below -1.
 */
export function maximumDrawdown(returns: ArrayLike<number>): number {
  requireValues(returns, 1);
  let wealth = 1;
  let peak = 1;
  let worst = 0;
  for (let index = 0; index < returns.length; index++) {
    if (returns[index] < -1) {
      throw new MargridError('ValueOutOfRange', `return ${index + 1} must be >= -1, got ${returns[index]}`, {
        column: 'return', row: index + 1, value: returns[index],
      });
    }
    wealth *= 1 + returns[index];
    peak = Math.max(peak, wealth);
    worst = Math.max(worst, 1 - wealth / peak);
  }
  return worst;
}

function deviationOf(values: ArrayLike<number>, isKept: (value: number) => boolean): number {
  requireValues(values, 1);
  return Math.sqrt(unbiasedVariance(sampleMoments(Array.from(values).filter(isKept))));
}

function requireValues(values: ArrayLike<number>, needed: number): void {
  if (values.length < needed) {
    throw new MargridError('ObservationsMissing', `${needed} return is needed, there are ${values.length}`);
  }
  requireFiniteValues(values, 'return');
}
