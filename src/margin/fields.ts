import { MargridError } from '../errors.ts';

/**
 * Reading parameter files: each function takes a value and its path (`currency.btc.pnl_offset`) and throws
 * `ParameterInvalid` that names the path and the value.
 */
export type Section = Record<string, unknown>;

export interface NumberRule {
  readonly min: number;
  readonly max: number;
}

/** A number without a largest value. */
export const unbounded = Number.MAX_VALUE;

export function section(value: unknown, path: string): Section {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, value, 'must be an object');
  return value as Section;
}

/** A section without fields that nobody reads: a misspelt one must not pass for its default. Path '': of a whole file. */
export function knownFields(value: unknown, path: string, names: readonly string[]): Section {
  const fields = section(value, path === '' ? 'rules' : path);
  const stranger = Object.keys(fields).find((name) => !names.includes(name));
  if (stranger === undefined) return fields;
  throw invalid(pathOf(path, stranger), fields[stranger], `is not known; there are ${names.join(', ')}`);
}

export function listField(fields: Section, name: string, path: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw invalid(pathOf(path, name), value, 'must be a list');
  return value as unknown[];
}

export function numberField(fields: Section, name: string, path: string, rule: NumberRule): number {
  const value = fields[name];
  if (typeof value !== 'number' || !(value >= rule.min && value <= rule.max)) {
    const range = rule.max === unbounded ? `a number >= ${rule.min}` : `a number in [${rule.min}, ${rule.max}]`;
    throw invalid(pathOf(path, name), value, `must be ${range}`);
  }
  return value;
}

export function wholeField(fields: Section, name: string, path: string, rule: NumberRule): number {
  const value = numberField(fields, name, path, rule);
  if (Number.isInteger(value)) return value;
  throw invalid(pathOf(path, name), value, 'must be a whole number');
}

/** true or false; `fallback` if it is absent. */
export function flagField(fields: Section, name: string, path: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw invalid(pathOf(path, name), value, 'must be true or false');
}

/** One of some words; `fallback`, if there is one, when it is absent. */
export function choiceField<Choice extends string>(
  fields: Section,
  name: string,
  path: string,
  choices: readonly Choice[],
  fallback?: Choice,
): Choice {
  const value = fields[name] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const allowed = choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`;
  throw invalid(pathOf(path, name), value, `must be ${allowed}`);
}

export function textField(fields: Section, name: string, path: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw invalid(pathOf(path, name), value, 'must be a text');
  return value;
}

/** An ISO date, `2026-02-15`. */
export function dateField(fields: Section, name: string, path: string): string {
  const value = textField(fields, name, path);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
    throw invalid(pathOf(path, name), value, 'must be a date like 2026-02-15');
  }
  return value;
}

/** A list of texts; absent: none. */
export function textsField(fields: Section, name: string, path: string): readonly string[] {
  if (fields[name] === undefined) return [];
  return listField(fields, name, path).map((value, index) => {
    if (typeof value !== 'string') throw invalid(`${pathOf(path, name)}[${index}]`, value, 'must be a text');
    return value;
  });
}

export function invalid(path: string, value: unknown, rule: string): MargridError {
  return new MargridError('ParameterInvalid', `${path} ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`, {
    column: path,
    value,
  });
}

function pathOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
