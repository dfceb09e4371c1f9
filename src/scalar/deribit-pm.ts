import { dampenCell, deltaShockUsd, offsetCell } from '../../assembly/portable/deribit-pm.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { roundToNineDecimals } from '../../assembly/portable/money.ts';
import { accumulateRows } from './accumulate.ts';
import { scalar, word, type MemoryViews } from './memory-views.ts';
import { addToTotals, quarantine, statusOf } from './set-result.ts';

/**
 * Kernels B, C and D of Deribit portfolio margin in JavaScript: bit-equal to assembly/margin/deribit-pm.ts, which
 * documents them.
 * Addresses become element indices once per call; the sums of a set are fields of one reused object.
 */
export function deribitPm(memory: MemoryViews, context: number, scratch: number, first: number, count: number): void {
  const frame = new Frame(memory, context, scratch);
  for (let set = first; set < first + count; set++) {
    const fault = memory.u8[frame.setFault + set];
    if (fault !== layout.FAULT_NONE) quarantine(memory, context, set, fault);
    else marginSet(frame, set);
  }
}

/** Element indices of the columns, and the sums of the netting set at hand. */
class Frame {
  readonly memory: MemoryViews;
  readonly context: number;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
  readonly cellCount: number;
  readonly terms: number;
  readonly instrumentGroup: number;
  readonly instrumentExpiry: number;
  readonly riskArray: number;
  readonly positionRow: number;
  readonly positionQuantity: number;
  readonly grid: number;
  readonly groupIndexPrice: number;
  readonly groupScalars: number;
  readonly setFault: number;
  readonly setFirst: number;
  readonly setCount: number;
  readonly setCash: number;
  readonly setEntryValue: number;
  readonly setAddOn: number;
  readonly maintenanceFactor: number;
  readonly cells: number;
  readonly result: {
    readonly equity: number;
    readonly initial: number;
    readonly maintenance: number;
    readonly worstCase: number;
    readonly rollShock: number;
    readonly deltaShock: number;
    readonly worstScenario: number;
    readonly status: number;
    readonly fault: number;
  };

  value = 0;
  amount = 0;
  longDelta = 0;
  restDelta = 0;
  roll = 0;
  worstCase = 0;
  rollShock = 0;
  deltaShock = 0;
  worstGroup = 0;
  worstScenario = 0;
  probe = 0;

  constructor(memory: MemoryViews, context: number, scratch: number) {
    this.memory = memory;
    this.context = context;
    const at = (slot: number, bytes: number): number => word(memory, context, slot) / bytes;
    this.f64 = memory.f64;
    this.i32 = memory.i32;
    this.u32 = memory.u32;
    this.u8 = memory.u8;
    this.cellCount = at(layout.CONTEXT_CELL_COUNT, 1);
    this.riskArray = at(layout.CONTEXT_RISK_ARRAY, 8);
    this.terms = at(layout.CONTEXT_TERMS, 8);
    this.instrumentGroup = at(layout.CONTEXT_INSTRUMENT_GROUP, 4);
    this.instrumentExpiry = at(layout.CONTEXT_INSTRUMENT_EXPIRY, 4);
    this.positionRow = at(layout.CONTEXT_POSITION_ROW, 4);
    this.positionQuantity = at(layout.CONTEXT_POSITION_QUANTITY, 8);
    this.grid = at(layout.CONTEXT_GRID, 8);
    this.groupIndexPrice = at(layout.CONTEXT_GROUP_INDEX_PRICE, 8);
    this.groupScalars = at(layout.CONTEXT_GROUP_SCALARS, 8);
    this.setFault = at(layout.CONTEXT_SET_FAULT, 1);
    this.setFirst = at(layout.CONTEXT_SET_FIRST_POSITION, 4);
    this.setCount = at(layout.CONTEXT_SET_POSITION_COUNT, 4);
    this.setCash = at(layout.CONTEXT_SET_CASH, 8);
    this.setEntryValue = at(layout.CONTEXT_SET_ENTRY_VALUE, 8);
    this.setAddOn = at(layout.CONTEXT_SET_ADD_ON, 8);
    this.maintenanceFactor = scalar(memory, context, layout.SCALAR_MAINTENANCE_FACTOR);
    this.cells = scratch / 8;
    this.result = {
      equity: at(layout.CONTEXT_RESULT_EQUITY, 8),
      initial: at(layout.CONTEXT_RESULT_INITIAL, 8),
      maintenance: at(layout.CONTEXT_RESULT_MAINTENANCE, 8),
      worstCase: at(layout.CONTEXT_RESULT_WORST_CASE, 8),
      rollShock: at(layout.CONTEXT_RESULT_ROLL_SHOCK, 8),
      deltaShock: at(layout.CONTEXT_RESULT_DELTA_SHOCK, 8),
      worstScenario: at(layout.CONTEXT_RESULT_WORST_SCENARIO, 4),
      status: at(layout.CONTEXT_RESULT_STATUS, 1),
      fault: at(layout.CONTEXT_RESULT_FAULT, 1),
    };
  }

  entryAt(p: number): number {
    return this.u32[this.positionRow + p];
  }

  /** Index of the terms of the instrument in a position entry. */
  termsOf(entry: number): number {
    return this.terms + (entry >>> layout.FLAG_BITS) * layout.TERM_COUNT;
  }

  groupAt(p: number): number {
    return this.i32[this.instrumentGroup + (this.entryAt(p) >>> layout.FLAG_BITS)];
  }

  expiryAt(p: number): number {
    return this.i32[this.instrumentExpiry + (this.entryAt(p) >>> layout.FLAG_BITS)];
  }
}

function marginSet(frame: Frame, set: number): void {
  frame.value = frame.f64[frame.setEntryValue + set]!;
  frame.worstCase = frame.rollShock = frame.deltaShock = frame.worstGroup = frame.probe = 0;
  frame.worstScenario = -1;
  let p = frame.u32[frame.setFirst + set];
  const end = p + frame.u32[frame.setCount + set];
  while (p < end) {
    const group = frame.groupAt(p);
    const linearEnd = scanLinear(frame, p);
    const groupEnd = linearEnd === p ? scanOptions(frame, p) : scanMixed(frame, p, linearEnd);
    chargeGroup(frame, group, linearEnd, groupEnd);
    p = groupEnd;
  }
  finishSet(frame, set);
}

function scanLinear(frame: Frame, first: number): number {
  const { f64, positionQuantity } = frame;
  let value = frame.value;
  let amount = 0;
  let delta = 0;
  let p = first;
  let entry = frame.entryAt(p);
  while ((entry & layout.FLAG_LINEAR) !== 0) {
    const terms = frame.termsOf(entry);
    const quantity = f64[positionQuantity + p];
    value += quantity * f64[terms + layout.TERM_VALUE];
    amount += quantity * f64[terms + layout.TERM_AMOUNT];
    delta += quantity * f64[terms + layout.TERM_DELTA];
    p++;
    if ((entry & layout.FLAG_END_GROUP) !== 0) break;
    entry = frame.entryAt(p);
  }
  frame.value = value;
  frame.amount = amount;
  frame.restDelta = delta;
  return p;
}

function scanOptions(frame: Frame, first: number): number {
  const { f64, positionQuantity } = frame;
  let { value, restDelta } = frame;
  let longDelta = 0;
  let roll = 0;
  let expiryDelta = 0;
  let p = first;
  let entry = 0;
  do {
    entry = frame.entryAt(p);
    const terms = frame.termsOf(entry);
    const quantity = f64[positionQuantity + p];
    const delta = quantity * f64[terms + layout.TERM_DELTA];
    value += quantity * f64[terms + layout.TERM_VALUE];
    expiryDelta += delta;
    longDelta += quantity > 0 ? delta : 0;
    restDelta += quantity > 0 ? 0 : delta;
    if ((entry & layout.FLAG_END_EXPIRY) !== 0) {
      roll += Math.abs(expiryDelta) * f64[terms + layout.TERM_ROLL_FACTOR];
      expiryDelta = 0;
    }
    p++;
  } while ((entry & layout.FLAG_END_GROUP) === 0);
  frame.value = value;
  frame.restDelta = restDelta;
  frame.longDelta = longDelta;
  frame.roll = roll;
  return p;
}

function scanMixed(frame: Frame, linearFirst: number, optionFirst: number): number {
  const { f64, positionQuantity } = frame;
  let { value, restDelta } = frame;
  let longDelta = 0;
  let roll = 0;
  let expiryDelta = 0;
  let linear = linearFirst;
  let p = optionFirst;
  let last = (frame.entryAt(optionFirst - 1) & layout.FLAG_END_GROUP) !== 0;
  while (!last) {
    const entry = frame.entryAt(p);
    const terms = frame.termsOf(entry);
    const quantity = f64[positionQuantity + p];
    const delta = quantity * f64[terms + layout.TERM_DELTA];
    value += quantity * f64[terms + layout.TERM_VALUE];
    expiryDelta += delta;
    longDelta += quantity > 0 ? delta : 0;
    restDelta += quantity > 0 ? 0 : delta;
    p++;
    if ((entry & layout.FLAG_END_EXPIRY) !== 0) {
      const expiry = frame.expiryAt(p - 1);
      while (linear < optionFirst && frame.expiryAt(linear) <= expiry) {
        const runEnd = runEndOf(frame, linear, optionFirst);
        const net = runDelta(frame, linear, runEnd);
        if (frame.expiryAt(linear) === expiry) expiryDelta += net;
        else roll += Math.abs(net) * rollFactorAt(frame, linear);
        linear = runEnd;
      }
      roll += Math.abs(expiryDelta) * f64[terms + layout.TERM_ROLL_FACTOR];
      expiryDelta = 0;
    }
    last = (entry & layout.FLAG_END_GROUP) !== 0;
  }
  while (linear < optionFirst) {
    const runEnd = runEndOf(frame, linear, optionFirst);
    roll += Math.abs(runDelta(frame, linear, runEnd)) * rollFactorAt(frame, linear);
    linear = runEnd;
  }
  frame.value = value;
  frame.restDelta = restDelta;
  frame.longDelta = longDelta;
  frame.roll = roll;
  return p;
}

function rollFactorAt(frame: Frame, p: number): number {
  return frame.f64[frame.termsOf(frame.entryAt(p)) + layout.TERM_ROLL_FACTOR];
}

function runEndOf(frame: Frame, first: number, end: number): number {
  const expiry = frame.expiryAt(first);
  let p = first;
  while (p < end && frame.expiryAt(p) === expiry) p++;
  return p;
}

function runDelta(frame: Frame, first: number, end: number): number {
  let delta = 0;
  for (let p = first; p < end; p++) {
    delta += frame.f64[frame.positionQuantity + p] * frame.f64[frame.termsOf(frame.entryAt(p)) + layout.TERM_DELTA];
  }
  return delta;
}

function chargeGroup(frame: Frame, group: number, optionFirst: number, end: number): void {
  const { f64, cellCount, cells } = frame;
  const grid = frame.grid + group * layout.GRID_COLUMN_COUNT * cellCount;
  const dampener = grid + layout.GRID_DAMPENER * cellCount;
  accumulateRows(
    frame.u32,
    frame.positionRow + optionFirst,
    f64,
    frame.positionQuantity + optionFirst,
    end - optionFirst,
    f64,
    frame.riskArray,
    grid + layout.GRID_CLASS * cellCount,
    frame.amount,
    cells,
    cellCount,
  );
  const minimum = minimumDampened(f64, cells, dampener, cellCount);
  const worst = roundToNineDecimals(minimum < 0 ? -minimum : 0);
  if (worst > frame.worstGroup) {
    frame.worstGroup = worst;
    frame.worstScenario = firstCellEqual(f64, cells, dampener, cellCount, minimum);
  }
  const scalars = frame.groupScalars + group * layout.GROUP_SCALAR_COUNT;
  const shock = deltaShockUsd(
    frame.longDelta,
    frame.restDelta,
    f64[frame.groupIndexPrice + group],
    f64[scalars + layout.GROUP_DELTA_SHOCK_THRESHOLD],
    f64[scalars + layout.GROUP_DELTA_SHOCK_SLOPE],
    f64[scalars + layout.GROUP_DELTA_SHOCK_MAX],
  );
  frame.worstCase += worst;
  frame.rollShock += frame.roll * f64[scalars + layout.GROUP_DELTA_TO_SETTLEMENT];
  frame.deltaShock += shock * f64[scalars + layout.GROUP_USD_TO_SETTLEMENT];
  frame.probe += f64[cells] * 0;
}

/** Even cells and odd cells are folded apart, as the two lanes of the SIMD kernel are. */
function minimumDampened(f64: Float64Array, cells: number, dampener: number, cellCount: number): number {
  let even = f64[cells] + f64[dampener];
  let odd = f64[cells + 1] + f64[dampener + 1];
  for (let s = 2; s < cellCount; s += 2) {
    const nextEven = f64[cells + s] + f64[dampener + s];
    const nextOdd = f64[cells + s + 1] + f64[dampener + s + 1];
    even = nextEven < even ? nextEven : even;
    odd = nextOdd < odd ? nextOdd : odd;
  }
  return odd < even ? odd : even;
}

function firstCellEqual(
  f64: Float64Array,
  cells: number,
  dampener: number,
  cellCount: number,
  minimum: number,
): number {
  for (let s = 0; s < cellCount; s++) if (f64[cells + s] + f64[dampener + s] === minimum) return s;
  return 0;
}

function finishSet(frame: Frame, set: number): void {
  const { f64, u8, i32, result, worstCase, rollShock, deltaShock } = frame;
  const equity = f64[frame.setCash + set] + frame.value;
  const matrix = worstCase + rollShock + deltaShock;
  const maintenance = frame.maintenanceFactor * matrix;
  const initial = roundToNineDecimals(matrix + f64[frame.setAddOn + set]);
  if (!(equity - equity + (initial - initial) + frame.probe === 0)) {
    quarantine(frame.memory, frame.context, set, layout.FAULT_MARKET);
    return;
  }
  f64[result.equity + set] = equity;
  f64[result.initial + set] = initial;
  f64[result.maintenance + set] = maintenance;
  f64[result.worstCase + set] = worstCase;
  f64[result.rollShock + set] = rollShock;
  f64[result.deltaShock + set] = deltaShock;
  i32[result.worstScenario + set] = frame.worstScenario;
  const status = statusOf(equity, initial, maintenance);
  u8[result.status + set] = status;
  u8[result.fault + set] = layout.FAULT_NONE;
  addToTotals(frame.memory, frame.context, set, status, equity, initial, maintenance);
}

/** Aggregated vectors of one netting set and group: assembly/margin/deribit-pm-vectors.ts. */
export function deribitPmVectors(
  memory: MemoryViews,
  context: number,
  set: number,
  group: number,
  preAggregated: number,
  aggregated: number,
): number {
  const frame = new Frame(memory, context, preAggregated);
  const { f64, cellCount } = frame;
  let p = frame.u32[frame.setFirst + set];
  const end = p + frame.u32[frame.setCount + set];
  while (p < end && frame.groupAt(p) !== group) p++;
  if (p === end) return 0;
  const linearEnd = scanLinear(frame, p);
  const groupEnd = linearEnd === p ? scanOptions(frame, p) : scanMixed(frame, p, linearEnd);
  const grid = frame.grid + group * layout.GRID_COLUMN_COUNT * cellCount;
  accumulateRows(
    frame.u32,
    frame.positionRow + linearEnd,
    f64,
    frame.positionQuantity + linearEnd,
    groupEnd - linearEnd,
    f64,
    frame.riskArray,
    grid + layout.GRID_CLASS * cellCount,
    frame.amount,
    preAggregated / 8,
    cellCount,
  );
  const scalars = frame.groupScalars + group * layout.GROUP_SCALAR_COUNT;
  const share = f64[scalars + layout.GROUP_PNL_OFFSET];
  const cap = f64[scalars + layout.GROUP_PNL_OFFSET_CAP];
  for (let s = 0; s < cellCount; s++) {
    const cell = offsetCell(f64[preAggregated / 8 + s], share, cap);
    f64[aggregated / 8 + s] = dampenCell(cell, f64[grid + layout.GRID_DAMPENER * cellCount + s]);
  }
  return 1;
}
