import type { Market } from '../../domain/market.ts';
import type { DeribitXsmParams } from '../../margin/deribit-xsm/params.ts';
import { exact } from '../decimal.ts';
import type { ReferenceModel } from './account.ts';
import {
  badPrice,
  equityCurrencyOf,
  holdingOf,
  isPositive,
  needsStablePrice,
  noStablePrice,
  orderReason,
  reportingCurrency,
  spotReason,
} from './deribit/holding.ts';
import { standardProblem } from './deribit/standard-problem.ts';
import { standardMargin, standardPosition } from './deribit/standard.ts';
import { riskGroupOf } from '../../domain/instrument.ts';

/** Deribit standard margin, cross collateral, in decimals: docs/models/deribit-xsm.md, position by position. */
export const referenceDeribitXsm: ReferenceModel<DeribitXsmParams> = (market, params) => {
  const haircuts = new Map([...params.collateral].map(([name, { haircut }]) => [name, exact(haircut)] as const));
  return ({ positions, orders, cash }) => {
    if (orders.length > 0) return new Map([[reportingCurrency, { refusal: orderReason('deribit-xsm') }]]);
    const problems = positions.map(({ instrumentIndex }) => problemOf(market, params, instrumentIndex));
    const refusal = problems.find((each) => each !== null);
    if (refusal !== undefined && refusal !== null) return new Map([[reportingCurrency, { refusal }]]);
    const amounts = positions.map((position) => {
      const holding = holdingOf(market, position);
      return standardPosition(market, params, holding, equityCurrencyOf(holding.instrument), holding.usd);
    });
    const held = exact(cash.get(reportingCurrency) ?? 0);
    return new Map([[reportingCurrency, standardMargin(reportingCurrency, amounts, held, haircuts)]]);
  };
};

function problemOf(market: Market, params: DeribitXsmParams, index: number): string | null {
  const instrument = market.instruments[index];
  const { name } = instrument;
  const isSpot = instrument.kind === 'spot';
  const spot = isSpot ? spotReason(instrument) : null;
  if (spot !== null) return `${name}: ${spot}`;
  const standard = isSpot ? null : standardProblem(market, params, index);
  if (standard !== null) return standard;
  const currency = equityCurrencyOf(instrument);
  const isKnown = currency === reportingCurrency.toLowerCase() || params.collateral.has(currency);
  if (!isKnown) return `${name}: the parameters have no section collateral.${currency}`;
  if (needsStablePrice(instrument)) {
    const stablePrice = market.fields?.get('stablePrice')?.[index] ?? NaN;
    if (!Number.isFinite(stablePrice)) return noStablePrice(name);
    return isPositive(stablePrice) ? null : badPrice(name);
  }
  const usesIndex = isSpot || instrument.payoff === 'inverse';
  const isConverted = !usesIndex || isPositive(market.indexPrice.get(riskGroupOf(instrument).pair));
  return isConverted && isPositive(market.forward[index]) ? null : badPrice(name);
}
