import { FLAG_BITS } from '../../assembly/portable/layout.ts';

/**
 * The inner loop in JavaScript, bit-equal to `accumulateRows` in assembly/: strict left fold over positions, cells
 * independent.
 * Tuned: eight cells at a time in local variables, so that each position's quantity and row are read once per eight
 * cells.
 * All indices are in elements of their typed arrays.
 */
export function accumulateRows(
  entries: Uint32Array,
  entryFirst: number,
  quantities: Float64Array,
  quantityFirst: number,
  count: number,
  floats: Float64Array,
  riskArray: number,
  shockClass: number,
  start: number,
  cells: number,
  cellCount: number,
): void {
  let block = 0;
  for (; block + 8 <= cellCount; block += 8) {
    accumulateEight(
      entries, entryFirst, quantities, quantityFirst, count, floats,
      riskArray + block, cellCount, shockClass + block, start, cells + block,
    );
  }
  for (; block + 4 <= cellCount; block += 4) {
    accumulateFour(
      entries, entryFirst, quantities, quantityFirst, count, floats,
      riskArray + block, cellCount, shockClass + block, start, cells + block,
    );
  }
  for (; block < cellCount; block++) {
    accumulateOne(
      entries, entryFirst, quantities, quantityFirst, count, floats,
      riskArray + block, cellCount, shockClass + block, start, cells + block,
    );
  }
}

/** Eight cells. */
function accumulateEight(
  entries: Uint32Array, entryFirst: number, quantities: Float64Array, quantityFirst: number, count: number,
  floats: Float64Array, base: number, stride: number, from: number, start: number, to: number,
): void {
  let c0 = start * floats[from];
  let c1 = start * floats[from + 1];
  let c2 = start * floats[from + 2];
  let c3 = start * floats[from + 3];
  let c4 = start * floats[from + 4];
  let c5 = start * floats[from + 5];
  let c6 = start * floats[from + 6];
  let c7 = start * floats[from + 7];
  for (let p = 0; p < count; p++) {
    const row = base + (entries[entryFirst + p] >>> FLAG_BITS) * stride;
    const quantity = quantities[quantityFirst + p];
    c0 += quantity * floats[row];
    c1 += quantity * floats[row + 1];
    c2 += quantity * floats[row + 2];
    c3 += quantity * floats[row + 3];
    c4 += quantity * floats[row + 4];
    c5 += quantity * floats[row + 5];
    c6 += quantity * floats[row + 6];
    c7 += quantity * floats[row + 7];
  }
  floats[to] = c0;
  floats[to + 1] = c1;
  floats[to + 2] = c2;
  floats[to + 3] = c3;
  floats[to + 4] = c4;
  floats[to + 5] = c5;
  floats[to + 6] = c6;
  floats[to + 7] = c7;
}

/** Four cells. */
function accumulateFour(
  entries: Uint32Array, entryFirst: number, quantities: Float64Array, quantityFirst: number, count: number,
  floats: Float64Array, base: number, stride: number, from: number, start: number, to: number,
): void {
  let c0 = start * floats[from];
  let c1 = start * floats[from + 1];
  let c2 = start * floats[from + 2];
  let c3 = start * floats[from + 3];
  for (let p = 0; p < count; p++) {
    const row = base + (entries[entryFirst + p] >>> FLAG_BITS) * stride;
    const quantity = quantities[quantityFirst + p];
    c0 += quantity * floats[row];
    c1 += quantity * floats[row + 1];
    c2 += quantity * floats[row + 2];
    c3 += quantity * floats[row + 3];
  }
  floats[to] = c0;
  floats[to + 1] = c1;
  floats[to + 2] = c2;
  floats[to + 3] = c3;
}

/** One cell. */
function accumulateOne(
  entries: Uint32Array, entryFirst: number, quantities: Float64Array, quantityFirst: number, count: number,
  floats: Float64Array, base: number, stride: number, from: number, start: number, to: number,
): void {
  let c0 = start * floats[from];
  for (let p = 0; p < count; p++) {
    const row = base + (entries[entryFirst + p] >>> FLAG_BITS) * stride;
    const quantity = quantities[quantityFirst + p];
    c0 += quantity * floats[row];
  }
  floats[to] = c0;
}
