import { NORMAL_SPARE_ROW } from '../portable/american/normal-rows.ts';
import { rowSum2 } from './mills-rows.ts';

// The constants of rowNormal2, from the table at byte address `rows`. Loaded before a loop they stay in registers; V8
// builds a constant of the code anew at each turn.

// @ts-ignore: decorator
@inline
export function normalLowest(rows: usize): v128 {
  return v128.load(rows, 64 * NORMAL_SPARE_ROW);
}

// @ts-ignore: decorator
@inline
export function normalHighest(rows: usize): v128 {
  return v128.load(rows, 64 * NORMAL_SPARE_ROW + 16);
}

// @ts-ignore: decorator
@inline
export function normalRounder(rows: usize): v128 {
  return v128.load(rows, 64 * NORMAL_SPARE_ROW + 32);
}

/** Twin of rowNormal. */
// @ts-ignore: decorator
@inline
export function rowNormal2(rows: usize, lowest: v128, highest: v128, rounder: v128, x: v128): v128 {
  const bounded = f64x2.pmin(f64x2.pmax(x, lowest), highest);
  const rounded = f64x2.add(bounded, rounder);
  // Its last ten bits count sixteenths, NaN has some too; a row has 64 bytes.
  const places = i64x2.shr_u(i64x2.shl(rounded, 54), 48);
  const d = f64x2.sub(bounded, f64x2.sub(rounded, rounder));
  return rowSum2(d, rows + <usize>i32x4.extract_lane(places, 0), rows + <usize>i32x4.extract_lane(places, 2));
}

/** rowNormal2 outside of loops. */
// @ts-ignore: decorator
@inline
export function normalOf2(rows: usize, x: v128): v128 {
  return rowNormal2(rows, normalLowest(rows), normalHighest(rows), normalRounder(rows), x);
}
