import * as layout from '../../assembly/portable/book-layout.ts';
import { MargridError } from '../errors.ts';
import type { KernelExports } from '../wasm/module.ts';
import type { BookMemoryPlan, FillingCounts } from './book-memory.ts';
import { batchScenarios, offsetsOf, type BookRows } from './book-rows.ts';
import {
  scenarioAreaBytes, ScenarioKernels, scenarioWorkBytes, type ScenarioKernelOptions,
} from './scenario-kernels.ts';

/** For lines of a batch: 46 rows of 2,560 scenarios to a mebibyte, five for each expiry. */
const lineBytesMax = 6 * 1_048_576;

/** Runs the kernel `bookRows` over as many instruments. */
export type RowStage = (instruments: number) => Promise<void>;

/** Room for `RowFilling`, so many scenarios at a time. Throws `OptionInvalid`. */
export function fillingCounts(
  { inputs, scenarioCount }: BookRows, batch = Math.min(batchScenarios, scenarioCount),
): FillingCounts {
  if (!(Number.isInteger(batch) && batch >= 1)) {
    const message = `batch must be a whole number >= 1, got ${batch}`;
    throw new MargridError('OptionInvalid', message, { column: 'batch', value: batch });
  }
  if (inputs === null) return { instruments: 0, batch, areaBytes: 0, workBytes: 0 };
  const options = kernelOptions(batch);
  return {
    instruments: inputs.instruments.count, batch,
    areaBytes: scenarioAreaBytes(inputs, options), workBytes: scenarioWorkBytes(inputs, options),
  };
}

function kernelOptions(blockScenarios: number): ScenarioKernelOptions {
  return { blockScenarios, lineBytes: lineBytesMax };
}

/**
 * Fills the rows of a block with the kernel `bookRows`, on any number of threads: bit for bit what `BookRows.fill`
 * fills in. Terms and lines of the scenario kernels are made here, one batch after the other.
 */
export class RowFilling {
  readonly #rows: BookRows;
  readonly #plan: BookMemoryPlan;
  readonly #buffer: ArrayBufferLike;
  readonly #words: Uint32Array;
  readonly #exports: KernelExports;
  readonly #kernels: ScenarioKernels | null;

  /** In the memory of the plan, whose counts have `filling`. */
  constructor(rows: BookRows, plan: BookMemoryPlan, memory: WebAssembly.Memory, exports: KernelExports) {
    const { batch, area, scratch, within } = plan;
    this.#rows = rows;
    this.#plan = plan;
    this.#buffer = memory.buffer;
    this.#exports = exports;
    this.#words = new Uint32Array(this.#buffer, plan.context, layout.BOOK_WORD_COUNT);
    this.#kernels = rows.inputs === null
      ? null
      : new ScenarioKernels(rows.inputs, { ...kernelOptions(batch), memory: { memory, exports, base: area } });
    for (const each of scratch) this.#kernels?.shareWith(each + within.work);
  }

  /** P&L in the scenarios of a block, in their order. Throws `ValueOutOfRange` and what `run` throws. */
  async fill(first: number, order: Uint32Array, run: RowStage): Promise<void> {
    const { counts: { rowCount }, batch, rows, sums, offset, weight } = this.#plan;
    const count = order.length;
    const offsets = offsetsOf(first, count, 1, rowCount, order);
    const cells = new Float64Array(this.#buffer, rows, rowCount * count);
    const columns = new Float64Array(this.#buffer, sums, rowCount);
    for (let from = first; from < first + count; from += batch) {
      const size = Math.min(batch, first + count - from);
      const own = offsets.subarray(from - first, from - first + size);
      new Uint32Array(this.#buffer, offset, size).set(own);
      new Float64Array(this.#buffer, weight, size).set(this.#rows.weights(from, size));
      this.#words[layout.BOOK_BATCH_COUNT] = size;
      // Of currencies on the calling thread, while others work on instruments.
      const outcomes = await Promise.allSettled([
        this.#fillInstruments(from, size, own, cells, run),
        this.#fillCurrencies(from, own, cells, columns),
      ]);
      for (const outcome of outcomes.reverse()) if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  /** Whether blocks of so many scenarios are filled in one batch: then their screen is made with them. */
  makesScreen(scenarioCount: number): boolean {
    return scenarioCount <= this.#plan.batch;
  }

  async #fillCurrencies(from: number, offsets: Uint32Array, cells: Float64Array, sums: Float64Array): Promise<void> {
    const { context, scratch } = this.#plan;
    this.#rows.fillCurrencies(from, 1, cells, offsets, sums);
    if (this.makesScreen(this.#words[layout.BOOK_SCENARIO_COUNT])) {
      this.#exports.bookScreen(context, scratch[0], 0, this.#rows.firstInstrumentRow);
    }
  }

  async #fillInstruments(
    from: number, size: number, offsets: Uint32Array, cells: Float64Array, run: RowStage,
  ): Promise<void> {
    const { rowOf } = this.#rows;
    for (let next = 0; next < rowOf.length;) {
      const some = this.#kernels!.prepareRows(next, rowOf.length - next, from, size);
      new Uint32Array(this.#buffer, this.#plan.rowOf, some).set(rowOf.subarray(next, next + some));
      await run(some);
      this.#requireUsable(from, offsets, cells);
      next += some;
    }
  }

  /** The first row with a P&L that is no usable number, and of that the first scenario, is thrown. */
  #requireUsable(from: number, offsets: Uint32Array, cells: Float64Array): void {
    const unusable = new Uint32Array(this.#buffer, this.#plan.unusable, this.#plan.counts.rowCount);
    const row = unusable.findIndex((scenario) => scenario > 0);
    if (row < 0) return;
    const scenario = unusable[row] - 1;
    throw this.#rows.refusal(row, from + scenario, cells[offsets[scenario] + row]);
  }
}
