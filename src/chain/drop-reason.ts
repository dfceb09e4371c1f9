import type { QuoteDefect } from './quote-quality.ts';

/** Why a row of a chain is not in the market. One row has one reason: the first that applies, in this order. */
export type DropReason =
  /** The contract expired at or before the time of the chain. */
  | 'expired'
  /** No future with a good quote and too few pairs for a parity forward. */
  | 'no-forward'
  /** Too many pairs of the expiry contradict parity, or its future does, or its discount factor is no interest rate. */
  | 'expiry-fails-parity'
  /** Call and put of the strike contradict each other: one of them is stale, and it is not known which. */
  | 'strike-fails-parity'
  /** The quote of the out-of-the-money side, or of a future. */
  | QuoteDefect
  /** The row is in the money, and the out-of-the-money side of its strike has no usable quote or is not listed. */
  | 'other-side-unusable'
  /** The out-of-the-money price is beyond what any volatility gives. */
  | 'price-without-volatility'
  /** The implied volatility is outside the band that real options trade in. */
  | 'volatility-out-of-band'
  /** The implied volatility is far off the smile of the neighbouring strikes. */
  | 'off-the-smile';
