import { floatAt, intAt, word } from "../context.ts";
import { dampenCell, offsetCell } from "../portable/deribit-pm.ts";
import { accumulateRows } from "../revalue/accumulate.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_SCALARS, CONTEXT_INSTRUMENT_GROUP, CONTEXT_POSITION_QUANTITY,
  CONTEXT_POSITION_ROW, CONTEXT_RISK_ARRAY, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, CONTEXT_TERMS,
  FLAG_BITS, FLAG_END_GROUP, FLAG_LINEAR, FLAG_MASK, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER, GROUP_PNL_OFFSET,
  GROUP_PNL_OFFSET_CAP, GROUP_SCALAR_COUNT, TERM_AMOUNT,
} from "../portable/layout.ts";

/**
 * The vectors behind the worst case of one netting set, for one of its risk groups: what the venue reports as
 * `pre_aggregated_risk_vectors` and `aggregated_risk_vectors`.
 *
 * Writes  preAggregated, aggregated: CELL_COUNT floats each, 16-byte aligned, settlement currency; untouched if the set
 *         does not hold the group
 * Returns 1 if the set holds the group, else 0
 */
export function deribitPmVectors(
  context: usize, set: i32, group: i32, preAggregated: usize, aggregated: usize,
): i32 {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const positionRow = word(context, CONTEXT_POSITION_ROW);
  const positionQuantity = word(context, CONTEXT_POSITION_QUANTITY);
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  let p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  while (p < end && groupAt(context, positionRow, p) != group) p++;
  if (p == end) return 0;

  let amount: f64 = 0;
  let first = p;
  let last = false;
  while (!last && load<u32>(positionRow + (p << 2)) & FLAG_LINEAR) {
    const entry = load<u32>(positionRow + (p << 2));
    const terms = word(context, CONTEXT_TERMS) + <usize>((entry & ~FLAG_MASK) << 1);
    amount = amount + load<f64>(positionQuantity + (p << 3)) * floatAt(terms, TERM_AMOUNT);
    p++;
    last = (entry & FLAG_END_GROUP) != 0;
  }
  first = p;
  while (!last) {
    last = (load<u32>(positionRow + (p << 2)) & FLAG_END_GROUP) != 0;
    p++;
  }

  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const dampener = grid + <usize>GRID_DAMPENER * cellBytes;
  accumulateRows(
    positionRow, positionQuantity, first, p, riskArray, grid + <usize>GRID_CLASS * cellBytes, amount, preAggregated,
    cellBytes,
  );
  const scalars = word(context, CONTEXT_GROUP_SCALARS) + <usize>group * <usize>GROUP_SCALAR_COUNT * 8;
  const share = floatAt(scalars, GROUP_PNL_OFFSET);
  const cap = floatAt(scalars, GROUP_PNL_OFFSET_CAP);
  for (let at: usize = 0; at < cellBytes; at += 8) {
    const cell = offsetCell(load<f64>(preAggregated + at), share, cap);
    store<f64>(aggregated + at, dampenCell(cell, load<f64>(dampener + at)));
  }
  return 1;
}

// @ts-ignore: decorator
@inline
function groupAt(context: usize, positionRow: usize, p: usize): i32 {
  return intAt(word(context, CONTEXT_INSTRUMENT_GROUP), load<u32>(positionRow + (p << 2)) >> FLAG_BITS);
}
