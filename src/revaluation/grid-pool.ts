import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { MargridError } from '../errors.ts';
import type { GridTask } from './grid-worker.ts';

/** Threads that work on grids. */
export interface GridPool {
  /** One task per thread: together they do all runs. Bytes that the kernels of all threads hold. */
  run(task: GridTask): Promise<number>;
  close(): Promise<void>;
}

/** Throws `EngineState` unless the package is built. */
export function createGridPool(workers: number): GridPool {
  const filename = fileURLToPath(new URL('./grid-worker.js', import.meta.url));
  if (!existsSync(filename)) {
    throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
  }
  const pool = new Piscina<GridTask, number>({
    filename, minThreads: workers, maxThreads: workers, maxQueue: 2 * workers, concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
  });
  let poolError: unknown = null;
  pool.on('error', (error: unknown) => (poolError = error));
  return {
    async run(task) {
      const outcomes = await Promise.allSettled(Array.from({ length: workers }, () => pool.run(task)));
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      const cause: unknown = failure?.reason ?? poolError;
      if (cause !== null) {
        const reason = cause instanceof Error ? cause.message : JSON.stringify(cause);
        throw new MargridError('WorkerFailed', `a worker failed on a grid: ${reason}`);
      }
      return outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
    },
    close: () => pool.close({ force: true }),
  };
}
