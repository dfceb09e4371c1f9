import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder, type Finished } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const run = (...args: string[]): Promise<Finished> => runCli(args, folder);
const journal = (...args: string[]): Promise<Finished> => runCli(['journal', ...args], folder);
const threads = ['--workers', '0'];
const files = ['--journal', 'journal', '--mirror', 'mirror', '--snapshot', 'snapshot'];
const start = Date.UTC(2026, 7, 1, 12);

/** Two futures fall; then money comes in, for somebody who is new too; then time passes. */
const commands = [
  { id: 'fall', timeMs: start + 60_000, kind: 'tick', quotes: { forward: { 'BTC-PERPETUAL': 50_000, 'BTC-25DEC26': 50_500 } } },
  { id: 'deposit', timeMs: start + 90_000, kind: 'book', changes: { cash: [{ account: 'zoe', currency: 'USD', amount: 12 }] } },
  { id: 'later', timeMs: start + 120_000, kind: 'tick' },
];

interface RunResult {
  readonly sequence: number;
  readonly repeated: number;
  readonly stateHash: string;
  readonly receipt: string;
}

let first: RunResult;
let bytes: Buffer;

beforeAll(async () => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
  writeFileSync(join(folder, 'commands.ndjson'), commands.map((command) => `${JSON.stringify(command)}\n`).join(''));
  first = await runJson(['run', ...inputs, '--commands', 'commands.ndjson', ...files, ...threads], folder);
  bytes = readFileSync(join(folder, 'journal'));
});
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];
const damage = (name: string): void => {
  const changed = Buffer.from(bytes);
  changed[200] ^= 4;
  writeFileSync(join(folder, name), changed);
};

describe('margrid run with a journal', () => {
  it('goes on from snapshot and journal, and answers what was applied', async () => {
    expect(first.sequence).toBe(3);
    const again = await runJson<RunResult>(['run', ...inputs, '--commands', 'commands.ndjson', ...files, '--expect', first.receipt, ...threads], folder);
    expect(again).toMatchObject({ sequence: 3, repeated: 3, stateHash: first.stateHash, receipt: first.receipt });
    expect(readFileSync(join(folder, 'journal')).equals(bytes)).toBe(true);
  });

  it('wants a snapshot with a journal, and no entries without one', async () => {
    expect(await run('run', ...inputs, '--journal', 'other', ...threads)).toMatchObject({ code: 2, stderr: '--journal needs --journal and --snapshot [OptionInvalid]\n' });
    const { code, stderr } = await run('run', ...inputs, '--journal', 'journal', '--snapshot', 'none', ...threads);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'journal has entries, but there is no snapshot none for them to follow [OptionInvalid]\n' });
  });
});

describe('margrid journal', () => {
  it('verify proves the chain, and holds it against a receipt', async () => {
    const { code, stdout } = await journal('verify', 'journal', '--mirror', 'mirror', '--expect', first.receipt);
    expect(code).toBe(0);
    expect(stdout).toBe(`journal: unbroken; 3 entries, 1 to 3, ${bytes.length.toLocaleString('en-US')} bytes\nreceipt ${first.receipt}\n`);
    const found = await runJson(['journal', 'verify', 'journal'], folder);
    expect(found).toMatchObject({ file: 'journal', verdict: 'unbroken', receipt: first.receipt, entries: 3, torn: [], mended: [] });
    const lost = await journal('verify', 'journal', '--expect', `4:${'0'.repeat(64)}`);
    expect(lost).toMatchObject({ code: 1, stdout: 'journal: it ends with entry 3, entry 4 was acknowledged [JournalLost]\n' });
    expect(await journal('verify', 'journal', '--expect', '4')).toMatchObject({ code: 2 });
    expect(await journal('verify', 'nowhere')).toMatchObject({ code: 2, stderr: 'nowhere: the journal does not exist [FileNotFound]\n' });
  });

  it('verify says where the damage is, and repair mends it', async () => {
    damage('damaged');
    expect(await journal('verify', 'damaged')).toMatchObject({ code: 1, stdout: 'damaged, byte 64, entry 1: its chain hash is wrong [JournalDamaged]\n' });
    const json = await journal('verify', 'damaged', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'JournalDamaged', sequence: 1, offset: 64 });
    expect(await journal('verify', 'damaged', '--mirror', 'mirror')).toMatchObject({ code: 1 });
    expect(await journal('repair', 'damaged')).toMatchObject({ code: 1 });
    const repaired = await journal('repair', 'damaged', '--mirror', 'mirror');
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toContain('damaged, byte 64: ');
    expect(readFileSync(join(folder, 'damaged')).equals(bytes)).toBe(true);
    expect(await journal('verify', 'damaged')).toMatchObject({ code: 0 });
  });

  it('replay proves the events and gives the state hash; its snapshot is the end of the journal', async () => {
    const found = await runJson(['journal', 'replay', 'journal', '--snapshot', 'snapshot', '--out', 'end', ...threads], folder);
    expect(found).toMatchObject({ replayed: 3, sequence: 3, stateHash: first.stateHash });
    const { stdout } = await journal('replay', 'journal', '--snapshot', 'end', ...threads);
    expect(stdout).toBe(`journal: 0 commands repeated, same events; command 3, state hash ${first.stateHash}\n`);
    rmSync(join(folder, 'end'));
  });

  it('show tells commands and events in words, by row or by name', async () => {
    const { stdout } = await journal('show', 'journal');
    expect(stdout).toMatch(/^1 {2}2026-08-01T12:01:00\.000Z {2}tick fall {2}\{"quotes":/);
    expect(stdout).toMatch(/^2 {2}2026-08-01T12:01:30\.000Z {2}book deposit/m);
    expect(stdout).toMatch(/^ {2}event 1: #\d+ #\d+ healthy > \S+: /m);
    const named = await journal('show', 'journal', '--snapshot', 'snapshot', '--from', '1', '--to', '1', ...threads);
    expect(named.stdout).not.toContain('#');
    const [, account] = /^ {2}event 1: (\S+) /m.exec(named.stdout)!;
    const one = await journal('show', 'journal', '--snapshot', 'snapshot', '--account', account, '--json', ...threads);
    const shown = one.stdout.trim().split('\n').map((line) => JSON.parse(line) as { transitions: { account: string }[] });
    expect(shown[0].transitions.every((transition) => transition.account === account)).toBe(true);
    const zoe = await journal('show', 'journal', '--account', 'zoe');
    expect(zoe.stdout.match(/^\d+/gm)).toEqual(['2']);
  });
});
