import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { BookColumns } from './book-columns.ts';

/**
 * Netting sets that lose positions at once: columns, one row per set. For tens of thousands of sets between two ticks.
 */
export interface SetReductions {
  /** Rows of `Engine.results`, ascending. */
  readonly sets: Uint32Array;
  /** Share of every position that stays, in [0, 1]; below 1 the open orders and the add-on go. */
  readonly keep: Float64Array;
  /** Cash afterwards, settlement currency. */
  readonly cash: Float64Array;
}

/** What the sets of one call were before it. */
export interface ReductionUndo {
  readonly sets: Uint32Array;
  readonly positionCount: Uint32Array;
  readonly orderCount: Uint32Array;
  readonly cash: Float64Array;
  readonly addOn: Float64Array;
  /** Of sets that kept a part; null for those whose slots are as they were. */
  readonly quantities: readonly (Float64Array | null)[];
}

/**
 * Reduces netting sets in place. A set that then holds nothing keeps its row. All or nothing. Throws `OptionInvalid`,
 * naming the row of the list and the value.
 */
export function reduceSets(book: BookColumns, { sets, keep, cash }: SetReductions): ReductionUndo {
  requireValid(book, { sets, keep, cash });
  const { nettingSet, position } = book.arena.views;
  const of = <T extends Uint32Array | Float64Array>(column: T, copy: T): T => {
    for (let row = 0; row < sets.length; row++) copy[row] = column[sets[row]];
    return copy;
  };
  const quantities: (Float64Array | null)[] = [];
  const undo = {
    sets: sets.slice(),
    positionCount: of(nettingSet.positionCount, new Uint32Array(sets.length)),
    orderCount: of(nettingSet.orderCount, new Uint32Array(sets.length)),
    cash: of(nettingSet.cash, new Float64Array(sets.length)),
    addOn: of(nettingSet.addOn, new Float64Array(sets.length)),
    quantities,
  };
  for (let row = 0; row < sets.length; row++) {
    const set = sets[row];
    const first = nettingSet.firstPosition[set];
    const isPartial = keep[row] > 0 && keep[row] < 1;
    quantities.push(isPartial ? position.quantity.slice(first, first + nettingSet.positionCount[set]) : null);
    book.reduceSet(set, keep[row], cash[row]);
  }
  return undo;
}

/** Puts back what `reduceSets` changed; of several calls the last must be undone first. */
export function undoReductions(book: BookColumns, undo: ReductionUndo): void {
  const { nettingSet } = book.arena.views;
  undo.sets.forEach((set, row) => {
    nettingSet.positionCount[set] = undo.positionCount[row];
    nettingSet.orderCount[set] = undo.orderCount[row];
    nettingSet.cash[set] = undo.cash[row];
    nettingSet.addOn[set] = undo.addOn[row];
    book.restoreSet(set, undo.quantities[row]);
  });
}

function requireValid(book: BookColumns, { sets, keep, cash }: SetReductions): void {
  const refuse = (row: number, column: string, value: number | undefined, rule: string): never => {
    const message = `set reductions, row ${row + 1}, ${column} ${rule}, got ${value}`;
    throw new MargridError('OptionInvalid', message, { row: row + 1, column, value });
  };
  for (let row = 0; row < Math.max(sets.length, keep.length, cash.length); row++) {
    const isNext = sets[row] < book.setCount && (row === 0 || sets[row] > sets[row - 1]);
    if (!isNext) refuse(row, 'sets', sets[row], `must be a row of the results below ${book.setCount}, ascending`);
    if (!(keep[row] >= 0 && keep[row] <= 1)) refuse(row, 'keep', keep[row], 'must be in [0, 1]');
    if (!(Math.abs(cash[row]) <= limits.quantityMax)) refuse(row, 'cash', cash[row], 'must be a finite amount');
  }
}
