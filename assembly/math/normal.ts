import {
  MILLS_0, MILLS_1, MILLS_2, MILLS_3, MILLS_4, MILLS_5, MILLS_6, MILLS_7, MILLS_8, MILLS_9, MILLS_10, MILLS_11,
  MILLS_12, MILLS_13, MILLS_14, MILLS_15, MILLS_16, MILLS_17, MILLS_18, MILLS_19, MILLS_20, MILLS_21, MILLS_22,
  MILLS_23,
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
