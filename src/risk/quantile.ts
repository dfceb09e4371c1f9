import { MargridError } from '../errors.ts';

/** Sample quantiles as Hyndman and Fan number them (The American Statistician 50, 1996, 361-365). */
export type QuantileType = (typeof quantileTypes)[number];

export const quantileTypes = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** Between which order statistics (from 0, ascending) a quantile lies: x[lower] + weight (x[upper] - x[lower]). */
export interface QuantilePosition {
  readonly lower: number;
  readonly upper: number;
  /** In [0, 1); with 0 `upper` is `lower`. */
  readonly weight: number;
}

/**
 * A probability such as 1 - 0.99 is off by a rounding, and so the position n p by n of them: a position this close to
 * an integer is that integer. R allows for the same (its `fuzz`).
 */
export const probabilityTolerance = 4 * Number.EPSILON;

/** n p, or the integer that it stands for. */
export function countBelow(n: number, p: number): number {
  return snapped(n * p, n);
}

/**
 * Where the quantile of probability `p` of `n` sorted values lies. Positions beyond the sample are those of its ends.
 * Throws `OptionInvalid` for a probability outside [0, 1] or an unknown type, `ObservationsMissing` without values.
 */
export function quantilePosition(n: number, p: number, type: QuantileType = 7): QuantilePosition {
  requireQuantile(n, p, type);
  const place = snapped(n * p + shiftOf(p, type), n);
  const below = Math.floor(place);
  const share = shareAbove(place - below, below, type);
  const lower = clamped(share === 1 ? below : below - 1, n);
  const upper = clamped(below, n);
  return share === 0 || share === 1 || lower === upper
    ? { lower, upper: lower, weight: 0 }
    : { lower, upper, weight: share };
}

/**
 * Quantile of values sorted in ascending order. `p` in [0, 1]; type 7 is the default of R and NumPy. Throws as
 * `quantilePosition` does; the values themselves are not looked at.
 */
export function quantile(sorted: ArrayLike<number>, p: number, type: QuantileType = 7): number {
  return valueAt(sorted, quantilePosition(sorted.length, p, type));
}

/** The value at a position of sorted values, from `start`, or of as many of the smallest as the position needs. */
export function valueAt(
  sorted: ArrayLike<number>, { lower, upper, weight }: QuantilePosition, start: number = 0,
): number {
  const value = sorted[start + lower];
  return weight === 0 ? value : value + weight * (sorted[start + upper] - value);
}

/** What Hyndman and Fan call m: the position is n p + m, from 1. */
function shiftOf(p: number, type: QuantileType): number {
  const shifts: Readonly<Record<QuantileType, number>> = {
    1: 0, 2: 0, 3: -0.5, 4: 0, 5: 0.5, 6: p, 7: 1 - p, 8: (p + 1) / 3, 9: p / 4 + 0.375,
  };
  return shifts[type];
}

/** What Hyndman and Fan call gamma. `below` counts from 1. */
function shareAbove(fraction: number, below: number, type: QuantileType): number {
  if (type === 1) return fraction > 0 ? 1 : 0;
  if (type === 2) return fraction > 0 ? 1 : 0.5;
  if (type === 3) return fraction === 0 && below % 2 === 0 ? 0 : 1;
  return fraction;
}

function snapped(place: number, n: number): number {
  const nearest = Math.round(place);
  return Math.abs(place - nearest) <= probabilityTolerance * n ? nearest : place;
}

function clamped(place: number, n: number): number {
  return Math.min(Math.max(place, 0), n - 1);
}

function requireQuantile(n: number, p: number, type: QuantileType): void {
  if (!(n >= 1)) throw new MargridError('ObservationsMissing', 'a quantile needs 1 observation, there are none');
  if (!(p >= 0 && p <= 1)) {
    throw new MargridError('OptionInvalid', `a probability must be in [0, 1], got ${p}`, { column: 'p', value: p });
  }
  if (!quantileTypes.includes(type)) {
    throw new MargridError('OptionInvalid', `a quantile type is 1 to 9, got ${String(type)}`, {
      column: 'type', value: type,
    });
  }
}
