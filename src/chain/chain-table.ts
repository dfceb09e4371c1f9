import { limits, requireWithinLimit } from '../limits.ts';
import type { ProblemList } from './problem-list.ts';

/** One table of a chain file: column names, and rows as arrays in the same order. */
export interface ChainTable {
  /** `futures` or `options`. */
  readonly name: string;
  readonly columnIndex: ReadonlyMap<string, number>;
  readonly rows: readonly (readonly unknown[])[];
}

export interface ChainCell {
  readonly table: ChainTable;
  /** 1-based. */
  readonly row: number;
  readonly column: string;
}

/** Null (with problems listed) if the table is not usable at all. */
export function readChainTable(
  input: unknown, name: string, requiredColumns: readonly string[], problems: ProblemList,
): ChainTable | null {
  const table = input as { columns?: unknown; rows?: unknown } | null | undefined;
  if (!(typeof table === 'object' && table !== null && Array.isArray(table.columns) && Array.isArray(table.rows))) {
    problems.add('ValueInvalid', `${name} must be an object with the arrays columns and rows`, { column: name });
    return null;
  }
  requireWithinLimit('inputRowCountMax', table.rows.length);
  const columnIndex = new Map(table.columns.map((column, index) => [String(column), index]));
  const missing = requiredColumns.filter((column) => !columnIndex.has(column));
  for (const column of missing) problems.add('ColumnMissing', `${name} has no column ${column}`, { column });
  if (missing.length > 0) return null;
  const rows = table.rows as unknown[];
  const malformed = rows.flatMap((row, index) => (isRowOf(row, columnIndex.size) ? [] : [index]));
  for (const index of malformed) {
    const message = `a row of ${name} must be an array of ${columnIndex.size} values`;
    problems.add('ValueInvalid', message, { row: index + 1, value: rows[index] });
  }
  return malformed.length > 0 ? null : { name, columnIndex, rows: rows as (readonly unknown[])[] };
}

function isRowOf(row: unknown, columnCount: number): boolean {
  return Array.isArray(row) && row.length === columnCount;
}

export function cellValue(cell: ChainCell): unknown {
  return cell.table.rows[cell.row - 1][cell.table.columnIndex.get(cell.column)!];
}

/** A price or open interest: null stays null; anything but a number in [0, priceMax] is a problem (and null). */
export function optionalAmount(cell: ChainCell, problems: ProblemList): number | null {
  const value = cellValue(cell);
  return value === null ? null : amountInRange(cell, value, problems, (number) => number >= 0, 'at least 0');
}

/** A strike: a number in (0, priceMax], or null with a problem. */
export function positiveAmount(cell: ChainCell, problems: ProblemList): number | null {
  const value = cellValue(cell);
  if (value === null) {
    problems.add('ValueMissing', `${cell.column} of ${cell.table.name} is missing`, placeOf(cell));
    return null;
  }
  return amountInRange(cell, value, problems, (number) => number > 0, 'greater than 0');
}

function amountInRange(
  cell: ChainCell, value: unknown, problems: ProblemList, isInRange: (value: number) => boolean, range: string,
): number | null {
  const place = { ...placeOf(cell), value };
  if (typeof value !== 'number') {
    const message = `${cell.column} of ${cell.table.name} must be a number, got ${String(value)}`;
    problems.add('ColumnTypeWrong', message, place);
    return null;
  }
  if (isInRange(value) && value <= limits.priceMax) return value;
  problems.add('ValueOutOfRange', `${cell.column} of ${cell.table.name} must be ${range} and at most ${limits.priceMax}`
    + `, got ${value}`, place);
  return null;
}

function placeOf(cell: ChainCell): { row: number; column: string } {
  return { row: cell.row, column: cell.column };
}
