import { powerOfTwo } from './power-of-two.ts';

/**
 * Numbers of 32 bits, kept as f64: an operation of two such numbers in f64, rounded to 32 bits, is the operation of 32
 * bits (products are exact in f64; sums, quotients and roots have more than twice the bits). SIMD twins:
 * assembly/math/single.ts.
 */

/** Rounded to nearest. */
export function single(x: f64): f64 {
  return Math.fround(x);
}

/** Beyond this many standard deviations density and tail count as those here: 3e-32 and less. */
export const SINGLE_FURTHEST: f64 = 12.0;

// e^-r for |r| <= ln(2)/2: Chebyshev interpolation, 2.6e-9 relative.
export const SINGLE_EXP_0: f64 = 1.0;
export const SINGLE_EXP_1: f64 = -1.0;
export const SINGLE_EXP_2: f64 = 0.50000001078;
export const SINGLE_EXP_3: f64 = -0.166664154006;
export const SINGLE_EXP_4: f64 = 0.0416662181375;
export const SINGLE_EXP_5: f64 = -0.00837513527422;
export const SINGLE_EXP_6: f64 = 0.00139485899329;
export const SINGLE_LOG2_E: f64 = 1.44269504088896;
/** ln(2) as a number of ten bits, whose product with a whole number is exact, and the rest. */
export const SINGLE_LN2_HIGH: f64 = 0.693359375;
export const SINGLE_LN2_LOW: f64 = -2.12194440054690e-4;
/** Added and taken away: rounds a number of 32 bits to a whole one. */
export const SINGLE_ROUNDER: f64 = 12582912.0;
export const SINGLE_DENSITY_AT_0: f64 = 0.398942280401433;

/** Density of the normal distribution for 0 <= x <= SINGLE_FURTHEST. Error <= 5 * 2^-24 relative, and that of x^2. */
export function singleDensity(x: f64): f64 {
  const square: f64 = single(single(x * x) * 0.5);
  const shifted: f64 = single(single(square * single(SINGLE_LOG2_E)) + SINGLE_ROUNDER);
  const k: f64 = single(shifted - SINGLE_ROUNDER);
  const high: f64 = single(square - single(k * single(SINGLE_LN2_HIGH)));
  const r: f64 = single(high - single(k * single(SINGLE_LN2_LOW)));
  let p: f64 = single(SINGLE_EXP_6);
  p = single(single(p * r) + single(SINGLE_EXP_5));
  p = single(single(p * r) + single(SINGLE_EXP_4));
  p = single(single(p * r) + single(SINGLE_EXP_3));
  p = single(single(p * r) + single(SINGLE_EXP_2));
  p = single(single(p * r) + single(SINGLE_EXP_1));
  p = single(single(p * r) + single(SINGLE_EXP_0));
  return single(single(p * single(SINGLE_DENSITY_AT_0)) * powerOfTwo(-k));
}

// (y + 1.25) R(y) in t = (y - 4) / (y + 4) for 0 <= y <= 12: Chebyshev interpolation, 2.2e-8 relative.
export const SINGLE_MILLS_0: f64 = 1.24242503437;
export const SINGLE_MILLS_1: f64 = -0.34918058566;
export const SINGLE_MILLS_2: f64 = 0.113032724899;
export const SINGLE_MILLS_3: f64 = 0.0267527493423;
export const SINGLE_MILLS_4: f64 = -0.0613321083621;
export const SINGLE_MILLS_5: f64 = 0.0396751122381;
export const SINGLE_MILLS_6: f64 = -0.0123816468153;
export const SINGLE_MILLS_7: f64 = -0.000561224266181;
export const SINGLE_MILLS_8: f64 = 0.00181068273574;
export const SINGLE_MILLS_9: f64 = 0.000225942119215;

/** Mills ratio R(y) = N(-y) / phi(y) for 0 <= y <= SINGLE_FURTHEST. Error <= 8 * 2^-24 relative. */
export function singleMills(y: f64): f64 {
  const a: f64 = single(y + 4.0);
  const b: f64 = single(y + 1.25);
  const inverse: f64 = single(1.0 / single(a * b));
  const t: f64 = single(single(single(y - 4.0) * b) * inverse);
  const t2: f64 = single(t * t);
  let even: f64 = single(SINGLE_MILLS_8);
  even = single(single(even * t2) + single(SINGLE_MILLS_6));
  even = single(single(even * t2) + single(SINGLE_MILLS_4));
  even = single(single(even * t2) + single(SINGLE_MILLS_2));
  even = single(single(even * t2) + single(SINGLE_MILLS_0));
  let odd: f64 = single(SINGLE_MILLS_9);
  odd = single(single(odd * t2) + single(SINGLE_MILLS_7));
  odd = single(single(odd * t2) + single(SINGLE_MILLS_5));
  odd = single(single(odd * t2) + single(SINGLE_MILLS_3));
  odd = single(single(odd * t2) + single(SINGLE_MILLS_1));
  const p: f64 = single(even + single(odd * t));
  return single(single(p * a) * inverse);
}
