import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BadInputError, MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { openArrowTable } from './arrow-table.ts';
import { parseCsvRecord } from './csv-header.ts';
import { withDuckDb } from './duckdb.ts';
import { openDuckDbSource, readFailure } from './duckdb-source.ts';
import { openInput, type InputFile, type ReadOptions } from './input-file.ts';
import { arrowCell, cellSql, jsonCell, type Cell } from './market-cells.ts';
import { shown } from './problems.ts';

/** Text, or a number where the file holds numbers; null where it holds none. */
export type RawCell = Cell;

export interface RawColumn {
  readonly name: string;
  /** The cells are times: UTC milliseconds. */
  readonly isTime: boolean;
  readonly cells: readonly RawCell[];
}

/** Some columns of a file as they stand there, for readers whose columns the user names. */
export interface RawTable {
  readonly path: string;
  /** All columns of the file, in its order. */
  readonly names: readonly string[];
  readonly rowCount: number;
  /** Those that were asked for and are there. */
  readonly columns: ReadonlyMap<string, RawColumn>;
}

/** Names of the columns to read, or a choice among those that the file has. */
export type ColumnChoice = readonly string[] | ((names: readonly string[]) => readonly string[]);

const unzip = promisify(gunzip);

/**
 * Reads columns of a CSV (also .csv.gz), Parquet, JSON, NDJSON or Arrow file. A column that is not there is left out:
 * see `requireColumn`. Throws `FileNotFound`, `FileUnreadable`, `FileTooLarge`, `FileFormatUnknown`.
 */
export async function readRawTable(path: string, choice: ColumnChoice, options: ReadOptions = {}): Promise<RawTable> {
  if (/\.csv(\.gz)?$/i.test(path)) return csvTable(path, choice, options);
  const file = await openInput(path, options);
  return file.format === 'arrow' ? arrowTable(file, choice) : duckDbTable(file, choice);
}

/** Throws `ColumnMissing`, naming those that there are. */
export function requireColumn({ path, names, columns }: RawTable, column: string): RawColumn {
  const found = columns.get(column);
  if (found !== undefined) return found;
  const message = `the column ${shown(column)} is missing; there are ${names.slice(0, 40).join(', ')}`;
  throw new BadInputError([{ code: 'ColumnMissing', file: path, column, message }]);
}

function chosenOf(path: string, choice: ColumnChoice, names: readonly string[]): string[] {
  const wanted = typeof choice === 'function' ? choice(names) : choice;
  const found = [...new Set(wanted)].filter((name) => names.includes(name));
  const twice = found.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice === undefined) return found;
  throw new MargridError('FileUnreadable', `${path}: the column ${shown(twice)} is there twice`, { file: path, column: twice });
}

async function csvTable(path: string, choice: ColumnChoice, options: ReadOptions): Promise<RawTable> {
  const text = (await csvText(path, options)).replace(/^\uFEFF/, '');
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const names = parseCsvRecord(lines[0] ?? '') ?? [];
  const chosen = chosenOf(path, choice, names);
  const places = chosen.map((name) => names.indexOf(name));
  const cells = chosen.map((): string[] => []);
  for (let row = 1; row < lines.length; row++) {
    const record = parseCsvRecord(lines[row]);
    if (record?.length !== names.length) {
      const message = `has ${record?.length ?? 'no'} fields, the header ${names.length}`;
      throw new BadInputError([{ code: 'FileUnreadable', file: path, row, message }]);
    }
    places.forEach((place, index) => cells[index].push(record[place]));
  }
  const columns = chosen.map((name, index) => [name, { name, isTime: false, cells: cells[index] }] as const);
  return { path, names, rowCount: Math.max(lines.length - 1, 0), columns: new Map(columns) };
}

async function csvText(path: string, options: ReadOptions): Promise<string> {
  if (!/\.gz$/i.test(path)) {
    await openInput(path, options);
    return readFile(path, 'utf8');
  }
  let packed: Buffer;
  try {
    packed = await readFile(path);
  } catch (cause) {
    throw new MargridError('FileNotFound', `${path}: ${(cause as Error).message}`, { file: path });
  }
  try {
    const maxOutputLength = Math.min(options.bytesMax ?? limits.inputBytesMax, 2 ** 29);
    return (await unzip(packed, { maxOutputLength })).toString('utf8');
  } catch (cause) {
    throw new MargridError('FileUnreadable', `${path}: ${(cause as Error).message}`, { file: path });
  }
}

async function arrowTable(file: InputFile, choice: ColumnChoice): Promise<RawTable> {
  const table = await openArrowTable(file);
  const names = table.columns.map(({ name }) => name);
  const columns = chosenOf(file.path, choice, names).map((name) => {
    const isTime = table.columns.find((column) => column.name === name)!.kind === 'time';
    const vector = table.column(name);
    const cells = Array.from({ length: table.rowCount }, (_, row) => arrowCell(vector.get(row)));
    return [name, { name, isTime, cells }] as const;
  });
  return { path: file.path, names, rowCount: table.rowCount, columns: new Map(columns) };
}

async function duckDbTable(file: InputFile, choice: ColumnChoice): Promise<RawTable> {
  const isJson = file.format === 'json' || file.format === 'ndjson';
  // The columns of a JSON file are known only once it is read: then it is read again for the cells.
  const known = typeof choice === 'function' && isJson ? await namesOfJson(file) : undefined;
  const asked = known === undefined ? (typeof choice === 'function' ? [] : choice) : chosenOf(file.path, choice, known);
  asked.forEach((name) => requireQuotable(file, name));
  return withDuckDb(file.absolutePath, async (database) => {
    try {
      const source = await openDuckDbSource(database, file, [...new Set(asked)]);
      const names = source.columns.map(({ name }) => name);
      const chosen = chosenOf(file.path, choice, names);
      chosen.forEach((name) => requireQuotable(file, name));
      const selected = chosen.map((name) => cellSql(source, name)).join(', ') || '0';
      const rows = await database.rows(`SELECT ${selected} FROM ${source.from} ORDER BY "row"`, source.parameters);
      const columns = chosen.map((name, index) => {
        const isTime = source.columns.find((column) => column.name === name)!.kind === 'time';
        const cells = rows.map((row) => {
          const cell = (row[index] ?? null) as RawCell;
          return isJson && cell !== null ? jsonCell(String(cell)) : cell;
        });
        return [name, { name, isTime, cells }] as const;
      });
      return { path: file.path, names, rowCount: rows.length, columns: new Map(columns) };
    } catch (cause) {
      throw readFailure(file, cause);
    }
  });
}

function namesOfJson(file: InputFile): Promise<string[]> {
  return withDuckDb(file.absolutePath, async (database) => {
    const { columns } = await openDuckDbSource(database, file, []);
    return columns.map(({ name }) => name);
  });
}

/** A name becomes part of an SQL text, in quotation marks of either kind. */
function requireQuotable(file: InputFile, name: string): void {
  if (!/["'\\]/.test(name)) return;
  throw new BadInputError([{
    code: 'ValueInvalid', file: file.path, column: name, value: name, message: 'a column name must have no quotation marks',
  }]);
}
