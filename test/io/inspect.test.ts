import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspectFile, writeMarket } from '../../src/io/index.ts';
import { marketOf, parquetOf, temporaryDirectory, testedExtensions, writeRows, type Value } from './fixtures.ts';

const files = temporaryDirectory();
const market = marketOf();
const types = { account: 'VARCHAR', instrument: 'VARCHAR', quantity: 'DOUBLE', entry_price: 'DOUBLE' };
const rows: readonly (readonly Value[])[] = [
  ['zoe', 'BTC-PERP', -12.5, 61000.5],
  ['adam', 'BTC', 0.1, 0],
  ['zoe', 'ETH_USDC', 3, 0],
];

describe.each(testedExtensions)('%s', (extension) => {
  test('a good book', async () => {
    const path = await writeRows(
      files.path(`book.${extension}`),
      extension,
      { ...types, desk: 'VARCHAR' },
      rows.map((row) => [...row, 'x']),
    );
    const found = await inspectFile(path, { market });
    expect(found).toMatchObject({
      path,
      format: extension,
      content: 'book',
      rowCount: 3,
      accountCount: 2,
      instrumentCount: 2,
      groups: [
        { name: 'btc_btc', instrumentCount: 1 },
        { name: 'eth_usdc', instrumentCount: 1 },
      ],
      currencies: ['BTC'],
      ranges: [
        { column: 'quantity', min: -12.5, max: 3 },
        { column: 'entry_price', min: 0, max: 61000.5 },
      ],
      problems: [],
      problemCount: 0,
    });
    expect(found.columns.map(({ name, use }) => `${name} ${use}`)).toEqual([
      'account required',
      'instrument required',
      'quantity required',
      'entry_price required',
      'desk ignored',
    ]);
  });

  test('a bad book: problems are data; without a market only what needs none is checked', async () => {
    const bad: Value[][] = [
      ['zoe', 'NOPE', NaN, 1],
      ['zoe', 'NOPE', 1, -1],
      [null, 'BTC-PERP', 1, 0],
    ];
    const path = await writeRows(files.path(`bad.${extension}`), extension, types, bad);
    const list = (found: Awaited<ReturnType<typeof inspectFile>>): string[] =>
      found.problems.map(({ row, column, code }) => `${row} ${column} ${code}`);
    expect(list(await inspectFile(path, { market }))).toEqual([
      '1 instrument InstrumentUnknown',
      '1 quantity ValueNotFinite',
      '2 instrument InstrumentUnknown',
      '2 entry_price ValueOutOfRange',
      '3 account ValueMissing',
      '3 entry_price ValueOutOfRange',
    ]);
    const alone = await inspectFile(path);
    expect(list(alone)).toEqual([
      '1 quantity ValueNotFinite',
      '2 instrument PositionDuplicate',
      '2 entry_price ValueOutOfRange',
      '3 account ValueMissing',
    ]);
    expect([alone.accountCount, alone.instrumentCount]).toEqual([1, 2]);
  });

  test('a market', async () => {
    const path = files.path(`market.${extension}`);
    await writeMarket(path, market);
    const found = await inspectFile(path);
    expect(found).toMatchObject({
      content: 'market',
      rowCount: 4,
      instrumentCount: 4,
      groups: [
        { name: 'btc_btc', instrumentCount: 3 },
        { name: 'eth_usdc', instrumentCount: 1 },
      ],
      currencies: ['BTC', 'USD', 'ETH', 'USDC'],
      asOf: '2026-08-01T12:00:00.000Z',
      problemCount: 0,
    });
    expect(found.ranges).toContainEqual({ column: 'strike', min: 60000, max: 60000 });
  });
});

test('a bad market', async () => {
  const path = files.path('bad-market.csv');
  await writeMarket(path, { ...market, forward: market.forward.map(() => -1) });
  const found = await inspectFile(path);
  expect([found.content, found.problemCount, found.problems[0].row]).toEqual(['market', 4, 1]);
  expect(found.ranges).toContainEqual({ column: 'forward', min: null, max: null });
});

test('files that cannot be read at all', async () => {
  const missing = await inspectFile(files.path('none.csv'));
  expect([missing.content, missing.problems]).toMatchObject(['unknown', [{ code: 'FileNotFound' }]]);
  writeFileSync(files.path('broken.parquet'), 'PAR1 and nothing');
  const broken = await inspectFile(files.path('broken.parquet'));
  expect(broken).toMatchObject({ format: 'parquet', byteCount: 16, problems: [{ code: 'FileUnreadable' }] });
  expect((await inspectFile(files.path('x.txt'))).problems).toMatchObject([{ code: 'FileFormatUnknown' }]);
});

test('a table of another kind', async () => {
  const found = await inspectFile(await parquetOf(files.path('other.parquet'), `SELECT 1 a, 'x' b`));
  expect(found).toMatchObject({ content: 'unknown', rowCount: 1, problems: [{ code: 'ColumnMissing' }] });
  expect(found.columns).toEqual([
    { name: 'a', type: 'INTEGER', use: 'ignored' },
    { name: 'b', type: 'VARCHAR', use: 'ignored' },
  ]);
});

test('a book that lacks a column still is a book', async () => {
  const path = await parquetOf(files.path('partial.parquet'), `SELECT 'a' account, 'BTC' instrument, 1 quantity`);
  expect(await inspectFile(path)).toMatchObject({
    content: 'book',
    problems: [{ code: 'ColumnMissing', column: 'entry_price' }],
  });
});
