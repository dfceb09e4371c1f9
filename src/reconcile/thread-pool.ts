import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { MargridError } from '../errors.ts';
import type { ComparisonResult } from './compare.ts';
import type { ReconcileSetup, ReconcileTask } from './worker.ts';

/** Threads that price and compare, each with the market and the parameters of one reconciliation. */
export interface ReconcilePool {
  run(task: ReconcileTask): Promise<ComparisonResult | null>;
  close(): Promise<void>;
}

export function createReconcilePool(workers: number, setup: ReconcileSetup): ReconcilePool {
  const filename = fileURLToPath(new URL('./worker.js', import.meta.url));
  if (!existsSync(filename)) {
    throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
  }
  const pool = new Piscina<ReconcileTask, ComparisonResult | null>({
    filename,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    workerData: setup,
  });
  // Without a listener an error event of the pool would end the process; the task's own rejection carries the failure.
  pool.on('error', () => {});
  return {
    async run(task) {
      try {
        return await pool.run(task);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new MargridError('WorkerFailed', `a worker failed in the reconciliation: ${reason}`);
      }
    },
    close: () => pool.destroy(),
  };
}
