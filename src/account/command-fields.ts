import { MargridError } from '../errors.ts';
import { minorUnitsFrom, type MinorUnits } from '../money/minor-units.ts';
import type { Command } from './command.ts';

/** Fields of commands: each throws `CommandInvalid` that names the field and what it holds. */
export function textOf(command: Command, field: string): string {
  const value = command[field];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidField(field, value, 'must be a text');
}

/** A text that may be absent or null. */
export function optionalText(command: Command, field: string): string | undefined {
  return command[field] === undefined || command[field] === null ? undefined : textOf(command, field);
}

/** A finite number; `what` says in the error which ones are good. */
export function numberOf(command: Command, field: string, what: string, isGood: (value: number) => boolean): number {
  const value = command[field];
  if (typeof value === 'number' && Number.isFinite(value) && isGood(value)) return value;
  throw mustBe(field, value, what);
}

export function flagOf(command: Command, field: string, fallback: boolean): boolean {
  const value = command[field] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw invalidField(field, value, 'must be true or false');
}

/** Minor units of either sign: a whole number or, as JSON wants it, a text of digits. */
export function minorUnitsOf(command: Command, field: string): MinorUnits {
  const value = command[field];
  const amount = minorUnitsFrom(value);
  if (amount !== null) return amount;
  throw invalidField(field, value, 'must be whole minor units, as a text like "1000000"');
}

/** Minor units without a sign. */
export function minorAmountOf(command: Command, field: string, range: '> 0' | '>= 0' = '> 0'): MinorUnits {
  const value = command[field];
  const amount = minorUnitsFrom(value);
  if (amount !== null && amount >= (range === '> 0' ? 1n : 0n)) return amount;
  throw invalidField(field, value, `must be a whole number of minor units ${range}, as a text like "1000000"`);
}

/** The error of a field that breaks a rule, like `must be true`. */
export function invalidField(field: string, value: unknown, rule: string): MargridError {
  const shown = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return new MargridError('CommandInvalid', `${field} ${rule}, got ${shown}`, { column: field, value });
}

/** The error of a field that is not `what` it must be. */
export function mustBe(field: string, value: unknown, what: string): MargridError {
  return invalidField(field, value, `must be ${what}`);
}
