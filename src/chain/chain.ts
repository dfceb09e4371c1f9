/**
 * A raw chain: what a venue quoted for one underlying at one instant. Nothing in it is derived.
 *
 * Prices of linear instruments and of all futures are quote currency per base unit; prices of inverse options are in
 * base coin per base unit (as Deribit quotes them).
 */
import type { OptionType, Payoff } from '../domain/instrument.ts';

export interface Chain {
  /** The file it came from, for messages. */
  readonly file: string;
  readonly title: string;
  /** UTC milliseconds of the snapshot. */
  readonly asOfMs: number;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly settlementCurrency: string;
  readonly payoff: Payoff;
  /** See `domain/instrument.ts` for the units. `future` holds for perpetuals too. */
  readonly contractSize: { readonly option: number; readonly future: number };
  readonly openInterestUnit: { readonly option: OpenInterestUnit; readonly future: OpenInterestUnit };
  /** Quote currency per base unit; null where the venue publishes no spot price with the chain. */
  readonly spotPrice: number | null;
  readonly futures: readonly FutureQuote[];
  readonly options: readonly OptionQuote[];
}

export type OpenInterestUnit = 'contracts' | 'quoteCurrency';

/** Best bid and ask; null where there is none. A bid of zero also means that nobody bids. */
export interface Quote {
  readonly bid: number | null;
  readonly ask: number | null;
}

export interface FutureQuote extends Quote {
  /** 1-based row in the futures table of the file. */
  readonly row: number;
  /** UTC milliseconds; null for the perpetual. */
  readonly expiryMs: number | null;
  /** Unit: `openInterestUnit.future`; null where unknown. */
  readonly openInterest: number | null;
}

export interface OptionQuote extends Quote {
  /** 1-based row in the options table of the file. */
  readonly row: number;
  readonly expiryMs: number;
  readonly strike: number;
  readonly optionType: OptionType;
  /** Unit: `openInterestUnit.option`; null where unknown. */
  readonly openInterest: number | null;
}
