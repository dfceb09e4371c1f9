import type { Instrument } from '../../../src/domain/instrument.ts';
import type { Market, MarketField } from '../../../src/domain/market.ts';

/** A linear perpetual with its quotes. */
export interface LinearQuote {
  readonly name: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly contractSize?: number;
  readonly price: number;
  readonly fields?: Readonly<Partial<Record<MarketField, number>>>;
}

export function linearMarket(quotes: readonly LinearQuote[]): Market {
  const names = [...new Set(quotes.flatMap(({ fields }) => Object.keys(fields ?? {}) as MarketField[]))];
  return {
    asOfMs: 0,
    instruments: quotes.map(({ name, baseCurrency, quoteCurrency, contractSize }): Instrument => ({
      name, kind: 'perpetual', payoff: 'linear', baseCurrency, quoteCurrency, settlementCurrency: quoteCurrency,
      contractSize: contractSize ?? 1, expiryMs: null, strike: null, optionType: null,
    })),
    forward: Float64Array.from(quotes, ({ price }) => price),
    impliedVolatility: Float64Array.from(quotes, () => NaN),
    indexPrice: new Map(quotes.map((each) => [`${each.baseCurrency}_${each.quoteCurrency}`.toLowerCase(), each.price])),
    openInterest: new Float64Array(quotes.length),
    fields: new Map(names.map((name) => [name, Float64Array.from(quotes, ({ fields }) => fields?.[name] ?? NaN)])),
  };
}
