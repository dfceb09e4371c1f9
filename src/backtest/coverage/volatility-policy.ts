import { MargridError } from '../../errors.ts';
import { logReturns } from '../../dynamic/return-series.ts';
import { variancePath } from '../../dynamic/volatility-model.ts';
import type { PricePath } from './price-path.ts';

/**
 * What the implied volatility of options is on a day of a history that has prices only.
 *
 * - `constant`: the same every day.
 * - `realised`: EWMA of squared log returns up to the day (start: the first squared return), annualised, times `factor`
 *   (implied over realised), at least `floor`.
 * - `series`: given by day, a fraction per square root of a year (0.6 = 60%).
 */
export type VolatilityPolicy =
  | { readonly kind: 'constant'; readonly volatility: number }
  | { readonly kind: 'realised'; readonly lambda: number; readonly factor: number; readonly floor: number }
  | { readonly kind: 'series'; readonly volatilities: ArrayLike<number> };

export const defaultVolatilityPolicy: VolatilityPolicy = { kind: 'realised', lambda: 0.94, factor: 1, floor: 0.05 };

/**
 * Implied volatility by day of the path. Nothing of a day comes from a later one. `pricesPerYear`: trading days.
 * Throws `OptionInvalid`, `ValueOutOfRange` (a day of the series without a volatility > 0).
 */
export function volatilityPath(path: PricePath, policy: VolatilityPolicy, pricesPerYear: number): Float64Array {
  const days = path.prices.length;
  if (policy.kind === 'constant') return new Float64Array(days).fill(requirePositive(policy.volatility, 'volatility'));
  if (policy.kind === 'series') return seriesPath(path, policy.volatilities);
  const { lambda, factor, floor } = policy;
  if (!(lambda > 0 && lambda < 1)) {
    throw new MargridError(
      'OptionInvalid', `lambda must be in (0, 1), got ${lambda}`, { column: 'lambda', value: lambda },
    );
  }
  requirePositive(factor, 'factor');
  requirePositive(floor, 'floor');
  const variances = variancePath({ kind: 'ewma', lambda }, logReturns(path.prices), 'first-squared-return');
  // The first day knows no return: what the EWMA starts with there is the return to come.
  const volatilities = variances.map((variance) => Math.max(Math.sqrt(variance * pricesPerYear) * factor, floor));
  if (days > 0) volatilities[0] = floor;
  return volatilities;
}

function seriesPath({ dates, prices }: PricePath, volatilities: ArrayLike<number>): Float64Array {
  if (volatilities.length !== prices.length) {
    const message = `there must be a volatility for each of the ${prices.length} days, got ${volatilities.length}`;
    throw new MargridError('OptionInvalid', message, { column: 'volatilities', value: volatilities.length });
  }
  return Float64Array.from(volatilities, (volatility, day) => {
    if (volatility > 0 && volatility < Infinity) return volatility;
    const message = `the volatility of ${dates[day]} must be > 0 and finite, got ${volatility}`;
    throw new MargridError('ValueOutOfRange', message, { column: 'volatility', row: day + 1, value: volatility });
  });
}

function requirePositive(value: number, name: string): number {
  if (value > 0 && value < Infinity) return value;
  throw new MargridError('OptionInvalid', `${name} must be > 0 and finite, got ${value}`, { column: name, value });
}
