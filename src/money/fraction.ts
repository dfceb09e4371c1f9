import { MargridError } from '../errors.ts';
import { divide, type MinorUnits, type Rounding } from './minor-units.ts';

/** An exact number: `top / bottom`, bottom > 0. Not reduced. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

export const zero: Fraction = { top: 0n, bottom: 1n };

/** Powers of ten up to what a double's text can ask for. */
const powers: bigint[] = [];

export function powerOfTen(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent));
}

/**
 * The decimal number that a double prints as: 0.1 is one tenth. Quantities, prices and rates are decimals at every
 * venue,
 * and the double nearest to one prints as it, so amounts come out as by hand: 0.1 x 50000 x 0.0001 is 0.5, not a little
 * more that rounding against the account would turn into a whole minor unit. Throws `ValueNotFinite`.
 */
export function fractionOf(value: number): Fraction {
  if (Number.isSafeInteger(value)) return { top: BigInt(value), bottom: 1n };
  if (!Number.isFinite(value)) throw new MargridError('ValueNotFinite', `must be a finite number, got ${value}`);
  const [digits, exponentText = '0'] = value.toString().split('e');
  const [whole, decimals = ''] = digits.split('.');
  const exponent = Number(exponentText) - decimals.length;
  const mantissa = BigInt(whole + decimals);
  return exponent >= 0
    ? { top: mantissa * powerOfTen(exponent), bottom: 1n }
    : { top: mantissa, bottom: powerOfTen(-exponent) };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom };
}

/** Quotient; `b` must not be zero. */
export function over(a: Fraction, b: Fraction): Fraction {
  return b.top < 0n
    ? { top: -a.top * b.bottom, bottom: -a.bottom * b.top }
    : { top: a.top * b.bottom, bottom: a.bottom * b.top };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.bottom === b.bottom) return { top: a.top + b.top, bottom: a.bottom };
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom };
}

export function negated({ top, bottom }: Fraction): Fraction {
  return { top: -top, bottom };
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, negated(b));
}

export function smallerOf(a: Fraction, b: Fraction): Fraction {
  return a.top * b.bottom <= b.top * a.bottom ? a : b;
}

/** The amount in whole minor units of a currency with so many decimals, rounded once. */
export function minorUnitsOf({ top, bottom }: Fraction, decimals: number, rounding: Rounding): MinorUnits {
  return divide(top * powerOfTen(decimals), bottom, rounding);
}

/** Bits of a quotient that are enough to round it once, with a last bit that says whether anything was left over. */
const quotientBits = 66;
const word = 4_294_967_296;
const wordBits = 32;

/** The double nearest to the number, ties to even, in the range of normal doubles. */
export function numberOf({ top, bottom }: Fraction): number {
  if (top === 0n) return 0;
  const size = top < 0n ? -top : top;
  let shift = quotientBits - (bitsOf(size) - bitsOf(bottom));
  const dividend = shift > 0 ? size << BigInt(shift) : size;
  const divisor = shift < 0 ? bottom << BigInt(-shift) : bottom;
  const quotient = dividend / divisor;
  let value = Number(dividend % divisor === 0n ? quotient : quotient | 1n);
  for (; shift >= wordBits; shift -= wordBits) value /= word;
  for (; shift <= -wordBits; shift += wordBits) value *= word;
  for (; shift > 0; shift--) value /= 2;
  for (; shift < 0; shift++) value *= 2;
  return top < 0n ? -value : value;
}

function bitsOf(size: bigint): number {
  return size.toString(16).length * 4;
}
