import type { SourceRule } from './rules.ts';

/** A price of one source and when it was taken. */
export interface SourcePrice {
  readonly price: number;
  readonly timeMs: number;
}

export interface RobustIndex {
  /** Median of the sources that count; NaN if there are fewer than the rule wants. */
  readonly price: number;
  /** Names of the sources that count. */
  readonly used: readonly string[];
  /** Names of those left out, with the reason. */
  readonly leftOut: Readonly<Record<string, 'not-a-price' | 'stale' | 'from-the-future' | 'outlier'>>;
}

/**
 * An index of several sources that no single one of them can move: bad and old prices are left out, then those far from
 * the median of the rest, and the index is the median of what remains.
 */
export function robustIndex(
  sources: Readonly<Record<string, SourcePrice>>,
  rule: SourceRule,
  nowMs: number,
): RobustIndex {
  const leftOut: Record<string, 'not-a-price' | 'stale' | 'from-the-future' | 'outlier'> = {};
  const names = Object.keys(sources).sort();
  const fresh = names.filter((name) => {
    const { price, timeMs } = sources[name];
    const ageMs = nowMs - timeMs;
    if (!(price > 0 && price < Infinity)) leftOut[name] = 'not-a-price';
    else if (!(ageMs >= 0)) leftOut[name] = 'from-the-future';
    else if (ageMs > rule.maxAgeMs) leftOut[name] = 'stale';
    else return true;
    return false;
  });
  const middle = median(fresh.map((name) => sources[name].price));
  const used = fresh.filter((name) => {
    const isNear = Math.abs(sources[name].price - middle) <= rule.outlier * middle;
    if (!isNear) leftOut[name] = 'outlier';
    return isNear;
  });
  const price = used.length >= rule.countMin ? median(used.map((name) => sources[name].price)) : NaN;
  return { price, used, leftOut };
}

/** Middle value, or the mean of the two in the middle; NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
