import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { chunkTotalsBytesOf, outFloatsOf } from '../columns/schema.ts';
import type { Kernels } from '../wasm/kernels.ts';
import type { AccountMargin } from './account-margin.ts';
import type { BookColumns } from './book-columns.ts';
import { faultReason } from './fault-reason.ts';
import { componentsOf } from './result-columns.ts';
import type { TickSetup } from './tick-inputs.ts';
import { statusNames } from './totals.ts';

/** What the margin of one netting set is read from. */
export interface MarginSource {
  readonly setup: TickSetup;
  readonly kernels: Kernels;
  readonly book: BookColumns;
  /** By account row: what was bad about the input of a quarantined account. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** Runs the margin kernel for one netting set on the calling thread; the totals of the tick stay as they are. */
export function marginAgain(source: MarginSource, set: number): AccountMargin {
  const { arena, model } = source.setup;
  const { plan, views } = arena;
  const stride = chunkTotalsBytesOf(plan.counts.currencyCount) / 8;
  const chunk = Math.floor(set / CHUNK_SET_COUNT) * stride;
  const totals = views.chunk.totals.slice(chunk, chunk + stride);
  source.kernels[model.kernel](plan.context, plan.scratch[0], set, 1);
  views.chunk.totals.set(totals, chunk);
  return marginOf(source, set);
}

/** What the kernel has just left in the result columns and in its scratch. */
function marginOf({ setup, book, reasons }: MarginSource, set: number): AccountMargin {
  const { arena, model, rows } = setup;
  const { plan, views, buffer } = arena;
  const { result, nettingSet } = views;
  const isVectored = model.kind === 'portable' && result.fault[set] === 0;
  const vector = plan.scratch[0] + outFloatsOf(plan.counts.model) * 8;
  return {
    currency: rows.currencies[nettingSet.currency[set]],
    equity: result.equity[set],
    initialMargin: result.initialMargin[set],
    maintenanceMargin: result.maintenanceMargin[set],
    components: componentsOf(arena, model, set),
    worstScenario: result.worstScenario[set],
    scenarioPnl: isVectored ? new Float64Array(buffer, vector, plan.counts.scenarioCount).slice() : new Float64Array(0),
    status: statusNames[result.status[set]],
    fault: faultReason(setup, book, reasons, set),
  };
}
