import { open } from 'node:fs/promises';
import { MargridError } from '../errors.ts';
import { findBrokenLine } from './broken-line.ts';
import { readCsvHeader } from './csv-header.ts';
import { exactPathPattern, type DuckDb } from './duckdb.ts';
import { requireContentBytes, requireRowCount, unreadable, type InputFile } from './input-file.ts';
import type { ColumnKind, SourceColumn } from './schema.ts';

/**
 * A Parquet, CSV or JSON file as DuckDB sees it. `from` is a FROM clause with a column `row`, the 0-based data row in
 * file order; `sql(name)` an expression for one of the file's columns. SQL text holds only names that this code chose.
 * /
 */
export interface DuckDbSource {
  readonly columns: readonly SourceColumn[];
  /** Known from metadata (Parquet); other formats are counted once they are loaded. */
  readonly rowCount: number;
  readonly from: string;
  readonly parameters: readonly string[];
  sql(name: string): string;
}

export async function openDuckDbSource(
  database: DuckDb,
  file: InputFile,
  columnNames: readonly string[],
): Promise<DuckDbSource> {
  try {
    switch (file.format) {
      case 'parquet':
        return await openParquet(database, file);
      case 'csv':
        return await openCsv(database, file, columnNames);
      case 'json':
      case 'ndjson':
        return await openJson(database, file, columnNames);
      case 'arrow':
        throw new MargridError('EngineState', 'Arrow files are not read through DuckDB');
    }
  } catch (cause) {
    throw readFailure(file, cause);
  }
}

/**
 * DuckDB's message without the statement, the advice and the internal names: its first lines say what is wrong and
 * where.
 */
export function readFailure(file: InputFile, cause: unknown): MargridError {
  if (cause instanceof MargridError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith('Out of Memory')) {
    return new MargridError('LimitExceeded', `${file.path}: not enough memory to read the file: ${message}`, {
      file: file.path,
    });
  }
  const text = message
    .split(/\n\s*(?:Possible |LINE \d)/)[0]
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
  return unreadable(file, new Error(text));
}

// --- Parquet ---------------------------------------------------------------------------------------------------------

async function openParquet(database: DuckDb, file: InputFile): Promise<DuckDbSource> {
  const path = exactPathPattern(file.absolutePath);
  // Both come from the footer: nothing has been decompressed when a file that says it is too large is refused.
  const rowCount = await database.count('SELECT num_rows FROM parquet_file_metadata(?)', [path]);
  requireRowCount(file, rowCount);
  const groups = await database.rows(
    `SELECT coalesce(sum(total_uncompressed_size), 0)::DOUBLE,
            coalesce(max(total_uncompressed_size), 0)::DOUBLE, coalesce(min(total_uncompressed_size), 0)::DOUBLE
     FROM parquet_metadata(?)`,
    [path],
  );
  requireContentBytes(file, Number(groups[0][0]));
  if (Number(groups[0][2]) < 0 || rowCount < 0) {
    throw new Error('the footer declares a negative size');
  }
  const columns = await parquetColumns(database, path);
  return {
    columns,
    rowCount,
    from: `(SELECT file_row_number AS "row", * FROM read_parquet(?, hive_partitioning=false))`,
    parameters: [path],
    sql: (name) => `"${name}"`,
  };
}

/** Names from the schema itself, because DESCRIBE shows duplicates renamed; types from DESCRIBE. Both in file order. */
async function parquetColumns(database: DuckDb, path: string): Promise<SourceColumn[]> {
  const schema = await database.rows('SELECT name, num_children FROM parquet_schema(?)', [path]);
  const names = topLevelNames(
    schema.map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) })),
  );
  const described = await database.rows('DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning=false)', [path]);
  return described.map(([renamed, type], index) => {
    const name = names[index] ?? String(renamed);
    if (reservedNames.includes(name.toLowerCase())) {
      throw new Error(`a column is named ${name}, a name that is reserved for the row number`);
    }
    return { name, type: String(type), kind: kindOfType(String(type)) };
  });
}

const reservedNames = ['file_row_number', 'row'];

/** The schema is a tree written in depth-first order, each node with its number of children; node 0 is the root. */
function topLevelNames(nodes: readonly { name: string; children: number }[]): string[] {
  const names: string[] = [];
  let index = 1;
  while (index < nodes.length) {
    names.push(nodes[index].name);
    let pending = 1;
    while (pending > 0 && index < nodes.length) {
      pending += nodes[index].children - 1;
      index += 1;
    }
  }
  return names;
}

function kindOfType(type: string): ColumnKind {
  if (/^(VARCHAR|ENUM|UUID)/.test(type)) return type.endsWith(']') ? 'other' : 'string';
  if (/^U?(TINY|SMALL|BIG|HUGE)?(INT|INTEGER)$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(type)) return 'number';
  if (/^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/.test(type)) return 'time';
  return 'other';
}

// --- CSV -------------------------------------------------------------------------------------------------------------

/**
 * Every column is read as text, by position, with nothing guessed: a guess depends on the first rows, and turns a
 * whole column into text when one value is bad. The rows go into a table because only that numbers them while reading
 * in parallel. /
 */
async function openCsv(database: DuckDb, file: InputFile, columnNames: readonly string[]): Promise<DuckDbSource> {
  const header = await readCsvHeader(file);
  const declared = header.map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
  const wanted = columnNames.filter((name) => header.includes(name));
  const selected = wanted.map((name) => `c${header.indexOf(name)} AS "${name}"`).join(', ') || 'c0 AS nothing';
  await database.run(
    `CREATE TEMP TABLE source AS SELECT ${selected} FROM read_csv(?, columns={${declared}}, auto_detect=false,
       header=true, delim=',', quote='"', escape='"', nullstr='', compression='none', hive_partitioning=false)`,
    [exactPathPattern(file.absolutePath)],
  );
  const columns = header.map((name) => ({ name, type: 'text', kind: 'text' as const }));
  return loadedSource(database, file, columns);
}

async function loadedSource(
  database: DuckDb,
  file: InputFile,
  columns: readonly SourceColumn[],
): Promise<DuckDbSource> {
  const rowCount = await database.count('SELECT count(*) FROM source');
  requireRowCount(file, rowCount);
  return {
    columns,
    rowCount,
    from: '(SELECT rowid AS "row", * FROM source)',
    parameters: [],
    sql: (name) => `"${name}"`,
  };
}

// --- JSON ------------------------------------------------------------------------------------------------------------

/** Every value stays JSON text, so that `"12"` is not taken for 12. An object that lacks a key reads as NULL there. */
async function openJson(database: DuckDb, file: InputFile, columnNames: readonly string[]): Promise<DuckDbSource> {
  await loadJsonObjects(database, file);
  await requireObjects(database);
  const keys = await database.rows(
    `SELECT key FROM (SELECT unnest(json_keys(json)) AS key, generate_subscripts(json_keys(json), 1) AS position,
       rowid AS row FROM objects) GROUP BY key ORDER BY min(row), min(position)`,
  );
  const columns = keys.map(([name]) => ({ name: String(name), type: 'JSON', kind: 'json' as const }));
  await database.run(`CREATE TEMP TABLE source AS ${jsonFieldsSql(columnNames)}`);
  await database.run('DROP TABLE objects');
  return loadedSource(database, file, columns);
}

function jsonFieldsSql(columnNames: readonly string[]): string {
  if (columnNames.length === 0) return 'SELECT NULL AS nothing FROM objects';
  const structure = JSON.stringify(Object.fromEntries(columnNames.map((name) => [name, 'JSON'])));
  const selected = columnNames.map((name) => `"fields"."${name}" AS "${name}"`).join(', ');
  return `SELECT ${selected} FROM (SELECT json_transform(json, '${structure}') AS fields FROM objects ORDER BY rowid)`;
}

async function loadJsonObjects(database: DuckDb, file: InputFile): Promise<void> {
  const path = exactPathPattern(file.absolutePath);
  const load = (format: string): Promise<void> =>
    database.run(
      `CREATE TEMP TABLE objects AS SELECT json FROM read_json_objects(?, format='${format}',
         compression='uncompressed', hive_partitioning=false)`,
      [path],
    );
  if (file.format === 'ndjson') {
    try {
      return await load('newline_delimited');
    } catch (cause) {
      const line = await findBrokenLine(file);
      throw line === undefined ? cause : new Error(`line ${line} is no JSON object`);
    }
  }
  // The first character decides: an array of objects, or objects one after the other.
  return load((await firstCharacterOf(file)) === '[' ? 'array' : 'unstructured');
}

async function firstCharacterOf(file: InputFile): Promise<string> {
  const handle = await open(file.absolutePath, 'r');
  try {
    const bytes = new Uint8Array(4096);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return new TextDecoder().decode(bytes.subarray(0, bytesRead)).trimStart().charAt(0);
  } finally {
    await handle.close();
  }
}

async function requireObjects(database: DuckDb): Promise<void> {
  const [other] = await database.rows(
    `SELECT rowid + 1, json::VARCHAR FROM objects WHERE json_type(json) <> 'OBJECT' ORDER BY rowid LIMIT 1`,
  );
  if (other !== undefined) throw new Error(`row ${other[0]}: expected an object, got ${other[1]}`);
  const [repeated] = await database.rows(
    `SELECT rowid + 1, json::VARCHAR FROM objects
     WHERE len(json_keys(json)) <> len(list_distinct(json_keys(json))) ORDER BY rowid LIMIT 1`,
  );
  if (repeated !== undefined) throw new Error(`row ${repeated[0]}: a key appears twice in ${repeated[1]}`);
}
