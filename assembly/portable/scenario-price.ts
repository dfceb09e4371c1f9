import { ratioDifference } from './black76.ts';
import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  INVERSE_SQRT_2PI, LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_INTEGER,
} from './coefficients.ts';
import { powerOfTwo } from './power-of-two.ts';

// Local names: V8 folds a constant of the same module into the code but reads an imported one from memory each time.
const E0: f64 = EXP_0, E1: f64 = EXP_1, E2: f64 = EXP_2, E3: f64 = EXP_3, E4: f64 = EXP_4, E5: f64 = EXP_5,
  E6: f64 = EXP_6, E7: f64 = EXP_7, E8: f64 = EXP_8, E9: f64 = EXP_9;
const HIGH: f64 = LN2_HIGH;
const LOW: f64 = LN2_LOW;
const PER_LN2: f64 = LOG2_E;
const ROUNDER: f64 = ROUND_TO_INTEGER;
const DENSITY_AT_0: f64 = INVERSE_SQRT_2PI;

/** Beyond these bounds no price changes: e^(-37^2 / 2) is 1e-297, and still a normal number. */
export const CELL_MONEYNESS_LIMIT: f64 = 37.0;
export const CELL_DEVIATION_LIMIT: f64 = 74.0;

/**
 * Undiscounted Black price of a call (sign 1) or put (-1) from h = |ln(K/F)| / v and v = sigma sqrt(T) >= 0.
 *
 * The formula of black76.ts in the form that prices by the million take: always the difference of Mills ratios, never
 * their series, and a plain square in the exponent. |error| <= 4 * 2^-52 max(F, K), as there; digits of a price that is
 * small against max(F, K) are lost, as they are in a difference of two prices anyway. The intrinsic value exactly where
 * v = 0.
 */
export function cellPrice(sign: f64, forward: f64, strike: f64, h: f64, v: f64): f64 {
  const lower: f64 = strike < forward ? strike : forward;
  const deviation: f64 = CELL_DEVIATION_LIMIT < v ? CELL_DEVIATION_LIMIT : v;
  const moneyness: f64 = CELL_MONEYNESS_LIMIT < h ? CELL_MONEYNESS_LIMIT : h;
  const half: f64 = 0.5 * deviation;
  const z1: f64 = moneyness - half;
  const exponent: f64 = z1 * z1 * -0.5;
  const k: f64 = exponent * PER_LN2 + ROUNDER - ROUNDER;
  const r: f64 = exponent - k * HIGH - k * LOW;
  const r2: f64 = r * r;
  const even: f64 = (((E8 * r2 + E6) * r2 + E4) * r2 + E2) * r2 + E0;
  const odd: f64 = (((E9 * r2 + E7) * r2 + E5) * r2 + E3) * r2 + E1;
  const density: f64 = lower * DENSITY_AT_0 * (1.0 + (r + r2 * (even + odd * r))) * powerOfTwo(k);
  const otm: f64 = (z1 < 0.0 ? lower : 0.0) + density * ratioDifference(z1, moneyness + half);
  const gain: f64 = sign * (forward - strike);
  return (gain < 0.0 ? 0.0 : gain) + otm;
}
