import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

/** The command as users run it: built, in a process of its own. */
export const cliPath = join(packageRoot, 'build', 'js', 'src', 'cli', 'main.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export function startNode(args: readonly string[], cwd: string): Running {
  const child = spawn(process.execPath, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (stream: NodeJS.ReadableStream): { text: string } => {
    const all = { text: '' };
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => (all.text += part));
    return all;
  };
  const stdout = read(child.stdout);
  const stderr = read(child.stderr);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout: stdout.text, stderr: stderr.text }));
  });
  return { child, finished };
}

export function startCli(args: readonly string[], cwd: string): Running {
  return startNode([cliPath, ...args], cwd);
}

export async function runCli(args: readonly string[], cwd: string): Promise<Finished> {
  return startCli(args, cwd).finished;
}

/** The result of a run that must succeed with one JSON document on stdout and nothing else. */
export async function runJson<Result>(args: readonly string[], cwd: string): Promise<Result> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], cwd);
  if (code !== 0) throw new Error(`exit code ${code} of ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

/** A directory for the tests of one file, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'margrid-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
