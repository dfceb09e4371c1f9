/**
 * Finds strikes whose volatility is far off the smile of their neighbours. Parity exposes a stale quote only where both
 * sides of a strike are quoted; this catches those that stand alone.
 */
import { smileDeviationMax, smileNeighbourCount } from './quality-thresholds.ts';
import { theilSenLine } from './robust-line.ts';

export interface SmilePoint {
  readonly strike: number;
  readonly standardDeviation: number;
}

/** One flag per point; points in ascending strikes. Fewer than `smileNeighbourCount` neighbours prove nothing: not flagged. */
export function smileOutliers(smile: readonly SmilePoint[]): boolean[] {
  return smile.map((point, index) => {
    const neighbours = neighboursOf(smile, index);
    if (neighbours.length < smileNeighbourCount) return false;
    const line = theilSenLine(
      neighbours.map((neighbour) => neighbour.strike),
      neighbours.map((neighbour) => neighbour.standardDeviation),
    );
    const expected = line.intercept + line.slope * point.strike;
    return !(Math.abs(point.standardDeviation - expected) <= smileDeviationMax * expected);
  });
}

/** `smileNeighbourCount` on each side; near an end of the smile the window shifts inward. */
function neighboursOf(smile: readonly SmilePoint[], index: number): SmilePoint[] {
  const windowCount = 2 * smileNeighbourCount + 1;
  const first = Math.max(0, Math.min(index - smileNeighbourCount, smile.length - windowCount));
  return smile.slice(first, first + windowCount).filter((_point, offset) => first + offset !== index);
}
