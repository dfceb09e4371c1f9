import { word } from "../context.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RESULT_WORST_CASE, CONTEXT_RISK_ARRAY,
  CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FLAG_BITS,
} from "../portable/layout.ts";
import { BLOCK_MINIMUM, blockWidth, smallerLane, sumBlock } from "./blocks.ts";

/**
 * Kernels B and C alone: the worst loss of each netting set over all scenarios, `max(0, -min over s of sum of q ·
 * row[s])`.
 *
 * Reads   netting sets [first, first + count), their positions, the risk array
 * Writes  worstCase of the range
 * Needs   all positions of a set in one risk group (`scratch` is not used: every range kernel is called alike)
 * Order   strict left fold over positions, starting from zero; cells independent
 *
 * For books of one risk group and for measuring the inner loop by itself; margin models add their charges (`margin/`).
 * The cells never leave the registers. Which blocks a row is cut into depends on its length alone and never on the
 * result: docs/PERFORMANCE.md has what was measured.
 */
export function revalueWorstLoss(context: usize, scratch: usize, first: i32, count: i32): void {
  const cellCount = word(context, CONTEXT_CELL_COUNT);
  if (cellCount == 16) rows16(context, first, count);
  else if (cellCount == 24) rows24(context, first, count);
  else if (cellCount == 32) rows32(context, first, count);
  else if (cellCount == 36) rows36(context, first, count);
  else rowsOfAnyLength(context, first, count);
}

// Functions of their own, because V8 allots registers per function: inlined into one, the loops of one variant spill
// what the others hold. Counts of cells: two to a vector, blocks of eight or of six vectors.

function rows16(context: usize, first: i32, count: i32): void {
  revalueRange(context, first, count, 128, 1, 0);
}

function rows24(context: usize, first: i32, count: i32): void {
  revalueRange(context, first, count, 192, 0, 2);
}

function rows32(context: usize, first: i32, count: i32): void {
  revalueRange(context, first, count, 256, 2, 0);
}

function rows36(context: usize, first: i32, count: i32): void {
  revalueRange(context, first, count, 288, 0, 3);
}

function rowsOfAnyLength(context: usize, first: i32, count: i32): void {
  revalueRange(context, first, count, word(context, CONTEXT_CELL_COUNT) << 3, 0, 0);
}

/** Rows of `eights` blocks of eight vectors or `sixes` blocks of six, both constants; of any length if both are 0. */
// @ts-ignore: decorator
@inline
function revalueRange(context: usize, first: i32, count: i32, cellBytes: usize, eights: i32, sixes: i32): void {
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  const firstPositions = word(context, CONTEXT_SET_FIRST_POSITION);
  const positionCounts = word(context, CONTEXT_SET_POSITION_COUNT);
  const risk = word(context, CONTEXT_RISK_ARRAY);
  const worstCase = word(context, CONTEXT_RESULT_WORST_CASE);
  for (let set = first; set < first + count; set++) {
    const p = <usize>load<u32>(firstPositions + (<usize>set << 2));
    const from = entries + (p << 2);
    const end = from + (<usize>load<u32>(positionCounts + (<usize>set << 2)) << 2);
    const quantity = quantities + (p << 3);
    let minimum = f64x2.splat(Infinity);
    if (eights > 0) minimum = worstOfEight(from, end, quantity, risk, cellBytes, minimum);
    if (eights > 1) minimum = worstOfEight(from, end, quantity, risk + 128, cellBytes, minimum);
    if (sixes > 0) minimum = worstOfSix(from, end, quantity, risk, cellBytes, minimum);
    if (sixes > 1) minimum = worstOfSix(from, end, quantity, risk + 96, cellBytes, minimum);
    if (sixes > 2) minimum = worstOfSix(from, end, quantity, risk + 192, cellBytes, minimum);
    if (eights + sixes == 0) minimum = worstOfAny(from, end, quantity, risk, cellBytes, minimum);
    // A poisoned row is NaN throughout and its sums are dropped: then the minimum is still infinite.
    store<f64>(worstCase + (<usize>set << 3), worstLoss(smallerLane(minimum)));
  }
}

// @ts-ignore: decorator
@inline
function worstOfSix(from: usize, end: usize, quantity: usize, base: usize, stride: usize, minimum: v128): v128 {
  return sumBlock(6, BLOCK_MINIMUM, from, end, quantity, base, stride, 0, minimum, 0, 0, minimum);
}

/** Rows of any length, six vectors at a time. */
// @ts-ignore: decorator
@inline
function worstOfAny(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, risk: usize, cellBytes: usize, minimum: v128,
): v128 {
  let block: usize = 0;
  while (block < cellBytes) {
    const width = blockWidth((cellBytes - block) >> 4);
    const base = risk + block;
    if (width == 6) {
      minimum = sumBlock(
        6, BLOCK_MINIMUM, entryFirst, entryEnd, quantityFirst, base, cellBytes, 0, minimum, 0, 0, minimum,
      );
    } else if (width == 4) {
      minimum = sumBlock(
        4, BLOCK_MINIMUM, entryFirst, entryEnd, quantityFirst, base, cellBytes, 0, minimum, 0, 0, minimum,
      );
    } else if (width == 2) {
      minimum = sumBlock(
        2, BLOCK_MINIMUM, entryFirst, entryEnd, quantityFirst, base, cellBytes, 0, minimum, 0, 0, minimum,
      );
    } else {
      minimum = sumBlock(
        1, BLOCK_MINIMUM, entryFirst, entryEnd, quantityFirst, base, cellBytes, 0, minimum, 0, 0, minimum,
      );
    }
    block += <usize>width << 4;
  }
  return minimum;
}

/**
 * Sixteen cells, two positions per step, each cell still a strict left fold. V8 keeps the loads of two positions next
 * to their sums, so that eight accumulators fit the registers, which they do not with one position per step.
 */
// @ts-ignore: decorator
@inline
function worstOfEight(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, minimum: v128,
): v128 {
  let c0 = f64x2.splat(0.0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  let entryAt = entryFirst;
  let quantityAt = quantityFirst;
  for (; entryAt + 4 < entryEnd; entryAt += 8) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const q = v128.load_splat<f64>(quantityAt);
    const next = base + <usize>(load<u32>(entryAt, 4) >> FLAG_BITS) * stride;
    const r = v128.load_splat<f64>(quantityAt, 8);
    quantityAt += 16;
    c0 = addTwo(c0, q, v128.load(row), r, v128.load(next));
    c1 = addTwo(c1, q, v128.load(row, 16), r, v128.load(next, 16));
    c2 = addTwo(c2, q, v128.load(row, 32), r, v128.load(next, 32));
    c3 = addTwo(c3, q, v128.load(row, 48), r, v128.load(next, 48));
    c4 = addTwo(c4, q, v128.load(row, 64), r, v128.load(next, 64));
    c5 = addTwo(c5, q, v128.load(row, 80), r, v128.load(next, 80));
    c6 = addTwo(c6, q, v128.load(row, 96), r, v128.load(next, 96));
    c7 = addTwo(c7, q, v128.load(row, 112), r, v128.load(next, 112));
  }
  if (entryAt < entryEnd) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const q = v128.load_splat<f64>(quantityAt);
    c0 = f64x2.add(c0, f64x2.mul(q, v128.load(row)));
    c1 = f64x2.add(c1, f64x2.mul(q, v128.load(row, 16)));
    c2 = f64x2.add(c2, f64x2.mul(q, v128.load(row, 32)));
    c3 = f64x2.add(c3, f64x2.mul(q, v128.load(row, 48)));
    c4 = f64x2.add(c4, f64x2.mul(q, v128.load(row, 64)));
    c5 = f64x2.add(c5, f64x2.mul(q, v128.load(row, 80)));
    c6 = f64x2.add(c6, f64x2.mul(q, v128.load(row, 96)));
    c7 = f64x2.add(c7, f64x2.mul(q, v128.load(row, 112)));
  }
  const low = f64x2.pmin(f64x2.pmin(f64x2.pmin(f64x2.pmin(minimum, c0), c1), c2), c3);
  return f64x2.pmin(f64x2.pmin(f64x2.pmin(f64x2.pmin(low, c4), c5), c6), c7);
}

/** Two terms of a left fold: (sum + q · a) + r · b. */
// @ts-ignore: decorator
@inline
function addTwo(sum: v128, q: v128, a: v128, r: v128, b: v128): v128 {
  return f64x2.add(f64x2.add(sum, f64x2.mul(q, a)), f64x2.mul(r, b));
}

/** Scalar twin of `revalueWorstLoss`: bit-equal. */
export function revalueWorstLossScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  for (let set = first; set < first + count; set++) {
    const p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
    const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
    let minimum: f64 = Infinity;
    for (let at: usize = 0; at < cellBytes; at += 8) {
      let cell: f64 = 0;
      for (let q = p; q < end; q++) {
        const row = word(context, CONTEXT_RISK_ARRAY) + <usize>(load<u32>(entries + (q << 2)) >> FLAG_BITS) * cellBytes;
        cell = cell + load<f64>(quantities + (q << 3)) * load<f64>(row + at);
      }
      minimum = cell < minimum ? cell : minimum;
    }
    store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + (<usize>set << 3), worstLoss(minimum));
  }
}

/** `minimum` infinite: every cell was NaN, because a row was poisoned. */
// @ts-ignore: decorator
@inline
function worstLoss(minimum: f64): f64 {
  if (minimum == Infinity) return NaN;
  return minimum < 0 ? -minimum : 0;
}
