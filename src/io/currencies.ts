import type { Instrument } from '../domain/instrument.ts';

/** The currencies of a market: base, quote and settlement of each instrument, in order of first appearance. */
export function currenciesOf(instruments: readonly Instrument[]): string[] {
  const found = new Set<string>();
  for (const { baseCurrency, quoteCurrency, settlementCurrency } of instruments) {
    found.add(baseCurrency).add(quoteCurrency).add(settlementCurrency);
  }
  return [...found];
}
