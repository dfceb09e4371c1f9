import { invalid, listField, textField, type Section } from '../fields.ts';

/** Kinds of fields that parameter files of SPAN have besides numbers and texts. */

export function listOf<T>(
  fields: Section,
  name: string,
  path: string,
  parse: (value: unknown, path: string) => T,
): T[] {
  const at = path === '' ? name : `${path}.${name}`;
  return listField(fields, name, path).map((value, index) => parse(value, `${at}[${index}]`));
}

export function nullableText(fields: Section, name: string, path: string): string | null {
  const value = fields[name];
  return value === undefined || value === null ? null : textField(fields, name, path);
}

/** `CCYYMM`, then a day or week code of up to three characters. */
export function monthField(fields: Section, name: string, path: string): string {
  const value = textField(fields, name, path);
  if (!/^\d{6}\w{0,3}$/.test(value)) throw invalid(`${path}.${name}`, value, 'must be a contract month like 202512');
  return value;
}
