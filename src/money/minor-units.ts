import { MargridError } from '../errors.ts';

/**
 * Money that moves is counted in minor units, as whole numbers: nothing is lost to rounding unseen, and sums are exact.
 * A minor unit is 10^-decimals of the currency.
 */
export type MinorUnits = bigint;

/** Which way an amount goes that is no whole number of minor units. */
export type Rounding = 'down' | 'up' | 'nearest';

/** Satoshi and the like for coins, a millionth for money that is quoted in dollars. */
const dollarLike = new Set(['USD', 'USDC', 'USDT', 'USDE', 'EUR', 'GBP', 'JPY', 'CHF']);
const coinDecimals = 8;
const dollarDecimals = 6;
const decimalsMax = 18;

/** Decimals per currency, where they differ from the usual ones. */
export type DecimalsByCurrency = Readonly<Record<string, number>>;

/** Decimals of a currency: 8, of dollars and what is like them 6, unless `given` says otherwise. */
export function decimalsOf(currency: string, given: DecimalsByCurrency = {}): number {
  const decimals = given[currency] ?? (dollarLike.has(currency.toUpperCase()) ? dollarDecimals : coinDecimals);
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= decimalsMax) return decimals;
  throw new MargridError(
    'OptionInvalid',
    `decimals of ${currency} must be a whole number in [0, ${decimalsMax}], got ${decimals}`,
    {
      column: 'decimals',
      value: decimals,
    },
  );
}

/** Longer texts of digits are no amount of money. */
const amountText = /^-?\d{1,40}$/;

/** Minor units as programs have them, a bigint, or as JSON does, a text of digits; null if it is neither. */
export function minorUnitsFrom(value: unknown): MinorUnits | null {
  if (typeof value === 'bigint') return value;
  return typeof value === 'string' && amountText.test(value) ? BigInt(value) : null;
}

/** Bits of the fraction of a double. */
const fractionBits = 52n;
const exponentBias = 1075n;

/**
 * An amount in minor units. Exact: the double is taken as the number that it is, and rounded once (`down` is towards
 * minus infinity, `nearest` takes ties away from zero). Throws `ValueNotFinite`.
 */
export function minorOf(amount: number, decimals: number, rounding: Rounding): MinorUnits {
  if (!Number.isFinite(amount))
    throw new MargridError('ValueNotFinite', `an amount of money must be finite, got ${amount}`);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(amount));
  const word = bits.getBigUint64(0);
  const exponentField = word >> fractionBits;
  const fraction = word & ((1n << fractionBits) - 1n);
  const mantissa = exponentField === 0n ? fraction : fraction | (1n << fractionBits);
  const exponent = (exponentField === 0n ? 1n : exponentField) - exponentBias;
  const scaled = (amount < 0 ? -mantissa : mantissa) * 10n ** BigInt(decimals);
  return exponent >= 0n ? scaled << exponent : divide(scaled, 1n << -exponent, rounding);
}

/** The double nearest to an amount of minor units. */
export function amountOf(minor: MinorUnits, decimals: number): number {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const value = Number(decimals === 0 ? whole : `${whole}.${digits.slice(digits.length - decimals)}`);
  return minor < 0n ? -value : value;
}

/** Quotient of whole numbers, rounded; `divisor` > 0. */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  if (remainder === 0n) return quotient;
  const isNegative = remainder < 0n;
  if (rounding === 'down') return isNegative ? quotient - 1n : quotient;
  if (rounding === 'up') return isNegative ? quotient : quotient + 1n;
  const isFar = 2n * (isNegative ? -remainder : remainder) >= divisor;
  if (!isFar) return quotient;
  return isNegative ? quotient - 1n : quotient + 1n;
}
