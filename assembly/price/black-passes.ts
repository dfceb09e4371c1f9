import { restOfPower2 } from '../math/cell-density.ts';
import {
  halfPiece, leadingMask, middleOf, MILLS_PIECE_BITS, millsRows, placeInRows, rowSum2, SLOPE_PIECE_BITS, slopeRows,
} from '../math/mills-rows.ts';
import { ROUND_TO_INTEGER } from '../portable/coefficients.ts';
import { MONEYNESS_LIMIT } from '../portable/black76.ts';
import { DENSITY_POWERS, PART_0, PART_1, PART_2, PART_3, PLACES_PER_SQUARE } from '../portable/risk-cell.ts';
import { CHUNK_BYTES, OWN_CONSTANTS_AT } from './passes.ts';

/**
 * Twin of cellOtm in passes over a chunk of cells of many options: the same operations in the same order, each lane
 * bit-equal. A chunk holds either cells whose ratio is the difference of two Mills ratios, or cells whose ratio is
 * their series, of seven terms or of five: mixed pairs of cells would need both.
 */

// Columns of a chunk.
/** z1 = h - v/2 of a difference, h of a series. */
const Z: usize = 0;
/** min(F', K). */
const LOWER: usize = CHUNK_BYTES;
/** -z1^2 / 2 in 256ths of an octave: the whole number in the low bits, and the fraction. */
const PLACES: usize = 2 * CHUNK_BYTES;
const FRACTION: usize = 3 * CHUNK_BYTES;
const DENSITY: usize = 4 * CHUNK_BYTES;
/** z + 1, whose bits say which row of the Mills ratio or its slope is needed; the distance from its piece's middle. */
const Y: usize = 5 * CHUNK_BYTES;
const DISTANCE: usize = 6 * CHUNK_BYTES;
/** The same of z2. */
const Y2: usize = 7 * CHUNK_BYTES;
const DISTANCE2: usize = 8 * CHUNK_BYTES;
/** R(z2), or Q(h). */
const RATIO: usize = 9 * CHUNK_BYTES;

const EXPONENT_AT: usize = OWN_CONSTANTS_AT;
const SERIES_AT: usize = OWN_CONSTANTS_AT + 72;
const ROWS_AT: usize = SERIES_AT + 80;

/** What the cells of a chunk are: of one of these. */
export const FORMULA_SHORT_SERIES: i32 = 0;
export const FORMULA_SERIES: i32 = 1;
export const FORMULA_DIFFERENCE: i32 = 2;

/** Columns of a tile's options, two a vector: bytes of one. */
export const PAIR_BYTES: usize = 528;
export const PAIR_FORWARD: usize = 0;
export const PAIR_STRIKE: usize = PAIR_BYTES;
/** ln(K / F). */
export const PAIR_MONEYNESS: usize = 2 * PAIR_BYTES;
/** Half the standard deviation; what moneyness is divided by; the standard deviation. */
export const PAIR_HALF: usize = 3 * PAIR_BYTES;
export const PAIR_DIVISOR: usize = 4 * PAIR_BYTES;
export const PAIR_DEVIATION: usize = 5 * PAIR_BYTES;
/** Bytes of the columns so far, which are listed for every option. */
export const LISTED_BYTES: usize = 6 * PAIR_BYTES;
// What of a series depends on the standard deviation alone: see `fillSeriesTerms`.
const P1: usize = 6 * PAIR_BYTES;
const P2: usize = 7 * PAIR_BYTES;
const P3: usize = 8 * PAIR_BYTES;
const P4: usize = 9 * PAIR_BYTES;
const P5: usize = 10 * PAIR_BYTES;
const P6: usize = 11 * PAIR_BYTES;
/** Bytes of all columns. */
export const PAIRS_BYTES: usize = 12 * PAIR_BYTES;

/** Writes the constants of both kinds of chunks: read from memory, they stay in registers and are not built anew. */
export function writeBlackConstants(work: usize): void {
  const at = work + EXPONENT_AT;
  store<f64>(at, PART_0);
  store<f64>(at, PART_1, 8);
  store<f64>(at, PART_2, 16);
  store<f64>(at, PART_3, 24);
  store<f64>(at, PLACES_PER_SQUARE, 32);
  store<f64>(at, ROUND_TO_INTEGER, 40);
  store<f64>(at, ROUND_TO_INTEGER - 256000.0, 48);
  store<i64>(at, ~<i64>255, 56);
  store<f64>(at, 1.0, 64);
  for (let step = 0; step < 6; step++) store<f64>(work + SERIES_AT + (<usize>step << 3), <f64>(4 * step + 3));
  for (let step = 1; step < 5; step++) {
    store<f64>(work + SERIES_AT + 40 + (<usize>step << 3), <f64>(2 * step * (2 * step + 1)));
  }
  store<i64>(work + ROWS_AT, leadingMask(MILLS_PIECE_BITS));
  store<i64>(work + ROWS_AT, halfPiece(MILLS_PIECE_BITS), 8);
  store<i64>(work + ROWS_AT, leadingMask(SLOPE_PIECE_BITS), 16);
  store<i64>(work + ROWS_AT, halfPiece(SLOPE_PIECE_BITS), 24);
}

/** Starts cells of a series, of one scenario and many options: `bytes` of their columns from `pairs` on, two a vector. */
export function startSeries(
  work: usize, to: usize, pairs: usize, bytes: usize, multiplier: f64, logMultiplier: f64,
): void {
  startCells(work, to, pairs, bytes, multiplier, logMultiplier, false);
}

/** The same for differences. */
export function startDifferences(
  work: usize, to: usize, pairs: usize, bytes: usize, multiplier: f64, logMultiplier: f64,
): void {
  startCells(work, to, pairs, bytes, multiplier, logMultiplier, true);
}

/** `isDifference` is constant wherever this is inlined: no branch is left. */
// @ts-ignore: decorator
@inline
function startCells(
  work: usize, to: usize, pairs: usize, bytes: usize, multiplier: f64, logMultiplier: f64, isDifference: bool,
): void {
  const end = to + bytes;
  const limit = f64x2.splat(MONEYNESS_LIMIT);
  const multipliers = f64x2.splat(multiplier);
  const logs = f64x2.splat(logMultiplier);
  const perSquare = v128.load_splat<f64>(work, EXPONENT_AT + 32);
  const rounder = v128.load_splat<f64>(work, EXPONENT_AT + 40);
  const one = v128.load_splat<f64>(work, EXPONENT_AT + 64);
  const leading = isDifference ? v128.load_splat<i64>(work, ROWS_AT) : v128.load_splat<i64>(work, ROWS_AT + 16);
  const half = isDifference ? v128.load_splat<i64>(work, ROWS_AT + 8) : v128.load_splat<i64>(work, ROWS_AT + 24);
  for (; to < end; to += 16) {
    const x = f64x2.abs(f64x2.sub(v128.load(pairs, PAIR_MONEYNESS), logs));
    const h = f64x2.pmin(f64x2.div(x, v128.load(pairs, PAIR_DIVISOR)), limit);
    const halfDeviation = v128.load(pairs, PAIR_HALF);
    const z1 = f64x2.sub(h, halfDeviation);
    v128.store(to, isDifference ? z1 : h, Z);
    const size = isDifference ? f64x2.abs(z1) : h;
    const y = f64x2.add(size, one);
    v128.store(to, y, Y);
    v128.store(to, f64x2.sub(size, middleOf(y, leading, half, one)), DISTANCE);
    if (isDifference) {
      const z2 = f64x2.add(h, halfDeviation);
      const y2 = f64x2.add(z2, one);
      v128.store(to, y2, Y2);
      v128.store(to, f64x2.sub(z2, middleOf(y2, leading, half, one)), DISTANCE2);
    }
    storePlaces(to, z1, perSquare, rounder);
    const shocked = f64x2.mul(v128.load(pairs, PAIR_FORWARD), multipliers);
    v128.store(to, f64x2.pmin(shocked, v128.load(pairs, PAIR_STRIKE)), LOWER);
    pairs += 16;
  }
}

// @ts-ignore: decorator
@inline
function storePlaces(to: usize, z: v128, perSquare: v128, rounder: v128): void {
  const places = f64x2.mul(f64x2.mul(z, z), perSquare);
  const rounded = f64x2.add(places, rounder);
  v128.store(to, rounded, PLACES);
  v128.store(to, f64x2.sub(places, f64x2.sub(rounded, rounder)), FRACTION);
}

/** What a chunk of differences needs before `putDifferences`: densities, and R(z2). */
export function prepareDifferences(work: usize, bytes: usize): void {
  fillDensities(work, bytes);
  fillSecondRatios(work, bytes);
}

/** Prices of cells [at, end) of a chunk of differences, at `place` of the rows that `options` lists. */
export function putDifferences(at: usize, end: usize, options: usize, place: usize): void {
  const rows = millsRows();
  const zero = f64x2.splat(0.0);
  const signBit = f64x2.splat(-0.0);
  for (; at < end; at += 16) {
    const inside = f64x2.lt(v128.load(at, Z), zero);
    const first = rowSum2(
      v128.load(at, DISTANCE), rows + placeInRows(load<u32>(at, Y + 4), MILLS_PIECE_BITS),
      rows + placeInRows(load<u32>(at, Y + 12), MILLS_PIECE_BITS),
    );
    const ratio = f64x2.sub(v128.xor(first, v128.and(inside, signBit)), v128.load(at, RATIO));
    const base = v128.and(v128.load(at, LOWER), inside);
    putPrices(options, place, f64x2.add(base, f64x2.mul(v128.load(at, DENSITY), ratio)));
    options += 8;
  }
}

/** R(z2). */
function fillSecondRatios(work: usize, bytes: usize): void {
  const rows = millsRows();
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const ratio = rowSum2(
      v128.load(at, DISTANCE2), rows + placeInRows(load<u32>(at, Y2 + 4), MILLS_PIECE_BITS),
      rows + placeInRows(load<u32>(at, Y2 + 12), MILLS_PIECE_BITS),
    );
    v128.store(at, ratio, RATIO);
  }
}

/** What a chunk of series needs before `putSeries`: densities, and Q(h). */
export function prepareSeries(work: usize, bytes: usize): void {
  fillDensities(work, bytes);
  const rows = slopeRows();
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const slope = rowSum2(
      v128.load(at, DISTANCE), rows + placeInRows(load<u32>(at, Y + 4), SLOPE_PIECE_BITS),
      rows + placeInRows(load<u32>(at, Y + 12), SLOPE_PIECE_BITS),
    );
    v128.store(at, slope, RATIO);
  }
}

/**
 * lower phi(z1): cellDensity. 2^k is no normal number below k = -1000: it stays there, and a pass of its own puts the
 * rest in where there is any.
 */
function fillDensities(work: usize, bytes: usize): void {
  const powers = changetype<usize>(DENSITY_POWERS);
  const part0 = v128.load_splat<f64>(work, EXPONENT_AT);
  const part1 = v128.load_splat<f64>(work, EXPONENT_AT + 8);
  const part2 = v128.load_splat<f64>(work, EXPONENT_AT + 16);
  const part3 = v128.load_splat<f64>(work, EXPONENT_AT + 24);
  const leastPlaces = v128.load_splat<f64>(work, EXPONENT_AT + 48);
  const octaves = v128.load_splat<i64>(work, EXPONENT_AT + 56);
  const end = work + bytes;
  let least = leastPlaces;
  for (let at = work; at < end; at += 16) {
    const f = v128.load(at, FRACTION);
    const places = v128.load(at, PLACES);
    const f2 = f64x2.mul(f, f);
    const low = f64x2.add(part0, f64x2.mul(part1, f));
    const part = f64x2.mul(f, f64x2.add(low, f64x2.mul(f2, f64x2.add(part2, f64x2.mul(part3, f)))));
    const octave = i64x2.shl(v128.and(f64x2.pmax(places, leastPlaces), octaves), 44);
    const row = v128.load64_lane(
      powers + (<usize>(load<u32>(at, PLACES + 8) & 255) << 3),
      v128.load64_zero(powers + (<usize>(load<u32>(at, PLACES) & 255) << 3)), 1,
    );
    const power = f64x2.mul(v128.load(at, LOWER), i64x2.add(row, octave));
    v128.store(at, f64x2.add(power, f64x2.mul(power, part)), DENSITY);
    least = f64x2.pmin(least, places);
  }
  if (v128.any_true(f64x2.lt(least, leastPlaces))) scaleTinyDensities(work, bytes);
}

/** The rest of 2^k where k < -1000. Without a branch per vector: which are tiny, no processor can predict. */
function scaleTinyDensities(work: usize, bytes: usize): void {
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    v128.store(at, f64x2.mul(v128.load(at, DENSITY), restOfPower2(v128.load(at, PLACES))), DENSITY);
  }
}

/** What of cellSeries depends on the standard deviation alone, for `bytes` of options: p1 ... p6, p4 with its 110 p6. */
export function fillSeriesTerms(pairs: usize, bytes: usize, formula: i32): void {
  for (let at = pairs; at < pairs + bytes; at += 16) {
    const v = v128.load(at, PAIR_DEVIATION);
    const u = f64x2.mul(f64x2.mul(f64x2.splat(0.25), v), v);
    const p1 = f64x2.mul(v, f64x2.mul(u, f64x2.splat(0.16666666666666666)));
    const p2 = f64x2.mul(p1, f64x2.mul(u, f64x2.splat(0.05)));
    const p3 = f64x2.mul(p2, f64x2.mul(u, f64x2.splat(0.023809523809523808)));
    const p4 = f64x2.mul(p3, f64x2.mul(u, f64x2.splat(0.013888888888888888)));
    const p5 = f64x2.mul(p4, f64x2.mul(u, f64x2.splat(0.009090909090909091)));
    const p6 = f64x2.mul(p5, f64x2.mul(u, f64x2.splat(0.00641025641025641)));
    v128.store(at, p1, P1);
    v128.store(at, p2, P2);
    v128.store(at, p3, P3);
    v128.store(at, p4, P4);
    if (formula == FORMULA_SHORT_SERIES) continue;
    v128.store(at, f64x2.sub(p4, f64x2.mul(f64x2.splat(110.0), p6)), P4);
    v128.store(at, p5, P5);
    v128.store(at, p6, P6);
  }
}

/** The same of a chunk of short series; their terms from `pairs` on. */
export function putShortSeries(work: usize, at: usize, end: usize, pairs: usize, options: usize, place: usize): void {
  putSums(work, at, end, pairs, options, place, true);
}

/** The same of a chunk of series. */
export function putSeries(work: usize, at: usize, end: usize, pairs: usize, options: usize, place: usize): void {
  putSums(work, at, end, pairs, options, place, false);
}

/** `isShort` is constant wherever this is inlined: no branch is left. */
// @ts-ignore: decorator
@inline
function putSums(work: usize, at: usize, end: usize, pairs: usize, options: usize, place: usize, isShort: bool): void {
  const a0 = v128.load_splat<f64>(work, SERIES_AT);
  const a1 = v128.load_splat<f64>(work, SERIES_AT + 8);
  const a2 = v128.load_splat<f64>(work, SERIES_AT + 16);
  const a3 = v128.load_splat<f64>(work, SERIES_AT + 24);
  const a4 = isShort ? a3 : v128.load_splat<f64>(work, SERIES_AT + 32);
  const a5 = isShort ? a3 : v128.load_splat<f64>(work, SERIES_AT + 40);
  const c1 = v128.load_splat<f64>(work, SERIES_AT + 48);
  const c2 = v128.load_splat<f64>(work, SERIES_AT + 56);
  const c3 = v128.load_splat<f64>(work, SERIES_AT + 64);
  const c4 = isShort ? c3 : v128.load_splat<f64>(work, SERIES_AT + 72);
  for (; at < end; at += 16) {
    const h = v128.load(at, Z);
    const w = f64x2.mul(h, h);
    let b4 = v128.load(pairs, P4);
    let b3 = v128.load(pairs, P3);
    if (!isShort) {
      const b5 = f64x2.add(v128.load(pairs, P5), f64x2.mul(f64x2.add(w, a5), v128.load(pairs, P6)));
      b4 = f64x2.add(b4, f64x2.mul(f64x2.add(w, a4), b5));
      b3 = f64x2.sub(b3, f64x2.mul(c4, b5));
    }
    b3 = f64x2.add(b3, f64x2.mul(f64x2.add(w, a3), b4));
    const b2 = clenshawStep(v128.load(pairs, P2), c3, b4, f64x2.add(w, a2), b3);
    const b1 = clenshawStep(v128.load(pairs, P1), c2, b3, f64x2.add(w, a1), b2);
    const b0 = clenshawStep(v128.load(pairs, PAIR_DEVIATION), c1, b2, f64x2.add(w, a0), b1);
    const ratio = f64x2.sub(f64x2.mul(v128.load(at, RATIO), b0), b1);
    putPrices(options, place, f64x2.mul(v128.load(at, DENSITY), ratio));
    pairs += 16;
    options += 8;
  }
}

/** Out-of-the-money prices of two options, at `place` of their rows. */
// @ts-ignore: decorator
@inline
function putPrices(options: usize, place: usize, prices: v128): void {
  v128.store_lane<f64>(<usize>load<u32>(options) + place, prices, 0);
  v128.store_lane<f64>(<usize>load<u32>(options, 4) + place, prices, 1);
}

/** p - c older + a newer. */
// @ts-ignore: decorator
@inline
function clenshawStep(p: v128, c: v128, older: v128, a: v128, newer: v128): v128 {
  return f64x2.add(f64x2.sub(p, f64x2.mul(c, older)), f64x2.mul(a, newer));
}
