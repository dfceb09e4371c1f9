import { pairOf } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import {
  numberOfCell, ProblemLog, readRawTable, requireColumn, shown, timeOf, type RawColumn, type RawTable, type ReadOptions,
} from '../io/index.ts';
import type { TickSource } from './monitor-ticks.ts';

const priceColumns = ['forward', 'implied_volatility', 'index_price'] as const;
type PriceColumn = (typeof priceColumns)[number];

/** Recorded quotes, row by row: 36 bytes each. */
interface QuoteRows {
  readonly asOfMs: Float64Array;
  /** Row of the instrument in the market. */
  readonly instrument: Int32Array;
  readonly columns: ReadonlyMap<PriceColumn, PriceRows>;
}

interface PriceRows {
  readonly values: Float64Array;
  /** 1 where the file has a value. */
  readonly isGiven: Uint8Array;
}

/**
 * Recorded quotes: rows of a market file (`instrument`, `as_of`, and any of `forward`, `implied_volatility`,
 * `index_price`) in the order of time, a tick for every `as_of`. Rows and values that are not there stay as they were,
 * at first those of the market. What is no price is passed on: the engine quarantines who holds it. The file is read
 * whole: about 200 bytes a row. Throws `BadInputError` with every problem, and what `readRawTable` throws.
 */
export async function quoteTicks(market: Market, file: string, options: ReadOptions): Promise<TickSource> {
  const table = await readRawTable(file, ['as_of', 'instrument', ...priceColumns], options);
  const problems = new ProblemLog(file);
  const rows = rowsOf(table, market, problems);
  problems.throwIfAny();
  const firsts = firstRows(rows.asOfMs);
  return {
    words: `quotes of ${file}`,
    tickCount: firsts.length,
    steps: async function* () {
      let quotes: Quotes = market;
      for (let tick = 0; tick < firsts.length; tick++) {
        quotes = quotesAt(quotes, rows, firsts[tick], firsts[tick + 1] ?? table.rowCount, market);
        yield { kind: 'tick', quotes, accepted: () => {}, place: null };
      }
    },
  };
}

function rowsOf(table: RawTable, market: Market, problems: ProblemLog): QuoteRows {
  const rowOf = new Map(market.instruments.map(({ name }, row) => [name, row] as const));
  const names = requireColumn(table, 'instrument').cells;
  const times = requireColumn(table, 'as_of');
  const asOfMs = new Float64Array(table.rowCount);
  const instrument = new Int32Array(table.rowCount);
  let before = market.asOfMs;
  for (let row = 0; row < table.rowCount; row++) {
    const name = String(names[row] ?? '');
    const known = rowOf.get(name);
    if (known === undefined) {
      const message = `the market has no instrument ${shown(name)}`;
      problems.add('InstrumentUnknown', message, { row: row + 1, column: 'instrument', value: name });
    }
    instrument[row] = known ?? -1;
    asOfMs[row] = before = requireTime(times, row, before, problems);
  }
  const columns = new Map<PriceColumn, PriceRows>();
  for (const name of priceColumns) {
    const column = table.columns.get(name);
    if (column !== undefined) columns.set(name, pricesOf(column, problems));
  }
  if (columns.size === 0) requireColumn(table, priceColumns[0]);
  return { asOfMs, instrument, columns };
}

/** The time of a row; that of the row before if there is a problem. */
function requireTime(column: RawColumn, row: number, before: number, problems: ProblemLog): number {
  const cell = column.cells[row];
  const ms = timeOf(column, row) ?? (/^\d+$/.test(String(cell)) ? Number(cell) : NaN);
  if (ms >= before) return ms;
  const place = { row: row + 1, column: 'as_of', value: cell };
  if (Number.isNaN(ms)) problems.add('ValueInvalid', `must be a time, got ${shown(cell)}`, place);
  else {
    const message = `must not be before ${new Date(before).toISOString()}, got ${shown(cell)}`;
    problems.add('HistoryMisaligned', message, place);
  }
  return before;
}

function pricesOf({ name, cells }: RawColumn, problems: ProblemLog): PriceRows {
  const values = new Float64Array(cells.length);
  const isGiven = new Uint8Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (cell === null || cell === '') continue;
    const value = numberOfCell(cell);
    if (value === undefined) {
      const message = `must be a number, got ${shown(cell)}`;
      problems.add('ColumnTypeWrong', message, { row: row + 1, column: name, value: cell });
    }
    values[row] = value ?? NaN;
    isGiven[row] = 1;
  }
  return { values, isGiven };
}

/** First row of every tick. */
function firstRows(asOfMs: Float64Array): number[] {
  const firsts: number[] = [];
  for (let row = 0; row < asOfMs.length; row++) if (row === 0 || asOfMs[row] !== asOfMs[row - 1]) firsts.push(row);
  return firsts;
}

function quotesAt(old: Quotes, rows: QuoteRows, first: number, end: number, market: Market): Quotes {
  const { asOfMs, instrument, columns } = rows;
  const changed = (name: PriceColumn, set: (row: number, value: number) => void): void => {
    const column = columns.get(name);
    if (column === undefined) return;
    for (let row = first; row < end; row++) if (column.isGiven[row] === 1) set(instrument[row], column.values[row]);
  };
  const forward = old.forward.slice();
  const impliedVolatility = old.impliedVolatility.slice();
  const indexPrice = new Map(old.indexPrice);
  changed('forward', (row, value) => (forward[row] = value));
  changed('implied_volatility', (row, value) => (impliedVolatility[row] = value));
  changed('index_price', (row, value) => {
    const { baseCurrency, quoteCurrency } = market.instruments[row];
    indexPrice.set(pairOf(baseCurrency, quoteCurrency), value);
  });
  return { ...old, asOfMs: asOfMs[first], forward, impliedVolatility, indexPrice };
}
