import { logQuotient2 } from '../math/log.ts';
import { rowMills2, rowSlope2 } from '../math/mills-rows.ts';
import { scaledNormalPdf2 } from '../math/normal.ts';
import { atLeast, atMost, plus, times } from '../math/vector.ts';
import {
  blackPrice, DEVIATION_LIMIT, MONEYNESS_LIMIT, SERIES_LIMIT, SMALLEST_NORMAL,
} from '../portable/black76.ts';

/** Twin of boundedDeviation. */
// @ts-ignore: decorator
@inline
export function boundedDeviation2(v: v128): v128 {
  return atMost(v, DEVIATION_LIMIT);
}

/** Twin of standardisedMoneyness. */
// @ts-ignore: decorator
@inline
export function standardisedMoneyness2(x: v128, v: v128): v128 {
  return atMost(f64x2.div(x, atLeast(v, SMALLEST_NORMAL)), MONEYNESS_LIMIT);
}

/** Twin of logMoneyness. */
// @ts-ignore: decorator
@inline
export function logMoneyness2(upper: v128, lower: v128): v128 {
  return logQuotient2(atLeast(upper, SMALLEST_NORMAL), atLeast(lower, SMALLEST_NORMAL));
}

/** Twin of ratioDifference; the sign bit of `side` is the sign of the first ratio. */
// @ts-ignore: decorator
@inline
export function ratioDifference2(y1: v128, z2: v128, side: v128): v128 {
  return f64x2.sub(v128.xor(rowMills2(y1), side), rowMills2(z2));
}

/** Twin of ratioSeries. */
// @ts-ignore: decorator
@inline
function ratioSeries2(h: v128, v: v128): v128 {
  const slope = rowSlope2(h);
  const w = f64x2.mul(h, h);
  const u = f64x2.mul(times(v, 0.25), v);
  const p0 = times(u, 0.16666666666666666);
  const p1 = times(u, 0.05);
  const p2 = times(u, 0.023809523809523808);
  const p3 = times(u, 0.013888888888888888);
  const p4 = times(u, 0.009090909090909091);
  const p5 = times(u, 0.00641025641025641);
  const one = f64x2.splat(1.0);
  const y5 = plus(f64x2.mul(p5, plus(w, 23.0)), 1.0);
  const y4 = f64x2.add(f64x2.sub(one, f64x2.mul(p5, u)), f64x2.mul(f64x2.mul(p4, plus(w, 19.0)), y5));
  const y3 = clenshawStep(f64x2.mul(p4, u), y5, f64x2.mul(p3, plus(w, 15.0)), y4);
  const y2 = clenshawStep(f64x2.mul(p3, u), y4, f64x2.mul(p2, plus(w, 11.0)), y3);
  const y1 = clenshawStep(f64x2.mul(p2, u), y3, f64x2.mul(p1, plus(w, 7.0)), y2);
  const y0 = clenshawStep(f64x2.mul(p1, u), y2, f64x2.mul(p0, plus(w, 3.0)), y1);
  return f64x2.mul(v, f64x2.sub(f64x2.mul(slope, y0), f64x2.mul(p0, y1)));
}

/** 1 - a older + b newer. */
// @ts-ignore: decorator
@inline
function clenshawStep(a: v128, older: v128, b: v128, newer: v128): v128 {
  return f64x2.add(f64x2.sub(f64x2.splat(1.0), f64x2.mul(a, older)), f64x2.mul(b, newer));
}

/**
 * The ratio that multiplies the density, for both lanes: the series, the difference, or one of each. Neighbouring
 * options have similar v, so that one of the two is nearly always enough.
 */
// @ts-ignore: decorator
@inline
export function ratio2(h: v128, z1: v128, z2: v128, v: v128, series: v128, inside: v128): v128 {
  let ratio = f64x2.splat(0.0);
  if (v128.any_true(series)) ratio = ratioSeries2(h, v);
  if (!i64x2.all_true(series)) {
    const difference = ratioDifference2(f64x2.abs(z1), z2, v128.and(inside, f64x2.splat(-0.0)));
    ratio = v128.bitselect(ratio, difference, series);
  }
  return ratio;
}

/**
 * Twin of blackOtm: undiscounted out-of-the-money price from lower = min(F, K), x = |ln(K / F)| and v = sigma
 * sqrt(T).
 */
// @ts-ignore: decorator
@inline
export function blackOtm2(lower: v128, x: v128, v: v128): v128 {
  const deviation = boundedDeviation2(v);
  const h = standardisedMoneyness2(x, deviation);
  const half = times(deviation, 0.5);
  const z1 = f64x2.sub(h, half);
  const density = scaledNormalPdf2(lower, z1);
  const series = f64x2.lt(deviation, f64x2.splat(SERIES_LIMIT));
  const inside = f64x2.lt(z1, f64x2.splat(0.0));
  const ratio = ratio2(h, z1, f64x2.add(h, half), deviation, series, inside);
  const base = v128.and(lower, v128.andnot(inside, series));
  return f64x2.add(base, f64x2.mul(density, ratio));
}

/**
 * Prices of two pairs of options, intrinsic value included, stored at ptr (32 bytes, 8-byte aligned); x = |ln(K /
 * F)|.
 *
 * One pair is a long chain of operations that wait for each other, longer than the processor can look ahead; two
 * pairs side by side fill the gaps (18 ns an option instead of 27, AMD Zen 4, Node 20). Stored, since a function
 * cannot return two vectors.
 */
// @ts-ignore: decorator
@inline
export function storeBlackPrice4(
  ptr: usize,
  signA: v128, forwardA: v128, strikeA: v128, xA: v128, vA: v128,
  signB: v128, forwardB: v128, strikeB: v128, xB: v128, vB: v128,
): void {
  const lowerA = f64x2.pmin(forwardA, strikeA);
  const lowerB = f64x2.pmin(forwardB, strikeB);
  const deviationA = boundedDeviation2(vA);
  const deviationB = boundedDeviation2(vB);
  const hA = standardisedMoneyness2(xA, deviationA);
  const hB = standardisedMoneyness2(xB, deviationB);
  const halfA = times(deviationA, 0.5);
  const halfB = times(deviationB, 0.5);
  const z1A = f64x2.sub(hA, halfA);
  const z1B = f64x2.sub(hB, halfB);
  const seriesA = f64x2.lt(deviationA, f64x2.splat(SERIES_LIMIT));
  const seriesB = f64x2.lt(deviationB, f64x2.splat(SERIES_LIMIT));
  const insideA = f64x2.lt(z1A, f64x2.splat(0.0));
  const insideB = f64x2.lt(z1B, f64x2.splat(0.0));
  let ratioA = f64x2.splat(0.0);
  let ratioB = f64x2.splat(0.0);
  if (v128.any_true(v128.or(seriesA, seriesB))) {
    ratioA = ratioSeries2(hA, deviationA);
    ratioB = ratioSeries2(hB, deviationB);
  }
  if (!i64x2.all_true(v128.and(seriesA, seriesB))) {
    const signBit = f64x2.splat(-0.0);
    const differenceA = ratioDifference2(f64x2.abs(z1A), f64x2.add(hA, halfA), v128.and(insideA, signBit));
    const differenceB = ratioDifference2(f64x2.abs(z1B), f64x2.add(hB, halfB), v128.and(insideB, signBit));
    ratioA = v128.bitselect(ratioA, differenceA, seriesA);
    ratioB = v128.bitselect(ratioB, differenceB, seriesB);
  }
  const densityA = scaledNormalPdf2(lowerA, z1A);
  const densityB = scaledNormalPdf2(lowerB, z1B);
  const baseA = v128.and(lowerA, v128.andnot(insideA, seriesA));
  const baseB = v128.and(lowerB, v128.andnot(insideB, seriesB));
  const otmA = f64x2.add(baseA, f64x2.mul(densityA, ratioA));
  const otmB = f64x2.add(baseB, f64x2.mul(densityB, ratioB));
  const gainA = f64x2.mul(signA, f64x2.sub(forwardA, strikeA));
  const gainB = f64x2.mul(signB, f64x2.sub(forwardB, strikeB));
  v128.store(ptr, f64x2.add(atLeast(gainA, 0.0), otmA));
  v128.store(ptr, f64x2.add(atLeast(gainB, 0.0), otmB), 16);
}

/** Twin of blackPrice. */
// @ts-ignore: decorator
@inline
export function blackPrice2(sign: v128, forward: v128, strike: v128, v: v128): v128 {
  const lower = f64x2.pmin(forward, strike);
  const upper = f64x2.pmax(forward, strike);
  const intrinsic = atLeast(f64x2.mul(sign, f64x2.sub(forward, strike)), 0.0);
  return f64x2.add(intrinsic, blackOtm2(lower, logMoneyness2(upper, lower), v));
}

/**
 * Undiscounted Black prices of calls and puts, four at a time.
 *
 * Reads   sign (f64, 1 call, -1 put), forward (f64, > 0), strike (f64, > 0), v (f64, sigma sqrt(T), >= 0)
 * Writes  price (f64, currency of forward and strike)
 * Needs   8-byte aligned addresses; any count; price may be the same column as v
 * Order   lanes independent; the options left over are priced by the scalar twin, which has the same bits
 * Error   at most 4 * 2^-52 max(forward, strike); see blackOtm for the relative error
 */
export function priceOptions(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, vPtr: usize, pricePtr: usize, count: i32,
): void {
  const bytes = (<usize>count) << 3;
  const quadBytes = bytes & ~31;
  const pairBytes = bytes & ~15;
  let at: usize = 0;
  for (; at < quadBytes; at += 32) {
    const forwardA = v128.load(forwardPtr + at);
    const forwardB = v128.load(forwardPtr + at, 16);
    const strikeA = v128.load(strikePtr + at);
    const strikeB = v128.load(strikePtr + at, 16);
    const xA = logMoneyness2(f64x2.pmax(forwardA, strikeA), f64x2.pmin(forwardA, strikeA));
    const xB = logMoneyness2(f64x2.pmax(forwardB, strikeB), f64x2.pmin(forwardB, strikeB));
    storeBlackPrice4(
      pricePtr + at,
      v128.load(signPtr + at), forwardA, strikeA, xA, v128.load(vPtr + at),
      v128.load(signPtr + at, 16), forwardB, strikeB, xB, v128.load(vPtr + at, 16),
    );
  }
  for (; at < pairBytes; at += 16) {
    const price = blackPrice2(
      v128.load(signPtr + at), v128.load(forwardPtr + at), v128.load(strikePtr + at), v128.load(vPtr + at),
    );
    v128.store(pricePtr + at, price);
  }
  if (at < bytes) priceOptionsScalar(signPtr + at, forwardPtr + at, strikePtr + at, vPtr + at, pricePtr + at, 1);
}

/** Scalar twin of priceOptions. */
export function priceOptionsScalar(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, vPtr: usize, pricePtr: usize, count: i32,
): void {
  for (let index = 0; index < count; index++) {
    const at = (<usize>index) << 3;
    const price = blackPrice(
      load<f64>(signPtr + at), load<f64>(forwardPtr + at), load<f64>(strikePtr + at), load<f64>(vPtr + at),
    );
    store<f64>(pricePtr + at, price);
  }
}
