import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { parameterNames, type Report } from '../workload.ts';
import { suiteFormat, type SuiteHeader, type SuiteLine } from './lines.ts';
import type { SuiteEntry } from './plan.ts';

export type RunEntry = (entry: SuiteEntry) => Promise<Report>;

export interface SuiteSettings {
  readonly entries: readonly SuiteEntry[];
  readonly smoke: boolean;
  /** NDJSON; overwritten. Every workload is written when it is done: a run that is broken off keeps what it has. */
  readonly file: string;
  readonly runEntry: RunEntry;
  readonly progress: (line: string) => void;
  /** Called with every line that is written. */
  readonly onLine?: (line: SuiteLine) => void;
}

/** Runs the workloads one after the other. Returns the number of those that failed. */
export async function runSuite({ entries, smoke, file, runEntry, progress, onLine }: SuiteSettings): Promise<number> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  const write = (line: SuiteLine): void => {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    onLine?.(line);
  };
  const start = performance.now();
  write(headerOf(entries, smoke));
  let failed = 0;
  for (const [index, entry] of entries.entries()) {
    const { name } = entry.workload;
    const began = performance.now();
    progress(`suite: ${index + 1} of ${entries.length}: ${name}`);
    try {
      write({ kind: 'workload', report: await runEntry(entry) });
    } catch (error) {
      failed++;
      write({ kind: 'failed', workload: name, error: error instanceof Error ? error.message : String(error) });
    }
    progress(`suite: ${name} took ${seconds(began)} s; ${seconds(start)} s since the start`);
  }
  write({ kind: 'end', elapsedMs: performance.now() - start });
  return failed;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1);
}

function headerOf(entries: readonly SuiteEntry[], smoke: boolean): SuiteHeader {
  const nodeOptions = (process.env['NODE_OPTIONS'] ?? '').split(' ').filter((word) => word !== '');
  return {
    kind: 'suite',
    format: suiteFormat,
    date: new Date().toISOString(),
    machine: { ...describeMachine(), memoryBytes: totalmem(), loadAverage: loadavg() },
    versions: describeVersions(),
    flags: [...process.execArgv, ...nodeOptions],
    smoke,
    workloads: entries.map(({ workload }) => workload.name),
  };
}

/**
 * A workload in a process of its own: its first pass is cold, the compilers have seen nothing of the other workloads,
 * and its memory is given back. Throws with the last line of its errors.
 */
export function runInProcess(
  { workload, parameters }: SuiteEntry, nodeOptions: readonly string[] = process.execArgv,
): Promise<Report> {
  const numbers = parameterNames.flatMap((name) =>
    workload.parameters[name] === undefined ? [] : [`--${name}`, String(parameters[name])],
  );
  const words = [...nodeOptions, join('bench', 'main.ts'), workload.name, '--json', ...numbers];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: packageRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, errors]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(JSON.parse(output.join('')) as Report);
      const last = errors.join('').trim().split('\n').at(-1) ?? '';
      reject(new Error(last === '' ? `ended with code ${code}` : last));
    });
  });
}
