import { cellsOfRow, dataOfRow, poisonRow, wordsAt } from '../columns.ts';
import { CONTEXT_CELL_COUNT, CONTEXT_COMPONENT_COUNT, CONTEXT_MODEL_WORDS, OUT_COMPONENTS } from '../layout.ts';
import { marginBrackets } from './tiered-brackets.ts';
import { fillDriftRow, marginDrift } from './tiered-drift.ts';
import { fillDydxRow, marginDydx } from './tiered-dydx.ts';
import { DATA_PRICE, RULE_BRACKETS, RULE_DRIFT, RULE_DYDX, TIERED_RULE } from './tiered-layout.ts';
import { marginOkx } from './tiered-okx.ts';

/**
 * Margin per position by rates that rise in tiers, with open interest or with size: no scenarios. The venues share the
 * loop over accounts and the tables; what a position costs is theirs.
 */
export function fillTieredRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const price: f64 = f[data + DATA_PRICE];
  if (!(price > 0) || !(price < Infinity)) {
    poisonRow(f, w, context, row);
    return;
  }
  const cells: i32 = cellsOfRow(w, context, row);
  const count: i32 = w[context + CONTEXT_CELL_COUNT];
  for (let s: i32 = 0; s < count; s++) f[cells + s] = 0;
  const rule: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_RULE];
  if (rule === RULE_DYDX) fillDydxRow(f, data);
  else if (rule === RULE_DRIFT) fillDriftRow(f, data);
}

export function marginTiered(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, _vector: i32, work: i32, _rows: i32,
): void {
  const components: i32 = w[context + CONTEXT_COMPONENT_COUNT];
  // Sums over positions.
  for (let i: i32 = 0; i < components; i++) f[out + OUT_COMPONENTS + i] = 0;
  const rule: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_RULE];
  if (rule === RULE_BRACKETS) marginBrackets(f, w, context, set, out);
  else if (rule === RULE_DYDX) marginDydx(f, w, context, set, out, work);
  else if (rule === RULE_DRIFT) marginDrift(f, w, context, set, out, work);
  else marginOkx(f, w, context, set, out, work);
}
