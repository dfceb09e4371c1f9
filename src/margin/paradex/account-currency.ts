import type { Instrument } from '../../domain/instrument.ts';

/** Why an instrument cannot be in a Paradex account at all, or null: everything is linear and paid in one currency. */
export function accountRefusal(instrument: Instrument, currency: string): string | null {
  const { payoff, settlementCurrency, exercise } = instrument;
  if (payoff !== 'linear') return 'Paradex has linear contracts only';
  if (settlementCurrency !== currency) {
    return `it settles in ${settlementCurrency}, and the account is margined in ${currency}`;
  }
  if (exercise === 'american') return 'Paradex has European options only';
  return null;
}
