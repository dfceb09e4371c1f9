import type { DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import { requireNotAborted } from './abort.ts';
import { numericItems, withDuckDb, type DuckDb } from './duckdb.ts';
import type { FileFormat } from './format.ts';
import type { WriteColumn, WriteTable } from './result-table.ts';

/**
 * The options of COPY for each format. The name of the file is a parameter of the statement: COPY accepts one since
 * DuckDB 1.5, so no name ever becomes part of an SQL text. The temporary file is ours, hence USE_TMP_FILE false. /
 */
const copyOptions: Readonly<Record<Exclude<FileFormat, 'arrow'>, string>> = {
  parquet: 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false',
  csv: `FORMAT csv, HEADER true, COMPRESSION 'none', USE_TMP_FILE false`,
  json: `FORMAT json, ARRAY true, COMPRESSION 'uncompressed', USE_TMP_FILE false`,
  ndjson: `FORMAT json, ARRAY false, COMPRESSION 'uncompressed', USE_TMP_FILE false`,
};

export async function writeWithDuckDb(
  temporaryPath: string,
  format: Exclude<FileFormat, 'arrow'>,
  table: WriteTable,
  signal: AbortSignal | undefined,
): Promise<void> {
  await withDuckDb(temporaryPath, async (database) => {
    await loadDictionaries(database, table, signal);
    await loadTable(database, table, signal);
    const interrupt = (): void => database.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      requireNotAborted(signal);
      await database.run(`COPY (${selectSql(table, format)}) TO ? (${copyOptions[format]})`, [temporaryPath]);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  });
}

async function loadDictionaries(database: DuckDb, table: WriteTable, signal: AbortSignal | undefined): Promise<void> {
  const { INTEGER, VARCHAR } = database.module;
  for (const [index, column] of table.columns.entries()) {
    if (column.type !== 'dictionary') continue;
    const { dictionary } = column;
    await database.run(`CREATE TEMP TABLE d${index} (entry INTEGER, value VARCHAR)`);
    await database.append(
      `d${index}`,
      [INTEGER, VARCHAR],
      dictionary.length,
      (chunk, start) => {
        const entries = numericItems(chunk, 0);
        for (let at = 0; at < chunk.rowCount; at += 1) entries[at] = start + at;
        chunk.getColumnVector(0).flush();
        chunk.setColumnValues(1, dictionary.slice(start, start + chunk.rowCount));
      },
      signal,
    );
  }
}

async function loadTable(database: DuckDb, table: WriteTable, signal: AbortSignal | undefined): Promise<void> {
  const { DOUBLE, INTEGER, VARCHAR } = database.module;
  const typeOf: Readonly<Record<WriteColumn['type'], DuckDBType>> = {
    string: VARCHAR,
    f64: DOUBLE,
    'optional f64': DOUBLE,
    time: DOUBLE,
    i32: INTEGER,
    dictionary: INTEGER,
  };
  const types = table.columns.map(({ type }) => typeOf[type]);
  const declared = types.map((type, index) => `c${index} ${String(type)}`).join(', ');
  await database.run(`CREATE TEMP TABLE t (${declared})`);
  await database.append(
    't',
    types,
    table.rowCount,
    (chunk, start) => {
      table.columns.forEach((column, index) => fillColumn(chunk, index, column, start));
    },
    signal,
  );
}

function fillColumn(chunk: DuckDBDataChunk, index: number, column: WriteColumn, start: number): void {
  const end = start + chunk.rowCount;
  if (column.type === 'string') {
    chunk.setColumnValues(index, column.values.slice(start, end));
    return;
  }
  numericItems(chunk, index).set(column.values.subarray(start, end));
  chunk.getColumnVector(index).flush();
}

function selectSql(table: WriteTable, format: FileFormat): string {
  const columns = table.columns.map((column, index) => `${valueSql(column, index, format)} AS ${quoted(column.name)}`);
  const joins = table.columns
    .map((column, index) =>
      column.type === 'dictionary' ? ` LEFT JOIN d${index} ON d${index}.entry = t.c${index}` : '',
    )
    .join('');
  // A join keeps no order of its own.
  const order = joins === '' ? '' : ' ORDER BY t.rowid';
  return `SELECT ${columns.join(', ')} FROM t${joins}${order}`;
}

function valueSql(column: WriteColumn, index: number, format: FileFormat): string {
  const value = `t.c${index}`;
  const isJson = format === 'json' || format === 'ndjson';
  switch (column.type) {
    case 'string':
    case 'i32':
      return value;
    case 'dictionary':
      return `d${index}.value`;
    case 'f64':
      // JSON has no NaN and no infinities.
      return isJson ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value;
    case 'optional f64':
      return `CASE WHEN NOT isnan(${value}) THEN ${value} END`;
    case 'time': {
      const time = `CASE WHEN NOT isnan(${value}) THEN epoch_ms(${value}::BIGINT) END`;
      return format === 'parquet' ? time : `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
    }
  }
}

/** Column names are ours or the caller's, and part of the statement: a doubled quote is the whole of SQL's escaping. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
