import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder, type Finished } from './run-cli.ts';
import type { MarginResult } from './small-inputs.ts';

const folder = temporaryFolder();
const threads = ['--workers', '0'];

interface Generated {
  readonly seed: number;
  readonly accounts: number;
  readonly positions: number;
  readonly cashRows: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly stateHash: string;
}

const generate = (out: string, ...options: string[]): Promise<Generated> =>
  runJson<Generated>(['generate', '--accounts', '60', '--out', out, ...threads, ...options], folder);
const fileHash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');

describe('generate', () => {
  let first: Generated;
  beforeAll(async () => {
    first = await generate('first.csv', '--seed', '7');
  });

  it('writes as many rows as it says', () => {
    expect(first).toMatchObject({ seed: 7, accounts: 60 });
    const lines = readFileSync(join(folder, 'first.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('account,instrument,quantity,entry_price');
    expect(lines).toHaveLength(1 + first.positions + first.cashRows);
    expect(Object.values(first.counts).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(60);
  });

  it('the same seed gives the same file and the same hash, on one thread or two', async () => {
    const second = await generate('second.csv', '--seed', '7', '--workers', '2');
    expect({ ...second, out: '' }).toEqual({ ...first, out: '' });
    expect(fileHash('second.csv')).toBe(fileHash('first.csv'));
  });

  it('another seed gives another book', async () => {
    const other = await generate('other.csv', '--seed', '8');
    expect(other.stateHash).not.toBe(first.stateHash);
    expect(fileHash('other.csv')).not.toBe(fileHash('first.csv'));
  });

  it('margining the file gives the state hash that was printed when it was made', async () => {
    const { stateHash, accounts } = await runJson<MarginResult>(['margin', '--book', 'first.csv', ...threads], folder);
    expect({ stateHash, accounts }).toEqual({ stateHash: first.stateHash, accounts: 60 });
  });

  it('reconciles with the decimal reference', async () => {
    const { code, stdout } = await runCli(
      ['reconcile', '--book', 'first.csv', '--sample', '3', '--seed', '5', ...threads],
      folder,
    );
    expect(stdout).toContain('3 of 60 accounts (seed 5)');
    expect(stdout).toContain('RECONCILED: no breach');
    expect(stdout).toContain('WASM against JavaScript engine: bit for bit identical');
    expect(code).toBe(0);
  });
});

describe('market', () => {
  it('writes a market file that margins like the built-in quotes', async () => {
    const written = await runCli(['market', '--out', 'market.parquet'], folder);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'market.parquet'))).toBe(true);
    const results = await Promise.all(
      [[], ['--market', 'market.parquet']].map((market) =>
        runJson<MarginResult>(['margin', '--book', 'first.csv', ...threads, ...market], folder),
      ),
    );
    expect(results[1].stateHash).toBe(results[0].stateHash);
  });
});

describe('demo', () => {
  const small = ['--accounts', '300', '--sample', '3', '--ticks', '2', '--baseline-accounts', '100', '--workers', '2'];
  let people: Finished;
  let machine: Finished;
  beforeAll(async () => {
    people = await runCli(['demo', ...small], folder);
    machine = await runCli(['demo', ...small, '--json'], folder);
  });

  it('shows its six sections in order', () => {
    expect({ code: people.code, stderr: people.stderr }).toEqual({ code: 0, stderr: '' });
    const sections = [...people.stdout.matchAll(/^(\d)\. (\S+)/gm)].map(([, number, word]) => `${number} ${word}`);
    expect(sections).toEqual(['1 Market:', '2 Book:', '3 Tick:', '4 Margins', '5 Speed-up', '6 Reconciliation']);
    expect(people.stdout).toContain('RECONCILED: no breach');
    expect(people.stdout).toContain('bit for bit identical');
  });

  it('--json: one document with the same hash; the sections go to stderr', () => {
    expect(machine.code).toBe(0);
    expect(machine.stderr).toContain('6. Reconciliation');
    interface Shown {
      readonly accounts: number;
      readonly ticks: readonly unknown[];
      readonly ratioDistribution: readonly { readonly accounts: number }[];
      readonly reconciliation: { readonly isReconciled: boolean; readonly comparedAccountCount: number };
      readonly stateHash: string;
    }
    const shown = JSON.parse(machine.stdout) as Shown;
    expect(shown).toMatchObject({ accounts: 300, reconciliation: { isReconciled: true, comparedAccountCount: 3 } });
    // The random moves, and the snapshot once more.
    expect(shown.ticks).toHaveLength(3);
    expect(shown.ratioDistribution.reduce((sum, { accounts }) => sum + accounts, 0)).toBe(300);
    expect(people.stdout).toContain(`state hash ${shown.stateHash} `);
  });
});
