import { singleDensity4, singleMills4, singles } from "../math/single.ts";
import {
  SINGLE_CURVED_MAX, SINGLE_FALLING_LIMIT, SINGLE_LEAST, SINGLE_PAD, SINGLE_SLACK, SINGLE_STEEP_LEAST,
} from "../portable/certify/single-bounds.ts";
import { SINGLE_DENSITY_AT_0, SINGLE_FURTHEST } from "../portable/single.ts";

/** Size of what density and Mills ratio are taken of. */
// @ts-ignore: decorator
@inline
export function bounded4(x: v128): v128 {
  return f32x4.pmin(f32x4.abs(x), singles(SINGLE_FURTHEST));
}

/** Rounding up a square so that its root is no less than what was squared. */
const SQUARE_UPWARD: f64 = 1.000001;

/**
 * Twin of writeCellBounds, for a block of cells: lower and upper bound of A, of C and of B, 16 bytes each.
 *
 * Where the strike is so far from the forward, in all lanes, that d and e have their extremes at the same corners of
 * the box, neither needs a root, and the densities at the extremes of e are those that A needs anyway.
 */
// @ts-ignore: decorator
@inline
export function storeCellBounds4(
  ptr: usize, moved: v128, gross: v128, low: v128, high: v128, perLow: v128, perHigh: v128, half: v128, rise: f32,
  fall: f32, side: f64,
): void {
  const size = f32x4.abs(moved);
  const square = f32x4.mul(high, high);
  const curved = f32x4.pmin(
    f32x4.mul(square, singles(0.5)), f32x4.add(f32x4.add(size, size), singles(SINGLE_CURVED_MAX)),
  );
  const slack = f32x4.mul(singles(SINGLE_SLACK), f32x4.add(size, curved));
  const reach = f32x4.add(half, slack);
  const zLow = f32x4.sub(moved, reach);
  const zHigh = f32x4.add(moved, reach);
  const distance = f32x4.pmax(zLow, f32x4.neg(zHigh));
  const isFar = i32x4.all_true(
    f32x4.lt(f32x4.mul(square, singles(SQUARE_UPWARD)), f32x4.mul(distance, singles(2.0))),
  );
  const halfLow = f32x4.mul(low, singles(0.5));
  const halfHigh = f32x4.mul(high, singles(0.5));
  if (isFar) {
    storeFar(
      ptr, zLow, zHigh, distance, gross, slack, low, high, perLow, perHigh, halfLow, halfHigh, rise, fall, side,
    );
  } else {
    storeNear(
      ptr, zLow, zHigh, distance, gross, slack, low, high, perLow, perHigh, halfLow, halfHigh, rise, fall, side,
    );
  }
}

// @ts-ignore: decorator
@inline
function storeFar(
  ptr: usize, zLow: v128, zHigh: v128, distance: v128, gross: v128, slack: v128, low: v128, high: v128, perLow: v128,
  perHigh: v128, halfLow: v128, halfHigh: v128, rise: f32, fall: f32, side: f64,
): void {
  const zero = singles(0.0);
  const above = f32x4.gt(zLow, zero);
  const p1 = f32x4.mul(zLow, v128.bitselect(perHigh, perLow, above));
  const p2 = f32x4.mul(zHigh, v128.bitselect(perLow, perHigh, above));
  const h1 = v128.bitselect(halfHigh, halfLow, above);
  const h2 = v128.bitselect(halfLow, halfHigh, above);
  const e1 = f32x4.sub(p1, h1);
  const e2 = f32x4.sub(p2, h2);
  const density1 = singleDensity4(bounded4(e1));
  const density2 = singleDensity4(bounded4(e2));
  storeCorners(
    ptr, f32x4.add(p1, h1), f32x4.add(p2, h2), density1, density2, gross, slack, high, rise, fall, side,
  );
  const thin = v128.bitselect(density1, density2, f32x4.lt(e2, f32x4.neg(e1)));
  const within = v128.bitselect(density2, singles(SINGLE_DENSITY_AT_0), f32x4.lt(e2, zero));
  const dense = v128.bitselect(density1, within, f32x4.gt(e1, zero));
  storeDensities(ptr, thin, dense, distance, low, high, perLow, perHigh, halfHigh);
}

// @ts-ignore: decorator
@inline
function storeNear(
  ptr: usize, zLow: v128, zHigh: v128, distance: v128, gross: v128, slack: v128, low: v128, high: v128, perLow: v128,
  perHigh: v128, halfLow: v128, halfHigh: v128, rise: f32, fall: f32, side: f64,
): void {
  const zero = singles(0.0);
  const turn = f32x4.sqrt(f32x4.pmax(f32x4.mul(distance, singles(2.0)), zero));
  const product = f32x4.mul(low, high);
  const turn1 = v128.and(turn, f32x4.gt(zLow, zero));
  const isLow1 = f32x4.lt(turn1, high);
  const between1 = v128.and(f32x4.lt(low, turn1), isLow1);
  const p1 = f32x4.mul(zLow, v128.bitselect(perLow, perHigh, isLow1));
  const h1 = v128.bitselect(halfLow, halfHigh, isLow1);
  const d1 = v128.bitselect(turn1, f32x4.add(p1, h1), between1);
  const e1 = v128.andnot(f32x4.sub(p1, h1), between1);
  const isLow2 = f32x4.lt(product, f32x4.mul(zHigh, singles(2.0)));
  const p2 = f32x4.mul(zHigh, v128.bitselect(perLow, perHigh, isLow2));
  const h2 = v128.bitselect(halfLow, halfHigh, isLow2);
  storeCorners(
    ptr, d1, f32x4.add(p2, h2), singleDensity4(bounded4(e1)), singleDensity4(bounded4(f32x4.sub(p2, h2))), gross, slack,
    high, rise, fall, side,
  );
  const isLow3 = f32x4.lt(product, f32x4.mul(zLow, singles(-2.0)));
  const lowest = f32x4.sub(
    f32x4.mul(zLow, v128.bitselect(perLow, perHigh, isLow3)), v128.bitselect(halfLow, halfHigh, isLow3),
  );
  const turn4 = v128.and(turn, f32x4.lt(zHigh, zero));
  const isLow4 = f32x4.lt(turn4, high);
  const end = f32x4.sub(
    f32x4.mul(zHigh, v128.bitselect(perLow, perHigh, isLow4)), v128.bitselect(halfLow, halfHigh, isLow4),
  );
  const highest = v128.bitselect(f32x4.neg(turn4), end, v128.and(f32x4.lt(low, turn4), isLow4));
  const furthest = f32x4.pmin(f32x4.pmax(highest, f32x4.neg(lowest)), singles(SINGLE_FURTHEST));
  const right = f32x4.pmax(lowest, zero);
  const nearest = f32x4.pmin(f32x4.pmax(right, f32x4.neg(highest)), singles(SINGLE_FURTHEST));
  storeDensities(
    ptr, singleDensity4(furthest), singleDensity4(nearest), distance, low, high, perLow, perHigh, halfHigh,
  );
}

/** Twin of writeCorners. */
// @ts-ignore: decorator
@inline
function storeCorners(
  ptr: usize, d1: v128, d2: v128, density1: v128, density2: v128, gross: v128, slack: v128, high: v128, rise: f32,
  fall: f32, side: f64,
): void {
  const zero = singles(0.0);
  const one = singles(1.0);
  const further = f32x4.mul(slack, f32x4.add(one, slack));
  const grossLow = f32x4.mul(f32x4.mul(gross, f32x4.splat(fall)), f32x4.sub(one, slack));
  const grossHigh = f32x4.mul(f32x4.mul(gross, f32x4.splat(rise)), f32x4.add(one, further));
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

/** Twin of writeDensityBounds. */
// @ts-ignore: decorator
@inline
function storeDensities(
  ptr: usize, thin: v128, dense: v128, distance: v128, low: v128, high: v128, perLow: v128, perHigh: v128,
  halfHigh: v128,
): void {
  const ratio = f32x4.mul(f32x4.pmax(distance, singles(0.0)), perHigh);
  const product = f32x4.sub(
    f32x4.mul(f32x4.mul(ratio, ratio), singles(SINGLE_FALLING_LIMIT)), f32x4.mul(halfHigh, halfHigh),
  );
  const isSteep = f32x4.lt(singles(SINGLE_STEEP_LEAST), product);
  const down = singles(1.0 - SINGLE_PAD);
  const up = singles(1.0 + SINGLE_PAD);
  const padC = f32x4.mul(perLow, singles(SINGLE_LEAST));
  const lowerC = f32x4.mul(f32x4.mul(thin, v128.bitselect(perLow, perHigh, isSteep)), down);
  const upperC = f32x4.mul(f32x4.mul(dense, v128.bitselect(perHigh, perLow, isSteep)), up);
  v128.store(ptr, f32x4.sub(lowerC, padC), 32);
  v128.store(ptr, f32x4.add(upperC, padC), 48);
  const padB = f32x4.mul(high, singles(SINGLE_LEAST));
  const lowerB = f32x4.sub(f32x4.mul(f32x4.mul(low, thin), down), padB);
  v128.store(ptr, f32x4.pmax(lowerB, singles(0.0)), 64);
  v128.store(ptr, f32x4.add(f32x4.mul(f32x4.mul(high, dense), up), padB), 80);
}
