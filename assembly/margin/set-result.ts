import { floatAt, word } from "../context.ts";
import {
  CHUNK_SET_COUNT, CONTEXT_CHUNK_TOTALS, CONTEXT_CHUNK_TOTALS_STRIDE, CONTEXT_COMPONENT_COUNT,
  CONTEXT_RESULT_COMPONENTS, CONTEXT_RESULT_DELTA_SHOCK, CONTEXT_RESULT_EQUITY, CONTEXT_RESULT_FAULT,
  CONTEXT_RESULT_INITIAL, CONTEXT_RESULT_MAINTENANCE, CONTEXT_RESULT_ROLL_SHOCK, CONTEXT_RESULT_STATUS,
  CONTEXT_RESULT_WORST_CASE, CONTEXT_RESULT_WORST_SCENARIO, CONTEXT_SET_CURRENCY, STATUS_HEALTHY, STATUS_LIQUIDATION,
  STATUS_MARGIN_CALL, STATUS_QUARANTINED, TOTALS_COUNT_BYTES, TOTALS_EQUITY, TOTALS_INITIAL, TOTALS_MAINTENANCE,
  TOTALS_SUM_COUNT,
} from "../portable/layout.ts";

/** What every margin kernel does with the result of a netting set: status, totals of the chunk, quarantine. */

/** Totals of the chunk that netting set `set` is in. */
// @ts-ignore: decorator
@inline
export function totalsOf(context: usize, set: i32): usize {
  return word(context, CONTEXT_CHUNK_TOTALS) + <usize>(set / CHUNK_SET_COUNT) * word(context, CONTEXT_CHUNK_TOTALS_STRIDE);
}

// @ts-ignore: decorator
@inline
export function statusOf(equity: f64, initial: f64, maintenance: f64): i32 {
  if (equity < 0 || (maintenance > 0 && equity <= maintenance)) return STATUS_LIQUIDATION;
  return equity < initial ? STATUS_MARGIN_CALL : STATUS_HEALTHY;
}

export function quarantine(context: usize, set: i32, fault: u8, totals: usize): void {
  const at = <usize>set << 3;
  store<f64>(word(context, CONTEXT_RESULT_EQUITY) + at, NaN);
  store<f64>(word(context, CONTEXT_RESULT_INITIAL) + at, NaN);
  store<f64>(word(context, CONTEXT_RESULT_MAINTENANCE) + at, NaN);
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + at, NaN);
  store<f64>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + at, NaN);
  store<f64>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + at, NaN);
  store<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (<usize>set << 2), -1);
  store<u8>(word(context, CONTEXT_RESULT_STATUS) + <usize>set, <u8>STATUS_QUARANTINED);
  store<u8>(word(context, CONTEXT_RESULT_FAULT) + <usize>set, fault);
  const width = word(context, CONTEXT_COMPONENT_COUNT);
  const components = word(context, CONTEXT_RESULT_COMPONENTS) + ((<usize>set * width) << 3);
  for (let i: usize = 0; i < width; i++) store<f64>(components + (i << 3), NaN);
  const counter = totals + (<usize>STATUS_QUARANTINED << 2);
  store<i32>(counter, load<i32>(counter) + 1);
}

export function addToTotals(
  context: usize, totals: usize, set: i32, status: i32, equity: f64, initial: f64, maintenance: f64,
): void {
  const counter = totals + (<usize>status << 2);
  store<i32>(counter, load<i32>(counter) + 1);
  const currency = load<u8>(word(context, CONTEXT_SET_CURRENCY) + <usize>set);
  const sums = totals + <usize>TOTALS_COUNT_BYTES + <usize>currency * <usize>TOTALS_SUM_COUNT * 8;
  store<f64>(sums + (<usize>TOTALS_EQUITY << 3), floatAt(sums, TOTALS_EQUITY) + equity);
  store<f64>(sums + (<usize>TOTALS_INITIAL << 3), floatAt(sums, TOTALS_INITIAL) + initial);
  store<f64>(sums + (<usize>TOTALS_MAINTENANCE << 3), floatAt(sums, TOTALS_MAINTENANCE) + maintenance);
}
