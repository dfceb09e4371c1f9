import { workerData } from 'node:worker_threads';
import { BatchRunner, type BatchPlan, type BatchResult } from './batch.ts';

let runner: BatchRunner | null = null;

/** One batch; the plan came with the thread. */
export default function runTask(batch: number): BatchResult {
  runner ??= new BatchRunner(workerData as BatchPlan);
  return runner.run(batch);
}
