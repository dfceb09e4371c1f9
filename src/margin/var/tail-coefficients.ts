import { invalid } from '../fields.ts';

/** What is taken of the P&L of one scenario set: losses positive, at least 0. */
export interface VarTail {
  readonly measure: 'valueAtRisk' | 'expectedShortfall' | 'worst';
  /** Confidence, in (0, 1); of `worst`: 1. */
  readonly level: number;
  /** Hyndman-Fan, 1 to 9; of VaR without weights. */
  readonly quantileType: number;
  /** VaR as minus a quantile of the P&L, or as a quantile of the losses: they differ for types 1 to 3. */
  readonly side: 'pnl' | 'loss';
  /** Multiplies the tail: the root of a horizon, the ratio of a robust estimate. */
  readonly multiple: number;
}

/** Distance from a whole number that the rounding of `level` explains. */
const wholeTolerance = 1e-9;
const levelDigits = 1e12;

/** 1 - level as the decimal that was meant: 0.01 for 0.99. */
export function tailShareOf(level: number): number {
  return Math.round((1 - level) * levelDigits) / levelDigits;
}

function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < wholeTolerance ? whole : value;
}

/**
 * Coefficients of the P&L in ascending order, worst first: minus their weighted sum is the loss. As many as the measure
 * needs of `count` scenarios. Throws `ParameterInvalid`, naming `path`, if they are too few for the level.
 */
export function tailCoefficients(
  { measure, level, quantileType, side }: VarTail,
  count: number,
  path: string,
): readonly number[] {
  if (measure === 'worst') return [1];
  const tailCount = snapped(count * tailShareOf(level));
  if (tailCount < 1) {
    const needed = Math.ceil(snapped(1 / tailShareOf(level)));
    throw invalid(path, level, `needs at least ${needed} scenarios, there are ${count}`);
  }
  if (measure === 'expectedShortfall') return shortfallCoefficients(tailCount);
  const { low, share } = side === 'pnl'
    ? quantilePlace(count, tailShareOf(level), quantileType)
    : mirrored(quantilePlace(count, level, quantileType), count);
  const coefficients = new Array<number>(share > 0 ? low + 1 : low).fill(0);
  coefficients[low - 1] = 1 - share;
  if (share > 0) coefficients[low] = share;
  return coefficients;
}

/** Acerbi and Tasche (2002): mean of the worst n (1 - level), the last one in part. */
function shortfallCoefficients(tailCount: number): readonly number[] {
  const whole = Math.floor(tailCount);
  const rest = tailCount - whole;
  const coefficients = new Array<number>(whole).fill(1 / tailCount);
  return rest > 0 ? [...coefficients, rest / tailCount] : coefficients;
}

/** A quantile between two order statistics: (1 - share) x(low) + share x(low + 1), numbered from 1. */
interface Place {
  readonly low: number;
  readonly share: number;
}

/** Hyndman and Fan (1996), sample quantile of type 1 to 9. */
function quantilePlace(count: number, p: number, type: number): Place {
  const offset = [0, 0, -0.5, 0, 0.5, p, 1 - p, (p + 1) / 3, p / 4 + 3 / 8][type - 1];
  const position = snapped(count * p + offset);
  const low = Math.floor(position);
  const rest = position - low;
  let share = rest;
  if (type === 1) share = rest > 0 ? 1 : 0;
  if (type === 2) share = rest > 0 ? 1 : 0.5;
  if (type === 3) share = rest === 0 && low % 2 === 0 ? 0 : 1;
  if (low < 1) return { low: 1, share: 0 };
  if (low >= count) return { low: count, share: 0 };
  return share === 1 ? { low: low + 1, share: 0 } : { low, share };
}

/** The same two order statistics, counted from the other end. */
function mirrored({ low, share }: Place, count: number): Place {
  return share === 0 ? { low: count + 1 - low, share: 0 } : { low: count - low, share: 1 - share };
}

/** How many of the worst scenarios reach the tail at most, whichever they are: the lightest ones. */
export function weightedCapacity(weights: Float64Array, level: number): number {
  const tailShare = tailShareOf(level);
  let reached = 0;
  let count = 0;
  for (const weight of weights.slice().sort()) {
    reached += weight;
    count++;
    if (reached >= tailShare) break;
  }
  return Math.min(count + 1, weights.length);
}
