import { Arena } from '../../src/columns/arena.ts';
import { planPrice } from '../price/columns.ts';
import { importBuilt } from '../built-package.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { median } from '../statistics.ts';

/** Pairs of stages that are timed. */
const rounds = 1_000;

/**
 * Microseconds that handing out work takes per tick: two stages without any work, as a tick has two. Median and least of
 * many in a row, after as many to warm up.
 */
export async function dispatchOverhead(workers: number): Promise<{ readonly median: number; readonly min: number }> {
  const { createPool } = await importBuilt<typeof import('../../src/engine/pool.ts')>('src/engine/pool');
  const module = compileBuild('release');
  const base = heapBaseOf(instantiate(module, createMemory('release', 65_536)));
  const plan = planPrice({ instruments: 1, scenarios: 1, seed: 1 }, base);
  const memory = createMemory('release', plan.end);
  const arena = new Arena(plan, memory.buffer);
  arena.seal();
  const pool = createPool(workers, { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false });
  const { header, control, context } = plan;
  const scratch = Array.from({ length: workers }, () => plan.scratch[0]);
  const task = { context, itemCount: 0, chunkItems: 1, header, control, scratch };
  const times: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    const start = performance.now();
    await pool.run({ ...task, kernel: 'riskArray' }, arena.control);
    await pool.run({ ...task, kernel: 'deribitPm' }, arena.control);
    times.push((performance.now() - start) * 1_000);
  }
  await pool.close();
  const warm = times.slice(rounds);
  return { median: median(warm), min: Math.min(...warm) };
}
