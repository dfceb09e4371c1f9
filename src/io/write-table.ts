import { writeAtomically, type WriteOptions } from './atomic-file.ts';
import { formatOf } from './format.ts';
import { requireTable, type ResultTable, type WriteTable } from './result-table.ts';
import { writeWithArrow } from './write-arrow.ts';
import { writeWithDuckDb } from './write-duckdb.ts';

/** Writes a table of results; the extension decides the format. The file appears complete or not at all. */
export async function writeTable(path: string, table: ResultTable, options: WriteOptions = {}): Promise<void> {
  await writeColumns(path, table, options);
}

export async function writeColumns(path: string, table: WriteTable, options: WriteOptions): Promise<void> {
  const format = formatOf(path);
  requireTable(table);
  await writeAtomically(
    path,
    (temporaryPath) =>
      format === 'arrow'
        ? writeWithArrow(temporaryPath, table, options.signal)
        : writeWithDuckDb(temporaryPath, format, table, options.signal),
    options,
  );
}
