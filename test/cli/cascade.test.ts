import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookTypes, csvText, marketTypes } from './small-inputs.ts';

/**
 * Hyperliquid, BTC at 100,000 (first tier: 40 times, maintenance 1.25%). A long of one coin from 100,000 with C in cash is
 * liquidated where C + P - 100,000 = 0.0125 P: P = (100,000 - C) / 0.9875.
 */
const folder = temporaryFolder();
const perpetual = ['BTC-PERP', 'perpetual', 'linear', 'BTC', 'USDC', 'USDC', 1, null, null, null, 100_000, 100_000, null, '2026-08-01T12:00:00.000Z'];
const book = [
  // 96,202.53, 94,177.22 and 91,139.24; the short is liquidated at 110,000 / 1.0125 = 108,641.98.
  ['anna', 'BTC-PERP', 4, 100_000], ['anna', 'USDC', 20_000, 0],
  ['bert', 'BTC-PERP', 2, 100_000], ['bert', 'USDC', 14_000, 0],
  ['cleo', 'BTC-PERP', 1, 100_000], ['cleo', 'USDC', 10_000, 0],
  ['dora', 'BTC-PERP', -1, 100_000], ['dora', 'USDC', 10_000, 0],
];
const depth = { btc_usdc: { mid: 100_000, bids: [[99_000, 4], [97_000, 2], [90_000, 10]], asks: [[101_000, 100]] } };
writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, [perpetual]));
writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, book));
writeFileSync(join(folder, 'depth.json'), JSON.stringify(depth));
writeFileSync(join(folder, 'history.json'), JSON.stringify([-0.01, { BTC: -0.05 }, { btc_usdc: 0.09 }]));
const inputs = ['--market', 'market.csv', '--book', 'book.csv', '--model', 'hyperliquid', '--workers', '0'];

interface Report {
  readonly cascade: {
    readonly amplification: number;
    readonly converged: boolean;
    readonly liquidatedAccounts: number;
    readonly notional: number;
    readonly deficit: number;
    readonly fundUsed: number;
    readonly adlUsed: number;
    readonly lead: { readonly final: number };
    readonly rounds: readonly { readonly accounts: number; readonly losses: readonly Record<string, unknown>[] }[];
  };
  readonly ladder: { readonly levels: readonly { readonly accounts: number; readonly volume: number }[] };
  readonly distribution: { readonly outcomes: readonly { readonly liquidatedAccounts: number }[] };
  readonly contributions: readonly { readonly account: string; readonly liquidatedAccounts: number }[];
}

const run = (...args: string[]): Promise<Report> => runJson<Report>(['cascade', ...inputs, ...args], folder);

describe('margrid cascade', () => {
  it('walks down an order book as by hand', async () => {
    // 95,000: anna's 4 sell to 0.99: 94,050; bert's 2 to 0.97: 92,150; cleo's margin holds until 91,139.24.
    const { cascade } = await run('--shock', '-0.05', '--impact', 'depth', '--depth', 'depth.json');
    expect(cascade).toMatchObject({ converged: true, liquidatedAccounts: 2 });
    // anna: 20,000 - 4 x (100,000 - 94,050) = -3,800; bert: 14,000 - 2 x 7,850 = -1,700.
    expect(cascade.deficit).toBeCloseTo(5_500, 8);
    expect(cascade.lead.final).toBeCloseTo(92_150, 8);
    expect(cascade.rounds.map(({ accounts }) => accounts)).toEqual([1, 1]);
    expect(cascade.notional).toBeCloseTo(4 * 95_000 + 2 * 94_050, 6);
  });

  it('says who pays, in minor units', async () => {
    // anna: 20,000 - 4 x (100,000 - 94,050) = -3,800; bert: 14,000 - 2 x 7,850 = -1,700.
    const { cascade } = await run('--shock', '-0.05', '--impact', 'depth', '--depth', 'depth.json', '--insurance-fund', 'USDC=1000', '--adl');
    expect(cascade).toMatchObject({ fundUsed: 1_000 });
    const losses = cascade.rounds.flatMap((round) => round.losses);
    expect(losses.every(({ currency, decimals }) => currency === 'USDC' && decimals === 6)).toBe(true);
    expect(losses[0]['fund']).toBe('1000000000');
  });

  it('ladder, many shocks and contributions', async () => {
    const found = await run('--shock', '-0.05', '--impact', 'depth', '--depth', 'depth.json', '--ladder', '-0.02:-0.1:0.02',
      '--shocks', 'history.json', '--contributions', '2');
    expect(found.ladder.levels.map(({ accounts }) => accounts)).toEqual([0, 0, 1, 1, 0, 1]);
    expect(found.ladder.levels.map(({ volume }) => volume)).toEqual([0, 0, 4, 2, 0, 1]);
    expect(found.distribution.outcomes.map(({ liquidatedAccounts }) => liquidatedAccounts)).toEqual([0, 2, 1]);
    expect(found.contributions.map(({ account }) => account)).toEqual(['anna', 'bert']);
    expect(found.contributions[0].liquidatedAccounts).toBe(2);
  });

  it('prints a table', async () => {
    const { code, stdout, stderr } = await runCli(['cascade', ...inputs, '--shock', 'btc=-0.05', '--impact', 'none'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('BTC: 100,000.00, shock -5.00% to 95,000.00, ends at 95,000.00 (-5.00%, amplification 1.0000)');
    expect(stdout).toMatch(/^1 {2,}1 {2,}1 {2,}380,000 {2,}4\.0000 {2,}95,000\.00/m);
    expect(stdout).toContain('1 of 4 accounts liquidated (0 were in liquidation before the shock), 380,000 USD closed');
  });

  it.each([
    [['--impact', 'none'], '--shock is needed'],
    [['--shock', 'x'], '--shock must be a number'],
    [['--shock', 'doge=-0.1'], "no underlying 'doge'"],
    [['--shock', '-0.1', '--impact', 'depth'], '--depth is needed'],
    [['--shock', '-0.1', '--impact', 'depth', '--depth', 'none.json'], 'cannot read the depth file none.json'],
    [['--shock', '-0.1', '--close', 'half'], '--close must be a number'],
    [['--shock', '-0.1', '--insurance-fund', '5'], '--insurance-fund must be CURRENCY=AMOUNT'],
    [['--shock', '-0.1', '--makers-leave', '0.5'], '--makers-leave must be SHARE@MOVE'],
    [['--shocks', '-0.1:-0.2'], '--shocks must be FROM:TO:STEP'],
    [['--shocks', 'normal:0.1'], '--shocks must be normal:SCALE:COUNT'],
    [['--shocks', '-0.1:-0.2:0.1', '--svg', 'x.svg'], '--shock is needed'],
  ])('%j is refused: %s', async (args, message) => {
    const { code, stderr } = await runCli(['cascade', ...inputs, ...args], folder);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('pictures', () => {
  it('the one in the documentation is the one that the command draws', async () => {
    const generated = await runCli(['generate', '--accounts', '5000', '--seed', '1', '--workers', '0', '--out', 'made.csv'], folder);
    expect(generated.code).toBe(0);
    const page = readFileSync(join(packageRoot, 'docs', 'CASCADE.md'), 'utf8');
    const command = /^margrid cascade (--book made\.csv .*--svg cascade\.svg)$/m.exec(page.replace(/ \\\n +/g, ' '))![1];
    const { code, stdout } = await runCli(['cascade', ...command.split(' '), '--workers', '0', '--png', 'cascade.png'], folder);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'cascade.svg'), 'utf8')).toBe(readFileSync(join(packageRoot, 'docs', 'cascade.svg'), 'utf8'));
    for (const line of stdout.split('\n').slice(0, 8)) expect(page).toContain(line);
  });

  it('a PNG is a PNG of the right size, with the colours of the drawing', () => {
    const bytes = readFileSync(join(folder, 'cascade.png'));
    expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[25]]).toEqual([1_720, 1_280, 8, 2]);
    const length = bytes.readUInt32BE(33);
    expect(bytes.toString('latin1', 37, 41)).toBe('IDAT');
    const rows = inflateSync(bytes.subarray(41, 41 + length));
    expect(rows.length).toBe(1_280 * (1 + 3 * 1_720));
    const colors = new Set<number>();
    for (let y = 0; y < 1_280; y++) {
      for (let x = 0; x < 1_720; x++) colors.add(rows.readUIntBE(y * (1 + 3 * 1_720) + 1 + 3 * x, 3));
    }
    expect([...colors].map((color) => color.toString(16)).sort()).toEqual(['1f5fa8', '222222', 'd9822b', 'dddddd', 'ffffff']);
  });
});
