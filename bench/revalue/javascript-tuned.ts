import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';

/**
 * The best plain JavaScript we know for the same columns, so that margrid is compared with a rival that was written
 * to win.
 *
 * Eight cells at a time in local variables, integer indices, and the minimum taken from the variables: a row of
 * cells in memory, as the JavaScript engine keeps for its margin models, is written and read again and costs a
 * quarter. What was tried: docs/PERFORMANCE.md.
 */
export interface RevalueColumns {
  /** First cell of the position's row: a column of its own, as integers and already multiplied. */
  readonly rowStart: Int32Array;
  readonly quantity: Float64Array;
  readonly firstPosition: Uint32Array;
  readonly positionCount: Uint32Array;
  readonly risk: Float64Array;
  readonly worst: Float64Array;
  readonly cellCount: number;
}

export function revalueColumnsOf(arena: Arena, cellCount: number): RevalueColumns {
  const { nettingSet, position, riskArray, result } = arena.views;
  return {
    rowStart: Int32Array.from(position.row, (entry) => (entry >>> FLAG_BITS) * cellCount),
    quantity: position.quantity,
    firstPosition: nettingSet.firstPosition,
    positionCount: nettingSet.positionCount,
    risk: riskArray.row,
    worst: result.worstCase,
    cellCount,
  };
}

/** Worst loss of accounts [first, end). */
export function revalueTuned(columns: RevalueColumns, first: number, end: number): void {
  const { rowStart, quantity, firstPosition, positionCount, risk, worst, cellCount } = columns;
  for (let account = first; account < end; account++) {
    const from = firstPosition[account] | 0;
    const to = (from + positionCount[account]) | 0;
    let minimum = Infinity;
    let probe = 0;
    let block = 0;
    for (; block + 8 <= cellCount; block = (block + 8) | 0) {
      let c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0;
      for (let p = from; p < to; p = (p + 1) | 0) {
        const row = (block + rowStart[p]) | 0;
        const held = quantity[p];
        c0 += held * risk[row];
        c1 += held * risk[(row + 1) | 0];
        c2 += held * risk[(row + 2) | 0];
        c3 += held * risk[(row + 3) | 0];
        c4 += held * risk[(row + 4) | 0];
        c5 += held * risk[(row + 5) | 0];
        c6 += held * risk[(row + 6) | 0];
        c7 += held * risk[(row + 7) | 0];
      }
      if (c0 < minimum) minimum = c0;
      if (c1 < minimum) minimum = c1;
      if (c2 < minimum) minimum = c2;
      if (c3 < minimum) minimum = c3;
      if (c4 < minimum) minimum = c4;
      if (c5 < minimum) minimum = c5;
      if (c6 < minimum) minimum = c6;
      if (c7 < minimum) minimum = c7;
      probe = c0;
    }
    for (; block < cellCount; block = (block + 2) | 0) {
      let c0 = 0, c1 = 0;
      for (let p = from; p < to; p = (p + 1) | 0) {
        const row = (block + rowStart[p]) | 0;
        c0 += quantity[p] * risk[row];
        c1 += quantity[p] * risk[(row + 1) | 0];
      }
      if (c0 < minimum) minimum = c0;
      if (c1 < minimum) minimum = c1;
      probe = c0;
    }
    worst[account] = probe === probe ? (minimum < 0 ? -minimum : 0) : NaN;
  }
}
