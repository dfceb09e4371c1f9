import {
  DEKKER_SPLITTER, LN2_HIGH, LN2_LOW, LOG2_E, LOG_0, LOG_1, LOG_2, LOG_3, LOG_4, LOG_5, LOG_6, LOG_SPLIT,
  ROUND_TO_INTEGER,
} from './coefficients.ts';
import { powerOfTwo } from './power-of-two.ts';

// Local names: V8 folds a constant of the same module into the code but reads an imported one from memory each time,
// which made the polynomials half as fast again.
const L0: f64 = LOG_0, L1: f64 = LOG_1, L2: f64 = LOG_2, L3: f64 = LOG_3, L4: f64 = LOG_4, L5: f64 = LOG_5,
  L6: f64 = LOG_6;
const HIGH: f64 = LN2_HIGH;
const LOW: f64 = LN2_LOW;
const SPLIT: f64 = LOG_SPLIT;

/**
 * ln(upper / lower) for 0 < lower <= upper, both normal numbers; NaN if they are far from being that. Error <= 3e-16
 * relative, however close the two are.
 *
 * The two are never divided: lower is doubled until the ratio is near 1, upper - lower is then exact (Sterbenz), and
 * ln(a / b) = 2 artanh((a - b) / (a + b)). The logarithm of a rounded quotient would have lost half of the digits of
 * a strike that is 1e-8 away from the forward.
 */
export function logQuotient(upper: f64, lower: f64): f64 {
  let scaled: f64 = lower;
  let k: f64 = 0.0;
  if (upper >= scaled * SPLIT) {
    // The loops below would not end.
    if (!(lower >= 2.2250738585072014e-308 && upper < Infinity)) return NaN;
    while (upper >= scaled * SPLIT * 18446744073709551616.0) {
      scaled *= 18446744073709551616.0;
      k += 64.0;
    }
    while (upper >= scaled * SPLIT * 256.0) {
      scaled *= 256.0;
      k += 8.0;
    }
    while (upper >= scaled * SPLIT) {
      scaled *= 2.0;
      k += 1.0;
    }
  }
  const s: f64 = (upper - scaled) / (upper + scaled);
  const s2: f64 = s * s;
  const s4: f64 = s2 * s2;
  const even: f64 = ((L6 * s4 + L4) * s4 + L2) * s4 + L0;
  const odd: f64 = (L5 * s4 + L3) * s4 + L1;
  return k * HIGH + (2.0 * s + (s * s2 * (even + odd * s2) + k * LOW));
}

/**
 * What x = logQuotient(upper, lower) lacks to the exact logarithm, to first order; 0 beyond x = 600. For those who
 * multiply the error of x: a density far out does, by the distance. Exact sums and products by Knuth's and Dekker's
 * methods.
 */
export function logQuotientTail(upper: f64, lower: f64, x: f64): f64 {
  if (!(x < 600.0)) return 0.0;
  const k: f64 = x * LOG2_E + ROUND_TO_INTEGER - ROUND_TO_INTEGER;
  const scaled: f64 = lower * powerOfTwo(k);
  const difference: f64 = upper - scaled;
  const sum: f64 = upper + scaled;
  const added: f64 = sum - upper;
  const sumTail: f64 = upper - (sum - added) + (scaled - added);

  const s: f64 = difference / sum;
  const sSplit: f64 = s * DEKKER_SPLITTER;
  const sHigh: f64 = sSplit - (sSplit - s);
  const sLow: f64 = s - sHigh;
  const sumSplit: f64 = sum * DEKKER_SPLITTER;
  const sumHigh: f64 = sumSplit - (sumSplit - sum);
  const sumLow: f64 = sum - sumHigh;
  const product: f64 = s * sum;
  const productTail: f64 = sHigh * sumHigh - product + sHigh * sumLow + sLow * sumHigh + sLow * sumLow;
  const sTail: f64 = (difference - product - productTail - s * sumTail) / sum;

  const s2: f64 = s * s;
  const s4: f64 = s2 * s2;
  const even: f64 = ((L6 * s4 + L4) * s4 + L2) * s4 + L0;
  const odd: f64 = (L5 * s4 + L3) * s4 + L1;
  return k * HIGH - x + 2.0 * s + (s * s2 * (even + odd * s2) + k * LOW) + 2.0 * sTail;
}

/** ln(a / b) for positive normal a and b, 0 exactly if they are equal. Error <= 3e-16 relative. */
export function logRatio(a: f64, b: f64): f64 {
  return a < b ? -logQuotient(b, a) : logQuotient(a, b);
}

/** ln(x). Error <= 3e-16 relative, subnormal numbers included; -Infinity at 0, NaN below. */
export function log(x: f64): f64 {
  if (x < 2.2250738585072014e-308) {
    if (x < 0.0) return NaN;
    if (x == 0.0) return -Infinity;
    return logOfNormal(x * 18014398509481984.0, -54.0);
  }
  if (x == Infinity) return x;
  return logOfNormal(x, 0.0);
}

/**
 * ln(x) + shift ln(2). With 1 as the divisor, f = m - 1 is exact and carries most of the result, so that only small
 * terms are rounded: the arrangement of fdlibm's e_log.c (Sun Microsystems, 1993).
 */
function logOfNormal(x: f64, shift: f64): f64 {
  let m: f64 = x;
  let k: f64 = shift;
  while (m >= SPLIT * 18446744073709551616.0) {
    m *= 5.421010862427522e-20;
    k += 64.0;
  }
  while (m >= SPLIT * 256.0) {
    m *= 0.00390625;
    k += 8.0;
  }
  while (m >= SPLIT) {
    m *= 0.5;
    k += 1.0;
  }
  while (m < 0.5 * SPLIT * 5.421010862427522e-20) {
    m *= 18446744073709551616.0;
    k -= 64.0;
  }
  while (m < 0.5 * SPLIT * 0.00390625) {
    m *= 256.0;
    k -= 8.0;
  }
  while (m < 0.5 * SPLIT) {
    m *= 2.0;
    k -= 1.0;
  }
  const f: f64 = m - 1.0;
  const s: f64 = f / (2.0 + f);
  const s2: f64 = s * s;
  const s4: f64 = s2 * s2;
  const even: f64 = ((L6 * s4 + L4) * s4 + L2) * s4 + L0;
  const odd: f64 = (L5 * s4 + L3) * s4 + L1;
  const halfSquare: f64 = 0.5 * f * f;
  return k * HIGH - (halfSquare - (s * (halfSquare + s2 * (even + odd * s2)) + k * LOW) - f);
}
