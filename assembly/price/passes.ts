import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  INVERSE_SQRT_2PI, LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_INTEGER,
} from '../portable/coefficients.ts';

/**
 * Option prices of a chunk of cells, pass by pass: each pass is a short loop over the chunk whose constants fit the
 * registers. In one loop over pairs of cells V8 builds sixty constants each time, three instructions each, and spills;
 * in passes the loads and stores of what lies between cost far less (docs/PERFORMANCE.md).
 *
 * Work area, in bytes from `work` on: columns of CHUNK_BYTES, then the constants, a number each. They are read from
 * memory so that V8 keeps them in registers instead of building them anew.
 */
export const CHUNK_BYTES: usize = 1024;
export const Z1: usize = 0;
export const Z2: usize = CHUNK_BYTES;
/** min(F', K). */
export const LOWER: usize = 2 * CHUNK_BYTES;
/** What is added to a price, or the price itself. */
export const PRICE: usize = 3 * CHUNK_BYTES;
export const REMAINDER: usize = 4 * CHUNK_BYTES;
/** 2^k, then density times lower. */
export const DENSITY: usize = 5 * CHUNK_BYTES;
const CONSTANTS: usize = 12 * CHUNK_BYTES;
const EXP_AT: usize = CONSTANTS;
export const OTHERS_AT: usize = CONSTANTS + 80;
/** Constants that only one of the kernels has. */
export const OWN_CONSTANTS_AT: usize = OTHERS_AT + 64;

/** Writes the constants; once per call of a kernel. */
export function writeConstants(work: usize): void {
  let at = work + CONSTANTS;
  at = put5(at, EXP_8, EXP_6, EXP_4, EXP_2, EXP_0);
  at = put5(at, EXP_9, EXP_7, EXP_5, EXP_3, EXP_1);
  put6(at, LOG2_E, ROUND_TO_INTEGER, LN2_HIGH, LN2_LOW, INVERSE_SQRT_2PI, 1.0);
  store<f64>(at, -0.5, 48);
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

/** lower phi(z1). */
export function fillDensities(work: usize, bytes: usize): void {
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
  for (let at = work; at < end; at += 32) {
    const rA = v128.load(at, REMAINDER);
    const rB = v128.load(at, REMAINDER + 16);
    const r2A = f64x2.mul(rA, rA);
    const r2B = f64x2.mul(rB, rB);
    let evenA = f64x2.add(f64x2.mul(e8, r2A), e6);
    let evenB = f64x2.add(f64x2.mul(e8, r2B), e6);
    let oddA = f64x2.add(f64x2.mul(e9, r2A), e7);
    let oddB = f64x2.add(f64x2.mul(e9, r2B), e7);
    evenA = f64x2.add(f64x2.mul(evenA, r2A), e4);
    evenB = f64x2.add(f64x2.mul(evenB, r2B), e4);
    oddA = f64x2.add(f64x2.mul(oddA, r2A), e5);
    oddB = f64x2.add(f64x2.mul(oddB, r2B), e5);
    evenA = f64x2.add(f64x2.mul(evenA, r2A), e2);
    evenB = f64x2.add(f64x2.mul(evenB, r2B), e2);
    oddA = f64x2.add(f64x2.mul(oddA, r2A), e3);
    oddB = f64x2.add(f64x2.mul(oddB, r2B), e3);
    evenA = f64x2.add(f64x2.mul(evenA, r2A), e0);
    evenB = f64x2.add(f64x2.mul(evenB, r2B), e0);
    oddA = f64x2.add(f64x2.mul(oddA, r2A), e1);
    oddB = f64x2.add(f64x2.mul(oddB, r2B), e1);
    const powerA = f64x2.add(f64x2.add(rA, f64x2.mul(r2A, f64x2.add(evenA, f64x2.mul(oddA, rA)))), one);
    const powerB = f64x2.add(f64x2.add(rB, f64x2.mul(r2B, f64x2.add(evenB, f64x2.mul(oddB, rB)))), one);
    const lowerA = f64x2.mul(v128.load(at, LOWER), perRoot);
    const lowerB = f64x2.mul(v128.load(at, LOWER + 16), perRoot);
    v128.store(at, f64x2.mul(f64x2.mul(lowerA, powerA), v128.load(at, DENSITY)), DENSITY);
    v128.store(at, f64x2.mul(f64x2.mul(lowerB, powerB), v128.load(at, DENSITY + 16)), DENSITY + 16);
  }
}
