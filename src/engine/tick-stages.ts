import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { MargridError } from '../errors.ts';
import type { Kernels, RangeKernelName } from '../wasm/kernels.ts';
import type { PartialStage } from './partial-ticks.ts';
import type { Haste, StageRunner } from './pool.ts';
import { firstInPieces, listOf, runChunks, type StageTask } from './stage.ts';
import type { RowRun, StaleRows } from './stale-rows.ts';
import type { TickSetup } from './tick-inputs.ts';
import { clearStatuses, refoldTotals } from './totals.ts';

/**
 * Instruments per chunk of kernel A: small enough that two workers finish together, large enough that claiming costs
 * nothing.
 */
const instrumentChunk = 64;

/** What stages run on. */
export interface StageParts {
  readonly setup: TickSetup;
  readonly kernels: Kernels;
  readonly runner: StageRunner;
  /** Of a model whose row kernel need not price every row. */
  readonly staleRows: StaleRows | null;
}

/** The stages of ticks: which rows and sets they are for, and on which threads they run. */
export class TickStages {
  readonly #setup: TickSetup;
  readonly #kernels: Kernels;
  readonly #runner: StageRunner;
  readonly #staleRows: StaleRows | null;
  #isClosed = false;

  constructor({ setup, kernels, runner, staleRows }: StageParts) {
    this.#setup = setup;
    this.#kernels = kernels;
    this.#runner = runner;
    this.#staleRows = staleRows;
  }

  get runner(): StageRunner {
    return this.#runner;
  }

  /** From now on a position holds this row. */
  hold(row: number): void {
    this.#staleRows?.hold(row);
  }

  /** The next pricing takes every held row. */
  forgetRows(): void {
    this.#staleRows?.forget();
  }

  /** Kernel A: rows that nobody holds are left out, and rows that nothing has changed stay as they are. */
  async priceRows(): Promise<void> {
    const count = this.#setup.modelRows.instruments.length;
    const stale = this.#staleRows?.compare() ?? [{ first: 0, count }];
    const staleCount = stale.reduce((sum, run) => sum + run.count, 0);
    // A few rows take less time on the calling thread than all of them on the workers.
    if (staleCount < count && staleCount * Math.max(this.#runner.workerCount, 1) <= count) {
      for (const run of stale) this.#priceRun(run);
      return;
    }
    await this.#stage(this.#setup.model.rowKernel, count, instrumentChunk);
    this.#staleRows?.priced({ first: 0, count });
  }

  /** Prices rows at the quotes of the last tick unless they are. */
  requireRows(rows: readonly number[]): void {
    for (const first of rows) if (this.#staleRows?.isCurrent(first) === false) this.#priceRun({ first, count: 1 });
  }

  /** Kernels B to D, and the totals of chunks. */
  async marginSets(setCount: number): Promise<void> {
    const { arena, model } = this.#setup;
    const { kernel } = model;
    const { context, scratch } = arena.plan;
    const inPieces = firstInPieces({ kernel, context, itemCount: setCount, chunkItems: CHUNK_SET_COUNT, scratch });
    clearStatuses(arena, inPieces, setCount);
    await this.#stage(kernel, setCount, CHUNK_SET_COUNT);
    refoldTotals(arena, inPieces, setCount);
  }

  /** A stage of which only some items run. */
  async partial({ kernel, itemCount, chunkItems, list, inlineItems, haste, meanwhile }: PartialStage): Promise<void> {
    const { arena } = this.#setup;
    const { header, control, context, scratch } = arena.plan;
    const plain = { kernel, context, itemCount, chunkItems, header, control, scratch };
    const task = list === undefined ? plain : { ...plain, list };
    if (itemCount > inlineItems) return this.#run(task, haste, meanwhile);
    meanwhile?.();
    if (itemCount === 0) return;
    let next = 0;
    runChunks(this.#kernels, task, scratch[0], () => next++, listOf(arena.buffer, task));
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#runner.close();
  }

  #priceRun(run: RowRun): void {
    const { arena, model } = this.#setup;
    const { context, scratch } = arena.plan;
    this.#kernels[model.rowKernel](context, run.first, run.count, scratch[0]);
    this.#staleRows?.priced(run);
  }

  async #stage(kernel: RangeKernelName, itemCount: number, chunkItems: number): Promise<void> {
    const { header, control, context, scratch } = this.#setup.arena.plan;
    await this.#run({ kernel, context, itemCount, chunkItems, header, control, scratch });
  }

  async #run(task: StageTask, haste?: Haste, meanwhile?: () => void): Promise<void> {
    try {
      await this.#runner.run(task, this.#setup.arena.control, haste, meanwhile);
    } catch (error) {
      throw this.#wasClosed() ? closedDuringTick() : error;
    }
    if (this.#wasClosed()) throw closedDuringTick();
  }

  #wasClosed(): boolean {
    return this.#isClosed;
  }
}

export function closedDuringTick(): MargridError {
  return new MargridError('EngineState', 'the engine was closed during the tick');
}
