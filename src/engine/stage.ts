import { isRowKernel, type Kernels, type RangeKernelName } from '../wasm/kernels.ts';

/**
 * What a worker is started with: the memory is shared, the module compiled once. `module` null means the JavaScript
 * engine.
 */
export interface WorkerSetup {
  readonly memory: WebAssembly.Memory | null;
  readonly buffer: SharedArrayBuffer;
  readonly module: WebAssembly.Module | null;
  /** Whether the thread may be told to run kernels of src/host: if not, it does not load them. */
  readonly isHost: boolean;
}

/**
 * One stage of a tick over `itemCount` items in chunks; every worker gets the same task and claims chunks until none is
 * left.
 */
export interface StageTask {
  readonly kernel: RangeKernelName;
  readonly context: number;
  readonly itemCount: number;
  readonly chunkItems: number;
  /** Byte address of the arena's header. */
  readonly header: number;
  /** Byte address of the counter of claimed chunks. */
  readonly control: number;
  /** Scratch addresses; a worker takes the one at the slot it claims. */
  readonly scratch: readonly number[];
  /**
   * Byte address of the items (u32), if they are not 0 to itemCount - 1: the kernel then runs for each of them alone,
   * and chunk totals mean nothing.
   */
  readonly list?: number;
}

/** Words of the control block: chunks, and scratch areas, claimed in the present stage. */
export const claimedChunks = 0;
export const claimedScratch = 1;

/** The loop itself, also used on the main thread when there are no workers. */
export function runChunks(
  stageKernels: Kernels,
  task: StageTask,
  scratch: number,
  claim: () => number,
  list: Uint32Array | null = null,
): number {
  const chunkCount = Math.ceil(task.itemCount / task.chunkItems);
  let done = 0;
  for (let chunk = claim(); chunk < chunkCount; chunk = claim()) {
    const first = chunk * task.chunkItems;
    const count = Math.min(task.chunkItems, task.itemCount - first);
    if (list !== null) runListed(stageKernels, task, scratch, list, first, count);
    else if (isRowKernel(task.kernel)) stageKernels[task.kernel](task.context, first, count, scratch);
    else stageKernels[task.kernel](task.context, scratch, first, count);
    done++;
  }
  return done;
}

/** The items of a stage that has a list of them. */
export function listOf(buffer: ArrayBufferLike, { list, itemCount }: StageTask): Uint32Array | null {
  return list === undefined ? null : new Uint32Array(buffer, list, itemCount);
}

function runListed(
  stageKernels: Kernels, task: StageTask, scratch: number, list: Uint32Array, first: number, count: number,
): void {
  const { context, kernel } = task;
  if (kernel === 'riskArray' || kernel === 'deribitPm') {
    stageKernels[`${kernel}Of`](context, list.byteOffset + 4 * first, count, scratch);
  } else if (isRowKernel(kernel)) {
    const run = stageKernels[kernel];
    for (let place = first; place < first + count; place++) run(context, list[place], 1, scratch);
  } else {
    const run = stageKernels[kernel];
    for (let place = first; place < first + count; place++) run(context, scratch, list[place], 1);
  }
}
