import type { Book, QuarantinedAccount } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { BadInputError, formatProblem, MargridError, type Problem } from '../errors.ts';
import { limits } from '../limits.ts';
import { readArrowBookRows } from './book-rows-arrow.ts';
import { readBookRows } from './book-rows-duckdb.ts';
import { buildBook } from './build-book.ts';
import { isOrder, noCode, type BookRows, type NameTable } from './book-rows.ts';
import { describeBookRow, fault, findBookFaults, holding, type BookFaults } from './check-book.ts';
import { currenciesOf } from './currencies.ts';
import { withDuckDb } from './duckdb.ts';
import { openDuckDbSource, readFailure } from './duckdb-source.ts';
import { openInput, type InputFile, type ReadOptions } from './input-file.ts';
import { ProblemLog } from './problems.ts';
import { bookColumns, checkColumnNames, ignoredColumns, type SourceColumn } from './schema.ts';

export interface ReadBookOptions extends ReadOptions {
  /** Leave out accounts with a bad row, and report them as quarantined, instead of refusing the file. */
  readonly keepGoing?: boolean;
}

export interface ReadBookResult {
  readonly book: Book;
  /** With `keepGoing`, what was wrong with the quarantined accounts, the first ones in full. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Rows of the file, those of quarantined accounts included. */
  readonly rowCount: number;
  readonly ignoredColumns: readonly string[];
}

/** Reads a book file and resolves it against a market. The columns are described in docs/FILES.md. */
export async function readBook(path: string, market: Market, options: ReadBookOptions = {}): Promise<ReadBookResult> {
  const file = await openInput(path, options);
  const currencies = currenciesOf(market.instruments);
  const names = [...market.instruments.map(({ name }) => name), ...currencies];
  return withBookRows(file, names, async (rows) => {
    const log = new ProblemLog(file.path);
    const holdings = holdingsOf(market, currencies.length);
    const faults = findBookFaults(rows, holdings);
    const quarantined = await judge(file, rows, faults, holdings, log, options.keepGoing ?? false);
    const book = buildBook(rows, market.instruments.length, currencies, quarantined);
    requirePositionLimits(file, book);
    return {
      book,
      problems: log.problems,
      problemCount: log.problemCount,
      rowCount: rows.rowCount,
      ignoredColumns: ignoredColumns(rows.columns, bookColumns),
    };
  });
}

/** Opens a book file of any format as plain columns; they are valid while `use` runs. */
export async function withBookRows<Result>(
  file: InputFile,
  nameTable: NameTable,
  use: (rows: BookRows) => Promise<Result>,
): Promise<Result> {
  if (file.format === 'arrow') return use(await readArrowBookRows(file, nameTable));
  return withDuckDb(file.absolutePath, async (database) => {
    let rows: BookRows;
    try {
      const columnNames = bookColumns.map(({ name }) => name);
      const source = await openDuckDbSource(database, file, columnNames);
      requireBookColumns(file, source.columns, source.rowCount);
      rows = await readBookRows(database, file, source, nameTable);
    } catch (cause) {
      throw readFailure(file, cause);
    }
    return use(rows);
  });
}

export function requireBookColumns(file: InputFile, columns: readonly SourceColumn[], rowCount: number): void {
  const log = new ProblemLog(file.path);
  checkColumnNames(columns, bookColumns, log);
  if (rowCount === 0) log.add('FileUnreadable', 'the file has no rows');
  log.throwIfAny();
}

export function holdingsOf(market: Market, currencyCount: number): Uint8Array {
  const holdings = new Uint8Array(market.instruments.length + currencyCount).fill(holding.cash);
  market.instruments.forEach(({ kind }, index) => {
    const hasEntryPrice = kind === 'future' || kind === 'perpetual';
    holdings[index] = hasEntryPrice ? holding.positionWithEntryPrice : holding.position;
  });
  return holdings;
}

/** Rows whose values are fetched for messages at one time. */
const describedRowCount = 50_000;

export async function describeFaults(
  file: string,
  rows: BookRows,
  faults: BookFaults,
  holdings: Uint8Array,
  wanted: readonly number[],
): Promise<Problem[][]> {
  const described: Problem[][] = [];
  for (let start = 0; start < wanted.length; start += describedRowCount) {
    const part = wanted.slice(start, start + describedRowCount);
    const values = await rows.values(Int32Array.from(part, (index) => faults.rows[index]));
    part.forEach((index, at) => {
      const row = faults.rows[index];
      const code = rows.instrumentCode[row];
      const held = code === noCode ? holding.unknown : holdings[code];
      const context = { held, order: isOrder(rows, row), firstRow: faults.firstRowOf?.[row] };
      described.push(describeBookRow(file, row, faults.masks[index], values[at], context));
    });
  }
  return described;
}

/** Describes the first problems in full and counts the rest. */
export async function logFaults(
  rows: BookRows,
  faults: BookFaults,
  holdings: Uint8Array,
  log: ProblemLog,
): Promise<void> {
  const wanted = Array.from({ length: Math.min(faults.rows.length, limits.problemCountMax) }, (_, index) => index);
  const described = await describeFaults(log.file, rows, faults, holdings, wanted);
  for (const problem of described.flat()) log.addProblem(problem);
  log.addCount(faults.faultCount - log.problemCount);
}

/** Throws, or names the accounts to leave out. A row without an account has nobody to leave out: it always throws. */
async function judge(
  file: InputFile,
  rows: BookRows,
  faults: BookFaults,
  holdings: Uint8Array,
  log: ProblemLog,
  keepGoing: boolean,
): Promise<QuarantinedAccount[]> {
  if (faults.faultCount === 0) return [];
  await logFaults(rows, faults, holdings, log);
  if (!keepGoing) log.throwIfAny();
  const homeless: number[] = [];
  let homelessCount = 0;
  faults.masks.forEach((mask, index) => {
    if ((mask & fault.account) === 0) return;
    homelessCount += 1;
    if (homeless.length < limits.problemCountMax) homeless.push(index);
  });
  if (homelessCount > 0) {
    const described = await describeFaults(file.path, rows, faults, holdings, homeless);
    throw new BadInputError(
      described.flat().filter(({ column }) => column === 'account'),
      homelessCount,
    );
  }
  return quarantine(file, rows, faults, holdings);
}

async function quarantine(
  file: InputFile,
  rows: BookRows,
  faults: BookFaults,
  holdings: Uint8Array,
): Promise<QuarantinedAccount[]> {
  const firstFault = new Map<number, number>();
  const badRowCount = new Map<number, number>();
  faults.rows.forEach((row, index) => {
    const account = rows.accountIndex[row];
    if (!firstFault.has(account)) firstFault.set(account, index);
    badRowCount.set(account, (badRowCount.get(account) ?? 0) + 1);
  });
  const accounts = [...firstFault.keys()];
  const described = await describeFaults(file.path, rows, faults, holdings, [...firstFault.values()]);
  return accounts
    .map((accountIndex, at) => {
      const more = badRowCount.get(accountIndex)! - 1;
      const reason = formatProblem(described[at][0]) + (more > 0 ? ` (and ${more} more bad rows)` : '');
      return { accountIndex, reason };
    })
    .sort((a, b) => a.accountIndex - b.accountIndex);
}

/** An open order takes a slot as a position does: the limits are for both together. */
function requirePositionLimits(file: InputFile, book: Book): void {
  const require = (name: 'positionCountMax' | 'positionCountPerAccountMax', count: number): void => {
    if (count <= limits[name]) return;
    throw new MargridError('LimitExceeded', `${file.path}: ${name} is ${limits[name]}, got ${count}`, {
      file: file.path,
      value: count,
    });
  };
  const { positions, orders } = book;
  require('positionCountMax', positions.quantity.length + (orders?.quantity.length ?? 0));
  const perAccount = new Uint32Array(book.accountIds.length);
  let largest = 0;
  for (const accounts of [positions.accountIndex, orders?.accountIndex ?? []]) {
    for (const account of accounts) {
      const count = perAccount[account] + 1;
      perAccount[account] = count;
      if (count > largest) largest = count;
    }
  }
  require('positionCountPerAccountMax', largest);
}
