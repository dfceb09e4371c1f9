import {
  halfPiece, leadingMask, middleOf, MILLS_PIECE_BITS, millsRows, placeMask, placesOf, rowSum2, SLOPE_PIECE_BITS, slopeRows,
} from '../math/mills-rows.ts';
import { LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_20_BITS, ROUND_TO_INTEGER } from '../portable/coefficients.ts';
import { MONEYNESS_LIMIT } from '../portable/black76.ts';
import {
  CHUNK_BYTES, DENSITY, fillDensities, LOWER, OTHERS_AT, OWN_COLUMNS, OWN_CONSTANTS_AT, PRICE, put6, REMAINDER, writeConstants, Z1, Z2,
} from './passes.ts';

/**
 * Twin of blackOtm in passes over a chunk of cells of many options: the same operations in the same order, each lane
 * bit-equal. A chunk holds either cells whose ratio is the difference of two Mills ratios, or cells whose ratio is
 * their series: mixed pairs of cells would need both.
 *
 * Of a cell the chunk starts with Z1 = h - v/2, LOWER = min(F', K), and in Z2 h + v/2 for the difference, h for the
 * series. PRICE is what comes out: the out-of-the-money price.
 */

const EXPONENT_AT: usize = OWN_CONSTANTS_AT;
const SERIES_AT: usize = OWN_CONSTANTS_AT + 48;
const ROWS_AT: usize = SERIES_AT + 96;

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
/** 0 where the ratio is a series, else half the standard deviation. */
export const PAIR_ADDED: usize = 6 * PAIR_BYTES;
// What of a series depends on the standard deviation alone: see `fillSeriesTerms`.
const P0: usize = 7 * PAIR_BYTES;
const P1: usize = 8 * PAIR_BYTES;
const P2: usize = 9 * PAIR_BYTES;
const P3: usize = 10 * PAIR_BYTES;
const P4: usize = 11 * PAIR_BYTES;
const P5: usize = 12 * PAIR_BYTES;
const A1: usize = 13 * PAIR_BYTES;
const A2: usize = 14 * PAIR_BYTES;
const A3: usize = 15 * PAIR_BYTES;
const A4: usize = 16 * PAIR_BYTES;
const LAST: usize = 17 * PAIR_BYTES;
/** Bytes of all columns. */
export const PAIRS_BYTES: usize = 18 * PAIR_BYTES;
/** k, until the ratios or slopes stand there. */
const MULTIPLE: usize = OWN_COLUMNS;
const SECOND: usize = OWN_COLUMNS;
const SLOPE: usize = OWN_COLUMNS;
/** Rows of the Mills ratio or its slope (addresses), and distances from the middles of their pieces. */
const PLACE: usize = OWN_COLUMNS + CHUNK_BYTES;
const DISTANCE: usize = OWN_COLUMNS + 2 * CHUNK_BYTES;
const PLACE2: usize = OWN_COLUMNS + 3 * CHUNK_BYTES;
const DISTANCE2: usize = OWN_COLUMNS + 4 * CHUNK_BYTES;
/** y3 and y4 of a series. */
const Y3: usize = OWN_COLUMNS + 3 * CHUNK_BYTES;
const Y4: usize = OWN_COLUMNS + 4 * CHUNK_BYTES;

/** Writes the constants of both kinds of chunks. */
export function writeBlackConstants(work: usize): void {
  writeConstants(work);
  put6(work + EXPONENT_AT, ROUND_TO_20_BITS, -0.5 * LOG2_E, 2.0 * LN2_HIGH, 2.0 * LN2_LOW, -1000.0, ROUND_TO_INTEGER + 1023.0);
  const series = work + SERIES_AT;
  put6(
    series, 0.16666666666666666, 0.05, 0.023809523809523808, 0.013888888888888888, 0.009090909090909091,
    0.00641025641025641,
  );
  put6(series + 48, 3.0, 7.0, 11.0, 15.0, 19.0, 23.0);
  putRows(work + ROWS_AT, millsRows(), MILLS_PIECE_BITS);
  putRows(work + ROWS_AT + 32, slopeRows(), SLOPE_PIECE_BITS);
  store<f64>(work + ROWS_AT, -0.0, 64);
}

function putRows(at: usize, rows: i64, pieceBits: i32): void {
  store<i64>(at, rows);
  store<i64>(at, placeMask(pieceBits), 8);
  store<i64>(at, leadingMask(pieceBits), 16);
  store<i64>(at, halfPiece(pieceBits), 24);
}

/**
 * Starts cells of one scenario and many options, two a vector: `bytes` of their columns from `pairs` on. Twin of the
 * first lines of blackOtm. PAIR_ADDED says what Z2 is: h of a series, h + v/2 of a difference.
 */
export function startCells(to: usize, pairs: usize, bytes: usize, multiplier: f64, logMultiplier: f64): void {
  const end = to + bytes;
  const limit = f64x2.splat(MONEYNESS_LIMIT);
  const multipliers = f64x2.splat(multiplier);
  const logs = f64x2.splat(logMultiplier);
  for (; to < end; to += 16) {
    const x = f64x2.abs(f64x2.sub(v128.load(pairs, PAIR_MONEYNESS), logs));
    const h = f64x2.pmin(f64x2.div(x, v128.load(pairs, PAIR_DIVISOR)), limit);
    v128.store(to, f64x2.sub(h, v128.load(pairs, PAIR_HALF)), Z1);
    v128.store(to, f64x2.add(h, v128.load(pairs, PAIR_ADDED)), Z2);
    const shocked = f64x2.mul(v128.load(pairs, PAIR_FORWARD), multipliers);
    v128.store(to, f64x2.pmin(shocked, v128.load(pairs, PAIR_STRIKE)), LOWER);
    pairs += 16;
  }
}

/** Prices of a chunk of differences. */
export function priceDifferences(work: usize, bytes: usize): void {
  fillOwnDensities(work, bytes);
  findMillsRows(work, bytes);
  fillSecondRatios(work, bytes);
  const zero = f64x2.splat(0.0);
  const signBit = f64x2.splat(-0.0);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const inside = f64x2.lt(v128.load(at, Z1), zero);
    const first = rowSum2(v128.load(at, DISTANCE), <usize>load<u32>(at, PLACE), <usize>load<u32>(at, PLACE + 8));
    const ratio = f64x2.sub(v128.xor(first, v128.and(inside, signBit)), v128.load(at, SECOND));
    const base = v128.and(v128.load(at, LOWER), inside);
    v128.store(at, f64x2.add(base, f64x2.mul(v128.load(at, DENSITY), ratio)), PRICE);
  }
}

/**
 * The rows of R(|z1|) and R(z2), and distances from the middles of their pieces. In a pass of its own: then the rows can
 * be read long before a polynomial needs them.
 */
function findMillsRows(work: usize, bytes: usize): void {
  const rows = v128.load_splat<i64>(work, ROWS_AT);
  const mask = v128.load_splat<i64>(work, ROWS_AT + 8);
  const leading = v128.load_splat<i64>(work, ROWS_AT + 16);
  const half = v128.load_splat<i64>(work, ROWS_AT + 24);
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const signBit = v128.load_splat<f64>(work, ROWS_AT + 64);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const z1 = v128.andnot(v128.load(at, Z1), signBit);
    const z2 = v128.load(at, Z2);
    const y1 = f64x2.add(z1, one);
    const y2 = f64x2.add(z2, one);
    v128.store(at, placesOf(y1, rows, mask, MILLS_PIECE_BITS), PLACE);
    v128.store(at, f64x2.sub(z1, middleOf(y1, leading, half, one)), DISTANCE);
    v128.store(at, placesOf(y2, rows, mask, MILLS_PIECE_BITS), PLACE2);
    v128.store(at, f64x2.sub(z2, middleOf(y2, leading, half, one)), DISTANCE2);
  }
}

/** R(z2). */
function fillSecondRatios(work: usize, bytes: usize): void {
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const ratio = rowSum2(v128.load(at, DISTANCE2), <usize>load<u32>(at, PLACE2), <usize>load<u32>(at, PLACE2 + 8));
    v128.store(at, ratio, SECOND);
  }
}

/** What a chunk of series needs before `sumSeries`: densities, and the slopes of the Mills ratio in SLOPE. */
export function prepareSeries(work: usize, bytes: usize): void {
  fillOwnDensities(work, bytes);
  findSlopeRows(work, bytes);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const slope = rowSum2(v128.load(at, DISTANCE), <usize>load<u32>(at, PLACE), <usize>load<u32>(at, PLACE + 8));
    v128.store(at, slope, SLOPE);
  }
}

/** The rows of Q(h), and distances from the middles of their pieces. */
function findSlopeRows(work: usize, bytes: usize): void {
  const rows = v128.load_splat<i64>(work, ROWS_AT + 32);
  const mask = v128.load_splat<i64>(work, ROWS_AT + 40);
  const leading = v128.load_splat<i64>(work, ROWS_AT + 48);
  const half = v128.load_splat<i64>(work, ROWS_AT + 56);
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const h = v128.load(at, Z2);
    const y = f64x2.add(h, one);
    v128.store(at, placesOf(y, rows, mask, SLOPE_PIECE_BITS), PLACE);
    v128.store(at, f64x2.sub(h, middleOf(y, leading, half, one)), DISTANCE);
  }
}

/** lower phi(z1): scaledNormalPdf. */
function fillOwnDensities(work: usize, bytes: usize): void {
  const isTiny = fillExponents(work, bytes);
  fillDensities(work, bytes);
  if (isTiny) scaleTinyDensities(work, bytes);
}

/**
 * -z1^2 / 2 as a multiple k of ln 2, in MULTIPLE, as 2^k in DENSITY, and a remainder. Powers of two commute with rounding, so that
 * what scaledNormalPdf halves first is halved last here. 2^k is no normal number below k = -1000: it stays there, and the
 * result says so. Prices must be far from the largest numbers: then nothing needs a bound further out.
 */
function fillExponents(work: usize, bytes: usize): bool {
  const perLn2 = v128.load_splat<f64>(work, EXPONENT_AT + 8);
  const rounder = v128.load_splat<f64>(work, OTHERS_AT + 8);
  const high = v128.load_splat<f64>(work, EXPONENT_AT + 16);
  const low = v128.load_splat<f64>(work, EXPONENT_AT + 24);
  const minusHalf = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const splitter = v128.load_splat<f64>(work, EXPONENT_AT);
  const leastPower = v128.load_splat<f64>(work, EXPONENT_AT + 32);
  const bias = v128.load_splat<f64>(work, EXPONENT_AT + 40);
  const end = work + bytes;
  let least = leastPower;
  for (let at = work; at < end; at += 16) {
    const z = v128.load(at, Z1);
    const head = f64x2.sub(f64x2.add(z, splitter), splitter);
    const square = f64x2.mul(head, head);
    const rest = f64x2.mul(f64x2.sub(z, head), f64x2.add(z, head));
    const shifted = f64x2.add(f64x2.mul(square, perLn2), rounder);
    const k = f64x2.sub(shifted, rounder);
    const remainder = f64x2.add(f64x2.add(square, f64x2.mul(k, high)), f64x2.mul(k, low));
    v128.store(at, k, MULTIPLE);
    v128.store(at, f64x2.mul(f64x2.add(remainder, rest), minusHalf), REMAINDER);
    v128.store(at, i64x2.shl(f64x2.add(f64x2.pmax(k, leastPower), bias), 52), DENSITY);
    least = f64x2.pmin(least, k);
  }
  return v128.any_true(f64x2.lt(least, leastPower));
}

/** The rest of 2^k where k < -1000. Without a branch per vector: which are tiny, no processor can predict. */
function scaleTinyDensities(work: usize, bytes: usize): void {
  const bias = v128.load_splat<f64>(work, EXPONENT_AT + 40);
  const leastPower = v128.load_splat<f64>(work, EXPONENT_AT + 32);
  const leastOfAll = f64x2.add(leastPower, leastPower);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const k = v128.load(at, MULTIPLE);
    const rest = f64x2.sub(f64x2.pmax(k, leastOfAll), f64x2.pmax(k, leastPower));
    v128.store(at, f64x2.mul(v128.load(at, DENSITY), i64x2.shl(f64x2.add(rest, bias), 52)), DENSITY);
  }
}

/**
 * What of ratioSeries depends on the standard deviation alone, for `bytes` of options: p0 ... p5, p1 u ... p4 u, 1 - p5 u.
 */
export function fillSeriesTerms(work: usize, pairs: usize, bytes: usize): void {
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  for (let at = pairs; at < pairs + bytes; at += 16) {
    const v = v128.load(at, PAIR_DEVIATION);
    const u = f64x2.mul(f64x2.mul(f64x2.splat(0.25), v), v);
    const p5 = f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT + 40));
    v128.store(at, f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT)), P0);
    v128.store(at, f64x2.sub(one, f64x2.mul(p5, u)), LAST);
    v128.store(at, p5, P5);
    storeSeriesTerm(at, P1, A1, f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT + 8)), u);
    storeSeriesTerm(at, P2, A2, f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT + 16)), u);
    storeSeriesTerm(at, P3, A3, f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT + 24)), u);
    storeSeriesTerm(at, P4, A4, f64x2.mul(u, v128.load_splat<f64>(work, SERIES_AT + 32)), u);
  }
}

// @ts-ignore: decorator
@inline
function storeSeriesTerm(at: usize, p: usize, a: usize, value: v128, u: v128): void {
  v128.store(at + p, value);
  v128.store(at + a, f64x2.mul(value, u));
}

/** Prices of cells [at, end) of a chunk of series, of options from `pairs` on. */
export function sumSeries(work: usize, at: usize, end: usize, pairs: usize): void {
  sumSeriesHigh(work, at, end, pairs);
  sumSeriesLow(work, at, end, pairs);
}

/** The first steps of Clenshaw's rule: y4 and y3. */
function sumSeriesHigh(work: usize, at: usize, end: usize, pairs: usize): void {
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const w3 = v128.load_splat<f64>(work, SERIES_AT + 72);
  const w4 = v128.load_splat<f64>(work, SERIES_AT + 80);
  const w5 = v128.load_splat<f64>(work, SERIES_AT + 88);
  for (; at < end; at += 16) {
    const h = v128.load(at, Z2);
    const w = f64x2.mul(h, h);
    const y5 = f64x2.add(f64x2.mul(v128.load(pairs, P5), f64x2.add(w, w5)), one);
    const y4 = f64x2.add(v128.load(pairs, LAST), f64x2.mul(f64x2.mul(v128.load(pairs, P4), f64x2.add(w, w4)), y5));
    const b3 = f64x2.mul(v128.load(pairs, P3), f64x2.add(w, w3));
    v128.store(at, y4, Y4);
    v128.store(at, clenshawStep(one, v128.load(pairs, A4), y5, b3, y4), Y3);
    pairs += 16;
  }
}

/** The other steps, and the prices. */
function sumSeriesLow(work: usize, at: usize, end: usize, pairs: usize): void {
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const w0 = v128.load_splat<f64>(work, SERIES_AT + 48);
  const w1 = v128.load_splat<f64>(work, SERIES_AT + 56);
  const w2 = v128.load_splat<f64>(work, SERIES_AT + 64);
  for (; at < end; at += 16) {
    const h = v128.load(at, Z2);
    const w = f64x2.mul(h, h);
    const y4 = v128.load(at, Y4);
    const y3 = v128.load(at, Y3);
    const b2 = f64x2.mul(v128.load(pairs, P2), f64x2.add(w, w2));
    const y2 = clenshawStep(one, v128.load(pairs, A3), y4, b2, y3);
    const b1 = f64x2.mul(v128.load(pairs, P1), f64x2.add(w, w1));
    const y1 = clenshawStep(one, v128.load(pairs, A2), y3, b1, y2);
    const p0 = v128.load(pairs, P0);
    const y0 = clenshawStep(one, v128.load(pairs, A1), y2, f64x2.mul(p0, f64x2.add(w, w0)), y1);
    const sum = f64x2.sub(f64x2.mul(v128.load(at, SLOPE), y0), f64x2.mul(p0, y1));
    v128.store(at, f64x2.mul(v128.load(at, DENSITY), f64x2.mul(v128.load(pairs, PAIR_DEVIATION), sum)), PRICE);
    pairs += 16;
  }
}

/** 1 - a older + b newer. */
// @ts-ignore: decorator
@inline
function clenshawStep(one: v128, a: v128, older: v128, b: v128, newer: v128): v128 {
  return f64x2.add(f64x2.sub(one, f64x2.mul(a, older)), f64x2.mul(b, newer));
}
