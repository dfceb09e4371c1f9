import { instantiate } from '../wasm/module.ts';
import { runChunks, type StageTask, type WorkerSetup } from '../engine/stage.ts';
import type { Kernels } from '../wasm/kernels.ts';

/** A stage on the memory of one set of portfolios: threads start before there is one. */
export interface BookTask extends StageTask {
  /** Tells one memory from the next: what a thread has set up is kept for one. */
  readonly run: number;
  readonly setup: WorkerSetup;
}

/** Second word of the control block: scratch slots taken in this stage. */
const claimedChunks = 0;
const claimedScratch = 1;

interface Current {
  readonly run: number;
  readonly kernels: Kernels;
  readonly control: Int32Array;
}

let current: Current | null = null;

/** Loads only what this thread will run. */
async function setUp({ run, setup, control }: BookTask): Promise<Current> {
  const { module, memory, buffer } = setup;
  const kernels = module === null
    ? (await import('../scalar/kernels.ts')).scalarKernels(buffer)
    : instantiate(module, memory!);
  return { run, kernels, control: new Int32Array(buffer, control, 2) };
}

/** Runs chunks of a stage until none is left. Returns how many were done here. */
export default async function workOnBook(task: BookTask): Promise<number> {
  if (current?.run !== task.run) current = await setUp(task);
  const { kernels, control } = current;
  const scratch = task.scratch[Atomics.add(control, claimedScratch, 1)];
  return runChunks(kernels, task, scratch, () => Atomics.add(control, claimedChunks, 1));
}
