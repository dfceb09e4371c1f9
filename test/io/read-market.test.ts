import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import { readMarket } from '../../src/io/index.ts';
import {
  asOfMs,
  errorOf,
  instruments,
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
const types = {
  instrument: 'VARCHAR',
  kind: 'VARCHAR',
  payoff: 'VARCHAR',
  base_currency: 'VARCHAR',
  quote_currency: 'VARCHAR',
  settlement_currency: 'VARCHAR',
  contract_size: 'DOUBLE',
  expiry: 'VARCHAR',
  strike: 'DOUBLE',
  option_type: 'VARCHAR',
  index_price: 'DOUBLE',
  forward: 'DOUBLE',
  implied_volatility: 'DOUBLE',
  open_interest: 'DOUBLE',
  as_of: 'VARCHAR',
};
type Column = keyof typeof types;
type Row = Readonly<Record<Column, Value>>;

const asOf = '2026-08-01T12:00:00Z';
const perpetual: Row = {
  instrument: 'BTC-PERP',
  kind: 'perpetual',
  payoff: 'inverse',
  base_currency: 'BTC',
  quote_currency: 'USD',
  settlement_currency: 'BTC',
  contract_size: 10,
  expiry: null,
  strike: null,
  option_type: null,
  index_price: 60000.1,
  forward: 60000.1,
  implied_volatility: null,
  open_interest: 0,
  as_of: asOf,
};
const future: Row = {
  ...perpetual,
  instrument: 'BTC-28AUG26',
  kind: 'future',
  expiry: '2026-08-28T08:00:00Z',
  forward: 60001.1,
  open_interest: 1.1,
};
const option: Row = {
  ...future,
  instrument: 'BTC-28AUG26-60000-C',
  kind: 'option',
  strike: 60000,
  option_type: 'call',
  contract_size: 1,
  forward: 60002.1,
  implied_volatility: 0.4567,
  open_interest: 2.2,
};
const spot: Row = {
  ...perpetual,
  instrument: 'ETH_USDC',
  kind: 'spot',
  payoff: 'linear',
  base_currency: 'ETH',
  quote_currency: 'USDC',
  settlement_currency: 'USDC',
  contract_size: 1,
  index_price: 3000.25,
  forward: 3000 / 7,
  open_interest: 3.3000000000000003,
};
const good: readonly Row[] = [perpetual, future, option, spot];

let fileCount = 0;
function marketFile(extension: Extension, rows: readonly Row[]): Promise<string> {
  fileCount += 1;
  const path = files.path(`market${fileCount}.${extension}`);
  return writeRows(
    path,
    extension,
    types,
    rows.map((row) => Object.keys(types).map((name) => row[name as Column])),
  );
}

describe.each(testedExtensions)('a market in %s', (extension) => {
  test('is read to the same bits', async () => {
    const { market, problems, rowCount } = await readMarket(await marketFile(extension, good));
    expect([problems, rowCount]).toEqual([[], 4]);
    expect(market).toEqual(marketOf(instruments));
  });

  const bad = (name: string, row: Row, changed: Partial<Row>, code: string, says: string | RegExp): BadCase => ({
    name,
    row: { ...row, ...changed },
    column: Object.keys(changed)[0],
    value: Object.values(changed)[0]!,
    code,
    says,
  });
  interface BadCase {
    readonly name: string;
    readonly row: Row;
    readonly column: string;
    readonly value: Value;
    readonly code: string;
    readonly says: string | RegExp;
  }
  const x = { instrument: 'X' };
  const other = { ...x, base_currency: 'SOL', settlement_currency: 'SOL' };
  const cases: readonly BadCase[] = [
    bad('negative forward', { ...future, ...x }, { forward: -1 }, 'ValueOutOfRange', 'must be > 0, got -1'),
    bad('zero forward', { ...perpetual, ...x }, { forward: 0 }, 'ValueOutOfRange', 'must be > 0, got 0'),
    bad('NaN forward', { ...spot, ...x }, { forward: NaN }, 'ValueNotFinite', 'NaN'),
    bad('infinite forward', { ...spot, ...x }, { forward: Infinity }, 'ValueNotFinite', 'Infinity'),
    bad('NULL forward', { ...spot, ...x }, { forward: null }, 'ValueMissing', 'missing'),
    bad('huge forward', { ...spot, ...x }, { forward: 1e13 }, 'ValueOutOfRange', 'at most'),
    bad('zero volatility', { ...option, ...x }, { implied_volatility: 0 }, 'ValueOutOfRange', 'must be > 0'),
    bad('negative volatility', { ...option, ...x }, { implied_volatility: -0.2 }, 'ValueOutOfRange', '-0.2'),
    bad('NaN volatility', { ...option, ...x }, { implied_volatility: NaN }, 'ValueNotFinite', 'NaN'),
    bad('NULL volatility', { ...option, ...x }, { implied_volatility: null }, 'ValueMissing', 'missing'),
    bad(
      'volatility of a future',
      { ...future, ...x },
      { implied_volatility: 0.5 },
      'ValueInvalid',
      'NULL for a future',
    ),
    bad('zero index price', { ...perpetual, ...other }, { index_price: 0 }, 'ValueOutOfRange', 'must be > 0'),
    bad(
      'other index price',
      { ...perpetual, ...x },
      { index_price: 60000.2 },
      'ValueInvalid',
      'same on all rows of btc_usd',
    ),
    bad('other as_of', { ...perpetual, ...x }, { as_of: '2026-08-01T12:00:01Z' }, 'ValueInvalid', 'same on all rows'),
    bad('NULL as_of', { ...perpetual, ...x }, { as_of: null }, 'ValueMissing', 'missing'),
    bad('as_of in words', { ...perpetual, ...x }, { as_of: 'yesterday' }, 'ValueInvalid', '"yesterday"'),
    bad('expired', { ...future, ...x }, { expiry: '2026-08-01T11:59:59.000Z' }, 'ExpiryPassed', 'before as_of'),
    bad('NULL expiry of a future', { ...future, ...x }, { expiry: null }, 'ValueMissing', 'missing'),
    bad(
      'expiry of a perpetual',
      { ...perpetual, ...x },
      { expiry: '2026-08-28' },
      'ValueInvalid',
      'NULL for a perpetual',
    ),
    bad(
      'expiry in a century and a half',
      { ...future, ...x },
      { expiry: '2176-08-28T00:00:00.000Z' },
      'ValueOutOfRange',
      '100 years',
    ),
    bad('31 February', { ...future, ...x }, { expiry: '2027-02-31' }, 'ValueInvalid', '2027-02-31'),
    bad('NULL strike', { ...option, ...x }, { strike: null }, 'ValueMissing', 'missing'),
    bad('zero strike', { ...option, ...x }, { strike: 0 }, 'ValueOutOfRange', 'must be > 0'),
    bad('strike of a spot', { ...spot, ...x }, { strike: 5 }, 'ValueInvalid', 'NULL for a spot'),
    bad('NULL option type', { ...option, ...x }, { option_type: null }, 'ValueMissing', 'missing'),
    bad('option type in capitals', { ...option, ...x }, { option_type: 'CALL' }, 'ValueInvalid', 'one of call, put'),
    bad('unknown kind', { ...spot, ...x }, { kind: 'swap' }, 'ValueInvalid', 'one of spot, future, perpetual, option'),
    bad('unknown payoff', { ...spot, ...x }, { payoff: 'quanto' }, 'ValueInvalid', 'one of linear, inverse'),
    bad('zero contract size', { ...spot, ...x }, { contract_size: 0 }, 'ValueOutOfRange', 'must be > 0'),
    bad('NULL base currency', { ...spot, ...x }, { base_currency: null }, 'ValueMissing', 'missing'),
    bad(
      'inverse settled in quote',
      { ...future, ...x },
      { settlement_currency: 'USD' },
      'ValueInvalid',
      'base currency BTC',
    ),
    bad(
      'linear settled in base',
      { ...spot, ...x },
      { settlement_currency: 'ETH' },
      'ValueInvalid',
      'quote currency USDC',
    ),
    bad('negative open interest', { ...spot, ...x }, { open_interest: -1 }, 'ValueOutOfRange', 'in [0, '),
    bad('NULL name', spot, { instrument: null }, 'ValueMissing', 'missing'),
    bad('duplicate instrument', spot, { instrument: 'BTC-PERP' }, 'InstrumentDuplicate', 'already in row 1'),
    bad('instrument called like a currency', spot, { instrument: 'USDC' }, 'ValueInvalid', 'also a currency'),
  ];
  test.each(cases)('$name', async ({ row, column, value, code, says }) => {
    const path = await marketFile(extension, [...good, row]);
    const problems = await problemsOf(readMarket(path));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: path, row: 5, column, code });
    expect(problems[0].message).toMatch(says);
    // CSV holds text and messages show it; times are shown in one form.
    if (typeof value === 'string' || value === null)
      expect(problems[0].value).toBe(value === '2026-08-01T12:00:01Z' ? '2026-08-01T12:00:01.000Z' : value);
    else expect(Number(problems[0].value)).toBe(value);
  });

  test('with keepGoing, bad prices are NaN and everything else still refuses the file', async () => {
    const rows = [
      ...good,
      { ...spot, instrument: 'X', forward: -1 },
      { ...option, instrument: 'Y', implied_volatility: 0 },
    ];
    const { market, problems } = await readMarket(await marketFile(extension, rows), { keepGoing: true });
    expect([market.forward[4], market.impliedVolatility[5], market.forward[5]]).toEqual([NaN, NaN, 60002.1]);
    expect(problems.map(({ row, column }) => `${row} ${column}`)).toEqual(['5 forward', '6 implied_volatility']);
    const conflict = [...good, { ...future, instrument: 'X', index_price: 1 }];
    const conflicting = await readMarket(await marketFile(extension, conflict), { keepGoing: true });
    expect([...conflicting.market.indexPrice]).toEqual([
      ['btc_usd', NaN],
      ['eth_usdc', 3000.25],
    ]);
    const fatal = await marketFile(extension, [...rows, { ...spot, instrument: 'Z', strike: 1 }]);
    expect(await problemsOf(readMarket(fatal, { keepGoing: true }))).toHaveLength(3);
  });

  test('missing columns; open_interest may be absent', async () => {
    const path = files.path(`fewer.${extension}`);
    const writeWithout = (...left: Column[]): Promise<string> => {
      const kept = Object.entries(types).filter(([name]) => !left.includes(name as Column));
      const rows = good.map((row) => kept.map(([name]) => row[name as Column]));
      return writeRows(path, extension, Object.fromEntries(kept), rows);
    };
    await writeWithout('open_interest');
    expect([...(await readMarket(path)).market.openInterest]).toEqual([0, 0, 0, 0]);
    await writeWithout('open_interest', 'strike');
    expect(await problemsOf(readMarket(path))).toMatchObject([{ code: 'ColumnMissing', column: 'strike', file: path }]);
  });
});

describe('times', () => {
  test('may be integer milliseconds, as numbers or as text', async () => {
    const rows = [{ ...future, expiry: Date.UTC(2026, 7, 28, 8), as_of: asOfMs }];
    for (const extension of ['csv', 'json'] as const) {
      const { market } = await readMarket(await marketFile(extension, rows));
      expect([market.asOfMs, market.instruments[0].expiryMs]).toEqual([asOfMs, Date.UTC(2026, 7, 28, 8)]);
    }
  });

  test.each(['TIMESTAMP', 'TIMESTAMPTZ', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP_S'])('Parquet %s', async (type) => {
    const text = await marketFile('csv', [future]);
    const path = files.path(`${type}.parquet`);
    const sql = `SET TimeZone = 'UTC'; COPY (SELECT * REPLACE (expiry::${type} AS expiry, as_of::${type} AS as_of)
      FROM read_csv(?, all_varchar=false, nullstr='', types={'strike':'DOUBLE','option_type':'VARCHAR',
      'implied_volatility':'DOUBLE'})) TO '${path}' (FORMAT parquet)`;
    await runSql(sql, [text]);
    const { market } = await readMarket(path);
    expect([market.asOfMs, market.instruments[0].expiryMs]).toEqual([asOfMs, Date.UTC(2026, 7, 28, 8)]);
  });

  test('seconds are not taken for milliseconds', async () => {
    const problems = await problemsOf(readMarket(await marketFile('json', [{ ...perpetual, as_of: asOfMs / 1000 }])));
    expect(problems).toMatchObject([{ code: 'ValueOutOfRange', column: 'as_of' }]);
  });

  test('a zone is applied', async () => {
    const { market } = await readMarket(await marketFile('csv', [{ ...perpetual, as_of: '2026-08-01 14:00+02:00' }]));
    expect(market.asOfMs).toBe(asOfMs);
  });
});

test('numbers as JSON strings are of the wrong type', async () => {
  const problems = await problemsOf(readMarket(await marketFile('json', [perpetual, { ...spot, forward: '3000' }])));
  expect(problems).toMatchObject([{ code: 'ColumnTypeWrong', row: 2, column: 'forward', value: '3000' }]);
});

test('text in a number column of CSV', async () => {
  const problems = await problemsOf(readMarket(await marketFile('csv', [perpetual, { ...spot, index_price: 'n/a' }])));
  expect(problems).toMatchObject([{ code: 'ColumnTypeWrong', row: 2, column: 'index_price', value: 'n/a' }]);
});

test('a typed column of a wrong type', async () => {
  const path = await parquetOf(files.path('typed.parquet'), `SELECT 'x' instrument, 1 kind`);
  const problems = await problemsOf(readMarket(path));
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['ColumnMissing']));
  const names = Object.keys(types) as Column[];
  const changed = { ...types, forward: 'VARCHAR' };
  await writeRows(path, 'parquet', changed, [names.map((name) => (name === 'forward' ? '12' : spot[name]))]);
  expect(await problemsOf(readMarket(path))).toMatchObject([
    { code: 'ColumnTypeWrong', column: 'forward', value: '12' },
  ]);
});

test('counts beyond the limits of the engine', async () => {
  const all = (name: string, base: string): string =>
    `SELECT ${name} instrument, 'spot' kind, 'linear' payoff, ${base} base_currency, 'USD' quote_currency,
       'USD' settlement_currency, 1 contract_size, NULL::VARCHAR expiry, NULL::DOUBLE strike, NULL::VARCHAR option_type,
       5 index_price, 5 AS forward, NULL::DOUBLE implied_volatility, '${asOf}' as_of`;
  const many = await parquetOf(files.path('many.parquet'), `${all(`'i' || r`, `'A'`)} FROM range(200001) t(r)`);
  const problems = await problemsOf(readMarket(many));
  expect(problems).toMatchObject([{ code: 'LimitExceeded', file: many, value: limits.instrumentCountMax + 1 }]);
  expect(problems[0].message).toContain('instrumentCountMax is 200000');
  const coins = await parquetOf(files.path('coins.parquet'), `${all(`'i' || r`, `'C' || r`)} FROM range(255) t(r)`);
  expect((await errorOf(readMarket(coins))).message).toContain('currencyCountMax is 255, got 256');
});

test('currencies that differ only in case', async () => {
  const path = await marketFile('csv', [spot, { ...spot, instrument: 'X', base_currency: 'eth' }]);
  expect((await errorOf(readMarket(path))).message).toContain('differ only in case');
});

test('an unreadable JSON value', async () => {
  const path = files.path('broken.json');
  writeFileSync(path, '[{"instrument": }]');
  expect((await errorOf(readMarket(path))).code).toBe('FileUnreadable');
});
