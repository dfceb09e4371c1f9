import { dollarRate, dollars } from '../domain/dollar-rates.ts';
import { indexPriceOf, type IndexPrices } from '../domain/index-price.ts';
import { pairOf } from '../domain/instrument.ts';

/**
 * Price of an asset in a currency: 1 for itself, the index price of the pair, else that of both against the US dollar.
 * NaN where a price is missing or bad: a quote that is there and bad is never replaced by another, and a dollar
 * currency without a quote counts as one dollar only if it is listed in `atPar`.
 */
export function collateralPrice(
  quotes: IndexPrices,
  asset: string,
  currency: string,
  atPar: readonly string[],
): number {
  if (asset === currency) return 1;
  if (isBad(quotes, asset, currency)) return NaN;
  const direct = indexPriceOf(quotes, asset, currency);
  if (direct !== null) return direct;
  return dollarsPer(quotes, asset, atPar) / dollarsPer(quotes, currency, atPar);
}

function dollarsPer(quotes: IndexPrices, asset: string, atPar: readonly string[]): number {
  if (dollars.some((dollar) => isBad(quotes, asset, dollar)) || isPegBroken(quotes)) return NaN;
  const found = dollarRate(quotes, asset);
  if (found === null) return atPar.includes(asset) ? 1 : NaN;
  const isAssumed = found.source === '1:1' && asset !== 'USD' && !atPar.includes(asset);
  return isAssumed ? NaN : found.rate;
}

/** Whether a dollar currency has a quote against another one that cannot be used. */
function isPegBroken(quotes: IndexPrices): boolean {
  return dollars.some((one) => dollars.some((other) => one !== other && isBad(quotes, one, other)));
}

/** A quote of the pair stands there, in one direction or the other, and none of them is good. */
function isBad(quotes: IndexPrices, base: string, quote: string): boolean {
  if (base === quote) return false;
  const isQuoted = quotes.indexPrice.has(pairOf(base, quote)) || quotes.indexPrice.has(pairOf(quote, base));
  return isQuoted && indexPriceOf(quotes, base, quote) === null;
}
