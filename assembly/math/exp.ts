import {
  EXP_0, EXP_1, EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, EXP_7, EXP_8, EXP_9,
  LN2_HIGH, LN2_LOW, LOG2_E, ROUND_TO_INTEGER,
} from '../portable/coefficients.ts';
import { atLeast, atMost, minus, multiplyAdd, plus, times } from './vector.ts';

/** Twin of scaledExp. */
// @ts-ignore: decorator
@inline
export function scaledExp2(factor: v128, high: v128, low: v128): v128 {
  const exponent = atMost(atLeast(high, -1386.0), 1386.0);
  const k = roundToMultipleOfLn2(exponent);
  const scaled = f64x2.mul(factor, expOfRemainder(exponent, k, low));
  const mainPart = atMost(atLeast(k, -1000.0), 1000.0);
  return f64x2.mul(f64x2.mul(scaled, powerOfTwo2(mainPart)), powerOfTwo2(f64x2.sub(k, mainPart)));
}

/** Twin of scaledExp where high <= 0, as in every density. */
// @ts-ignore: decorator
@inline
export function scaledExpOfNegative2(factor: v128, high: v128, low: v128): v128 {
  const exponent = atLeast(high, -1386.0);
  const k = roundToMultipleOfLn2(exponent);
  const scaled = f64x2.mul(factor, expOfRemainder(exponent, k, low));
  const mainPart = atLeast(k, -1000.0);
  return f64x2.mul(f64x2.mul(scaled, powerOfTwo2(mainPart)), powerOfTwo2(f64x2.sub(k, mainPart)));
}

/** The whole number of ln 2 that is nearest to the exponent. */
// @ts-ignore: decorator
@inline
export function roundToMultipleOfLn2(exponent: v128): v128 {
  return minus(plus(times(exponent, LOG2_E), ROUND_TO_INTEGER), ROUND_TO_INTEGER);
}

/** e^(exponent + low - k ln 2), between 0.7 and 1.5. */
// @ts-ignore: decorator
@inline
function expOfRemainder(exponent: v128, k: v128, low: v128): v128 {
  const r = f64x2.add(f64x2.sub(f64x2.sub(exponent, times(k, LN2_HIGH)), times(k, LN2_LOW)), low);
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
  return plus(f64x2.add(r, f64x2.mul(r2, f64x2.add(even, f64x2.mul(odd, r)))), 1.0);
}

/** 2^k for whole k from -1000 to 1000: the low bits of k + 1.5 * 2^52 + 1023 are the exponent field. */
// @ts-ignore: decorator
@inline
export function powerOfTwo2(k: v128): v128 {
  return i64x2.shl(plus(k, ROUND_TO_INTEGER + 1023.0), 52);
}
