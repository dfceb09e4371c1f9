import { ROUND_TO_INTEGER } from '../portable/coefficients.ts';
import { DENSITY_POWERS, PART_0, PART_1, PART_2, PART_3, PLACES_PER_SQUARE } from '../portable/risk-cell.ts';
import { minus, multiplyAdd, plus, times } from './vector.ts';

/** ROUND_TO_INTEGER and the places of 2^-1000. */
const LEAST_PLACES: f64 = ROUND_TO_INTEGER - 256000.0;

/** Twin of cellDensity. */
// @ts-ignore: decorator
@inline
export function cellDensity2(lower: v128, z: v128): v128 {
  const places = times(f64x2.mul(z, z), PLACES_PER_SQUARE);
  const rounded = plus(places, ROUND_TO_INTEGER);
  const f = f64x2.sub(places, minus(rounded, ROUND_TO_INTEGER));
  const least = f64x2.splat(LEAST_PLACES);
  const octave = i64x2.shl(v128.and(f64x2.pmax(rounded, least), i64x2.splat(~255)), 44);
  const powers = changetype<usize>(DENSITY_POWERS);
  const row = v128.load64_lane(
    powers + (<usize>(i32x4.extract_lane(rounded, 2) & 255) << 3),
    v128.load64_zero(powers + (<usize>(i32x4.extract_lane(rounded, 0) & 255) << 3)), 1,
  );
  const f2 = f64x2.mul(f, f);
  const low = plus(times(f, PART_1), PART_0);
  const part = f64x2.mul(f, f64x2.add(low, f64x2.mul(f2, multiplyAdd(f64x2.splat(PART_3), f, PART_2))));
  const power = f64x2.mul(lower, i64x2.add(row, octave));
  const density = f64x2.add(power, f64x2.mul(power, part));
  const tiny = f64x2.lt(rounded, least);
  return v128.any_true(tiny) ? f64x2.mul(density, restOfPower2(rounded)) : density;
}

/** 2^k over 2^-1000 where k < -1000, else 1; at least 2^-1000. */
// @ts-ignore: decorator
@inline
export function restOfPower2(rounded: v128): v128 {
  const k = f64x2.floor(times(minus(rounded, ROUND_TO_INTEGER), 0.00390625));
  const rest = f64x2.sub(f64x2.pmax(k, f64x2.splat(-2000.0)), f64x2.pmax(k, f64x2.splat(-1000.0)));
  return i64x2.shl(plus(rest, ROUND_TO_INTEGER + 1023.0), 52);
}
