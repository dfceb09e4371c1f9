import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startCli, temporaryFolder, type Running } from './run-cli.ts';

// Windows has no signals: a process there is ended at once, which is the SIGKILL case.
const hasSignals = process.platform !== 'win32';
const folder = temporaryFolder();
const started: Running[] = [];
// A test that fails must not leave behind what it did not manage to stop.
afterEach(async () => {
  for (const { child, finished } of started.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

/** Enough rows that the file takes a good part of a second to write, after the seconds that the book takes to make. */
const generateArgs = ['generate', '--accounts', '150000', '--workers', '1', '--out', 'x.parquet'];

function start(...args: string[]): Running {
  const running = startCli(args, folder);
  started.push(running);
  return running;
}

/** Waits until `seen`; fails if the process ends before: then it was not interrupted in the middle of anything. */
async function until(running: Running, seen: () => boolean): Promise<void> {
  while (!seen()) {
    if (running.child.exitCode !== null) throw new Error(`ended too early: ${(await running.finished).stderr}`);
    await pause(5);
  }
}

const isWriting = (): boolean => readdirSync(folder).some((name) => name.endsWith('.tmp'));

describe('a run that is stopped in the middle of writing', () => {
  it.runIf(hasSignals)('by SIGINT: exit code 130, no file and no temporary file', async () => {
    const running = start(...generateArgs);
    await until(running, isWriting);
    running.child.kill('SIGINT');
    expect(await running.finished).toEqual({
      code: 130,
      signal: null,
      stdout: '',
      stderr: 'the run was interrupted [Interrupted]\n',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('by SIGKILL: no file under the final name', async () => {
    const running = start(...generateArgs);
    await until(running, isWriting);
    running.child.kill('SIGKILL');
    const { code, signal } = await running.finished;
    expect(hasSignals ? signal : code).not.toBe(0);
    expect(readdirSync(folder).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a run that computes', () => {
  it.runIf(hasSignals)('ends on SIGINT, however long its step would still take', async () => {
    const running = start('demo', '--accounts', '2000', '--workers', '0', '--ticks', '10000');
    let shown = '';
    running.child.stdout!.on('data', (part: string) => (shown += part));
    await until(running, () => shown.includes('2. Book') && shown.includes('ready in'));
    running.child.kill('SIGINT');
    const { code, signal } = await running.finished;
    // Nothing to clean up, so no handler; a shell shows this as 130 too.
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  });
});
