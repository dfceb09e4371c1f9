import * as layout from '../../assembly/portable/layout.ts';
import { accumulateRows } from './accumulate.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** Kernels B and C alone in JavaScript: bit-equal to assembly/revalue/revalue.ts, which documents it. */
export function revalueWorstLoss(
  memory: MemoryViews,
  context: number,
  scratch: number,
  first: number,
  count: number,
): void {
  const { f64, u32 } = memory;
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const cells = scratch / 8;
  const rows = word(memory, context, layout.CONTEXT_POSITION_ROW) / 4;
  const quantities = word(memory, context, layout.CONTEXT_POSITION_QUANTITY) / 8;
  const riskArray = word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8;
  const shockClass = word(memory, context, layout.CONTEXT_GRID) / 8 + layout.GRID_CLASS * cellCount;
  const firsts = word(memory, context, layout.CONTEXT_SET_FIRST_POSITION) / 4;
  const counts = word(memory, context, layout.CONTEXT_SET_POSITION_COUNT) / 4;
  const worst = word(memory, context, layout.CONTEXT_RESULT_WORST_CASE) / 8;
  for (let set = first; set < first + count; set++) {
    const p = u32[firsts + set];
    accumulateRows(
      u32,
      rows + p,
      f64,
      quantities + p,
      u32[counts + set],
      f64,
      riskArray,
      shockClass,
      0,
      cells,
      cellCount,
    );
    let minimum = f64[cells];
    for (let s = 1; s < cellCount; s++) {
      const cell = f64[cells + s];
      minimum = cell < minimum ? cell : minimum;
    }
    const probe = f64[cells];
    f64[worst + set] = probe === probe ? (minimum < 0 ? -minimum : 0) : NaN;
  }
}
