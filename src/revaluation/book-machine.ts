import * as layout from '../../assembly/portable/book-layout.ts';
import { MEASURES_HEAD, MEASURES_LEVEL } from '../../assembly/portable/book-measures.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { sealHeader } from '../columns/arena.ts';
import type { KernelChoice } from '../engine/machine.ts';
import { createPool, type StageRunner } from '../engine/pool.ts';
import { MargridError } from '../errors.ts';
import { scalarKernels } from '../scalar/kernels.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type BuildName } from '../wasm/module.ts';
import {
  planBookMemory, resultColumns, screenSizes, type BookMemoryPlan, type BookTailCounts, type BookTailSizes,
  type TailLevel,
} from './book-memory.ts';
import type { Portfolios } from './book-portfolios.ts';

/** Told about, and asked, while a run goes on. */
export interface Watch {
  /** Portfolios gone through in the present block, of those that there are. */
  readonly onPortfolios?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Scenarios that JavaScript, which has no screen, adds up together. */
const javascriptTile = 64;
/** How often threads are looked after, and how long the calling thread works at a stretch. */
const watchMs = 50;
/** Rows that a thread screens at a stretch. */
const rowsPerTask = 64;
/** More than any counter of chunks: threads that see it stop. */
const noMoreChunks = 0x3fff_ffff;

/** Memory, kernels and threads for one set of portfolios. Threads start while the caller makes these. */
export class BookMachine {
  readonly plan: BookMemoryPlan;
  /** Scenarios may stand in any order within a block. */
  readonly hasOrder: boolean;
  readonly #buffer: ArrayBufferLike;
  readonly #kernels: Kernels;
  readonly #pool: StageRunner | null;
  readonly #words: Uint32Array;
  readonly #control: Int32Array;

  constructor(counts: BookTailCounts, sizes: BookTailSizes, choice: KernelChoice) {
    const { workers } = counts;
    this.hasOrder = choice !== 'javascript';
    if (choice === 'javascript') {
      this.plan = planBookMemory(counts, { tile: javascriptTile, ...sizes }, 0);
      this.#buffer = workers > 0 ? new SharedArrayBuffer(this.plan.end) : new ArrayBuffer(this.plan.end);
      this.#kernels = scalarKernels(this.#buffer);
      const setup = { memory: null, buffer: this.#buffer as SharedArrayBuffer, module: null, isHost: false };
      this.#pool = workers > 0 ? createPool(workers, setup) : null;
    } else {
      const build: BuildName = choice === 'wasm-debug' ? 'debug' : workers > 0 ? 'release' : 'single';
      const module = compileBuild(build);
      this.plan = planBookMemory(counts, screenSizes(sizes), heapBaseOf(instantiate(module, createMemory(build, 65_536))));
      const memory = createMemory(build, this.plan.end);
      this.#buffer = memory.buffer;
      this.#kernels = instantiate(module, memory);
      const setup = { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false };
      this.#pool = workers > 0 ? createPool(workers, setup) : null;
    }
    sealHeader(new Int32Array(this.#buffer, this.plan.header, 2));
    this.#words = new Uint32Array(this.#buffer, this.plan.context, layout.BOOK_WORD_COUNT);
    this.#control = new Int32Array(this.#buffer, this.plan.control, 2);
    for (const [slot, value] of contextWords(this.plan)) this.#words[slot] = value;
    if (this.plan.levels !== null) writeLevels(this.plan.levels, this.#buffer, this.plan.measures);
  }

  /** Rows of P&L, to be filled with a block. */
  get rows(): Float64Array {
    return new Float64Array(this.#buffer, this.plan.rows, this.plan.counts.rowCount * this.plan.block);
  }

  /**
   * `2 * tailCapacity` per portfolio: values, then scenarios, ascending after the last block; none if only measures are
   * kept. A view.
   */
  get tails(): Float64Array {
    const { levels, tails, counts: { portfolioCount, tailCapacity } } = this.plan;
    return new Float64Array(this.#buffer, tails, levels === null ? 2 * tailCapacity * portfolioCount : 0);
  }

  /** What has been read off tails that are not kept: columns with a float per portfolio. Views. */
  get measures(): Float64Array[] | null {
    const { levels, results, counts: { portfolioCount } } = this.plan;
    if (levels === null) return null;
    return Array.from({ length: resultColumns(levels) }, (_, column) =>
      new Float64Array(this.#buffer, results + 8 * portfolioCount * column, portfolioCount));
  }

  load({ count, firstPosition, row, quantity }: Portfolios): void {
    const entries = new Uint32Array(this.#buffer, this.plan.entry, row.length);
    for (let p = 0; p < row.length; p++) entries[p] = row[p] << FLAG_BITS;
    new Float64Array(this.#buffer, this.plan.quantity, quantity.length).set(quantity);
    new Uint32Array(this.#buffer, this.plan.firstPosition, count).set(firstPosition.subarray(0, count));
    const counts = new Uint32Array(this.#buffer, this.plan.positionCount, count);
    for (let p = 0; p < count; p++) counts[p] = firstPosition[p + 1] - firstPosition[p];
  }

  /** Says which scenarios are in the rows now, place by place. */
  openBlock(first: number, order: Uint32Array, isLast: boolean): void {
    const count = order.length;
    new Uint32Array(this.#buffer, this.plan.order, count).set(order);
    this.#words[layout.BOOK_FIRST_SCENARIO] = first;
    this.#words[layout.BOOK_SCENARIO_COUNT] = count;
    this.#words[layout.BOOK_IS_LAST] = isLast ? 1 : 0;
  }

  /** Offers the block to the tails of all portfolios. Throws `Interrupted`, `WorkerFailed`. */
  async offerBlock(watch: Watch): Promise<void> {
    requireWanted(watch.signal);
    await (this.#pool === null ? this.#offerHere(watch) : this.#offerOnThreads(this.#pool, watch));
    requireWanted(watch.signal);
  }

  /** P&L of one portfolio in the scenarios of the block. */
  pnlOf(portfolio: number): Float64Array {
    this.#kernels.bookPnl(this.plan.context, this.plan.scratch[0], portfolio, this.plan.cells);
    return new Float64Array(this.#buffer, this.plan.cells, this.#words[layout.BOOK_SCENARIO_COUNT]).slice();
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  async #offerHere({ onPortfolios, signal }: Watch): Promise<void> {
    const { context, scratch, chunk, counts } = this.plan;
    this.#kernels.bookScreen(context, scratch[0], 0, counts.rowCount);
    let resumed = performance.now();
    for (let first = 0; first < counts.portfolioCount; first += chunk) {
      this.#kernels.bookTails(context, scratch[0], first, Math.min(chunk, counts.portfolioCount - first));
      if (performance.now() - resumed < watchMs) continue;
      onPortfolios?.(Math.min(first + chunk, counts.portfolioCount));
      await new Promise((resolve) => setImmediate(resolve));
      requireWanted(signal);
      resumed = performance.now();
    }
  }

  async #offerOnThreads(pool: StageRunner, { onPortfolios, signal }: Watch): Promise<void> {
    const { context, header, control, scratch, chunk, counts } = this.plan;
    const task = { context, header, control, scratch };
    await pool.run({ kernel: 'bookScreen', itemCount: counts.rowCount, chunkItems: rowsPerTask, ...task }, this.#control);
    requireWanted(signal);
    const timer = setInterval(() => {
      if (signal?.aborted === true) Atomics.store(this.#control, 0, noMoreChunks);
      else onPortfolios?.(
        Math.min(Math.max(Atomics.load(this.#control, 0) - pool.workerCount, 0) * chunk, counts.portfolioCount)
      );
    }, watchMs);
    try {
      await pool.run({ kernel: 'bookTails', itemCount: counts.portfolioCount, chunkItems: chunk, ...task }, this.#control);
    } finally {
      clearInterval(timer);
    }
  }
}

/** assembly/portable/book-measures.ts */
export function writeLevels(levels: readonly TailLevel[], buffer: ArrayBufferLike, address: number): void {
  const [floats, words] = [new Float64Array(buffer), new Int32Array(buffer)];
  let at = address / 8;
  words[2 * at] = levels.length;
  at += MEASURES_HEAD;
  for (const { position: { lower, upper, weight }, shares } of levels) {
    words.set([lower, upper], 2 * at);
    floats[at + 1] = weight;
    words[2 * at + 4] = shares.length;
    floats.set(shares, at + MEASURES_LEVEL);
    at += MEASURES_LEVEL + shares.length;
  }
}

/** What never changes of the words of a context. */
export function contextWords(plan: BookMemoryPlan): readonly (readonly [slot: number, value: number])[] {
  const { within } = plan;
  const { rowCount, tailCapacity, portfolioCount } = plan.counts;
  return [
    [layout.BOOK_FIRST_POSITION, plan.firstPosition],
    [layout.BOOK_POSITION_COUNT, plan.positionCount],
    [layout.BOOK_ENTRY, plan.entry],
    [layout.BOOK_QUANTITY, plan.quantity],
    [layout.BOOK_ROWS, plan.rows],
    [layout.BOOK_ROW_COUNT, rowCount],
    [layout.BOOK_TILE, plan.tile],
    [layout.BOOK_TAIL_CAPACITY, tailCapacity],
    [layout.BOOK_TAILS, plan.tails],
    [layout.BOOK_CANDIDATE_CAPACITY, plan.candidates],
    [layout.BOOK_CHUNK, plan.chunk],
    [layout.BOOK_SCREEN, plan.screen],
    [layout.BOOK_SCREEN_TILE, plan.screenTile],
    [layout.BOOK_SCREEN_CELLS, plan.screenCells],
    [layout.BOOK_SCREEN_CHUNK, plan.screenChunk],
    [layout.BOOK_ROW_LARGEST, plan.rowLargest],
    [layout.BOOK_PAIR, plan.pair],
    [layout.BOOK_ORDER, plan.order],
    [layout.BOOK_AT_STATE, within.state],
    [layout.BOOK_AT_MINIMA, within.minima],
    [layout.BOOK_AT_SUMS, within.sums],
    [layout.BOOK_AT_COUNT, within.count],
    [layout.BOOK_AT_PLACE, within.place],
    [layout.BOOK_AT_KEY, within.key],
    [layout.BOOK_AT_VALUE, within.value],
    [layout.BOOK_AT_BUCKET, within.bucket],
    [layout.BOOK_AT_LIST, within.list],
    [layout.BOOK_AT_SPARE, within.spare],
    [layout.BOOK_AT_BIN, within.bin],
    [layout.BOOK_LIST_CAPACITY, plan.listCapacity],
    [layout.BOOK_MEASURES, plan.levels === null ? 0 : plan.measures],
    [layout.BOOK_RESULTS, plan.results],
    [layout.BOOK_PORTFOLIO_COUNT, portfolioCount],
  ];
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MargridError('Interrupted', 'the revaluation of the book was interrupted');
}
