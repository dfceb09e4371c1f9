import { LN2_HIGH, LN2_LOW, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_SPLIT } from '../portable/coefficients.ts';
import {
  CENTRAL_LOWER_1, CENTRAL_LOWER_2, CENTRAL_LOWER_3, CENTRAL_LOWER_4, CENTRAL_LOWER_5, CENTRAL_LOWER_6,
  CENTRAL_LOWER_7, CENTRAL_UPPER_0, CENTRAL_UPPER_1, CENTRAL_UPPER_2, CENTRAL_UPPER_3, CENTRAL_UPPER_4,
  CENTRAL_UPPER_5, CENTRAL_UPPER_6, CENTRAL_UPPER_7, plainQuantileOf, TAIL_LOWER_1, TAIL_LOWER_2, TAIL_LOWER_3,
  TAIL_LOWER_4, TAIL_LOWER_5, TAIL_LOWER_6, TAIL_LOWER_7, TAIL_UPPER_0, TAIL_UPPER_1, TAIL_UPPER_2, TAIL_UPPER_3,
  TAIL_UPPER_4, TAIL_UPPER_5, TAIL_UPPER_6, TAIL_UPPER_7,
} from '../portable/normal.ts';
import { minus, multiplyAdd, times } from './vector.ts';

/** The near branch of AS 241 reaches to e^-25 = 1.389e-11. */
export const NEAR_TAIL_MIN: f64 = 1.4e-11;

/** Twin of plainQuantileOf. The far tail is worked out one by one. */
// @ts-ignore: decorator
@inline
export function plainQuantileOf2(p: v128, q: v128, offset: v128): v128 {
  const isCentral = f64x2.le(f64x2.abs(offset), f64x2.splat(0.425));
  const middle = centralQuantile2(offset);
  if (i64x2.all_true(isCentral)) return middle;
  const below = f64x2.lt(offset, f64x2.splat(0.0));
  const tail = v128.bitselect(p, q, below);
  const near = v128.or(isCentral, f64x2.ge(tail, f64x2.splat(NEAR_TAIL_MIN)));
  if (!i64x2.all_true(near)) {
    const first = plainQuantileOf(
      f64x2.extract_lane(p, 0), f64x2.extract_lane(q, 0), f64x2.extract_lane(offset, 0),
    );
    const second = plainQuantileOf(
      f64x2.extract_lane(p, 1), f64x2.extract_lane(q, 1), f64x2.extract_lane(offset, 1),
    );
    return f64x2.replace_lane(f64x2.splat(first), 1, second);
  }
  const size = nearTailQuantile2(f64x2.sqrt(f64x2.neg(logOfFraction2(tail))));
  return v128.bitselect(middle, v128.bitselect(f64x2.neg(size), size, below), isCentral);
}

/** Twin of log for normal numbers below 1.4. */
// @ts-ignore: decorator
@inline
function logOfFraction2(x: v128): v128 {
  // How often x must be doubled to reach half of LOG_SPLIT: the bits of positive numbers are ordered as the numbers are.
  const limit = i64x2.splat(reinterpret<i64>(0.5 * LOG_SPLIT) + 0x000FFFFFFFFFFFFF);
  const doublings = i64x2.shr_u(i64x2.sub(limit, x), 52);
  // Whole numbers in the low bits of 2^52.
  const k = f64x2.sub(f64x2.splat(4503599627370496.0), v128.or(doublings, i64x2.splat(0x4330000000000000)));
  const f = minus(i64x2.add(x, i64x2.shl(doublings, 52)), 1.0);
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2.0), f));
  const s2 = f64x2.mul(s, s);
  const s4 = f64x2.mul(s2, s2);
  let even = multiplyAdd(f64x2.splat(LOG_6), s4, LOG_4);
  even = multiplyAdd(even, s4, LOG_2);
  even = multiplyAdd(even, s4, LOG_0);
  let odd = multiplyAdd(f64x2.splat(LOG_5), s4, LOG_3);
  odd = multiplyAdd(odd, s4, LOG_1);
  const halfSquare = f64x2.mul(times(f, 0.5), f);
  const series = f64x2.add(halfSquare, f64x2.mul(s2, f64x2.add(even, f64x2.mul(odd, s2))));
  const small = f64x2.add(f64x2.mul(s, series), times(k, LN2_LOW));
  return f64x2.sub(times(k, LN2_HIGH), f64x2.sub(f64x2.sub(halfSquare, small), f));
}

/** Twin of centralQuantile. */
// @ts-ignore: decorator
@inline
export function centralQuantile2(offset: v128): v128 {
  const r = f64x2.sub(f64x2.splat(0.180625), f64x2.mul(offset, offset));
  let upper = multiplyAdd(f64x2.splat(CENTRAL_UPPER_7), r, CENTRAL_UPPER_6);
  let lower = multiplyAdd(f64x2.splat(CENTRAL_LOWER_7), r, CENTRAL_LOWER_6);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_5);
  lower = multiplyAdd(lower, r, CENTRAL_LOWER_5);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_4);
  lower = multiplyAdd(lower, r, CENTRAL_LOWER_4);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_3);
  lower = multiplyAdd(lower, r, CENTRAL_LOWER_3);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_2);
  lower = multiplyAdd(lower, r, CENTRAL_LOWER_2);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_1);
  lower = multiplyAdd(lower, r, CENTRAL_LOWER_1);
  upper = multiplyAdd(upper, r, CENTRAL_UPPER_0);
  lower = multiplyAdd(lower, r, 1.0);
  return f64x2.div(f64x2.mul(offset, upper), lower);
}

/** Twin of nearTailQuantile. */
// @ts-ignore: decorator
@inline
export function nearTailQuantile2(root: v128): v128 {
  const r = minus(root, 1.6);
  let upper = multiplyAdd(f64x2.splat(TAIL_UPPER_7), r, TAIL_UPPER_6);
  let lower = multiplyAdd(f64x2.splat(TAIL_LOWER_7), r, TAIL_LOWER_6);
  upper = multiplyAdd(upper, r, TAIL_UPPER_5);
  lower = multiplyAdd(lower, r, TAIL_LOWER_5);
  upper = multiplyAdd(upper, r, TAIL_UPPER_4);
  lower = multiplyAdd(lower, r, TAIL_LOWER_4);
  upper = multiplyAdd(upper, r, TAIL_UPPER_3);
  lower = multiplyAdd(lower, r, TAIL_LOWER_3);
  upper = multiplyAdd(upper, r, TAIL_UPPER_2);
  lower = multiplyAdd(lower, r, TAIL_LOWER_2);
  upper = multiplyAdd(upper, r, TAIL_UPPER_1);
  lower = multiplyAdd(lower, r, TAIL_LOWER_1);
  upper = multiplyAdd(upper, r, TAIL_UPPER_0);
  lower = multiplyAdd(lower, r, 1.0);
  return f64x2.div(upper, lower);
}
