import { requireKernels, type KernelChoice } from '../engine/machine.ts';
import { requireWorkerCount } from '../engine/pool.ts';
import { BookMachine } from './book-machine.ts';
import type { BookTailSizes, TailLevel } from './book-memory.ts';
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

/** What is asked of tails. */
export interface TailRequest<Prepared extends PreparedPortfolios> {
  /** How many of the worst scenarios. */
  readonly capacity: number;
  /** All that is wanted of the tails; absent: the tails themselves. */
  readonly levels?: readonly TailLevel[] | undefined;
  /** What memory is made for: so many portfolios, at most so many positions. */
  readonly portfolioCount: number;
  readonly positionCount: number;
  /** Makes the portfolios, while threads start. */
  readonly prepare: () => Prepared;
}

export interface PreparedPortfolios {
  readonly portfolios: Portfolios;
  /** Those of which P&L is returned in full. */
  readonly wanted: readonly number[];
}

/** The worst scenarios of every portfolio, worst first; equal ones by scenario. */
export interface BookTails {
  /** Values that a tail holds: what was asked for, or all scenarios if there are fewer. */
  readonly held: number;
  /**
   * Instead of the tails, if that was asked for and all scenarios were one block: a float per portfolio in every
   * column, P&L in the worst scenario, which that is, then VaR and ES, level by level, losses positive. Views.
   */
  readonly measures: readonly Float64Array[] | null;
  /** `2 * held` numbers of every portfolio: what `valuesOf` gives, then what `scenariosOf` gives. A view. */
  readonly columns: Float64Array;
  /** P&L of a portfolio in its worst scenarios, ascending. A view. */
  valuesOf(portfolio: number): Float64Array;
  /** Which scenarios those are. A view. */
  scenariosOf(portfolio: number): Float64Array;
  /** P&L in every scenario of the portfolios that it was asked for. */
  readonly pnl: ReadonlyMap<number, Float64Array>;
  readonly memoryBytes: number;
  /** When all threads have ended. */
  readonly closed: Promise<void>;
}

/**
 * Selects the `capacity` worst scenarios of every portfolio, exactly, scenarios block by block: nothing of the size of
 * portfolios times scenarios (docs/BOOK-RISK.md has the formula). Throws `LimitExceeded`, `OptionInvalid`,
 * `Interrupted`, and what `prepare` throws.
 */
export async function findBookTails<Prepared extends PreparedPortfolios>(
  rows: BookRows, request: TailRequest<Prepared>, options: BookTailOptions,
): Promise<BookTails & { readonly prepared: Prepared }> {
  const { workers = 0, sizes = {}, signal } = options;
  requireWorkerCount(workers);
  const { scenarioCount } = rows;
  const { portfolioCount, positionCount, levels } = request;
  const tailCapacity = Math.min(request.capacity, scenarioCount);
  const counts = { portfolioCount, positionCount, rowCount: rows.count, scenarioCount, tailCapacity, workers, levels };
  const machine = new BookMachine(counts, sizes, requireKernels(options.kernels));
  const report = progressOf(portfolioCount, scenarioCount, options.onProgress);
  try {
    const prepared = request.prepare();
    machine.load(prepared.portfolios);
    const pnl = new Map(prepared.wanted.map((portfolio) => [portfolio, new Float64Array(scenarioCount)] as const));
    const { block, tile } = machine.plan;
    for (let first = 0; first < scenarioCount; first += block) {
      const count = Math.min(block, scenarioCount - first);
      const order = rows.orderOf(first, count, machine.hasOrder);
      rows.fill(first, count, tile, machine.rows, order);
      machine.openBlock(first, order, first + count === scenarioCount);
      await machine.offerBlock({
        onPortfolios: (done) => report(first * portfolioCount + done * count),
        ...(signal === undefined ? {} : { signal }),
      });
      for (const [portfolio, vector] of pnl) machine.pnlOf(portfolio).forEach((value, place) => (vector[order[place]] = value));
      report((first + count) * portfolioCount);
    }
    return { ...tailsOn(machine, pnl), prepared };
  } catch (error) {
    await machine.close();
    throw error;
  }
}

/** Threads end while the caller reads the tails. */
function tailsOn(machine: BookMachine, pnl: BookTails['pnl']): BookTails {
  const { tails, measures, plan: { end, counts: { tailCapacity } } } = machine;
  const startOf = (portfolio: number): number => 2 * tailCapacity * portfolio;
  return {
    held: tailCapacity,
    measures,
    columns: tails,
    valuesOf: (portfolio) => tails.subarray(startOf(portfolio), startOf(portfolio) + tailCapacity),
    scenariosOf: (portfolio) => tails.subarray(startOf(portfolio) + tailCapacity, startOf(portfolio + 1)),
    pnl,
    memoryBytes: end,
    closed: machine.close(),
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
