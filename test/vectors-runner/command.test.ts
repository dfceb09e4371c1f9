import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { suites } from '../vectors/registry.ts';
import { black76, furtherFormats, published } from './published.ts';
import { runCommand, runContent, writeFiles } from './run-command.ts';

describe('the command', () => {
  it('lists the suites without arguments', async () => {
    const { exitCode, stdout } = await runCommand();
    expect(exitCode).toBe(0);
    for (const { name } of suites) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
  });

  it('runs everything, says what has no suite, and ends with the counts alone', async () => {
    const names = Object.entries(published).map(([name, content]) => [`${name}.txt`, content] as const);
    const further = furtherFormats.map(([name, content], place) => [`${name}-${place + 2}.txt`, content] as const);
    const folder = writeFiles({ ...Object.fromEntries([...names, ...further]), 'notes.json': '# notes' });
    const { exitCode, stdout, lastLine } = await runCommand('all', folder);
    expect(exitCode).toBe(0);
    expect(lastLine).toMatch(/^\d+ passed, 0 failed$/);
    expect(stdout).toContain(`no suite  ${join(folder, 'notes.json')}`);
    for (const { name } of suites) expect(stdout).toContain(`${name}  ${join(folder, name)}.txt: `);
    for (const [file] of further) expect(stdout).toContain(`var  ${join(folder, file)}: `);
  });

  it('passes over files of other suites', async () => {
    const folder = writeFiles({ a: published['european'], b: black76 });
    const { exitCode, stdout, lastLine } = await runCommand('black76', folder);
    expect([exitCode, lastLine]).toEqual([0, '1 passed, 0 failed']);
    expect(stdout).not.toContain('no suite');
    expect(stdout).not.toContain('european');
  });

  it('exits with 1 if a case failed, and prints JSON alone with --json', async () => {
    const wrong = { ...black76, rows: [['call', 100, 100, 0.5, 0.2, 0, 5.64]] };
    const { exitCode, report } = await runContent('black76', wrong);
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ passed: 0, failed: 1, noSuite: [], files: [{ suite: 'black76', failed: 1 }] });
  });

  it.each([
    ['an unknown suite', ['blck76', '.'], /no suite is called 'blck76'; known: all, special-functions/],
    ['no path', ['black76'], /name a directory or file/],
    ['an unknown option', ['all', '.', '--jsn'], /unknown option --jsn/],
    ['a path that is not there', ['all', 'no-such-folder'], /cannot read no-such-folder/],
  ])('exits with 2 on %s', async (_title, args, message) => {
    const { exitCode, stderr } = await runCommand(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('exits with 2 if there is no case', async () => {
    const folder = writeFiles({ a: black76 });
    const other = await runCommand('greeks', folder);
    expect(other).toMatchObject({ exitCode: 2, stderr: 'no case of suite greeks was found' });
    const empty = writeFiles({ a: { columns: black76.columns, rows: [] } });
    expect(await runCommand('all', empty)).toMatchObject({ exitCode: 2, stderr: 'no case of any suite was found' });
  });

  it('exits with 2 on a broken file, and still runs the others', async () => {
    const folder = writeFiles({ a: '{ "rows": [', b: black76 });
    const { exitCode, stderr, lastLine } = await runCommand('all', folder);
    expect([exitCode, lastLine]).toEqual([2, '1 passed, 0 failed']);
    expect(stderr).toContain(`${join(folder, 'a')} begins like JSON but is not`);
  });

  it('is what npm run vectors runs', () => {
    const folder = writeFiles({ a: { ...black76, rows: [...black76.rows, ['call', 'x', 100, 0.5, 0.2, 0, 5]] } });
    const main = join('test', 'vectors', 'main.ts');
    const args = ['--import', 'tsx', main, 'all', folder];
    const run = spawnSync(process.execPath, args, { cwd: packageRoot, encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed');
    expect(run.stdout).toContain('FAILED row 2: input F must be a finite number, got "x"');
  });
});
