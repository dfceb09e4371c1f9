import { Decimal, exact, maxOf, minOf, one, zero } from '../../decimal.ts';
import type { AggregationSteps } from './breakdown.ts';
import type { GroupTerms } from './reference-market.ts';
import { edgeMultiplier, type Scenario } from './scenarios.ts';

/** Section C of docs/models/deribit-pm.md: offset, cap and dampener of one cell of the group's vector. */
export function aggregateCell(cell: Decimal, scenario: Scenario, terms: GroupTerms): AggregationSteps {
  const offset = cell.times(exact(terms.currency.pnlOffset));
  const cap = inSettlement(exact(terms.currency.maxOffsetablePnl), terms);
  const isGain = cell.greaterThan(zero);
  const isCapped = isGain && offset.greaterThan(cap);
  const afterOffset = isGain ? minOf(offset, cap) : cell;
  const dampener = scenario.table === 'extended' ? dampenerOf(scenario.move, terms) : zero;
  return { afterOffset, isCapped, dampener, aggregated: towardZero(afterOffset, dampener) };
}

function dampenerOf(move: Decimal, terms: GroupTerms): Decimal {
  const beyondRange = maxOf(move.abs().div(exact(terms.pair.priceRange)), one).minus(one);
  const usd = beyondRange.times(exact(terms.currency.extendedDampener));
  return terms.isInverse ? usd.div(edgeMultiplier(move, terms.pair).times(terms.indexPrice)) : usd;
}

function towardZero(value: Decimal, distance: Decimal): Decimal {
  const shrunk = maxOf(value.abs().minus(distance), zero);
  return value.isNegative() ? shrunk.negated() : shrunk;
}

/** A USD amount of the parameters, in coin for inverse groups. */
export function inSettlement(usd: Decimal, terms: GroupTerms): Decimal {
  return terms.isInverse ? usd.div(terms.indexPrice) : usd;
}

/**
 * Cells closer than this (relative to the notional) count as equal. Cells that are equal on paper, such as a future's three
 * volatility scenarios, or its extended cells and its edge cell, may differ in the last of the 50 digits.
 */
const equalCells = new Decimal('1e-35');

/** Section D: the first cell that attains the minimum. */
export function worstScenarioIndex(aggregated: readonly Decimal[], notional: Decimal): number {
  const lowest = aggregated.reduce(minOf);
  const limit = lowest.plus(notional.times(equalCells));
  return aggregated.findIndex((cell) => cell.lessThanOrEqualTo(limit));
}
