import { NORMAL_HIGHEST, NORMAL_LOWEST, NORMAL_ROUNDER } from '../portable/american/normal-rows.ts';
import { rowSum2 } from './mills-rows.ts';
import { atLeast, atMost, minus, plus } from './vector.ts';

/** Twin of rowNormal; `rows`: the byte address of its table, in both lanes. */
// @ts-ignore: decorator
@inline
export function rowNormal2(rows: v128, x: v128): v128 {
  const bounded = atMost(atLeast(x, NORMAL_LOWEST), NORMAL_HIGHEST);
  const rounded = plus(bounded, NORMAL_ROUNDER);
  // Its last ten bits count sixteenths; a row has 64 bytes. Masked, so that a NaN has a row too.
  const places = i64x2.add(v128.and(i64x2.shl(rounded, 6), i64x2.splat(0xFFC0)), rows);
  const d = f64x2.sub(bounded, minus(rounded, NORMAL_ROUNDER));
  return rowSum2(d, <usize>i32x4.extract_lane(places, 0), <usize>i32x4.extract_lane(places, 2));
}
