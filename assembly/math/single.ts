import {
  SINGLE_DENSITY_AT_0, SINGLE_EXP_0, SINGLE_EXP_1, SINGLE_EXP_2, SINGLE_EXP_3, SINGLE_EXP_4, SINGLE_EXP_5,
  SINGLE_EXP_6, SINGLE_LN2_HIGH, SINGLE_LN2_LOW, SINGLE_LOG2_E, SINGLE_MILLS_0, SINGLE_MILLS_1, SINGLE_MILLS_2,
  SINGLE_MILLS_3, SINGLE_MILLS_4, SINGLE_MILLS_5, SINGLE_MILLS_6, SINGLE_MILLS_7, SINGLE_MILLS_8, SINGLE_MILLS_9,
  SINGLE_ROUNDER,
} from "../portable/single.ts";

/** Four lanes of a constant. */
// @ts-ignore: decorator
@inline
export function singles(x: f64): v128 {
  return f32x4.splat(<f32>x);
}

/** Two pairs of floats of 64 bits as four of 32. */
// @ts-ignore: decorator
@inline
export function narrow(first: v128, second: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2);
}

/** a x + c for a constant c. Two roundings. */
// @ts-ignore: decorator
@inline
function step(a: v128, x: v128, c: f64): v128 {
  return f32x4.add(f32x4.mul(a, x), singles(c));
}

/** Twin of singleDensity. */
// @ts-ignore: decorator
@inline
export function singleDensity4(x: v128): v128 {
  const square = f32x4.mul(f32x4.mul(x, x), singles(0.5));
  const shifted = f32x4.add(f32x4.mul(square, singles(SINGLE_LOG2_E)), singles(SINGLE_ROUNDER));
  const k = f32x4.sub(shifted, singles(SINGLE_ROUNDER));
  const high = f32x4.sub(square, f32x4.mul(k, singles(SINGLE_LN2_HIGH)));
  const r = f32x4.sub(high, f32x4.mul(k, singles(SINGLE_LN2_LOW)));
  let p = singles(SINGLE_EXP_6);
  p = step(p, r, SINGLE_EXP_5);
  p = step(p, r, SINGLE_EXP_4);
  p = step(p, r, SINGLE_EXP_3);
  p = step(p, r, SINGLE_EXP_2);
  p = step(p, r, SINGLE_EXP_1);
  p = step(p, r, SINGLE_EXP_0);
  // 2^-k by its exponent.
  const power = i32x4.shl(i32x4.sub(i32x4.splat(127), i32x4.trunc_sat_f32x4_s(k)), 23);
  return f32x4.mul(f32x4.mul(p, singles(SINGLE_DENSITY_AT_0)), power);
}

/** Twin of singleMills. */
// @ts-ignore: decorator
@inline
export function singleMills4(y: v128): v128 {
  const a = f32x4.add(y, singles(4.0));
  const b = f32x4.add(y, singles(1.25));
  const inverse = f32x4.div(singles(1.0), f32x4.mul(a, b));
  const t = f32x4.mul(f32x4.mul(f32x4.sub(y, singles(4.0)), b), inverse);
  const t2 = f32x4.mul(t, t);
  let even = singles(SINGLE_MILLS_8);
  even = step(even, t2, SINGLE_MILLS_6);
  even = step(even, t2, SINGLE_MILLS_4);
  even = step(even, t2, SINGLE_MILLS_2);
  even = step(even, t2, SINGLE_MILLS_0);
  let odd = singles(SINGLE_MILLS_9);
  odd = step(odd, t2, SINGLE_MILLS_7);
  odd = step(odd, t2, SINGLE_MILLS_5);
  odd = step(odd, t2, SINGLE_MILLS_3);
  odd = step(odd, t2, SINGLE_MILLS_1);
  const p = f32x4.add(even, f32x4.mul(odd, t));
  return f32x4.mul(f32x4.mul(p, a), inverse);
}
