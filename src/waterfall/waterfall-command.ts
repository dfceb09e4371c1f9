import type { Command } from '../account/command.ts';
import { MargridError } from '../errors.ts';
import type { MinorUnits } from '../money/minor-units.ts';

export function readText(command: Command, name: string): string {
  const value = command[name];
  if (typeof value !== 'string' || value === '') throw refuse(name, value, 'must be a text');
  return value;
}

/** Whole minor units: a decimal text (JSON has no larger numbers), or a bigint. */
export function readAmount(command: Command, name: string, { signed }: { readonly signed: boolean }): MinorUnits {
  const value = command[name];
  const isWhole = typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+$/.test(value));
  if (!isWhole) throw refuse(name, value, 'must be whole minor units as a text, like "1000000"');
  const amount = BigInt(value);
  if (amount < 0n && !signed) throw refuse(name, value, 'must be >= 0');
  return amount;
}

export function refuse(column: string, value: unknown, rule: string): MargridError {
  const shown = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return new MargridError('CommandInvalid', `${column} ${rule}, got ${shown}`, { column, value });
}
