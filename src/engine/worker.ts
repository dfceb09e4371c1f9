import { workerData } from 'node:worker_threads';
import { headerBytes, verifyHeader } from '../columns/arena.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { instantiate } from '../wasm/module.ts';
import { claimedChunks, claimedScratch, listOf, runChunks, type StageTask, type WorkerSetup } from './stage.ts';
import { serveStages, type SignalBuffer } from './stage-signal.ts';


/** What a thread is sent to do: to run stages until it is told to stop. */
export interface ServeTask {
  readonly signal: SignalBuffer;
  /** Epoch of the last stage that was over before. */
  readonly seen: number;
}

const setup = (workerData as [unknown, WorkerSetup])[1] ?? (workerData as WorkerSetup);
const kernels = await loadKernels(setup);
let control: Int32Array | null = null;

/** Loads only what this thread will run: a thread starts when its modules are there. */
async function loadKernels({ module, memory, buffer, isHost }: WorkerSetup): Promise<Kernels> {
  const own = module === null ? (await import('../scalar/kernels.ts')).scalarKernels(buffer) : instantiate(module, memory!);
  return isHost ? (await import('../host/kernels.ts')).withHostKernels(own, buffer) : own;
}

function controlOf(task: StageTask): Int32Array {
  verifyHeader(new Int32Array(setup.buffer, task.header, headerBytes / 4));
  return new Int32Array(setup.buffer, task.control, 2);
}

/** Runs chunks of a stage until none is left. */
function runStage(task: StageTask): void {
  const counters = (control ??= controlOf(task));
  const scratch = task.scratch[Atomics.add(counters, claimedScratch, 1)];
  const claim = (): number => Atomics.add(counters, claimedChunks, 1);
  runChunks(kernels, task, scratch, claim, listOf(setup.buffer, task));
}

export default function serve({ signal, seen }: ServeTask): void {
  serveStages(signal, seen, runStage);
}
