import {
  MILLS_0, MILLS_1, MILLS_2, MILLS_3, MILLS_4, MILLS_5, MILLS_6, MILLS_7, MILLS_8, MILLS_9, MILLS_10, MILLS_11,
  MILLS_12, MILLS_13, MILLS_14, MILLS_15, MILLS_16, MILLS_17, MILLS_18, MILLS_19, MILLS_20, MILLS_21, MILLS_22,
  MILLS_23,
  SLOPE_0, SLOPE_1, SLOPE_2, SLOPE_3, SLOPE_4, SLOPE_5, SLOPE_6, SLOPE_7, SLOPE_8, SLOPE_9, SLOPE_10, SLOPE_11,
  SLOPE_12, SLOPE_13, SLOPE_14, SLOPE_15, SLOPE_16, SLOPE_17, SLOPE_18, SLOPE_19, SLOPE_20, SLOPE_21, SLOPE_22,
  SLOPE_23, SLOPE_24, SLOPE_25,
  INVERSE_SQRT_2PI, ROUND_TO_20_BITS,
} from '../portable/coefficients.ts';
import { scaledExpOfNegative2 } from './exp.ts';
import { atMost, minus, multiplyAdd, plus, times } from './vector.ts';

/** Twin of millsPolynomial: four chains, which the processor works on at the same time. */
// @ts-ignore: decorator
@inline
export function millsPolynomial2(t: v128): v128 {
  const t2 = f64x2.mul(t, t);
  const t4 = f64x2.mul(t2, t2);
  let chain0 = f64x2.splat(MILLS_20);
  chain0 = multiplyAdd(chain0, t4, MILLS_16);
  chain0 = multiplyAdd(chain0, t4, MILLS_12);
  chain0 = multiplyAdd(chain0, t4, MILLS_8);
  chain0 = multiplyAdd(chain0, t4, MILLS_4);
  chain0 = multiplyAdd(chain0, t4, MILLS_0);
  let chain1 = f64x2.splat(MILLS_21);
  chain1 = multiplyAdd(chain1, t4, MILLS_17);
  chain1 = multiplyAdd(chain1, t4, MILLS_13);
  chain1 = multiplyAdd(chain1, t4, MILLS_9);
  chain1 = multiplyAdd(chain1, t4, MILLS_5);
  chain1 = multiplyAdd(chain1, t4, MILLS_1);
  let chain2 = f64x2.splat(MILLS_22);
  chain2 = multiplyAdd(chain2, t4, MILLS_18);
  chain2 = multiplyAdd(chain2, t4, MILLS_14);
  chain2 = multiplyAdd(chain2, t4, MILLS_10);
  chain2 = multiplyAdd(chain2, t4, MILLS_6);
  chain2 = multiplyAdd(chain2, t4, MILLS_2);
  let chain3 = f64x2.splat(MILLS_23);
  chain3 = multiplyAdd(chain3, t4, MILLS_19);
  chain3 = multiplyAdd(chain3, t4, MILLS_15);
  chain3 = multiplyAdd(chain3, t4, MILLS_11);
  chain3 = multiplyAdd(chain3, t4, MILLS_7);
  chain3 = multiplyAdd(chain3, t4, MILLS_3);
  return joinChains(chain0, chain1, chain2, chain3, t, t2);
}

/** Twin of slopePolynomial. */
// @ts-ignore: decorator
@inline
export function slopePolynomial2(t: v128): v128 {
  const t2 = f64x2.mul(t, t);
  const t4 = f64x2.mul(t2, t2);
  let chain0 = f64x2.splat(SLOPE_24);
  chain0 = multiplyAdd(chain0, t4, SLOPE_20);
  chain0 = multiplyAdd(chain0, t4, SLOPE_16);
  chain0 = multiplyAdd(chain0, t4, SLOPE_12);
  chain0 = multiplyAdd(chain0, t4, SLOPE_8);
  chain0 = multiplyAdd(chain0, t4, SLOPE_4);
  chain0 = multiplyAdd(chain0, t4, SLOPE_0);
  let chain1 = f64x2.splat(SLOPE_25);
  chain1 = multiplyAdd(chain1, t4, SLOPE_21);
  chain1 = multiplyAdd(chain1, t4, SLOPE_17);
  chain1 = multiplyAdd(chain1, t4, SLOPE_13);
  chain1 = multiplyAdd(chain1, t4, SLOPE_9);
  chain1 = multiplyAdd(chain1, t4, SLOPE_5);
  chain1 = multiplyAdd(chain1, t4, SLOPE_1);
  let chain2 = f64x2.splat(SLOPE_22);
  chain2 = multiplyAdd(chain2, t4, SLOPE_18);
  chain2 = multiplyAdd(chain2, t4, SLOPE_14);
  chain2 = multiplyAdd(chain2, t4, SLOPE_10);
  chain2 = multiplyAdd(chain2, t4, SLOPE_6);
  chain2 = multiplyAdd(chain2, t4, SLOPE_2);
  let chain3 = f64x2.splat(SLOPE_23);
  chain3 = multiplyAdd(chain3, t4, SLOPE_19);
  chain3 = multiplyAdd(chain3, t4, SLOPE_15);
  chain3 = multiplyAdd(chain3, t4, SLOPE_11);
  chain3 = multiplyAdd(chain3, t4, SLOPE_7);
  chain3 = multiplyAdd(chain3, t4, SLOPE_3);
  return joinChains(chain0, chain1, chain2, chain3, t, t2);
}

// @ts-ignore: decorator
@inline
function joinChains(chain0: v128, chain1: v128, chain2: v128, chain3: v128, t: v128, t2: v128): v128 {
  return f64x2.add(
    f64x2.add(chain0, f64x2.mul(chain1, t)),
    f64x2.mul(t2, f64x2.add(chain2, f64x2.mul(chain3, t))),
  );
}

/** Twin of millsRatio. */
// @ts-ignore: decorator
@inline
export function millsRatio2(z: v128): v128 {
  const bounded = atMost(z, 1e300);
  const t = f64x2.div(minus(bounded, 5.0), plus(bounded, 5.0));
  return f64x2.div(millsPolynomial2(t), plus(bounded, 1.25));
}

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
