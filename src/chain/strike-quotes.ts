import type { OptionQuote } from './chain.ts';

/** The call and the put of one strike, as far as the chain lists them. */
export interface StrikeQuotes {
  readonly strike: number;
  readonly call: OptionQuote | null;
  readonly put: OptionQuote | null;
}

export interface ExpiryQuotes {
  readonly expiryMs: number;
  /** Ascending strikes. */
  readonly strikes: readonly StrikeQuotes[];
}

/** Ascending expiries, and strikes within. */
export function groupByStrike(options: readonly OptionQuote[]): ExpiryQuotes[] {
  const byExpiry = new Map<number, Map<number, StrikeQuotes>>();
  for (const option of options) {
    const byStrike = byExpiry.get(option.expiryMs) ?? new Map<number, StrikeQuotes>();
    byExpiry.set(option.expiryMs, byStrike);
    const other = byStrike.get(option.strike) ?? { strike: option.strike, call: null, put: null };
    byStrike.set(option.strike, { ...other, [option.optionType]: option });
  }
  return [...byExpiry]
    .sort(([first], [second]) => first - second)
    .map(([expiryMs, byStrike]) => ({
      expiryMs,
      strikes: [...byStrike.values()].sort((first, second) => first.strike - second.strike),
    }));
}

export function rowsOfStrike(strike: StrikeQuotes): OptionQuote[] {
  return [strike.call, strike.put].filter((option) => option !== null);
}
