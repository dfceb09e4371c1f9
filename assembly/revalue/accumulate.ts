import { FLAG_BITS } from "../portable/layout.ts";
import { BLOCK_DAMPENED, BLOCK_STORE, blockWidth, smallerLane, sumBlock } from "./blocks.ts";

/**
 * The inner loop of everything: adds risk array rows, weighted by quantities, to a row of cells.
 *
 *   cells[s] = ((start * shockClass[s] + q0 * row0[s]) + q1 * row1[s]) + …        strict left fold over the positions
 *
 * Reads   entries (u32, instrument row above four flag bits) and quantities (f64, contracts) of positions [first, end),
 *         riskArray (f64, settlement currency per contract; rows of cellBytes), shockClass (f64 row)
 * Writes  cells (f64 row)
 * Needs   rows 16-byte aligned, cellBytes a multiple of 16
 * Order   positions in row order, cells independent: any blocking gives the same bits, and so does the scalar twin
 */
export function accumulateRows(
  entries: usize,
  quantities: usize,
  first: usize,
  end: usize,
  riskArray: usize,
  shockClass: usize,
  start: f64,
  cells: usize,
  cellBytes: usize,
): void {
  const entryFirst = entries + (first << 2);
  const entryEnd = entries + (end << 2);
  const quantityFirst = quantities + (first << 3);
  const weight = f64x2.splat(start);
  let block: usize = 0;
  while (block < cellBytes) {
    const width = blockWidth((cellBytes - block) >> 4);
    const base = riskArray + block;
    const from = shockClass + block;
    const to = cells + block;
    if (width == 6) {
      sumBlock(
        6, BLOCK_STORE, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, 0, to, weight,
      );
    } else if (width == 4) {
      sumBlock(
        4, BLOCK_STORE, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, 0, to, weight,
      );
    } else if (width == 2) {
      sumBlock(
        2, BLOCK_STORE, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, 0, to, weight,
      );
    } else {
      sumBlock(
        1, BLOCK_STORE, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, 0, to, weight,
      );
    }
    block += <usize>width << 4;
  }
}

/**
 * `accumulateRows`, then the dampener added to every cell. Leaves the dampened cells and returns the smallest; NaN
 * cells are dropped.
 */
export function accumulateDampened(
  entries: usize,
  quantities: usize,
  first: usize,
  end: usize,
  riskArray: usize,
  shockClass: usize,
  start: f64,
  dampener: usize,
  cells: usize,
  cellBytes: usize,
): f64 {
  const entryFirst = entries + (first << 2);
  const entryEnd = entries + (end << 2);
  const quantityFirst = quantities + (first << 3);
  const weight = f64x2.splat(start);
  let minimum = f64x2.splat(Infinity);
  let block: usize = 0;
  while (block < cellBytes) {
    const width = blockWidth((cellBytes - block) >> 4);
    const base = riskArray + block;
    const from = shockClass + block;
    const to = cells + block;
    const damp = dampener + block;
    if (width == 6) {
      minimum = sumBlock(
        6, BLOCK_DAMPENED, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, damp, to, minimum,
      );
    } else if (width == 4) {
      minimum = sumBlock(
        4, BLOCK_DAMPENED, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, damp, to, minimum,
      );
    } else if (width == 2) {
      minimum = sumBlock(
        2, BLOCK_DAMPENED, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, damp, to, minimum,
      );
    } else {
      minimum = sumBlock(
        1, BLOCK_DAMPENED, entryFirst, entryEnd, quantityFirst, base, cellBytes, from, weight, damp, to, minimum,
      );
    }
    block += <usize>width << 4;
  }
  return smallerLane(minimum);
}

/** Scalar twin of `accumulateRows`: bit-equal. */
export function accumulateRowsScalar(
  entries: usize,
  quantities: usize,
  first: usize,
  end: usize,
  riskArray: usize,
  shockClass: usize,
  start: f64,
  cells: usize,
  cellBytes: usize,
): void {
  for (let at: usize = 0; at < cellBytes; at += 8) {
    let cell = start * load<f64>(shockClass + at);
    for (let p = first; p < end; p++) {
      const row = riskArray + <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * cellBytes;
      cell = cell + load<f64>(quantities + (p << 3)) * load<f64>(row + at);
    }
    store<f64>(cells + at, cell);
  }
}
