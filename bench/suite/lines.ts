import { readFileSync } from 'node:fs';
import { MargridError } from '../../src/errors.ts';
import type { Report } from '../workload.ts';

/** First line of a file of the suite: where and how all that follows was run. */
export interface SuiteHeader {
  readonly kind: 'suite';
  readonly format: number;
  readonly date: string;
  readonly machine: Report['machine'] & {
    readonly memoryBytes: number;
    /** Of the last 1, 5 and 15 minutes when the run began: above its own work, somebody else was at the machine. */
    readonly loadAverage: readonly number[];
  };
  readonly versions: Report['versions'];
  /** Options of Node: those of the command line, then those of NODE_OPTIONS. */
  readonly flags: readonly string[];
  readonly smoke: boolean;
  readonly workloads: readonly string[];
}

/** One workload with the raw samples of all its entrants. */
export interface SuiteRun {
  readonly kind: 'workload';
  readonly report: Report;
}

/** A workload that ended with an error: a wrong result, say. */
export interface SuiteFailure {
  readonly kind: 'failed';
  readonly workload: string;
  readonly error: string;
}

export interface SuiteEnd {
  readonly kind: 'end';
  readonly elapsedMs: number;
}

export type SuiteLine = SuiteHeader | SuiteRun | SuiteFailure | SuiteEnd;

/** Raised whenever what a line holds changes its meaning. */
export const suiteFormat = 2;

export interface SuiteFile {
  readonly header: SuiteHeader;
  readonly reports: readonly Report[];
  readonly failures: readonly SuiteFailure[];
  /** Null: the run was broken off. */
  readonly end: SuiteEnd | null;
}

/** Throws `FileUnreadable` naming the line that is wrong. */
export function readSuiteFile(path: string): SuiteFile {
  const lines = readFileSync(path, 'utf8').split('\n').flatMap((text, index) => (text === '' ? [] : [lineOf(path, text, index + 1)]));
  const [header] = lines;
  if (header?.kind !== 'suite') throw unreadable(path, 1, 'not the first line of a run of the suite');
  if (header.format !== suiteFormat) throw unreadable(path, 1, `format ${header.format}, expected ${suiteFormat}`);
  return {
    header,
    reports: lines.flatMap((line) => (line.kind === 'workload' ? [line.report] : [])),
    failures: lines.filter((line) => line.kind === 'failed'),
    end: lines.find((line) => line.kind === 'end') ?? null,
  };
}

const kinds: readonly string[] = ['suite', 'workload', 'failed', 'end'] satisfies SuiteLine['kind'][];

function lineOf(path: string, text: string, row: number): SuiteLine {
  let line: SuiteLine;
  try {
    line = JSON.parse(text) as SuiteLine;
  } catch {
    throw unreadable(path, row, 'not a JSON object');
  }
  if (!kinds.includes(line?.kind)) throw unreadable(path, row, `kind must be one of ${kinds.join(', ')}`);
  return line;
}

function unreadable(file: string, row: number, what: string): MargridError {
  return new MargridError('FileUnreadable', `${file}, line ${row}: ${what}`, { file, row });
}
