import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { testedExtensions, writeRows, type Extension, type Value } from '../io/fixtures.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes, type MarginResult } from './small-inputs.ts';

const folder = temporaryFolder();
const market = ['--market', 'market.csv', '--workers', '0'];
const inFolder = (name: string): string => join(folder, name);
const margins = (...args: string[]): Promise<MarginResult> =>
  runJson<MarginResult>(['margin', ...market, ...args], folder);

/** Row 5, quantity. */
const badRows = bookRows.map((row, place) => (place === 4 ? ['bob', 'SPX-18SEP26-7000-P', '1e999', 0] : row));
let expected: MarginResult;

beforeAll(async () => {
  writeFileSync(inFolder('market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(inFolder('bad.csv'), csvText(bookTypes, badRows));
  for (const extension of testedExtensions)
    await writeRows(inFolder(`book.${extension}`), extension, bookTypes, bookRows);
  expected = await margins('--book', 'book.csv');
});

describe('one book in every format', () => {
  it('has numbers worth comparing', () => {
    expect(expected.margins.map(({ account, currency, status }) => `${account} ${currency} ${status}`)).toEqual([
      'alice BTC healthy',
      'bob USD healthy',
      'carol BTC liquidation',
      'carol USD liquidation',
      'dave BTC healthy',
    ]);
    expect(expected.margins.filter(({ maintenance_margin: maintenance }) => maintenance! > 0)).toHaveLength(4);
  });

  it.each(testedExtensions)('%s as input: the same margins and the same hash', async (extension) => {
    const result = await margins('--book', `book.${extension}`);
    expect(result.margins).toEqual(expected.margins);
    expect(result.stateHash).toBe(expected.stateHash);
  });

  it.each(['parquet', 'ndjson', 'arrow'] as const)('%s as market file', async (extension) => {
    await writeRows(inFolder(`market.${extension}`), extension, marketTypes, marketRows);
    const result = await margins('--book', 'book.csv', '--market', `market.${extension}`);
    expect(result.stateHash).toBe(expected.stateHash);
  });

  it.each(testedExtensions)(
    '%s as output holds every row and every digit, and NaN where there is no number',
    async (extension) => {
      const out = `margins.${extension}`;
      const summary = await margins('--book', 'bad.csv', '--keep-going', '--out', out);
      expect(summary.margins).toBeUndefined();
      const inMemory = await margins('--book', 'bad.csv', '--keep-going');
      expect(inMemory.margins.map(({ equity }) => equity === null)).toEqual([false, true, false, false, false]);
      const written = await readTable(inFolder(out), extension);
      expect(written.map(withNull)).toEqual(inMemory.margins.map(withNull));
    },
  );
});

type Row = Readonly<Record<string, unknown>>;

/** What is no number is NULL in JSON, NaN elsewhere; the empty reason is NULL in a CSV file. */
function withNull(row: object): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number.isNaN(value) || value === '' ? null : (value as unknown)]),
  );
}

/** Reads a table without the code under test. */
async function readTable(path: string, extension: Extension): Promise<Row[]> {
  const text = (): string => readFileSync(path, 'utf8');
  switch (extension) {
    case 'json':
      return JSON.parse(text()) as Row[];
    case 'ndjson':
      return text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
    case 'arrow':
      return tableFromIPC(readFileSync(path))
        .toArray()
        .map((row: { toJSON(): Row }) => row.toJSON());
    case 'csv':
    case 'parquet':
      return queryFile(path, extension);
  }
}

async function queryFile(path: string, extension: 'csv' | 'parquet'): Promise<Row[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(`SELECT * FROM read_${extension}(?)`, [path]);
    const integers = (row: Row): Row => ({ ...row, worst_scenario: Number(row['worst_scenario']) });
    return result.getRowObjects().map(integers);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('a bad account', () => {
  it('stops the run: exit code 2, nothing on stdout, and the message names file, row, column and value', async () => {
    const { code, stdout, stderr } = await runCli(
      ['margin', ...market, '--book', 'bad.csv', '--out', 'never.csv'],
      folder,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('bad.csv, row 5, column quantity: must be finite, got Infinity [ValueNotFinite]\n');
    expect(() => readFileSync(inFolder('never.csv'))).toThrow('ENOENT');
  });

  it('is quarantined with its reason with --keep-going; the others are margined as if it were not there', async () => {
    const result = await margins('--book', 'bad.csv', '--keep-going');
    expect([result.accounts, result.evaluatedAccounts, result.quarantinedAccounts]).toEqual([4, 3, 1]);
    expect(result.problems).toMatchObject([{ code: 'ValueNotFinite', row: 5, column: 'quantity' }]);
    const bob = result.margins.find(({ account }) => account === 'bob');
    expect(bob).toMatchObject({ status: 'quarantined', equity: null, initial_margin: null, maintenance_margin: null });
    expect(bob!.fault).toBe('bad.csv, row 5, column quantity: must be finite, got Infinity [ValueNotFinite]');
    const others = (rows: MarginResult['margins']) => rows.filter(({ account }) => account !== 'bob');
    expect(others(result.margins)).toEqual(others(expected.margins));
  });

  it('is told to people on stderr', async () => {
    const { code, stdout, stderr } = await runCli(['margin', ...market, '--book', 'bad.csv', '--keep-going'], folder);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'quarantined: bad.csv, row 5, column quantity: must be finite, got Infinity [ValueNotFinite]',
    );
    expect(stdout).toContain('4 accounts: 3 evaluated, 1 quarantined');
  });

  it('every problem is listed, the twenty-first and later ones are counted', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => [`A${row}`, 'BTC-PERPETUAL', 0, 62_000]);
    writeFileSync(inFolder('zeros.csv'), csvText(bookTypes, rows));
    const { code, stderr } = await runCli(['margin', ...market, '--book', 'zeros.csv'], folder);
    expect(code).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[19]).toBe('zeros.csv, row 20, column quantity: must not be 0, got 0 [ValueOutOfRange]');
    expect(lines[20]).toBe('… and 10 more problems');
  });
});

describe('a bad price', () => {
  const badMarket = (): string => {
    const forward = Object.keys(marketTypes).indexOf('forward');
    const rows = marketRows.map((row) =>
      row.map((value, column): Value => (row[0] === 'BTC-25DEC26' && column === forward ? 'NaN' : value)),
    );
    writeFileSync(inFolder('bad-market.csv'), csvText(marketTypes, rows));
    return 'bad-market.csv';
  };

  it('quarantines who holds it, and nobody else', async () => {
    const args = ['margin', '--market', badMarket(), '--book', 'book.csv', '--workers', '0', '--keep-going', '--json'];
    const { code, stdout, stderr } = await runCli(args, folder);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'quarantined: bad-market.csv, row 2, column forward: must be finite, got NaN [ValueNotFinite]\n',
    );
    const result = JSON.parse(stdout) as MarginResult;
    expect([result.evaluatedAccounts, result.quarantinedAccounts]).toEqual([3, 1]);
    const faults = result.margins.map(({ account, currency, fault }) => [account, currency, fault !== ''].join(' '));
    expect(faults).toEqual(['alice BTC false', 'bob USD false', 'carol BTC true', 'carol USD false', 'dave BTC false']);
    const held = (rows: MarginResult['margins']) =>
      rows.filter(({ account, currency }) => `${account} ${currency}` !== 'carol BTC');
    expect(held(result.margins)).toEqual(held(expected.margins));
  });

  it('refuses the market without --keep-going', async () => {
    const { code, stderr } = await runCli(['margin', '--market', badMarket(), '--book', 'book.csv'], folder);
    expect(code).toBe(2);
    expect(stderr).toBe('bad-market.csv, row 2, column forward: must be finite, got NaN [ValueNotFinite]\n');
  });
});

describe('file names', () => {
  // Windows permits none of these three.
  const isWindows = process.platform === 'win32';
  const name = isWindows ? "it's a book [1]" : 'it\'s a "book" [1]*?';
  const decoy = isWindows ? "it's a book 1" : 'it\'s a "book" 1xy';

  it('with quotes, spaces and wildcards mean exactly that file, as input and as output', async () => {
    writeFileSync(inFolder(`${name}.csv`), csvText(bookTypes, bookRows));
    writeFileSync(inFolder(`${decoy}.csv`), csvText(bookTypes, badRows));
    writeFileSync(inFolder(`${name} market.csv`), csvText(marketTypes, marketRows));
    const args = ['--book', `${name}.csv`, '--market', `${name} market.csv`, '--out', `${name} out.parquet`];
    expect((await margins(...args)).stateHash).toBe(expected.stateHash);
    const copied = inFolder('plain.parquet');
    writeFileSync(copied, readFileSync(inFolder(`${name} out.parquet`)));
    expect(await readTable(copied, 'parquet')).toHaveLength(expected.margins.length);
  });

  it('that begin with a dash, after =', async () => {
    writeFileSync(inFolder('-book.csv'), csvText(bookTypes, bookRows));
    expect((await margins('--book=-book.csv')).stateHash).toBe(expected.stateHash);
  });
});

describe('a number from outside', () => {
  /**
   * docs.deribit.com, private/pme/simulate, example response of 17 Jun 2024: positions in base coin,
   * prices, parameters and margins as published. Position × mark contracts of 1 USD are the same exposure.
   */
  const published = {
    timeMs: 1_718_619_740_501,
    index: 65_666.19,
    perpetual: { mark: 65_910.57, position: 0.314538364 },
    june: { mark: 67_371.75, position: -0.001187534, expiry: '2024-06-28T08:00:00Z' },
    worstCase: 0.05968587238095239,
    rollShock: 0.00315725898,
    riskMatrixMargin: 0.06284313098,
    maintenanceMargin: 0.050274504784,
  };
  const params = {
    source: 'docs.deribit.com, private/pme/simulate, 17 Jun 2024',
    general: { timestamp: published.timeMs, mm_factor: 0.8, buckets_count: 4, vol_scenarios_count: 3 },
    currency: {
      btc: {
        max_offsetable_pnl: 0,
        annualised_move_risk: 0.075,
        extended_dampener: 100_000,
        min_annualised_move: 0.01,
        haircut: 0,
        equity_side_impact: 'both',
        pnl_offset: 0,
        correlation_set: false,
      },
    },
    currency_pair: {
      btc_usd: {
        extended_table_factor: 1,
        m_inc: 0.00005,
        min_volatility_for_shock_up: 0.5,
        max_delta_shock: 0.1,
        delta_total_liq_shock_threshold: 20_000_000,
        volatility_range_down: 0.25,
        volatility_range_up: 0.5,
        long_term_vega_power: 0.13,
        short_term_vega_power: 0.3,
        price_range: 0.16,
      },
    },
  };

  beforeAll(() => {
    const asOf = new Date(published.timeMs).toISOString();
    const row = (name: string, kind: string, expiry: Value, mark: number): Value[] => [
      name,
      kind,
      'inverse',
      'BTC',
      'USD',
      'BTC',
      1,
      expiry,
      null,
      null,
      published.index,
      mark,
      null,
      asOf,
    ];
    const { perpetual, june } = published;
    const rows = [
      row('BTC-PERPETUAL', 'perpetual', null, perpetual.mark),
      row('BTC-28JUN24', 'future', june.expiry, june.mark),
    ];
    writeFileSync(inFolder('published-market.csv'), csvText(marketTypes, rows));
    writeFileSync(inFolder('published-params.json'), JSON.stringify(params));
    writeFileSync(
      inFolder('published-book.csv'),
      csvText(bookTypes, [
        ['venue', 'BTC-PERPETUAL', perpetual.position * perpetual.mark, perpetual.mark],
        ['venue', 'BTC-28JUN24', june.position * june.mark, june.mark],
      ]),
    );
  });

  const files = [
    '--market',
    'published-market.csv',
    '--book',
    'published-book.csv',
    '--params',
    'published-params.json',
  ];

  it('margins of the published example come out of the command', async () => {
    const { margins: rows } = await runJson<MarginResult>(['margin', ...files, '--workers', '0'], folder);
    expect(rows).toHaveLength(1);
    const row = rows[0];
    expect([row.account, row.currency, row.worst_scenario, row.delta_shock]).toEqual(['venue', 'BTC', 0, 0]);
    expect(Math.abs(row.worst_case! - published.worstCase)).toBeLessThan(1e-9);
    expect(Math.abs(row.roll_shock! - published.rollShock)).toBeLessThan(1e-9);
    expect(Math.abs(row.initial_margin! - published.riskMatrixMargin)).toBeLessThan(1e-9);
    expect(Math.abs(row.maintenance_margin! - published.maintenanceMargin)).toBeLessThan(1e-9);
  });

  it('and out of the explanation', async () => {
    interface Explained {
      readonly nettingSets: readonly {
        readonly maintenanceMargin: string;
        readonly groups: readonly { readonly worstCaseUnrounded: string }[];
      }[];
    }
    const { nettingSets } = await runJson<Explained>(['explain', ...files, '--account', 'venue'], folder);
    const set = nettingSets[0];
    expect(Math.abs(Number(set.maintenanceMargin) - published.maintenanceMargin)).toBeLessThan(1e-9);
    expect(Math.abs(Number(set.groups[0].worstCaseUnrounded) - published.worstCase)).toBeLessThan(1e-15);
  });
});
