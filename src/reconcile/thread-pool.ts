import { ThreadPool } from '../threads/thread-pool.ts';
import { reasonOf, workerFailed } from '../threads/worker-failed.ts';
import type { ComparisonResult } from './compare.ts';
import type { ReconcileSetup, ReconcileTask } from './worker.ts';

/** Threads that price and compare, each with the market and the parameters of one reconciliation. */
export interface ReconcilePool {
  run(task: ReconcileTask): Promise<ComparisonResult | null>;
  close(): Promise<void>;
}

export function createReconcilePool(workers: number, setup: ReconcileSetup): ReconcilePool {
  const pool = new ThreadPool<ReconcileTask, ComparisonResult | null>(new URL('./worker.js', import.meta.url), workers, setup);
  return {
    async run(task) {
      try {
        return await pool.run(task);
      } catch (cause) {
        throw workerFailed('in the reconciliation', reasonOf(cause));
      }
    },
    close: () => pool.close(),
  };
}
