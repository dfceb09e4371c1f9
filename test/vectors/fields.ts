import { Decimal } from './decimal.ts';

/** A JSON object, read with the functions below: a wrong or missing input fails its case with the name of the field. */
export type Fields = Readonly<Record<string, unknown>>;

/** The input of a case is missing or is not what the format says. */
export class CaseInputError extends Error {}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one: everything in it is then absent. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new CaseInputError(`input ${name} must be a finite number, got ${JSON.stringify(value) ?? 'nothing'}`);
}

export function optionalNumber(fields: Fields, name: string): number | null {
  return fields[name] === undefined || fields[name] === null ? null : numberOf(fields, name);
}

/** 1 for a call, -1 for a put. */
export function signOf(fields: Fields, name = 'type'): number {
  const value = fields[name];
  if (value === 'call') return 1;
  if (value === 'put') return -1;
  throw new CaseInputError(`input ${name} must be "call" or "put", got ${JSON.stringify(value) ?? 'nothing'}`);
}

/** An expected value, a number or a decimal string of any length; null if it is absent and so is not compared. */
export function expectedOf(fields: Fields, name: string): Decimal | null {
  return decimalOf(fields[name], name);
}

export function decimalOf(value: unknown, name: string): Decimal | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'string') {
    try {
      return new Decimal(value);
    } catch {
      // falls through to the error that names the field
    }
  }
  throw new CaseInputError(`expected ${name} must be a number or a decimal string, got ${JSON.stringify(value)}`);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or a number as text; '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
