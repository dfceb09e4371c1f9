import { logRatio } from '../../assembly/portable/log.ts';
import { MargridError } from '../errors.ts';

/** Refuses a value that is no number: one of them would make every later volatility one too. */
export function requireFinite(values: ArrayLike<number>, name: string): void {
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue;
    throw new MargridError('ValueNotFinite', `${name} ${index + 1} must be finite, got ${values[index]}`, {
      column: name,
      row: index + 1,
      value: values[index],
    });
  }
}

/** Returns ln(P_t / P_{t-1}): one less than prices. Throws `ValueOutOfRange` for a price that is not > 0 and finite. */
export function logReturns(prices: ArrayLike<number>): Float64Array {
  for (let index = 0; index < prices.length; index++) {
    if (prices[index] > 0 && prices[index] < Infinity) continue;
    throw new MargridError('ValueOutOfRange', `price ${index + 1} must be > 0 and finite, got ${prices[index]}`, {
      column: 'price',
      row: index + 1,
      value: prices[index],
    });
  }
  return Float64Array.from({ length: Math.max(prices.length - 1, 0) }, (_, t) => logRatio(prices[t + 1], prices[t]));
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

/** Mean of (value - center)^2. */
export function meanSquare(values: ArrayLike<number>, center = 0): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index] - center) * (values[index] - center);
  return sum / values.length;
}

/** Sample variance, n - 1 in the denominator. */
export function sampleVariance(values: ArrayLike<number>): number {
  return (meanSquare(values, meanOf(values)) * values.length) / (values.length - 1);
}

/**
 * Quantile of sorted values, linear between order statistics at (n - 1) p (Hyndman and Fan's type 7, the default of R
 * and NumPy). `share` in [0, 1].
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
