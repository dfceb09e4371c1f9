import * as layout from '../../assembly/portable/layout.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** What every margin kernel does with the result of a netting set: twin of assembly/margin/set-result.ts. */
export function statusOf(equity: number, initial: number, maintenance: number): number {
  if (equity < 0 || (maintenance > 0 && equity <= maintenance)) return layout.STATUS_LIQUIDATION;
  return equity < initial ? layout.STATUS_MARGIN_CALL : layout.STATUS_HEALTHY;
}

const amountColumns = [
  layout.CONTEXT_RESULT_EQUITY,
  layout.CONTEXT_RESULT_INITIAL,
  layout.CONTEXT_RESULT_MAINTENANCE,
  layout.CONTEXT_RESULT_WORST_CASE,
  layout.CONTEXT_RESULT_ROLL_SHOCK,
  layout.CONTEXT_RESULT_DELTA_SHOCK,
];

export function quarantine(memory: MemoryViews, context: number, set: number, fault: number): void {
  const { f64, i32, u8 } = memory;
  for (const column of amountColumns) f64[word(memory, context, column) / 8 + set] = NaN;
  i32[word(memory, context, layout.CONTEXT_RESULT_WORST_SCENARIO) / 4 + set] = -1;
  u8[word(memory, context, layout.CONTEXT_RESULT_STATUS) + set] = layout.STATUS_QUARANTINED;
  u8[word(memory, context, layout.CONTEXT_RESULT_FAULT) + set] = fault;
  const width = word(memory, context, layout.CONTEXT_COMPONENT_COUNT);
  const components = word(memory, context, layout.CONTEXT_RESULT_COMPONENTS) / 8 + set * width;
  f64.fill(NaN, components, components + width);
  i32[totalsOf(memory, context, set) / 4 + layout.STATUS_QUARANTINED]++;
}

export function addToTotals(
  memory: MemoryViews,
  context: number,
  set: number,
  status: number,
  equity: number,
  initial: number,
  maintenance: number,
): void {
  const totals = totalsOf(memory, context, set);
  memory.i32[totals / 4 + status]++;
  const currency = memory.u8[word(memory, context, layout.CONTEXT_SET_CURRENCY) + set];
  const sums = (totals + layout.TOTALS_COUNT_BYTES) / 8 + currency * layout.TOTALS_SUM_COUNT;
  memory.f64[sums + layout.TOTALS_EQUITY] += equity;
  memory.f64[sums + layout.TOTALS_INITIAL] += initial;
  memory.f64[sums + layout.TOTALS_MAINTENANCE] += maintenance;
}

/** Totals of the chunk that netting set `set` is in: a byte address. */
function totalsOf(memory: MemoryViews, context: number, set: number): number {
  const chunk = Math.floor(set / layout.CHUNK_SET_COUNT);
  const stride = word(memory, context, layout.CONTEXT_CHUNK_TOTALS_STRIDE);
  return word(memory, context, layout.CONTEXT_CHUNK_TOTALS) + chunk * stride;
}
