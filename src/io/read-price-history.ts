import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BadInputError, MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { parseCsvRecord } from './csv-header.ts';
import { withDuckDb, type Row } from './duckdb.ts';
import { openDuckDbSource, readFailure } from './duckdb-source.ts';
import { openInput } from './input-file.ts';
import { parseNumberText } from './number-text.ts';
import { shown } from './problems.ts';
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

/** Date (text, or UTC milliseconds), price and, if asked for, the value to choose rows by; null where empty. */
interface RawRow {
  readonly date: string | number | null;
  readonly price: string | number | null;
  readonly chosen: string | null;
}

const unzip = promisify(gunzip);

/**
 * Reads a history of prices: CSV (also .csv.gz), Parquet, JSON or NDJSON. Several rows of one day: the last one counts,
 * as the close of that day. Throws `ColumnMissing`, `BadInputError` for a date or a price that is none or dates that go
 * back, and what opening a file may throw.
 */
export async function readPriceHistory(path: string, options: PriceHistoryOptions = {}): Promise<PriceHistory> {
  const { dateColumn = 'date', priceColumn = 'close', where } = options;
  const names = [dateColumn, priceColumn, ...(where === undefined ? [] : [where.column])];
  const rows = /\.csv(\.gz)?$/i.test(path) ? await csvRows(path, names) : await duckDbRows(path, names);
  const dates: string[] = [];
  const prices: number[] = [];
  let unquoted = 0;
  rows.forEach(({ date, price, chosen }, index) => {
    if (where !== undefined && chosen !== where.value) return;
    const fail = (column: string, value: string | number | null, rule: string): never => {
      const message = `must be ${rule}, got ${shown(value)}`;
      throw new BadInputError([{ code: 'ValueInvalid', file: path, row: index + 1, column, value, message }]);
    };
    if (price === null || price === '' || Number.isNaN(price)) {
      unquoted++;
      return;
    }
    const ms = typeof date === 'string' ? parseIsoTime(date) : date;
    if (ms === undefined || ms === null) return fail(dateColumn, date, 'a date');
    const value = typeof price === 'string' ? parseNumberText(price) : price;
    if (value === undefined || !(value > 0 && value < Infinity)) return fail(priceColumn, price, 'a number > 0');
    const day = isoTime(ms).slice(0, 10);
    const last = dates.at(-1);
    if (last !== undefined && day < last) return fail(dateColumn, day, `at or after the row before, ${last}`);
    if (day === last) prices[prices.length - 1] = value;
    else {
      dates.push(day);
      prices.push(value);
    }
  });
  return { dates, prices: Float64Array.from(prices), unquoted };
}

function missing(path: string, column: string, found: readonly string[]): MargridError {
  const message = `the column ${shown(column)} is missing; there are ${found.slice(0, 40).join(', ')}`;
  return new BadInputError([{ code: 'ColumnMissing', file: path, column, message }]);
}

async function csvRows(path: string, [date, price, where]: readonly string[]): Promise<RawRow[]> {
  const text = await csvText(path);
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const header = parseCsvRecord(lines[0] ?? '') ?? [];
  const at = (column: string): number => {
    const place = header.indexOf(column);
    if (place < 0) throw missing(path, column, header);
    return place;
  };
  const places = { date: at(date), price: at(price), where: where === undefined ? -1 : at(where) };
  return lines.slice(1).map((line, index) => {
    const cells = parseCsvRecord(line);
    if (cells?.length === header.length) return { date: cells[places.date], price: cells[places.price], chosen: cells[places.where] ?? null };
    const message = `has ${cells?.length ?? 'no'} fields, the header ${header.length}`;
    throw new BadInputError([{ code: 'FileUnreadable', file: path, row: index + 1, message }]);
  });
}

async function csvText(path: string): Promise<string> {
  if (!/\.gz$/i.test(path)) {
    await openInput(path, {});
    return readFile(path, 'utf8');
  }
  let packed: Buffer;
  try {
    packed = await readFile(path);
  } catch (cause) {
    throw new MargridError('FileNotFound', `${path}: ${(cause as Error).message}`, { file: path });
  }
  try {
    return (await unzip(packed, { maxOutputLength: Math.min(limits.inputBytesMax, 2 ** 29) })).toString('utf8');
  } catch (cause) {
    throw new MargridError('FileUnreadable', `${path}: ${(cause as Error).message}`, { file: path });
  }
}

/** Times come as UTC milliseconds, everything else as text. */
async function duckDbRows(path: string, names: readonly string[]): Promise<RawRow[]> {
  const file = await openInput(path, {});
  return withDuckDb(file.absolutePath, async (database) => {
    try {
      const source = await openDuckDbSource(database, file, names);
      const expressions = names.map((name) => {
        const column = source.columns.find((each) => each.name === name);
        if (column === undefined) throw missing(path, name, source.columns.map((each) => each.name));
        return column.kind === 'time' ? `epoch_ms(${source.sql(name)})::DOUBLE` : `${source.sql(name)}::VARCHAR`;
      });
      const rows = await database.rows(`SELECT ${expressions.join(', ')} FROM ${source.from} ORDER BY "row"`, source.parameters);
      const isJson = file.format === 'json' || file.format === 'ndjson';
      return rows.map((row) => rawRow(row, isJson));
    } catch (cause) {
      throw readFailure(file, cause);
    }
  });
}

function rawRow(row: Row, isJson: boolean): RawRow {
  const cell = (index: number): string | number | null => {
    const value = (row[index] ?? null) as string | number | null;
    // A JSON text stands in its quotes.
    return isJson && typeof value === 'string' ? value.replaceAll(/^"|"$/g, '') : value;
  };
  const chosen = cell(2);
  return { date: cell(0), price: cell(1), chosen: chosen === null ? null : String(chosen) };
}
