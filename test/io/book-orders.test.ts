import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import { formatProblem } from '../../src/errors.ts';
import { inspectFile, readBook, writeBook } from '../../src/io/index.ts';
import { limits } from '../../src/limits.ts';
import {
  marketOf,
  problemsOf,
  temporaryDirectory,
  testedExtensions,
  without,
  writeRows,
  type Extension,
  type Value,
} from './fixtures.ts';

const files = temporaryDirectory();
const market = marketOf();
const types = {
  account: 'VARCHAR',
  instrument: 'VARCHAR',
  quantity: 'DOUBLE',
  entry_price: 'DOUBLE',
  limit_price: 'DOUBLE',
  add_on: 'DOUBLE',
};
/** Two accounts with positions, orders (two in one instrument, where a position is held), cash, an add-on. */
const goodRows: readonly (readonly Value[])[] = [
  ['zoe', 'BTC-PERP', -12.5, 61000.5, null, null],
  ['zoe', 'BTC-PERP', 40, 0, 59000.25, null],
  ['adam', 'BTC', 0.1, 0, null, 0.025],
  ['zoe', 'BTC-PERP', -7, 0, 64000, 0],
  ['zoe', 'USD', -1e-7, 0, null, null],
  ['adam', 'BTC-28AUG26-60000-C', 3, 0, 1234.5, null],
  ['adam', 'ETH_USDC', 2, 0, null, null],
];

let fileCount = 0;
function bookFile(extension: Extension, rows: readonly (readonly Value[])[]): Promise<string> {
  fileCount += 1;
  return writeRows(files.path(`book${fileCount}.${extension}`), extension, types, rows);
}

interface BadCase {
  readonly name: string;
  readonly row: readonly Value[];
  readonly column: string;
  readonly code: string;
  readonly says: string;
  readonly skip?: readonly Extension[];
}

const typed = ['parquet', 'arrow'] as const;
const badCases: readonly BadCase[] = [
  {
    name: 'zero limit price',
    row: ['eve', 'BTC-PERP', 1, 0, 0, null],
    column: 'limit_price',
    code: 'ValueOutOfRange',
    says: 'must be > 0, got 0',
  },
  {
    name: 'negative limit price',
    row: ['eve', 'BTC-PERP', 1, 0, -5, null],
    column: 'limit_price',
    code: 'ValueOutOfRange',
    says: 'must be > 0, got -5',
  },
  {
    name: 'NaN limit price',
    row: ['eve', 'BTC-PERP', 1, 0, NaN, null],
    column: 'limit_price',
    code: 'ValueNotFinite',
    says: 'NaN',
  },
  {
    name: 'infinite limit price',
    row: ['eve', 'BTC-PERP', 1, 0, Infinity, null],
    column: 'limit_price',
    code: 'ValueNotFinite',
    says: 'Infinity',
  },
  {
    name: 'huge limit price',
    row: ['eve', 'BTC-PERP', 1, 0, 1e13, null],
    column: 'limit_price',
    code: 'ValueOutOfRange',
    says: 'at most 1000000000000 in magnitude',
  },
  {
    name: 'text as limit price',
    row: ['eve', 'BTC-PERP', 1, 0, 'market', null],
    column: 'limit_price',
    code: 'ColumnTypeWrong',
    says: 'market',
    skip: typed,
  },
  {
    name: 'an order of cash',
    row: ['eve', 'USD', 1, 0, 5, null],
    column: 'limit_price',
    code: 'ValueOutOfRange',
    says: 'must be NULL for cash, got 5',
  },
  {
    name: 'an order of nothing',
    row: ['eve', 'BTC-PERP', 0, 0, 60000, null],
    column: 'quantity',
    code: 'ValueOutOfRange',
    says: 'must not be 0',
  },
  {
    name: 'an order with an entry price',
    row: ['eve', 'BTC-PERP', 1, 60000, 60000, null],
    column: 'entry_price',
    code: 'ValueOutOfRange',
    says: 'must be 0 for an open order, got 60000',
  },
  {
    name: 'an order in an unknown instrument',
    row: ['eve', 'DOGE', 1, 0, 60000, null],
    column: 'instrument',
    code: 'InstrumentUnknown',
    says: '"DOGE"',
  },
  {
    name: 'negative add-on',
    row: ['eve', 'BTC', 1, 0, null, -0.5],
    column: 'add_on',
    code: 'ValueOutOfRange',
    says: 'must be >= 0, got -0.5',
  },
  {
    name: 'NaN add-on',
    row: ['eve', 'BTC', 1, 0, null, NaN],
    column: 'add_on',
    code: 'ValueNotFinite',
    says: 'NaN',
  },
  {
    name: 'add-on of a position',
    row: ['eve', 'BTC-28AUG26', 1, 60000, null, 3],
    column: 'add_on',
    code: 'ValueOutOfRange',
    says: 'belongs on the row of the cash, must be 0 or NULL here, got 3',
  },
  {
    name: 'add-on of an order',
    row: ['eve', 'BTC-28AUG26', 1, 0, 60000, 3],
    column: 'add_on',
    code: 'ValueOutOfRange',
    says: 'belongs on the row of the cash',
  },
  {
    name: 'text as add-on',
    row: ['eve', 'BTC', 1, 0, null, '1_0'],
    column: 'add_on',
    code: 'ColumnTypeWrong',
    says: '1_0',
    skip: typed,
  },
];

describe.each(testedExtensions)('open orders and add-ons in %s', (extension) => {
  test('rows with a limit price are orders, the others are as ever', async () => {
    const { book, ignoredColumns } = await readBook(await bookFile(extension, goodRows), market);
    expect(ignoredColumns).toEqual([]);
    expect(book.accountIds).toEqual(['zoe', 'adam']);
    expect([...book.positions.quantity]).toEqual([-12.5, 2]);
    expect([...book.orders!.accountIndex]).toEqual([0, 0, 1]);
    expect([...book.orders!.instrumentIndex]).toEqual([0, 0, 2]);
    expect([...book.orders!.quantity]).toEqual([40, -7, 3]);
    expect([...book.orders!.limitPrice]).toEqual([59000.25, 64000, 1234.5]);
    expect([...book.cash.amount]).toEqual([0.1, -1e-7]);
    expect(book.addOns).toEqual({
      accountIndex: Uint32Array.of(1),
      currencyIndex: Uint32Array.of(0),
      amount: Float64Array.of(0.025),
    });
  });

  test.each(badCases.filter(({ skip }) => !skip?.includes(extension)))('$name', async (bad) => {
    const path = await bookFile(extension, [...goodRows.slice(0, 3), bad.row, ...goodRows.slice(3)]);
    const problems = await problemsOf(readBook(path, market));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: path, row: 4, column: bad.column, code: bad.code });
    expect(problems[0].message).toContain(bad.says);
    const kept = await readBook(path, market, { keepGoing: true });
    expect(kept.book.quarantined).toEqual([{ accountIndex: 2, reason: formatProblem(problems[0]) }]);
    expect([kept.book.positions.quantity.length, kept.book.orders!.quantity.length]).toEqual([2, 3]);
  });

  test('an order does not hide a duplicate position, nor is it one', async () => {
    const path = await bookFile(extension, [...goodRows, ['zoe', 'BTC-PERP', 1, 1, null, null]]);
    const problems = await problemsOf(readBook(path, market));
    expect(problems.map(({ code, row, message }) => [code, row, message])).toEqual([
      ['PositionDuplicate', 8, 'account "zoe" holds "BTC-PERP" already in row 1'],
    ]);
  });

  test('inspect counts the orders and shows the ranges', async () => {
    const found = await inspectFile(await bookFile(extension, goodRows), { market });
    expect(found).toMatchObject({ content: 'book', orderCount: 3, problemCount: 0 });
    expect(found.ranges).toContainEqual({ column: 'limit_price', min: 1234.5, max: 64000 });
    expect(found.ranges).toContainEqual({ column: 'add_on', min: 0.025, max: 0.025 });
    expect(found.columns.slice(3).map(({ name, use }) => `${name} ${use}`)).toEqual([
      'entry_price required',
      'limit_price optional',
      'add_on optional',
    ]);
  });

  test('a book with orders and add-ons comes back with the same bits', async () => {
    const path = files.path(`orders.${extension}`);
    await writeBook(path, book, market);
    const result = await readBook(path, market);
    expect(result.book).toEqual(book);
    expect(result.rowCount).toBe(10);
  });

  test('an add-on without cash gets a row of 0; a book without either has no such columns', async () => {
    const path = files.path(`cashless.${extension}`);
    const addOns = { accountIndex: Uint32Array.of(1), currencyIndex: Uint32Array.of(3), amount: Float64Array.of(7.5) };
    await writeBook(path, { ...book, addOns }, market);
    const back = (await readBook(path, market)).book;
    expect(back.addOns).toEqual(addOns);
    expect([...back.cash.accountIndex]).toEqual([0, 1, 1, 2]);
    expect([...back.cash.currencyIndex]).toEqual([1, 0, 3, 0]);
    expect([...back.cash.amount]).toEqual([-0.1, 1e-300, 0, 0]);
    await writeBook(path, without(book, 'orders', 'addOns'), market);
    const found = await inspectFile(path, { market });
    expect(found.columns.map(({ name }) => name)).toEqual(['account', 'instrument', 'quantity', 'entry_price']);
    expect((await readBook(path, market)).book).not.toHaveProperty('orders');
  });
});

const book: Book = {
  accountIds: ['zoe', 'adam', 'idle', 'trader'],
  currencies: ['BTC', 'USD', 'ETH', 'USDC'],
  positions: {
    accountIndex: Uint32Array.of(0, 1),
    instrumentIndex: Uint32Array.of(2, 0),
    quantity: Float64Array.of(0.1 + 0.2, 5e-324),
    entryPrice: Float64Array.of(0, 1 / 3),
  },
  orders: {
    accountIndex: Uint32Array.of(0, 0, 1, 3, 3),
    instrumentIndex: Uint32Array.of(0, 0, 3, 2, 2),
    quantity: Float64Array.of(1 / 3, -1e15, 1e-300, 4, 4),
    limitPrice: Float64Array.of(61000.123456789, 5e-324, 1e12, 0.1, 0.1),
  },
  cash: {
    accountIndex: Uint32Array.of(0, 1, 2),
    currencyIndex: Uint32Array.of(1, 0, 0),
    amount: Float64Array.of(-0.1, 1e-300, 0),
  },
  addOns: {
    accountIndex: Uint32Array.of(0, 1),
    currencyIndex: Uint32Array.of(1, 0),
    amount: Float64Array.of(1 / 7, 2 ** 40 / 7),
  },
  quarantined: [],
};

test('the file is what the documentation says', async () => {
  const path = files.path('shown.csv');
  await writeBook(path, book, market);
  expect(readFileSync(path, 'utf8').split('\n').slice(0, 5)).toEqual([
    'account,instrument,quantity,entry_price,limit_price,add_on',
    'zoe,BTC-28AUG26-60000-C,0.30000000000000004,0.0,,',
    'zoe,BTC-PERP,0.3333333333333333,0.0,61000.123456789,',
    'zoe,BTC-PERP,-1000000000000000.0,0.0,5e-324,',
    'zoe,USD,-0.1,0.0,,0.14285714285714285',
  ]);
});

test('only one of the two columns', async () => {
  const columns = without(types, 'add_on');
  const path = await writeRows(files.path('orders-only.csv'), 'csv', columns, [['a', 'BTC-PERP', 1, 0, 5]]);
  const { book: read } = await readBook(path, market);
  expect([read.orders!.quantity.length, read.positions.quantity.length, read.addOns]).toEqual([1, 0, undefined]);
});

test('text in a typed column names the first value', async () => {
  for (const extension of typed) {
    const path = files.path(`typed.${extension}`);
    await writeRows(path, extension, { ...types, limit_price: 'VARCHAR' }, [
      ['a', 'BTC', 1, 0, null, null],
      ['b', 'BTC-PERP', 1, 0, '12', null],
    ]);
    expect(await problemsOf(readBook(path, market))).toMatchObject([
      { code: 'ColumnTypeWrong', column: 'limit_price', row: 2, value: '12' },
    ]);
  }
});

test('orders count towards the limit of an account', async () => {
  const count = limits.positionCountPerAccountMax;
  const path = files.path('many.arrow');
  const orders = {
    accountIndex: new Uint32Array(count),
    instrumentIndex: new Uint32Array(count),
    quantity: new Float64Array(count).fill(1),
    limitPrice: new Float64Array(count).fill(1),
  };
  await writeBook(path, { ...book, orders }, market);
  const problems = await problemsOf(readBook(path, market));
  expect(problems[0].message).toContain(`positionCountPerAccountMax is ${count}, got ${count + 1}`);
});
