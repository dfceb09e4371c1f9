import { singleDensity4, singleMills4, singles } from "../math/single.ts";
import {
  SINGLE_CURVED_MAX, SINGLE_FALLING_LIMIT, SINGLE_LEAST, SINGLE_PAD, SINGLE_SLACK,
} from "../portable/certify/single-bounds.ts";
import { SINGLE_DENSITY_AT_0, SINGLE_FURTHEST } from "../portable/single.ts";

/** Twin of deviationOfLeast in portable/certify/single-bounds.ts. */
// @ts-ignore: decorator
@inline
function deviationOfLeast4(z: v128, low: v128, high: v128): v128 {
  const turn = f32x4.sqrt(f32x4.pmax(f32x4.mul(z, singles(2.0)), singles(0.0)));
  return f32x4.pmin(f32x4.pmax(turn, low), high);
}

/** Twin of deviationOfGreatest. */
// @ts-ignore: decorator
@inline
function deviationOfGreatest4(z: v128, low: v128, high: v128): v128 {
  return v128.bitselect(low, high, f32x4.lt(f32x4.mul(low, high), f32x4.mul(z, singles(2.0))));
}

/** Twin of halfOf. */
// @ts-ignore: decorator
@inline
function halfOf4(z: v128, s: v128): v128 {
  return f32x4.sub(f32x4.div(z, s), f32x4.mul(s, singles(0.5)));
}

// @ts-ignore: decorator
@inline
function bounded4(x: v128): v128 {
  return f32x4.pmin(f32x4.abs(x), singles(SINGLE_FURTHEST));
}

/** Rounding up a square so that its root is no less than what was squared. */
const SQUARE_UPWARD: f64 = 1.000001;

/**
 * Whether the strike is so far from the forward, in all lanes, that d and e have their extremes at the same corners of
 * the box: then neither needs a root, and the densities at the extremes of e are those that A needs anyway.
 */
// @ts-ignore: decorator
@inline
function isFar(zLow: v128, zHigh: v128, high: v128): bool {
  const distance = f32x4.mul(f32x4.pmax(zLow, f32x4.neg(zHigh)), singles(2.0));
  return i32x4.all_true(f32x4.lt(f32x4.mul(f32x4.mul(high, high), singles(SQUARE_UPWARD)), distance));
}

/** Twin of writeCellBounds, for a block of cells: lower and upper bound of A, then of B, 16 bytes each. */
// @ts-ignore: decorator
@inline
export function storeCellBounds4(
  ptr: usize, moved: v128, gross: v128, low: v128, high: v128, half: v128, rise: f32, fall: f32, side: f64,
): void {
  const one = singles(1.0);
  const size = f32x4.abs(moved);
  const curved = f32x4.pmin(
    f32x4.mul(f32x4.mul(high, high), singles(0.5)), f32x4.add(f32x4.add(size, size), singles(SINGLE_CURVED_MAX)),
  );
  const slack = f32x4.mul(singles(SINGLE_SLACK), f32x4.add(size, curved));
  const reach = f32x4.add(half, slack);
  const zLow = f32x4.sub(moved, reach);
  const zHigh = f32x4.add(moved, reach);
  const further = f32x4.mul(slack, f32x4.add(one, slack));
  const grossLow = f32x4.mul(f32x4.mul(gross, f32x4.splat(fall)), f32x4.sub(one, slack));
  const grossHigh = f32x4.mul(f32x4.mul(gross, f32x4.splat(rise)), f32x4.add(one, further));
  const far = isFar(zLow, zHigh, high);
  const above = f32x4.gt(zLow, singles(0.0));
  let s1 = v128.bitselect(high, low, above);
  let s2 = v128.bitselect(low, high, above);
  if (!far) {
    s1 = deviationOfLeast4(zLow, low, high);
    s2 = deviationOfGreatest4(zHigh, low, high);
  }
  const p1 = f32x4.div(zLow, s1);
  const p2 = f32x4.div(zHigh, s2);
  const h1 = f32x4.mul(s1, singles(0.5));
  const h2 = f32x4.mul(s2, singles(0.5));
  const e1 = f32x4.sub(p1, h1);
  const e2 = f32x4.sub(p2, h2);
  const density1 = singleDensity4(bounded4(e1));
  const density2 = singleDensity4(bounded4(e2));
  storeCorners(
    ptr, f32x4.add(p1, h1), f32x4.add(p2, h2), density1, density2, grossLow, grossHigh, high, slack, further, rise,
    fall, side,
  );
  if (far) storeFarVegas(ptr, e1, e2, density1, density2, low, high);
  else storeVegas(ptr, zLow, zHigh, low, high);
}

/** Bounds of A from d, the densities at e and the largest and smallest e^z. */
// @ts-ignore: decorator
@inline
function storeCorners(
  ptr: usize, d1: v128, d2: v128, density1: v128, density2: v128, grossLow: v128, grossHigh: v128, high: v128,
  slack: v128, further: v128, rise: f32, fall: f32, side: f64,
): void {
  const zero = singles(0.0);
  const one = singles(1.0);
  const tail1 = f32x4.mul(density1, singleMills4(bounded4(d1)));
  const tail2 = f32x4.mul(density2, singleMills4(bounded4(d2)));
  const isTail1 = f32x4.lt(f32x4.mul(d1, singles(side)), zero);
  const isTail2 = f32x4.lt(f32x4.mul(d2, singles(side)), zero);
  const corner1 = v128.bitselect(tail1, f32x4.sub(grossLow, tail1), isTail1);
  const corner2 = v128.bitselect(tail2, f32x4.sub(grossHigh, tail2), isTail2);
  const pad = f32x4.add(f32x4.mul(grossHigh, f32x4.add(singles(SINGLE_PAD), slack)), singles(SINGLE_LEAST));
  if (side < 0.0) {
    const falls = f32x4.lt(f32x4.mul(corner1, high), f32x4.mul(density1, singles(SINGLE_FALLING_LIMIT)));
    const twice = f32x4.add(further, further);
    const shrink = f32x4.mul(f32x4.splat(fall * fall), f32x4.sub(one, twice));
    const stretch = f32x4.mul(f32x4.splat(rise * rise), f32x4.add(one, twice));
    const lower = f32x4.mul(corner2, v128.bitselect(one, shrink, falls));
    const upper = f32x4.mul(corner1, v128.bitselect(one, stretch, falls));
    v128.store(ptr, f32x4.sub(lower, pad));
    v128.store(ptr, f32x4.add(upper, pad), 16);
  } else {
    v128.store(ptr, f32x4.sub(corner1, pad));
    v128.store(ptr, f32x4.add(corner2, pad), 16);
  }
}

/** Twin of writeVegaBounds. */
// @ts-ignore: decorator
@inline
function storeVegas(ptr: usize, zLow: v128, zHigh: v128, low: v128, high: v128): void {
  const lowest = halfOf4(zLow, deviationOfGreatest4(f32x4.neg(zLow), low, high));
  const highest = halfOf4(zHigh, deviationOfLeast4(f32x4.neg(zHigh), low, high));
  const furthest = f32x4.pmin(f32x4.pmax(highest, f32x4.neg(lowest)), singles(SINGLE_FURTHEST));
  const right = f32x4.pmax(lowest, singles(0.0));
  const nearest = f32x4.pmin(f32x4.pmax(right, f32x4.neg(highest)), singles(SINGLE_FURTHEST));
  storePadded(ptr, singleDensity4(furthest), singleDensity4(nearest), low, high);
}

/** The same where the extremes of e are at the corners that A was taken at. */
// @ts-ignore: decorator
@inline
function storeFarVegas(ptr: usize, e1: v128, e2: v128, density1: v128, density2: v128, low: v128, high: v128): void {
  const zero = singles(0.0);
  const furthest = v128.bitselect(density1, density2, f32x4.lt(e2, f32x4.neg(e1)));
  const within = v128.bitselect(density2, singles(SINGLE_DENSITY_AT_0), f32x4.lt(e2, zero));
  const nearest = v128.bitselect(density1, within, f32x4.gt(e1, zero));
  storePadded(ptr, furthest, nearest, low, high);
}

// @ts-ignore: decorator
@inline
function storePadded(ptr: usize, furthest: v128, nearest: v128, low: v128, high: v128): void {
  const pad = f32x4.mul(high, singles(SINGLE_LEAST));
  const lower = f32x4.mul(f32x4.mul(low, furthest), singles(1.0 - SINGLE_PAD));
  const upper = f32x4.mul(f32x4.mul(high, nearest), singles(1.0 + SINGLE_PAD));
  v128.store(ptr, f32x4.sub(lower, pad), 32);
  v128.store(ptr, f32x4.add(upper, pad), 48);
}
