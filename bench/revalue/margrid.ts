import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { Arena } from '../../src/columns/arena.ts';
import { runChunks, type StageTask } from '../../src/engine/stage.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type BuildName } from '../../src/wasm/module.ts';
import { importBuilt } from '../built-package.ts';
import { timed } from '../measure.ts';
import { planRevalue, writeRevalueColumns, type RevalueSize } from './columns.ts';

/** margrid on the synthetic book: chunks of the engine's size, by the engine's own loop. */
export interface MargridRevalue {
  readonly arena: Arena;
  run(): number | Promise<number>;
  close(): Promise<void>;
}

/** `workers` 1 is the calling thread with the non-shared build; more is the engine's pool of threads. */
export async function prepareMargrid(size: RevalueSize, workers: number): Promise<MargridRevalue> {
  const build: BuildName = workers > 1 ? 'release' : 'single';
  const module = compileBuild(build);
  const plan = planRevalue(size, workers, heapBaseOf(instantiate(module, createMemory(build, 65_536))));
  const memory = createMemory(build, plan.end);
  const arena = new Arena(plan, memory.buffer);
  writeRevalueColumns(arena, size);
  const task: StageTask = {
    kernel: 'revalueWorstLoss',
    context: plan.context,
    itemCount: size.accounts,
    chunkItems: CHUNK_SET_COUNT,
    control: plan.control,
    header: plan.header,
    scratch: plan.scratch,
  };
  if (workers > 1) return onThreads(arena, memory, module, task, workers);
  const kernels = instantiate(module, memory);
  const run = (): number =>
    timed(() => {
      let next = 0;
      runChunks(kernels, task, plan.scratch[0], () => next++);
    });
  return { arena, run, close: async () => {} };
}

async function onThreads(
  arena: Arena,
  memory: WebAssembly.Memory,
  module: WebAssembly.Module,
  task: StageTask,
  workers: number,
): Promise<MargridRevalue> {
  const { createPool } = await importBuilt<typeof import('../../src/engine/pool.ts')>('src/engine/pool');
  const pool = createPool(workers, { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false });
  return {
    arena,
    run: async () => {
      const start = performance.now();
      await pool.run(task, arena.control);
      return performance.now() - start;
    },
    close: () => pool.close(),
  };
}
