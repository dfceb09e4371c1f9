import { ThreadPool } from '../threads/thread-pool.ts';
import { reasonOf, workerFailed } from '../threads/worker-failed.ts';
import type { GridTask } from './grid-worker.ts';

/** Threads that work on grids. */
export interface GridPool {
  /** One task per thread: together they do all runs. Bytes that the kernels of all threads hold. */
  run(task: GridTask): Promise<number>;
  close(): Promise<void>;
}

/** Throws `EngineState` unless the package is built. */
export function createGridPool(workers: number): GridPool {
  const pool = new ThreadPool<GridTask, number>(new URL('./grid-worker.js', import.meta.url), workers);
  return {
    async run(task) {
      try {
        return (await pool.runOnAll(task)).reduce((sum, bytes) => sum + bytes, 0);
      } catch (cause) {
        throw workerFailed('on a grid', reasonOf(cause));
      }
    },
    close: () => pool.close(),
  };
}
