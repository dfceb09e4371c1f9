import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { marketFields, type Market, type MarketField } from '../../src/domain/market.ts';
import { inspectFile, readMarket, writeMarket } from '../../src/io/index.ts';
import {
  instruments,
  marketOf,
  parquetOf,
  problemsOf,
  runSql,
  temporaryDirectory,
  testedExtensions,
  without,
  writeRows,
  type Extension,
  type Value,
} from './fixtures.ts';

const files = temporaryDirectory();
const plain: Market = { ...without(marketOf(), 'fields'), openInterest: new Float64Array(instruments.length) };
const names = Object.keys(marketFields) as MarketField[];
/** As the documentation names them, by hand: deriving them here too would prove nothing. Newer ones have one word. */
const columnOf: Readonly<Partial<Record<MarketField, string>>> = {
  ...Object.fromEntries(names.map((name) => [name, name])),
  markPrice: 'mark_price',
  interestRate: 'interest_rate',
  dividendYield: 'dividend_yield',
  fundingRate: 'funding_rate',
  openInterest: 'open_interest',
  confidence: 'confidence',
  volatilityConfidence: 'volatility_confidence',
  rateConfidence: 'rate_confidence',
  indexConfidence: 'index_confidence',
  stablePrice: 'stable_price',
  twapPrice: 'twap_price',
};

/** The rows of a written market with one more column. */
async function marketFile(
  extension: Extension,
  column: string,
  values: readonly Value[],
  type = 'DOUBLE',
): Promise<string> {
  const source = files.path('plain.csv');
  await writeMarket(source, plain);
  const lines = readFileSync(source, 'utf8').trim().split('\n');
  const header = lines[0].split(',');
  const types = Object.fromEntries(
    header.map((name) => [name, /size|strike|price|forward|volatility/.test(name) ? 'DOUBLE' : 'VARCHAR']),
  );
  const rows = lines.slice(1).map((line, index) => [
    ...line.split(',').map((text, at) => (text === '' ? null : types[header[at]] === 'DOUBLE' ? Number(text) : text)),
    values[index],
  ]);
  return writeRows(files.path(`${column}.${extension}`), extension, { ...types, [column]: type }, rows);
}

describe.each(testedExtensions)('market fields in %s', (extension) => {
  test.each(Object.entries(columnOf))('%s stands in the column %s; NULL and NaN are unknown', async (field, column) => {
    const path = await marketFile(extension, column, [0.5, null, NaN, 0.25]);
    const { market, problems, ignoredColumns } = await readMarket(path);
    expect([problems, ignoredColumns, [...market.fields!.keys()]]).toEqual([[], [], [field]]);
    expect([...market.fields!.get(field as MarketField)!]).toEqual([0.5, NaN, NaN, 0.25]);
    expect([...market.openInterest]).toEqual(field === 'openInterest' ? [0.5, 0, 0, 0.25] : [0, 0, 0, 0]);
  });

  test('no column, no field', async () => {
    const path = files.path(`none.${extension}`);
    await writeMarket(path, plain);
    const { market } = await readMarket(path);
    expect(market).toEqual(plain);
    expect(market).not.toHaveProperty('fields');
  });

  test.each([
    ['confidence', 1.5, 'ValueOutOfRange', 'must be a number in [0, 1], or empty where it is unknown, got 1.5'],
    ['volatility_confidence', -0.1, 'ValueOutOfRange', 'in [0, 1]'],
    ['mark_price', -1, 'ValueOutOfRange', 'in [0, 1000000000000]'],
    ['mark_price', 1e13, 'ValueOutOfRange', 'in [0, 1000000000000]'],
    ['stable_price', -0.5, 'ValueOutOfRange', 'in [0, 1000000000000]'],
    ['open_interest', -1, 'ValueOutOfRange', 'in [0, 1000000000000000]'],
    ['interest_rate', 450, 'ValueOutOfRange', 'in [-100, 100]'],
    ['funding_rate', -Infinity, 'ValueNotFinite', 'got -Infinity'],
  ])('%s of %d is refused; with keepGoing it is unknown', async (column, value, code, says) => {
    const path = await marketFile(extension, column, [0.5, 0.5, value, 0.5]);
    const problems = await problemsOf(readMarket(path));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: path, row: 3, column, code });
    expect(problems[0].message).toContain(says);
    const kept = await readMarket(path, { keepGoing: true });
    expect([...kept.market.fields!.values()].map((values) => [...values])).toEqual([[0.5, 0.5, NaN, 0.5]]);
    expect(kept.problems).toEqual(problems);
  });

  test('a negative rate and a price of 0 are no error', async () => {
    for (const column of ['interest_rate', 'funding_rate', 'dividend_yield']) {
      const { market } = await readMarket(await marketFile(extension, column, [-0.01, 0, 0, 0]));
      expect([...market.fields!.values()][0][0]).toBe(-0.01);
    }
    const { market } = await readMarket(await marketFile(extension, 'mark_price', [0, 0, 0, 0]));
    expect(market.fields!.get('markPrice')![0]).toBe(0);
  });

  test('exercise: of options only, European if it is not said', async () => {
    const of = (values: readonly Value[]): Promise<string> => marketFile(extension, 'exercise', values, 'VARCHAR');
    const { market } = await readMarket(await of([null, null, 'american', null]));
    expect(market.instruments.map(({ exercise }) => exercise)).toEqual([undefined, undefined, 'american', undefined]);
    const silent = await readMarket(await of([null, null, '', null]));
    expect(silent.market).toEqual(plain);
    const wrong = await of([null, 'american', 'bermudan', null]);
    const problems = await problemsOf(readMarket(wrong, { keepGoing: true }));
    expect(problems.map(({ row, column, code, message }) => [row, column, code, message])).toEqual([
      [2, 'exercise', 'ValueInvalid', 'must be NULL for a future, got "american"'],
      [3, 'exercise', 'ValueInvalid', 'must be one of european, american, got "bermudan"'],
    ]);
  });

  test('a market with every field comes back with the same bits', async () => {
    const full: Market = {
      ...plain,
      instruments: plain.instruments.map((each) => (each.kind === 'option' ? { ...each, exercise: 'american' } : each)),
      openInterest: Float64Array.of(0, 0, 1 / 3, 0),
      fields: new Map(
        names.map((name, index) => [name, Float64Array.of(NaN, 0, 1 / 3, name === 'openInterest' ? 0 : index / 100)]),
      ),
    };
    const path = files.path(`full.${extension}`);
    await writeMarket(path, full);
    expect((await readMarket(path)).market).toEqual(full);
    const found = await inspectFile(path);
    expect(found).toMatchObject({ content: 'market', problemCount: 0 });
    for (const [field, column] of Object.entries(columnOf)) {
      const max = Math.max(1 / 3, ...(field === 'openInterest' ? [] : [names.indexOf(field as MarketField) / 100]));
      expect(found.ranges).toContainEqual({ column, min: 0, max });
    }
    expect(found.columns.filter(({ use }) => use === 'optional').map(({ name }) => name).sort()).toEqual(
      ['exercise', ...Object.values(columnOf)].sort(),
    );
  });

  test('open interest without a field is written where it is not 0', async () => {
    const path = files.path(`interest.${extension}`);
    await writeMarket(path, { ...plain, openInterest: Float64Array.of(0, 2, 0, 3) });
    const { market } = await readMarket(path);
    expect([...market.openInterest]).toEqual([0, 2, 0, 3]);
    expect([...market.fields!.get('openInterest')!]).toEqual([NaN, 2, NaN, 3]);
  });
});

test('text in a field: of a CSV file one bad row, of a typed column the file', async () => {
  expect(await problemsOf(readMarket(await marketFile('csv', 'mark_price', [1, 'n/a', 1, 1])))).toMatchObject([
    { row: 2, column: 'mark_price', code: 'ColumnTypeWrong', value: 'n/a' },
  ]);
  const path = await marketFile('parquet', 'mark_price', ['1', '1', '1', '1'], 'VARCHAR');
  expect(await problemsOf(readMarket(path))).toMatchObject([{ column: 'mark_price', code: 'ColumnTypeWrong' }]);
});

test('a market of required columns only is still known as one', async () => {
  const path = files.path('half.parquet');
  await writeMarket(files.path('half.csv'), plain);
  await parquetOf(path, `SELECT 1 AS "forward", 'x' AS kind, 'y' AS instrument`);
  expect((await inspectFile(path)).content).toBe('unknown');
  const query = `SELECT * EXCLUDE (as_of) FROM read_csv('${files.path('half.csv')}')`;
  await runSql(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
  expect((await inspectFile(path)).content).toBe('market');
});
