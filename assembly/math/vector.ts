import { DEKKER_SPLITTER } from '../portable/coefficients.ts';

// The SIMD versions in this folder do the operations of their scalar twins in assembly/portable, in the same order:
// each lane is bit-equal. Constants stay in the code: V8 builds them in the loop, yet loading them from a table or
// keeping them in locals was not faster.

/** a x + c for a constant c. Two roundings: strict SIMD has no fused multiply-add. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, x: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(a, x), f64x2.splat(c));
}

// @ts-ignore: decorator
@inline
export function times(a: v128, c: f64): v128 {
  return f64x2.mul(a, f64x2.splat(c));
}

// @ts-ignore: decorator
@inline
export function plus(a: v128, c: f64): v128 {
  return f64x2.add(a, f64x2.splat(c));
}

// @ts-ignore: decorator
@inline
export function minus(a: v128, c: f64): v128 {
  return f64x2.sub(a, f64x2.splat(c));
}

/** c < a ? c : a, which keeps a NaN in a. */
// @ts-ignore: decorator
@inline
export function atMost(a: v128, c: f64): v128 {
  return f64x2.pmin(a, f64x2.splat(c));
}

/** a < c ? c : a, which keeps a NaN in a. */
// @ts-ignore: decorator
@inline
export function atLeast(a: v128, c: f64): v128 {
  return f64x2.pmax(a, f64x2.splat(c));
}

/** The leading 26 bits of a, by Veltkamp's method. */
// @ts-ignore: decorator
@inline
export function highHalf(a: v128): v128 {
  const split = times(a, DEKKER_SPLITTER);
  return f64x2.sub(split, f64x2.sub(split, a));
}

/** What the rounded product lacks to a b: exact, from the halves of both (Dekker). */
// @ts-ignore: decorator
@inline
export function productTail(
  product: v128, aHigh: v128, aLow: v128, bHigh: v128, bLow: v128,
): v128 {
  let tail = f64x2.sub(f64x2.mul(aHigh, bHigh), product);
  tail = f64x2.add(tail, f64x2.mul(aHigh, bLow));
  tail = f64x2.add(tail, f64x2.mul(aLow, bHigh));
  return f64x2.add(tail, f64x2.mul(aLow, bLow));
}
