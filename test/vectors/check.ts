import { Decimal } from './decimal.ts';

/** One number compared with its expected value: passed if `error <= tolerance`. */
export interface Check {
  /** e.g. `gamma`, or `price (reference tier)`. */
  readonly quantity: string;
  readonly unit: 'relative' | 'absolute';
  readonly error: number;
  readonly tolerance: number;
  readonly actual: string;
  readonly expected: string;
}

const smallestNormal = new Decimal(2).pow(-1022);

/**
 * Relative error; of values below the smallest normal double (2^-1022) the absolute error in units of 2^-1022, because
 * their spacing, 2^-1074, is absolute: the tolerance is then that of the smallest normal number plus one spacing.
 */
export function checkRelative(quantity: string, actual: number, expected: Decimal, tolerance: number): Check {
  const size = expected.abs();
  const isSubnormal = size.lt(smallestNormal);
  const error = differenceOf(actual, expected, isSubnormal ? smallestNormal : size);
  const allowed = isSubnormal ? tolerance + 2 ** -52 : tolerance;
  return { quantity, unit: 'relative', error, tolerance: allowed, actual: String(actual), expected: shown(expected) };
}

export function checkAbsolute(quantity: string, actual: number, expected: Decimal | number, tolerance: number): Check {
  const value = new Decimal(expected);
  const error = differenceOf(actual, value, new Decimal(1));
  return { quantity, unit: 'absolute', error, tolerance, actual: String(actual), expected: shown(value) };
}

/** Codes and names: right or wrong, nothing between. */
export function checkEqual(quantity: string, actual: unknown, expected: unknown): Check {
  const error = actual === expected ? 0 : Infinity;
  return { quantity, unit: 'absolute', error, tolerance: 0, actual: String(actual), expected: String(expected) };
}

function differenceOf(actual: number, expected: Decimal, unit: Decimal): number {
  if (!Number.isFinite(actual)) return NaN;
  return new Decimal(actual).minus(expected).abs().div(unit).toNumber();
}

function shown(value: Decimal): string {
  return value.toSignificantDigits(20).toString();
}

/** NaN never passes. */
export function isPassed(check: Check): boolean {
  return check.error <= check.tolerance;
}

/** Error in units of the tolerance; what "worst" means. */
export function severityOf({ error, tolerance }: Check): number {
  if (Number.isNaN(error)) return Infinity;
  return error === 0 ? 0 : error / tolerance;
}
