import type { DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { type Decimal, exact, maxOf, minOf, one, sum, zero } from '../../decimal.ts';
import type { DeltaShock, InstrumentCells, RollShock } from './breakdown.ts';
import { inSettlement, type GroupTerms } from './group-terms.ts';
import type { ReferenceMarket } from './reference-market.ts';

/** Section E of docs/models/deribit-pm.md: one charge per expiry, no netting across expiries, spot left out. */
export function rollShocks(
  reference: ReferenceMarket,
  terms: GroupTerms,
  holdings: readonly InstrumentCells[],
): RollShock[] {
  const byExpiry = new Map<number | null, InstrumentCells[]>();
  for (const holding of holdings) {
    const { instrument } = holding.risk;
    if (instrument.kind === 'spot') continue;
    const expiryMs = instrument.kind === 'perpetual' ? null : instrument.expiryMs;
    byExpiry.set(expiryMs, [...(byExpiry.get(expiryMs) ?? []), holding]);
  }
  const expiries = [...byExpiry].sort(([a], [b]) => (a ?? -Infinity) - (b ?? -Infinity));
  return expiries.map(([expiryMs, members]) => {
    const netDelta = sum(members.map(deltaOf));
    const rate = reference.rollRate(terms, expiryMs);
    const toSettlement = terms.isInverse ? one : terms.indexPrice;
    const charge = netDelta.abs().times(rate).times(toSettlement);
    return { expiryMs, timeToExpiryYears: members[0].risk.timeToExpiryYears, netDelta, rate, charge };
  });
}

/** Section F: the liquidity charge on the group's delta beyond a threshold. */
export function deltaShock(terms: GroupTerms, holdings: readonly InstrumentCells[]): DeltaShock {
  const isLongOption = ({ risk, quantity }: InstrumentCells): boolean =>
    risk.instrument.kind === 'option' && quantity.greaterThan(zero);
  const d1 = sum(holdings.filter(isLongOption).map(deltaOf));
  const d2 = sum(holdings.filter((holding) => !isLongOption(holding)).map(deltaOf));
  const { d, usd } = deltaShockUsd(d1, d2, terms.indexPrice, terms.pair);
  return { d1, d2, d, usd, charge: inSettlement(usd, terms) };
}

/** `d1`: delta of the long options, `d2`: of everything else, in base coin. */
export function deltaShockUsd(
  d1: Decimal,
  d2: Decimal,
  indexPrice: Decimal,
  pair: DeribitPmPairParams,
): { readonly d: Decimal; readonly usd: Decimal } {
  const d = combinedDelta(d1, d2);
  const size = d.abs();
  const notionalUsd = size.times(indexPrice);
  const excessUsd = maxOf(notionalUsd.minus(exact(pair.deltaTotalLiqShockThreshold)), zero);
  const rising = excessUsd.times(size).times(exact(pair.mInc));
  const ceiling = exact(pair.maxDeltaShock).times(notionalUsd);
  return { d, usd: minOf(rising, ceiling) };
}

/** Long options may reduce the rest's delta toward zero, never beyond it, and never increase it. */
function combinedDelta(d1: Decimal, d2: Decimal): Decimal {
  const both = d1.plus(d2);
  return d2.isNegative() && !d2.isZero() ? minOf(maxOf(both, d2), zero) : maxOf(minOf(both, d2), zero);
}

function deltaOf({ risk, quantity }: InstrumentCells): Decimal {
  return quantity.times(risk.delta);
}
