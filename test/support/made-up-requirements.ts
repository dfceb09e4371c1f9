import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import type { NettingSetRequirements } from '../../src/generate/assign-cash.ts';

/**
 * Stands in for a margin engine: the maintenance margin of a netting set is 1% of its notional in settlement
 * currency, its value a tenth of a percent, with the sign of the quantities. Accounts whose first instrument is
 * `freeInstrument` need none.
 */
export function madeUpRequirements(market: Market, book: Book, freeInstrument = -1): NettingSetRequirements {
  const sets = new Map<number, { margin: number; value: number }>();
  const { accountIndex, instrumentIndex, quantity } = book.positions;
  for (let row = 0; row < quantity.length; row++) {
    const instrument = market.instruments[instrumentIndex[row]];
    const key = accountIndex[row] * book.currencies.length + book.currencies.indexOf(instrument.settlementCurrency);
    const inQuote = instrument.kind === 'option' && instrument.payoff === 'inverse';
    const unit = instrument.payoff === 'linear' ? market.forward[instrumentIndex[row]] : inQuote ? 1 : 1 / 60_000;
    const notional = quantity[row] * instrument.contractSize * unit;
    const set = sets.get(key) ?? { margin: 0, value: 0 };
    sets.set(key, { margin: set.margin + Math.abs(notional) * 0.01, value: set.value + notional * 0.001 });
    if (instrumentIndex[row] === freeInstrument) sets.get(key)!.margin = 0;
  }
  const keys = Float64Array.from(sets.keys()).sort();
  return {
    accountIndex: Uint32Array.from(keys, (key) => Math.floor(key / book.currencies.length)),
    currencyIndex: Uint32Array.from(keys, (key) => key % book.currencies.length),
    maintenanceMargin: Float64Array.from(keys, (key) => sets.get(key)!.margin),
    value: Float64Array.from(keys, (key) => sets.get(key)!.value),
  };
}
