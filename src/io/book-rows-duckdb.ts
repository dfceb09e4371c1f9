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
  const columns = allocate(source.rowCount);
  await database.stream(
    `SELECT s."row"::INTEGER, coalesce(a.rank, -1), coalesce(i.code, -1),
            coalesce(s.quantity, 'nan'::DOUBLE), coalesce(s.entry_price, 'nan'::DOUBLE)
     FROM ${rows} s LEFT JOIN accounts a ON s.account = a.account LEFT JOIN instruments i ON s.instrument = i.name`,
    source.parameters,
    ([row, account, instrument, quantity, entryPrice], rowCount) => {
      for (let index = 0; index < rowCount; index += 1) {
        const at = row[index];
        columns.accountIndex[at] = account[index]!;
        columns.instrumentCode[at] = instrument[index]!;
        columns.quantity[at] = quantity[index]!;
        columns.entryPrice[at] = entryPrice[index]!;
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

function allocate(rowCount: number): Pick<BookRows, 'accountIndex' | 'instrumentCode' | 'quantity' | 'entryPrice'> {
  return {
    accountIndex: new Int32Array(rowCount).fill(-1),
    instrumentCode: new Int32Array(rowCount).fill(-1),
    quantity: new Float64Array(rowCount).fill(NaN),
    entryPrice: new Float64Array(rowCount).fill(NaN),
  };
}

/**
 * SQL for a column and for its `_text`: what the file holds where it is not of the column's type, NULL elsewhere.
 * Texts that DuckDB would read as numbers but nobody writes as such (`1_000`) are not numbers. /
 */
function cellSql(source: DuckDbSource, name: BookColumn): string {
  const value = source.sql(name);
  const isNumber = name === 'quantity' || name === 'entry_price';
  const column = source.columns.find((candidate) => candidate.name === name)!;
  if (column.kind === 'json') return jsonCellSql(value, name);
  if (!isNumber) {
    const plain = column.kind === 'integer' ? value : `nullif(${value}::VARCHAR, '')`;
    return `${plain} AS ${name}, NULL::VARCHAR AS ${name}_text`;
  }
  if (column.kind !== 'text') return `${value}::DOUBLE AS ${name}, NULL::VARCHAR AS ${name}_text`;
  const parsed = `CASE WHEN contains(${value}, '_') THEN NULL ELSE try_cast(${value} AS DOUBLE) END`;
  return `${parsed} AS ${name}, CASE WHEN (${parsed}) IS NULL THEN ${value} END AS ${name}_text`;
}

function jsonCellSql(value: string, name: BookColumn): string {
  const types: Readonly<Record<BookColumn, string>> = {
    account: `'VARCHAR', 'BIGINT', 'UBIGINT'`,
    instrument: `'VARCHAR'`,
    quantity: `'BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'`,
    entry_price: `'BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'`,
  };
  const fits = `json_type(${value}) IN (${types[name]})`;
  const isNumber = name === 'quantity' || name === 'entry_price';
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
