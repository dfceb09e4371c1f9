import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../bench/command-line.ts';
import type { Report } from '../../bench/workload.ts';
import { packageRoot } from '../../src/package-root.ts';

function bench(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const main = join('bench', 'main.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', main, ...words], { cwd: packageRoot, encoding: 'utf8' });
}

describe('the bench command', () => {
  it('prints one JSON object', () => {
    const words = 'revalue --accounts 50 --positions 3 --scenarios 4 --instruments 9 --runs 1 --json'.split(' ');
    const report = JSON.parse(bench(...words).stdout) as Report;
    expect(report.workload).toBe('revalue');
    const expected = { accounts: 50, positions: 3, scenarios: 4, instruments: 9, workers: 1, seed: 1, runs: 1 };
    expect(report.parameters).toEqual(expected);
    expect(report.entrants['javascript-tuned'].hash).toBe(report.hash);
  });

  it('prints a table without --json', () => {
    const { status, stdout } = bench('price', '--smoke');
    expect(status).toBe(0);
    expect(stdout).toMatch(/entrant +median ms/);
    expect(stdout).toMatch(/^hash +[0-9a-f]{64}$/m);
  });

  it('ends with code 2, and nothing on standard output, on bad usage', () => {
    const { status, stdout, stderr } = bench('revalue', '--accounts', 'many');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe('bench: --accounts must be a whole number, at least 1, got many\n');
  });

  it('refuses a book beyond the limits of one memory before it is written', () => {
    const { status, stderr } = bench('revalue', '--accounts', '100000000');
    expect(status).toBe(2);
    expect(stderr).toContain('nettingSetCountMax');
  });
});

describe('the command line', () => {
  it('fills in the defaults of the workload', () => {
    const command = parseCommandLine(['revalue']);
    expect(command).toMatchObject({
      kind: 'run', json: false, record: false,
      parameters: { accounts: 1_000_000, positions: 12, scenarios: 32, instruments: 1_000, workers: 1 },
    });
    expect(parseCommandLine(['price'])).toMatchObject({ parameters: { instruments: 2_000, scenarios: 35 } });
  });

  it('lets given values win over those of --smoke', () => {
    const command = parseCommandLine(['revalue', '--smoke', '--positions', '7']);
    expect(command).toMatchObject({ parameters: { accounts: 300, positions: 7 } });
  });

  it('knows list, help and compare', () => {
    expect(parseCommandLine(['list', '--json'])).toEqual({ kind: 'list', json: true });
    expect(parseCommandLine([])).toEqual({ kind: 'help' });
    const compare = parseCommandLine(['compare', 'aaa', 'bbb']);
    expect(compare).toEqual({ kind: 'compare', commits: ['aaa', 'bbb'], json: false });
  });

  it.each([
    [['revalu'], "no workload is called 'revalu'; there are revalue, price, tick, micro"],
    [['price', '--accounts', '5'], 'price takes no --accounts; its parameters are --instruments --scenarios'],
    [['revalue', '--workers', '0'], '--workers must be a whole number, at least 1, got 0'],
    [['revalue', '--positions', '1.5'], '--positions must be a whole number, at least 1, got 1.5'],
    [['compare', 'aaa'], 'compare takes 2 commits, got aaa'],
    [['list', '--record'], 'list takes no --record'],
    [['revalue', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (words, message) => {
    expect(() => parseCommandLine(words)).toThrow(message);
  });
});
