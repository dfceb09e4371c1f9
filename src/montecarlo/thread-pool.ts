import { ThreadPool } from '../threads/thread-pool.ts';
import { reasonOf, workerFailed } from '../threads/worker-failed.ts';
import type { BatchPlan, BatchResult } from './batch.ts';

/** Threads that run batches, each with the plan and a memory of its own. */
export interface BatchPool {
  run(batch: number): Promise<BatchResult>;
  close(): Promise<void>;
}

export function createBatchPool(workers: number, plan: BatchPlan): BatchPool {
  const pool = new ThreadPool<number, BatchResult>(new URL('./worker.js', import.meta.url), workers, plan);
  return {
    async run(batch) {
      try {
        return await pool.run(batch);
      } catch (cause) {
        throw workerFailed(`in batch ${batch + 1}`, reasonOf(cause));
      }
    },
    close: () => pool.close(),
  };
}
