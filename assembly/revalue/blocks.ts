import { FLAG_BITS } from "../portable/layout.ts";

/**
 * One block of the inner loop: the sums of up to six vectors (twelve cells) over the positions of a netting set, in
 * registers.
 *
 * `width` and `mode` are constants wherever the block is used: it is inlined, and what they exclude is gone from the
 * code. Six accumulators, six loaded vectors and the quantity are what fits the sixteen registers of x64, because V8
 * moves all loads of a step ahead of the arithmetic (docs/PERFORMANCE.md).
 */
/** Stores the sums. */
export const BLOCK_STORE: i32 = 0;
/** Adds the dampener, stores and takes the minimum. */
export const BLOCK_DAMPENED: i32 = 1;
/** Takes the minimum; sums start from zero and stay in the registers. */
export const BLOCK_MINIMUM: i32 = 2;

/** Widest block that `vectors` vectors still fill: 6, 4, 2 or 1. */
// @ts-ignore: decorator
@inline
export function blockWidth(vectors: usize): i32 {
  if (vectors >= 6) return 6;
  if (vectors >= 4) return 4;
  return vectors >= 2 ? 2 : 1;
}

/**
 * Adds rows times quantities to `weight` times the row at `from`, strict left fold over the positions
 * [entryFirst, entryEnd); cells independent. Addresses are those of the block's first cell. Returns `minimum` lowered
 * by the sums, NaN sums dropped; `minimum` itself for `BLOCK_STORE`.
 */
// @ts-ignore: decorator
@inline
export function sumBlock(
  width: i32, mode: i32, entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize,
  from: usize, weight: v128, dampener: usize, to: usize, minimum: v128,
): v128 {
  let c0 = startOf(width, 0, mode, weight, from);
  let c1 = startOf(width, 1, mode, weight, from);
  let c2 = startOf(width, 2, mode, weight, from);
  let c3 = startOf(width, 3, mode, weight, from);
  let c4 = startOf(width, 4, mode, weight, from);
  let c5 = startOf(width, 5, mode, weight, from);
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const quantity = v128.load_splat<f64>(quantityAt);
    quantityAt += 8;
    c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
    if (width > 1) c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
    if (width > 2) c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
    if (width > 3) c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
    if (width > 4) c4 = f64x2.add(c4, f64x2.mul(quantity, v128.load(row, 64)));
    if (width > 5) c5 = f64x2.add(c5, f64x2.mul(quantity, v128.load(row, 80)));
  }
  minimum = endOf(mode, 0, c0, dampener, to, minimum);
  if (width > 1) minimum = endOf(mode, 1, c1, dampener, to, minimum);
  if (width > 2) minimum = endOf(mode, 2, c2, dampener, to, minimum);
  if (width > 3) minimum = endOf(mode, 3, c3, dampener, to, minimum);
  if (width > 4) minimum = endOf(mode, 4, c4, dampener, to, minimum);
  if (width > 5) minimum = endOf(mode, 5, c5, dampener, to, minimum);
  return minimum;
}

// @ts-ignore: decorator
@inline
function startOf(width: i32, index: i32, mode: i32, weight: v128, from: usize): v128 {
  if (mode == BLOCK_MINIMUM || index >= width) return f64x2.splat(0.0);
  return f64x2.mul(weight, v128.load(from + (<usize>index << 4)));
}

/** `pmin(a, b)` is `b < a ? b : a`: a NaN in b is dropped. */
// @ts-ignore: decorator
@inline
function endOf(mode: i32, index: i32, sum: v128, dampener: usize, to: usize, minimum: v128): v128 {
  if (mode == BLOCK_MINIMUM) return f64x2.pmin(minimum, sum);
  const offset = <usize>index << 4;
  if (mode == BLOCK_STORE) {
    v128.store(to + offset, sum);
    return minimum;
  }
  const dampened = f64x2.add(sum, v128.load(dampener + offset));
  v128.store(to + offset, dampened);
  return f64x2.pmin(minimum, dampened);
}

/**
 * The smaller lane, the even one if both are equal. By a shuffle and not by a comparison of numbers: V8 compiles that
 * to a jump, which is mispredicted for every second netting set.
 */
// @ts-ignore: decorator
@inline
export function smallerLane(vector: v128): f64 {
  return f64x2.extract_lane(f64x2.pmin(vector, v128.shuffle<f64>(vector, vector, 1, 0)), 0);
}
