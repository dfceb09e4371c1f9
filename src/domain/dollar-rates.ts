import { indexPriceOf, type IndexPrices } from './index-price.ts';

/** Currencies that count as US dollars where nothing better is known. */
export const dollars: readonly string[] = ['USD', 'USDC', 'USDT'];

/** How amounts of a currency become US dollars. */
export interface DollarRate {
  readonly currency: string;
  /** US dollars per unit. */
  readonly rate: number;
  /** `1:1`, or the index prices it is made of: `btc_usd`, `eth_usdc`. */
  readonly source: string;
}

/**
 * US dollars per unit of a currency, at the index prices of the market: of the pair with USD, else with USDC or USDT,
 * which count as one dollar each unless the market has an index price for them. Null if there is none.
 */
export function dollarRate(market: IndexPrices, currency: string): DollarRate | null {
  if (currency === 'USD') return { currency, rate: 1, source: '1:1' };
  for (const dollar of dollars) {
    if (dollar === currency) continue;
    const price = indexPriceOf(market, currency, dollar);
    if (price === null) continue;
    const pair = `${currency}_${dollar}`.toLowerCase();
    const peg = dollar === 'USD' ? null : dollarRate(withoutPair(market, currency, dollar), dollar);
    return peg === null || peg.source === '1:1'
      ? { currency, rate: price, source: pair }
      : { currency, rate: price * peg.rate, source: `${pair} and ${peg.source}` };
  }
  return dollars.includes(currency) ? { currency, rate: 1, source: '1:1' } : null;
}

/** So that two dollar currencies are not looked up in each other forever. */
function withoutPair(market: IndexPrices, one: string, other: string): IndexPrices {
  const indexPrice = new Map(market.indexPrice);
  indexPrice.delete(`${one}_${other}`.toLowerCase());
  indexPrice.delete(`${other}_${one}`.toLowerCase());
  return { indexPrice };
}
