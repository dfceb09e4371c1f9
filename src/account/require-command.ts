import { MargridError } from '../errors.ts';
import type { Command } from './command.ts';

/** The last time that a date can name: a later one would let no command follow. */
const timeMax = 8.64e15;
/** Objects in objects that a command may hold: a journal must be able to hold it too. */
const depthMax = 64;

/**
 * Throws `CommandInvalid` unless the command has an id, a time that is not in the engine's past, and holds values only.
 */
export function requireCommand(command: Command, clockMs: number): void {
  const { id, timeMs, kind } = command;
  const refuse = (column: string, value: unknown, rule: string): never => {
    throw new MargridError('CommandInvalid', `${column} of a command must be ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`, { column, value });
  };
  if (typeof id !== 'string' || id === '') refuse('id', id, 'a text that no other command has');
  if (typeof kind !== 'string') refuse('kind', kind, 'a text');
  if (typeof timeMs !== 'number' || !(timeMs >= clockMs && timeMs <= timeMax)) {
    refuse('timeMs', timeMs, `UTC milliseconds, not before the engine's clock (${clockMs})`);
  }
  if (kind === 'book') requireBookChanges(command['changes']);
  const unstorable = Object.keys(command).find((field) => !isStorable(command[field], 0));
  if (unstorable !== undefined) refuse(unstorable, typeof command[unstorable], `plain values, at most ${depthMax} deep`);
}

function requireBookChanges(changes: unknown): void {
  const isObject = typeof changes === 'object' && changes !== null && !Array.isArray(changes);
  const wrong = isObject ? Object.entries(changes).find(([, list]) => list !== undefined && !Array.isArray(list)) : ['changes', changes];
  if (wrong === undefined) return;
  const [column, value] = wrong as [string, unknown];
  const message = `${column} of a book command must be ${isObject ? 'a list' : 'an object'}, got ${JSON.stringify(value) ?? 'nothing'}`;
  throw new MargridError('CommandInvalid', message, { column, value });
}

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'function' || typeof value === 'symbol' || depth > depthMax) return false;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every((each) => isStorable(each, depth + 1));
}
