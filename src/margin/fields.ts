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
