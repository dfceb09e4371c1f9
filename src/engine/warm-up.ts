import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import type { Arena } from '../columns/arena.ts';
import type { Kernels } from '../wasm/kernels.ts';
import type { StaleRows } from './stale-rows.ts';
import { writeTickInputs, type Quotes, type TickSetup } from './tick-inputs.ts';

/** What an engine warms up with. */
export interface WarmUpParts {
  readonly setup: TickSetup;
  readonly kernels: Kernels;
  readonly staleRows: StaleRows | null;
  readonly quotes: Quotes;
}

/**
 * Books of fewer netting sets are not worth it: their first tick takes a few milliseconds, and a program that asks once
 * would only wait.
 */
const warmSetsMin = CHUNK_SET_COUNT;
/** Rows, and netting sets, of one run of the kernels. */
const warmItems = 2_048;
/** V8 optimises a kernel in the background once it has run for a while: so many runs are enough for every function. */
const kernelRuns = 3;

/**
 * Leaves less to the first tick: has V8 optimise the kernels (other threads share their code), and touches the pages
 * that the first tick writes, which the system would have to find one by one. The book is loaded between inputs and
 * rows, which need none, and netting sets, so that the compiler works meanwhile. What the kernels leave is put back to
 * zeros: the arena is as it was but for the inputs, which every tick writes anew.
 */
export function warmUpAround({ setup, kernels, staleRows, quotes }: WarmUpParts, setCount: number, load: () => void): void {
  if (setCount < warmSetsMin) return load();
  const { arena, model, rows } = setup;
  const { context, scratch } = arena.plan;
  const rowCount = Math.min(warmItems, rows.instrumentOf.length);
  repeat(() => {
    writeTickInputs(setup, quotes, setCount);
    staleRows?.compare();
    kernels[model.rowKernel](context, 0, rowCount, scratch[0]);
  });
  load();
  repeat(() => kernels[model.kernel](context, scratch[0], 0, Math.min(warmItems, setCount)));
  touchResults(arena);
}

function repeat(work: () => void): void {
  try {
    for (let run = 0; run < kernelRuns; run++) work();
  } catch {
    // The first tick says what is wrong, unless its own quotes are better.
  }
}

/** Zeros in every column that a tick writes. */
function touchResults(arena: Arena): void {
  const { result, riskArray, chunk } = arena.views;
  for (const columns of [result, riskArray, chunk]) for (const column of Object.values(columns)) column.fill(0);
}
