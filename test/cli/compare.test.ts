import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { without } from '../io/fixtures.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes, type MarginResult } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv', '--workers', '0'];
/** The index price of BTC in the small market. */
const bitcoin = 62_650;

interface CompareRow {
  readonly account: string;
  readonly model: string;
  readonly currency: string;
  readonly equity: number | null;
  readonly initial_margin: number | null;
  readonly maintenance_margin: number | null;
  readonly ratio_to_first: number | null;
  readonly stand_alone?: number | null;
  readonly ratio_to_stand_alone?: number | null;
  readonly status: string;
  readonly reason: string;
}

interface CompareResult {
  readonly currency: string;
  readonly rates: readonly { currency: string; rate: number; source: string }[];
  readonly models: readonly {
    label: string;
    counts: Record<string, number>;
    reasons: readonly { reason: string; accounts: number }[];
  }[];
  readonly commonAccounts: number;
  readonly common: readonly { label: string; initialMargin: number; equity: number; ratioToFirst: number }[];
  readonly notes: readonly string[];
  readonly margins: readonly CompareRow[];
}

const compare = (...args: string[]): Promise<CompareResult> =>
  runJson<CompareResult>(['compare', ...inputs, ...args], folder);
const rowsOf = ({ margins }: CompareResult, model: string): CompareRow[] =>
  margins.filter((row) => row.model === model);

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
  const params = shippedParams() as Record<string, Record<string, unknown>>;
  const half = { ...params, general: { ...params['general'], mm_factor: 0.4 } };
  writeFileSync(join(folder, 'half.json'), JSON.stringify(half));
  const coins = { ...params, currency_pair: without(params['currency_pair'], 'spx_usd') };
  writeFileSync(join(folder, 'coins.json'), JSON.stringify(coins));
});

describe('compare', () => {
  it('each account is the sum of its rows of margrid margin, at the index price', async () => {
    const { margins } = await runJson<MarginResult>(['margin', ...inputs], folder);
    const result = await compare('--models', 'deribit-pm');
    expect(result.rates).toEqual([
      { currency: 'BTC', rate: bitcoin, source: 'btc_usd' },
      { currency: 'USD', rate: 1, source: '1:1' },
    ]);
    for (const { account, initial_margin: initial, equity } of rowsOf(result, 'deribit-pm')) {
      const own = margins.filter((row) => row.account === account);
      const inDollars = (amount: number | null, currency: string): number =>
        amount! * (currency === 'BTC' ? bitcoin : 1);
      expect(initial).toBe(own.reduce((sum, row) => sum + inDollars(row.initial_margin, row.currency), 0));
      expect(equity).toBe(own.reduce((sum, row) => sum + inDollars(row.equity, row.currency), 0));
    }
    expect(result.margins.map(({ account, status }) => `${account} ${status}`)).toEqual([
      'alice healthy',
      'bob healthy',
      'carol liquidation',
      'dave healthy',
    ]);
  });

  it('parameters of one model, and who it refuses: totals are of the accounts that both margin', async () => {
    const result = await compare('--models', 'deribit-pm,coins=deribit-pm', '--params', 'coins=coins.json');
    const [all, coins] = result.models;
    expect([all.counts['quarantined'], coins.counts['quarantined']]).toEqual([0, 2]);
    expect(coins.reasons).toEqual([{ reason: 'the parameters have no section currency_pair.spx_usd', accounts: 2 }]);
    expect(rowsOf(result, 'coins').map(({ initial_margin: initial, status }) => [initial === null, status])).toEqual([
      [false, 'healthy'],
      [true, 'quarantined'],
      [true, 'quarantined'],
      [false, 'healthy'],
    ]);
    // alice and dave, whom both margin alike.
    expect(result.commonAccounts).toBe(2);
    const alice = rowsOf(result, 'deribit-pm')[0].initial_margin!;
    expect(result.common.map(({ initialMargin }) => initialMargin)).toEqual([alice, alice]);
    expect(result.common.map(({ ratioToFirst }) => ratioToFirst)).toEqual([1, 1]);
  });

  it('the same model with another maintenance factor', async () => {
    const result = await compare('--models', 'deribit-pm,half=deribit-pm', '--params', 'half=half.json');
    const [first, half] = ['deribit-pm', 'half'].map((label) => rowsOf(result, label));
    half.forEach((row, place) => {
      expect(row.ratio_to_first).toBe(row.initial_margin === 0 ? null : 1);
      // Half of the shipped factor of 0.8.
      expect(row.maintenance_margin!).toBeCloseTo(first[place].maintenance_margin! / 2, 6);
    });
  });

  it('--linear for one of them: the same equity but for the basis, other margins', async () => {
    const result = await compare('--models', 'deribit-pm,linear=deribit-pm', '--linear', 'linear');
    expect(result.notes).toEqual([`spot instrument BTC_USD added at the index price ${bitcoin}`]);
    const [inverse, linear] = ['deribit-pm', 'linear'].map((label) => rowsOf(result, label));
    // dave holds 3 BTC and nothing else.
    expect([inverse[3].equity, linear[3].equity]).toEqual([3 * bitcoin, 3 * bitcoin]);
    expect(linear[0].equity! / inverse[0].equity!).toBeCloseTo(1, 1);
    expect(linear[0].equity).not.toBe(inverse[0].equity);
    expect(linear[1]).toMatchObject({ equity: inverse[1].equity, initial_margin: inverse[1].initial_margin });
    const both = await compare('--models', 'deribit-pm,linear=deribit-pm', '--linear');
    expect(rowsOf(both, 'deribit-pm').map(({ equity }) => equity)).toEqual(linear.map(({ equity }) => equity));
  });

  it('--settle renames the pairs, which this model then has no parameters for', async () => {
    const result = await compare('--models', 'deribit-pm,usdc=deribit-pm', '--linear', 'usdc', '--settle', 'USDC');
    const [, usdc] = result.models;
    expect(usdc.counts['quarantined']).toBe(4);
    expect(usdc.reasons.map(({ reason }) => reason)).toEqual([
      'the model has parameters for no instrument of the market',
    ]);
  });

  it('--settle for one model alone', async () => {
    const models = ['--models', 'deribit-pm,linear=deribit-pm,usdc=deribit-pm'];
    const result = await compare(...models, '--linear', 'linear,usdc', '--settle', 'usdc=USDC');
    expect(result.models.map(({ counts }) => counts['quarantined'])).toEqual([0, 0, 4]);
    const all = await compare(...models, '--settle', 'USDC', '--settle', 'linear=USD');
    // Coins still settle in coins: who holds nothing else is refused only because the pair is called btc_usdc.
    expect(all.models.map(({ counts }) => counts['quarantined'])).toEqual([4, 0, 4]);
  });

  it('--assume says so on stderr, and matters to no model that does not ask', async () => {
    const args = ['compare', ...inputs, '--models', 'deribit-pm', '--assume', 'index_confidence=1', '--json'];
    const { code, stdout, stderr } = await runCli(args, folder);
    expect([code, stderr]).toEqual([0, 'assumed: index_confidence is 1 wherever the market has none\n']);
    expect(JSON.parse(stdout)).toEqual(await compare('--models', 'deribit-pm'));
  });

  it('--no-stand-alone leaves that out', async () => {
    const alone = await compare('--models', 'deribit-pm');
    const [alice] = alone.margins;
    expect(alice.ratio_to_stand_alone).toBe(alice.initial_margin! / alice.stand_alone!);
    const fewer = await compare('--models', 'deribit-pm', '--no-stand-alone');
    expect(fewer.margins[0]).not.toHaveProperty('stand_alone');
    expect(fewer.margins[0].initial_margin).toBe(alone.margins[0].initial_margin);
  });

  it('--out holds the rows of --json, and --workers changes no bit', async () => {
    const models = ['--models', 'deribit-pm,half=deribit-pm', '--params', 'half=half.json'];
    const { margins } = await compare(...models);
    const threads = [...inputs.slice(0, 4), '--workers', '2'];
    const { code } = await runCli(['compare', ...threads, ...models, '--out', 'x.arrow'], folder);
    expect(code).toBe(0);
    const table = tableFromIPC(readFileSync(join(folder, 'x.arrow')));
    const rows = table.toArray().map((row) => {
      const fields = Object.entries((row as { toJSON(): Record<string, unknown> }).toJSON());
      return Object.fromEntries(fields.map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
    });
    expect(rows).toEqual(margins);
  });

  it('quarantined accounts of the book are refused by all, with --keep-going', async () => {
    const bad = bookRows.map((row, place) => (place === 4 ? ['bob', 'SPX-18SEP26-7000-P', 'NaN', 0] : row));
    writeFileSync(join(folder, 'bad.csv'), csvText(bookTypes, bad));
    const args = ['compare', '--market', 'market.csv', '--book', 'bad.csv', '--workers', '0', '--keep-going'];
    const { code, stdout, stderr } = await runCli([...args, '--models', 'deribit-pm'], folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('quarantined: bad.csv, row 5')]);
    expect(stdout).toContain('deribit-pm refuses 1 accounts');
    expect(stdout).toContain('3 accounts that all models margin');
  });
});
