import {
  LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_20_BITS, ROUND_TO_INTEGER, SLOPE_0, SLOPE_1, SLOPE_2, SLOPE_3, SLOPE_4, SLOPE_5, SLOPE_6, SLOPE_7, SLOPE_8,
  SLOPE_9, SLOPE_10, SLOPE_11, SLOPE_12, SLOPE_13, SLOPE_14, SLOPE_15, SLOPE_16, SLOPE_17, SLOPE_18, SLOPE_19, SLOPE_20,
  SLOPE_21, SLOPE_22, SLOPE_23, SLOPE_24, SLOPE_25,
} from '../portable/coefficients.ts';
import { MONEYNESS_LIMIT } from '../portable/black76.ts';
import {
  ARGUMENT, CHUNK_BYTES, DENSITY, fillDensities, LOWER, OTHERS_AT, OWN_CONSTANTS_AT, PRICE, put6, REMAINDER, SCALE, SUM,
  sumHigh, sumLow, writeConstants, Z1, Z2,
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
const SLOPE_AT: usize = OWN_CONSTANTS_AT + 48;
const SERIES_AT: usize = SLOPE_AT + 240;

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
/** k, until the sums of the polynomials stand there. */
const MULTIPLE: usize = SUM;
/** y3 and y4 of a series, where the arguments of its polynomial stood. */
const Y3: usize = ARGUMENT;
const Y4: usize = ARGUMENT + CHUNK_BYTES;

/** Writes the constants of both kinds of chunks. */
export function writeBlackConstants(work: usize): void {
  writeConstants(work);
  put6(work + EXPONENT_AT, ROUND_TO_20_BITS, -0.5 * LOG2_E, 2.0 * LN2_HIGH, 2.0 * LN2_LOW, -1000.0, ROUND_TO_INTEGER + 1023.0);
  const slope = work + SLOPE_AT;
  put6(slope, SLOPE_24, SLOPE_20, SLOPE_16, SLOPE_12, SLOPE_8, SLOPE_4);
  put6(slope + 48, SLOPE_0, SLOPE_25, SLOPE_21, SLOPE_17, SLOPE_13, SLOPE_9);
  put6(slope + 96, SLOPE_5, SLOPE_1, SLOPE_22, SLOPE_18, SLOPE_14, SLOPE_10);
  put6(slope + 144, SLOPE_6, SLOPE_2, SLOPE_23, SLOPE_19, SLOPE_15, SLOPE_11);
  put6(slope + 192, SLOPE_7, SLOPE_3, 0.0, 0.0, 0.0, 0.0);
  const series = work + SERIES_AT;
  put6(
    series, 0.16666666666666666, 0.05, 0.023809523809523808, 0.013888888888888888, 0.009090909090909091,
    0.00641025641025641,
  );
  put6(series + 48, 3.0, 7.0, 11.0, 15.0, 19.0, 23.0);
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
  fillRatioArguments(work, bytes);
  sumLow(work, bytes, work);
  sumLow(work + CHUNK_BYTES, bytes, work);
  sumHigh(work, bytes, work);
  sumHigh(work + CHUNK_BYTES, bytes, work);
  joinDifferences(work, bytes);
}

/** What a chunk of series needs before `sumSeries`: densities, and the slopes of the Mills ratio in SUM. */
export function prepareSeries(work: usize, bytes: usize): void {
  fillOwnDensities(work, bytes);
  fillSlopeArguments(work, bytes);
  sumSlopeLow(work, bytes);
  sumSlopeHigh(work, bytes);
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
  const minusHalf = v128.load_splat<f64>(work, OTHERS_AT + 64);
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

/** Arguments of the polynomials of both Mills ratios, and what multiplies them, with one division. */
function fillRatioArguments(work: usize, bytes: usize): void {
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const five = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const shift = v128.load_splat<f64>(work, OTHERS_AT + 56);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const y1 = f64x2.abs(v128.load(at, Z1));
    const z2 = v128.load(at, Z2);
    const b1 = f64x2.add(y1, shift);
    const b2 = f64x2.add(z2, shift);
    const m1 = f64x2.mul(f64x2.add(y1, five), b1);
    const m2 = f64x2.mul(f64x2.add(z2, five), b2);
    const inverse = f64x2.div(one, f64x2.mul(m1, m2));
    const inverse1 = f64x2.mul(inverse, m2);
    const inverse2 = f64x2.mul(inverse, m1);
    v128.store(at, f64x2.mul(f64x2.mul(f64x2.sub(y1, five), b1), inverse1), ARGUMENT);
    v128.store(at, f64x2.mul(f64x2.mul(f64x2.sub(z2, five), b2), inverse2), ARGUMENT + CHUNK_BYTES);
    v128.store(at, inverse1, SCALE);
    v128.store(at, inverse2, SCALE + CHUNK_BYTES);
  }
}

function joinDifferences(work: usize, bytes: usize): void {
  const five = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const zero = f64x2.splat(0.0);
  const signBit = f64x2.splat(-0.0);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const z1 = v128.load(at, Z1);
    const inside = f64x2.lt(z1, zero);
    const a1 = f64x2.add(f64x2.abs(z1), five);
    const a2 = f64x2.add(v128.load(at, Z2), five);
    const r1 = f64x2.mul(f64x2.mul(v128.load(at, SUM), a1), v128.load(at, SCALE));
    const r2 = f64x2.mul(f64x2.mul(v128.load(at, SUM + CHUNK_BYTES), a2), v128.load(at, SCALE + CHUNK_BYTES));
    const ratio = f64x2.sub(v128.xor(r1, v128.and(inside, signBit)), r2);
    const base = v128.and(v128.load(at, LOWER), inside);
    v128.store(at, f64x2.add(base, f64x2.mul(v128.load(at, DENSITY), ratio)), PRICE);
  }
}

/** Argument of the polynomial of the slope, and what multiplies it: ratioSeries. */
function fillSlopeArguments(work: usize, bytes: usize): void {
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const five = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const shift = v128.load_splat<f64>(work, OTHERS_AT + 56);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const h = v128.load(at, Z2);
    const a = f64x2.add(h, five);
    const b = f64x2.add(h, shift);
    const inverse = f64x2.div(one, f64x2.mul(a, b));
    const scale = f64x2.mul(a, inverse);
    v128.store(at, f64x2.mul(f64x2.mul(f64x2.sub(h, five), b), inverse), ARGUMENT);
    v128.store(at, f64x2.mul(scale, scale), SCALE);
  }
}

/** chain0 + chain1 t of slopePolynomial. */
function sumSlopeLow(work: usize, bytes: usize): void {
  const q24 = v128.load_splat<f64>(work, SLOPE_AT);
  const q20 = v128.load_splat<f64>(work, SLOPE_AT + 8);
  const q16 = v128.load_splat<f64>(work, SLOPE_AT + 16);
  const q12 = v128.load_splat<f64>(work, SLOPE_AT + 24);
  const q8 = v128.load_splat<f64>(work, SLOPE_AT + 32);
  const q4 = v128.load_splat<f64>(work, SLOPE_AT + 40);
  const q0 = v128.load_splat<f64>(work, SLOPE_AT + 48);
  const q25 = v128.load_splat<f64>(work, SLOPE_AT + 56);
  const q21 = v128.load_splat<f64>(work, SLOPE_AT + 64);
  const q17 = v128.load_splat<f64>(work, SLOPE_AT + 72);
  const q13 = v128.load_splat<f64>(work, SLOPE_AT + 80);
  const q9 = v128.load_splat<f64>(work, SLOPE_AT + 88);
  const q5 = v128.load_splat<f64>(work, SLOPE_AT + 96);
  const q1 = v128.load_splat<f64>(work, SLOPE_AT + 104);
  const end = work + bytes;
  for (let at = work; at < end; at += 32) {
    const tA = v128.load(at, ARGUMENT);
    const tB = v128.load(at, ARGUMENT + 16);
    const t2A = f64x2.mul(tA, tA);
    const t2B = f64x2.mul(tB, tB);
    const t4A = f64x2.mul(t2A, t2A);
    const t4B = f64x2.mul(t2B, t2B);
    let evenA = f64x2.add(f64x2.mul(q24, t4A), q20);
    let evenB = f64x2.add(f64x2.mul(q24, t4B), q20);
    let oddA = f64x2.add(f64x2.mul(q25, t4A), q21);
    let oddB = f64x2.add(f64x2.mul(q25, t4B), q21);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q16);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q16);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q17);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q17);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q12);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q12);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q13);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q13);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q8);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q8);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q9);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q9);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q4);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q4);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q5);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q5);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q0);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q0);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q1);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q1);
    v128.store(at, f64x2.add(evenA, f64x2.mul(oddA, tA)), SUM);
    v128.store(at, f64x2.add(evenB, f64x2.mul(oddB, tB)), SUM + 16);
  }
}

/** Adds t^2 (chain2 + chain3 t) and applies the scale: the slope. */
function sumSlopeHigh(work: usize, bytes: usize): void {
  const q22 = v128.load_splat<f64>(work, SLOPE_AT + 112);
  const q18 = v128.load_splat<f64>(work, SLOPE_AT + 120);
  const q14 = v128.load_splat<f64>(work, SLOPE_AT + 128);
  const q10 = v128.load_splat<f64>(work, SLOPE_AT + 136);
  const q6 = v128.load_splat<f64>(work, SLOPE_AT + 144);
  const q2 = v128.load_splat<f64>(work, SLOPE_AT + 152);
  const q23 = v128.load_splat<f64>(work, SLOPE_AT + 160);
  const q19 = v128.load_splat<f64>(work, SLOPE_AT + 168);
  const q15 = v128.load_splat<f64>(work, SLOPE_AT + 176);
  const q11 = v128.load_splat<f64>(work, SLOPE_AT + 184);
  const q7 = v128.load_splat<f64>(work, SLOPE_AT + 192);
  const q3 = v128.load_splat<f64>(work, SLOPE_AT + 200);
  const end = work + bytes;
  for (let at = work; at < end; at += 32) {
    const tA = v128.load(at, ARGUMENT);
    const tB = v128.load(at, ARGUMENT + 16);
    const t2A = f64x2.mul(tA, tA);
    const t2B = f64x2.mul(tB, tB);
    const t4A = f64x2.mul(t2A, t2A);
    const t4B = f64x2.mul(t2B, t2B);
    let evenA = f64x2.add(f64x2.mul(q22, t4A), q18);
    let evenB = f64x2.add(f64x2.mul(q22, t4B), q18);
    let oddA = f64x2.add(f64x2.mul(q23, t4A), q19);
    let oddB = f64x2.add(f64x2.mul(q23, t4B), q19);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q14);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q14);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q15);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q15);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q10);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q10);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q11);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q11);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q6);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q6);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q7);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q7);
    evenA = f64x2.add(f64x2.mul(evenA, t4A), q2);
    evenB = f64x2.add(f64x2.mul(evenB, t4B), q2);
    oddA = f64x2.add(f64x2.mul(oddA, t4A), q3);
    oddB = f64x2.add(f64x2.mul(oddB, t4B), q3);
    const sumA = f64x2.add(v128.load(at, SUM), f64x2.mul(t2A, f64x2.add(evenA, f64x2.mul(oddA, tA))));
    const sumB = f64x2.add(v128.load(at, SUM + 16), f64x2.mul(t2B, f64x2.add(evenB, f64x2.mul(oddB, tB))));
    v128.store(at, f64x2.mul(sumA, v128.load(at, SCALE)), SUM);
    v128.store(at, f64x2.mul(sumB, v128.load(at, SCALE + 16)), SUM + 16);
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
    const sum = f64x2.sub(f64x2.mul(v128.load(at, SUM), y0), f64x2.mul(p0, y1));
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
