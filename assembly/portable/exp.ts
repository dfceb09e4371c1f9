import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_INTEGER,
} from './coefficients.ts';
import { powerOfTwo } from './power-of-two.ts';

// Local names: V8 folds a constant of the same module into the code but reads an imported one from memory each time,
// which made the polynomials half as fast again.
const E0: f64 = EXP_0, E1: f64 = EXP_1, E2: f64 = EXP_2, E3: f64 = EXP_3, E4: f64 = EXP_4, E5: f64 = EXP_5,
  E6: f64 = EXP_6, E7: f64 = EXP_7, E8: f64 = EXP_8, E9: f64 = EXP_9;
const HIGH: f64 = LN2_HIGH;
const LOW: f64 = LN2_LOW;
const PER_LN2: f64 = LOG2_E;
const ROUNDER: f64 = ROUND_TO_INTEGER;

/** e^x. Error <= 2.3e-16 relative where the result is a normal number; overflows to Infinity, underflows to 0. */
export function exp(x: f64): f64 {
  return scaledExp(1.0, x, 0.0);
}

/**
 * factor * e^(high + low), where `low` is the part of the exponent that does not fit into `high` (at most 2^-10).
 *
 * A square z^2 is exact as such a pair, so that e^(-z^2/2) keeps full relative accuracy for any z: with the rounded
 * square the error would grow as z^2 (Cody 1969 splits for the same reason). The factor goes in before the power of
 * two: a factor of 1e5 times e^-720 is a normal number though e^-720 is not.
 */
export function scaledExp(factor: f64, high: f64, low: f64): f64 {
  const notBelow: f64 = high < -1386.0 ? -1386.0 : high;
  const exponent: f64 = 1386.0 < notBelow ? 1386.0 : notBelow;
  const k: f64 = exponent * PER_LN2 + ROUNDER - ROUNDER;
  const r: f64 = exponent - k * HIGH - k * LOW + low;
  const r2: f64 = r * r;
  const even: f64 = (((E8 * r2 + E6) * r2 + E4) * r2 + E2) * r2 + E0;
  const odd: f64 = (((E9 * r2 + E7) * r2 + E5) * r2 + E3) * r2 + E1;
  const scaled: f64 = factor * (1.0 + (r + r2 * (even + odd * r)));
  if (k < -1000.0) return scaled * powerOfTwo(-1000.0) * powerOfTwo(k + 1000.0);
  if (k > 1000.0) return scaled * powerOfTwo(1000.0) * powerOfTwo(k - 1000.0);
  return scaled * powerOfTwo(k);
}
