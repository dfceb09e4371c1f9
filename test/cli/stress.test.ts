import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRawTable, requireColumn, type RawCell } from '../../src/io/index.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { csvText, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];
const stress = ['stress', ...inputs, '--scenarios', 'scenarios.csv'];

/**
 * BTC at 100 and one perpetual. alice: 2 from 90, 100 USD: equity 120. bob: -3 from 100, 50 USD: equity 50.
 * carol: 4 BTC less 300 USD: equity 100. Down 50%: -100, +150, -200 (insolvent by 100); up 20%: +40, -60 (by 10), +80.
 */
beforeAll(() => {
  const asOf = '2026-08-01T12:00:00.000Z';
  const perpetual = ['F', 'perpetual', 'linear', 'BTC', 'USD', 'USD', 1, null, null, null, 100, 100, null, asOf];
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, [perpetual]));
  const rows = ['alice,F,2,90', 'alice,USD,100,0', 'bob,F,-3,100', 'bob,USD,50,0', 'carol,BTC,4,0', 'carol,USD,-300,0'];
  writeFileSync(join(folder, 'book.csv'), `account,instrument,quantity,entry_price\n${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'scenarios.csv'), 'label,price:BTC\ndown,-0.5\nup,0.2\n');
  writeFileSync(join(folder, 'eth.csv'), 'label,price:ETH\ndown,-0.5\n');
  writeFileSync(join(folder, 'pools.csv'), 'account,pool\nalice,p1\nbob,p1\n');
  writeFileSync(join(folder, 'unknown.csv'), 'account,pool\nalice,p1\ndave,p1\n');
  writeFileSync(join(folder, 'twice.csv'), 'account,pool\nalice,p1\nalice,p2\n');
  writeFileSync(join(folder, 'empty.csv'), 'account,pool\nalice,\n');
  writeFileSync(join(folder, 'prices.csv'), 'day,b,e\n01.02.2026,100,.\n02.02.2026,150,7\n03.02.2026,75,7\n');
});

interface StressJson {
  readonly accounts: number;
  readonly equity: number;
  readonly quarantined: number;
  readonly scenarios: readonly Record<string, unknown>[];
  readonly pools?: readonly { readonly pool: string; readonly pnl: readonly number[] }[];
}

/** Columns of a written file, as numbers or texts, like those that are expected. */
async function columnsOf(file: string, names: readonly string[]): Promise<Record<string, unknown[]>> {
  const source = await readRawTable(join(folder, file), names);
  const value = (cell: RawCell): unknown => {
    const text = cell === null ? '' : String(cell);
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  return Object.fromEntries(names.map((name) => [name, requireColumn(source, name).cells.map(value)]));
}

async function expectColumns(file: string, expected: Record<string, unknown[]>): Promise<void> {
  expect(await columnsOf(file, Object.keys(expected))).toEqual(expected);
}

describe('margrid stress', () => {
  it('JSON: scenarios with losers, losses, insolvent accounts and their deficit; pools', async () => {
    const result = await runJson<StressJson>([...stress, '--pools', 'pools.csv'], folder);
    expect(result).toMatchObject({ currency: 'USD', accounts: 3, equity: 270, quarantined: 0, heldConstant: [] });
    expect(result.scenarios).toEqual([
      { scenario: 'down', pnl: -150, losers: 2, losses: 300, insolvent: 1, deficit: 100, worstAccount: 'carol', worstLoss: 200 },
      { scenario: 'up', pnl: 60, losers: 1, losses: 60, insolvent: 1, deficit: 10, worstAccount: 'bob', worstLoss: 60 },
    ]);
    expect(result.pools).toEqual([{ pool: 'p1', pnl: [50, -20] }]);
  });

  it.each([
    ['parquet', 'csv'], ['csv', 'arrow'], ['arrow', 'parquet'],
  ])('table; accounts as %s and scenarios as %s read back', async (accounts, scenarios) => {
    const files = ['--out', `accounts.${accounts}`, '--out-scenarios', `scenarios-out.${scenarios}`];
    const { code, stdout } = await runCli([...stress, ...files, '--top', '1', '--pools', 'pools.csv'], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 scenarios of price:BTC, down to up; 3 accounts, 0 left out\nequity of the book 270\.00 USD\n/);
    expect(stdout).toMatch(/^down +-150\.00 +2 +300\.00 +1 +100\.00 +carol +200\.00$/m);
    expect(stdout).not.toMatch(/^up/m);
    expect(stdout).toMatch(/^p1 +-20\.00 +up$/m);
    await expectColumns(`accounts.${accounts}`, {
      account: ['alice', 'bob', 'carol'], status: ['ok', 'ok', 'ok'], equity: [120, 50, 100], worst_pnl: [-100, -60, -200],
      worst_scenario: ['down', 'up', 'down'], reason: ['', '', ''],
    });
    await expectColumns(`scenarios-out.${scenarios}`, {
      scenario: ['down', 'up'], pnl: [-150, 60], losers: [2, 1], losses: [300, 60], insolvent: [1, 1], deficit: [100, 10],
      worst_loss: [200, 60], worst_account: ['carol', 'bob'],
    });
  });

  it('a crisis, by a proxy that is named', async () => {
    const crisis = ['stress', ...inputs, '--crisis', '1987-10-19'];
    const { scenarios } = await runJson<StressJson>([...crisis, '--follow', 'price:BTC=price:SPX*2'], folder);
    // Twice -20.47%: of 2 - 3 + 4 = 3 units of 100.
    expect(scenarios[0]['pnl']).toBeCloseTo(3 * 100 * 2 * -0.2047, 11);
    const refused = await runCli(crisis, folder);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/no figure for price:BTC.*FactorMissing/)]);
    const held = await runCli([...crisis, '--missing', 'hold'], folder);
    expect(held.stderr).toMatch(/1987-10-19: no figure for price:BTC, which does not move/);
    expect(held.stdout).toMatch(/^1987-10-19 +-?0\.00 +0 /m);
  });

  it('a history: files are named as everywhere', async () => {
    const prices = ['--prices', 'prices.csv', '--date-column', 'day', '--date-format', 'dmy', '--missing-text', '.'];
    const { scenarios } = await runJson<StressJson>(['stress', ...inputs, ...prices, '--factor', 'price:BTC=b@prices.csv'], folder);
    expect(scenarios.map(({ scenario, pnl }) => [scenario, pnl])).toEqual([['2026-02-02', 150], ['2026-02-03', -150]]);
    const both = await runCli(
      ['scenarios', 'historical', ...prices, '--factor', 'price:BTC=b', '--factor', 'price:ETH=e', '--mismatch', 'intersect'], folder,
    );
    expect(both.stdout).toMatch(/^1 scenarios, 2026-02-03/);
  });

  it('who holds what no scenario moves is left out, or stays', async () => {
    const eth = ['stress', ...inputs, '--scenarios', 'eth.csv'];
    const left = await runCli([...eth, '--json'], folder);
    expect(left.stderr).toMatch(/left out: 2 accounts, .*F/);
    // Carol has coins, which nothing moves either.
    expect(left.stderr).toMatch(/left out: 1 account, .*BTC/);
    expect(JSON.parse(left.stdout)).toMatchObject({ accounts: 3, quarantined: 3, equity: 0 });
    const held = await runCli([...eth, '--unmatched', 'hold'], folder);
    expect(held.stderr).toMatch(/not moved, as no scenario says how: 1 instruments, F/);
    expect(held.stdout).toMatch(/^down +-?0\.00 +0 +0\.00 +0 +0\.00 +- +0\.00$/m);
  });

  it.each([
    ['an account that the book has not', [...stress, '--pools', 'unknown.csv'], /unknown\.csv.*row 2.*the book has no account "dave"/],
    ['an account in two pools', [...stress, '--pools', 'twice.csv'], /twice\.csv.*row 2.*"alice" is there twice/],
    ['a pool without a name', [...stress, '--pools', 'empty.csv'], /empty\.csv.*row 1.*must not be empty/],
    ['no scenarios', ['stress', ...inputs], /one of --scenarios, --crisis and --prices/],
    ['two kinds of scenarios', [...stress, '--crisis', 'all'], /one of --scenarios, --crisis and --prices/],
    ['an unknown crisis', ['stress', ...inputs, '--crisis', 'yesterday'], /yesterday/],
    ['a proxy that is none', ['stress', ...inputs, '--crisis', 'all', '--follow', 'BTC'], /--follow must be FACTOR=FACTOR\*BETA/],
    ['a currency without a rate', [...stress, '--currency', 'DOGE'], /what DOGE is worth.*CurrencyUnknown/],
    ['a folder that is not there', [...stress, '--report', 'nowhere/report.html'], /nowhere\/report\.html: cannot be written/],
    ['a format that is none', [...stress, '--out', 'accounts.xls'], /accounts\.xls/],
  ])('%s: exit code 2', async (_name, args, message) => {
    const { code, stderr, stdout } = await runCli(args, folder);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('margrid grid', () => {
  const grid = ['grid', ...inputs, '--price=-0.5:0.5:0.5', '--volatility', '0,0.5'];

  it('one account, as JSON and as a file', async () => {
    const result = await runJson<Record<string, unknown>>([...grid, '--account', 'alice', '--days', '0,7', '--out', 'grid.csv'], folder);
    // Price by price, two volatilities each; a perpetual knows neither volatility nor time.
    const pnl = [-100, -100, 0, 0, 100, 100];
    expect(result).toMatchObject({ currency: 'USD', account: 'alice', equity: 120, pnl: [...pnl, ...pnl], quarantined: 0 });
    await expectColumns('grid.csv', { days: [0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7], pnl: [...pnl, ...pnl] });
  });

  it('the book as a table: prices down, volatilities across', async () => {
    const { code, stdout } = await runCli(grid, folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^price \\ vol, USD +0% +50%\n-50% +-150\.00 +-150\.00\n0% +-?0\.00 +-?0\.00\n50% +150\.00 +150\.00\n$/);
  });

  it('--report and --svg write a page and pictures, one per number of days', async () => {
    const pictures = ['--report', 'grid.html', '--svg', 'pictures'];
    const { code, stderr } = await runCli([...grid, '--days', '0,7', ...pictures], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/wrote grid\.html\nwrote pictures\/grid\.svg\nwrote pictures\/grid-7-days\.svg/);
    expect(readdirSync(join(folder, 'pictures')).sort()).toEqual(['grid-7-days.svg', 'grid.svg']);
    expect(readFileSync(join(folder, 'pictures', 'grid.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>$/);
    expect(readFileSync(join(folder, 'grid.html'), 'utf8').match(/<figure /g)).toHaveLength(2);
  });

  it.each([
    ['an account that is not there', ['--account', 'zoe'], /no account 'zoe'/],
    ['a range without a step', ['--price', '0:1'], /--price must be a list or FROM:TO:STEP, got '0:1'/],
    ['a fall of everything', ['--price=-1,0'], /ScenarioInvalid|OptionInvalid/],
    ['moves that are no numbers', ['--volatility', 'low'], /--volatility must be a list/],
  ])('%s: exit code 2', async (_name, args, message) => {
    const { code, stderr } = await runCli([...grid, ...args], folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
