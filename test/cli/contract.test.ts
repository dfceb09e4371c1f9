import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { cliPath, runCli, runJson, startNode, temporaryFolder, type Finished } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes, type MarginResult } from './small-inputs.ts';

const folder = temporaryFolder();
const run = (...args: string[]): Promise<Finished> => runCli(args, folder);
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];
const threads = ['--workers', '0'];
const shippedParams = (): Record<string, Record<string, Record<string, unknown>>> =>
  JSON.parse(readFileSync(join(packageRoot, 'data', 'params', 'deribit-pm-2024-06-17.json'), 'utf8')) as never;

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
  const bad = bookRows.map((row, place) => (place === 4 ? ['bob', 'SPX-18SEP26-7000-P', 'NaN', 0] : row));
  writeFileSync(join(folder, 'bad.csv'), csvText(bookTypes, bad));
});

const commands = [
  'margin',
  'generate',
  'compare',
  'what-if',
  'reconcile',
  'explain',
  'inspect',
  'market',
  'greeks',
  'american',
  'models',
  'layout',
  'journal',
  'run',
  'monitor',
  'demo',
  'var',
  'stress',
  'grid',
  'backtest',
  'scenarios',
  'var-params',
];

describe.concurrent('help and version', () => {
  it('--version is the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it('--help names every command', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(commands)('%s --help', async (command) => {
    const { code, stdout, stderr } = await run(command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: margrid ${command}`);
  });
});

const twice = ['--models', 'deribit-pm,again=deribit-pm'];
const bob = ['--account', 'bob'];
/** The textbook's put: 6.0904 by every good method. */
const put = ['--type', 'put', '--spot', '100', '--strike', '100', '--years', '1', '--volatility', '0.2', '--rate', '0.05'];

/** Every command that has --json, on inputs that are all right, with something that only its result has. */
const jsonRuns: readonly (readonly [string, readonly string[], (result: never) => unknown, unknown])[] = [
  ['margin', [...inputs, ...threads], ({ accounts }: MarginResult) => accounts, 4],
  ['margin --out', [...inputs, ...threads, '--out', 'out.csv'], ({ accounts }: MarginResult) => accounts, 4],
  [
    'reconcile',
    [...inputs, ...threads],
    (result: { isReconciled: boolean; comparedAccountCount: number }) => [
      result.isReconciled,
      result.comparedAccountCount,
    ],
    [true, 4],
  ],
  ['compare', [...inputs, ...threads, ...twice], ({ accounts }: { accounts: number }) => accounts, 4],
  [
    'compare --out',
    [...inputs, ...threads, ...twice, '--out', 'comparison.csv'],
    ({ commonAccounts }: { commonAccounts: number }) => commonAccounts,
    4,
  ],
  ['what-if', [...inputs, ...bob, '--add', 'SPX-18SEP26-7500-C=-1'], (result: { account: string }) => result.account, 'bob'],
  ['explain', [...inputs, '--account', 'bob'], (result: { accountId: string }) => result.accountId, 'bob'],
  [
    'inspect',
    ['book.csv', '--market', 'market.csv'],
    (result: { content: string; problemCount: number }) => [result.content, result.problemCount],
    ['book', 0],
  ],
  [
    'market',
    [],
    (result: { chains: { name: string }[] }) => result.chains.map(({ name }) => name),
    ['Deribit BTC', 'SPX'],
  ],
  [
    'greeks',
    ['--market', 'market.csv'],
    (rows: { instrument: string }[]) => rows.map(({ instrument }) => instrument),
    marketRows.slice(2).map(([name]) => name),
  ],
  ['american', put, (prices: Record<string, number>) => Math.round(prices['qdfp-accurate'] * 1e4), 60_904],
  [
    'greeks --out',
    ['--market', 'market.csv', '--out', 'greeks.csv'],
    (result: { options: number }) => result.options,
    4,
  ],
  ['models', [], (list: { name: string }[]) => list[0].name, 'deribit-pm'],
];

describe('exit code 0', () => {
  it.each(jsonRuns)('%s --json: one document on stdout, nothing else anywhere', async (name, args, pick, expected) => {
    const { code, stdout, stderr } = await run(name.split(' ')[0], ...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(pick(JSON.parse(stdout) as never)).toEqual(expected);
  });

  it.each([
    ['margin', [...inputs, ...threads], 'healthy 3, margin-call 0, liquidation 2, quarantined 0'],
    ['reconcile', [...inputs, ...threads, '--all'], 'RECONCILED: no breach'],
    ['compare', [...inputs, ...threads, ...twice], '4 accounts that all models margin'],
    ['what-if', [...inputs, ...bob, '--remove', 'SPX-18SEP26-7500-C'], 'remove SPX-18SEP26-7500-C'],
    ['explain', [...inputs, '--account', 'alice'], 'BTC-25DEC26-60000-P'],
    ['inspect', ['market.csv'], 'no problems found'],
    ['greeks', ['--market', 'market.csv'], 'net_transaction_delta'],
    ['american', put, 'qdfp-precise   6.0903'],
    ['models', [], 'deribit-pm: '],
    ['layout', [], '| address | column |'],
  ])('%s for people', async (command, args, line) => {
    const { code, stdout, stderr } = await run(command, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(line);
  });

  it('--kernels javascript and --workers give the same state hash as one thread of WASM', async () => {
    const hashes = await Promise.all(
      [
        ['--workers', '0'],
        ['--workers', '2'],
        ['--workers', '0', '--kernels', 'javascript'],
      ].map(async (options) => (await runJson<MarginResult>(['margin', ...inputs, ...options], folder)).stateHash),
    );
    expect(new Set(hashes).size).toBe(1);
  });
});

describe('exit code 1: a check failed', () => {
  it('what-if of an account that is refused, before or after', async () => {
    const order = await run('what-if', ...inputs, ...bob, '--order', 'SPX-18SEP26-7500-C=1@30');
    expect({ code: order.code, stderr: order.stderr }).toEqual({ code: 1, stderr: '' });
    expect(order.stdout).toContain('after: refused: the account has open orders');
    const quarantined = ['--market', 'market.csv', '--book', 'bad.csv', '--keep-going', ...bob];
    const json = await run('what-if', ...quarantined, '--add', 'SPX-18SEP26-7500-C=1', '--json');
    expect(json.code).toBe(1);
    const { before } = JSON.parse(json.stdout) as { before: { fault: string; initialMargin: null } };
    expect([before.initialMargin, before.fault]).toEqual([null, expect.stringContaining('bad.csv, row 5')]);
  });

  it('inspect lists the problems, as text and as JSON', async () => {
    const text = await run('inspect', 'bad.csv', '--market', 'market.csv');
    expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 1, stderr: '' });
    expect(text.stdout).toContain('bad.csv, row 5, column quantity: must be finite, got NaN [ValueNotFinite]');
    const json = await run('inspect', 'bad.csv', '--market', 'market.csv', '--json');
    expect(json.code).toBe(1);
    const { problems } = JSON.parse(json.stdout) as { problems: { code: string; row: number }[] };
    expect(problems.map(({ code, row }) => [code, row])).toEqual([['ValueNotFinite', 5]]);
  });

  it('inspect of a file that is not there', async () => {
    const { code, stdout } = await run('inspect', 'missing.csv');
    expect(code).toBe(2);
    expect(stdout).toContain('missing.csv: the file does not exist [FileNotFound]');
  });
});

/** Command, arguments, what stderr must contain. */
const refused: readonly (readonly [string, readonly string[], string])[] = [
  ['margin', ['--market', 'market.csv'], "required option '--book <file>' not specified"],
  ['margin', [...inputs, '--nonsense'], "unknown option '--nonsense'"],
  ['margin', [...inputs, '--workers', '-1'], 'must be a whole number in [0, 256]'],
  ['margin', [...inputs, '--workers', '1e1'], 'must be a whole number in [0, 256]'],
  ['margin', [...inputs, '--kernels', 'fortran'], 'Allowed choices are wasm, javascript'],
  ['margin', [...inputs, ...threads, 'surplus'], 'too many arguments'],
  [
    'margin',
    ['--market', 'market.csv', '--book', 'missing.csv'],
    'missing.csv: the file does not exist [FileNotFound]',
  ],
  ['margin', ['--market', 'missing.csv', '--book', 'book.csv'], 'missing.csv: the file does not exist [FileNotFound]'],
  ['margin', ['--market', 'market.csv', '--book', 'book.txt'], '[FileFormatUnknown]'],
  ['margin', ['--market', 'market.csv', '--book', 'market.csv'], 'column account: the column is missing'],
  ['margin', [...inputs, '--model', 'nosuch'], "no margin model is called 'nosuch'; known: deribit-pm, "],
  ['margin', [...inputs, '--params', 'missing.json'], 'cannot read the parameter file missing.json [FileNotFound]'],
  ['margin', [...inputs, '--params', 'book.csv'], 'book.csv is not valid JSON'],
  ['margin', [...inputs, '--rows-max', '3'], '[FileTooLarge]'],
  ['margin', [...inputs, '--assume', 'luck=1'], '--assume must be FIELD=VALUE, FIELD one of mark_price, '],
  ['margin', [...inputs, '--assume', 'confidence'], '--assume must be FIELD=VALUE'],
  ['margin', [...inputs, '--assume', 'confidence=1.5'], "--assume: confidence must be in [0, 1], got '1.5'"],
  ['margin', [...inputs, '--assume', 'confidence='], "--assume: confidence must be in [0, 1], got ''"],
  ['margin', [...inputs, '--bytes-max', '3'], '[FileTooLarge]'],
  ['margin', [...inputs, '--out', 'out.txt'], '[FileFormatUnknown]'],
  ['margin', [...inputs, '--out', 'no-such-folder/out.csv'], 'the directory does not exist [FileUnreadable]'],
  ['margin', [...inputs, '--out', '.csv'], '[FileFormatUnknown]'],
  ['generate', ['--accounts', '5'], "required option '--out <file>' not specified"],
  ['generate', ['--accounts', '0', '--out', 'x.csv'], 'must be a whole number in [1, 8000000]'],
  [
    'generate',
    ['--accounts', '5', '--positions', 'many', '--out', 'x.csv'],
    'must be a number in [3, 30]',
  ],
  ['generate', ['--accounts', '5', '--seed', '1.5', '--out', 'x.csv'], 'must be a whole number'],
  ['generate', ['--accounts', '5', '--out', 'no-such-folder/x.csv'], 'the directory does not exist [FileUnreadable]'],
  [
    'reconcile',
    ['--market', 'market.csv', '--book', 'bad.csv'],
    'row 5, column quantity: must be finite, got NaN [ValueNotFinite]',
  ],
  ['reconcile', [...inputs, '--sample', '0'], 'must be a whole number'],
  ['reconcile', [...inputs, '--model', 'nosuch'], '[ModelUnknown]'],
  ['compare', inputs, "required option '--models <list>' not specified"],
  ['compare', [...inputs, '--models', ''], '--models must name at least one model [OptionInvalid]'],
  ['compare', [...inputs, '--models', 'nosuch'], "no margin model is called 'nosuch'"],
  ['compare', [...inputs, '--models', 'deribit-pm,deribit-pm'], "give one a name of its own, as in 'old=deribit-pm'"],
  ['compare', [...inputs, ...twice, '--params', 'other=x.json'], "--params names 'other', which is not among --models"],
  ['compare', [...inputs, ...twice, '--params', 'again'], "--params must be MODEL=FILE, got 'again'"],
  ['compare', [...inputs, ...twice, '--params', 'again=missing.json'], '[FileNotFound]'],
  ['compare', [...inputs, ...twice, '--params', 'again=book.csv'], 'book.csv is not valid JSON'],
  ['compare', [...inputs, ...twice, '--linear', 'other'], "--linear names 'other', which is not among --models"],
  ['compare', [...inputs, ...twice, '--settle', 'EUR'], "--settle must be one of USD, USDC, USDT, got 'EUR'"],
  ['compare', [...inputs, ...twice, '--settle', 'again=EUR'], "--settle must be one of USD, USDC, USDT, got 'EUR'"],
  ['compare', [...inputs, ...twice, '--settle', 'other=USD'], "--settle names 'other', which is not among --models"],
  ['compare', [...inputs, ...twice, '--out', 'no-such-folder/x.csv'], 'the directory does not exist [FileUnreadable]'],
  ['compare', ['--market', 'market.csv', '--book', 'bad.csv', ...twice], 'must be finite, got NaN [ValueNotFinite]'],
  ['what-if', inputs, "required option '--account <id>' not specified"],
  ['what-if', [...inputs, ...bob], 'nothing to do: give --add, --order, --remove or --hedge-with'],
  ['what-if', [...inputs, '--account', 'zoe', '--remove', 'X'], "the book has no account 'zoe' [AccountUnknown]"],
  ['what-if', [...inputs, ...bob, '--add', 'NOPE=1'], "the market has no instrument 'NOPE' [InstrumentUnknown]"],
  ['what-if', [...inputs, ...bob, '--hedge-with', 'NOPE'], "the market has no instrument 'NOPE' [InstrumentUnknown]"],
  ['what-if', [...inputs, ...bob, '--remove', 'BTC-PERPETUAL'], 'no position and no order in BTC-PERPETUAL'],
  ['what-if', [...inputs, ...bob, '--add', 'BTC-PERPETUAL'], '--add must be INSTRUMENT=QUANTITY'],
  ['what-if', [...inputs, ...bob, '--add', 'BTC-PERPETUAL=0'], 'quantity not 0'],
  ['what-if', [...inputs, ...bob, '--add', 'BTC-PERPETUAL=1@x'], '--add must be INSTRUMENT=QUANTITY'],
  ['what-if', [...inputs, ...bob, '--order', 'BTC-PERPETUAL=1'], '--order must be INSTRUMENT=QUANTITY@LIMIT'],
  ['what-if', [...inputs, ...bob, '--order', 'BTC-PERPETUAL=1@0'], '--order must be INSTRUMENT=QUANTITY@LIMIT'],
  ['what-if', [...inputs, ...bob, '--hedge-with', 'BTC-PERPETUAL', '--hedge-lot', '0'], 'must be a number in'],
  ['explain', [...inputs], "required option '--account <id>' not specified"],
  ['explain', [...inputs, '--account', 'zoe'], "book.csv: the book has no account 'zoe' [AccountUnknown]"],
  ['explain', [...inputs, '--account', 'bob', '--model', 'nosuch'], '[ModelUnknown]'],
  ['inspect', [], "missing required argument 'file'"],
  ['inspect', ['book.csv', '--market', 'missing.csv'], '[FileNotFound]'],
  ['market', ['--chain', 'missing.json'], '[FileNotFound]'],
  ['market', ['--chain', 'book.csv'], 'book.csv'],
  ['market', ['--out', 'out.txt'], '[FileFormatUnknown]'],
  ['greeks', ['--market', 'missing.csv'], '[FileNotFound]'],
  [
    'greeks',
    ['--market', 'market.csv', '--out', 'no-such-folder/x.csv'],
    'the directory does not exist [FileUnreadable]',
  ],
  ['american', ['--type', 'puts'], 'Allowed choices are call, put'],
  ['american', ['--type', 'put', '--spot', '-1'], 'must be a number in [0, '],
  ['models', ['--nonsense'], "unknown option '--nonsense'"],
  ['layout', ['--nonsense'], "unknown option '--nonsense'"],
  ['demo', ['--ticks', '0'], 'must be a whole number in [1, 10000]'],
  ['demo', ['--nonsense'], "unknown option '--nonsense'"],
  ['nonsense', [], "unknown command 'nonsense'"],
];

describe.concurrent('exit code 2: the call or its inputs are refused, on stderr', () => {
  it.each(refused)('%s %j', async (command, args, message) => {
    const { code, stdout, stderr } = await run(command, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('no command at all shows the help, on stderr', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: margrid');
  });

  it.each([
    ['general', 'mm_factor', 1.5, 'general.mm_factor must be a number in [0, 1], got 1.5 [ParameterInvalid]'],
    [
      'general',
      'buckets_count',
      undefined,
      'general.buckets_count must be a number in [1, 60], got nothing [ParameterInvalid]',
    ],
    ['currency', 'btc', null, 'currency.btc must be an object, got null [ParameterInvalid]'],
    ['currency_pair', 'btc_usd', {}, 'currency_pair.btc_usd.price_range must be a number'],
    ['currency_pair', 'spx_usd', undefined, 'spx_usd'],
  ])('a bad parameter file: %s.%s %j', async (section, field, value, message) => {
    const params = shippedParams();
    params[section][field] = value as never;
    const name = `params ${section}.${field}.json`;
    writeFileSync(join(folder, name), JSON.stringify(params));
    const { code, stdout, stderr } = await run('margin', ...inputs, ...threads, '--params', name);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('a component without a public formula is refused, not ignored', async () => {
    const params = shippedParams();
    params['currency']['btc']['correlation_set'] = true;
    writeFileSync(join(folder, 'correlated.json'), JSON.stringify(params));
    const { code, stderr } = await run('margin', ...inputs, '--params', 'correlated.json');
    expect(code).toBe(2);
    expect(stderr).toContain('correlated.json: currency.btc.correlation_set is true');
    expect(stderr).toContain('[ComponentUnknown]');
  });
});

describe('a reader that leaves early', () => {
  it('ends the run without a stack trace and without exit code 0', async () => {
    const { child, finished } = startNode([cliPath, 'greeks', '--json'], folder);
    child.stdout!.destroy();
    const { code, stderr } = await finished;
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
  });
});
