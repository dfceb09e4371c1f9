import type { Command } from '../account/command.ts';
import { MargridError } from '../errors.ts';
import type { MinorUnits } from '../money/minor-units.ts';

/** Throws `CommandInvalid` that names the field and what it holds. */
export function refuse(field: string, value: unknown, rule: string): never {
  const shown = typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? 'nothing');
  throw new MargridError('CommandInvalid', `${field} ${rule}, got ${shown}`, { column: field, value });
}

export function textOf(command: Command, field: string): string {
  const value = command[field];
  return typeof value === 'string' && value !== '' ? value : refuse(field, value, 'must be a text');
}

/** Minor units > 0, as a whole number or, as JSON wants it, a decimal string. */
export function minorAmountOf(command: Command, field: string): MinorUnits {
  const value = command[field];
  if (typeof value === 'bigint' && value > 0n) return value;
  if (typeof value === 'string' && /^[1-9]\d{0,39}$/.test(value)) return BigInt(value);
  return refuse(field, value, 'must be a whole number of minor units > 0, as a string of digits');
}

export function flagOf(command: Command, field: string, fallback: boolean): boolean {
  const value = command[field] ?? fallback;
  return typeof value === 'boolean' ? value : refuse(field, value, 'must be true or false');
}
