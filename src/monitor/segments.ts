import { SHAPE_CALL } from '../../assembly/portable/layout.ts';
import type { InstrumentRows } from '../engine/instrument-rows.ts';

/**
 * Runs of instrument rows of one expiry, options or not: what is measured at once. In row order, which has them
 * together.
 */
export interface Segments {
  readonly count: number;
  readonly first: Uint32Array;
  readonly end: Uint32Array;
  readonly group: Uint32Array;
  readonly expiry: Uint32Array;
  readonly isOption: Uint8Array;
}

export function segmentsOf({ shape, group, expiry }: InstrumentRows): Segments {
  const starts: number[] = [];
  const isOption = (row: number): boolean => shape[row] >= SHAPE_CALL;
  for (let row = 0; row < shape.length; row++) {
    if (row === 0 || expiry[row] !== expiry[row - 1] || isOption(row) !== isOption(row - 1)) starts.push(row);
  }
  return {
    count: starts.length,
    first: Uint32Array.from(starts),
    end: Uint32Array.from(starts, (_, index) => starts[index + 1] ?? shape.length),
    group: Uint32Array.from(starts, (row) => group[row]),
    expiry: Uint32Array.from(starts, (row) => expiry[row]),
    isOption: Uint8Array.from(starts, (row) => Number(isOption(row))),
  };
}
