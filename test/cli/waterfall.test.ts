import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];

beforeAll(() => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('market.csv', csvText(marketTypes, marketRows));
  write('book.csv', csvText(bookTypes, bookRows));
  write('positions.csv', [
    'account,instrument,quantity,entry_price,equity,mark_price',
    'a,BTC-PERP,-40,110,100,100', 'b,BTC-PERP,-100,120,1000,100', 'c,BTC-PERP,-60,90,500,100', 'd,BTC-PERP,50,90,500,100', 'e,ETH-PERP,-7,90,500,10', '',
  ].join('\n'));
  write('members.csv', 'account,member\nalice,M1\ncarol,M1\nbob,M2\n');
  write('bad-members.csv', 'account,member\nalice\n');
});

interface AdlResult {
  readonly unfilled: number;
  readonly accounts: readonly { readonly account: string; readonly rank: number; readonly closed: number }[];
}

describe('margrid adl', () => {
  const adl = (...args: string[]): Promise<AdlResult> =>
    runJson<AdlResult>(['adl', '--positions', 'positions.csv', '--instrument', 'BTC-PERP', ...args], folder);
  const closed = ({ accounts }: AdlResult): Record<string, number> => Object.fromEntries(accounts.map((row) => [row.account, row.closed]));

  it('ranks and closes by rule', async () => {
    // As in test/waterfall/adl.test.ts: Bybit scores 3.6 and 1.7, c loses.
    const queue = await adl('--quantity', '70', '--rule', 'bybit');
    expect(queue.accounts.map(({ account }) => account)).toEqual(['a', 'b', 'c']);
    expect(closed(queue)).toEqual({ a: 40, b: 30, c: 0 });
    expect(closed(await adl('--quantity', '7', '--rule', 'pro-rata-size', '--eligible', 'any', '--lot', '1'))).toEqual({ a: 1, b: 4, c: 2 });
    expect((await adl('--quantity', '200', '--rule', 'water-filling')).unfilled).toBe(60);
    // A short is closed against longs.
    expect(closed(await adl('--quantity=-5', '--rule', 'random'))).toEqual({ d: 5 });
  });

  it('refuses unknown rules and broken tables', async () => {
    const lottery = await runCli(['adl', '--positions', 'positions.csv', '--instrument', 'BTC-PERP', '--quantity', '1', '--rule', 'lottery'], folder);
    expect(lottery.stderr).toContain('Allowed choices');
    const missing = await runCli(['adl', '--positions', 'members.csv', '--instrument', 'X', '--quantity', '1', '--rule', 'random'], folder);
    expect(missing.stderr).toContain('members.csv: there is no column instrument');
    expect(missing.code).toBe(2);
  });
});

describe('margrid default-fund', () => {
  interface Result {
    readonly size: number;
    readonly members: number;
    readonly scenarios: readonly { readonly spot: number; readonly covered: number; readonly total: number }[];
    readonly reverse: readonly { readonly direction: string; readonly size: number | null; readonly loss: number | null; readonly lossHeld: number }[];
  }

  it('sizes the fund, and finds the move that breaks it', async () => {
    const args = [...inputs, '--workers', '0', '--members', 'members.csv', '--spot-grid=-0.4,0.4', '--volatility-grid', '0'];
    const result = await runJson<Result>(['default-fund', ...args, '--reverse', '--resolution', '0.001'], folder);
    expect(result.members).toBe(3);
    expect(result.size).toBe(Math.max(...result.scenarios.map(({ covered }) => covered)));
    expect(result.size).toBeGreaterThan(0);
    // A fund of this size is broken by no smaller move than that of the binding scenario, up or down.
    for (const { size, loss, lossHeld } of result.reverse) {
      if (size === null) continue;
      expect(loss!).toBeGreaterThan(result.size);
      expect(lossHeld).toBeLessThanOrEqual(result.size);
    }
    const small = await runJson<Result>(['default-fund', ...args, '--reverse', '--fund', String(result.size / 2), '--resolution', '0.001'], folder);
    expect(Math.min(...small.reverse.map(({ size }) => size ?? 1))).toBeLessThan(0.4);
  });

  it('names what is wrong with a member table', async () => {
    const bad = await runCli(['default-fund', ...inputs, '--workers', '0', '--members', 'bad-members.csv'], folder);
    expect(bad.stderr).toContain("bad-members.csv, row 1: must be account,member, got 'alice'");
  });
});
