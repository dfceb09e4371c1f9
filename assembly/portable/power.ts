import { exp } from './exp.ts';
import { log } from './log.ts';

/**
 * base^exponent for base >= 0; NaN for a negative base. Exact for exponents 0, 1 and 1/2 (a square root). Otherwise
 * the relative error is at most (2 + 3 |exponent ln(base)|) 2^-53 + 2e-16: as good as an exponential and a logarithm
 * in f64 can make it.
 */
export function power(base: f64, exponent: f64): f64 {
  if (base < 0.0) return NaN;
  if (exponent == 0.0) return 1.0;
  if (exponent == 1.0) return base;
  if (exponent == 0.5) return Math.sqrt(base);
  if (base == 0.0) return exponent > 0.0 ? 0.0 : Infinity;
  return exp(exponent * log(base));
}
