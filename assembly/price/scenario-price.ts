import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  INVERSE_SQRT_2PI, LN2_HIGH, LN2_LOW, LOG2_E, MILLS_0, MILLS_1, MILLS_2, MILLS_3, MILLS_4, MILLS_5, MILLS_6, MILLS_7,
  MILLS_8, MILLS_9, MILLS_10, MILLS_11, MILLS_12, MILLS_13, MILLS_14, MILLS_15, MILLS_16, MILLS_17, MILLS_18, MILLS_19,
  MILLS_20, MILLS_21, MILLS_22, MILLS_23, ROUND_TO_INTEGER,
} from '../portable/coefficients.ts';

/**
 * Prices of a chunk of scenarios of one option, pass by pass: each pass is a short loop over the chunk whose constants
 * fit the registers. In one loop over pairs of cells V8 builds sixty constants each time, three instructions each, and
 * spills; in passes the loads and stores of what lies between cost far less (docs/PERFORMANCE.md).
 *
 * Work area, in bytes from `work` on: columns of CHUNK_BYTES, then the constants, a number each. They are read from
 * memory so that V8 keeps them in registers instead of building them anew.
 */
export const CHUNK_BYTES: usize = 1024;
const Z1: usize = 0;
const Z2: usize = CHUNK_BYTES;
/** min(F', K). */
const LOWER: usize = 2 * CHUNK_BYTES;
const INTRINSIC: usize = 3 * CHUNK_BYTES;
const REMAINDER: usize = 4 * CHUNK_BYTES;
/** 2^k, then density times lower. */
const DENSITY: usize = 5 * CHUNK_BYTES;
/** Arguments of the two polynomials, side by side; then what multiplies them, and their sums. */
const ARGUMENT: usize = 6 * CHUNK_BYTES;
const SCALE: usize = 8 * CHUNK_BYTES;
const SUM: usize = 10 * CHUNK_BYTES;
const CONSTANTS: usize = 12 * CHUNK_BYTES;
const EXP_AT: usize = CONSTANTS;
const MILLS_AT: usize = CONSTANTS + 80;
const OTHERS_AT: usize = CONSTANTS + 80 + 192;

/** Writes the constants; once per call of a kernel. */
export function writeConstants(work: usize): void {
  let at = work + CONSTANTS;
  at = put5(at, EXP_8, EXP_6, EXP_4, EXP_2, EXP_0);
  at = put5(at, EXP_9, EXP_7, EXP_5, EXP_3, EXP_1);
  at = put6(at, MILLS_20, MILLS_16, MILLS_12, MILLS_8, MILLS_4, MILLS_0);
  at = put6(at, MILLS_21, MILLS_17, MILLS_13, MILLS_9, MILLS_5, MILLS_1);
  at = put6(at, MILLS_22, MILLS_18, MILLS_14, MILLS_10, MILLS_6, MILLS_2);
  at = put6(at, MILLS_23, MILLS_19, MILLS_15, MILLS_11, MILLS_7, MILLS_3);
  at = put6(at, LOG2_E, ROUND_TO_INTEGER, LN2_HIGH, LN2_LOW, INVERSE_SQRT_2PI, 1.0);
  put6(at, 5.0, 1.25, -0.5, 37.0, 0.0, 0.0);
}

function put5(at: usize, a: f64, b: f64, c: f64, d: f64, e: f64): usize {
  store<f64>(at, a);
  store<f64>(at, b, 8);
  store<f64>(at, c, 16);
  store<f64>(at, d, 24);
  store<f64>(at, e, 32);
  return at + 40;
}

function put6(at: usize, a: f64, b: f64, c: f64, d: f64, e: f64, g: f64): usize {
  store<f64>(put5(at, a, b, c, d, e), g);
  return at + 48;
}

/** From the columns that `storeCell` writes to the densities and the two Mills ratios. */
export function priceChunk(work: usize, bytes: usize): void {
  fillArguments(work, bytes);
  fillDensities(work, bytes);
  sumLow(work, bytes, work);
  sumLow(work + CHUNK_BYTES, bytes, work);
  sumHigh(work, bytes, work);
  sumHigh(work + CHUNK_BYTES, bytes, work);
}

/** What a chunk starts from: moved forward, h and half of v of two cells. */
// @ts-ignore: decorator
@inline
export function storeCell(at: usize, limit: v128, sign: v128, forward: v128, strike: v128, h: v128, half: v128): void {
  const moneyness = f64x2.pmin(h, limit);
  const deviation = f64x2.pmin(half, limit);
  v128.store(at, f64x2.sub(moneyness, deviation), Z1);
  v128.store(at, f64x2.add(moneyness, deviation), Z2);
  v128.store(at, f64x2.pmin(forward, strike), LOWER);
  v128.store(at, f64x2.pmax(f64x2.mul(sign, f64x2.sub(forward, strike)), f64x2.splat(0.0)), INTRINSIC);
}

/** lower phi(z1). */
function fillDensities(work: usize, bytes: usize): void {
  const e8 = v128.load_splat<f64>(work, EXP_AT);
  const e6 = v128.load_splat<f64>(work, EXP_AT + 8);
  const e4 = v128.load_splat<f64>(work, EXP_AT + 16);
  const e2 = v128.load_splat<f64>(work, EXP_AT + 24);
  const e0 = v128.load_splat<f64>(work, EXP_AT + 32);
  const e9 = v128.load_splat<f64>(work, EXP_AT + 40);
  const e7 = v128.load_splat<f64>(work, EXP_AT + 48);
  const e5 = v128.load_splat<f64>(work, EXP_AT + 56);
  const e3 = v128.load_splat<f64>(work, EXP_AT + 64);
  const e1 = v128.load_splat<f64>(work, EXP_AT + 72);
  const perRoot = v128.load_splat<f64>(work, OTHERS_AT + 32);
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const r = v128.load(at, REMAINDER);
    const r2 = f64x2.mul(r, r);
    let even = f64x2.add(f64x2.mul(e8, r2), e6);
    let odd = f64x2.add(f64x2.mul(e9, r2), e7);
    even = f64x2.add(f64x2.mul(even, r2), e4);
    odd = f64x2.add(f64x2.mul(odd, r2), e5);
    even = f64x2.add(f64x2.mul(even, r2), e2);
    odd = f64x2.add(f64x2.mul(odd, r2), e3);
    even = f64x2.add(f64x2.mul(even, r2), e0);
    odd = f64x2.add(f64x2.mul(odd, r2), e1);
    const power = f64x2.add(f64x2.add(r, f64x2.mul(r2, f64x2.add(even, f64x2.mul(odd, r)))), one);
    const lower = f64x2.mul(v128.load(at, LOWER), perRoot);
    v128.store(at, f64x2.mul(f64x2.mul(lower, power), v128.load(at, DENSITY)), DENSITY);
  }
}

/**
 * Arguments of the polynomials of both Mills ratios and what multiplies them, with one division; and -z1^2 / 2 as a
 * multiple k of ln 2 and a remainder.
 */
function fillArguments(work: usize, bytes: usize): void {
  const perLn2 = v128.load_splat<f64>(work, OTHERS_AT);
  const rounder = v128.load_splat<f64>(work, OTHERS_AT + 8);
  const high = v128.load_splat<f64>(work, OTHERS_AT + 16);
  const low = v128.load_splat<f64>(work, OTHERS_AT + 24);
  const one = v128.load_splat<f64>(work, OTHERS_AT + 40);
  const five = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const shift = v128.load_splat<f64>(work, OTHERS_AT + 56);
  const minusHalf = v128.load_splat<f64>(work, OTHERS_AT + 64);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const z1 = v128.load(at, Z1);
    const z2 = v128.load(at, Z2);
    const y1 = f64x2.abs(z1);
    const a1 = f64x2.add(y1, five);
    const b1 = f64x2.add(y1, shift);
    const a2 = f64x2.add(z2, five);
    const b2 = f64x2.add(z2, shift);
    const m1 = f64x2.mul(a1, b1);
    const m2 = f64x2.mul(a2, b2);
    const inverse = f64x2.div(one, f64x2.mul(m1, m2));
    const inverse1 = f64x2.mul(inverse, m2);
    const inverse2 = f64x2.mul(inverse, m1);
    v128.store(at, f64x2.mul(f64x2.mul(f64x2.sub(y1, five), b1), inverse1), ARGUMENT);
    v128.store(at, f64x2.mul(f64x2.mul(f64x2.sub(z2, five), b2), inverse2), ARGUMENT + CHUNK_BYTES);
    v128.store(at, f64x2.mul(a1, inverse1), SCALE);
    v128.store(at, f64x2.mul(a2, inverse2), SCALE + CHUNK_BYTES);
    const exponent = f64x2.mul(f64x2.mul(z1, z1), minusHalf);
    const shifted = f64x2.add(f64x2.mul(exponent, perLn2), rounder);
    const k = f64x2.sub(shifted, rounder);
    v128.store(at, f64x2.sub(f64x2.sub(exponent, f64x2.mul(k, high)), f64x2.mul(k, low)), REMAINDER);
    // The low bits of k + 1.5 * 2^52 + 1023 are the exponent field of 2^k.
    v128.store(at, i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52), DENSITY);
  }
}

/** chain0 + chain1 t of millsPolynomial, of the arguments from `from` on. */
function sumLow(from: usize, bytes: usize, work: usize): void {
  const p20 = v128.load_splat<f64>(work, MILLS_AT);
  const p16 = v128.load_splat<f64>(work, MILLS_AT + 8);
  const p12 = v128.load_splat<f64>(work, MILLS_AT + 16);
  const p8 = v128.load_splat<f64>(work, MILLS_AT + 24);
  const p4 = v128.load_splat<f64>(work, MILLS_AT + 32);
  const p0 = v128.load_splat<f64>(work, MILLS_AT + 40);
  const p21 = v128.load_splat<f64>(work, MILLS_AT + 48);
  const p17 = v128.load_splat<f64>(work, MILLS_AT + 56);
  const p13 = v128.load_splat<f64>(work, MILLS_AT + 64);
  const p9 = v128.load_splat<f64>(work, MILLS_AT + 72);
  const p5 = v128.load_splat<f64>(work, MILLS_AT + 80);
  const p1 = v128.load_splat<f64>(work, MILLS_AT + 88);
  const end = from + bytes;
  for (let at = from; at < end; at += 16) {
    const t = v128.load(at, ARGUMENT);
    const t2 = f64x2.mul(t, t);
    const t4 = f64x2.mul(t2, t2);
    let even = f64x2.add(f64x2.mul(p20, t4), p16);
    let odd = f64x2.add(f64x2.mul(p21, t4), p17);
    even = f64x2.add(f64x2.mul(even, t4), p12);
    odd = f64x2.add(f64x2.mul(odd, t4), p13);
    even = f64x2.add(f64x2.mul(even, t4), p8);
    odd = f64x2.add(f64x2.mul(odd, t4), p9);
    even = f64x2.add(f64x2.mul(even, t4), p4);
    odd = f64x2.add(f64x2.mul(odd, t4), p5);
    even = f64x2.add(f64x2.mul(even, t4), p0);
    odd = f64x2.add(f64x2.mul(odd, t4), p1);
    v128.store(at, f64x2.add(even, f64x2.mul(odd, t)), SUM);
  }
}

/** Adds t^2 (chain2 + chain3 t) and applies the scale: the Mills ratio. */
function sumHigh(from: usize, bytes: usize, work: usize): void {
  const p22 = v128.load_splat<f64>(work, MILLS_AT + 96);
  const p18 = v128.load_splat<f64>(work, MILLS_AT + 104);
  const p14 = v128.load_splat<f64>(work, MILLS_AT + 112);
  const p10 = v128.load_splat<f64>(work, MILLS_AT + 120);
  const p6 = v128.load_splat<f64>(work, MILLS_AT + 128);
  const p2 = v128.load_splat<f64>(work, MILLS_AT + 136);
  const p23 = v128.load_splat<f64>(work, MILLS_AT + 144);
  const p19 = v128.load_splat<f64>(work, MILLS_AT + 152);
  const p15 = v128.load_splat<f64>(work, MILLS_AT + 160);
  const p11 = v128.load_splat<f64>(work, MILLS_AT + 168);
  const p7 = v128.load_splat<f64>(work, MILLS_AT + 176);
  const p3 = v128.load_splat<f64>(work, MILLS_AT + 184);
  const end = from + bytes;
  for (let at = from; at < end; at += 16) {
    const t = v128.load(at, ARGUMENT);
    const t2 = f64x2.mul(t, t);
    const t4 = f64x2.mul(t2, t2);
    let even = f64x2.add(f64x2.mul(p22, t4), p18);
    let odd = f64x2.add(f64x2.mul(p23, t4), p19);
    even = f64x2.add(f64x2.mul(even, t4), p14);
    odd = f64x2.add(f64x2.mul(odd, t4), p15);
    even = f64x2.add(f64x2.mul(even, t4), p10);
    odd = f64x2.add(f64x2.mul(odd, t4), p11);
    even = f64x2.add(f64x2.mul(even, t4), p6);
    odd = f64x2.add(f64x2.mul(odd, t4), p7);
    even = f64x2.add(f64x2.mul(even, t4), p2);
    odd = f64x2.add(f64x2.mul(odd, t4), p3);
    const sum = f64x2.add(v128.load(at, SUM), f64x2.mul(t2, f64x2.add(even, f64x2.mul(odd, t))));
    v128.store(at, f64x2.mul(sum, v128.load(at, SCALE)), SUM);
  }
}

/** Price of two cells from what the passes left. */
// @ts-ignore: decorator
@inline
export function joinedPrice(at: usize): v128 {
  const z1 = v128.load(at, Z1);
  // z1 < 0: the first ratio counts as negative. The sign bit alone says so, as z1 is never -0.
  const side = v128.and(z1, f64x2.splat(-0.0));
  const ratio = f64x2.sub(v128.xor(v128.load(at, SUM), side), v128.load(at, SUM + CHUNK_BYTES));
  const base = v128.and(v128.load(at, LOWER), f64x2.lt(z1, f64x2.splat(0.0)));
  const otm = f64x2.add(base, f64x2.mul(v128.load(at, DENSITY), ratio));
  return f64x2.add(v128.load(at, INTRINSIC), otm);
}
