import { logQuotient2 } from "../math/log.ts";
import { minus, multiplyAdd } from "../math/vector.ts";
import {
  CENTRAL_LOWER_1, CENTRAL_LOWER_2, CENTRAL_LOWER_3, CENTRAL_LOWER_4, CENTRAL_LOWER_5, CENTRAL_LOWER_6,
  CENTRAL_LOWER_7, CENTRAL_UPPER_0, CENTRAL_UPPER_1, CENTRAL_UPPER_2, CENTRAL_UPPER_3, CENTRAL_UPPER_4,
  CENTRAL_UPPER_5, CENTRAL_UPPER_6, CENTRAL_UPPER_7, TAIL_LOWER_1, TAIL_LOWER_2, TAIL_LOWER_3, TAIL_LOWER_4,
  TAIL_LOWER_5, TAIL_LOWER_6, TAIL_LOWER_7, TAIL_UPPER_0, TAIL_UPPER_1, TAIL_UPPER_2, TAIL_UPPER_3, TAIL_UPPER_4,
  TAIL_UPPER_5, TAIL_UPPER_6, TAIL_UPPER_7,
} from "../portable/normal.ts";
import { normalDraw } from "../portable/path-draws.ts";

/** The near branch of AS 241 reaches to e^-25 = 1.389e-11; what is farther out goes one by one. */
const NEAR_TAIL_MIN: f64 = 1.4e-11;

/**
 * Twin of normalDraws, two paths at a time: the middle for all, then the tails, which were noted in `words` (one word
 * per path).
 */
export function drawNormals(column: i32, count: i32, words: i32): void {
  const start = (<usize>column) << 3;
  const noted = (<usize>words) << 2;
  let tails = 0;
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const at = start + ((<usize>i) << 3);
    const u = v128.load(at);
    const offset = minus(u, 0.5);
    const isTail = f64x2.gt(f64x2.abs(offset), f64x2.splat(0.425));
    const mask = i64x2.bitmask(isTail);
    store<i32>(noted + ((<usize>tails) << 2), i);
    tails += mask & 1;
    store<i32>(noted + ((<usize>tails) << 2), i + 1);
    tails += mask >> 1;
    v128.store(at, v128.bitselect(u, central(offset), isTail));
  }
  if (i < count) {
    const at = start + ((<usize>i) << 3);
    store<f64>(at, normalDraw(load<f64>(at)));
  }
  i = 0;
  for (; i + 2 <= tails; i += 2) {
    const place = noted + ((<usize>i) << 2);
    tailPair(start + ((<usize>load<i32>(place)) << 3), start + ((<usize>load<i32>(place, 4)) << 3));
  }
  if (i < tails) {
    const at = start + ((<usize>load<i32>(noted + ((<usize>i) << 2))) << 3);
    store<f64>(at, normalDraw(load<f64>(at)));
  }
}

/** Twin of centralQuantile. */
// @ts-ignore: decorator
@inline
function central(offset: v128): v128 {
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

/** The tails of two paths, anywhere in the block. */
// @ts-ignore: decorator
@inline
function tailPair(a: usize, b: usize): void {
  const u = v128.load64_lane(b, v128.load64_zero(a), 1);
  const isUpper = f64x2.gt(u, f64x2.splat(0.5));
  const tail = v128.bitselect(f64x2.sub(f64x2.splat(1.0), u), u, isUpper);
  if (v128.any_true(f64x2.lt(tail, f64x2.splat(NEAR_TAIL_MIN)))) {
    store<f64>(a, normalDraw(load<f64>(a)));
    store<f64>(b, normalDraw(load<f64>(b)));
    return;
  }
  const root = f64x2.sqrt(logQuotient2(f64x2.splat(1.0), tail));
  const size = nearTail(minus(root, 1.6));
  const z = v128.bitselect(size, f64x2.neg(size), isUpper);
  store<f64>(a, f64x2.extract_lane(z, 0));
  store<f64>(b, f64x2.extract_lane(z, 1));
}

/** Twin of nearTailQuantile, of root - 1.6. */
// @ts-ignore: decorator
@inline
function nearTail(r: v128): v128 {
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
