import { CaseInputError, fieldsOf, type Fields } from '../fields.ts';

/** A number, or a decimal string as the venue's own interface sends it. */
export function amountOf(fields: Fields, name: string): number {
  const value = fields[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new CaseInputError(`input ${name} must be a number, got ${JSON.stringify(value) ?? 'nothing'}`);
}

export function optionalAmount(fields: Fields, name: string): number | null {
  return fields[name] === undefined || fields[name] === null ? null : amountOf(fields, name);
}

export function nameOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new CaseInputError(`input ${name} must be a text, got ${JSON.stringify(value) ?? 'nothing'}`);
}

/** 1 for BUY and LONG, -1 for SELL and SHORT. */
export function directionOf(fields: Fields): number {
  const side = nameOf(fields, 'side').toUpperCase();
  if (side === 'BUY' || side === 'LONG') return 1;
  if (side === 'SELL' || side === 'SHORT') return -1;
  throw new CaseInputError(`input side must be BUY, LONG, SELL or SHORT, got ${side}`);
}

/** An object in an object; the error names it. */
export function objectOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return fieldsOf(value);
  throw new CaseInputError(`input ${name} must be an object, got ${JSON.stringify(value) ?? 'nothing'}`);
}
