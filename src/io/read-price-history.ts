import { BadInputError } from '../errors.ts';
import { parseNumberText } from './number-text.ts';
import { shown } from './problems.ts';
import { readRawTable, requireColumn, type RawCell, type RawColumn } from './raw-table.ts';
import { isoTime, parseIsoTime } from './time.ts';

export interface PriceHistoryOptions {
  /** Default `date`. */
  readonly dateColumn?: string;
  /** Default `close`. */
  readonly priceColumn?: string;
  /** Only rows with this value, of a file that holds several instruments: `{ column: 'symbol', value: 'BTC' }`. */
  readonly where?: { readonly column: string; readonly value: string };
}

/** Closing prices by day, oldest first. */
export interface PriceHistory {
  /** ISO dates. */
  readonly dates: readonly string[];
  readonly prices: Float64Array;
  /** Rows without a price: no quote that day. */
  readonly unquoted: number;
}

/**
 * Reads a history of prices: CSV (also .csv.gz), Parquet, JSON, NDJSON or Arrow. Several rows of one day: the last one
 * counts, as the close of that day. Throws `ColumnMissing`, `BadInputError` for a date or a price that is none or dates
 * that go back, and what opening a file may throw.
 */
export async function readPriceHistory(path: string, options: PriceHistoryOptions = {}): Promise<PriceHistory> {
  const { dateColumn = 'date', priceColumn = 'close', where } = options;
  const table = await readRawTable(path, [dateColumn, priceColumn, ...(where === undefined ? [] : [where.column])]);
  const dateCells = requireColumn(table, dateColumn);
  const { cells: priceCells } = requireColumn(table, priceColumn);
  const chosen = where === undefined ? undefined : requireColumn(table, where.column).cells;
  const dates: string[] = [];
  const prices: number[] = [];
  let unquoted = 0;
  for (let row = 0; row < table.rowCount; row++) {
    if (where !== undefined && chosenText(chosen![row]) !== where.value) continue;
    const fail = (column: string, value: RawCell, rule: string): never => {
      const message = `must be ${rule}, got ${shown(value)}`;
      throw new BadInputError([{ code: 'ValueInvalid', file: path, row: row + 1, column, value, message }]);
    };
    const price = priceCells[row];
    if (isUnquoted(price)) {
      unquoted++;
      continue;
    }
    const ms = timeOf(dateCells, row);
    if (ms === undefined) return fail(dateColumn, dateCells.cells[row], 'a date');
    const value = numberOfCell(price);
    if (value === undefined || !(value > 0 && value < Infinity)) return fail(priceColumn, price, 'a number > 0');
    const day = isoTime(ms).slice(0, 10);
    const last = dates.at(-1);
    if (last !== undefined && day < last) return fail(dateColumn, day, `at or after the row before, ${last}`);
    if (day === last) prices[prices.length - 1] = value;
    else {
      dates.push(day);
      prices.push(value);
    }
  }
  return { dates, prices: Float64Array.from(prices), unquoted };
}

const chosenText = (cell: RawCell): string | null => (cell === null ? null : String(cell));

/** Empty, NULL, or the NaN of a column of numbers: there was no quote. */
export function isUnquoted(cell: RawCell): boolean {
  return cell === null || cell === '' || Number.isNaN(cell);
}

/** UTC milliseconds of a cell of dates: a time, or ISO-8601 text; undefined if it is neither. */
export function timeOf(column: RawColumn, row: number): number | undefined {
  const cell = column.cells[row];
  if (typeof cell === 'string') return parseIsoTime(cell);
  return column.isTime && typeof cell === 'number' ? cell : undefined;
}

/** The number of a cell, or of its text; undefined if it is none. */
export function numberOfCell(cell: RawCell): number | undefined {
  return typeof cell === 'string' ? parseNumberText(cell) : typeof cell === 'number' ? cell : undefined;
}
