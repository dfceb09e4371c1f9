import { requireKernels, type KernelChoice } from '../engine/machine.ts';
import { BookMachine } from './book-machine.ts';
import type { BookTailSizes, TailLevel } from './book-memory.ts';
import type { Portfolios } from './book-portfolios.ts';
import type { BookRows } from './book-rows.ts';
import type { BookThreads } from './book-threads.ts';

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
  /** Makes the portfolios, in `to` or elsewhere, while threads fill the rows. */
  readonly prepare: (to: Portfolios) => Prepared;
  /** Called when all rows are filled, and threads go on: expected P&L of one unit of every row. */
  readonly onRows?: (expected: Float64Array, prepared: Prepared) => void;
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
}

/**
 * Selects the `capacity` worst scenarios of every portfolio, exactly, scenarios block by block: nothing of the size of
 * portfolios times scenarios (docs/BOOK-RISK.md has the formula). Throws `LimitExceeded`, `OptionInvalid`,
 * `Interrupted`, and what `prepare` throws.
 */
export async function findBookTails<Prepared extends PreparedPortfolios>(
  rows: BookRows, request: TailRequest<Prepared>, options: BookTailOptions, threads: BookThreads | null,
): Promise<BookTails & { readonly prepared: Prepared }> {
  const { sizes = {}, signal } = options;
  const { scenarioCount } = rows;
  const { portfolioCount, positionCount, levels, onRows } = request;
  const tailCapacity = Math.min(request.capacity, scenarioCount);
  const workers = threads?.workerCount ?? 0;
  const counts = { portfolioCount, positionCount, rowCount: rows.count, scenarioCount, tailCapacity, workers, levels };
  const machine = new BookMachine(rows, counts, sizes, requireKernels(options.kernels), threads);
  const report = progressOf(portfolioCount, scenarioCount, options.onProgress);
  const { block } = machine.plan;
  const fill = async (first: number): Promise<Uint32Array> => {
    const order = rows.orderOf(first, Math.min(block, scenarioCount - first), machine.hasOrder);
    await machine.fillBlock(first, order, first + block >= scenarioCount);
    return order;
  };
  const [filled, made] = await Promise.allSettled([fill(0), preparedOn(machine, request)]);
  const prepared = valueOf(made);
  let order = valueOf(filled);
  const pnl = new Map(prepared.wanted.map((portfolio) => [portfolio, new Float64Array(scenarioCount)] as const));
  for (let first = 0; first < scenarioCount; first += block) {
    if (first > 0) order = await fill(first);
    const count = order.length;
    const offered = machine.offerBlock({
      onPortfolios: (done) => report(first * portfolioCount + done * count),
      ...(signal === undefined ? {} : { signal }),
    });
    if (first + count === scenarioCount) onRows?.(rows.expectedOf(machine.sums), prepared);
    await offered;
    for (const [portfolio, vector] of pnl) machine.pnlOf(portfolio).forEach((value, place) => (vector[order[place]] = value));
    report((first + count) * portfolioCount);
  }
  return { ...tailsOn(machine, pnl), prepared };
}

/** Portfolios in the memory of the machine. */
async function preparedOn<Prepared extends PreparedPortfolios>(
  machine: BookMachine, { prepare }: TailRequest<Prepared>,
): Promise<Prepared> {
  const prepared = prepare(machine.portfolios);
  machine.load(prepared.portfolios);
  return prepared;
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

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
