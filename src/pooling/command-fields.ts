import type { Command } from '../account/command.ts';
import type { Market } from '../domain/market.ts';
import { MargridError, type ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { minorUnitsFrom, type MinorUnits } from '../money/minor-units.ts';
import { instrumentIndexOf } from '../whatif/legs.ts';

/** A refusal of one field of a command. */
export function refused(code: ErrorCode, command: Command, column: string, rule: string): MargridError {
  const value = command[column];
  return new MargridError(code, `${command.kind}: ${column} ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`, {
    column,
    value,
  });
}

/** A name: a text that is not empty. Throws `ValueMissing`. */
export function nameField(command: Command, column: string): string {
  const value = command[column];
  if (typeof value === 'string' && value !== '') return value;
  throw refused('ValueMissing', command, column, 'must be a name');
}

/** One of several words. Throws `ValueInvalid`. */
export function wordField<T extends string>(command: Command, column: string, words: readonly T[], usual?: T): T {
  const value = command[column] ?? usual;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw refused('ValueInvalid', command, column, `must be ${words.join(' or ')}`);
}

/** Names, each once. Throws `ValueInvalid`. */
export function namesField(command: Command, column: string): string[] {
  const value = command[column];
  const isList =
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
  if (isList && new Set(value).size === value.length) return [...(value as string[])];
  throw refused('ValueInvalid', command, column, 'must be a list of different names');
}

/** Signed contracts, not 0. Throws `ValueOutOfRange`. */
export function quantityField(command: Command): number {
  const value = command['quantity'];
  if (typeof value === 'number' && value !== 0 && Math.abs(value) <= limits.quantityMax) return value;
  throw refused('ValueOutOfRange', command, 'quantity', `must be contracts, not 0, at most ${limits.quantityMax}`);
}

/** Quote currency per base unit, > 0. Throws `ValueOutOfRange`. */
export function priceField(command: Command, column: string, usual?: number): number {
  const value = command[column] ?? usual;
  if (typeof value === 'number' && value > 0 && value <= limits.priceMax) return value;
  throw refused('ValueOutOfRange', command, column, 'must be a price > 0');
}

/** Minor units, > 0, as a text of digits (or a whole number of any size). Throws `ValueOutOfRange`. */
export function minorField(command: Command, column: string): MinorUnits {
  const minor = minorUnitsFrom(command[column]);
  if (minor !== null && minor > 0n) return minor;
  throw refused('ValueOutOfRange', command, column, 'must be minor units > 0, written as a text of digits');
}

/** Name of an instrument of the market. Throws `InstrumentUnknown`. */
export function instrumentField(command: Command, market: Market): string {
  const name = nameField(command, 'instrument');
  instrumentIndexOf(market, name);
  return name;
}

/** A command that is well formed but must not be. */
export function denied(code: ErrorCode, message: string, value: unknown): MargridError {
  return new MargridError(code, message, { value });
}
