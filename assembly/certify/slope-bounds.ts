import { millsPolynomial2, scaledNormalPdf2 } from "../math/normal.ts";
import { atLeast, atMost, minus, plus, times } from "../math/vector.ts";
import { FALLING_LIMIT, FURTHEST } from "../portable/certify/slope-bounds.ts";

/** Twin of deviationOfLeast. */
// @ts-ignore: decorator
@inline
function deviationOfLeast2(z: v128, low: v128, high: v128): v128 {
  const turn = f64x2.sqrt(atLeast(times(z, 2.0), 0.0));
  return f64x2.pmin(f64x2.pmax(turn, low), high);
}

/** Twin of deviationOfGreatest. */
// @ts-ignore: decorator
@inline
function deviationOfGreatest2(z: v128, low: v128, high: v128): v128 {
  return v128.bitselect(low, high, f64x2.lt(f64x2.mul(low, high), times(z, 2.0)));
}

/** Twin of greatestE. */
// @ts-ignore: decorator
@inline
function greatestE2(z: v128, low: v128, high: v128): v128 {
  const s = deviationOfLeast2(f64x2.neg(z), low, high);
  return f64x2.sub(f64x2.div(z, s), times(s, 0.5));
}

/** Twin of leastE. */
// @ts-ignore: decorator
@inline
function leastE2(z: v128, low: v128, high: v128): v128 {
  const s = deviationOfGreatest2(f64x2.neg(z), low, high);
  return f64x2.sub(f64x2.div(z, s), times(s, 0.5));
}

/** Twin of nearestOf. */
// @ts-ignore: decorator
@inline
function nearestOf2(least: v128, greatest: v128): v128 {
  return atMost(f64x2.pmax(atLeast(least, 0.0), f64x2.neg(greatest)), FURTHEST);
}

/** Twin of furthestOf. */
// @ts-ignore: decorator
@inline
function furthestOf2(least: v128, greatest: v128): v128 {
  return atMost(f64x2.pmax(greatest, f64x2.neg(least)), FURTHEST);
}

// @ts-ignore: decorator
@inline
function bounded2(x: v128): v128 {
  return atMost(f64x2.abs(x), FURTHEST);
}

/** Twin of writeSlopeBounds, for two cells; `rising`: side is 1. */
// @ts-ignore: decorator
@inline
export function storeSlopeBounds2(
  ptr: usize, cellBytes: usize, zLow: v128, zHigh: v128, grossLow: v128, grossHigh: v128, scale: v128, low: v128,
  high: v128, stretch: f64, side: f64,
): void {
  const s1 = deviationOfLeast2(zLow, low, high);
  const s2 = deviationOfGreatest2(zHigh, low, high);
  const p1 = f64x2.div(zLow, s1);
  const p2 = f64x2.div(zHigh, s2);
  const h1 = times(s1, 0.5);
  const h2 = times(s2, 0.5);
  const d1 = f64x2.add(p1, h1);
  const d2 = f64x2.add(p2, h2);
  const density1 = scaledNormalPdf2(scale, bounded2(f64x2.sub(p1, h1)));
  const density2 = scaledNormalPdf2(scale, bounded2(f64x2.sub(p2, h2)));

  const y1 = bounded2(d1);
  const y2 = bounded2(d2);
  const a1 = plus(y1, 5.0);
  const b1 = plus(y1, 1.25);
  const a2 = plus(y2, 5.0);
  const b2 = plus(y2, 1.25);
  const m1 = f64x2.mul(a1, b1);
  const m2 = f64x2.mul(a2, b2);
  const inverse = f64x2.div(f64x2.splat(1.0), f64x2.mul(m1, m2));
  const inverse1 = f64x2.mul(inverse, m2);
  const inverse2 = f64x2.mul(inverse, m1);
  const mills1 = millsPolynomial2(f64x2.mul(f64x2.mul(minus(y1, 5.0), b1), inverse1));
  const mills2 = millsPolynomial2(f64x2.mul(f64x2.mul(minus(y2, 5.0), b2), inverse2));
  const tail1 = f64x2.mul(density1, f64x2.mul(f64x2.mul(mills1, a1), inverse1));
  const tail2 = f64x2.mul(density2, f64x2.mul(f64x2.mul(mills2, a2), inverse2));

  const zero = f64x2.splat(0.0);
  const corner1 = v128.bitselect(tail1, f64x2.sub(grossLow, tail1), f64x2.lt(times(d1, side), zero));
  const corner2 = v128.bitselect(tail2, f64x2.sub(grossHigh, tail2), f64x2.lt(times(d2, side), zero));
  if (side > 0.0) {
    v128.store(ptr, corner1);
    v128.store(ptr + cellBytes, corner2);
  } else {
    const falls = f64x2.lt(f64x2.mul(corner1, high), times(density1, FALLING_LIMIT));
    const growth = v128.bitselect(f64x2.splat(1.0), f64x2.splat(stretch), falls);
    v128.store(ptr, f64x2.div(corner2, growth));
    v128.store(ptr + cellBytes, f64x2.mul(corner1, growth));
  }

  const least = leastE2(zLow, low, high);
  const greatest = greatestE2(zHigh, low, high);
  v128.store(ptr + 2 * cellBytes, f64x2.mul(low, scaledNormalPdf2(scale, furthestOf2(least, greatest))));
  v128.store(ptr + 3 * cellBytes, f64x2.mul(high, scaledNormalPdf2(scale, nearestOf2(least, greatest))));
}
