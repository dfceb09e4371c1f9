import { dirname } from 'node:path';
import { readContent, UnreadableFileError, type Content } from '../content.ts';
import { CaseInputError } from '../fields.ts';
import { findFiles } from '../find-files.ts';

/** Numbers by column, and texts of columns that hold none. */
export interface ColumnTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What lies in the folder of a document or below it and passes a test, whatever its name. */
export function tablesBeside(content: Content, isIt: (table: ColumnTable) => boolean): ColumnTable[] {
  if (content.path === undefined) return [];
  return findFiles(dirname(content.path)).flatMap((path) => {
    if (path === content.path) return [];
    const table = tableAt(path);
    return table !== null && isIt(table) ? [table] : [];
  });
}

function tableAt(path: string): ColumnTable | null {
  try {
    const file = readContent(path);
    if (file.kind !== 'csv' && file.kind !== 'tsv') return null;
    return parseTable(file.text, file.kind === 'csv' ? ',' : '\t');
  } catch (cause) {
    // Another document of the folder, broken or not: the runner says so when it gets there.
    if (cause instanceof UnreadableFileError) return null;
    throw cause;
  }
}

export function parseTable(text: string, separator: ',' | '\t'): ColumnTable {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  return {
    columns: header.replace(/^#/, '').split(separator),
    rows: lines.map((line) => line.split(separator)),
  };
}

/** Throws `CaseInputError` for an absent column or a cell that is no number. */
export function numbersOf({ columns, rows }: ColumnTable, column: string): Float64Array {
  const place = columns.indexOf(column);
  if (place < 0) throw new CaseInputError(`the file beside has no column ${column}`);
  return Float64Array.from(rows, (row, index) => {
    const text = row[place] ?? '';
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    throw new CaseInputError(`row ${index + 1}, column ${column} of the file beside must be a number, got '${text}'`);
  });
}
