import { MargridError } from '../errors.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { gridScenarios, type GridScenarios } from './grid-scenarios.ts';

/**
 * Ten price moves at equal distances up to the ends of a range, without 0 (OCC TIMS): five down, five up. Customer
 * portfolio margin uses 0.15 for equities, -0.08 and 0.06 for broad indices. Throws `OptionInvalid` unless down < 0 <
 * up.
 */
export function timsGrid(
  underlyings: readonly string[], range: number | { readonly down: number; readonly up: number },
): GridScenarios {
  const { down, up } = typeof range === 'number' ? { down: -range, up: range } : range;
  if (!(down < 0 && up > 0)) {
    throw new MargridError('OptionInvalid', `the range must go from below 0 to above it, got ${down} to ${up}`, {
      column: 'range', value: down,
    });
  }
  const fifths = [1, 2, 3, 4, 5];
  const price = [...fifths.map((n) => (down * (6 - n)) / 5), ...fifths.map((n) => (up * n) / 5)];
  return gridScenarios({ price }, { underlyings });
}

export interface SpanGridOptions {
  /** Price scan range: relative, 0.1 is 10%. */
  readonly price: number;
  /** Volatility scan range: relative, or absolute if told so. */
  readonly volatility: number;
  readonly volatilityChange?: 'relative' | 'absolute';
  /** Of the extreme scenarios, in price scan ranges, and the share of their loss that counts; default 3, 0.33. */
  readonly extremeMultiple?: number;
  readonly coverFraction?: number;
  /** Days until the revaluation; default 1. */
  readonly days?: number;
}

/**
 * The sixteen scenarios of SPAN in its order: price 0, +1/3, -1/3, +2/3, -2/3, +1, -1 of the range, each with
 * volatility up and down, then the two extreme moves. `lossShares`: what share of a loss counts in each.
 */
export function spanGrid(
  underlyings: readonly string[],
  options: SpanGridOptions,
): ScenarioSet & { readonly lossShares: Float64Array } {
  const {
    price, volatility, volatilityChange = 'relative', extremeMultiple = 3, coverFraction = 0.33, days = 1,
  } = options;
  const thirds = [0, 1, -1, 2, -2, 3, -3];
  const prices = [
    ...thirds.flatMap((n) => [(price * n) / 3, (price * n) / 3]), price * extremeMultiple, -price * extremeMultiple,
  ];
  const volatilities = [...thirds.flatMap(() => [volatility, -volatility]), 0, 0];
  const factors = underlyings.flatMap((underlying) => [
    { kind: 'price' as const, underlying, expiry: null, change: 'relative' as const },
    { kind: 'volatility' as const, underlying, expiry: null, change: volatilityChange },
  ]);
  const set = requireScenarios({
    factors, count: 16,
    moves: Float64Array.from(underlyings.flatMap(() => [...prices, ...volatilities])),
    days: new Float64Array(16).fill(days),
    labels: prices.map((_, index) => `SPAN ${index + 1}`),
  });
  return { ...set, lossShares: Float64Array.from(prices, (_, index) => (index < 14 ? 1 : coverFraction)) };
}

/** Prices from -60% to +60% in steps of 5%, volatilities from -50% to +100%: as crypto venues stress whole books. */
export function cryptoGrid(underlyings: readonly string[], days: readonly number[] = [0]): GridScenarios {
  return gridScenarios(
    { price: { from: -0.6, to: 0.6, step: 0.05 }, volatility: [-0.5, -0.25, 0, 0.25, 0.5, 1], days },
    { underlyings },
  );
}
