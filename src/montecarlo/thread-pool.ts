import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { MargridError } from '../errors.ts';
import type { BatchPlan, BatchResult } from './batch.ts';

/** Threads that run batches, each with the plan and a memory of its own. */
export interface BatchPool {
  run(batch: number): Promise<BatchResult>;
  close(): Promise<void>;
}

export function createBatchPool(workers: number, plan: BatchPlan): BatchPool {
  const filename = fileURLToPath(new URL('./worker.js', import.meta.url));
  if (!existsSync(filename)) {
    throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
  }
  const pool = new Piscina<number, BatchResult>({
    filename,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    workerData: plan,
  });
  // Without a listener an error event of the pool would end the process; the task's own rejection carries the failure.
  pool.on('error', () => {});
  return {
    async run(batch) {
      try {
        return await pool.run(batch);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new MargridError('WorkerFailed', `a worker failed in batch ${batch + 1}: ${reason}`);
      }
    },
    close: () => pool.destroy(),
  };
}
