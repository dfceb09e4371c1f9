import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes, type MarginResult } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];

interface Change {
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

interface WhatIfResult {
  readonly before: Change & { readonly sets: readonly { readonly currency: string }[] };
  readonly after: Change;
  readonly change: Change;
  readonly legs: readonly { readonly leg: object; readonly alone: Change; readonly inOrder: Change }[];
  readonly hedge?: {
    readonly unhedged: number;
    readonly hedges: readonly { instrument: string; quantity: number; initialMargin: number; max: number }[];
  };
}

const whatIf = (account: string, ...args: string[]): Promise<WhatIfResult> =>
  runJson<WhatIfResult>(['what-if', ...inputs, '--account', account, ...args], folder);

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
});

describe('what-if', () => {
  it('is what margrid margin says of a book with the trades booked', async () => {
    // Bob buys 3 calls at 200 and closes his puts at 50: 10 + 3 calls, 250,000 - 3 · 100 · 200 - 5 · 100 · 50 dollars.
    const result = await whatIf('bob', '--add', 'SPX-18SEP26-7500-C=3@200', '--add', 'SPX-18SEP26-7000-P=5@50');
    const booked = [
      ['bob', 'SPX-18SEP26-7500-C', 13, 0],
      ['bob', 'USD', 165_000, 0],
    ];
    writeFileSync(join(folder, 'booked.csv'), csvText(bookTypes, booked));
    const args = ['margin', '--market', 'market.csv', '--book', 'booked.csv', '--workers', '0'];
    const { margins } = await runJson<MarginResult>(args, folder);
    expect(result.after).toMatchObject({
      equity: margins[0].equity,
      initialMargin: margins[0].initial_margin,
      maintenanceMargin: margins[0].maintenance_margin,
    });
    expect(result.change.initialMargin).toBe(result.after.initialMargin - result.before.initialMargin);
  });

  it('the legs stand in the order of the command line, whatever their options', async () => {
    const args = ['--remove', 'BTC-25DEC26-60000-P', '--add', 'BTC-PERPETUAL=500', '--remove', 'BTC-PERPETUAL'];
    const { legs, change, before } = await whatIf('alice', ...args);
    expect(legs.map(({ leg }) => leg)).toEqual([
      { kind: 'remove', instrument: 'BTC-25DEC26-60000-P' },
      { kind: 'trade', instrument: 'BTC-PERPETUAL', quantity: 500 },
      { kind: 'remove', instrument: 'BTC-PERPETUAL' },
    ]);
    const sum = legs.reduce((total, { inOrder }) => total + inOrder.initialMargin, 0);
    expect(sum).toBeCloseTo(change.initialMargin, 6);
    // Everything closed at the mark: no margin left, the same equity.
    expect(change.initialMargin).toBe(-before.initialMargin);
    expect(change.equity).toBeCloseTo(0, 6);
    expect(before.sets).toEqual([expect.objectContaining({ currency: 'BTC' })]);
    expect(before.sets[0]).not.toHaveProperty('scenarioPnl');
  });

  it('hedges: each instrument to the lot, the lowest margin first, after the legs', async () => {
    const args = ['--hedge-with', 'BTC-25DEC26-60000-P,BTC-PERPETUAL', '--hedge-max', '6000', '--hedge-lot', '0.5'];
    const { hedge, before } = await whatIf('alice', ...args);
    expect(hedge!.unhedged).toBe(before.initialMargin);
    const [best, second] = hedge!.hedges;
    expect(best.initialMargin).toBeLessThan(second.initialMargin);
    expect(second.initialMargin).toBeLessThanOrEqual(before.initialMargin);
    for (const { quantity, max } of hedge!.hedges) {
      expect([(quantity * 2) % 1, Math.abs(quantity) <= 6_000, max]).toEqual([expect.closeTo(0, 12), true, 6_000]);
    }
    const after = await whatIf('alice', '--add', `${best.instrument}=${best.quantity}`);
    expect(after.after.initialMargin).toBe(best.initialMargin);
    const nothingLeft = await whatIf('alice', '--remove', 'BTC-25DEC26-60000-P', '--remove', 'BTC-PERPETUAL', ...args);
    expect(nothingLeft.hedge!.hedges.map(({ quantity }) => quantity)).toEqual([0, 0]);
  });

  it('for people: margins, legs and hedges', async () => {
    const args = ['--add', 'SPX-18SEP26-7500-C=-2@210', '--hedge-with', 'SPX-18SEP26-7500-C'];
    const { code, stdout, stderr } = await runCli(['what-if', ...inputs, '--account', 'bob', ...args], folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('bob under deribit-pm');
    expect(stdout).toMatch(/^change .*\d$/m);
    expect(stdout).toMatch(/^sell 2 SPX-18SEP26-7500-C at 210 /m);
    expect(stdout).toContain('alone, and after the legs before it');
    expect(stdout).toMatch(/^SPX-18SEP26-7500-C +-?\d/m);
  });

  it('an instrument that the model has no parameters for is told from one that does not exist', async () => {
    const euro = marketRows.map((row) => row.slice());
    const asOf = marketRows[0].at(-1)!;
    euro.push(['EURO', 'spot', 'linear', 'EUR', 'USD', 'USD', 1, null, null, null, 1.1, 1.1, null, asOf]);
    writeFileSync(join(folder, 'euro.csv'), csvText(marketTypes, euro));
    const args = ['what-if', '--market', 'euro.csv', '--book', 'book.csv', '--account', 'bob', '--add', 'EURO=5'];
    const { code, stderr } = await runCli(args, folder);
    expect([code, stderr]).toEqual([2, 'the model has no parameters for EURO [ParameterInvalid]\n']);
  });
});
