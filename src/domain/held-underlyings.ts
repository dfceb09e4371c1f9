import type { Book } from './book.ts';
import { dollars } from './dollar-rates.ts';
import type { Market } from './market.ts';

/** What the value of a book depends on. */
export interface HeldUnderlyings {
  /** Base currencies of what is held, and coins that are held or that P&L is paid in; sorted. */
  readonly priced: readonly string[];
  /** Base currencies of options that are held. */
  readonly optioned: readonly string[];
}

/** Currencies that count as dollars have a price of one and are left out. */
export function instrumentUnderlyings({ instruments }: Market, { positions, cash, currencies }: Book): HeldUnderlyings {
  const priced = new Set<string>();
  const optioned = new Set<string>();
  for (const index of new Set(positions.instrumentIndex)) {
    const { baseCurrency, settlementCurrency, kind } = instruments[index];
    priced.add(baseCurrency).add(settlementCurrency);
    if (kind === 'option') optioned.add(baseCurrency);
  }
  for (const index of new Set(cash.currencyIndex)) priced.add(currencies[index]);
  for (const dollar of dollars) priced.delete(dollar);
  return { priced: [...priced].sort(), optioned: [...optioned].sort() };
}
