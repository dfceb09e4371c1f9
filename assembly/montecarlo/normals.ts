import { logQuotient2 } from "../math/log.ts";
import { centralQuantile2, NEAR_TAIL_MIN, nearTailQuantile2 } from "../math/quantile.ts";
import { normalDraw } from "../portable/path-draws.ts";

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
    const offset = f64x2.sub(u, f64x2.splat(0.5));
    const isTail = f64x2.gt(f64x2.abs(offset), f64x2.splat(0.425));
    const mask = i64x2.bitmask(isTail);
    store<i32>(noted + ((<usize>tails) << 2), i);
    tails += mask & 1;
    store<i32>(noted + ((<usize>tails) << 2), i + 1);
    tails += mask >> 1;
    v128.store(at, v128.bitselect(u, centralQuantile2(offset), isTail));
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
  const size = nearTailQuantile2(root);
  const z = v128.bitselect(size, f64x2.neg(size), isUpper);
  store<f64>(a, f64x2.extract_lane(z, 0));
  store<f64>(b, f64x2.extract_lane(z, 1));
}
