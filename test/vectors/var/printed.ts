import { checkAbsolute, type Check } from '../check.ts';
import type { Decimal } from '../decimal.ts';
import { decimalOf } from '../fields.ts';

/** Half a unit of the last decimal that a number is printed with; a little more, for the double nearest to it. */
export function halfUnitOf(printed: Decimal): number {
  return 0.5 * 10 ** -printed.decimalPlaces() * (1 + 1e-9);
}

/** A published number, met to its print rounding (and `more`); none if it is absent. */
export function checkPrinted(quantity: string, actual: number, published: unknown, more = 0): Check[] {
  const expected = decimalOf(published, quantity);
  return expected === null ? [] : [checkAbsolute(quantity, actual, expected, halfUnitOf(expected) + more)];
}

/** A number that someone else computed in doubles: a relative and an absolute part of rounding. */
export function checkComputed(quantity: string, actual: number, given: unknown, relative: number, absolute = 0): Check[] {
  const expected = decimalOf(given, quantity);
  if (expected === null) return [];
  return [checkAbsolute(quantity, actual, expected, relative * expected.abs().toNumber() + absolute)];
}
