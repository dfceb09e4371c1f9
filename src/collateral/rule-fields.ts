import { invalid, numberField, section, unbounded, type NumberRule, type Section } from '../margin/fields.ts';

/** What counts for initial margin, and what for maintenance margin. */
export interface Pair {
  readonly initial: number;
  readonly maintenance: number;
}

export const shareRule: NumberRule = { min: 0, max: 1 };
export const amountRule: NumberRule = { min: 0, max: unbounded };

/** One number for both, or `{ initial, maintenance }` with the initial one not milder. */
export function pairField(fields: Section, name: string, path: string, rule: NumberRule, fallback?: number): Pair {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'object' || value === null) {
    const both = numberField({ ...fields, [name]: value }, name, path, rule);
    return { initial: both, maintenance: both };
  }
  const inner = `${path}.${name}`;
  const pair = known(section(value, inner), inner, ['initial', 'maintenance']);
  const maintenance = numberField(pair, 'maintenance', inner, rule);
  return { maintenance, initial: numberField(pair, 'initial', inner, { ...rule, min: maintenance }) };
}

/** A number that may be absent or null: no limit. */
export function limitField(fields: Section, name: string, path: string): number {
  return fields[name] === undefined || fields[name] === null ? Infinity : numberField(fields, name, path, amountRule);
}

export function optional(fields: Section, name: string, path: string, rule: NumberRule, fallback: number): number {
  return fields[name] === undefined ? fallback : numberField(fields, name, path, rule);
}

export function flag(fields: Section, name: string, path: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'boolean') throw invalid(`${path}.${name}`, value, 'must be true or false');
  return value;
}

/** One of some names; the first if absent. */
export function choice<T extends string>(fields: Section, name: string, path: string, names: readonly T[]): T {
  const value = fields[name] ?? names[0];
  const found = names.find((each) => each === value);
  if (found === undefined) throw invalid(path === '' ? name : `${path}.${name}`, value, `must be ${names.join(' or ')}`);
  return found;
}

/** The section, if it has no field that nobody reads: a misspelt rule must not pass for its default. */
export function known(fields: Section, path: string, names: readonly string[]): Section {
  const stranger = Object.keys(fields).find((name) => !names.includes(name));
  if (stranger === undefined) return fields;
  throw invalid(path === '' ? stranger : `${path}.${stranger}`, fields[stranger], `is not known; there are ${names.join(', ')}`);
}
