import { Arena, planArena } from '../columns/arena.ts';
import type { Counts } from '../columns/schema.ts';
import { MargridError } from '../errors.ts';
import { withHostKernels } from '../host/kernels.ts';
import { scalarKernels } from '../scalar/kernels.ts';
import type { Kernels } from '../wasm/kernels.ts';
import {
  compileBuild,
  createMemory,
  heapBaseOf,
  instantiate,
  isSimdSupported,
  type BuildName,
} from '../wasm/module.ts';
import { createPool, type StageRunner } from './pool.ts';
import { listOf, runChunks, type WorkerSetup } from './stage.ts';

/** `wasm-debug` is `wasm` with assertions and names; `javascript` is bit-equal to both, and slower. */
const kernelChoices = ['wasm', 'javascript', 'wasm-debug'] as const;
export type KernelChoice = (typeof kernelChoices)[number];

/** What an engine runs on. */
export interface Machine {
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** Starts the threads. Whoever does must close them, also if something fails. */
  readonly start: () => StageRunner;
}

/** The kernels asked for, or the fastest there are. Throws `OptionInvalid`. */
export function requireKernels(choice: KernelChoice | undefined): KernelChoice {
  if (choice === undefined) return isSimdSupported() ? 'wasm' : 'javascript';
  if (kernelChoices.includes(choice)) return choice;
  throw new MargridError(
    'OptionInvalid',
    `kernels must be one of ${kernelChoices.join(', ')}, got '${String(choice)}'`,
  );
}

/** Memory and kernels for the given sizes, and how to start the threads. */
export function setUpMachine(counts: Counts, workers: number, choice: KernelChoice): Machine {
  if (choice === 'javascript') {
    const plan = planArena(counts, scratchCountOf(workers), 0);
    const buffer = workers > 0 ? new SharedArrayBuffer(plan.end) : new ArrayBuffer(plan.end);
    const kernels = withHostKernels(scalarKernels(buffer), buffer);
    const setup = { memory: null, buffer: buffer as SharedArrayBuffer, module: null, isHost: true };
    return {
      arena: new Arena(plan, buffer),
      kernels,
      start: () => startRunner(workers, setup, kernels, plan.scratch[workers]),
    };
  }
  const build: BuildName = choice === 'wasm-debug' ? 'debug' : workers > 0 ? 'release' : 'single';
  const module = compileBuild(build);
  const heapBase = heapBaseOf(instantiate(module, createMemory(build, 65_536)));
  const plan = planArena(counts, scratchCountOf(workers), heapBase);
  const memory = createMemory(build, plan.end);
  const kernels = withHostKernels(instantiate(module, memory), memory.buffer);
  const setup = { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: true };
  return {
    arena: new Arena(plan, memory.buffer),
    kernels,
    start: () => startRunner(workers, setup, kernels, plan.scratch[workers]),
  };
}

/** A scratch area per thread: the calling thread takes part in stages, too. */
function scratchCountOf(workers: number): number {
  return workers + 1;
}

function startRunner(workers: number, setup: WorkerSetup, kernels: Kernels, scratch: number): StageRunner {
  return workers > 0 ? createPool(workers, setup, { kernels, scratch }) : inline(kernels, setup.buffer, scratch);
}

/** No threads: the calling thread does every chunk, in order. */
function inline(kernels: Kernels, buffer: ArrayBufferLike, scratch: number): StageRunner {
  return {
    workerCount: 0,
    run: async (task, _control, _haste, meanwhile) => {
      meanwhile?.();
      let next = 0;
      runChunks(kernels, task, scratch, () => next++, listOf(buffer, task));
    },
    call: () => {},
    release: () => {},
    close: async () => {},
  };
}
