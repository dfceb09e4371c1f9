import { SLOPE_BLOCK } from '../certificate-layout.ts';
import { single, SINGLE_FURTHEST, singleDensity, singleMills } from '../single.ts';

/**
 * `writeSlopeBounds` of slope-bounds.ts for the cells of the risk array, with numbers of 32 bits: rounding, 6e-8
 * relative, is far below the width of any box, and four cells fit a vector. Proof: docs/CERTIFICATES.md, "Rounding".
 * Twin: assembly/certify/slope-bounds.ts.
 */

/**
 * z is moved outward by this times |z| + s^2 / 2: sixty-four units of rounding. What the roundings of z, s, d, e and of
 * the square of e do to the result is what a change of z of a tenth of it does.
 */
export const SINGLE_SLACK: f64 = 3.814697265625e-6;
/** Where s^2 / 2 is more than this beyond 2 |z|, d and e are beyond 16, and their roundings change nothing. */
export const SINGLE_CURVED_MAX: f64 = 512.0;
/**
 * Errors of density and Mills ratio and of all products after them, relative to the largest e^z (A) and to the upper
 * bound (B): 24 units of rounding at most, this is 32.
 */
export const SINGLE_PAD: f64 = 1.9073486328125e-6;
/** Rounding of what is made of the bounds: sixteen units. */
export const SINGLE_UP: f64 = 9.5367431640625e-7;
/** In units of the scale: more than what is beyond the reach of density and tail, or too small for 32 bits. */
export const SINGLE_LEAST: f64 = 1e-30;
/** What the slope of A may reach and A still count as falling in z. */
export const SINGLE_FALLING_LIMIT: f64 = 0.9990234375;

/** Standard deviation as a number of 32 bits, never 0, rounded down and up. */
export function singleBelow(deviation: f64): f64 {
  return single((deviation < SINGLE_LEAST ? SINGLE_LEAST : deviation) * (1.0 - SINGLE_SLACK));
}

export function singleAbove(deviation: f64): f64 {
  return single((deviation < SINGLE_LEAST ? SINGLE_LEAST : deviation) * (1.0 + SINGLE_SLACK));
}

/** As pmin(a, b). */
function least(a: f64, b: f64): f64 {
  return b < a ? b : a;
}

/** As pmax(a, b). */
function most(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

/** The deviation in [low, high] at which d = z/s + s/2 is least. */
function deviationOfLeast(z: f64, low: f64, high: f64): f64 {
  const turn: f64 = single(Math.sqrt(most(single(z * 2.0), 0.0)));
  return least(most(turn, low), high);
}

/** The deviation at which d is greatest. */
function deviationOfGreatest(z: f64, low: f64, high: f64): f64 {
  return single(low * high) < single(z * 2.0) ? low : high;
}

function halfOf(z: f64, s: f64): f64 {
  return single(single(z / s) - single(s * 0.5));
}

/**
 * Writes lower and upper bound of A, then of B, in units of the scale, at x[at], x[at + SLOPE_BLOCK] and so on.
 *
 * @param moved - z in the middle of the box
 * @param gross - e^z there
 * @param low, high - of the deviation, as `singleBelow` and `singleAbove` have them
 * @param half - half width of the box
 * @param rise, fall - e^half and its inverse
 */
export function writeCellBounds(
  x: Singles, at: i32, moved: f64, gross: f64, low: f64, high: f64, half: f64, rise: f64, fall: f64, side: f64,
): void {
  const size: f64 = Math.abs(moved);
  const curved: f64 = least(single(single(high * high) * 0.5), single(single(size + size) + SINGLE_CURVED_MAX));
  const slack: f64 = single(single(SINGLE_SLACK) * single(size + curved));
  const reach: f64 = single(half + slack);
  const zLow: f64 = single(moved - reach);
  const zHigh: f64 = single(moved + reach);
  const further: f64 = single(slack * single(1.0 + slack));
  const grossLow: f64 = single(single(gross * fall) * single(1.0 - slack));
  const grossHigh: f64 = single(single(gross * rise) * single(1.0 + further));
  const s1: f64 = deviationOfLeast(zLow, low, high);
  const s2: f64 = deviationOfGreatest(zHigh, low, high);
  const d1: f64 = single(single(zLow / s1) + single(s1 * 0.5));
  const d2: f64 = single(single(zHigh / s2) + single(s2 * 0.5));
  const density1: f64 = singleDensity(least(Math.abs(halfOf(zLow, s1)), SINGLE_FURTHEST));
  const density2: f64 = singleDensity(least(Math.abs(halfOf(zHigh, s2)), SINGLE_FURTHEST));
  const tail1: f64 = single(density1 * singleMills(least(Math.abs(d1), SINGLE_FURTHEST)));
  const tail2: f64 = single(density2 * singleMills(least(Math.abs(d2), SINGLE_FURTHEST)));
  const corner1: f64 = single(d1 * side) < 0.0 ? tail1 : single(grossLow - tail1);
  const corner2: f64 = single(d2 * side) < 0.0 ? tail2 : single(grossHigh - tail2);
  const pad: f64 = single(single(grossHigh * single(single(SINGLE_PAD) + slack)) + single(SINGLE_LEAST));
  let lower: f64 = corner1;
  let upper: f64 = corner2;
  if (side < 0.0) {
    const falls = single(corner1 * high) < single(density1 * single(SINGLE_FALLING_LIMIT));
    const twice: f64 = single(further + further);
    const shrink: f64 = single(single(fall * fall) * single(1.0 - twice));
    const stretch: f64 = single(single(rise * rise) * single(1.0 + twice));
    lower = single(corner2 * (falls ? 1.0 : shrink));
    upper = single(corner1 * (falls ? 1.0 : stretch));
  }
  x[at] = single(lower - pad);
  x[at + SLOPE_BLOCK] = single(upper + pad);
  writeVegaBounds(x, at + 2 * SLOPE_BLOCK, zLow, zHigh, low, high);
}

/** Bounds of B: between the smallest deviation with the largest |e| and the largest with the smallest. */
function writeVegaBounds(x: Singles, at: i32, zLow: f64, zHigh: f64, low: f64, high: f64): void {
  const lowest: f64 = halfOf(zLow, deviationOfGreatest(-zLow, low, high));
  const highest: f64 = halfOf(zHigh, deviationOfLeast(-zHigh, low, high));
  const furthest: f64 = least(most(highest, -lowest), SINGLE_FURTHEST);
  const nearest: f64 = least(most(most(lowest, 0.0), -highest), SINGLE_FURTHEST);
  const pad: f64 = single(high * single(SINGLE_LEAST));
  x[at] = single(single(single(low * singleDensity(furthest)) * single(1.0 - SINGLE_PAD)) - pad);
  x[at + SLOPE_BLOCK] = single(single(single(high * singleDensity(nearest)) * single(1.0 + SINGLE_PAD)) + pad);
}
