import { pairOf } from './instrument.ts';

/** Index prices by pair (`btc_usd`), quote per base: all that a conversion needs of a market or of quotes. */
export interface IndexPrices {
  readonly indexPrice: ReadonlyMap<string, number>;
}

/** The index price of a pair, or one over that of the reverse pair; null if neither is good. */
export function indexPriceOf({ indexPrice }: IndexPrices, base: string, quote: string): number | null {
  const price = indexPrice.get(pairOf(base, quote)) ?? NaN;
  if (price > 0 && price < Infinity) return price;
  const reverse = indexPrice.get(pairOf(quote, base)) ?? NaN;
  return reverse > 0 && reverse < Infinity ? 1 / reverse : null;
}
