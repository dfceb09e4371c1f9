import type { Quote } from './chain.ts';
import { askToBidRatioMax } from './quality-thresholds.ts';

export type QuoteDefect = 'no-bid' | 'no-ask' | 'crossed-quote' | 'locked-quote' | 'wide-spread';

/** A quote with both sides, bid < ask. */
export interface TwoSidedQuote {
  readonly mid: number;
  readonly halfSpread: number;
}

/** The first defect in the order of `QuoteDefect`, or null. */
export function quoteDefect(quote: Quote): QuoteDefect | null {
  const { bid, ask } = quote;
  if (bid === null || bid === 0) return 'no-bid';
  if (ask === null || ask === 0) return 'no-ask';
  if (bid > ask) return 'crossed-quote';
  if (bid === ask) return 'locked-quote';
  if (ask > askToBidRatioMax * bid) return 'wide-spread';
  return null;
}

/** Null if the quote has a defect. */
export function twoSidedQuote(quote: Quote): TwoSidedQuote | null {
  if (quoteDefect(quote) !== null) return null;
  const bid = quote.bid!;
  const ask = quote.ask!;
  return { mid: (bid + ask) / 2, halfSpread: (ask - bid) / 2 };
}
