import { knownFields, numberField, unbounded, type NumberRule, type Section } from '../margin/fields.ts';

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
  const pair = knownFields(value, inner, ['initial', 'maintenance']);
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
