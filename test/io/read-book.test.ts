import { writeFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { BadInputError, formatProblem } from '../../src/errors.ts';
import { readBook } from '../../src/io/index.ts';
import {
  arrowTable,
  errorOf,
  marketOf,
  parquetOf,
  problemsOf,
  runSql,
  temporaryDirectory,
  testedExtensions,
  writeRows,
  type Extension,
  type Value,
} from './fixtures.ts';

const files = temporaryDirectory();
const market = marketOf();
const types = { account: 'VARCHAR', instrument: 'VARCHAR', quantity: 'DOUBLE', entry_price: 'DOUBLE' };
const goodRows: readonly (readonly Value[])[] = [
  ['zoe', 'BTC-PERP', -12.5, 61000.5],
  ['adam', 'BTC', 0.1, 0],
  ['zoe', 'USD', -1e-7, 0],
  ['zoe', 'BTC-28AUG26-60000-C', 3, 0],
  ['adam', 'BTC-28AUG26', 1e15, 1e12],
  ['zoe', 'ETH_USDC', 0.1 + 0.2, 0],
];

let fileCount = 0;
function bookFile(extension: Extension, rows: readonly (readonly Value[])[]): Promise<string> {
  fileCount += 1;
  return writeRows(files.path(`book${fileCount}.${extension}`), extension, types, rows);
}

describe.each(testedExtensions)('a good book in %s', (extension) => {
  test('is resolved, with accounts in order of first appearance', async () => {
    const { book, rowCount, problemCount, ignoredColumns } = await readBook(
      await bookFile(extension, goodRows),
      market,
    );
    expect([rowCount, problemCount, ignoredColumns]).toEqual([6, 0, []]);
    expect(book.accountIds).toEqual(['zoe', 'adam']);
    expect(book.currencies).toEqual(['BTC', 'USD', 'ETH', 'USDC']);
    expect([...book.positions.accountIndex]).toEqual([0, 0, 1, 0]);
    expect([...book.positions.instrumentIndex]).toEqual([0, 2, 1, 3]);
    expect([...book.positions.quantity]).toEqual([-12.5, 3, 1e15, 0.1 + 0.2]);
    expect([...book.positions.entryPrice]).toEqual([61000.5, 0, 1e12, 0]);
    expect([...book.cash.accountIndex]).toEqual([1, 0]);
    expect([...book.cash.currencyIndex]).toEqual([0, 1]);
    expect([...book.cash.amount]).toEqual([0.1, -1e-7]);
    expect(book.quarantined).toEqual([]);
  });
});

/** Replaces one value of row 3 (`zoe`, cash) or another row; what must be said about it. */
interface BadCase {
  readonly name: string;
  readonly row: readonly Value[];
  readonly column: string;
  readonly code: string;
  readonly says: string;
  readonly value: Value;
  readonly skip?: readonly Extension[];
}

const badCases: readonly BadCase[] = [
  {
    name: 'unknown instrument',
    row: ['eve', 'DOGE-PERP', 1, 1],
    column: 'instrument',
    code: 'InstrumentUnknown',
    says: 'no instrument or currency "DOGE-PERP"',
    value: 'DOGE-PERP',
  },
  {
    name: 'unknown currency',
    row: ['eve', 'EUR', 1, 0],
    column: 'instrument',
    code: 'InstrumentUnknown',
    says: '"EUR"',
    value: 'EUR',
  },
  {
    name: 'NULL instrument',
    row: ['eve', null, 1, 1],
    column: 'instrument',
    code: 'ValueMissing',
    says: 'missing',
    value: null,
  },
  {
    name: 'NULL quantity',
    row: ['eve', 'BTC-PERP', null, 1],
    column: 'quantity',
    code: 'ValueMissing',
    says: 'missing',
    value: null,
  },
  {
    name: 'NULL entry price',
    row: ['eve', 'BTC-PERP', 1, null],
    column: 'entry_price',
    code: 'ValueMissing',
    says: 'missing',
    value: null,
  },
  // Where 0 would be permitted: a NULL that is taken for 0 goes unnoticed nowhere else.
  {
    name: 'NULL amount of cash',
    row: ['eve', 'BTC', null, 0],
    column: 'quantity',
    code: 'ValueMissing',
    says: 'missing',
    value: null,
  },
  {
    name: 'NULL price of an option',
    row: ['eve', 'BTC-28AUG26-60000-C', 1, null],
    column: 'entry_price',
    code: 'ValueMissing',
    says: 'missing',
    value: null,
  },
  {
    name: 'NaN quantity',
    row: ['eve', 'BTC-PERP', NaN, 1],
    column: 'quantity',
    code: 'ValueNotFinite',
    says: 'NaN',
    value: NaN,
  },
  {
    name: 'infinite quantity',
    row: ['eve', 'BTC', -Infinity, 0],
    column: 'quantity',
    code: 'ValueNotFinite',
    says: '-Infinity',
    value: -Infinity,
  },
  {
    name: 'zero quantity',
    row: ['eve', 'BTC-PERP', 0, 1],
    column: 'quantity',
    code: 'ValueOutOfRange',
    says: 'must not be 0, got 0',
    value: 0,
  },
  {
    name: 'huge quantity',
    row: ['eve', 'BTC-PERP', 1.5e15, 1],
    column: 'quantity',
    code: 'ValueOutOfRange',
    says: 'at most 1000000000000000',
    value: 1.5e15,
  },
  {
    name: 'zero price of a perpetual',
    row: ['eve', 'BTC-PERP', 1, 0],
    column: 'entry_price',
    code: 'ValueOutOfRange',
    says: 'must be > 0 for a future or perpetual, got 0',
    value: 0,
  },
  {
    name: 'negative price of an option',
    row: ['eve', 'BTC-28AUG26-60000-C', 1, -0.5],
    column: 'entry_price',
    code: 'ValueOutOfRange',
    says: 'must be >= 0, got -0.5',
    value: -0.5,
  },
  {
    name: 'NaN price',
    row: ['eve', 'BTC-PERP', 1, NaN],
    column: 'entry_price',
    code: 'ValueNotFinite',
    says: 'NaN',
    value: NaN,
  },
  {
    name: 'infinite price',
    row: ['eve', 'BTC-PERP', 1, Infinity],
    column: 'entry_price',
    code: 'ValueNotFinite',
    says: 'Infinity',
    value: Infinity,
  },
  {
    name: 'entry price of cash',
    row: ['eve', 'USD', 1, 7],
    column: 'entry_price',
    code: 'ValueOutOfRange',
    says: 'must be 0 for cash, got 7',
    value: 7,
  },
  {
    name: 'text as quantity',
    row: ['eve', 'BTC-PERP', 'lots', 1],
    column: 'quantity',
    code: 'ColumnTypeWrong',
    says: 'lots',
    value: 'lots',
    skip: ['parquet', 'arrow'],
  },
  {
    name: 'text as price',
    row: ['eve', 'BTC-PERP', 1, '1_000'],
    column: 'entry_price',
    code: 'ColumnTypeWrong',
    says: '1_000',
    value: '1_000',
    skip: ['parquet', 'arrow'],
  },
];

describe.each(testedExtensions)('a bad row in %s', (extension) => {
  test.each(badCases.filter(({ skip }) => !skip?.includes(extension)))('$name', async (bad) => {
    const rows = [...goodRows.slice(0, 2), bad.row, ...goodRows.slice(2)];
    const path = await bookFile(extension, rows);
    const problems = await problemsOf(readBook(path, market));
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    // JSON shows text with its quotes: that it is text is what is wrong with it.
    const value = extension.endsWith('json') && bad.code === 'ColumnTypeWrong' ? JSON.stringify(bad.value) : bad.value;
    expect(problem).toMatchObject({ file: path, row: 3, column: bad.column, code: bad.code, value });
    expect(problem.message).toContain(bad.says);

    const kept = await readBook(path, market, { keepGoing: true });
    expect(kept.book.quarantined).toEqual([{ accountIndex: 2, reason: formatProblem(problem) }]);
    expect(kept.book.accountIds).toEqual(['zoe', 'adam', 'eve']);
    expect([kept.book.positions.quantity.length, kept.book.cash.amount.length]).toEqual([4, 2]);
    expect([...kept.book.positions.accountIndex, ...kept.book.cash.accountIndex]).not.toContain(2);
    expect([kept.problemCount, kept.problems, kept.rowCount]).toEqual([1, problems, 7]);
  });

  test('duplicate position names both rows', async () => {
    const path = await bookFile(extension, [...goodRows, ['adam', 'BTC', 5, 0], ['zoe', 'BTC-PERP', 1, 1]]);
    const problems = await problemsOf(readBook(path, market));
    expect(problems.map(({ code, row, column }) => [code, row, column])).toEqual([
      ['PositionDuplicate', 7, 'instrument'],
      ['PositionDuplicate', 8, 'instrument'],
    ]);
    expect(problems[0].message).toBe('account "adam" holds "BTC" already in row 2');
    expect(problems[1].message).toBe('account "zoe" holds "BTC-PERP" already in row 1');
    const kept = await readBook(path, market, { keepGoing: true });
    expect(kept.book.quarantined.map(({ accountIndex }) => accountIndex)).toEqual([0, 1]);
    expect(kept.book.positions.quantity.length).toBe(0);
  });

  test('a row without an account refuses the file even when it may keep going', async () => {
    for (const account of [null, '']) {
      const path = await bookFile(extension, [...goodRows, [account, 'BTC', 1, 0], ['eve', 'EUR', 1, 0]]);
      const problems = await problemsOf(readBook(path, market, { keepGoing: true }));
      expect(problems.map(({ code, row, column }) => [code, row, column])).toEqual([['ValueMissing', 7, 'account']]);
    }
  });

  test('every problem is listed, in row order', async () => {
    const path = await bookFile(extension, [
      ['a', 'NOPE', NaN, -1],
      ['b', 'BTC', 1, 0],
      ['c', 'BTC-PERP', 0, 0],
    ]);
    const error = await errorOf(readBook(path, market));
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as BadInputError).problems.map(({ row, column }) => `${row} ${column}`)).toEqual([
      '1 instrument',
      '1 quantity',
      '1 entry_price',
      '3 quantity',
      '3 entry_price',
    ]);
    expect((error as BadInputError).problemCount).toBe(5);
    const kept = await readBook(path, market, { keepGoing: true });
    expect(kept.book.quarantined.map(({ accountIndex }) => accountIndex)).toEqual([0, 2]);
  });

  test('a missing column', async () => {
    const path = files.path(`missing.${extension}`);
    const fewer = { account: 'VARCHAR', instrument: 'VARCHAR', quantity: 'DOUBLE' };
    await writeRows(
      path,
      extension,
      fewer,
      goodRows.map((row) => row.slice(0, 3)),
    );
    const problems = await problemsOf(readBook(path, market));
    expect(problems).toMatchObject([{ code: 'ColumnMissing', column: 'entry_price', file: path }]);
    expect(problems[0].message).toContain('account, instrument, quantity');
  });

  test('an extra column is ignored and reported', async () => {
    const path = files.path(`extra.${extension}`);
    await writeRows(
      path,
      extension,
      { ...types, 'de"sk': 'VARCHAR' },
      goodRows.map((row) => [...row, 'x']),
    );
    const result = await readBook(path, market);
    expect(result.ignoredColumns).toEqual(['de"sk']);
    expect(result.book.positions.quantity.length).toBe(4);
  });

  test('integer accounts become names', async () => {
    const path = files.path(`integers.${extension}`);
    await writeRows(path, extension, { ...types, account: 'INTEGER' }, [
      [42, 'BTC', 1, 0],
      [-7, 'BTC', 1, 0],
      [42, 'USD', 1, 0],
    ]);
    expect((await readBook(path, market)).book.accountIds).toEqual(['42', '-7']);
  });

  test('a file without rows', async () => {
    const path = files.path(`none.${extension}`);
    if (extension === 'parquet') {
      await parquetOf(path, `SELECT '' account, '' instrument, 1.5 quantity, 1.5 entry_price WHERE false`);
    } else if (extension === 'arrow') {
      writeFileSync(path, arrow.tableToIPC(arrowTable(types, goodRows).slice(0, 0), 'file'));
    } else {
      writeFileSync(path, { csv: 'account,instrument,quantity,entry_price\n', json: '[]', ndjson: '\n' }[extension]);
    }
    const problems = await problemsOf(readBook(path, market));
    expect(problems.map(({ message }) => message)).toContain('the file has no rows');
  });
});

describe('typed columns', () => {
  test.each(['parquet', 'arrow'] as const)('%s: text in a number column names the first value', async (extension) => {
    const path = files.path(`typed.${extension}`);
    const rows: Value[][] = [
      ['a', 'BTC', null, 0],
      ['b', 'BTC', '12', 0],
    ];
    await writeRows(path, extension, { ...types, quantity: 'VARCHAR' }, rows);
    const problems = await problemsOf(readBook(path, market, { keepGoing: true }));
    expect(problems).toMatchObject([{ code: 'ColumnTypeWrong', column: 'quantity', row: 2, value: '12' }]);
    expect(problems[0].message).toMatch(/expected a number, the column has type (VARCHAR|Utf8), got "12"/);
  });

  test.each(['parquet', 'arrow'] as const)('%s: a number as instrument', async (extension) => {
    const path = files.path(`typed-instrument.${extension}`);
    await writeRows(path, extension, { ...types, instrument: 'DOUBLE' }, [['a', 1.5, 1, 0]]);
    const problems = await problemsOf(readBook(path, market));
    expect(problems).toMatchObject([{ code: 'ColumnTypeWrong', column: 'instrument', row: 1, value: '1.5' }]);
  });

  test.each(['TINYINT', 'BIGINT', 'UBIGINT', 'HUGEINT', 'FLOAT', 'DECIMAL(18,4)'])(
    'Parquet %s is a number',
    async (type) => {
      const path = files.path(`number-${type}.parquet`);
      await writeRows(path, 'parquet', { ...types, quantity: type }, [['a', 'BTC', 12, 0]]);
      expect([...(await readBook(path, market)).book.cash.amount]).toEqual([12]);
    },
  );

  test('Parquet strings may be an enumeration', async () => {
    const path = await parquetOf(
      files.path('enum.parquet'),
      `SELECT 'a'::ENUM('b','a') account, 'BTC'::ENUM('USD','BTC') instrument, 1.0 quantity, 0 entry_price`,
    );
    const { book } = await readBook(path, market);
    expect([book.accountIds, [...book.cash.currencyIndex]]).toEqual([['a'], [0]]);
  });

  test('JSON: true, an object and a fraction are no account', async () => {
    const path = files.path('accounts.json');
    const row = (account: string): string => `{"account":${account},"instrument":"BTC","quantity":1,"entry_price":0}`;
    writeFileSync(path, `[${['true', '{"a":1}', '1.5', '"ok"'].map(row).join()}]`);
    const problems = await problemsOf(readBook(path, market));
    expect(problems.map(({ row: at, code, value }) => [at, code, value])).toEqual([
      [1, 'ColumnTypeWrong', 'true'],
      [2, 'ColumnTypeWrong', '{"a":1}'],
      [3, 'ColumnTypeWrong', '1.5'],
    ]);
  });

  test('JSON: a key that one object lacks is a missing value of that row', async () => {
    const path = files.path('lacking.ndjson');
    const good = '{"account":"a","instrument":"BTC","quantity":1,"entry_price":0}';
    writeFileSync(path, `${good}\n{"account":"b","instrument":"BTC","entry_price":0}\n`);
    const problems = await problemsOf(readBook(path, market));
    expect(problems).toMatchObject([{ code: 'ValueMissing', row: 2, column: 'quantity' }]);
  });

  test('Arrow: dictionaries, streams, several batches and 64-bit integers', async () => {
    // A stream may replace a dictionary between batches, a file may not: there the names are plain strings.
    const batch = (kind: 'file' | 'stream', accounts: string[], amounts: bigint[]): arrow.RecordBatch => {
      const names = accounts.map(() => 'BTC');
      const type = (id: number): arrow.Utf8 =>
        kind === 'file' ? new arrow.Utf8() : (new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), id) as never);
      const table = new arrow.Table({
        account: arrow.vectorFromArray(accounts, type(1)),
        instrument: arrow.vectorFromArray(names, type(2)),
        quantity: arrow.vectorFromArray(amounts, new arrow.Int64()),
        entry_price: arrow.vectorFromArray(
          accounts.map(() => 0),
          new arrow.Float32(),
        ),
      });
      return table.batches[0];
    };
    for (const kind of ['file', 'stream'] as const) {
      const table = new arrow.Table([batch(kind, ['x', 'y'], [1n, -2n]), batch(kind, ['z', 'w'], [3n, 4n])]);
      const path = files.path(`dictionary-${kind}.arrow`);
      writeFileSync(path, arrow.tableToIPC(table, kind));
      const { book } = await readBook(path, market);
      expect([book.accountIds, [...book.cash.amount]]).toEqual([
        ['x', 'y', 'z', 'w'],
        [1, -2, 3, 4],
      ]);
    }
  });
});

describe('CSV details', () => {
  const header = 'account,instrument,quantity,entry_price';
  const read = (name: string, text: string | Uint8Array): ReturnType<typeof readBook> => {
    writeFileSync(files.path(name), text);
    return readBook(files.path(name), market);
  };

  test('quotes, CRLF, byte order mark, blanks around numbers and a column order of its own', async () => {
    const text = '\uFEFF"quantity",account,"entry_price",instrument\r\n 1.5 ,"a ""b"", c",0,BTC\r\n2,"NULL",0,BTC\r\n';
    const { book } = await read('details.csv', text);
    expect([book.accountIds, [...book.cash.amount]]).toEqual([
      ['a "b", c', 'NULL'],
      [1.5, 2],
    ]);
  });

  test('one text in a long column of numbers names its row, and nothing else', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `a${index},BTC,${index === 54_320 ? 'oops' : index},0`);
    const problems = await problemsOf(read('long.csv', `${header}\n${rows.join('\n')}\n`));
    expect(problems).toMatchObject([{ row: 54_321, column: 'quantity', value: 'oops', code: 'ColumnTypeWrong' }]);
    expect(problems).toHaveLength(1);
  });

  test.each([
    ['a row with too few fields', `${header}\na,BTC,1,0\nb,BTC,1\n`, /Line: 3/],
    ['a row with too many fields', `${header}\na,BTC,1,0,9\n`, /Line: 2/],
    ['a quote that never ends', `${header}\na,BTC,1,0\n"b,BTC,1,0\n`, /Line: 3.*unterminated/],
    ['bytes that are no UTF-8', Buffer.from(`${header}\n\xff,BTC,1,0\n`, 'latin1'), /unicode/],
  ])('%s', async (_, text, says) => {
    const error = await errorOf(read('broken.csv', text));
    expect([error.code, error.place.file]).toEqual(['FileUnreadable', files.path('broken.csv')]);
    expect(error.message).toMatch(says);
  });

  test('duplicate column names', async () => {
    const problems = await problemsOf(read('twice.csv', `${header},quantity,Account\na,BTC,1,0,2,b\n`));
    expect(problems.map(({ code, column }) => [code, column])).toEqual([
      ['ValueInvalid', 'quantity'],
      ['ValueInvalid', 'Account'],
    ]);
  });

  test('semicolons instead of commas: the columns are missing, and the message shows what was found', async () => {
    const problems = await problemsOf(read('semicolon.csv', 'account;instrument;quantity\na;BTC;1\n'));
    expect(problems[0].message).toContain('account;instrument;quantity');
  });
});

describe('order of rows', () => {
  test.each(['csv', 'ndjson', 'json', 'parquet'] as const)(
    '%s keeps file order in a file that is read in parallel',
    async (extension) => {
      const count = 300_000;
      const path = files.path(`order.${extension}`);
      const query = `SELECT 'acc' || ((r * 7919) % ${count}) account, 'BTC' instrument, r + 0.5 quantity, 0 entry_price
                   FROM range(${count}) t(r) ORDER BY r`;
      const format = { csv: 'csv', json: 'json, ARRAY true', ndjson: 'json', parquet: 'parquet, ROW_GROUP_SIZE 10000' }[
        extension
      ];
      await runSql(`COPY (${query}) TO ? (FORMAT ${format})`, [path]);
      const { book } = await readBook(path, market);
      expect(book.accountIds).toHaveLength(count);
      expect(book.accountIds.every((name, index) => name === `acc${(index * 7919) % count}`)).toBe(true);
      expect(book.cash.amount.every((amount, index) => amount === index + 0.5)).toBe(true);
      expect(book.cash.accountIndex.every((account, index) => account === index)).toBe(true);
    },
  );
});

test('problems beyond the limit are counted, not listed', async () => {
  const path = await parquetOf(
    files.path('many.parquet'),
    `SELECT 'a' || r account, 'NOPE' instrument, 0.0 + 'nan'::DOUBLE quantity, 0 entry_price FROM range(5000) t(r)`,
  );
  const error = (await errorOf(readBook(path, market))) as BadInputError;
  expect([error.problems.length, error.problemCount]).toEqual([1000, 10_000]);
  const kept = await readBook(path, market, { keepGoing: true });
  expect(kept.book.quarantined).toHaveLength(5000);
  expect(kept.book.quarantined[4999].reason).toContain('row 5000, column instrument');
  expect([kept.problems.length, kept.problemCount]).toEqual([1000, 10_000]);
});

test('one million rows of Parquet', async () => {
  const path = await parquetOf(
    files.path('million.parquet'),
    `SELECT 'account-' || (r // 10) account, ['BTC-PERP', 'BTC-28AUG26', 'BTC-28AUG26-60000-C', 'ETH_USDC',
       'BTC', 'USD', 'ETH', 'USDC'][1 + r % 8] instrument, r + 1.0 quantity,
       CASE WHEN r % 8 < 4 THEN 5 ELSE 0 END entry_price
     FROM range(1000000) t(r) WHERE r % 10 < 8 ORDER BY r`,
  );
  const { book, rowCount } = await readBook(path, market);
  expect([rowCount, book.accountIds.length]).toEqual([800_000, 100_000]);
  const sum = book.positions.quantity.reduce((total, value) => total + value, 0);
  const cash = book.cash.amount.reduce((total, value) => total + value, 0);
  let expected = 0;
  for (let row = 0; row < 1_000_000; row += 1) expected += row % 10 < 8 ? row + 1 : 0;
  expect(sum + cash).toBe(expected);
  expect(book.accountIds[99_999]).toBe('account-99999');
});
