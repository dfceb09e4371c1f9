import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  INVERSE_SQRT_2PI, LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_INTEGER,
} from '../portable/coefficients.ts';
import { atMost, minus, multiplyAdd, plus, times } from '../math/vector.ts';
import { CELL_DEVIATION_LIMIT, CELL_MONEYNESS_LIMIT } from '../portable/scenario-price.ts';
import { ratioDifference2 } from './black76.ts';

/** phi(z) times factor, for |z| <= 37: a plain square, one power of two. */
// @ts-ignore: decorator
@inline
function cellDensity2(factor: v128, z: v128): v128 {
  const exponent = times(f64x2.mul(z, z), -0.5);
  const shifted = plus(times(exponent, LOG2_E), ROUND_TO_INTEGER);
  const k = minus(shifted, ROUND_TO_INTEGER);
  const r = f64x2.sub(f64x2.sub(exponent, times(k, LN2_HIGH)), times(k, LN2_LOW));
  const r2 = f64x2.mul(r, r);
  let even = f64x2.splat(EXP_8);
  even = multiplyAdd(even, r2, EXP_6);
  even = multiplyAdd(even, r2, EXP_4);
  even = multiplyAdd(even, r2, EXP_2);
  even = multiplyAdd(even, r2, EXP_0);
  let odd = f64x2.splat(EXP_9);
  odd = multiplyAdd(odd, r2, EXP_7);
  odd = multiplyAdd(odd, r2, EXP_5);
  odd = multiplyAdd(odd, r2, EXP_3);
  odd = multiplyAdd(odd, r2, EXP_1);
  const power = plus(f64x2.add(r, f64x2.mul(r2, f64x2.add(even, f64x2.mul(odd, r)))), 1.0);
  // The low bits of k + 1.5 * 2^52 + 1023 are the exponent field of 2^k.
  const scale = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.mul(f64x2.mul(times(factor, INVERSE_SQRT_2PI), power), scale);
}

/** Twin of cellPrice. */
// @ts-ignore: decorator
@inline
export function cellPrice2(sign: v128, forward: v128, strike: v128, h: v128, v: v128): v128 {
  const lower = f64x2.pmin(forward, strike);
  const half = times(atMost(v, CELL_DEVIATION_LIMIT), 0.5);
  const moneyness = atMost(h, CELL_MONEYNESS_LIMIT);
  const z1 = f64x2.sub(moneyness, half);
  const inside = f64x2.lt(z1, f64x2.splat(0.0));
  const density = cellDensity2(lower, z1);
  const ratio = ratioDifference2(f64x2.abs(z1), f64x2.add(moneyness, half), v128.and(inside, f64x2.splat(-0.0)));
  const otm = f64x2.add(v128.and(lower, inside), f64x2.mul(density, ratio));
  const gain = f64x2.mul(sign, f64x2.sub(forward, strike));
  return f64x2.add(f64x2.pmax(gain, f64x2.splat(0.0)), otm);
}
