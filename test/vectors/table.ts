import type { Content } from './content.ts';
import { fieldsOf, isFields, listOf, type Fields } from './fields.ts';

/** The object at the top of a JSON file; empty for anything else. */
export function rootOf(content: Content): Fields {
  return content.kind === 'json' ? fieldsOf(content.value) : {};
}

/** `columns` and `rows` of a table: rows are arrays in the order of the columns, or objects. */
export function hasTable(root: Fields, columns: readonly string[]): boolean {
  const rows = listOf(root['rows']);
  if (!Array.isArray(root['rows'])) return false;
  if (Array.isArray(root['columns'])) return columns.every((column) => listOf(root['columns']).includes(column));
  return isFields(rows[0]) && columns.every((column) => column in fieldsOf(rows[0]));
}

export function tableRows(root: Fields): Fields[] {
  const columns = listOf(root['columns']).map(String);
  const named = (row: readonly unknown[]): Fields => Object.fromEntries(columns.map((name, at) => [name, row[at]]));
  return listOf(root['rows']).map((row) => (Array.isArray(row) ? named(row) : fieldsOf(row)));
}

/** A list with an object that has all these names. */
export function isListWith(value: unknown, names: readonly string[]): boolean {
  return listOf(value).some((each) => isFields(each) && names.every((name) => name in each));
}
