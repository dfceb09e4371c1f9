import { FLAG_BITS } from "../portable/layout.ts";

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
 *
 * Six accumulators and one position per step: V8 moves all loads of a step ahead of the arithmetic, so six
 * accumulators, six loaded
 * vectors and the quantity are what fits the sixteen registers; eight accumulators spill and are a quarter slower
 * (docs/PERFORMANCE.md).
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
  for (; block + 96 <= cellBytes; block += 96) {
    accumulateSix(
      entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes, shockClass + block, weight, cells + block,
    );
  }
  for (; block + 64 <= cellBytes; block += 64) {
    accumulateFour(
      entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes, shockClass + block, weight, cells + block,
    );
  }
  for (; block < cellBytes; block += 16) {
    accumulateOne(
      entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes, shockClass + block, weight, cells + block,
    );
  }
}

/** Twelve cells. Inlined although it holds a loop: a call with eight arguments costs as much as two positions. */
// @ts-ignore: decorator
@inline
function accumulateSix(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, from: usize, weight: v128,
  to: usize,
): void {
  let c0 = f64x2.mul(weight, v128.load(from));
  let c1 = f64x2.mul(weight, v128.load(from, 16));
  let c2 = f64x2.mul(weight, v128.load(from, 32));
  let c3 = f64x2.mul(weight, v128.load(from, 48));
  let c4 = f64x2.mul(weight, v128.load(from, 64));
  let c5 = f64x2.mul(weight, v128.load(from, 80));
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const quantity = v128.load_splat<f64>(quantityAt);
    quantityAt += 8;
    c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
    c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
    c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
    c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
    c4 = f64x2.add(c4, f64x2.mul(quantity, v128.load(row, 64)));
    c5 = f64x2.add(c5, f64x2.mul(quantity, v128.load(row, 80)));
  }
  v128.store(to, c0);
  v128.store(to, c1, 16);
  v128.store(to, c2, 32);
  v128.store(to, c3, 48);
  v128.store(to, c4, 64);
  v128.store(to, c5, 80);
}

/** Eight cells. */
// @ts-ignore: decorator
@inline
function accumulateFour(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, from: usize, weight: v128,
  to: usize,
): void {
  let c0 = f64x2.mul(weight, v128.load(from));
  let c1 = f64x2.mul(weight, v128.load(from, 16));
  let c2 = f64x2.mul(weight, v128.load(from, 32));
  let c3 = f64x2.mul(weight, v128.load(from, 48));
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const quantity = v128.load_splat<f64>(quantityAt);
    quantityAt += 8;
    c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
    c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
    c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
    c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
  }
  v128.store(to, c0);
  v128.store(to, c1, 16);
  v128.store(to, c2, 32);
  v128.store(to, c3, 48);
}

/** Two cells. */
// @ts-ignore: decorator
@inline
function accumulateOne(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, from: usize, weight: v128,
  to: usize,
): void {
  let c0 = f64x2.mul(weight, v128.load(from));
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    c0 = f64x2.add(c0, f64x2.mul(v128.load_splat<f64>(quantityAt), v128.load(row)));
    quantityAt += 8;
  }
  v128.store(to, c0);
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
