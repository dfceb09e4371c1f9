import type { OptionType } from '../domain/instrument.ts';

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

export function perpetualName(baseCurrency: string): string {
  return `${baseCurrency}-PERPETUAL`;
}

/** `BTC-2AUG26`, as Deribit names it: no leading zero. */
export function futureName(baseCurrency: string, expiryMs: number): string {
  const date = new Date(expiryMs);
  const year = String(date.getUTCFullYear() % 100).padStart(2, '0');
  return `${baseCurrency}-${date.getUTCDate()}${months[date.getUTCMonth()]}${year}`;
}

/** `BTC-28AUG26-60000-C`. */
export function optionName(baseCurrency: string, expiryMs: number, strike: number, optionType: OptionType): string {
  return `${futureName(baseCurrency, expiryMs)}-${strike}-${optionType === 'call' ? 'C' : 'P'}`;
}
