import { expect } from 'vitest';
import * as layout from '../../assembly/portable/book-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { contextWords, writeLevels } from '../../src/revaluation/book-machine.ts';
import {
  planBookMemory, type BookMemoryPlan, type BookTailSizes, type TailLevel,
} from '../../src/revaluation/book-memory.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';

export interface TailBook {
  /** P&L, `rows[row][scenario]`. */
  readonly rows: readonly (readonly number[])[];
  /** Per portfolio: rows and quantities. */
  readonly portfolios: readonly (readonly (readonly [row: number, quantity: number])[])[];
}

const module = compileBuild('single');
const heapBase = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
export type Runner = 'simd' | 'twin' | 'javascript';

/** Tails of all portfolios as [value, scenario], by one of the three. */
function tailsOf(book: TailBook, capacity: number, sizes: BookTailSizes, runner: Runner): [number, number][][] {
  const { plan, buffer } = run(book, capacity, sizes, runner);
  const { tailCapacity } = plan.counts;
  const f64 = new Float64Array(buffer);
  return book.portfolios.map((_, portfolio) => Array.from({ length: tailCapacity }, (__, k) => {
    const tail = plan.tails / 8 + 2 * tailCapacity * portfolio;
    return [f64[tail + k], f64[tail + tailCapacity + k]];
  }));
}

/** The memory after all blocks; with `levels` of one block only: what is read off the tails instead of these. */
export function run(
  { rows, portfolios }: TailBook, capacity: number, sizes: BookTailSizes, runner: Runner, levels?: readonly TailLevel[],
): { plan: BookMemoryPlan; buffer: ArrayBufferLike } {
  const scenarioCount = rows[0].length;
  const tailCapacity = Math.min(capacity, scenarioCount);
  const positionCount = portfolios.reduce((sum, { length }) => sum + length, 0);
  const counts = {
    portfolioCount: portfolios.length, positionCount, rowCount: rows.length, scenarioCount, tailCapacity, workers: 1,
    levels,
  };
  const plan = planBookMemory(counts, runner === 'simd' ? { ...sizes, tile: 1 } : sizes, heapBase);
  const memory = createMemory('single', plan.end);
  const [u32, f64] = [new Uint32Array(memory.buffer), new Float64Array(memory.buffer)];
  for (const [slot, value] of contextWords(plan)) u32[plan.context / 4 + slot] = value;
  if (plan.levels !== null) writeLevels(plan.levels, memory.buffer, plan.measures);
  let position = 0;
  portfolios.forEach((held, portfolio) => {
    u32[plan.firstPosition / 4 + portfolio] = position;
    u32[plan.positionCount / 4 + portfolio] = held.length;
    for (const [row, quantity] of held) {
      u32[plan.entry / 4 + position] = row << FLAG_BITS;
      f64[plan.quantity / 8 + position++] = quantity;
    }
  });
  const wasm = instantiate(module, memory);
  const kernel = runner === 'simd' ? wasm.bookTails : runner === 'twin' ? wasm['bookTailsScalar'] : scalarKernels(memory.buffer).bookTails;
  for (let first = 0; first < scenarioCount; first += plan.block) {
    const count = Math.min(plan.block, scenarioCount - first);
    f64.fill(0, plan.rows / 8, plan.rows / 8 + rows.length * plan.block);
    const order = orderOf(first, count, runner === 'simd');
    u32.set(order, plan.order / 4);
    rows.forEach((row, index) => {
      for (let s = 0; s < count; s++) {
        const tile = Math.floor(s / plan.tile);
        f64[plan.rows / 8 + (tile * rows.length + index) * plan.tile + (s % plan.tile)] = row[order[s]];
      }
    });
    u32.set([first, count, first + count === scenarioCount ? 1 : 0], plan.context / 4 + layout.BOOK_FIRST_SCENARIO);
    if (runner === 'simd') wasm.bookScreen(plan.context, plan.scratch[0], 0, rows.length);
    for (let at = 0; at < portfolios.length; at += plan.chunk) {
      kernel(plan.context, plan.scratch[0], at, Math.min(plan.chunk, portfolios.length - at));
    }
  }
  return { plan, buffer: memory.buffer };
}

/** Scenarios of a block: as they come, or mixed up. */
export function orderOf(first: number, count: number, isMixed: boolean): number[] {
  const order = Array.from({ length: count }, (_, place) => first + place);
  const random = new RandomStream();
  random.restart(3, count, 901);
  for (let place = count - 1; isMixed && place > 0; place--) {
    const other = random.nextIndex(place + 1);
    [order[place], order[other]] = [order[other], order[place]];
  }
  return order;
}

/** From the definition: every P&L, sorted. */
function sortedTails({ rows, portfolios }: TailBook, capacity: number): [number, number][][] {
  return portfolios.map((held) => rows[0]
    .map((_, s): [number, number] => [held.reduce((sum, [row, quantity]) => sum + quantity * rows[row][s], 0), s])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, capacity));
}

export function expectAll(book: TailBook, capacity: number, sizes: BookTailSizes): void {
  const expected = sortedTails(book, capacity);
  for (const runner of ['simd', 'twin', 'javascript'] as const) expect([runner, tailsOf(book, capacity, sizes, runner)]).toEqual([runner, expected]);
}

/** `cellOf(row, scenario, random)`. */
export function bookOf(scenarios: number, rowCount: number, cellOf: (row: number, scenario: number, random: RandomStream) => number): TailBook {
  const random = new RandomStream();
  random.restart(7, scenarios, 900);
  const rows = Array.from({ length: rowCount }, (_, row) => Array.from({ length: scenarios }, (__, s) => cellOf(row, s, random)));
  const portfolios = Array.from({ length: 9 }, (_, size) =>
    Array.from({ length: size }, (): [number, number] => [random.nextIndex(rowCount), random.nextFineFraction() * 4 - 2]));
  return { rows, portfolios };
}

