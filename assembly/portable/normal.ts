import {
  MILLS_0, MILLS_1, MILLS_2, MILLS_3, MILLS_4, MILLS_5, MILLS_6, MILLS_7, MILLS_8, MILLS_9, MILLS_10, MILLS_11,
  MILLS_12, MILLS_13, MILLS_14, MILLS_15, MILLS_16, MILLS_17, MILLS_18, MILLS_19, MILLS_20, MILLS_21, MILLS_22,
  MILLS_23,
  INVERSE_SQRT_2PI, ROUND_TO_20_BITS, SQRT_2, SQRT_2_OVER_PI,
} from './coefficients.ts';
import { scaledExp } from './exp.ts';
import { log } from './log.ts';

// Local names: V8 folds a constant of the same module into the code but reads an imported one from memory each time,
// which made the polynomials half as fast again.
const R0: f64 = MILLS_0, R1: f64 = MILLS_1, R2: f64 = MILLS_2, R3: f64 = MILLS_3, R4: f64 = MILLS_4,
  R5: f64 = MILLS_5, R6: f64 = MILLS_6, R7: f64 = MILLS_7, R8: f64 = MILLS_8, R9: f64 = MILLS_9,
  R10: f64 = MILLS_10, R11: f64 = MILLS_11, R12: f64 = MILLS_12, R13: f64 = MILLS_13, R14: f64 = MILLS_14,
  R15: f64 = MILLS_15, R16: f64 = MILLS_16, R17: f64 = MILLS_17, R18: f64 = MILLS_18, R19: f64 = MILLS_19,
  R20: f64 = MILLS_20, R21: f64 = MILLS_21, R22: f64 = MILLS_22, R23: f64 = MILLS_23;
const DENSITY_AT_0: f64 = INVERSE_SQRT_2PI;
const ROUNDER: f64 = ROUND_TO_20_BITS;

// Algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988, 477-484): |p - 1/2| <= 0.425, then the near tail.
export const CENTRAL_UPPER_0: f64 = 3.387132872796366608;
export const CENTRAL_UPPER_1: f64 = 133.14166789178437745;
export const CENTRAL_UPPER_2: f64 = 1971.5909503065514427;
export const CENTRAL_UPPER_3: f64 = 13731.693765509461125;
export const CENTRAL_UPPER_4: f64 = 45921.953931549871457;
export const CENTRAL_UPPER_5: f64 = 67265.770927008700853;
export const CENTRAL_UPPER_6: f64 = 33430.575583588128105;
export const CENTRAL_UPPER_7: f64 = 2509.0809287301226727;
export const CENTRAL_LOWER_1: f64 = 42.313330701600911252;
export const CENTRAL_LOWER_2: f64 = 687.1870074920579083;
export const CENTRAL_LOWER_3: f64 = 5394.1960214247511077;
export const CENTRAL_LOWER_4: f64 = 21213.794301586595867;
export const CENTRAL_LOWER_5: f64 = 39307.89580009271061;
export const CENTRAL_LOWER_6: f64 = 28729.085735721942674;
export const CENTRAL_LOWER_7: f64 = 5226.495278852545925;
export const TAIL_UPPER_0: f64 = 1.42343711074968357734;
export const TAIL_UPPER_1: f64 = 4.6303378461565452959;
export const TAIL_UPPER_2: f64 = 5.7694972214606914055;
export const TAIL_UPPER_3: f64 = 3.64784832476320460504;
export const TAIL_UPPER_4: f64 = 1.27045825245236838258;
export const TAIL_UPPER_5: f64 = 0.24178072517745061177;
export const TAIL_UPPER_6: f64 = 0.0227238449892691845833;
export const TAIL_UPPER_7: f64 = 7.7454501427834140764e-4;
export const TAIL_LOWER_1: f64 = 2.05319162663775882187;
export const TAIL_LOWER_2: f64 = 1.6763848301838038494;
export const TAIL_LOWER_3: f64 = 0.68976733498510000455;
export const TAIL_LOWER_4: f64 = 0.14810397642748007459;
export const TAIL_LOWER_5: f64 = 0.0151986665636164571966;
export const TAIL_LOWER_6: f64 = 5.475938084995344946e-4;
export const TAIL_LOWER_7: f64 = 1.05075007164441684324e-9;

/**
 * The numerator of the Mills ratio, a polynomial in t = (z - 5) / (z + 5). Four interleaved chains: one long chain
 * would make the processor wait for each product. The order is part of the result; the SIMD version has the same one.
 */
export function millsPolynomial(t: f64): f64 {
  const t2: f64 = t * t;
  const t4: f64 = t2 * t2;
  const chain0: f64 = ((((R20 * t4 + R16) * t4 + R12) * t4 + R8) * t4 + R4) * t4 + R0;
  const chain1: f64 = ((((R21 * t4 + R17) * t4 + R13) * t4 + R9) * t4 + R5) * t4 + R1;
  const chain2: f64 = ((((R22 * t4 + R18) * t4 + R14) * t4 + R10) * t4 + R6) * t4 + R2;
  const chain3: f64 = ((((R23 * t4 + R19) * t4 + R15) * t4 + R11) * t4 + R7) * t4 + R3;
  return chain0 + chain1 * t + t2 * (chain2 + chain3 * t);
}

/** Mills ratio R(z) = Phi(-z) / phi(z) for z >= 0. Error <= 6e-16 relative. */
export function millsRatio(z: f64): f64 {
  const bounded: f64 = 1e300 < z ? 1e300 : z;
  return millsPolynomial((bounded - 5.0) / (bounded + 5.0)) / (bounded + 1.25);
}

/**
 * factor * phi(z), phi the density of the normal distribution, for |z| <= 64. Full relative accuracy in the tails.
 */
export function scaledNormalPdf(factor: f64, z: f64): f64 {
  const head: f64 = z + ROUNDER - ROUNDER;
  return scaledExp(factor * DENSITY_AT_0, head * head * -0.5, (z - head) * (z + head) * -0.5);
}

/** Density of the normal distribution. Error <= 6e-16 relative, tails included. */
export function normalPdf(z: f64): f64 {
  const size: f64 = Math.abs(z);
  return scaledNormalPdf(1.0, 64.0 < size ? 64.0 : size);
}

/**
 * Normal distribution function. Error <= 8e-16 relative; for negative z of any size where the result is a normal
 * number.
 */
export function normalCdf(z: f64): f64 {
  const size: f64 = Math.abs(z);
  const bounded: f64 = 64.0 < size ? 64.0 : size;
  const tail: f64 = scaledNormalPdf(millsRatio(bounded), bounded);
  if (z == 0.0) return 0.5;
  return z > 0.0 ? 1.0 - tail : tail;
}

/**
 * Scaled complementary error function e^(x^2) erfc(x). Error <= 1e-15 relative; overflows to Infinity below -26.6.
 */
export function erfcx(x: f64): f64 {
  const size: f64 = Math.abs(x);
  const positive: f64 = SQRT_2_OVER_PI * millsRatio(SQRT_2 * size);
  if (x >= 0.0) return positive;
  const bounded: f64 = 28.0 < size ? 28.0 : size;
  const head: f64 = bounded + ROUNDER - ROUNDER;
  return scaledExp(2.0, head * head, (bounded - head) * (bounded + head)) - positive;
}

/** Inverse of the normal distribution function. Error <= 1e-15 relative; infinite at 0 and 1, NaN outside. */
export function normalQuantile(p: f64): f64 {
  return normalQuantileOf(p, 1.0 - p, p - 0.5);
}

/**
 * The normal quantile of p, given q = 1 - p and p - 1/2 as well: a caller who knows these more accurately than they
 * follow from p gets a result that is accurate in the upper tail and near 0 too.
 *
 * Algorithm AS 241, and in the tails one Newton step on ln Phi. The middle needs none, and would lose relative
 * accuracy near 0 by it.
 */
export function normalQuantileOf(p: f64, q: f64, offset: f64): f64 {
  if (Math.abs(offset) <= 0.425) return centralQuantile(offset);
  const tail: f64 = offset < 0.0 ? p : q;
  if (!(tail > 0.0)) return tail == 0.0 ? (offset < 0.0 ? -Infinity : Infinity) : NaN;
  const size: f64 = tailQuantile(tail);
  return offset < 0.0 ? -size : size;
}

/** The quantile of p = offset + 1/2 for |offset| <= 0.425. Error <= 5e-16 relative. */
export function centralQuantile(offset: f64): f64 {
  const r: f64 = 0.180625 - offset * offset;
  const upper: f64 =
    ((((((CENTRAL_UPPER_7 * r + CENTRAL_UPPER_6) * r + CENTRAL_UPPER_5) * r + CENTRAL_UPPER_4) * r
      + CENTRAL_UPPER_3) * r + CENTRAL_UPPER_2) * r + CENTRAL_UPPER_1) * r + CENTRAL_UPPER_0;
  const lower: f64 =
    ((((((CENTRAL_LOWER_7 * r + CENTRAL_LOWER_6) * r + CENTRAL_LOWER_5) * r + CENTRAL_LOWER_4) * r
      + CENTRAL_LOWER_3) * r + CENTRAL_LOWER_2) * r + CENTRAL_LOWER_1) * r + 1.0;
  return offset * upper / lower;
}

/** z > 0 with Phi(-z) = p where root = sqrt(-ln p) is in [1.6, 5]. Error <= 1e-15 relative. */
export function nearTailQuantile(root: f64): f64 {
  const r: f64 = root - 1.6;
  const upper: f64 =
    ((((((TAIL_UPPER_7 * r + TAIL_UPPER_6) * r + TAIL_UPPER_5) * r + TAIL_UPPER_4) * r + TAIL_UPPER_3) * r
      + TAIL_UPPER_2) * r + TAIL_UPPER_1) * r + TAIL_UPPER_0;
  const lower: f64 =
    ((((((TAIL_LOWER_7 * r + TAIL_LOWER_6) * r + TAIL_LOWER_5) * r + TAIL_LOWER_4) * r + TAIL_LOWER_3) * r
      + TAIL_LOWER_2) * r + TAIL_LOWER_1) * r + 1.0;
  return upper / lower;
}

/** The same for root > 5. */
export function farTailQuantile(root: f64): f64 {
  const r: f64 = root - 5.0;
  return (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
      + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
      + 5.4637849111641143699) * r + 6.6579046435011037772) /
    (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
      + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
      + 0.59983220655588793769) * r + 1.0);
}

/** z > 0 with Phi(-z) = tail, for 0 < tail <= 0.075. */
function tailQuantile(tail: f64): f64 {
  const z: f64 = plainTailQuantile(tail);
  // Below this Phi is no longer a normal number, and its relative error would spoil the step.
  if (tail < 1e-290) return z;
  const ratio: f64 = millsRatio(z);
  return z + ratio * (1.0 - tail / scaledNormalPdf(ratio, z));
}

/** The same without the Newton step: some last digits are wrong. */
function plainTailQuantile(tail: f64): f64 {
  const root: f64 = Math.sqrt(-log(tail));
  return root <= 5.0 ? nearTailQuantile(root) : farTailQuantile(root);
}

/** normalQuantileOf for a first guess: the tails as algorithm AS 241 gives them. Error <= 1e-14 relative; NaN outside. */
export function plainQuantileOf(p: f64, q: f64, offset: f64): f64 {
  if (Math.abs(offset) <= 0.425) return centralQuantile(offset);
  const size: f64 = plainTailQuantile(offset < 0.0 ? p : q);
  return offset < 0.0 ? -size : size;
}
