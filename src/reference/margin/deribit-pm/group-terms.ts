import type { RiskGroup } from '../../../domain/instrument.ts';
import type { DeribitPmCurrencyParams, DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { exact, maxOf, one, zero, type Decimal } from '../../decimal.ts';
import { edgeMultiplier, type Scenario } from './scenarios.ts';

/** Everything that is the same for all positions of one risk group. */
export interface GroupTerms {
  readonly group: RiskGroup;
  /** True if the group settles in its own coin. */
  readonly isInverse: boolean;
  readonly indexPrice: Decimal;
  readonly currency: DeribitPmCurrencyParams;
  readonly pair: DeribitPmPairParams;
  readonly scenarios: readonly Scenario[];
  /** Share of positive cells that counts. */
  readonly pnlOffset: Decimal;
  /** Cap of the offset, settlement currency. */
  readonly maxOffsetablePnl: Decimal;
  /** D_m of section C by scenario index, settlement currency; zero for standard cells. */
  readonly dampeners: readonly Decimal[];
}

export function groupTerms(
  group: RiskGroup,
  indexPrice: Decimal,
  currency: DeribitPmCurrencyParams,
  pair: DeribitPmPairParams,
  scenarios: readonly Scenario[],
): GroupTerms {
  const isInverse = group.settlementCurrency === group.baseCurrency;
  return {
    group,
    isInverse,
    indexPrice,
    currency,
    pair,
    scenarios,
    pnlOffset: exact(currency.pnlOffset),
    maxOffsetablePnl: inSettlement(exact(currency.maxOffsetablePnl), { isInverse, indexPrice }),
    dampeners: scenarios.map((scenario) => {
      if (scenario.table === 'standard') return zero;
      const beyondRange = maxOf(scenario.move.abs().div(exact(pair.priceRange)), one).minus(one);
      const usd = beyondRange.times(exact(currency.extendedDampener));
      return isInverse ? usd.div(edgeMultiplier(scenario.move, pair).times(indexPrice)) : usd;
    }),
  };
}

/** A USD amount of the parameters, in coin for inverse groups. */
export function inSettlement(usd: Decimal, terms: Pick<GroupTerms, 'isInverse' | 'indexPrice'>): Decimal {
  return terms.isInverse ? usd.div(terms.indexPrice) : usd;
}
