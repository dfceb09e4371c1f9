import type { Instrument } from '../domain/instrument.ts';
import type { HeldSet } from './book-columns.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/** One account of the book, in engine order. */
export interface HeldAccount {
  readonly positions: readonly { readonly instrument: string; readonly quantity: number; readonly entryPrice: number }[];
  readonly orders: readonly { readonly instrument: string; readonly quantity: number; readonly limitPrice: number }[];
  /** One per netting set. */
  readonly cash: readonly { readonly currency: string; readonly amount: number }[];
}

/** The netting sets of one account, with names instead of rows. */
export function heldAccountOf(
  sets: readonly HeldSet[], rows: InstrumentRows, instruments: readonly Instrument[],
): HeldAccount {
  const nameOf = (row: number): string => instruments[rows.instrumentOf[row]].name;
  return {
    positions: sets.flatMap(({ positions }) =>
      positions.map(({ row, quantity, entryPrice }) => ({ instrument: nameOf(row), quantity, entryPrice })),
    ),
    orders: sets.flatMap(({ orders }) =>
      orders.map(({ row, quantity, entryPrice }) => ({ instrument: nameOf(row), quantity, limitPrice: entryPrice })),
    ),
    cash: sets.map(({ currency, cashAmount }) => ({ currency: rows.currencies[currency], amount: cashAmount })),
  };
}
