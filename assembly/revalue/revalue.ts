import { word } from "../context.ts";
import { accumulateRows, accumulateRowsScalar } from "./accumulate.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RESULT_WORST_CASE,
  CONTEXT_RISK_ARRAY, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, GRID_CLASS,
} from "../portable/layout.ts";

/**
 * Kernels B and C alone: the worst loss of each netting set over all scenarios, `max(0, -min over s of sum of q · row[s])`.
 *
 * Reads   netting sets [first, first + count), their positions, the risk array
 * Writes  worstCase of the range
 * Needs   `scratch` of CELL_COUNT floats, 16-byte aligned; all positions of a set in one risk group
 * Order   strict left fold over positions, starting from zero; cells independent
 *
 * For books of one risk group and for measuring the inner loop by itself; margin models add their charges (`margin/`).
 */
export function revalueWorstLoss(context: usize, scratch: usize, first: i32, count: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  for (let set = first; set < first + count; set++) {
    const p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
    const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
    accumulateRows(
      word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), p, end,
      word(context, CONTEXT_RISK_ARRAY), classRow(context, cellBytes), 0, scratch, cellBytes,
    );
    let minimum = v128.load(scratch);
    for (let at: usize = 16; at < cellBytes; at += 16) minimum = f64x2.pmin(minimum, v128.load(scratch + at));
    const even = f64x2.extract_lane(minimum, 0);
    const odd = f64x2.extract_lane(minimum, 1);
    storeWorst(context, set, odd < even ? odd : even, load<f64>(scratch));
  }
}

/** Scalar twin of `revalueWorstLoss`: bit-equal. */
export function revalueWorstLossScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  for (let set = first; set < first + count; set++) {
    const p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
    const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
    accumulateRowsScalar(
      word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), p, end,
      word(context, CONTEXT_RISK_ARRAY), classRow(context, cellBytes), 0, scratch, cellBytes,
    );
    let minimum = load<f64>(scratch);
    for (let at: usize = 8; at < cellBytes; at += 8) {
      const cell = load<f64>(scratch + at);
      minimum = cell < minimum ? cell : minimum;
    }
    storeWorst(context, set, minimum, load<f64>(scratch));
  }
}

/** The fold starts from zero times a shock class row: that of group 0 is always there. */
// @ts-ignore: decorator
@inline
function classRow(context: usize, cellBytes: usize): usize {
  return word(context, CONTEXT_GRID) + <usize>GRID_CLASS * cellBytes;
}

/** `probe` is a cell of the row: NaN if any row of the set was poisoned, and `pmin` would have dropped it. */
// @ts-ignore: decorator
@inline
function storeWorst(context: usize, set: i32, minimum: f64, probe: f64): void {
  const worst = probe == probe ? (minimum < 0 ? -minimum : 0) : NaN;
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + (<usize>set << 3), worst);
}
