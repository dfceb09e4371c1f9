import { BadInputError, MargridError, type ErrorCode } from '../errors.ts';
import {
  isoTime, isUnquoted, numberOfCell, readRawTable, requireColumn, shown, timeOf, type RawCell, type RawColumn,
} from '../io/index.ts';
import { parseFactor, type RiskFactor } from '../scenario/scenario-set.ts';
import { alignHistories, type AlignOptions, type FactorSeries } from './align.ts';
import type { MarketHistory } from './market-history.ts';

/** Where the values of a factor stand: a column of a wide file, or the rows of one symbol of a long one. */
export interface FactorColumn {
  readonly factor: RiskFactor;
  /** Column (wide) or symbol (long). */
  readonly column: string;
  /** Values are multiplied by it: 0.01 makes fractions of volatility points. Default 1. */
  readonly scale?: number;
}

/** How dates are written: ISO-8601 or timestamps, month/day/year, day/month/year. */
export const dateFormats = ['iso', 'mdy', 'dmy'] as const;
export type DateFormat = (typeof dateFormats)[number];

/**
 * Several rows of a day: `refuse`; `last`, its close; `times`: each row is an observation of its own, at its UTC time.
 */
export const intradayPolicies = ['refuse', 'last', 'times'] as const;
export type IntradayPolicy = (typeof intradayPolicies)[number];

/** One file: wide, unless it has a column of symbols. */
export interface HistorySource {
  readonly path: string;
  readonly factors: readonly FactorColumn[];
  /** Default `date`. */
  readonly dateColumn?: string;
  /** Default `iso`. */
  readonly dateFormat?: DateFormat;
  /** Default `refuse`. */
  readonly intraday?: IntradayPolicy;
  /** A text that stands for no value, beside an empty cell: `.`, `NA`. */
  readonly missingText?: string;
  /** Of a long file: columns of symbols and of values; the latter is `close` by default. */
  readonly symbolColumn?: string;
  readonly valueColumn?: string;
}

const mappingPattern = /^([^=]+)=(.+?)(?:\*([\d.]+(?:e[+-]?\d+)?))?$/i;

/** Reads `price:BTC=btc_close` or `volatility:SPX=VIX*0.01`. Throws `OptionInvalid`, `ScenarioInvalid`. */
export function parseFactorColumn(text: string): FactorColumn {
  const match = mappingPattern.exec(text);
  const scale = Number(match?.[3] ?? 1);
  if (match === null || !(scale > 0 && scale < Infinity)) {
    throw new MargridError(
      'OptionInvalid', `a factor is FACTOR=COLUMN or FACTOR=COLUMN*SCALE, got '${text}'`, { value: text },
    );
  }
  return { factor: parseFactor(match[1].trim()), column: match[2], scale };
}

/**
 * Reads price histories and brings them onto the same dates. An empty cell is no value: a date that the series lacks.
 *
 * Throws `BadInputError` with file, row, column and value for a date that is none, goes back or repeats and for a value
 * that is not > 0 and finite, `ColumnMissing`, what `alignHistories` throws, and what opening a file may throw.
 */
export async function readMarketHistory(
  sources: readonly HistorySource[],
  options: AlignOptions = {},
): Promise<MarketHistory> {
  const series: FactorSeries[] = [];
  for (const source of sources) series.push(...(await readSeries(source)));
  return alignHistories(series, options);
}

async function readSeries(source: HistorySource): Promise<FactorSeries[]> {
  const { path, factors, dateColumn = 'date', symbolColumn, valueColumn = 'close' } = source;
  const columns = symbolColumn === undefined ? factors.map(({ column }) => column) : [symbolColumn, valueColumn];
  const table = await readRawTable(path, [dateColumn, ...columns]);
  const dates = requireColumn(table, dateColumn);
  if (symbolColumn === undefined) {
    const all = Array.from({ length: table.rowCount }, (_, row) => row);
    return factors.map((each) => seriesOf(source, each, dates, requireColumn(table, each.column), all));
  }
  const rows = rowsBySymbol(requireColumn(table, symbolColumn));
  const values = requireColumn(table, valueColumn);
  return factors.map((each) => {
    const own = rows.get(each.column);
    if (own !== undefined) return seriesOf(source, each, dates, values, own);
    const known = [...rows.keys()].slice(0, 40).join(', ');
    throw failure(table, 'ValueInvalid', symbolColumn, each.column, `no row has this symbol; there are ${known}`);
  });
}

function rowsBySymbol({ cells }: RawColumn): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  cells.forEach((cell, row) => {
    if (cell === null) return;
    const symbol = String(cell);
    const known = rows.get(symbol);
    if (known === undefined) rows.set(symbol, [row]);
    else known.push(row);
  });
  return rows;
}

function seriesOf(
  source: HistorySource,
  { factor, column, scale = 1 }: FactorColumn,
  dateColumn: RawColumn,
  valueColumn: RawColumn,
  rows: readonly number[],
): FactorSeries {
  const { intraday = 'refuse', dateFormat = 'iso', missingText } = source;
  const dates: string[] = [];
  const values: number[] = [];
  let unquoted = 0;
  let before = '';
  for (const row of rows) {
    const fail = (name: string, cell: RawCell, message: string, code: ErrorCode = 'ValueInvalid'): never => {
      throw failure(source, code, name, cell, `${message}, got ${shown(cell)}`, row);
    };
    const dateCell = dateColumn.cells[row];
    const ms = dateFormat === 'iso' ? timeOf(dateColumn, row) : timeOfParts(dateCell, dateFormat);
    if (ms === undefined) return fail(dateColumn.name, dateCell, 'must be a date');
    const date = intraday === 'times' ? isoTime(ms).replace('.000Z', 'Z') : isoTime(ms).slice(0, 10);
    const repeats = date === before;
    if (date < before || (repeats && intraday !== 'last')) {
      return fail(dateColumn.name, dateCell, `must be after the row before, ${before}`, 'HistoryMisaligned');
    }
    before = date;
    const cell = valueColumn.cells[row];
    if (isUnquoted(cell) || (cell === missingText && missingText !== undefined)) {
      unquoted++;
      continue;
    }
    const value = numberOfCell(cell);
    if (value === undefined || !(value > 0 && value < Infinity)) {
      return fail(valueColumn.name, cell, 'must be > 0 and finite');
    }
    if (dates.at(-1) === date) values[values.length - 1] = value * scale;
    else {
      dates.push(date);
      values.push(value * scale);
    }
  }
  return { factor, source: `${source.path}, ${column}`, dates, values: Float64Array.from(values), unquoted };
}

const partsPattern = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;

/** UTC milliseconds of `1/31/2020` or `31.1.2020`; undefined if it is no date. */
function timeOfParts(cell: RawCell, format: 'mdy' | 'dmy'): number | undefined {
  const match = partsPattern.exec(String(cell).trim());
  if (match === null) return undefined;
  const [month, day] = format === 'mdy' ? [+match[1], +match[2]] : [+match[2], +match[1]];
  const ms = Date.UTC(+match[3], month - 1, day);
  return new Date(ms).getUTCMonth() === month - 1 && month >= 1 && day >= 1 ? ms : undefined;
}

function failure(
  { path }: { readonly path: string },
  code: ErrorCode,
  column: string,
  value: RawCell,
  message: string,
  row?: number,
): MargridError {
  return new BadInputError(
    [{ code, file: path, column, value, message, ...(row === undefined ? {} : { row: row + 1 }) }],
  );
}
