import type { Vector } from 'apache-arrow';
import { limits } from '../limits.ts';
import { addWrongArrowColumn } from './book-rows-arrow.ts';
import { openArrowTable, type ArrowTable } from './arrow-table.ts';
import { addWrongColumn } from './book-rows-duckdb.ts';
import { withDuckDb, type DuckDb } from './duckdb.ts';
import { openDuckDbSource, readFailure, type DuckDbSource } from './duckdb-source.ts';
import type { InputFile } from './input-file.ts';
import { ProblemLog } from './problems.ts';
import { checkColumnNames, columnTypeFits, marketColumns, type MarketColumn, type SourceColumn } from './schema.ts';

/** A value of a market file. A time that the file holds as a timestamp is already UTC milliseconds. */
export type Cell = string | number | boolean | null;

/**
 * A market file as cells: small enough (an instrument per row) to be judged value by value in JavaScript. `isText`
 * says that numbers are written as text (CSV) and a text that reads as a number is one. /
 */
export interface MarketCells {
  readonly columns: readonly SourceColumn[];
  readonly rowCount: number;
  readonly isText: boolean;
  has(column: MarketColumn): boolean;
  cell(row: number, column: MarketColumn): Cell;
}

/** Throws on what makes the rows unreadable: columns missing, duplicate or of a wrong type, too many rows. */
export async function readMarketCells(file: InputFile): Promise<MarketCells> {
  if (file.format === 'arrow') return arrowCells(file, await openArrowTable(file));
  return withDuckDb(file.absolutePath, async (database) => {
    try {
      const source = await openDuckDbSource(
        database,
        file,
        marketColumns.map(({ name }) => name),
      );
      return await duckDbCells(file, database, source);
    } catch (cause) {
      throw readFailure(file, cause);
    }
  });
}

function requireShape(file: InputFile, columns: readonly SourceColumn[], rowCount: number): void {
  const log = new ProblemLog(file.path);
  checkColumnNames(columns, marketColumns, log);
  if (rowCount === 0) log.add('FileUnreadable', 'the file has no rows');
  if (rowCount > limits.instrumentCountMax) {
    log.add('LimitExceeded', `instrumentCountMax is ${limits.instrumentCountMax}, got ${rowCount}`, {
      value: rowCount,
    });
  }
  log.throwIfAny();
}

async function duckDbCells(file: InputFile, database: DuckDb, source: DuckDbSource): Promise<MarketCells> {
  requireShape(file, source.columns, source.rowCount);
  const log = new ProblemLog(file.path);
  for (const rule of marketColumns) {
    const column = source.columns.find(({ name }) => name === rule.name);
    if (column !== undefined && !columnTypeFits(column, rule)) {
      await addWrongColumn(database, source, column, rule.expectation, log);
    }
  }
  log.throwIfAny();
  const present = marketColumns.filter(({ name }) => source.columns.some((column) => column.name === name));
  const selected = present.map(({ name }) => cellSql(source, name)).join(', ');
  const rows = await database.rows(`SELECT ${selected} FROM ${source.from} ORDER BY "row"`, source.parameters);
  const isJson = file.format === 'json' || file.format === 'ndjson';
  const position = new Map<string, number>(present.map(({ name }, index) => [name, index]));
  return {
    columns: source.columns,
    rowCount: source.rowCount,
    isText: file.format === 'csv',
    has: (name) => position.has(name),
    cell: (row, name) => {
      const value = rows[row][position.get(name)!] as Cell;
      return isJson && value !== null ? jsonCell(String(value)) : value;
    },
  };
}

/** A time as UTC milliseconds, a number as one, anything else as text. */
export function cellSql(source: DuckDbSource, name: string): string {
  const value = source.sql(name);
  const { kind } = source.columns.find((column) => column.name === name)!;
  if (kind === 'time') return `epoch_ms(${value})::DOUBLE`;
  return kind === 'number' || kind === 'integer' ? `${value}::DOUBLE` : `${value}::VARCHAR`;
}

export function jsonCell(text: string): Cell {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' ? text : (value as Cell);
  } catch {
    // DuckDB also accepts NaN and Infinity, which JSON does not have.
    return Number(text);
  }
}

function arrowCells(file: InputFile, table: ArrowTable): MarketCells {
  requireShape(file, table.columns, table.rowCount);
  const log = new ProblemLog(file.path);
  for (const rule of marketColumns) addWrongArrowColumn(table, rule, log);
  log.throwIfAny();
  const vectors = new Map<string, Vector>();
  for (const { name } of marketColumns) {
    if (table.columns.some((column) => column.name === name)) vectors.set(name, table.column(name));
  }
  return {
    columns: table.columns,
    rowCount: table.rowCount,
    isText: false,
    has: (name) => vectors.has(name),
    cell: (row, name) => arrowCell(vectors.get(name)!.get(row)),
  };
}

export function arrowCell(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Date ? value.getTime() : (value as Cell);
}
