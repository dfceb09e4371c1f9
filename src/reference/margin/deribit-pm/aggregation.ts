import { Decimal, maxOf, minOf, zero } from '../../decimal.ts';
import type { AggregationSteps } from './breakdown.ts';
import type { GroupTerms } from './group-terms.ts';
import type { Scenario } from './scenarios.ts';

/** Section C of docs/models/deribit-pm.md: offset, cap and dampener of one cell of the group's vector. */
export function aggregateCell(cell: Decimal, scenario: Scenario, terms: GroupTerms): AggregationSteps {
  const isGain = cell.greaterThan(zero);
  const offset = isGain ? cell.times(terms.pnlOffset) : cell;
  const isCapped = isGain && offset.greaterThan(terms.maxOffsetablePnl);
  const afterOffset = isCapped ? terms.maxOffsetablePnl : offset;
  const dampener = terms.dampeners[scenario.index];
  return { afterOffset, isCapped, dampener, aggregated: towardZero(afterOffset, dampener) };
}

function towardZero(value: Decimal, distance: Decimal): Decimal {
  if (distance.isZero()) return value;
  const shrunk = maxOf(value.abs().minus(distance), zero);
  return value.isNegative() ? shrunk.negated() : shrunk;
}

/**
 * Cells closer than this (relative to the notional) count as equal. Cells that are equal on paper, such as a future's
 * three volatility scenarios, or its extended cells and its edge cell, may differ by the reference's own error, which
 * is below 1e-31 of the notional (decimal.ts).
 */
const equalCells = new Decimal('1e-30');

/** Section D: the first cell that attains the minimum. */
export function worstScenarioIndex(aggregated: readonly Decimal[], notional: Decimal): number {
  const lowest = aggregated.reduce(minOf);
  const limit = lowest.plus(notional.times(equalCells));
  return aggregated.findIndex((cell) => cell.lessThanOrEqualTo(limit));
}
