import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { afterAll, beforeAll } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { MargridError, type Problem } from '../../src/errors.ts';
import { BadInputError } from '../../src/errors.ts';

export const asOfMs = Date.UTC(2026, 7, 1, 12);
const expiryMs = Date.UTC(2026, 7, 28, 8);

export function instrument(name: string, part: Partial<Instrument> = {}): Instrument {
  return {
    name,
    kind: 'perpetual',
    payoff: 'inverse',
    baseCurrency: 'BTC',
    quoteCurrency: 'USD',
    settlementCurrency: 'BTC',
    contractSize: 10,
    expiryMs: null,
    strike: null,
    optionType: null,
    ...part,
  };
}

export const instruments: readonly Instrument[] = [
  instrument('BTC-PERP'),
  instrument('BTC-28AUG26', { kind: 'future', expiryMs }),
  instrument('BTC-28AUG26-60000-C', { kind: 'option', expiryMs, strike: 60000, optionType: 'call', contractSize: 1 }),
  instrument('ETH_USDC', {
    kind: 'spot',
    payoff: 'linear',
    baseCurrency: 'ETH',
    quoteCurrency: 'USDC',
    settlementCurrency: 'USDC',
    contractSize: 1,
  }),
];

export function marketOf(list: readonly Instrument[] = instruments): Market {
  return {
    asOfMs,
    instruments: list,
    forward: Float64Array.from(list, ({ baseCurrency }, index) =>
      baseCurrency === 'BTC' ? 60000.1 + index : 3000 / 7,
    ),
    impliedVolatility: Float64Array.from(list, ({ kind }) => (kind === 'option' ? 0.4567 : NaN)),
    indexPrice: new Map([
      ['btc_usd', 60000.1],
      ['eth_usdc', 3000.25],
    ]),
    openInterest: Float64Array.from(list, (_, index) => index * 1.1),
    fields: new Map([['openInterest', Float64Array.from(list, (_, index) => index * 1.1)]]),
  };
}

/** A copy without some of its properties. */
export function without<Whole extends object, Key extends keyof Whole & string>(
  whole: Whole,
  ...keys: Key[]
): Omit<Whole, Key> {
  const kept = Object.entries(whole).filter(([key]) => !keys.includes(key as Key));
  return Object.fromEntries(kept) as Omit<Whole, Key>;
}

/** A directory for the tests of one file, removed afterwards. */
export function temporaryDirectory(): { path(name: string): string } {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'margrid-io-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return { path: (name) => join(directory, name) };
}

export type Value = string | number | null;
export type SqlTypes = Readonly<Record<string, string>>;

export async function runSql(sql: string, parameters: string[] = []): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(sql, parameters);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A Parquet file of a query, made by DuckDB itself and not by the code under test. */
export async function parquetOf(path: string, query: string, options = ''): Promise<string> {
  await runSql(`COPY (${query}) TO ? (FORMAT parquet ${options})`, [path]);
  return path;
}

export const testedExtensions = ['parquet', 'csv', 'json', 'ndjson', 'arrow'] as const;
export type Extension = (typeof testedExtensions)[number];

/** Writes rows in a format without the code under test. `types` are DuckDB's, for Parquet. */
export async function writeRows(
  path: string,
  extension: Extension,
  types: SqlTypes,
  rows: readonly (readonly Value[])[],
): Promise<string> {
  const names = Object.keys(types);
  switch (extension) {
    case 'csv':
      writeFileSync(path, [names, ...rows].map((row) => row.map(csvText).join(',')).join('\n') + '\n');
      break;
    case 'json':
      writeFileSync(path, `[${rows.map((row) => jsonText(names, row)).join(',\n')}]`);
      break;
    case 'ndjson':
      writeFileSync(path, rows.map((row) => jsonText(names, row) + '\n').join(''));
      break;
    case 'parquet': {
      const values = rows.map((row) => `(${row.map((value) => sqlText(value)).join(', ')})`).join(', ');
      const columns = Object.entries(types).map(
        ([name, type], index) => `c${index}::${type} AS "${name.replaceAll('"', '""')}"`,
      );
      const aliases = names.map((_, index) => `c${index}`).join(', ');
      await parquetOf(path, `SELECT ${columns.join(', ')} FROM (VALUES ${values}) t(${aliases})`);
      break;
    }
    case 'arrow':
      writeFileSync(path, arrow.tableToIPC(arrowTable(types, rows), 'file'));
  }
  return path;
}

export function arrowTable(types: SqlTypes, rows: readonly (readonly Value[])[]): arrow.Table {
  const columns = Object.entries(types).map(([name, type], index) => {
    const values = rows.map((row) => row[index]!);
    const kind = type === 'DOUBLE' ? new arrow.Float64() : type === 'INTEGER' ? new arrow.Int32() : new arrow.Utf8();
    return [name, arrow.vectorFromArray(values as never[], kind as arrow.Utf8)] as const;
  });
  return new arrow.Table(Object.fromEntries(columns));
}

function csvText(value: Value): string {
  if (value === null) return '';
  return typeof value === 'string' && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
}

function jsonText(names: readonly string[], row: readonly Value[]): string {
  const fields = row.map((value, index) => {
    const text = typeof value === 'number' && !Number.isFinite(value) ? String(value) : JSON.stringify(value);
    return `${JSON.stringify(names[index])}:${text}`;
  });
  return `{${fields.join(',')}}`;
}

function sqlText(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll(`'`, `''`)}'`;
  return Number.isFinite(value) ? String(value) : `'${value}'::DOUBLE`;
}

/** The problems that a call is refused with. */
export async function problemsOf(call: Promise<unknown>): Promise<readonly Problem[]> {
  const error = await errorOf(call);
  return error instanceof BadInputError
    ? error.problems
    : [{ code: error.code, message: error.message, ...error.place }];
}

export async function errorOf(call: Promise<unknown>): Promise<MargridError> {
  try {
    await call;
  } catch (cause) {
    if (cause instanceof MargridError) return cause;
    throw cause;
  }
  throw new Error('the call succeeded');
}
