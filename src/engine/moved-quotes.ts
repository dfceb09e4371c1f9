import { blackPrice } from '../../assembly/portable/black76.ts';
import { pairOf } from '../domain/instrument.ts';
import { timeToExpiryYears, type Market, type MarketField } from '../domain/market.ts';
import type { Quotes } from './tick-inputs.ts';

/** Which prices move together: all of the instrument's base currency, or the instrument alone. */
export type MovedPrices = 'underlying' | 'instrument';

/**
 * Quotes of a market in which the prices of an underlying are `factor` times what they are: forwards and index prices,
 * so that bases stay in proportion; implied volatilities stay. Marks of options follow their own volatility from the
 * mark that is quoted; averages follow the price.
 */
export function movedQuotes(market: Market, instrument: number, moved: MovedPrices, factor: number): Partial<Quotes> {
  const { baseCurrency } = market.instruments[instrument];
  if (moved === 'instrument') {
    const { forward, fields } = shiftedQuotes(market, { price: (row) => (row === instrument ? factor : 1) });
    return { forward, fields };
  }
  const { forward, fields, indexPrice } = shiftedQuotes(market, {
    price: (row) => (market.instruments[row].baseCurrency === baseCurrency ? factor : 1),
  });
  return { forward, fields, indexPrice };
}

/** Multiples of what a market quotes, by row of the market; volatility 1 where it is not given. */
export interface QuoteFactors {
  readonly price: (row: number) => number;
  readonly volatility?: (row: number) => number;
}

/** Quotes of a market whose prices and volatilities are multiples of what they are. A pair moves as its instruments do. */
export function shiftedQuotes(market: Market, factors: QuoteFactors): Required<Omit<Quotes, 'asOfMs'>> {
  const price = Float64Array.from(market.instruments, (_, row) => factors.price(row));
  const volatility = Float64Array.from(market.instruments, (_, row) => factors.volatility?.(row) ?? 1);
  const fields = new Map<MarketField, Float64Array>();
  market.fields?.forEach((column, name) => {
    if (name !== 'markPrice' && name !== 'twapPrice') return;
    const valueOf = (value: number, row: number): number => {
      if (price[row] === 1 && volatility[row] === 1) return value;
      return name === 'markPrice' ? movedMark(market, row, value, price[row], volatility[row]) : value * price[row];
    };
    fields.set(name, column.map(valueOf));
  });
  const pairFactor = new Map(
    market.instruments.map(
      ({ baseCurrency, quoteCurrency }, row) => [pairOf(baseCurrency, quoteCurrency), price[row]] as const,
    ),
  );
  return {
    forward: market.forward.map((value, row) => value * price[row]),
    impliedVolatility: market.impliedVolatility.map((value, row) => value * volatility[row]),
    indexPrice: new Map(
      [...market.indexPrice].map(([pair, value]) => [pair, value * (pairFactor.get(pair) ?? 1)] as const),
    ),
    fields,
  };
}

/** The quoted mark and what the moves add to the value at the option's volatility; not below zero. */
function movedMark(market: Market, row: number, mark: number, factor: number, volatilityFactor: number): number {
  const { kind, optionType, strike } = market.instruments[row];
  if (kind !== 'option') return mark * factor;
  const years = timeToExpiryYears(market.instruments[row], market.asOfMs);
  const volatility = market.impliedVolatility[row];
  const valueAt = (forward: number, multiple: number): number => {
    // Without a volatility the value is intrinsic.
    const deviation = volatility > 0 && years > 0 ? volatility * multiple * Math.sqrt(years) : 0;
    return blackPrice(optionType === 'call' ? 1 : -1, forward, strike!, deviation);
  };
  const price = mark + valueAt(market.forward[row] * factor, volatilityFactor) - valueAt(market.forward[row], 1);
  return price > 0 ? price : 0;
}
