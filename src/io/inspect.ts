import { riskGroupOf } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { BadInputError, MargridError, type Problem } from '../errors.ts';
import { openArrowTable } from './arrow-table.ts';
import { isOrder, noCode, type BookRows } from './book-rows.ts';
import { findBookFaults, holding } from './check-book.ts';
import { currenciesOf } from './currencies.ts';
import { withDuckDb } from './duckdb.ts';
import { openDuckDbSource } from './duckdb-source.ts';
import { formatOf, type FileFormat } from './format.ts';
import { openInput, type InputFile, type ReadOptions } from './input-file.ts';
import { fieldColumn } from './market-field-columns.ts';
import { readMarketCells } from './market-cells.ts';
import { ProblemLog } from './problems.ts';
import { holdingsOf, logFaults, withBookRows } from './read-book.ts';
import { judgeMarket } from './read-market.ts';
import { bookColumns, marketColumns, type ColumnRule, type SourceColumn } from './schema.ts';
import { isoTime } from './time.ts';

export interface InspectOptions extends ReadOptions {
  /**
   * Judge a book against this market; without one, unknown instruments and the rules of their kinds are not checked.
   */
  readonly market?: Market;
}

export type FileContent = 'book' | 'market' | 'unknown';

export interface InspectedColumn {
  readonly name: string;
  readonly type: string;
  readonly use: 'required' | 'optional' | 'ignored';
}

export interface NumberRange {
  readonly column: string;
  /** Finite values only; null if there are none. */
  readonly min: number | null;
  readonly max: number | null;
}

/** What a file holds, as data. Fields that the content does not have, or that a problem hides, are absent. */
export interface FileInspection {
  readonly path: string;
  readonly format?: FileFormat;
  readonly byteCount?: number;
  readonly content: FileContent;
  readonly rowCount?: number;
  readonly columns: readonly InspectedColumn[];
  /** Book only. */
  readonly accountCount?: number;
  /** Book only: rows with a limit price. */
  readonly orderCount?: number;
  /** Distinct instruments: of a market all, of a book those held (currencies included if no market was given). */
  readonly instrumentCount?: number;
  /** Risk groups with their number of instruments. Needs a market. */
  readonly groups?: readonly { readonly name: string; readonly instrumentCount: number }[];
  readonly currencies?: readonly string[];
  readonly asOf?: string;
  readonly ranges: readonly NumberRange[];
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

type Found = Omit<
  FileInspection,
  'path' | 'format' | 'byteCount' | 'content' | 'columns' | 'problems' | 'problemCount'
>;

/** Looks at a book or market file, whichever its columns say. Bad files do not throw: their problems are the result. */
export async function inspectFile(path: string, options: InspectOptions = {}): Promise<FileInspection> {
  let known: Partial<FileInspection> = {};
  const log = new ProblemLog(path);
  let found: Found = { ranges: [] };
  try {
    known = { format: formatOf(path) };
    const file = await openInput(path, options);
    known = { ...known, byteCount: file.byteCount };
    const shape = await shapeOf(file);
    const content = contentOf(shape.columns);
    const columns = describeColumns(shape.columns, content);
    known = { ...known, content, rowCount: shape.rowCount, columns };
    if (content === 'book') found = await inspectBook(file, options.market, log);
    else if (content === 'market') found = await inspectMarket(file, log);
    else log.add('ColumnMissing', 'the columns are neither those of a book nor those of a market');
  } catch (cause) {
    addFailure(log, cause);
  }
  const { problems, problemCount } = log;
  return { path, content: 'unknown', columns: [], ...known, ...found, problems, problemCount };
}

function addFailure(log: ProblemLog, cause: unknown): void {
  if (cause instanceof BadInputError) {
    for (const problem of cause.problems) log.addProblem(problem);
    log.addCount(cause.problemCount - cause.problems.length);
  } else if (cause instanceof MargridError && cause.code !== 'DependencyMissing' && cause.code !== 'OptionInvalid') {
    const prefix = `${log.file}: `;
    const message = cause.message.startsWith(prefix) ? cause.message.slice(prefix.length) : cause.message;
    log.addProblem({ file: log.file, ...cause.place, code: cause.code, message });
  } else {
    throw cause;
  }
}

async function shapeOf(file: InputFile): Promise<{ columns: readonly SourceColumn[]; rowCount: number }> {
  if (file.format === 'arrow') return openArrowTable(file);
  return withDuckDb(file.absolutePath, async (database) => {
    const { columns, rowCount } = await openDuckDbSource(database, file, []);
    return { columns, rowCount };
  });
}

/** The content whose required columns the file has most of, as a share; at least half of them. */
function contentOf(columns: readonly SourceColumn[]): FileContent {
  const share = (rules: readonly ColumnRule[]): number => {
    const required = rules.filter(({ optional }) => !optional);
    return required.filter((rule) => columns.some(({ name }) => name === rule.name)).length / required.length;
  };
  const book = share(bookColumns);
  const market = share(marketColumns);
  if (Math.max(book, market) < 0.5) return 'unknown';
  return market > book ? 'market' : 'book';
}

function describeColumns(columns: readonly SourceColumn[], content: FileContent): InspectedColumn[] {
  const rules: readonly ColumnRule[] = content === 'market' ? marketColumns : content === 'book' ? bookColumns : [];
  return columns.map(({ name, type }) => {
    const rule = rules.find((candidate) => candidate.name === name);
    return { name, type, use: rule === undefined ? 'ignored' : rule.optional ? 'optional' : 'required' };
  });
}

async function inspectMarket(file: InputFile, log: ProblemLog): Promise<Found> {
  const cells = await readMarketCells(file);
  const { market, log: judged } = judgeMarket(file.path, cells);
  for (const problem of judged.problems) log.addProblem(problem);
  log.addCount(judged.problemCount - judged.problems.length);
  const { instruments } = market;
  const expiries = instruments.flatMap(({ expiryMs }) => (expiryMs === null ? [] : [expiryMs]));
  const strikes = instruments.flatMap(({ strike }) => (strike === null ? [] : [strike]));
  return {
    rowCount: cells.rowCount,
    instrumentCount: new Set(instruments.map(({ name }) => name)).size,
    groups: groupsOf(market),
    currencies: currenciesOf(instruments).filter((currency) => currency !== ''),
    ...(Number.isNaN(market.asOfMs) ? {} : { asOf: isoTime(market.asOfMs) }),
    ranges: [
      rangeOf(
        'contract_size',
        instruments.map(({ contractSize }) => contractSize),
      ),
      rangeOf('expiry', expiries),
      rangeOf('strike', strikes),
      rangeOf('index_price', market.indexPrice.values()),
      rangeOf('forward', market.forward),
      rangeOf('implied_volatility', market.impliedVolatility),
      ...[...(market.fields ?? [])].map(([field, values]) => rangeOf(fieldColumn(field), values)),
    ],
  };
}

function groupsOf(market: Market): { name: string; instrumentCount: number }[] {
  const counts = new Map<string, number>();
  for (const instrument of market.instruments) {
    const { name, baseCurrency, settlementCurrency } = riskGroupOf(instrument);
    if (baseCurrency !== '' && settlementCurrency !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, instrumentCount]) => ({ name, instrumentCount }));
}

async function inspectBook(file: InputFile, market: Market | undefined, log: ProblemLog): Promise<Found> {
  const currencies = market === undefined ? [] : currenciesOf(market.instruments);
  const names = market === undefined ? 'as found' : [...market.instruments.map(({ name }) => name), ...currencies];
  return withBookRows(file, names, async (rows) => {
    const holdings =
      market === undefined
        ? new Uint8Array(rows.names.length).fill(holding.unknown)
        : holdingsOf(market, currencies.length);
    await logFaults(rows, findBookFaults(rows, holdings), holdings, log);
    const held = heldCodes(rows);
    return {
      rowCount: rows.rowCount,
      accountCount: rows.accountIds.length,
      instrumentCount: countOf(held, 0, market?.instruments.length ?? held.length),
      ...(market === undefined ? {} : heldParts(market, currencies, held)),
      orderCount: countOrders(rows),
      ranges: [
        rangeOf('quantity', rows.quantity),
        rangeOf('entry_price', rows.entryPrice),
        ...(rows.limitPrice === undefined ? [] : [rangeOf('limit_price', rows.limitPrice.filter(Boolean))]),
        ...(rows.addOn === undefined ? [] : [rangeOf('add_on', rows.addOn.filter(Boolean))]),
      ],
    };
  });
}

function countOrders(rows: BookRows): number {
  let count = 0;
  for (let row = 0; row < rows.rowCount; row += 1) if (isOrder(rows, row)) count += 1;
  return count;
}

function heldCodes(rows: BookRows): Uint8Array {
  const held = new Uint8Array(rows.names.length);
  for (const code of rows.instrumentCode) {
    if (code !== noCode) held[code] = 1;
  }
  return held;
}

function countOf(held: Uint8Array, start: number, end: number): number {
  return held.subarray(start, end).reduce((sum, one) => sum + one, 0);
}

function heldParts(
  market: Market,
  currencies: readonly string[],
  held: Uint8Array,
): Pick<Found, 'groups' | 'currencies'> {
  const instruments = market.instruments.filter((_, index) => held[index] === 1);
  return {
    groups: groupsOf({ ...market, instruments }),
    currencies: currencies.filter((_, index) => held[market.instruments.length + index] === 1),
  };
}

function rangeOf(column: string, values: Iterable<number>): NumberRange {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? { column, min: null, max: null } : { column, min, max };
}
