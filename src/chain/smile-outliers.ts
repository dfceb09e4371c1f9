/**
 * Finds strikes whose volatility is far off the smile of their neighbours. Parity exposes a stale quote only where both
 * sides of a strike are quoted; this catches those that stand alone.
 */
import { smileDeviationMax, smileNeighbourCount } from './quality-thresholds.ts';

/** Standard deviations of one expiry in ascending strikes; one flag per strike. */
export function smileOutliers(standardDeviations: readonly number[]): boolean[] {
  return standardDeviations.map((deviation, index) => {
    const first = index - smileNeighbourCount;
    const end = index + smileNeighbourCount + 1;
    if (first < 0 || end > standardDeviations.length) return false;
    const window = standardDeviations.slice(first, end);
    const neighbours = window.filter((_deviation, offset) => offset !== smileNeighbourCount);
    return !isWithinSmile(deviation, neighbours);
  });
}

/**
 * A smile is convex: a strike is below all its neighbours at the bottom of it, but never above all but one of them.
 * So the upper bound is the second highest neighbour (the highest may itself be stale), the lower the lowest.
 */
function isWithinSmile(deviation: number, neighbours: readonly number[]): boolean {
  const ascending = Float64Array.from(neighbours).sort();
  const lowest = ascending[0];
  const secondHighest = ascending[ascending.length - 2];
  return deviation >= lowest / (1 + smileDeviationMax) && deviation <= secondHighest * (1 + smileDeviationMax);
}
