import { describe, expect, it } from 'vitest';
import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { chunkCountOf, chunkTotalsBytesOf } from '../../src/columns/schema.ts';
import { Engine } from '../../src/engine/engine.ts';
import { firstInPieces, runChunks, type StageTask } from '../../src/engine/stage.ts';
import { clearStatuses, foldTotals, refoldTotals } from '../../src/engine/totals.ts';
import type { Kernels } from '../../src/wasm/kernels.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const task: StageTask = {
  kernel: 'deribitPm', context: 0, itemCount: 5 * CHUNK_SET_COUNT + 700, chunkItems: CHUNK_SET_COUNT, header: 0, control: 0,
  scratch: [0, 64, 128],
};

/** Ranges that a stage asks its kernel for, in the order in which they are claimed. */
function rangesOf(given: StageTask): [number, number][] {
  const ranges: [number, number][] = [];
  const kernel = (_context: number, _scratch: number, first: number, count: number): number => ranges.push([first, count]);
  let next = 0;
  runChunks({ deribitPm: kernel } as unknown as Kernels, given, 0, () => next++);
  return ranges;
}

describe('the last chunks of a stage', () => {
  it('are handed out in pieces, every set once', () => {
    const ranges = rangesOf(task);
    expect(ranges.slice(0, 5).map(([, count]) => count)).toEqual([4096, 4096, 4096, 4096, 512]);
    expect(ranges).toHaveLength(4 + 8 + 2);
    let next = 0;
    for (const [first, count] of ranges) {
      expect(first).toBe(next);
      next += count;
    }
    expect(next).toBe(task.itemCount);
  });

  it('are as many as there are workers, and whole on one thread, in a list or in chunks of another size', () => {
    expect(firstInPieces(task)).toBe(4 * CHUNK_SET_COUNT);
    expect(firstInPieces({ ...task, scratch: [0, 1, 2, 3, 4, 5, 6, 7, 8] })).toBe(0);
    expect(firstInPieces({ ...task, itemCount: 100 })).toBe(0);
    for (const whole of [{ scratch: [0, 64] }, { list: 8 }, { chunkItems: 64 }, { kernel: 'riskArray' as const }]) {
      expect(firstInPieces({ ...task, ...whole })).toBe(task.itemCount);
    }
  });
});

describe('totals of chunks from the results', () => {
  const market = syntheticMarket();
  const accounts = 9_000;
  const book = bookOf(syntheticRows(market, accounts, 3, 5), accountNames(accounts));

  it('are those of the kernel, bit for bit', async () => {
    const engine = Engine.create({ market, book, params, workers: 0 });
    const { totals } = await engine.tick();
    const count = engine.nettingSetCount;
    expect(count).toBeGreaterThan(2 * CHUNK_SET_COUNT);
    const strideFloats = chunkTotalsBytesOf(engine.currencies.length) / 8;
    const column = engine.arena.views.chunk.totals.subarray(0, chunkCountOf(count) * strideFloats);
    const ofKernel = column.slice();
    for (const first of [0, CHUNK_SET_COUNT]) {
      // What threads that share a chunk leave there is anything.
      column.fill(7, (first / CHUNK_SET_COUNT) * strideFloats);
      refoldTotals(engine.arena, first, count);
      for (const [at, value] of ofKernel.entries()) if (value !== 0) expect(column[at]).toBe(value);
    }
    expect(foldTotals(engine.arena, engine.rows.currencies, count)).toEqual(totals);
  });

  it('leave out, and so report, a set that no kernel has reached', async () => {
    const engine = Engine.create({ market, book, params, workers: 0 });
    await engine.tick();
    const count = engine.nettingSetCount;
    clearStatuses(engine.arena, count - 1, count);
    refoldTotals(engine.arena, 0, count);
    expect(() => foldTotals(engine.arena, engine.rows.currencies, count)).toThrow(`${count - 1} of ${count} netting sets`);
  });

  it('are what an engine that has warmed up leaves alone until its first tick', () => {
    const engine = Engine.create({ market, book, params, workers: 0 });
    const { result, riskArray, chunk } = engine.arena.views;
    for (const column of [...Object.values(result), ...Object.values(riskArray), chunk.totals]) {
      expect(column.every((value) => value === 0)).toBe(true);
    }
    expect(engine.isPriced).toBe(false);
  });
});
