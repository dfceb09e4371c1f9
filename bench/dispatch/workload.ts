import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { entrantReport } from '../entrant.ts';
import { timingOf } from '../statistics.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';
import { emptyTicks, timesOf, type EmptyTicks } from './overhead.ts';

export const dispatch: Workload = {
  name: 'dispatch',
  title: 'what handing out a tick costs: two stages without any work, back to back and after idleness',
  parameters: {
    workers: { full: Math.min(availableParallelism(), 4), smoke: 2, least: 1, meaning: 'worker threads' },
    runs: { full: 1_000, smoke: 5, least: 1, meaning: 'rounds; after idleness a tenth of it' },
  },
  run,
};

const idleMs = [1, 5, 20] as const;

async function run({ workers, runs }: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const entrants: [string, string, EmptyTicks][] = [
    ['margrid', 'as in an engine: the calling thread takes part while the workers wake', await emptyTicks(workers, true)],
    ['all-workers', "the engine's pool, but each stage waits until every worker has come", await emptyTicks(workers, false)],
    ['piscina-tasks', 'a task of the package piscina per thread and stage', piscinaTasks(workers)],
  ];
  try {
    const cold = new Map<string, number>();
    for (const [name, , ticks] of entrants) cold.set(name, (await timesOf(ticks, runs + 1, 0))[0]);
    progress('back to back');
    const samples = new Map<string, number[]>();
    for (const [name, , ticks] of entrants) samples.set(name, await timesOf(ticks, runs, 0));
    const afterIdle: Record<string, Record<string, unknown>> = {};
    for (const idle of idleMs) {
      progress(`after ${idle} ms of idleness`);
      for (const [name, , ticks] of entrants) {
        const { median, p99 } = timingOf(await timesOf(ticks, Math.max(runs / 10, 1), idle), 0);
        (afterIdle[name] ??= {})[`${idle}ms`] = { median: median * 1_000, p99: p99 * 1_000 };
      }
    }
    const [own, ...others] = entrants.map(([name, note]) => ({ name, note, ...timingOf(samples.get(name)!, cold.get(name)!) }));
    // Nothing is computed: the hash of no results.
    const hash = columnHash(new Float64Array());
    return {
      ...own,
      hash,
      throughput: { perSecond: 1_000 / own.median, unit: 'empty ticks' },
      entrants: Object.fromEntries(others.map((other) =>
        [other.name, entrantReport(other, own.median, hash, { equal: true, maxRelativeDifference: 0 }, other.note)] as const)),
      details: { microseconds: { median: own.median * 1_000, p99: own.p99 * 1_000 }, microsecondsAfterIdle: afterIdle },
    };
  } finally {
    for (const [, , ticks] of entrants) await ticks.close();
  }
}

function piscinaTasks(workers: number): EmptyTicks {
  const filename = fileURLToPath(new URL('./empty-task.ts', import.meta.url));
  const pool = new Piscina<object, number>({
    filename, minThreads: workers, maxThreads: workers, idleTimeout: Infinity,
    // The worker is TypeScript, whoever runs this.
    execArgv: ['--import', 'tsx'],
  });
  const stage = (): Promise<unknown> => Promise.all(Array.from({ length: workers }, () => pool.run({})));
  return {
    run: async () => {
      await stage();
      await stage();
    },
    close: () => pool.close({ force: true }),
  };
}
