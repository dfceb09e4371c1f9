import { MargridError } from '../errors.ts';

/** Whole numbers of 10^-27: interest indexes, rates and utilisations. */
export const indexDecimals = 27;
export const indexUnit = 10n ** 27n;

/** Guard digits of the exponential: 10^-60. */
const workUnit = 10n ** 60n;
/** The series is summed for arguments below 2^-8 only, and squared up again. */
const smallArgument = workUnit >> 8n;

/**
 * A double as the decimal number that it prints as (0.05 is 5/100, not 0.05000000000000000277), in units of
 * 10^-decimals; digits beyond are cut off. Throws `ValueNotFinite`.
 */
export function fixedOf(value: number, decimals: number): bigint {
  if (!Number.isFinite(value))
    throw new MargridError('ValueNotFinite', `a rate must be finite, got ${value}`, { value });
  const [mantissa, exponent] = value.toExponential().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + decimals;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/** Quotient towards plus infinity; `divisor` > 0. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor > 0n ? quotient + 1n : quotient;
}

/**
 * exp(numerator / divisor) in units of 10^-27, rounded down; the argument in [0, 10^3]. Taylor's series with 33 guard
 * digits: for arguments up to 10 its error, squarings included, stays below 10^-50 of the value, so that the last digit
 * is right unless the true value lies within that of a multiple of 10^-27.
 */
export function exponential(numerator: bigint, divisor: bigint): bigint {
  if (numerator === 0n) return indexUnit;
  let argument = (numerator * workUnit) / divisor;
  let squarings = 0;
  for (; argument > smallArgument; squarings++) argument >>= 1n;
  let sum = workUnit;
  let term = workUnit;
  for (let n = 1n; term > 0n; n++) {
    term = (term * argument) / (workUnit * n);
    sum += term;
  }
  for (; squarings > 0; squarings--) sum = (sum * sum) / workUnit;
  return sum / (workUnit / indexUnit);
}
