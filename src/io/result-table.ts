import { MargridError } from '../errors.ts';

/** A table of results: what every writer accepts. All columns have `rowCount` values. */
export interface ResultTable {
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
}

export type ResultColumn =
  | { readonly name: string; readonly type: 'string'; readonly values: readonly string[] }
  | { readonly name: string; readonly type: 'f64'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'i32'; readonly values: Int32Array };

/**
 * What the writers handle inside: also columns that repeat few strings, times, and NULLs (NaN, or index `nullEntry`).
 */
export type WriteColumn =
  | ResultColumn
  | { readonly name: string; readonly type: 'optional f64'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'time'; readonly values: Float64Array }
  | DictionaryColumn;

export interface DictionaryColumn {
  readonly name: string;
  readonly type: 'dictionary';
  readonly values: Int32Array;
  readonly dictionary: readonly string[];
}

export interface WriteTable {
  readonly columns: readonly WriteColumn[];
  readonly rowCount: number;
}

export const nullEntry = -1;

export function requireTable(table: WriteTable): void {
  const fail = (message: string): never => {
    throw new MargridError('OptionInvalid', `the table to write is inconsistent: ${message}`);
  };
  if (table.columns.length === 0) fail('it has no columns');
  const seen = new Set<string>();
  for (const { name, values } of table.columns) {
    if (name === '' || name.includes('\0')) fail(`${JSON.stringify(name)} is no column name`);
    if (seen.has(name.toLowerCase())) fail(`two columns are named ${name}`);
    seen.add(name.toLowerCase());
    if (values.length !== table.rowCount) fail(`column ${name} has ${values.length} values, not ${table.rowCount}`);
  }
}
