import {
  LN2_HIGH, LN2_LOW, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_SPLIT,
} from '../portable/coefficients.ts';
import { minus, multiplyAdd, times } from './vector.ts';

/**
 * Twin of logQuotient: ln(upper / lower) for normal 0 < lower <= upper.
 *
 * The twin doubles lower until upper < lower * LOG_SPLIT. The bits of positive numbers are ordered as the numbers
 * are, so the difference of the bits, rounded down to whole exponents, is the number of those doublings.
 */
// @ts-ignore: decorator
@inline
export function logQuotient2(upper: v128, lower: v128): v128 {
  const doublings = i64x2.add(i64x2.sub(upper, times(lower, LOG_SPLIT)), i64x2.splat(0x0010000000000000));
  const scaled = i64x2.add(lower, v128.and(doublings, i64x2.splat(0x7FF0000000000000)));
  // Whole numbers in the low bits of 2^52.
  const k = minus(v128.or(i64x2.shr_u(doublings, 52), i64x2.splat(0x4330000000000000)), 4503599627370496.0);
  const s = f64x2.div(f64x2.sub(upper, scaled), f64x2.add(upper, scaled));
  const s2 = f64x2.mul(s, s);
  const s4 = f64x2.mul(s2, s2);
  let even = f64x2.splat(LOG_6);
  even = multiplyAdd(even, s4, LOG_4);
  even = multiplyAdd(even, s4, LOG_2);
  even = multiplyAdd(even, s4, LOG_0);
  let odd = f64x2.splat(LOG_5);
  odd = multiplyAdd(odd, s4, LOG_3);
  odd = multiplyAdd(odd, s4, LOG_1);
  const cubic = f64x2.mul(f64x2.mul(s, s2), f64x2.add(even, f64x2.mul(odd, s2)));
  return f64x2.add(times(k, LN2_HIGH), f64x2.add(f64x2.add(s, s), f64x2.add(cubic, times(k, LN2_LOW))));
}

/** Twin of logRatio. */
// @ts-ignore: decorator
@inline
export function logRatio2(a: v128, b: v128): v128 {
  const size = logQuotient2(f64x2.pmax(a, b), f64x2.pmin(a, b));
  return v128.xor(size, v128.and(f64x2.lt(a, b), f64x2.splat(-0.0)));
}
