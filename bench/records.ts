import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../src/errors.ts';
import { packageRoot } from '../src/package-root.ts';
import { machineSlug } from './machine.ts';
import type { EntrantReport, Report } from './workload.ts';

/** One line of bench/results/<machine>.ndjson: append-only, one run each. */
export interface RunRecord {
  readonly commit: string | null;
  readonly date: string;
  readonly node: string | null;
  readonly cpu: string;
  readonly cores: number;
  readonly workload: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly median: number;
  readonly mad: number;
  readonly samples: readonly number[];
  readonly hash: string;
  /** Medians and ratios of the other entrants. */
  readonly entrants: Readonly<Record<string, Pick<EntrantReport, 'median' | 'ratio' | 'equal'>>>;
}

export const resultsFolder = join(packageRoot, 'bench', 'results');

/** Returns the file that was written. */
export function appendRecord(report: Report, folder: string = resultsFolder): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${machineSlug(report.machine)}.ndjson`);
  appendFileSync(file, `${JSON.stringify(recordOf(report))}\n`);
  return file;
}

function recordOf(report: Report): RunRecord {
  const { date, machine, versions, workload, parameters, median, mad, samples, hash } = report;
  return {
    commit: versions['commit'] ?? null,
    date,
    node: versions['node'] ?? null,
    cpu: machine.cpu,
    cores: machine.cores,
    workload,
    parameters,
    median,
    mad,
    samples,
    hash,
    entrants: Object.fromEntries(
      Object.entries(report.entrants).map(([name, entrant]) => [
        name,
        { median: entrant.median, ratio: entrant.ratio, equal: entrant.equal },
      ]),
    ),
  };
}

/** All recorded runs, in file order. Throws `FileUnreadable` naming the line that is not a record. */
export function readRecords(folder: string = resultsFolder): RunRecord[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson')).sort();
  return files.flatMap((name) => readFile(join(folder, name)));
}

function readFile(file: string): RunRecord[] {
  const records: RunRecord[] = [];
  readFileSync(file, 'utf8').split('\n').forEach((line, index) => {
    if (line === '') return;
    try {
      records.push(JSON.parse(line) as RunRecord);
    } catch {
      const message = `${file}, line ${index + 1}: not a JSON object`;
      throw new MargridError('FileUnreadable', message, { file, row: index + 1 });
    }
  });
  return records;
}
