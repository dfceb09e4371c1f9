import type { Command } from '../account/command.ts';
import { MargridError } from '../errors.ts';
import type { MinorUnits } from '../money/minor-units.ts';

/** Fields of commands: each throws `CommandInvalid` naming the field and its value. */
export function textOf(command: Command, field: string): string {
  const value = command[field];
  if (typeof value === 'string' && value !== '') return value;
  throw refused(field, value, 'a text');
}

export function optionalText(command: Command, field: string): string | undefined {
  return command[field] === undefined || command[field] === null ? undefined : textOf(command, field);
}

export function numberOf(command: Command, field: string, rule: string, isGood: (value: number) => boolean): number {
  const value = command[field];
  if (typeof value === 'number' && Number.isFinite(value) && isGood(value)) return value;
  throw refused(field, value, rule);
}

/** Whole minor units, as a decimal string (or bigint); absent: none. */
export function minorField(command: Command, field: string): MinorUnits {
  const value = command[field];
  if (value === undefined) return 0n;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw refused(field, value, 'whole minor units as a decimal string');
}

export function refused(field: string, value: unknown, rule: string): MargridError {
  const shown = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return new MargridError('CommandInvalid', `${field} must be ${rule}, got ${shown}`, { column: field, value });
}
