import * as layout from '../../assembly/portable/book-layout.ts';
import { MEASURES_HEAD, MEASURES_LEVEL } from '../../assembly/portable/book-measures.ts';
import type { KernelChoice } from '../engine/machine.ts';
import { runChunks, type StageTask, type WorkerSetup } from '../engine/stage.ts';
import { MargridError } from '../errors.ts';
import { scalarKernels } from '../scalar/kernels.ts';
import type { BookKernelName, Kernels } from '../wasm/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type BuildName } from '../wasm/module.ts';
import {
  planBookMemory, resultColumns, screenSizes, type BookMemoryPlan, type BookTailCounts, type BookTailSizes,
  type TailLevel,
} from './book-memory.ts';
import type { Portfolios } from './book-portfolios.ts';
import type { BookRows } from './book-rows.ts';
import type { BookThreads } from './book-threads.ts';
import { fillingCounts, RowFilling } from './row-filling.ts';

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
/** Rows that a thread fills, or screens, at a stretch. */
const rowsPerFill = 16;
const rowsPerScreen = 64;
/** More than any counter of chunks: threads that see it stop. */
const noMoreChunks = 0x3fff_ffff;

const heapBases = new Map<BuildName, number>();

/** Found once per process: it takes a memory. */
function heapBase(build: BuildName): number {
  const known = heapBases.get(build) ?? heapBaseOf(instantiate(compileBuild(build), createMemory(build, 65_536)));
  heapBases.set(build, known);
  return known;
}

type RunOnThreads = (task: StageTask, control: Int32Array) => Promise<void>;

/** Memory and kernels for one set of portfolios. */
export class BookMachine {
  readonly plan: BookMemoryPlan;
  /** Scenarios may stand in any order within a block. */
  readonly hasOrder: boolean;
  readonly #source: BookRows;
  readonly #buffer: ArrayBufferLike;
  readonly #kernels: Kernels;
  /** Null: `BookRows` fills them. */
  readonly #filling: RowFilling | null;
  readonly #workerCount: number;
  readonly #runOnThreads: RunOnThreads | null;
  readonly #words: Uint32Array;
  readonly #control: Int32Array;

  /** On the calling thread, if there are no others. */
  constructor(
    rows: BookRows, counts: BookTailCounts, sizes: BookTailSizes, choice: KernelChoice, threads: BookThreads | null,
  ) {
    this.#source = rows;
    this.hasOrder = choice !== 'javascript';
    this.#workerCount = threads?.workerCount ?? 0;
    let setup: WorkerSetup;
    if (choice === 'javascript') {
      this.plan = planBookMemory(counts, { tile: javascriptTile, ...sizes }, 0);
      this.#buffer = threads === null ? new ArrayBuffer(this.plan.end) : new SharedArrayBuffer(this.plan.end);
      this.#kernels = scalarKernels(this.#buffer);
      this.#filling = null;
      setup = { memory: null, buffer: this.#buffer as SharedArrayBuffer, module: null, isHost: false };
    } else {
      const build: BuildName = choice === 'wasm-debug' ? 'debug' : threads === null ? 'single' : 'release';
      const module = compileBuild(build);
      const filling = fillingCounts(rows, sizes.batch);
      this.plan = planBookMemory({ ...counts, filling }, screenSizes(sizes), heapBase(build));
      const memory = createMemory(build, this.plan.end);
      const exports = instantiate(module, memory);
      this.#buffer = memory.buffer;
      this.#kernels = exports;
      this.#filling = new RowFilling(rows, this.plan, memory, exports);
      setup = { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false };
    }
    this.#runOnThreads = threads?.runnerOn(setup) ?? null;
    this.#words = new Uint32Array(this.#buffer, this.plan.context, layout.BOOK_WORD_COUNT);
    this.#control = new Int32Array(this.#buffer, this.plan.control, 2);
    for (const [slot, value] of contextWords(this.plan)) this.#words[slot] = value;
    if (this.plan.levels !== null) writeLevels(this.plan.levels, this.#buffer, this.plan.measures);
  }

  /** Where portfolios are, or are to be written to; as many positions as there is room for. Views. */
  get portfolios(): Portfolios {
    const { counts: { portfolioCount, positionCount }, firstPosition, entry, quantity } = this.plan;
    return {
      count: portfolioCount,
      firstPosition: new Uint32Array(this.#buffer, firstPosition, portfolioCount + 1),
      entry: new Uint32Array(this.#buffer, entry, positionCount),
      quantity: new Float64Array(this.#buffer, quantity, positionCount),
    };
  }

  /** Sums of P&L of one unit of every row, over the scenarios that have been in the rows. A view. */
  get sums(): Float64Array {
    return new Float64Array(this.#buffer, this.plan.sums, this.plan.counts.rowCount);
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

  /** Before a block is offered: portfolios that have been written to `portfolios`, or others. */
  load(given: Portfolios): void {
    const { firstPosition, entry, quantity } = this.portfolios;
    if (given.entry.buffer !== this.#buffer) {
      firstPosition.set(given.firstPosition.subarray(0, firstPosition.length));
      entry.set(given.entry);
      quantity.set(given.quantity);
    }
    const { positionCount, counts: { portfolioCount } } = this.plan;
    const counts = new Uint32Array(this.#buffer, positionCount, portfolioCount);
    for (let p = 0; p < portfolioCount; p++) counts[p] = firstPosition[p + 1] - firstPosition[p];
  }

  /** Fills the rows with the scenarios of a block, in their order. Throws `ValueOutOfRange`, `WorkerFailed`. */
  async fillBlock(first: number, order: Uint32Array, isLast: boolean): Promise<void> {
    const { plan: { tile, block, rows, counts: { rowCount } } } = this;
    const count = order.length;
    new Uint32Array(this.#buffer, this.plan.order, count).set(order);
    this.#words[layout.BOOK_FIRST_SCENARIO] = first;
    this.#words[layout.BOOK_SCENARIO_COUNT] = count;
    this.#words[layout.BOOK_IS_LAST] = isLast ? 1 : 0;
    if (this.#filling !== null) {
      await this.#filling.fill(first, order, (instruments) => this.#run('bookRows', instruments, rowsPerFill));
    } else {
      const cells = new Float64Array(this.#buffer, rows, rowCount * block);
      this.#source.fill(first, count, tile, cells, this.sums, order);
    }
  }

  /** Offers the block to the tails of all portfolios. Throws `Interrupted`, `WorkerFailed`. */
  async offerBlock(watch: Watch): Promise<void> {
    requireWanted(watch.signal);
    if (this.#filling?.makesScreen(this.#words[layout.BOOK_SCENARIO_COUNT]) === false) {
      await this.#run('bookScreen', this.plan.counts.rowCount, rowsPerScreen);
      requireWanted(watch.signal);
    }
    await (this.#runOnThreads === null ? this.#offerHere(watch) : this.#offerOnThreads(watch));
    requireWanted(watch.signal);
  }

  /** P&L of one portfolio in the scenarios of the block. */
  pnlOf(portfolio: number): Float64Array {
    this.#kernels.bookPnl(this.plan.context, this.plan.scratch[0], portfolio, this.plan.cells);
    return new Float64Array(this.#buffer, this.plan.cells, this.#words[layout.BOOK_SCENARIO_COUNT]).slice();
  }

  async #offerHere({ onPortfolios, signal }: Watch): Promise<void> {
    const { context, scratch, chunk, counts } = this.plan;
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

  async #offerOnThreads({ onPortfolios, signal }: Watch): Promise<void> {
    const { chunk, counts } = this.plan;
    const timer = setInterval(() => {
      if (signal?.aborted === true) Atomics.store(this.#control, 0, noMoreChunks);
      else onPortfolios?.(
        Math.min(Math.max(Atomics.load(this.#control, 0) - this.#workerCount, 0) * chunk, counts.portfolioCount)
      );
    }, watchMs);
    try {
      await this.#run('bookTails', counts.portfolioCount, chunk);
    } finally {
      clearInterval(timer);
    }
  }

  /** A kernel over all its items, on all threads. */
  async #run(kernel: BookKernelName, itemCount: number, chunkItems: number): Promise<void> {
    const { context, control, scratch } = this.plan;
    const task = { kernel, context, itemCount, chunkItems, header: 0, control, scratch };
    if (this.#runOnThreads !== null) return this.#runOnThreads(task, this.#control);
    let next = 0;
    runChunks(this.#kernels, task, scratch[0], () => next++);
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
    [layout.BOOK_AT_WORK, within.work],
    [layout.BOOK_AT_BATCH, within.batch],
    [layout.BOOK_ROW_OF, plan.rowOf],
    [layout.BOOK_OFFSET, plan.offset],
    [layout.BOOK_WEIGHT, plan.weight],
    [layout.BOOK_SUM, plan.sums],
    [layout.BOOK_UNUSABLE, plan.unusable],
  ];
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MargridError('Interrupted', 'the revaluation of the book was interrupted');
}
