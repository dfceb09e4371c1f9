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
  CONTEXT_SET_FAULT, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FAULT_MARKET, FAULT_NONE,
  FLAG_END_EXPIRY, FLAG_END_GROUP, FLAG_LINEAR, FLAG_MASK, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER,
  GROUP_DELTA_SHOCK_MAX, GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT,
  GROUP_SCALAR_COUNT, GROUP_USD_TO_SETTLEMENT, ROW_AMOUNT, ROW_DELTA, ROW_IDS, ROW_VALUE,
  SCALAR_MAINTENANCE_FACTOR, STATUS_HEALTHY, STATUS_LIQUIDATION, STATUS_MARGIN_CALL, STATUS_QUARANTINED,
  TOTALS_COUNT_BYTES, TOTALS_EQUITY, TOTALS_INITIAL, TOTALS_MAINTENANCE, TOTALS_SUM_COUNT,
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
  const positionRow = word(context, CONTEXT_POSITION_ROW);
  const positionQuantity = word(context, CONTEXT_POSITION_QUANTITY);
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const valueAt = cellBytes + (<usize>ROW_VALUE << 3);
  const deltaAt = cellBytes + (<usize>ROW_DELTA << 3);
  const amountAt = cellBytes + (<usize>ROW_AMOUNT << 3);
  const expiryAt = cellBytes + (<usize>ROW_IDS << 3);
  const rollFactor = word(context, CONTEXT_EXPIRY_ROLL_FACTOR);

  let p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  const setEnd = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  let equity = floatAt(word(context, CONTEXT_SET_CASH), set);
  let worstCaseSum: f64 = 0;
  let rollSum: f64 = 0;
  let deltaSum: f64 = 0;
  let worstOfGroups: f64 = 0;
  let worstScenario = 0;
  let probe: f64 = 0;

  while (p < setEnd) {
    // Linear positions first: one amount of the shock class, and the delta of everything that is no long option.
    let amount: f64 = 0;
    let restDelta: f64 = 0;
    let longDelta: f64 = 0;
    let roll: f64 = 0;
    const linearFirst = p;
    let entry: u32 = load<u32>(positionRow + (p << 2));
    let flags = entry & FLAG_MASK;
    const group = load<i32>(riskArray + (entry & ~FLAG_MASK) + expiryAt, 4);
    while (flags & FLAG_LINEAR) {
      const row = riskArray + (entry & ~FLAG_MASK);
      const quantity = load<f64>(positionQuantity + (p << 3));
      equity = equity + quantity * load<f64>(row + valueAt);
      restDelta = restDelta + quantity * load<f64>(row + deltaAt);
      amount = amount + quantity * load<f64>(row + amountAt);
      p++;
      if (flags & FLAG_END_GROUP) break;
      entry = load<u32>(positionRow + (p << 2));
      flags = entry & FLAG_MASK;
    }
    // Options: merged by expiry with the linear positions, for the roll shock. Both lists are sorted by expiry row.
    let linear = linearFirst;
    const linearEnd = p;
    if (!(flags & FLAG_LINEAR)) {
      let expiryDelta: f64 = 0;
      while (true) {
        const row = riskArray + (entry & ~FLAG_MASK);
        const quantity = load<f64>(positionQuantity + (p << 3));
        const delta = quantity * load<f64>(row + deltaAt);
        equity = equity + quantity * load<f64>(row + valueAt);
        expiryDelta = expiryDelta + delta;
        longDelta = longDelta + (quantity > 0 ? delta : 0);
        restDelta = restDelta + (quantity > 0 ? 0 : delta);
        p++;
        if (flags & FLAG_END_EXPIRY) {
          const expiry = load<i32>(row + expiryAt);
          while (linear < linearEnd && linearExpiry(positionRow, riskArray, expiryAt, linear) < expiry) {
            const other = linearExpiry(positionRow, riskArray, expiryAt, linear);
            let otherDelta: f64 = 0;
            while (linear < linearEnd && linearExpiry(positionRow, riskArray, expiryAt, linear) == other) {
              otherDelta = otherDelta + linearDelta(positionRow, positionQuantity, riskArray, deltaAt, linear);
              linear++;
            }
            roll = roll + Math.abs(otherDelta) * floatAt(rollFactor, other);
          }
          while (linear < linearEnd && linearExpiry(positionRow, riskArray, expiryAt, linear) == expiry) {
            expiryDelta = expiryDelta + linearDelta(positionRow, positionQuantity, riskArray, deltaAt, linear);
            linear++;
          }
          roll = roll + Math.abs(expiryDelta) * floatAt(rollFactor, expiry);
          expiryDelta = 0;
        }
        if (flags & FLAG_END_GROUP) break;
        entry = load<u32>(positionRow + (p << 2));
        flags = entry & FLAG_MASK;
      }
    }
    while (linear < linearEnd) {
      const other = linearExpiry(positionRow, riskArray, expiryAt, linear);
      let otherDelta: f64 = 0;
      while (linear < linearEnd && linearExpiry(positionRow, riskArray, expiryAt, linear) == other) {
        otherDelta = otherDelta + linearDelta(positionRow, positionQuantity, riskArray, deltaAt, linear);
        linear++;
      }
      roll = roll + Math.abs(otherDelta) * floatAt(rollFactor, other);
    }

    // Scenario row and its reduction.
    const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
    const shockClass = grid + <usize>GRID_CLASS * cellBytes;
    const dampener = grid + <usize>GRID_DAMPENER * cellBytes;
    let minimum: f64 = 0;
    let scenario = 0;
    if (simd) {
      accumulateRows(positionRow, positionQuantity, linearEnd, p, riskArray, shockClass, amount, scratch, cellBytes);
      minimum = minimumDampened(scratch, dampener, cellBytes);
      scenario = firstCellEqual(scratch, dampener, cellBytes, minimum);
    } else {
      accumulateRowsScalar(positionRow, positionQuantity, linearEnd, p, riskArray, shockClass, amount, scratch, cellBytes);
      minimum = minimumDampenedScalar(scratch, dampener, cellBytes);
      scenario = firstCellEqualScalar(scratch, dampener, cellBytes, minimum);
    }
    probe = probe + load<f64>(scratch) * 0;
    const worst = minimum < 0 ? -minimum : 0;
    const worstRounded = roundToNineDecimals(worst);
    if (worstRounded > worstOfGroups) {
      worstOfGroups = worstRounded;
      worstScenario = scenario;
    }
    const scalars = word(context, CONTEXT_GROUP_SCALARS) + <usize>group * <usize>GROUP_SCALAR_COUNT * 8;
    worstCaseSum = worstCaseSum + worstRounded;
    rollSum = rollSum + roll * floatAt(scalars, GROUP_DELTA_TO_SETTLEMENT);
    deltaSum = deltaSum +
      deltaShockUsd(
        longDelta,
        restDelta,
        floatAt(word(context, CONTEXT_GROUP_INDEX_PRICE), group),
        floatAt(scalars, GROUP_DELTA_SHOCK_THRESHOLD),
        floatAt(scalars, GROUP_DELTA_SHOCK_SLOPE),
        floatAt(scalars, GROUP_DELTA_SHOCK_MAX),
      ) * floatAt(scalars, GROUP_USD_TO_SETTLEMENT);
  }

  const matrix = worstCaseSum + rollSum + deltaSum;
  const maintenance = scalar(context, SCALAR_MAINTENANCE_FACTOR) * matrix;
  const initial = roundToNineDecimals(matrix + floatAt(word(context, CONTEXT_SET_ADD_ON), set));
  // A poisoned row makes its equity, its first cell and so one of these NaN; the subtraction turns an overflow into NaN as well.
  if (!(equity - equity + (initial - initial) + probe == 0)) {
    quarantine(context, set, <u8>FAULT_MARKET, totals);
    return;
  }
  const at = <usize>set << 3;
  store<f64>(word(context, CONTEXT_RESULT_EQUITY) + at, equity);
  store<f64>(word(context, CONTEXT_RESULT_INITIAL) + at, initial);
  store<f64>(word(context, CONTEXT_RESULT_MAINTENANCE) + at, maintenance);
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + at, worstCaseSum);
  store<f64>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + at, rollSum);
  store<f64>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + at, deltaSum);
  store<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (<usize>set << 2), worstScenario);
  const status = statusOf(equity, initial, maintenance);
  store<u8>(word(context, CONTEXT_RESULT_STATUS) + <usize>set, <u8>status);
  store<u8>(word(context, CONTEXT_RESULT_FAULT) + <usize>set, <u8>FAULT_NONE);
  addToTotals(context, totals, set, status, equity, initial, maintenance);
}

// @ts-ignore: decorator
@inline
function linearExpiry(positionRow: usize, riskArray: usize, expiryAt: usize, p: usize): i32 {
  return load<i32>(riskArray + (load<u32>(positionRow + (p << 2)) & ~FLAG_MASK) + expiryAt);
}

// @ts-ignore: decorator
@inline
function linearDelta(positionRow: usize, positionQuantity: usize, riskArray: usize, deltaAt: usize, p: usize): f64 {
  const row = riskArray + (load<u32>(positionRow + (p << 2)) & ~FLAG_MASK);
  return load<f64>(positionQuantity + (p << 3)) * load<f64>(row + deltaAt);
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
