import type { DeribitSmParams } from '../../margin/deribit-sm/params.ts';
import { exact, one } from '../decimal.ts';
import type { ReferenceModel, ReferenceResult } from './account.ts';
import { equityCurrencyOf, holdingOf, orderReason } from './deribit/holding.ts';
import { standardProblem } from './deribit/standard-problem.ts';
import { standardMargin, standardPosition } from './deribit/standard.ts';

/** Deribit standard margin, segregated, in decimals: docs/models/deribit-sm.md, position by position. */
export const referenceDeribitSm: ReferenceModel<DeribitSmParams> = (market, params) => {
  const problemOf = (index: number): string | null => {
    const { name, kind, baseCurrency } = market.instruments[index];
    if (kind !== 'spot') return standardProblem(market, params, index);
    return `${name}: segregated: a balance of ${baseCurrency} is cash of that currency, no position in another one`;
  };
  return ({ positions, orders, cash }) => {
    const settlement = (index: number): string => market.instruments[index].settlementCurrency;
    const currencies = new Set([
      ...positions.map(({ instrumentIndex }) => settlement(instrumentIndex)),
      ...orders.map(({ instrumentIndex }) => settlement(instrumentIndex)),
      ...cash.keys(),
    ]);
    const setOf = (currency: string): ReferenceResult => {
      const isOwn = ({ instrumentIndex }: { instrumentIndex: number }) => settlement(instrumentIndex) === currency;
      if (orders.some(isOwn)) return { refusal: orderReason('deribit-sm') };
      const held = positions.filter(isOwn);
      const refusal = held.map(({ instrumentIndex }) => problemOf(instrumentIndex)).find((each) => each !== null);
      if (refusal !== undefined) return { refusal };
      const amounts = held.map((position) => {
        const holding = holdingOf(market, position);
        return standardPosition(market, params, holding, equityCurrencyOf(holding.instrument), one);
      });
      return standardMargin(currency, amounts, exact(cash.get(currency) ?? 0), null);
    };
    return new Map([...currencies].map((currency) => [currency, setOf(currency)] as const));
  };
};
