import { dollarRate } from '../domain/dollar-rates.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';

/** What a unit of a currency is worth in another one now, by the index prices of the market. Throws `CurrencyUnknown`. */
export function rateNow(market: Market, currency: string, into: string): number {
  const from = dollarRate(market, currency)?.rate;
  const to = dollarRate(market, into)?.rate;
  if (from !== undefined && to !== undefined) return currency === into ? 1 : from / to;
  const lost = from === undefined ? currency : into;
  throw new MargridError('CurrencyUnknown', `no index price of the market says what ${lost} is worth`, { value: lost });
}
