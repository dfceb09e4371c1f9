import {
  ROUND_TO_20_BITS, ROUND_TO_INTEGER, SLOPE_0, SLOPE_1, SLOPE_2, SLOPE_3, SLOPE_4, SLOPE_5, SLOPE_6, SLOPE_7, SLOPE_8,
  SLOPE_9, SLOPE_10, SLOPE_11, SLOPE_12, SLOPE_13, SLOPE_14, SLOPE_15, SLOPE_16, SLOPE_17, SLOPE_18, SLOPE_19, SLOPE_20,
  SLOPE_21, SLOPE_22, SLOPE_23, SLOPE_24, SLOPE_25,
} from '../portable/coefficients.ts';
import { powerOfTwo2, roundToMultipleOfLn2 } from '../math/exp.ts';
import { headOf } from '../math/normal.ts';
import { atLeast, plus, times } from '../math/vector.ts';
import { clenshawStep } from './black76.ts';
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

/** Writes the constants of both kinds of chunks. */
export function writeBlackConstants(work: usize): void {
  writeConstants(work);
  put6(work + EXPONENT_AT, ROUND_TO_20_BITS, -1386.0, -1000.0, ROUND_TO_INTEGER + 1023.0, 0.0, 0.0);
  const slope = work + SLOPE_AT;
  put6(slope, SLOPE_24, SLOPE_20, SLOPE_16, SLOPE_12, SLOPE_8, SLOPE_4);
  put6(slope + 48, SLOPE_0, SLOPE_25, SLOPE_21, SLOPE_17, SLOPE_13, SLOPE_9);
  put6(slope + 96, SLOPE_5, SLOPE_1, SLOPE_22, SLOPE_18, SLOPE_14, SLOPE_10);
  put6(slope + 144, SLOPE_6, SLOPE_2, SLOPE_23, SLOPE_19, SLOPE_15, SLOPE_11);
  put6(slope + 192, SLOPE_7, SLOPE_3, 0.0, 0.0, 0.0, 0.0);
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
 * -z1^2 / 2 as a multiple k of ln 2, as 2^k in DENSITY, and a remainder. 2^k is no normal number below k = -1000: it
 * stays there, and the result says so.
 */
function fillExponents(work: usize, bytes: usize): bool {
  const perLn2 = v128.load_splat<f64>(work, OTHERS_AT);
  const rounder = v128.load_splat<f64>(work, OTHERS_AT + 8);
  const high = v128.load_splat<f64>(work, OTHERS_AT + 16);
  const low = v128.load_splat<f64>(work, OTHERS_AT + 24);
  const minusHalf = v128.load_splat<f64>(work, OTHERS_AT + 64);
  const splitter = v128.load_splat<f64>(work, EXPONENT_AT);
  const leastExponent = v128.load_splat<f64>(work, EXPONENT_AT + 8);
  const leastPower = v128.load_splat<f64>(work, EXPONENT_AT + 16);
  const bias = v128.load_splat<f64>(work, EXPONENT_AT + 24);
  const end = work + bytes;
  let least = leastPower;
  for (let at = work; at < end; at += 16) {
    const z = v128.load(at, Z1);
    const head = f64x2.sub(f64x2.add(z, splitter), splitter);
    const exponent = f64x2.pmax(f64x2.mul(f64x2.mul(head, head), minusHalf), leastExponent);
    const rest = f64x2.mul(f64x2.mul(f64x2.sub(z, head), f64x2.add(z, head)), minusHalf);
    const k = f64x2.sub(f64x2.add(f64x2.mul(exponent, perLn2), rounder), rounder);
    const remainder = f64x2.sub(f64x2.sub(exponent, f64x2.mul(k, high)), f64x2.mul(k, low));
    v128.store(at, f64x2.add(remainder, rest), REMAINDER);
    v128.store(at, i64x2.shl(f64x2.add(f64x2.pmax(k, leastPower), bias), 52), DENSITY);
    least = f64x2.pmin(least, k);
  }
  return v128.any_true(f64x2.lt(least, leastPower));
}

/** The rest of 2^k where k < -1000. */
function scaleTinyDensities(work: usize, bytes: usize): void {
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const head = headOf(v128.load(at, Z1));
    const k = roundToMultipleOfLn2(atLeast(times(f64x2.mul(head, head), -0.5), -1386.0));
    const rest = powerOfTwo2(f64x2.sub(k, atLeast(k, -1000.0)));
    v128.store(at, f64x2.mul(v128.load(at, DENSITY), rest), DENSITY);
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
  for (let at = work; at < end; at += 16) {
    const t = v128.load(at, ARGUMENT);
    const t2 = f64x2.mul(t, t);
    const t4 = f64x2.mul(t2, t2);
    let even = f64x2.add(f64x2.mul(q24, t4), q20);
    let odd = f64x2.add(f64x2.mul(q25, t4), q21);
    even = f64x2.add(f64x2.mul(even, t4), q16);
    odd = f64x2.add(f64x2.mul(odd, t4), q17);
    even = f64x2.add(f64x2.mul(even, t4), q12);
    odd = f64x2.add(f64x2.mul(odd, t4), q13);
    even = f64x2.add(f64x2.mul(even, t4), q8);
    odd = f64x2.add(f64x2.mul(odd, t4), q9);
    even = f64x2.add(f64x2.mul(even, t4), q4);
    odd = f64x2.add(f64x2.mul(odd, t4), q5);
    even = f64x2.add(f64x2.mul(even, t4), q0);
    odd = f64x2.add(f64x2.mul(odd, t4), q1);
    v128.store(at, f64x2.add(even, f64x2.mul(odd, t)), SUM);
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
  for (let at = work; at < end; at += 16) {
    const t = v128.load(at, ARGUMENT);
    const t2 = f64x2.mul(t, t);
    const t4 = f64x2.mul(t2, t2);
    let even = f64x2.add(f64x2.mul(q22, t4), q18);
    let odd = f64x2.add(f64x2.mul(q23, t4), q19);
    even = f64x2.add(f64x2.mul(even, t4), q14);
    odd = f64x2.add(f64x2.mul(odd, t4), q15);
    even = f64x2.add(f64x2.mul(even, t4), q10);
    odd = f64x2.add(f64x2.mul(odd, t4), q11);
    even = f64x2.add(f64x2.mul(even, t4), q6);
    odd = f64x2.add(f64x2.mul(odd, t4), q7);
    even = f64x2.add(f64x2.mul(even, t4), q2);
    odd = f64x2.add(f64x2.mul(odd, t4), q3);
    const sum = f64x2.add(v128.load(at, SUM), f64x2.mul(t2, f64x2.add(even, f64x2.mul(odd, t))));
    v128.store(at, f64x2.mul(sum, v128.load(at, SCALE)), SUM);
  }
}

/**
 * Prices of cells [at, end) of a chunk of series, all of standard deviation v: what of ratioSeries depends on v alone
 * is worked out once.
 */
export function sumSeries(at: usize, end: usize, v: f64): void {
  const u = 0.25 * v * v;
  const u0 = u * 0.16666666666666666;
  const u1 = u * 0.05;
  const u2 = u * 0.023809523809523808;
  const u3 = u * 0.013888888888888888;
  const u4 = u * 0.009090909090909091;
  const u5 = u * 0.00641025641025641;
  const p0 = f64x2.splat(u0);
  const p1 = f64x2.splat(u1);
  const p2 = f64x2.splat(u2);
  const p3 = f64x2.splat(u3);
  const p4 = f64x2.splat(u4);
  const p5 = f64x2.splat(u5);
  const one = f64x2.splat(1.0);
  const last = f64x2.splat(1.0 - u5 * u);
  const a4 = f64x2.splat(u4 * u);
  const a3 = f64x2.splat(u3 * u);
  const a2 = f64x2.splat(u2 * u);
  const a1 = f64x2.splat(u1 * u);
  const deviation = f64x2.splat(v);
  for (; at < end; at += 16) {
    const h = v128.load(at, Z2);
    const w = f64x2.mul(h, h);
    const y5 = f64x2.add(f64x2.mul(p5, plus(w, 23.0)), one);
    const y4 = f64x2.add(last, f64x2.mul(f64x2.mul(p4, plus(w, 19.0)), y5));
    const y3 = clenshawStep(a4, y5, f64x2.mul(p3, plus(w, 15.0)), y4);
    const y2 = clenshawStep(a3, y4, f64x2.mul(p2, plus(w, 11.0)), y3);
    const y1 = clenshawStep(a2, y3, f64x2.mul(p1, plus(w, 7.0)), y2);
    const y0 = clenshawStep(a1, y2, f64x2.mul(p0, plus(w, 3.0)), y1);
    const sum = f64x2.sub(f64x2.mul(v128.load(at, SUM), y0), f64x2.mul(p0, y1));
    v128.store(at, f64x2.mul(v128.load(at, DENSITY), f64x2.mul(deviation, sum)), PRICE);
  }
}
