import { word } from "../context.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RESULT_WORST_CASE, CONTEXT_RISK_ARRAY,
  CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FLAG_BITS,
} from "../portable/layout.ts";

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
 * The cells never leave the
 * registers: blocks as in `accumulateRows`, reduced at once.
 */
export function revalueWorstLoss(context: usize, scratch: usize, first: i32, count: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  const firstPositions = word(context, CONTEXT_SET_FIRST_POSITION);
  const positionCounts = word(context, CONTEXT_SET_POSITION_COUNT);
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const worstCase = word(context, CONTEXT_RESULT_WORST_CASE);
  for (let set = first; set < first + count; set++) {
    const p = <usize>load<u32>(firstPositions + (<usize>set << 2));
    const entryFirst = entries + (p << 2);
    const entryEnd = entryFirst + (<usize>load<u32>(positionCounts + (<usize>set << 2)) << 2);
    const quantityFirst = quantities + (p << 3);
    let minimum = f64x2.splat(Infinity);
    let block: usize = 0;
    for (; block + 96 <= cellBytes; block += 96) {
      minimum = f64x2.pmin(minimum, worstOfSix(entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes));
    }
    for (; block + 64 <= cellBytes; block += 64) {
      minimum = f64x2.pmin(minimum, worstOfFour(entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes));
    }
    for (; block < cellBytes; block += 16) {
      minimum = f64x2.pmin(minimum, sumOfOne(entryFirst, entryEnd, quantityFirst, riskArray + block, cellBytes));
    }
    const even = f64x2.extract_lane(minimum, 0);
    const odd = f64x2.extract_lane(minimum, 1);
    // A poisoned row is NaN throughout and pmin drops NaN: then nothing was kept and the minimum is still infinite.
    store<f64>(worstCase + (<usize>set << 3), worstLoss(odd < even ? odd : even));
  }
}

/** Smallest of twelve cells, lane by lane; NaN cells are dropped. */
// @ts-ignore: decorator
@inline
function worstOfSix(entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize): v128 {
  let c0 = f64x2.splat(0.0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
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
  return f64x2.pmin(f64x2.pmin(least(c0, c1), least(c2, c3)), least(c4, c5));
}

/** Smallest of eight cells, lane by lane. */
// @ts-ignore: decorator
@inline
function worstOfFour(entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize): v128 {
  let c0 = f64x2.splat(0.0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
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
  return f64x2.pmin(least(c0, c1), least(c2, c3));
}

/** Two cells. */
// @ts-ignore: decorator
@inline
function sumOfOne(entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize): v128 {
  let c0 = f64x2.splat(0.0);
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    c0 = f64x2.add(c0, f64x2.mul(v128.load_splat<f64>(quantityAt), v128.load(row)));
    quantityAt += 8;
  }
  return c0;
}

/** pmin(Infinity, NaN) is Infinity, pmin(NaN, x) would be NaN: the accumulator that may be NaN comes second. */
// @ts-ignore: decorator
@inline
function least(a: v128, b: v128): v128 {
  return f64x2.pmin(f64x2.pmin(f64x2.splat(Infinity), a), b);
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
