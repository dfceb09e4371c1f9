import {
  LN2_HIGH, LN2_LOW, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_SPLIT,
} from '../portable/coefficients.ts';
import { powerOfTwo2, roundToMultipleOfLn2 } from './exp.ts';
import { highHalf, minus, multiplyAdd, productTail, times } from './vector.ts';

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
  return f64x2.add(times(k, LN2_HIGH), f64x2.add(f64x2.add(s, s), f64x2.add(cubic(s), times(k, LN2_LOW))));
}

/** What ln((1 + s) / (1 - s)) has beyond 2 s. */
// @ts-ignore: decorator
@inline
function cubic(s: v128): v128 {
  const s2 = f64x2.mul(s, s);
  const s4 = f64x2.mul(s2, s2);
  let even = f64x2.splat(LOG_6);
  even = multiplyAdd(even, s4, LOG_4);
  even = multiplyAdd(even, s4, LOG_2);
  even = multiplyAdd(even, s4, LOG_0);
  let odd = f64x2.splat(LOG_5);
  odd = multiplyAdd(odd, s4, LOG_3);
  odd = multiplyAdd(odd, s4, LOG_1);
  return f64x2.mul(f64x2.mul(s, s2), f64x2.add(even, f64x2.mul(odd, s2)));
}

/** Twin of logQuotientTail. */
// @ts-ignore: decorator
@inline
export function logQuotientTail2(upper: v128, lower: v128, x: v128): v128 {
  const isNear = f64x2.lt(x, f64x2.splat(600.0));
  const k = v128.and(roundToMultipleOfLn2(x), isNear);
  const scaled = f64x2.mul(lower, powerOfTwo2(k));
  const difference = f64x2.sub(upper, scaled);
  const sum = f64x2.add(upper, scaled);
  const added = f64x2.sub(sum, upper);
  const sumTail = f64x2.add(f64x2.sub(upper, f64x2.sub(sum, added)), f64x2.sub(scaled, added));

  const s = f64x2.div(difference, sum);
  const sHigh = highHalf(s);
  const sumHigh = highHalf(sum);
  const product = f64x2.mul(s, sum);
  const tail = productTail(product, sHigh, f64x2.sub(s, sHigh), sumHigh, f64x2.sub(sum, sumHigh));
  const remainder = f64x2.sub(f64x2.sub(f64x2.sub(difference, product), tail), f64x2.mul(s, sumTail));
  const sTail = f64x2.div(remainder, sum);

  const main = f64x2.add(f64x2.sub(times(k, LN2_HIGH), x), times(s, 2.0));
  const small = f64x2.add(cubic(s), times(k, LN2_LOW));
  return v128.and(f64x2.add(f64x2.add(main, small), times(sTail, 2.0)), isNear);
}

/** Twin of logRatio. */
// @ts-ignore: decorator
@inline
export function logRatio2(a: v128, b: v128): v128 {
  const size = logQuotient2(f64x2.pmax(a, b), f64x2.pmin(a, b));
  return v128.xor(size, v128.and(f64x2.lt(a, b), f64x2.splat(-0.0)));
}
