import type { Command } from '../account/command.ts';
import { BadInputError, type Problem } from '../errors.ts';

/** A day of one underlying: its closing price, or its return. */
export interface Observed {
  readonly underlying: string;
  /** ISO date. */
  readonly day: string;
  readonly price: number | null;
  readonly dayReturn: number | null;
}

const fields = ['id', 'timeMs', 'kind', 'day', 'prices', 'returns'];

/**
 * Reads `{ day?, prices?: { btc: 60000 }, returns?: { eth: -0.02 } }`; without a day it is that of the engine's clock.
 * In order of the underlyings known, whatever the order of the command. Throws `BadInputError` naming every bad field.
 */
export function readObservation(command: Command, known: readonly string[]): Observed[] {
  const problems: Problem[] = [];
  const refuse = (column: string, value: unknown, rule: string): void => {
    problems.push({
      code: 'CommandInvalid',
      column,
      value,
      message: `must be ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`,
    });
  };
  for (const name of Object.keys(command))
    if (!fields.includes(name)) refuse(name, command[name], `one of ${fields.join(', ')}`);
  const day = command['day'] ?? new Date(command.timeMs).toISOString().slice(0, 10);
  const isDay = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
  if (!isDay) refuse('day', day, 'a date like 2026-02-15');
  const prices = numbersOf(command, 'prices', known, (value) => value > 0, 'a number > 0', refuse);
  const returns = numbersOf(command, 'returns', known, () => true, 'a number', refuse);
  for (const name of returns.keys())
    if (prices.has(name)) refuse(`returns.${name}`, returns.get(name), 'absent: there is a price of it too');
  if (prices.size + returns.size === 0)
    refuse('prices', command['prices'], 'a price or return of at least one underlying');
  if (problems.length > 0) throw new BadInputError(problems);
  return known
    .filter((name) => prices.has(name) || returns.has(name))
    .map((underlying) => ({
      underlying,
      day: day as string,
      price: prices.get(underlying) ?? null,
      dayReturn: returns.get(underlying) ?? null,
    }));
}

function numbersOf(
  command: Command,
  field: string,
  known: readonly string[],
  isGood: (value: number) => boolean,
  rule: string,
  refuse: (column: string, value: unknown, rule: string) => void,
): Map<string, number> {
  const given = command[field];
  const found = new Map<string, number>();
  if (given === undefined) return found;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    refuse(field, given, 'an object of numbers by underlying');
    return found;
  }
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) refuse(`${field}.${name}`, value, `of an underlying with rules (${known.join(', ')})`);
    else if (typeof value !== 'number' || !Number.isFinite(value) || !isGood(value))
      refuse(`${field}.${name}`, value, rule);
    else found.set(name, value);
  }
  return found;
}
