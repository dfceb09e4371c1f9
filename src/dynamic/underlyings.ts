import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Engine } from '../engine/engine.ts';

/** Name of an underlying in parameters and commands: its base currency in lower case. All its pairs are one. */
export function underlyingOf({ baseCurrency }: Instrument): string {
  return baseCurrency.toLowerCase();
}

/** Underlyings of a market, sorted, and the place of each instrument row's one. */
export interface UnderlyingRows {
  readonly names: readonly string[];
  /** By instrument row of the engine. */
  readonly ofRow: Int32Array;
}

export function underlyingRows({ market, rows }: Engine): UnderlyingRows {
  const names = [...new Set(market.instruments.map(underlyingOf))].sort();
  const place = new Map(names.map((name, index) => [name, index] as const));
  return {
    names,
    ofRow: Int32Array.from(rows.instrumentOf, (index) => place.get(underlyingOf(market.instruments[index]))!),
  };
}

/** Positions of the book as columns: the slots of netting set s are [first[s], first[s] + count[s]). */
export interface PositionSlots {
  readonly setCount: number;
  /** Account row by netting set. */
  readonly account: Uint32Array;
  readonly currency: Uint8Array;
  readonly first: Uint32Array;
  readonly count: Uint32Array;
  readonly cash: Float64Array;
  /** Instrument row above `flagBits`. */
  readonly row: Uint32Array;
  readonly quantity: Float64Array;
}

/** A position's word holds its instrument row above these bits. */
export const flagBits = FLAG_BITS;

export function positionSlots(engine: Engine): PositionSlots {
  const { nettingSet, position } = engine.arena.views;
  return {
    setCount: engine.nettingSetCount,
    account: nettingSet.account,
    currency: nettingSet.currency,
    first: nettingSet.firstPosition,
    count: nettingSet.positionCount,
    cash: nettingSet.cash,
    row: position.row,
    quantity: position.quantity,
  };
}
