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
  const moves = (row: number): boolean =>
    moved === 'instrument' ? row === instrument : market.instruments[row].baseCurrency === baseCurrency;
  const forward = market.forward.map((price, row) => (moves(row) ? price * factor : price));
  const fields = new Map<MarketField, Float64Array>();
  market.fields?.forEach((column, name) => {
    const valueOf = (value: number, row: number): number =>
      name === 'markPrice' ? movedMark(market, row, value, factor) : value * factor;
    if (name !== 'markPrice' && name !== 'twapPrice') return;
    fields.set(name, column.map((value, row) => (moves(row) ? valueOf(value, row) : value)));
  });
  if (moved === 'instrument') return { forward, fields };
  const pairs = new Set(
    market.instruments
      .filter((each) => each.baseCurrency === baseCurrency)
      .map((each) => pairOf(each.baseCurrency, each.quoteCurrency)),
  );
  const indexPrice = new Map(
    [...market.indexPrice].map(([pair, price]) => [pair, pairs.has(pair) ? price * factor : price] as const),
  );
  return { forward, fields, indexPrice };
}

/** The quoted mark and what the move adds to the value at the option's volatility; not below zero. */
function movedMark(market: Market, row: number, mark: number, factor: number): number {
  const { kind, optionType, strike } = market.instruments[row];
  if (kind !== 'option') return mark * factor;
  const years = timeToExpiryYears(market.instruments[row], market.asOfMs);
  const volatility = market.impliedVolatility[row];
  // Without a volatility the value is intrinsic.
  const deviation = volatility > 0 && years > 0 ? volatility * Math.sqrt(years) : 0;
  const valueAt = (forward: number): number => blackPrice(optionType === 'call' ? 1 : -1, forward, strike!, deviation);
  const price = mark + valueAt(market.forward[row] * factor) - valueAt(market.forward[row]);
  return price > 0 ? price : 0;
}
