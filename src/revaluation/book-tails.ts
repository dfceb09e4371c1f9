import { requireKernels, type KernelChoice } from '../engine/machine.ts';
import { requireWorkerCount } from '../engine/pool.ts';
import { BookMachine } from './book-machine.ts';
import type { BookTailSizes } from './book-memory.ts';
import type { Portfolios } from './book-portfolios.ts';
import type { BookRows } from './book-rows.ts';

export interface BookTailOptions {
  /**
   * Worker threads; 0 (default) is the calling thread. The same bits for every number; more needs the built package.
   */
  readonly workers?: number;
  /** `wasm` (default where WASM SIMD exists) or `javascript`: bit-equal, slower. */
  readonly kernels?: KernelChoice;
  /** Sizes of blocks: they change the time, never the result. */
  readonly sizes?: BookTailSizes;
  readonly signal?: AbortSignal;
  /** Portfolio-scenarios done, of how many, and milliseconds left at the speed so far. */
  readonly onProgress?: (progress: BookProgress) => void;
}

export interface BookProgress {
  readonly done: number;
  readonly total: number;
  /** null before anything is done. */
  readonly remainingMs: number | null;
}

/** The worst scenarios of every portfolio, worst first; equal ones by scenario. */
export interface BookTails {
  /** Values that a tail holds: what was asked for, or all scenarios if there are fewer. */
  readonly held: number;
  /** `2 * held` numbers of every portfolio: what `valuesOf` gives, then what `scenariosOf` gives. A view. */
  readonly columns: Float64Array;
  /** P&L of a portfolio in its worst scenarios, ascending. A view. */
  valuesOf(portfolio: number): Float64Array;
  /** Which scenarios those are. A view. */
  scenariosOf(portfolio: number): Float64Array;
  /** P&L in every scenario of the portfolios that it was asked for. */
  readonly pnl: ReadonlyMap<number, Float64Array>;
  readonly memoryBytes: number;
}

/**
 * Selects the `capacity` worst scenarios of every portfolio, exactly, scenarios block by block: nothing of the size of
 * portfolios times scenarios (docs/BOOK-RISK.md has the formula). `wanted`: portfolios whose P&L is returned in full.
 * Throws `LimitExceeded`, `OptionInvalid`, `Interrupted`.
 */
export async function findBookTails(
  portfolios: Portfolios, rows: BookRows, capacity: number, wanted: readonly number[], options: BookTailOptions,
): Promise<BookTails> {
  const { workers = 0, sizes = {}, signal } = options;
  requireWorkerCount(workers);
  const { scenarioCount } = rows;
  const tailCapacity = Math.min(capacity, scenarioCount);
  const counts = {
    portfolioCount: portfolios.count, positionCount: portfolios.row.length, rowCount: rows.count, scenarioCount,
    tailCapacity,
    workers,
  };
  const machine = new BookMachine(counts, sizes, requireKernels(options.kernels));
  const report = progressOf(portfolios.count, scenarioCount, options.onProgress);
  const pnl = new Map(wanted.map((portfolio) => [portfolio, new Float64Array(scenarioCount)] as const));
  try {
    machine.load(portfolios);
    const { block, tile } = machine.plan;
    for (let first = 0; first < scenarioCount; first += block) {
      const count = Math.min(block, scenarioCount - first);
      const order = rows.orderOf(first, count, machine.hasOrder);
      rows.fill(first, count, tile, machine.rows, order);
      machine.openBlock(first, order, first + count === scenarioCount);
      await machine.offerBlock({
        onPortfolios: (done) => report(first * portfolios.count + done * count),
        ...(signal === undefined ? {} : { signal }),
      });
      for (const [portfolio, vector] of pnl) machine.pnlOf(portfolio).forEach((value, place) => (vector[order[place]] = value));
      report((first + count) * portfolios.count);
    }
  } finally {
    await machine.close();
  }
  const { tails } = machine;
  const startOf = (portfolio: number): number => 2 * tailCapacity * portfolio;
  return {
    held: tailCapacity,
    columns: tails,
    valuesOf: (portfolio) => tails.subarray(startOf(portfolio), startOf(portfolio) + tailCapacity),
    scenariosOf: (portfolio) => tails.subarray(startOf(portfolio) + tailCapacity, startOf(portfolio + 1)),
    pnl,
    memoryBytes: machine.plan.end,
  };
}

function progressOf(
  portfolioCount: number, scenarioCount: number, onProgress: BookTailOptions['onProgress'],
): (done: number) => void {
  const start = performance.now();
  const total = portfolioCount * scenarioCount;
  return (done) => {
    const remainingMs = done === 0 ? null : ((performance.now() - start) / done) * (total - done);
    onProgress?.({ done, total, remainingMs });
  };
}
