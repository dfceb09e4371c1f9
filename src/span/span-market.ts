import type { Instrument } from '../domain/instrument.ts';
import type { Market, MarketField } from '../domain/market.ts';
import type { SpanCombinedCommodity, SpanContract, SpanParams } from '../margin/span/parameters.ts';

/** A market of the contracts of a risk-parameter file, so that books can name them. */
export interface SpanMarket {
  readonly market: Market;
  /** Contracts without a settlement price: their forward or mark is NaN. */
  readonly withoutPrice: readonly string[];
  /** Options with a strike of zero or below, which no market can hold. */
  readonly leftOut: readonly string[];
}

/**
 * Prices are the settlement prices; the forward of an option is that of the future of its contract month, where the
 * file has one. Base currency is the combined commodity, so that it is one risk group; time is the business date.
 */
export function spanMarket(params: SpanParams): SpanMarket {
  const commodities = new Map(params.combinedCommodities.map((each) => [each.code, each]));
  const futures = new Map<string, SpanContract>();
  for (const contract of params.contracts) {
    if (contract.optionType === null) futures.set(underlyingKey(contract), contract);
  }
  const isHeld = ({ strike }: SpanContract): boolean => strike === null || strike > 0;
  const contracts = params.contracts.filter(isHeld);
  const instruments = contracts.map((contract) =>
    instrumentOf(contract, commodities.get(contract.combinedCommodity)!, params.date),
  );
  const forward = Float64Array.from(contracts, (contract) =>
    contract.optionType === null
      ? (contract.settlementPrice ?? NaN)
      : (futures.get(underlyingKey(contract))?.settlementPrice ?? NaN),
  );
  const isOption = ({ optionType }: SpanContract): boolean => optionType !== null;
  const markPrice = Float64Array.from(contracts, (each) => (isOption(each) ? (each.settlementPrice ?? NaN) : NaN));
  return {
    market: {
      asOfMs: Date.parse(params.date),
      instruments,
      forward,
      impliedVolatility: Float64Array.from(contracts, (each) => (isOption(each) ? (each.impliedVolatility ?? NaN) : NaN)),
      indexPrice: indexPrices(params, contracts),
      openInterest: new Float64Array(contracts.length),
      fields: new Map<MarketField, Float64Array>([['markPrice', markPrice]]),
    },
    withoutPrice: contracts.filter(({ settlementPrice }) => settlementPrice === null).map(({ name }) => name),
    leftOut: params.contracts.filter((each) => !isHeld(each)).map(({ name }) => name),
  };
}

function underlyingKey({ combinedCommodity, month }: SpanContract): string {
  return `${combinedCommodity}|${month}`;
}

/** Settlement price of the nearest future of each combined commodity. */
function indexPrices({ combinedCommodities }: SpanParams, contracts: readonly SpanContract[]): Map<string, number> {
  const nearest = new Map<string, SpanContract>();
  for (const contract of contracts) {
    if (contract.optionType !== null || contract.settlementPrice === null) continue;
    const known = nearest.get(contract.combinedCommodity);
    if (known === undefined || contract.month < known.month) nearest.set(contract.combinedCommodity, contract);
  }
  return new Map(
    combinedCommodities.flatMap(({ code, currency }): [string, number][] => {
      const price = nearest.get(code)?.settlementPrice;
      return price === undefined || price === null ? [] : [[`${code}_${currency}`.toLowerCase(), price]];
    }),
  );
}

function instrumentOf(contract: SpanContract, commodity: SpanCombinedCommodity, date: string): Instrument {
  const kind = contract.optionType !== null ? 'option' : contract.type === 'PHY' ? 'spot' : 'future';
  return {
    name: contract.name,
    kind,
    payoff: 'linear',
    baseCurrency: commodity.code,
    quoteCurrency: commodity.currency,
    settlementCurrency: commodity.currency,
    contractSize: contract.valueFactor,
    expiryMs: kind === 'spot' ? null : expiryMsOf(contract, date),
    strike: contract.strike,
    optionType: contract.optionType,
  };
}

/** The day of the file if it is later: an expired contract that is still in the file is still margined. */
function expiryMsOf({ expiryDate, optionMonth, month }: SpanContract, date: string): number {
  const stated = expiryDate === null ? endOfMonth(optionMonth ?? month) : Date.parse(expiryDate);
  return Math.max(stated, Date.parse(date));
}

/** Last day of a contract month, where the file has no date. */
function endOfMonth(month: string): number {
  const year = Number(month.slice(0, 4));
  const monthNumber = Number(month.slice(4, 6));
  return monthNumber === 0 ? 0 : Date.UTC(year, monthNumber, 0);
}
