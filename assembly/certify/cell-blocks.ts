import { narrow } from "../math/single.ts";
import { GRID_DOWN_MASK, GRID_UP_MASK } from "../portable/layout.ts";

/** What kernels over blocks of four cells share: columns of the grid, numbers by volatility shock, lanes. */

/** The second pair of the block at `at`: that of the first again if there is no more. */
// @ts-ignore: decorator
@inline
export function secondPair(at: usize, cellBytes: usize): usize {
  return min(at + 16, cellBytes - 16);
}

/** Four cells of a grid column from the two pairs at these addresses, rounded. */
// @ts-ignore: decorator
@inline
export function narrowAt(first: usize, second: usize): v128 {
  return narrow(v128.load(first), v128.load(second));
}

/** The same, each times a factor before. */
// @ts-ignore: decorator
@inline
export function narrowProducts(factor: v128, first: usize, second: usize): v128 {
  return narrow(f64x2.mul(factor, v128.load(first)), f64x2.mul(factor, v128.load(second)));
}

/** Masks of four cells from the two pairs at these addresses. */
// @ts-ignore: decorator
@inline
function maskAt(first: usize, second: usize): v128 {
  return v128.shuffle<i32>(v128.load(first), v128.load(second), 0, 2, 4, 6);
}

/** Numbers of 32 bits that depend on the volatility shock of a scenario, to be read by `ofShock`. */
// @ts-ignore: decorator
@inline
export function byShock(up: f64, same: f64, down: f64): v128 {
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(<f32>same), 0, <f32>up), 2, <f32>down);
}

/** Of the four cells at a place of the grid the bytes of such numbers. */
// @ts-ignore: decorator
@inline
export function shocksAt(grid: usize, cellBytes: usize, at: usize, second: usize): v128 {
  const ups = grid + <usize>GRID_UP_MASK * cellBytes;
  const downs = grid + <usize>GRID_DOWN_MASK * cellBytes;
  const notUp = v128.bitselect(i32x4.splat(0x0b0a0908), i32x4.splat(0x07060504), maskAt(downs + at, downs + second));
  return v128.bitselect(i32x4.splat(0x03020100), notUp, maskAt(ups + at, ups + second));
}

// @ts-ignore: decorator
@inline
export function ofShock(numbers: v128, shocks: v128): v128 {
  return i8x16.swizzle(numbers, shocks);
}

// @ts-ignore: decorator
@inline
export function largestLane(x: v128): f64 {
  const a = f32x4.extract_lane(x, 0);
  const b = f32x4.extract_lane(x, 1);
  const c = f32x4.extract_lane(x, 2);
  const d = f32x4.extract_lane(x, 3);
  const even = a < c ? c : a;
  const odd = b < d ? d : b;
  return <f64>(even < odd ? odd : even);
}

/** Sum of the lanes, in 64 bits. */
// @ts-ignore: decorator
@inline
export function sumOfLanes(x: v128): f64 {
  return 0.0 + <f64>f32x4.extract_lane(x, 0) + <f64>f32x4.extract_lane(x, 1) + <f64>f32x4.extract_lane(x, 2) +
    <f64>f32x4.extract_lane(x, 3);
}
