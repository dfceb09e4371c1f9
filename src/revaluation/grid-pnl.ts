import type { Market } from '../domain/market.ts';
import { requireWorkerCount } from '../engine/pool.ts';
import { MargridError } from '../errors.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { createGridPool } from './grid-pool.ts';
import workOnGrid, { forgetGrid, runInstruments, type GridTask } from './grid-worker.ts';
import { compileInstruments, requireColumns, sharedColumns, type InstrumentColumns } from './instrument-columns.ts';
import type { KernelChoice, ScenarioKernelOptions } from './scenario-kernels.ts';
import { scenariosIn } from './reporting-currency.ts';
import { scenarioMoves } from './scenario-lines.ts';
import type { UnmatchedPolicy } from './shocks.ts';

export interface GridPnlOptions {
  /** Threads; 0 (default): the calling one. */
  readonly workers?: number;
  /** Scenarios at a time; default 1,024. */
  readonly blockScenarios?: number;
  /** Instruments whose terms a thread holds at a time; default 4,096. */
  readonly blockOptions?: number;
  /** Bytes per thread for what instruments of one factor and expiry share; default 16 MiB. */
  readonly lineBytes?: number;
  /** Default `wasm`; JavaScript gives the same bits. */
  readonly kernels?: KernelChoice;
  /** What P&L is measured in, if a market is given; default USD. */
  readonly currency?: string;
  /** Of a market; default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
  /** Called after each block with scenarios done and all scenarios. */
  readonly progress?: (done: number, all: number) => void;
}

export interface GridPnlResult {
  /** P&L of the portfolio by scenario. */
  readonly pnl: Float64Array;
  /** Bytes of columns, quantities, moves, partial sums and all kernels: what the call held at most. */
  readonly bytes: number;
}

let calls = 0;

/**
 * P&L of one portfolio of any size in every scenario by full revaluation, instruments x scenarios never held.
 *
 * The sum is a fixed tree: left folds over runs of 4,096 instruments in their order, the runs folded in order from 0.
 * So neither workers nor blocks change a bit. Memory: columns and quantities (113 bytes an instrument), the scenario
 * set, 8 bytes per run and scenario of a block, and per thread lines and terms (by default at most about 17 MB).
 *
 * Throws what `compileInstruments` throws for a market, `ValueOutOfRange` and `ScenarioInvalid` for columns,
 * `OptionInvalid`, `WorkerFailed`.
 */
export async function gridPnl(
  source: Market | InstrumentColumns,
  quantities: Float64Array,
  scenarios: ScenarioSet,
  options: GridPnlOptions = {},
): Promise<GridPnlResult> {
  const workers = options.workers ?? 0;
  requireWorkerCount(workers);
  requireScenarios(scenarios);
  const moved = 'instruments' in source ? scenariosIn(source, scenarios, options.currency ?? 'USD') : scenarios;
  const columns = columnsOf(source, moved, options);
  requireQuantities(quantities, columns.count);
  const isShared = workers > 0;
  const inputs = { instruments: isShared ? sharedColumns(columns) : columns, scenarios: scenarioMoves(moved, isShared) };
  const block = Math.max(1, Math.min(options.blockScenarios ?? 1_024, scenarios.count));
  const runs = Math.ceil(columns.count / runInstruments);
  const bytesOf = (length: number): ArrayBufferLike => isShared
    ? new SharedArrayBuffer(length)
    : new ArrayBuffer(length);
  const partials = new Float64Array(bytesOf(runs * block * 8));
  const held = new Float64Array(bytesOf(quantities.byteLength));
  held.set(quantities);
  const control = new Int32Array(bytesOf(4));
  const kernelOptions: ScenarioKernelOptions = {
    blockScenarios: block, blockInstruments: Math.min(options.blockOptions ?? runInstruments, runInstruments),
    ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
    ...(options.lineBytes === undefined ? {} : { lineBytes: options.lineBytes }),
  };
  const task = { call: ++calls, inputs, options: kernelOptions, quantities: held, partials, control };
  const { pnl, kernelBytes } = await runBlocks(task, block, scenarios.count, workers, options.progress);
  const own = columnBytes(columns) + held.byteLength + moved.moves.byteLength + partials.byteLength;
  return { pnl, bytes: own + kernelBytes };
}

async function runBlocks(
  task: Omit<GridTask, 'scenarioFirst' | 'scenarioCount'>,
  block: number,
  count: number,
  workers: number,
  progress: GridPnlOptions['progress'],
): Promise<{ pnl: Float64Array; kernelBytes: number }> {
  const pnl = new Float64Array(count);
  const pool = workers > 0 ? createGridPool(workers) : null;
  let kernelBytes = 0;
  try {
    for (let first = 0; first < count; first += block) {
      const size = Math.min(block, count - first);
      task.partials.fill(0);
      task.control[0] = 0;
      const ofBlock = { ...task, scenarioFirst: first, scenarioCount: size };
      kernelBytes = Math.max(kernelBytes, pool === null ? workOnGrid(ofBlock) : await pool.run(ofBlock));
      foldRuns(
        task.partials, size, pnl.subarray(first, first + size),
        Math.ceil(task.inputs.instruments.count / runInstruments),
      );
      progress?.(first + size, count);
    }
  } finally {
    forgetGrid();
    await pool?.close();
  }
  return { pnl, kernelBytes };
}

/** Runs in order, whoever did them. */
function foldRuns(partials: Float64Array, size: number, pnl: Float64Array, runs: number): void {
  for (let run = 0; run < runs; run++) {
    for (let s = 0; s < size; s++) pnl[s] += partials[run * size + s];
  }
}

function columnsOf(
  source: Market | InstrumentColumns, scenarios: ScenarioSet, options: GridPnlOptions,
): InstrumentColumns {
  if (!('instruments' in source)) return requireColumns(source, scenarios);
  const rows = Int32Array.from(source.instruments, (_, row) => row);
  const { currency = 'USD', unmatched = 'refuse' } = options;
  return compileInstruments(source, scenarios, rows, { currency, unmatched }).columns;
}

function requireQuantities(quantities: Float64Array, count: number): void {
  if (quantities.length !== count) {
    throw new MargridError('OptionInvalid', `there are ${quantities.length} quantities for ${count} instruments`, {
      column: 'quantities', value: quantities.length,
    });
  }
  const bad = quantities.findIndex((quantity) => !Number.isFinite(quantity));
  if (bad < 0) return;
  throw new MargridError('ValueNotFinite', `the quantity of instrument ${bad} is ${quantities[bad]}`, {
    row: bad + 1, column: 'quantities', value: quantities[bad],
  });
}

function columnBytes(columns: InstrumentColumns): number {
  return Object.values(columns).reduce<number>(
    (sum, column) => sum + (typeof column === 'number' ? 0 : (column as Float64Array).byteLength), 0,
  );
}
