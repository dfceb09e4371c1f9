import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRawTable, requireColumn } from '../../src/io/index.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();

/** One bitcoin at 62,650, deviations of 2% (price) and 10% (volatility), uncorrelated. A loss of 2,506 is two deviations. */
beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  const rows = [['one', 'BTC', 1, 0], ['short', 'BTC-25DEC26-60000-P', -2, 0], ['short', 'BTC', 1, 0]];
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, rows));
  const moves = Array.from({ length: 20 }, (_, s) => `${s % 2 === 0 ? 0.02 : -0.02},${s % 4 < 2 ? 0.1 : -0.1}`).join('\n');
  writeFileSync(join(folder, 'moves.csv'), `price:BTC,volatility:BTC\n${moves}\n`);
});

interface Printed {
  readonly scenario: { readonly moves: readonly number[]; readonly distance: number; readonly loss: number; readonly lossProbability: number;
    readonly chiSquareProbability: number; readonly drivers: readonly { readonly name: string; readonly deviations: number }[] } | null;
  readonly others: readonly unknown[];
  readonly isGlobal: boolean;
  readonly revaluedLoss: number | null;
  readonly targetLoss: number;
  readonly greatestLoss: number | null;
  readonly reason: string | null;
}

const command = (...rest: string[]): string[] =>
  ['reverse-stress', '--market', 'market.csv', '--book', 'book.csv', '--scenarios', 'moves.csv', ...rest];
const one = (...rest: string[]): string[] => command('--account', 'one', ...rest);

describe('margrid reverse-stress', () => {
  it.each(['linear', 'delta-gamma', 'full'])('%s: one bitcoin loses two deviations at two deviations', async (method) => {
    const { scenario, isGlobal, revaluedLoss } = await runJson<Printed>(one('--loss', '2506', '--method', method), folder);
    expect(scenario!.moves[0]).toBeCloseTo(-0.04, 12);
    expect(scenario!.moves[1]).toBeCloseTo(0, 6);
    expect(scenario!.distance).toBeCloseTo(2, 10);
    // Phi(-2); of two factors e^(-2).
    expect(scenario!.lossProbability).toBeCloseTo(0.022750131948179207, 10);
    expect(scenario!.chiSquareProbability).toBeCloseTo(Math.exp(-2), 9);
    expect(scenario!.drivers[0]).toMatchObject({ name: 'price:BTC', deviations: expect.closeTo(-2, 9) as number });
    expect(revaluedLoss).toBeCloseTo(2506, 6);
    expect(isGlobal).toBe(method !== 'full');
  });

  it('a share of equity; what cannot be lost is no error', async () => {
    // Half of a bitcoin: 25 deviations, looked for up to 30.
    const half = await runJson<Printed>(one('--of-equity', '0.5', '--furthest', '30'), folder);
    expect(half.targetLoss).toBe(31_325);
    expect(half.scenario!.moves[0]).toBeCloseTo(-0.5, 12);
    const never = await runJson<Printed>(one('--loss', '70000', '--furthest', '100'), folder);
    expect(never).toMatchObject({ scenario: null, others: [] });
    expect(never.reason).toMatch(/within 100 standard deviations that was tried loses 70000: the largest loss found is 62023/);
    const { code, stdout } = await runCli(one('--loss', '70000'), folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/cannot be reached: no move within 12 standard deviations/);
  });

  it('a short put: table, file, page', async () => {
    const args = command('--account', 'short', '--loss', '20000', '--out', 'drivers.parquet', '--report', 'page.html', '--svg', 'pictures');
    const { code, stdout } = await runCli(args, folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/standard deviations away \(the nearest found/);
    expect(stdout).toMatch(/^price:BTC +-0\.\d+ +-\d/m);
    const source = await readRawTable(join(folder, 'drivers.parquet'), ['factor', 'move', 'distance_share']);
    const of = (name: string): unknown[] => Array.from({ length: 2 }, (_, row) => requireColumn(source, name).cells[row]);
    expect(of('factor')).toEqual(['price:BTC', 'volatility:BTC']);
    expect(Number(of('move')[0])).toBeLessThan(0);
    expect(of('distance_share').map(Number).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(/<figure id="drivers">/);
    expect(readFileSync(join(folder, 'pictures', 'drivers.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it.each([
    ['two targets', one('--loss', '1', '--of-equity', '0.5'), /one of --loss AMOUNT and --of-equity SHARE/],
    ['no target', one(), /one of --loss AMOUNT and --of-equity SHARE/],
    ['a distance for a formula', one('--loss', '1', '--method', 'linear', '--furthest', '3'), /--furthest is about --method full/],
    ['an account', command('--account', 'eve', '--loss', '1'), /no account 'eve'/],
    ['no scenarios', one('--loss', '1').filter((each) => each !== '--scenarios' && each !== 'moves.csv'), /scenarios come from one of/],
    ['a loss of nothing', one('--loss', '0'), /must be a number in/],
  ])('%s is refused', async (_name, args, message) => {
    const { code, stderr } = await runCli(args, folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
