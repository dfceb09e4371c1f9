import type { Instrument } from './instrument.ts';

/** Milliseconds of a year of 365 days: the day count of every time to expiry, unless a model says otherwise. */
export const yearMs = 365 * 24 * 3600 * 1000;

/**
 * Quotes that some models need besides forward, volatility and index price: per instrument, NaN where unknown. What
 * belongs to the pair or the account currency (index confidence, stable price) stands on every instrument concerned.
 */
export const marketFields = {
  markPrice: 'mark or settlement price of an option, quote currency per base unit',
  interestRate: 'continuously compounded, per year ACT/365, to the expiry',
  dividendYield: 'continuous, per year',
  delta: 'the delta that the venue quotes: of one base unit by the index price, signed',
  fundingRate: 'fraction of notional per eight hours, paid by longs if positive',
  openInterest: 'contracts outstanding',
  confidence: 'oracle confidence in the forward or mark, in [0, 1]',
  volatilityConfidence: 'oracle confidence in the implied volatility, in [0, 1]',
  rateConfidence: 'oracle confidence in the interest rate, in [0, 1]',
  indexConfidence: 'oracle confidence in the index price, in [0, 1]',
  stablePrice: 'US dollars per unit of the quote currency',
  settledForward: 'part of the forward that the settlement average has fixed already, quote currency per base unit',
  averageDailyVolume: 'contracts traded per day, on average over as many days as whoever measured it says',
  halfSpread: 'half of the usual distance between bid and ask, quote currency per base unit',
  twapPrice: 'time-weighted average price of the last five minutes, quote currency per base unit',
} as const;

export type MarketField = keyof typeof marketFields;

/**
 * One consistent snapshot: instruments, and for each the numbers that price it. Arrays are parallel to `instruments`.
 *
 * The forward of an option is the mark of its expiry's future (or the parity forward); of a future, perpetual or spot
 * its own mark.
 * All prices are in quote currency per base unit. The mark of an option is Black-76 at (forward, impliedVolatility):
 * for an
 * inverse option that value divided by the forward, in coin.
 */
export interface Market {
  /** UTC milliseconds of the snapshot; times to expiry count from here. */
  readonly asOfMs: number;
  readonly instruments: readonly Instrument[];
  /** > 0 and finite where the price is good; anything else is bad data and quarantines what depends on it. */
  readonly forward: Float64Array;
  /**
   * Fraction per square root of a year (0.45 = 45%), > 0; NaN where the instrument is no option. Zero is bad data, as a
   * zero price is.
   */
  readonly impliedVolatility: Float64Array;
  /** Spot composite per currency pair (`btc_usd`), quote per base. */
  readonly indexPrice: ReadonlyMap<string, number>;
  /** Contracts outstanding, for popularity and concentration; zeros where unknown. */
  readonly openInterest: Float64Array;
  /** Further quotes, parallel to `instruments`; absent where the market has none. */
  readonly fields?: ReadonlyMap<MarketField, Float64Array>;
}

/** Time to expiry in years ACT/365, 0 for instruments without an expiry. Negative once the expiry has passed. */
export function timeToExpiryYears(instrument: Instrument, asOfMs: number): number {
  return instrument.expiryMs === null ? 0 : (instrument.expiryMs - asOfMs) / yearMs;
}
