import { INVERSE_SQRT_2PI, ROUND_TO_20_BITS } from '../portable/coefficients.ts';
import { scaledExpOfNegative2 } from './exp.ts';
import { minus, plus, times } from './vector.ts';

/** z rounded to a multiple of 2^-20, so that its square is exact. */
// @ts-ignore: decorator
@inline
export function headOf(z: v128): v128 {
  return minus(plus(z, ROUND_TO_20_BITS), ROUND_TO_20_BITS);
}

/** Twin of scaledNormalPdf. */
// @ts-ignore: decorator
@inline
export function scaledNormalPdf2(factor: v128, z: v128): v128 {
  const head = headOf(z);
  return scaledExpOfNegative2(
    times(factor, INVERSE_SQRT_2PI),
    times(f64x2.mul(head, head), -0.5),
    times(f64x2.mul(f64x2.sub(z, head), f64x2.add(z, head)), -0.5),
  );
}
