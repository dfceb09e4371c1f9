import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as layout from '../../assembly/portable/book-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { contextWords } from '../../src/revaluation/book-machine.ts';
import { planBookMemory, type BookTailSizes } from '../../src/revaluation/book-memory.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';

interface TailBook {
  /** P&L, `rows[row][scenario]`. */
  readonly rows: readonly (readonly number[])[];
  /** Per portfolio: rows and quantities. */
  readonly portfolios: readonly (readonly (readonly [row: number, quantity: number])[])[];
}

const module = compileBuild('single');
const heapBase = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
type Runner = 'simd' | 'twin' | 'javascript';

/** Tails of all portfolios as [value, scenario], by one of the three. */
function tailsOf({ rows, portfolios }: TailBook, capacity: number, sizes: BookTailSizes, runner: Runner): [number, number][][] {
  const scenarioCount = rows[0].length;
  const tailCapacity = Math.min(capacity, scenarioCount);
  const positionCount = portfolios.reduce((sum, { length }) => sum + length, 0);
  const counts = { portfolioCount: portfolios.length, positionCount, rowCount: rows.length, scenarioCount, tailCapacity, workers: 1 };
  const plan = planBookMemory(counts, runner === 'simd' ? { ...sizes, tile: 1 } : sizes, heapBase);
  const memory = createMemory('single', plan.end);
  const [u32, f64] = [new Uint32Array(memory.buffer), new Float64Array(memory.buffer)];
  for (const [slot, value] of contextWords(plan)) u32[plan.context / 4 + slot] = value;
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
  return portfolios.map((_, portfolio) => Array.from({ length: tailCapacity }, (__, k) => {
    const tail = plan.tails / 8 + 2 * tailCapacity * portfolio;
    return [f64[tail + k], f64[tail + tailCapacity + k]];
  }));
}

/** Scenarios of a block: as they come, or mixed up. */
function orderOf(first: number, count: number, isMixed: boolean): number[] {
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

function expectAll(book: TailBook, capacity: number, sizes: BookTailSizes): void {
  const expected = sortedTails(book, capacity);
  for (const runner of ['simd', 'twin', 'javascript'] as const) expect([runner, tailsOf(book, capacity, sizes, runner)]).toEqual([runner, expected]);
}

/** `cellOf(row, scenario, random)`. */
function bookOf(scenarios: number, rowCount: number, cellOf: (row: number, scenario: number, random: RandomStream) => number): TailBook {
  const random = new RandomStream();
  random.restart(7, scenarios, 900);
  const rows = Array.from({ length: rowCount }, (_, row) => Array.from({ length: scenarios }, (__, s) => cellOf(row, s, random)));
  const portfolios = Array.from({ length: 9 }, (_, size) =>
    Array.from({ length: size }, (): [number, number] => [random.nextIndex(rowCount), random.nextFineFraction() * 4 - 2]));
  return { rows, portfolios };
}

describe('bookTails: SIMD, scalar twin and JavaScript are the sorted P&L', () => {
  it.each([
    ['noise', bookOf(2_500, 8, (_row, _s, random) => random.nextFineFraction() - 0.5)],
    ['ever worse: every scenario is a candidate', bookOf(1_500, 5, (row, s) => -(row + 1) * s)],
    ['ever better: none is after the first', bookOf(1_500, 5, (row, s) => (row + 1) * s)],
    ['few values, many equal', bookOf(2_000, 6, (_row, _s, random) => random.nextIndex(3) - 1)],
    ['a crash among calm', bookOf(2_000, 6, (_row, s, random) => (s % 400 === 399 ? -1e9 : 1e-9) * random.nextFineFraction())],
    ['all alike', bookOf(1_000, 3, () => -1)],
  ])('%s', (_name, book) => {
    for (const capacity of [1, 2, 25, 63]) {
      expectAll(book, capacity, {});
      expectAll(book, capacity, { tile: 64, screenTile: 96, chunk: 4 });
      expectAll(book, capacity, { tile: 16, screenTile: 40, block: 300, chunk: 3 });
    }
    expectAll(book, 5_000, { tile: 32, screenTile: 8, block: 128, chunk: 5 });
  }, 60_000);

  it('for random books and sizes', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
    const books = fc.integer({ min: 1, max: 90 }).chain((scenarios) => fc.record({
      rows: fc.array(fc.array(value, { minLength: scenarios, maxLength: scenarios }), { minLength: 4, maxLength: 4 }),
      portfolios: fc.array(fc.array(fc.tuple(fc.nat(3), value), { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
    }));
    const eights = fc.integer({ min: 1, max: 7 }).map((count) => 8 * count);
    const sizes = fc.record({ tile: eights, screenTile: eights, block: fc.integer({ min: 1, max: 99 }), chunk: fc.integer({ min: 1, max: 6 }) });
    fc.assert(fc.property(books, fc.integer({ min: 1, max: 40 }), sizes, (book, capacity, some) => {
      expectAll(book, capacity, some);
    }), { numRuns: 150 });
  }, 60_000);
});
