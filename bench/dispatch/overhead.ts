import { setTimeout } from 'node:timers/promises';
import { Arena } from '../../src/columns/arena.ts';
import type { StageRunner } from '../../src/engine/pool.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { importBuilt } from '../built-package.ts';
import { planPrice } from '../price/columns.ts';
import { median } from '../statistics.ts';

/** Pairs of stages that are timed. */
const rounds = 1_000;

/** Hands out two stages without any work, as a tick has two. */
export interface EmptyTicks {
  run(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Stages of the engine's own pool. `takesPart`: as in an engine, where the calling thread works while the workers wake;
 * without it each stage waits until every worker has come.
 */
export async function emptyTicks(workers: number, takesPart: boolean): Promise<EmptyTicks> {
  const { createPool } = await importBuilt<typeof import('../../src/engine/pool.ts')>('src/engine/pool');
  const module = compileBuild('release');
  const base = heapBaseOf(instantiate(module, createMemory('release', 65_536)));
  const plan = planPrice({ instruments: 1, scenarios: 1, seed: 1 }, base);
  const memory = createMemory('release', plan.end);
  const arena = new Arena(plan, memory.buffer);
  arena.seal();
  const setup = { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false };
  const helper = takesPart ? { kernels: instantiate(module, memory), scratch: plan.scratch[0] } : null;
  const pool: StageRunner = createPool(workers, setup, helper);
  const { header, control, context } = plan;
  const scratch = Array.from({ length: workers }, () => plan.scratch[0]);
  const task = { context, itemCount: 0, chunkItems: 1, header, control, scratch };
  return {
    run: async () => {
      await pool.run({ ...task, kernel: 'riskArray' }, arena.control);
      await pool.run({ ...task, kernel: 'deribitPm' }, arena.control);
    },
    close: () => pool.close(),
  };
}

/** Milliseconds of empty ticks, with so much idleness before each. */
export async function timesOf(ticks: EmptyTicks, count: number, idleMs: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    if (idleMs > 0) await setTimeout(idleMs);
    const start = performance.now();
    await ticks.run();
    times.push(performance.now() - start);
  }
  return times;
}

/** Microseconds that handing out work takes per tick: median and least of many in a row, after as many to warm up. */
export async function dispatchOverhead(workers: number): Promise<{ readonly median: number; readonly min: number }> {
  const ticks = await emptyTicks(workers, true);
  const warm = (await timesOf(ticks, 2 * rounds, 0)).slice(rounds).map((time) => time * 1_000);
  await ticks.close();
  return { median: median(warm), min: Math.min(...warm) };
}
