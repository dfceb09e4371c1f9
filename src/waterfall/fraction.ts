import { MargridError } from '../errors.ts';

/** A number as it is: numerator / denominator, denominator > 0; not reduced. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const zero: Fraction = { numerator: 0n, denominator: 1n };

/** The double as the number that it is. Throws `ValueNotFinite`. */
export function fractionOf(value: number): Fraction {
  if (!Number.isFinite(value)) throw new MargridError('ValueNotFinite', `must be finite, got ${value}`, { value });
  // Doubling is exact: a double has at most 1,074 binary digits after its point.
  let scaled = value;
  let denominator = 1n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2 ** 32;
    denominator <<= 32n;
  }
  return { numerator: BigInt(scaled), denominator };
}

export function whole(value: bigint): Fraction {
  return { numerator: value, denominator: 1n };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** 1 / a; a is not zero. */
export function inverse(a: Fraction): Fraction {
  return a.numerator < 0n
    ? { numerator: -a.denominator, denominator: -a.numerator }
    : { numerator: a.denominator, denominator: a.numerator };
}
