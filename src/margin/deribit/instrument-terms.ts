import type { Instrument } from '../../domain/instrument.ts';

/** Reporting currency of the cross-collateral models. */
export const reportingCurrency = 'USD';

/** Why the venue has no such contract, or null. */
export function unlisted({ payoff, quoteCurrency, exercise }: Instrument): string | null {
  if (exercise === 'american') return 'the venue lists European options only';
  const isForeign = payoff === 'inverse' && quoteCurrency !== reportingCurrency;
  return isForeign ? `inverse contracts are quoted in ${reportingCurrency}, not in ${quoteCurrency}` : null;
}

/** The currency whose equity the position is part of: a spot holding is a balance of its base currency. */
export function equityCurrencyOf(instrument: Instrument): string {
  const currency = instrument.kind === 'spot' ? instrument.baseCurrency : instrument.settlementCurrency;
  return currency.toLowerCase();
}

/** Whether amounts need a US dollar price of the quote currency: linear contracts in anything but US dollars. */
export function needsStablePrice(instrument: Instrument): boolean {
  return instrument.kind !== 'spot' && instrument.payoff === 'linear' && instrument.quoteCurrency !== reportingCurrency;
}

/**
 * US dollars per unit of the settlement currency (of a spot holding: per unit of its base currency): the index for a
 * coin, the stable price for what a linear contract is quoted in.
 */
export function usdPerUnit(instrument: Instrument, indexPrice: number, stablePrice: number): number {
  if (needsStablePrice(instrument)) return stablePrice;
  return instrument.kind === 'spot' || instrument.payoff === 'inverse' ? indexPrice : 1;
}

/** Why a balance cannot be held in this spot instrument, or null: cash of other currencies is held against USD. */
export function spotRefusal(instrument: Instrument): string | null {
  if (instrument.quoteCurrency === reportingCurrency) return null;
  const { baseCurrency } = instrument;
  return `a balance of ${baseCurrency} is held in the spot instrument ${baseCurrency}/${reportingCurrency}`;
}
