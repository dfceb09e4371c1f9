import { exp } from './exp.ts';

// Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 7.1.26: digits as printed.
const P: f64 = 0.3275911;
const A1: f64 = 0.254829592;
const A2: f64 = -0.284496736;
const A3: f64 = 1.421413741;
const A4: f64 = -1.453152027;
const A5: f64 = 1.061405429;
const INVERSE_SQRT_2: f64 = 0.7071067811865476;

/**
 * Normal distribution function by Abramowitz and Stegun 7.1.26: within 7.5e-8 of the exact one, and what some venues
 * compute with, so that their numbers can be met to the last digits. For everything else there is ./normal.ts.
 *
 * N(z) = (1 + sign(z) erf(|z| / sqrt(2))) / 2 with erf(x) = 1 - (a1 t + ... + a5 t^5) e^(-x^2), t = 1 / (1 + p x). At 0
 * the coefficients leave 5e-10 above one half.
 */
export function abramowitzStegunCdf(z: f64): f64 {
  const x: f64 = Math.abs(z) * INVERSE_SQRT_2;
  const t: f64 = 1.0 / (1.0 + P * x);
  const polynomial: f64 = ((((A5 * t + A4) * t + A3) * t + A2) * t + A1) * t;
  const erf: f64 = 1.0 - polynomial * exp(-x * x);
  return z < 0.0 ? 0.5 * (1.0 - erf) : 0.5 * (1.0 + erf);
}
