import type { BookRows, BookRowValues, CellValue, NameTable } from './book-rows.ts';
import type { DuckDb, Row } from './duckdb.ts';
import type { DuckDbSource } from './duckdb-source.ts';
import { BadInputError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { InputFile } from './input-file.ts';
import { bookColumns, columnTypeFits, type BookColumn, type SourceColumn } from './schema.ts';
import { ProblemLog, shown } from './problems.ts';

/**
 * Names become integers inside DuckDB, in parallel; only integers and doubles cross into JavaScript, as vectors. Rows
 * come back in any order (two threads were enough to see it), so each carries its number. /
 */
export async function readBookRows(
  database: DuckDb,
  file: InputFile,
  source: DuckDbSource,
  nameTable: NameTable,
): Promise<BookRows> {
  await requireColumnTypes(database, file, source);
  const rows = `(SELECT "row", ${bookColumns.map(({ name }) => cellSql(source, name)).join(', ')} FROM ${source.from})`;
  const accountIds = await rankAccounts(database, file, source, rows);
  const names = await numberNames(database, source, rows, nameTable);
  const columns = allocate(source);
  await database.stream(
    `SELECT s."row"::INTEGER, coalesce(a.rank, -1), coalesce(i.code, -1),
            coalesce(s.quantity, 'nan'::DOUBLE), coalesce(s.entry_price, 'nan'::DOUBLE),
            ${optionalSql('limit_price', 'isfinite(s.limit_price) AND s.limit_price > 0')},
            ${optionalSql('add_on', 'isfinite(s.add_on) AND s.add_on >= 0')}
     FROM ${rows} s LEFT JOIN accounts a ON s.account = a.account LEFT JOIN instruments i ON s.instrument = i.name`,
    source.parameters,
    ([row, account, instrument, quantity, entryPrice, limitPrice, addOn], rowCount) => {
      for (let index = 0; index < rowCount; index += 1) {
        const at = row[index];
        columns.accountIndex[at] = account[index]!;
        columns.instrumentCode[at] = instrument[index]!;
        columns.quantity[at] = quantity[index]!;
        columns.entryPrice[at] = entryPrice[index]!;
        if (columns.limitPrice !== undefined) columns.limitPrice[at] = limitPrice[index]!;
        if (columns.addOn !== undefined) columns.addOn[at] = addOn[index]!;
      }
    },
  );
  return {
    columns: source.columns,
    rowCount: source.rowCount,
    accountIds,
    names,
    ...columns,
    values: (wanted) => fetchValues(database, source, rows, wanted),
  };
}

/** NULL as 0, anything that is not good as NaN. */
function optionalSql(name: BookColumn, isGood: string): string {
  return `CASE WHEN s.${name} IS NULL AND s.${name}_text IS NULL THEN 0::DOUBLE
               WHEN ${isGood} THEN s.${name} ELSE 'nan'::DOUBLE END`;
}

function allocate({
  rowCount,
  columns,
}: DuckDbSource): Pick<
  BookRows,
  'accountIndex' | 'instrumentCode' | 'quantity' | 'entryPrice' | 'limitPrice' | 'addOn'
> {
  const has = (wanted: BookColumn): boolean => columns.some(({ name }) => name === wanted);
  return {
    accountIndex: new Int32Array(rowCount).fill(-1),
    instrumentCode: new Int32Array(rowCount).fill(-1),
    quantity: new Float64Array(rowCount).fill(NaN),
    entryPrice: new Float64Array(rowCount).fill(NaN),
    limitPrice: has('limit_price') ? new Float64Array(rowCount).fill(NaN) : undefined,
    addOn: has('add_on') ? new Float64Array(rowCount).fill(NaN) : undefined,
  };
}

/**
 * SQL for a column and for its `_text`: what the file holds where it is not of the column's type, NULL elsewhere.
 * Texts that DuckDB would read as numbers but nobody writes as such (`1_000`) are not numbers. /
 */
function cellSql(source: DuckDbSource, name: BookColumn): string {
  const value = source.sql(name);
  const isNumber = numberColumns.has(name);
  const column = source.columns.find((candidate) => candidate.name === name);
  // Only optional columns may be absent, and those are numbers.
  if (column === undefined) return `NULL::DOUBLE AS ${name}, NULL::VARCHAR AS ${name}_text`;
  if (column.kind === 'json') return jsonCellSql(value, name);
  if (!isNumber) {
    const plain = column.kind === 'integer' ? value : `nullif(${value}::VARCHAR, '')`;
    return `${plain} AS ${name}, NULL::VARCHAR AS ${name}_text`;
  }
  if (column.kind !== 'text') return `${value}::DOUBLE AS ${name}, NULL::VARCHAR AS ${name}_text`;
  const parsed = `CASE WHEN contains(${value}, '_') THEN NULL ELSE try_cast(${value} AS DOUBLE) END`;
  return `${parsed} AS ${name}, CASE WHEN (${parsed}) IS NULL THEN ${value} END AS ${name}_text`;
}

const numberColumns: ReadonlySet<BookColumn> = new Set(['quantity', 'entry_price', 'limit_price', 'add_on']);

function jsonCellSql(value: string, name: BookColumn): string {
  const isNumber = numberColumns.has(name);
  const numberTypes = `'BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'`;
  const textTypes = name === 'account' ? `'VARCHAR', 'BIGINT', 'UBIGINT'` : `'VARCHAR'`;
  const fits = `json_type(${value}) IN (${isNumber ? numberTypes : textTypes})`;
  const parsed = isNumber ? `try_cast(${value} AS DOUBLE)` : `nullif(${value} ->> '$', '')`;
  const text = `CASE WHEN NOT (${fits}) THEN ${value}::VARCHAR END`;
  return `CASE WHEN ${fits} THEN ${parsed} END AS ${name}, ${text} AS ${name}_text`;
}

/** A typed column of a wrong type is wrong in every row: the first one is named. */
async function requireColumnTypes(database: DuckDb, file: InputFile, source: DuckDbSource): Promise<void> {
  const log = new ProblemLog(file.path);
  for (const rule of bookColumns) {
    const column = source.columns.find(({ name }) => name === rule.name);
    if (column === undefined || columnTypeFits(column, rule)) continue;
    await addWrongColumn(database, source, column, rule.expectation, log);
  }
  if (log.problemCount > 0) throw new BadInputError(log.problems, log.problemCount);
}

export async function addWrongColumn(
  database: DuckDb,
  source: DuckDbSource,
  column: SourceColumn,
  expectation: string,
  log: ProblemLog,
): Promise<void> {
  const value = source.sql(column.name);
  const [first] = await database.rows(
    `SELECT "row" + 1, ${value}::VARCHAR FROM ${source.from} WHERE ${value} IS NOT NULL ORDER BY "row" LIMIT 1`,
    source.parameters,
  );
  const found = first === undefined ? null : String(first[1]);
  log.add('ColumnTypeWrong', `expected ${expectation}, the column has type ${column.type}, got ${shown(found)}`, {
    row: first === undefined ? 1 : Number(first[0]),
    column: column.name,
    value: found,
  });
}

/** Dense ranks in order of first appearance, into a table; returns the names in that order. */
async function rankAccounts(database: DuckDb, file: InputFile, source: DuckDbSource, rows: string): Promise<string[]> {
  await database.run(
    `CREATE TEMP TABLE accounts AS
     SELECT account, (row_number() OVER (ORDER BY first_row) - 1)::INTEGER AS rank
     FROM (SELECT account, min("row") AS first_row FROM ${rows} WHERE account IS NOT NULL GROUP BY account)`,
    source.parameters,
  );
  const accountCount = await database.count('SELECT count(*) FROM accounts');
  if (accountCount > limits.accountCountMax) {
    const log = new ProblemLog(file.path);
    log.add('LimitExceeded', `accountCountMax is ${limits.accountCountMax}, got ${accountCount}`, {
      value: accountCount,
    });
    log.throwIfAny();
  }
  return readStrings(database, 'account', 'accounts', 'rank');
}

async function numberNames(
  database: DuckDb,
  source: DuckDbSource,
  rows: string,
  nameTable: NameTable,
): Promise<readonly string[]> {
  if (nameTable === 'as found') {
    await database.run(
      `CREATE TEMP TABLE instruments AS
       SELECT instrument AS name, (row_number() OVER (ORDER BY first_row) - 1)::INTEGER AS code
       FROM (SELECT instrument, min("row") AS first_row FROM ${rows} WHERE instrument IS NOT NULL GROUP BY instrument)`,
      source.parameters,
    );
    return readStrings(database, 'name', 'instruments', 'code');
  }
  const { INTEGER, VARCHAR } = database.module;
  await database.run('CREATE TEMP TABLE instruments (name VARCHAR, code INTEGER)');
  await database.append('instruments', [VARCHAR, INTEGER], nameTable.length, (chunk, start) => {
    const codes = Array.from({ length: chunk.rowCount }, (_, index) => start + index);
    chunk.setColumns([codes.map((code) => nameTable[code]), codes]);
  });
  return nameTable;
}

/** Strings per query row: one joined text crosses into JavaScript five times faster than a thousand short ones. */
const joinedCount = 1000;

async function readStrings(database: DuckDb, column: string, table: string, order: string): Promise<string[]> {
  const ambiguous = await database.count(`SELECT count(*) FROM ${table} WHERE contains(${column}::VARCHAR, chr(0))`);
  if (ambiguous > 0) {
    const rows = await database.rows(`SELECT ${column}::VARCHAR FROM ${table} ORDER BY ${order}`);
    return rows.map(([value]) => String(value));
  }
  const joined = await database.rows(
    `SELECT string_agg(${column}::VARCHAR, chr(0) ORDER BY ${order}) FROM ${table}
     GROUP BY ${order} // ${joinedCount} ORDER BY ${order} // ${joinedCount}`,
  );
  return joined.flatMap(([text]) => String(text).split('\0'));
}

async function fetchValues(
  database: DuckDb,
  source: DuckDbSource,
  rows: string,
  wanted: Int32Array,
): Promise<BookRowValues[]> {
  const { INTEGER } = database.module;
  await database.run('CREATE OR REPLACE TEMP TABLE wanted ("row" INTEGER)');
  await database.append('wanted', [INTEGER], wanted.length, (chunk, start) => {
    chunk.setColumnValues(0, [...wanted.subarray(start, start + chunk.rowCount)]);
  });
  const cells = bookColumns.map(({ name }) => `${asPlain(name)}, ${name}_text`).join(', ');
  const found = await database.rows(
    `SELECT ${cells} FROM ${rows} s JOIN wanted USING ("row") ORDER BY "row"`,
    source.parameters,
  );
  return found.map((row) => ({
    account: cellAt(row, 0),
    instrument: cellAt(row, 2),
    quantity: cellAt(row, 4),
    entryPrice: cellAt(row, 6),
    limitPrice: cellAt(row, 8),
    addOn: cellAt(row, 10),
  }));
}

function asPlain(name: BookColumn): string {
  return name === 'account' ? 'account::VARCHAR' : name;
}

function cellAt(row: Row, index: number): CellValue {
  const text = row[index + 1];
  if (text !== null && text !== undefined) return { value: String(text), wrongType: true };
  return { value: row[index] as string | number | null, wrongType: false };
}
