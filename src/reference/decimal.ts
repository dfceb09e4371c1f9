import { Decimal as DecimalJs } from 'decimal.js';

/**
 * The number of the reference: 34 significant digits (those of IEEE 754 decimal128), rounding half away from zero
 * (what venues mean by "rounded").
 *
 * Why 34 are enough. One rounding is at most 5e-34 of its result. Values, deltas and P&L of one contract are short
 * chains of such operations on amounts of the size of the notional, up to 6 times that in the farthest scenario
 * (+500%); the normal distribution has an absolute error below 1e-33 (normal-cdf.ts), so an option's value one below
 * 3e-33 of its forward. Errors of the argument do not matter more: F phi(d1) = K phi(d2) cancels those of ln(F/K), and
 * what is left of those of the deviation is its last place times the vega. That makes at most 2e-32 of the notional
 * per contract, and no more in a sum, because notionals are added without netting. Rounded up generously: every amount
 * of the reference is good to 1e-31 of the notional, which the golden portfolios check against an oracle with 80
 * digits. The engine's floats differ at 1e-16: fifteen digits earlier.
 */
export const workingDigits = 34;

export const Decimal = DecimalJs.clone({
  precision: workingDigits,
  rounding: DecimalJs.ROUND_HALF_UP,
  maxE: 9e15,
  minE: -9e15,
});
export type Decimal = DecimalJs;

export const zero: Decimal = new Decimal(0);
export const one: Decimal = new Decimal(1);

const fractionBits = 52;
const exponentBias = 1075; // 1023 for the exponent, 52 because the significand is read as an integer

/**
 * The exact value of a 64-bit float. (`new Decimal(0.1)` would be 0.1, the shortest decimal that reads back as the
 * float; the float itself is 0.1000000000000000055511151231257827...)
 *
 * significand * 2^exponent is written out as an integer with a power of ten: 2^-k = 5^k * 10^-k. The constructor does
 * not round.
 */
export function exact(value: number): Decimal {
  if (!Number.isFinite(value)) throw new RangeError(`a decimal needs a finite number, got ${value}`);
  if (Number.isSafeInteger(value)) return new Decimal(value);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biasedExponent = Number((bits >> BigInt(fractionBits)) & 0x7ffn);
  const fraction = bits & ((1n << BigInt(fractionBits)) - 1n);
  let significand = biasedExponent === 0 ? fraction : fraction | (1n << BigInt(fractionBits));
  let exponent = Math.max(biasedExponent, 1) - exponentBias;
  while (exponent < 0 && (significand & 1n) === 0n) {
    significand >>= 1n;
    exponent += 1;
  }
  const sign = value < 0 ? '-' : '';
  if (exponent >= 0) return new Decimal(`${sign}${significand << BigInt(exponent)}`);
  return new Decimal(`${sign}${significand * 5n ** BigInt(-exponent)}e${exponent}`);
}

/** Half away from zero, as the venue rounds. */
export function roundToPlaces(value: Decimal, places: number): Decimal {
  return value.toDecimalPlaces(places, DecimalJs.ROUND_HALF_UP);
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total: Decimal | null = null;
  for (const value of values) total = total === null ? value : total.plus(value);
  return total ?? zero;
}

export function maxOf(a: Decimal, b: Decimal): Decimal {
  return a.greaterThanOrEqualTo(b) ? a : b;
}

export function minOf(a: Decimal, b: Decimal): Decimal {
  return a.lessThanOrEqualTo(b) ? a : b;
}
