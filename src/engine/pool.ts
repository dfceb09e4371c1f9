import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { StageTask, WorkerSetup } from './stage.ts';

/** Runs the stages of a tick: on a pool of threads, or on the calling thread. */
export interface StageRunner {
  readonly workerCount: number;
  run(task: StageTask, control: Int32Array): Promise<void>;
  close(): Promise<void>;
}

export function requireWorkerCount(workers: number): void {
  if (!(Number.isInteger(workers) && workers >= 0 && workers <= limits.workerCountMax)) {
    throw new MargridError(
      'OptionInvalid',
      `workers must be an integer in [0, ${limits.workerCountMax}], got ${workers}`,
      {
        column: 'workers',
        value: workers,
      },
    );
  }
}

/**
 * A pool with as many threads as workers, no more, no fewer: a stage is one task per thread and the threads share the
 * work among themselves,
 * so the queue never holds more than one stage.
 */
export function createPool(workers: number, setup: WorkerSetup): StageRunner {
  const filename = fileURLToPath(new URL('./worker.js', import.meta.url));
  if (!existsSync(filename)) {
    throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
  }
  const pool = new Piscina<StageTask, number>({
    filename,
    minThreads: workers,
    maxThreads: workers,
    maxQueue: 2 * workers,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    // Not the calling process' own: a TypeScript loader, say, would be started in every thread, for nothing.
    execArgv: [],
    workerData: setup,
  });
  // Without a listener an error event of the pool would end the process; the task's own rejection carries the failure.
  let poolError: unknown = null;
  pool.on('error', (error: unknown) => (poolError = error));
  return {
    workerCount: workers,
    async run(task, control) {
      control.fill(0);
      poolError = null;
      // All of them, whatever becomes of one: the next stage must not start while a thread is still in this one.
      const outcomes = await Promise.allSettled(Array.from({ length: workers }, () => pool.run(task)));
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      const cause: unknown = failure?.reason ?? poolError;
      if (cause === null) return;
      const reason = cause instanceof Error ? cause.message : JSON.stringify(cause);
      throw new MargridError('WorkerFailed', `a worker failed in stage ${task.kernel}: ${reason}`);
    },
    close: () => pool.close({ force: true }),
  };
}
