import { MargridError } from '../errors.ts';
import { tailPosition, type MeasureConvention } from './conventions.ts';
import type { PnlTail } from './observations.ts';
import { countBelow, valueAt } from './quantile.ts';
import {
  noneBeyond, weightedQuantileShares, weightedShortfallShares, type TailShare, type WeightedTail,
} from './weighted-tail.ts';

/** The tail of a sample of `n`: with `weights`, of weighted observations. */
export interface SampleTail {
  readonly n: number;
  readonly tail: PnlTail | WeightedTail;
}

/** The observations of which VaR is made, as they were weighted; shares add up to 1. */
export function quantileShares({ n, tail }: SampleTail, level: number, convention: MeasureConvention): TailShare[] {
  if ('weights' in tail) return weightedQuantileShares(tail, level, convention);
  const { lower, upper, weight } = tailPosition(n, level, convention);
  requireTail(tail, upper + 1, n);
  return weight === 0
    ? [{ place: lower, share: 1 }]
    : [{ place: lower, share: 1 - weight }, { place: upper, share: weight }];
}

/** Minus VaR. */
export function quantilePnl(sample: SampleTail, level: number, convention: MeasureConvention): number {
  const { n, tail } = sample;
  const shares = quantileShares(sample, level, convention);
  if (!('weights' in tail)) return valueAt(tail.values, tailPosition(n, level, convention));
  const [{ place }] = shares;
  const above = shares[1];
  const value = tail.values[place];
  return above === undefined ? value : value + above.share * (tail.values[above.place] - value);
}

/** The observations of which ES is made, worst first; shares add up to 1. */
export function shortfallShares(sample: SampleTail, level: number, convention: MeasureConvention): TailShare[] {
  const { n, tail } = sample;
  const { shortfall } = convention;
  const isBeyond = shortfall === 'at-or-beyond' || shortfall === 'beyond';
  const quantileValue = isBeyond ? quantilePnl(sample, level, convention) : NaN;
  if ('weights' in tail) return weightedShortfallShares(tail, level, convention, quantileValue);
  if (isBeyond) return equalShares(countBeyond(tail, n, shortfall, quantileValue));
  const exact = countBelow(n, 1 - level);
  const count = Math.ceil(exact);
  requireTail(tail, count, n);
  if (shortfall === 'worst-count') return equalShares(count);
  const shares = equalShares(count).map(({ place }) => ({ place, share: 1 / exact }));
  shares[count - 1] = { place: count - 1, share: (exact - (count - 1)) / exact };
  return shares;
}

/**
 * The mean of a tail: what is left of the last observation when the worse ones are added as differences from it. So it
 * is never better than that observation, whatever the rounding.
 */
export function meanOfShares(values: ArrayLike<number>, shares: readonly TailShare[]): number {
  const last = values[shares[shares.length - 1].place];
  let excess = 0;
  for (const { place, share } of shares) excess += share * (values[place] - last);
  return last + excess;
}

function equalShares(count: number): TailShare[] {
  return Array.from({ length: count }, (_, place) => ({ place, share: 1 / count }));
}

function countBeyond(tail: PnlTail, n: number, kind: 'at-or-beyond' | 'beyond', quantileValue: number): number {
  const { values } = tail;
  const within = kind === 'beyond' ? values.findIndex((each) => each >= quantileValue)
    : values.findIndex((each) => each > quantileValue);
  const count = within < 0 ? values.length : within;
  if (count === values.length && count < n) requireTail(tail, count + 1, n);
  if (count === 0) throw noneBeyond();
  return count;
}

function requireTail({ values }: PnlTail, needed: number, n: number): void {
  if (values.length >= needed || values.length === n) return;
  throw new MargridError(
    'ObservationsMissing',
    `the tail must have at least ${needed} of the ${n} observations, got ${values.length}`,
    { column: 'tail', value: values.length },
  );
}
