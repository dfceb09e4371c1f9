import { MargridError } from '../src/errors.ts';
import { machineSlug } from './machine.ts';
import type { RunRecord } from './records.ts';

/** One workload with the same parameters on the same kind of machine, at two commits. */
export interface ComparedRun {
  readonly machine: string;
  readonly workload: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly before: number;
  readonly after: number;
  /** Before over after: above 1, the second commit is faster. */
  readonly speedUp: number;
  /** False if the results changed: then the times are of different work. */
  readonly sameHash: boolean;
}

/** The last run of each at each commit. Throws `FileNotFound` if nothing was recorded at both. */
export function compareCommits(records: readonly RunRecord[], before: string, after: string): ComparedRun[] {
  const first = lastRuns(records, before);
  const second = lastRuns(records, after);
  const compared: ComparedRun[] = [];
  for (const [key, run] of first) {
    const other = second.get(key);
    if (other === undefined) continue;
    compared.push({
      machine: machineSlug({ cpu: run.cpu, cores: run.cores, platform: '' }),
      workload: run.workload,
      parameters: run.parameters,
      before: run.median,
      after: other.median,
      speedUp: run.median / other.median,
      sameHash: run.hash === other.hash,
    });
  }
  if (compared.length > 0) return compared;
  const missing = [first.size === 0 ? before : '', second.size === 0 ? after : ''].filter((commit) => commit !== '');
  throw new MargridError('FileNotFound', nothingMessage(records, missing, before, after));
}

/** By machine, workload and parameters but `runs`, which changes no result. */
function lastRuns(records: readonly RunRecord[], commit: string): Map<string, RunRecord> {
  const runs = new Map<string, RunRecord>();
  for (const record of records) {
    if (record.commit === null || !record.commit.startsWith(commit)) continue;
    const parameters = Object.entries(record.parameters).filter(([name]) => name !== 'runs');
    runs.set(JSON.stringify([record.cpu, record.cores, record.workload, parameters]), record);
  }
  return runs;
}

function nothingMessage(
  records: readonly RunRecord[], missing: readonly string[], before: string, after: string,
): string {
  if (records.length === 0) return 'no runs are recorded yet: add --record to a run, at each of the two commits';
  if (missing.length > 0) {
    const recorded = new Set(records.map(({ commit }) => commit?.slice(0, 12) ?? 'none'));
    const commits = [...recorded].join(', ');
    return `no runs are recorded at ${missing.join(' and ')}; recorded commits: ${commits}`;
  }
  return `no workload was recorded at both ${before} and ${after} with the same parameters on the same machine`;
}
