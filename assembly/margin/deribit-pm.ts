import { floatAt, intAt, scalar, word } from "../context.ts";
import { deltaShockUsd } from "../portable/deribit-pm.ts";
import { roundToNineDecimals } from "../portable/money.ts";
import { accumulateRows, accumulateRowsScalar } from "../revalue/accumulate.ts";
import {
  firstCellEqual, firstCellEqualScalar, minimumDampened, minimumDampenedScalar,
} from "../revalue/worst-case.ts";
import {
  CHUNK_SET_COUNT, CONTEXT_CELL_COUNT, CONTEXT_CHUNK_TOTALS, CONTEXT_CHUNK_TOTALS_STRIDE, CONTEXT_EXPIRY_ROLL_FACTOR,
  CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_SCALARS, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW,
  CONTEXT_RESULT_DELTA_SHOCK, CONTEXT_RESULT_EQUITY, CONTEXT_RESULT_FAULT, CONTEXT_RESULT_INITIAL,
  CONTEXT_RESULT_MAINTENANCE, CONTEXT_RESULT_ROLL_SHOCK, CONTEXT_RESULT_STATUS, CONTEXT_RESULT_WORST_CASE,
  CONTEXT_RESULT_WORST_SCENARIO, CONTEXT_RISK_ARRAY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, CONTEXT_SET_CURRENCY,
  CONTEXT_SET_ENTRY_VALUE, CONTEXT_SET_FAULT, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FAULT_MARKET,
  FAULT_NONE, FLAG_END_EXPIRY, FLAG_END_GROUP, FLAG_LINEAR, FLAG_MASK, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER,
  GROUP_DELTA_SHOCK_MAX, GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT,
  GROUP_SCALAR_COUNT, GROUP_USD_TO_SETTLEMENT, ROW_AMOUNT, ROW_DELTA, ROW_IDS, ROW_VALUE, SCALAR_MAINTENANCE_FACTOR,
  STATUS_HEALTHY, STATUS_LIQUIDATION, STATUS_MARGIN_CALL, STATUS_QUARANTINED, SUM_AMOUNT, SUM_COUNT, SUM_DELTA_SHOCK,
  SUM_LONG_DELTA, SUM_PROBE, SUM_REST_DELTA, SUM_ROLL, SUM_ROLL_SHOCK, SUM_VALUE, SUM_WORST_CASE, SUM_WORST_GROUP,
  SUM_WORST_SCENARIO, TOTALS_COUNT_BYTES, TOTALS_EQUITY, TOTALS_INITIAL, TOTALS_MAINTENANCE, TOTALS_SUM_COUNT,
} from "../portable/layout.ts";

/**
 * Kernels B, C and D of Deribit portfolio margin, fused: positions × risk array → worst case and charges → requirement → equity and
 * status, for netting sets [first, first + count). Formulas: docs/models/deribit-pm.md.
 *
 * Reads   netting set, position, risk group and expiry columns, the risk array
 * Writes  result columns of the range; adds the range to its chunk's totals
 * Needs   positions of a set in canonical order (risk group; linear before options; expiry; strike; type) with their flags;
 *         `scratch` of CELL_COUNT floats, 16-byte aligned, owned by the caller; the range within one chunk
 * Order   strict left fold over the positions of a set; sets independent
 *
 * Positive cells are not scaled by `pnl_offset` here: the factor keeps their sign, so it cannot change the minimum of a group that has a
 * negative cell, nor make the worst case of one without different from zero. The full vectors are `deribitPmVectors`.
 */
export function deribitPm(context: usize, scratch: usize, first: i32, count: i32): void {
  marginRange(context, scratch, first, count, true);
}

/** Scalar twin of `deribitPm`: bit-equal. */
export function deribitPmScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  marginRange(context, scratch, first, count, false);
}

function marginRange(context: usize, scratch: usize, first: i32, count: i32, simd: bool): void {
  const totals =
    word(context, CONTEXT_CHUNK_TOTALS) + <usize>(first / CHUNK_SET_COUNT) * word(context, CONTEXT_CHUNK_TOTALS_STRIDE);
  for (let set = first; set < first + count; set++) {
    if (load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set) != <u8>FAULT_NONE) {
      quarantine(context, set, load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set), totals);
    } else {
      marginSet(context, scratch, set, totals, simd);
    }
  }
}

function marginSet(context: usize, scratch: usize, set: i32, totals: usize, simd: bool): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const sums = scratch + cellBytes;
  const idsAt = cellBytes + (<usize>ROW_IDS << 3);
  let p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  for (let sum = 0; sum < SUM_COUNT; sum++) store<f64>(sums + (<usize>sum << 3), 0);
  store<f64>(sums + (<usize>SUM_VALUE << 3), floatAt(word(context, CONTEXT_SET_ENTRY_VALUE), set));
  store<f64>(sums + (<usize>SUM_WORST_SCENARIO << 3), -1);
  while (p < end) {
    const entry = load<u32>(word(context, CONTEXT_POSITION_ROW) + (p << 2));
    const group = load<i32>(word(context, CONTEXT_RISK_ARRAY) + (entry & ~FLAG_MASK) + idsAt, 4);
    const linearEnd = scanLinear(context, sums, cellBytes, p);
    const groupEnd = scanOptions(context, sums, cellBytes, p, linearEnd);
    chargeGroup(context, scratch, sums, cellBytes, group, linearEnd, groupEnd, simd);
    p = groupEnd;
  }
  finishSet(context, sums, set, totals);
}

/** Linear positions of a group: value, amount of the shock class, delta. Returns the first position after them. */
function scanLinear(context: usize, sums: usize, cellBytes: usize, first: usize): usize {
  const riskArray = word(context, CONTEXT_RISK_ARRAY) + cellBytes;
  let rowAt = word(context, CONTEXT_POSITION_ROW) + (first << 2);
  let quantityAt = word(context, CONTEXT_POSITION_QUANTITY) + (first << 3);
  let value = floatAt(sums, SUM_VALUE);
  let amount: f64 = 0;
  let delta: f64 = 0;
  let p = first;
  let flags: u32 = 0;
  let entry = load<u32>(rowAt);
  while (entry & FLAG_LINEAR) {
    flags = entry & FLAG_MASK;
    const extras = riskArray + (entry & ~FLAG_MASK);
    const quantity = load<f64>(quantityAt);
    value = value + quantity * floatAt(extras, ROW_VALUE);
    amount = amount + quantity * floatAt(extras, ROW_AMOUNT);
    delta = delta + quantity * floatAt(extras, ROW_DELTA);
    p++;
    if (flags & FLAG_END_GROUP) break;
    rowAt += 4;
    quantityAt += 8;
    entry = load<u32>(rowAt);
  }
  store<f64>(sums + (<usize>SUM_VALUE << 3), value);
  store<f64>(sums + (<usize>SUM_AMOUNT << 3), amount);
  store<f64>(sums + (<usize>SUM_REST_DELTA << 3), delta);
  return p;
}

/**
 * Options of a group: value, deltas, and the roll shock, for which their expiries are merged with those of the linear positions
 * [linearFirst, optionFirst); both lists ascend with the expiry row. Returns the first position after the group.
 */
function scanOptions(context: usize, sums: usize, cellBytes: usize, linearFirst: usize, optionFirst: usize): usize {
  const riskArray = word(context, CONTEXT_RISK_ARRAY) + cellBytes;
  const positionRow = word(context, CONTEXT_POSITION_ROW);
  const positionQuantity = word(context, CONTEXT_POSITION_QUANTITY);
  const rollFactor = word(context, CONTEXT_EXPIRY_ROLL_FACTOR);
  let value = floatAt(sums, SUM_VALUE);
  let restDelta = floatAt(sums, SUM_REST_DELTA);
  let longDelta: f64 = 0;
  let roll: f64 = 0;
  let expiryDelta: f64 = 0;
  let linear = linearFirst;
  let p = optionFirst;
  let last =
    optionFirst > linearFirst && (load<u32>(positionRow + ((optionFirst - 1) << 2)) & FLAG_END_GROUP) != 0;
  while (!last) {
    const entry = load<u32>(positionRow + (p << 2));
    const extras = riskArray + (entry & ~FLAG_MASK);
    const quantity = load<f64>(positionQuantity + (p << 3));
    const delta = quantity * floatAt(extras, ROW_DELTA);
    value = value + quantity * floatAt(extras, ROW_VALUE);
    expiryDelta = expiryDelta + delta;
    longDelta = longDelta + (quantity > 0 ? delta : 0);
    restDelta = restDelta + (quantity > 0 ? 0 : delta);
    p++;
    if (entry & FLAG_END_EXPIRY) {
      const expiry = load<i32>(extras + (<usize>ROW_IDS << 3));
      while (linear < optionFirst && expiryOf(positionRow, riskArray, linear) <= expiry) {
        const other = expiryOf(positionRow, riskArray, linear);
        const runEnd = runEndOf(positionRow, riskArray, linear, optionFirst);
        const otherDelta = runDelta(positionRow, positionQuantity, riskArray, linear, runEnd);
        if (other == expiry) expiryDelta = expiryDelta + otherDelta;
        else roll = roll + Math.abs(otherDelta) * floatAt(rollFactor, other);
        linear = runEnd;
      }
      roll = roll + Math.abs(expiryDelta) * floatAt(rollFactor, expiry);
      expiryDelta = 0;
    }
    last = (entry & FLAG_END_GROUP) != 0;
  }
  while (linear < optionFirst) {
    const other = expiryOf(positionRow, riskArray, linear);
    const runEnd = runEndOf(positionRow, riskArray, linear, optionFirst);
    const otherDelta = runDelta(positionRow, positionQuantity, riskArray, linear, runEnd);
    roll = roll + Math.abs(otherDelta) * floatAt(rollFactor, other);
    linear = runEnd;
  }
  store<f64>(sums + (<usize>SUM_VALUE << 3), value);
  store<f64>(sums + (<usize>SUM_REST_DELTA << 3), restDelta);
  store<f64>(sums + (<usize>SUM_LONG_DELTA << 3), longDelta);
  store<f64>(sums + (<usize>SUM_ROLL << 3), roll);
  return p;
}

/** Worst case, roll shock and delta shock of one group, added to those of the set. */
function chargeGroup(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, group: i32, optionFirst: usize, end: usize, simd: bool,
): void {
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const dampener = grid + <usize>GRID_DAMPENER * cellBytes;
  const minimum = simd
    ? worstCell(context, scratch, sums, cellBytes, grid, optionFirst, end)
    : worstCellScalar(context, scratch, sums, cellBytes, grid, optionFirst, end);
  const worst = roundToNineDecimals(minimum < 0 ? -minimum : 0);
  if (worst > floatAt(sums, SUM_WORST_GROUP)) {
    const scenario = simd
      ? firstCellEqual(scratch, dampener, cellBytes, minimum)
      : firstCellEqualScalar(scratch, dampener, cellBytes, minimum);
    store<f64>(sums + (<usize>SUM_WORST_GROUP << 3), worst);
    store<f64>(sums + (<usize>SUM_WORST_SCENARIO << 3), scenario);
  }
  const scalars = word(context, CONTEXT_GROUP_SCALARS) + <usize>group * <usize>GROUP_SCALAR_COUNT * 8;
  const shock = deltaShockUsd(
    floatAt(sums, SUM_LONG_DELTA),
    floatAt(sums, SUM_REST_DELTA),
    floatAt(word(context, CONTEXT_GROUP_INDEX_PRICE), group),
    floatAt(scalars, GROUP_DELTA_SHOCK_THRESHOLD),
    floatAt(scalars, GROUP_DELTA_SHOCK_SLOPE),
    floatAt(scalars, GROUP_DELTA_SHOCK_MAX),
  );
  addTo(sums, SUM_WORST_CASE, worst);
  addTo(sums, SUM_ROLL_SHOCK, floatAt(sums, SUM_ROLL) * floatAt(scalars, GROUP_DELTA_TO_SETTLEMENT));
  addTo(sums, SUM_DELTA_SHOCK, shock * floatAt(scalars, GROUP_USD_TO_SETTLEMENT));
  addTo(sums, SUM_PROBE, load<f64>(scratch) * 0);
}

// @ts-ignore: decorator
@inline
function worstCell(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, grid: usize, first: usize, end: usize,
): f64 {
  accumulateRows(
    word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), first, end,
    word(context, CONTEXT_RISK_ARRAY), grid + <usize>GRID_CLASS * cellBytes, floatAt(sums, SUM_AMOUNT), scratch, cellBytes,
  );
  return minimumDampened(scratch, grid + <usize>GRID_DAMPENER * cellBytes, cellBytes);
}

// @ts-ignore: decorator
@inline
function worstCellScalar(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, grid: usize, first: usize, end: usize,
): f64 {
  accumulateRowsScalar(
    word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), first, end,
    word(context, CONTEXT_RISK_ARRAY), grid + <usize>GRID_CLASS * cellBytes, floatAt(sums, SUM_AMOUNT), scratch, cellBytes,
  );
  return minimumDampenedScalar(scratch, grid + <usize>GRID_DAMPENER * cellBytes, cellBytes);
}

/** Requirement, equity and status of the set from its sums. */
function finishSet(context: usize, sums: usize, set: i32, totals: usize): void {
  const equity = floatAt(word(context, CONTEXT_SET_CASH), set) + floatAt(sums, SUM_VALUE);
  const worstCase = floatAt(sums, SUM_WORST_CASE);
  const rollShock = floatAt(sums, SUM_ROLL_SHOCK);
  const deltaShock = floatAt(sums, SUM_DELTA_SHOCK);
  const matrix = worstCase + rollShock + deltaShock;
  const maintenance = scalar(context, SCALAR_MAINTENANCE_FACTOR) * matrix;
  const initial = roundToNineDecimals(matrix + floatAt(word(context, CONTEXT_SET_ADD_ON), set));
  // A poisoned row makes the equity and the first cell NaN; the subtractions turn an overflow into NaN as well.
  if (!(equity - equity + (initial - initial) + floatAt(sums, SUM_PROBE) == 0)) {
    quarantine(context, set, <u8>FAULT_MARKET, totals);
    return;
  }
  const at = <usize>set << 3;
  store<f64>(word(context, CONTEXT_RESULT_EQUITY) + at, equity);
  store<f64>(word(context, CONTEXT_RESULT_INITIAL) + at, initial);
  store<f64>(word(context, CONTEXT_RESULT_MAINTENANCE) + at, maintenance);
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + at, worstCase);
  store<f64>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + at, rollShock);
  store<f64>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + at, deltaShock);
  const scenario = <i32>floatAt(sums, SUM_WORST_SCENARIO);
  store<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (<usize>set << 2), scenario);
  const status = statusOf(equity, initial, maintenance);
  store<u8>(word(context, CONTEXT_RESULT_STATUS) + <usize>set, <u8>status);
  store<u8>(word(context, CONTEXT_RESULT_FAULT) + <usize>set, <u8>FAULT_NONE);
  addToTotals(context, totals, set, status, equity, initial, maintenance);
}

/** `riskArray` points at the extras of row 0. */
// @ts-ignore: decorator
@inline
function expiryOf(positionRow: usize, riskArray: usize, p: usize): i32 {
  return load<i32>(riskArray + (load<u32>(positionRow + (p << 2)) & ~FLAG_MASK) + (<usize>ROW_IDS << 3));
}

/** End of the run of positions, from p, that share p's expiry. */
function runEndOf(positionRow: usize, riskArray: usize, p: usize, end: usize): usize {
  const expiry = expiryOf(positionRow, riskArray, p);
  while (p < end && expiryOf(positionRow, riskArray, p) == expiry) p++;
  return p;
}

/** Net delta of positions [first, end). */
function runDelta(positionRow: usize, positionQuantity: usize, riskArray: usize, first: usize, end: usize): f64 {
  let delta: f64 = 0;
  for (let p = first; p < end; p++) {
    const extras = riskArray + (load<u32>(positionRow + (p << 2)) & ~FLAG_MASK);
    delta = delta + load<f64>(positionQuantity + (p << 3)) * floatAt(extras, ROW_DELTA);
  }
  return delta;
}

// @ts-ignore: decorator
@inline
function addTo(sums: usize, index: i32, term: f64): void {
  store<f64>(sums + (<usize>index << 3), floatAt(sums, index) + term);
}

// @ts-ignore: decorator
@inline
function statusOf(equity: f64, initial: f64, maintenance: f64): i32 {
  if (equity < 0 || (maintenance > 0 && equity <= maintenance)) return STATUS_LIQUIDATION;
  return equity < initial ? STATUS_MARGIN_CALL : STATUS_HEALTHY;
}

function quarantine(context: usize, set: i32, fault: u8, totals: usize): void {
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
  const counter = totals + (<usize>STATUS_QUARANTINED << 2);
  store<i32>(counter, load<i32>(counter) + 1);
}

function addToTotals(
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
