import { SLOPE_BLOCK } from '../certificate-layout.ts';
import { single, SINGLE_FURTHEST, singleDensity, singleMills } from '../single.ts';

/**
 * The bounds of slope-bounds.ts for the cells of the risk array, with numbers of 32 bits: rounding, 6e-8
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
/** What the slope of A may reach and A still count as falling in z; what of (z/s)^2 counts where e d must be above 1. */
export const SINGLE_FALLING_LIMIT: f64 = 0.9990234375;
/** What e d must be above and still count as above 1 in all of the box. */
export const SINGLE_STEEP_LEAST: f64 = 1.0009765625;

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

/**
 * Writes lower and upper bound of A, of C and of B, in units of the scale, at x[at], x[at + SLOPE_BLOCK] and so on.
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
  const distance: f64 = most(zLow, -zHigh);
  const turn: f64 = single(Math.sqrt(most(single(distance * 2.0), 0.0)));
  const perLow: f64 = single(1.0 / low);
  const perHigh: f64 = single(1.0 / high);
  const halfLow: f64 = single(low * 0.5);
  const halfHigh: f64 = single(high * 0.5);

  // d is least at the turn, if that is between the ends, and greatest at one of them.
  const turn1: f64 = zLow > 0.0 ? turn : 0.0;
  const between1 = low < turn1 && turn1 < high;
  const p1: f64 = single(zLow * (turn1 < high ? perLow : perHigh));
  const h1: f64 = turn1 < high ? halfLow : halfHigh;
  const d1: f64 = between1 ? turn1 : single(p1 + h1);
  const e1: f64 = between1 ? 0.0 : single(p1 - h1);
  const atLow2 = single(low * high) < single(zHigh * 2.0);
  const p2: f64 = single(zHigh * (atLow2 ? perLow : perHigh));
  const h2: f64 = atLow2 ? halfLow : halfHigh;
  const d2: f64 = single(p2 + h2);
  const density1: f64 = singleDensity(least(Math.abs(e1), SINGLE_FURTHEST));
  const density2: f64 = singleDensity(least(Math.abs(single(p2 - h2)), SINGLE_FURTHEST));
  writeCorners(x, at, d1, d2, density1, density2, gross, slack, high, rise, fall, side);

  // e is least at one of the ends, and greatest at the turn, if that is between them.
  const atLow3 = single(low * high) < single(zLow * -2.0);
  const lowest: f64 = single(single(zLow * (atLow3 ? perLow : perHigh)) - (atLow3 ? halfLow : halfHigh));
  const turn4: f64 = zHigh < 0.0 ? turn : 0.0;
  const p4: f64 = single(zHigh * (turn4 < high ? perLow : perHigh));
  const highest: f64 = low < turn4 && turn4 < high ? -turn4 : single(p4 - (turn4 < high ? halfLow : halfHigh));
  const furthest: f64 = least(most(highest, -lowest), SINGLE_FURTHEST);
  const nearest: f64 = least(most(most(lowest, 0.0), -highest), SINGLE_FURTHEST);
  writeDensityBounds(
    x, at + 2 * SLOPE_BLOCK, singleDensity(furthest), singleDensity(nearest), distance, low, high, perLow, perHigh,
  );
}

/** Bounds of A from d, the densities at e, and e^z. */
function writeCorners(
  x: Singles, at: i32, d1: f64, d2: f64, density1: f64, density2: f64, gross: f64, slack: f64, high: f64, rise: f64,
  fall: f64, side: f64,
): void {
  const further: f64 = single(slack * single(1.0 + slack));
  const grossLow: f64 = single(single(gross * fall) * single(1.0 - slack));
  const grossHigh: f64 = single(single(gross * rise) * single(1.0 + further));
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
}

/**
 * Bounds of C, then of B, from the densities at the largest and the smallest |e|: the first goes with the smallest
 * deviation and the second with the largest; with C it is the other way round unless e d > 1 in all of the box.
 */
function writeDensityBounds(
  x: Singles, at: i32, thin: f64, dense: f64, distance: f64, low: f64, high: f64, perLow: f64, perHigh: f64,
): void {
  const ratio: f64 = single(most(distance, 0.0) * perHigh);
  const halfHigh: f64 = single(high * 0.5);
  const product: f64 = single(single(single(ratio * ratio) * SINGLE_FALLING_LIMIT) - single(halfHigh * halfHigh));
  const isSteep = SINGLE_STEEP_LEAST < product;
  const down: f64 = single(1.0 - SINGLE_PAD);
  const up: f64 = single(1.0 + SINGLE_PAD);
  const padC: f64 = single(perLow * single(SINGLE_LEAST));
  x[at] = single(single(single(thin * (isSteep ? perLow : perHigh)) * down) - padC);
  x[at + SLOPE_BLOCK] = single(single(single(dense * (isSteep ? perHigh : perLow)) * up) + padC);
  const padB: f64 = single(high * single(SINGLE_LEAST));
  x[at + 2 * SLOPE_BLOCK] = most(single(single(single(low * thin) * down) - padB), 0.0);
  x[at + 3 * SLOPE_BLOCK] = single(single(single(high * dense) * up) + padB);
}
