import { segmentEnd } from '../../assembly/portable/columns.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { accumulateRows } from './accumulate.ts';
import { word, type MemoryViews } from './memory-views.ts';
import { addToTotals, quarantine, statusOf } from './set-result.ts';

/** Fills one instrument's row: see `assembly/portable/margin`. */
export type RowFunction = (f: Float64Array, w: Int32Array, context: number, row: number) => void;

/** Margins one netting set. All but `set` are element indexes into the whole memory. */
export type MarginFunction = (
  f: Float64Array,
  w: Int32Array,
  context: number,
  set: number,
  out: number,
  vector: number,
  work: number,
  rows: number,
) => void;

export type RowKernel = (context: number, first: number, count: number) => void;
export type RangeKernel = (context: number, scratch: number, first: number, count: number) => void;

/** Row kernel of a portable model in JavaScript. */
export function portableRows(memory: MemoryViews, fill: RowFunction): RowKernel {
  return (context, first, count) => {
    for (let row = first; row < first + count; row++) fill(memory.f64, memory.i32, context >> 2, row);
  };
}

/** Margin kernel of a portable model in JavaScript: bit-equal to assembly/margin/account-driver.ts. */
export function portableMargin(memory: MemoryViews, margin: MarginFunction): RangeKernel {
  return (context, scratch, first, count) => {
    const frame = frameOf(memory, context, scratch);
    for (let set = first; set < first + count; set++) {
      if (!beginSet(frame, set)) continue;
      margin(memory.f64, memory.i32, context >>> 2, set, frame.out, frame.vector, frame.work, frame.rows);
      finishSet(frame, set);
    }
  };
}

interface Frame {
  readonly memory: MemoryViews;
  readonly context: number;
  readonly out: number;
  readonly vector: number;
  readonly work: number;
  readonly rows: number;
  readonly cellCount: number;
  readonly componentCount: number;
}

function frameOf(memory: MemoryViews, context: number, scratch: number): Frame {
  const componentCount = word(memory, context, layout.CONTEXT_COMPONENT_COUNT);
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const workCount = word(memory, context, layout.CONTEXT_WORK_COUNT);
  const out = scratch / 8;
  const vector = out + layout.OUT_COMPONENTS + componentCount + (componentCount % 2);
  const work = vector + cellCount;
  return { memory, context, out, vector, work, rows: work + workCount + (workCount % 2), cellCount, componentCount };
}

function beginSet(frame: Frame, set: number): boolean {
  const { memory, context, out, vector, cellCount } = frame;
  const fault = faultOf(frame, set);
  if (fault !== layout.FAULT_NONE) {
    quarantine(memory, context, set, fault);
    return false;
  }
  memory.f64.fill(0, out, vector + cellCount);
  // A component that the margin function does not write must not pass for a zero.
  const components = out + layout.OUT_COMPONENTS;
  memory.f64.fill(NaN, components, components + frame.componentCount);
  if (word(memory, context, layout.CONTEXT_SEGMENT_LEVEL) !== layout.SEGMENT_NONE) sumSegments(frame, set);
  return true;
}

function faultOf({ memory, context, cellCount }: Frame, set: number): number {
  const own = memory.u8[word(memory, context, layout.CONTEXT_SET_FAULT) + set];
  if (own !== layout.FAULT_NONE) return own;
  const entries = word(memory, context, layout.CONTEXT_POSITION_ROW) / 4;
  const faults = word(memory, context, layout.CONTEXT_INSTRUMENT_FAULT) / 4;
  const { first, end, orderCount } = slotsOf(memory, context, set);
  const riskArray = word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8;
  let probe = 0;
  for (let slot = first; slot < end + orderCount; slot++) {
    const row = memory.u32[entries + slot] >>> layout.FLAG_BITS;
    const fault = memory.i32[faults + row];
    if (fault !== layout.FAULT_NONE) return fault;
    probe = probe + memory.f64[riskArray + row * cellCount] * 0;
  }
  return probe === 0 ? layout.FAULT_NONE : layout.FAULT_MARKET;
}

function slotsOf(memory: MemoryViews, context: number, set: number) {
  const wordOf = (slot: number): number => memory.u32[word(memory, context, slot) / 4 + set];
  const first = wordOf(layout.CONTEXT_SET_FIRST_POSITION);
  return {
    first,
    end: first + wordOf(layout.CONTEXT_SET_POSITION_COUNT),
    orderCount: wordOf(layout.CONTEXT_SET_ORDER_COUNT),
  };
}

function sumSegments(frame: Frame, set: number): void {
  const { memory, context, vector, cellCount } = frame;
  const { first, end } = slotsOf(memory, context, set);
  const entries = word(memory, context, layout.CONTEXT_POSITION_ROW) / 4;
  const quantities = word(memory, context, layout.CONTEXT_POSITION_QUANTITY) / 8;
  const riskArray = word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8;
  let cells = frame.rows;
  for (let p = first; p < end; ) {
    const next = segmentEnd(memory.i32, context >>> 2, p, end);
    accumulateRows(
      memory.u32, entries + p, memory.f64, quantities + p, next - p, memory.f64,
      riskArray, vector, 0, cells, cellCount,
    );
    cells += cellCount;
    p = next;
  }
}

/** First component without a finite number, -1 if there is none. */
function missingComponent(f64: Float64Array, out: number, componentCount: number): number {
  for (let i = 0; i < componentCount; i++) {
    if (f64[out + layout.OUT_COMPONENTS + i] * 0 !== 0) return i;
  }
  return -1;
}

function finishSet({ memory, context, out, componentCount }: Frame, set: number): void {
  const { f64, i32, u8 } = memory;
  const fault = f64[out + layout.OUT_FAULT];
  const equity = f64[out + layout.OUT_EQUITY];
  const initial = f64[out + layout.OUT_INITIAL];
  const maintenance = f64[out + layout.OUT_MAINTENANCE];
  const probe = equity - equity + (initial - initial) + (maintenance - maintenance);
  const missing = missingComponent(f64, out, componentCount);
  if (fault !== layout.FAULT_NONE || missing >= 0 || probe !== 0) {
    const other = missing >= 0 ? layout.FAULT_COMPONENT + missing : layout.FAULT_MARKET;
    quarantine(memory, context, set, fault !== layout.FAULT_NONE ? fault : other);
    return;
  }
  f64[word(memory, context, layout.CONTEXT_RESULT_EQUITY) / 8 + set] = equity;
  f64[word(memory, context, layout.CONTEXT_RESULT_INITIAL) / 8 + set] = initial;
  f64[word(memory, context, layout.CONTEXT_RESULT_MAINTENANCE) / 8 + set] = maintenance;
  // Columns of grid models: a quarantine at an earlier tick may have left NaN in them.
  f64[word(memory, context, layout.CONTEXT_RESULT_WORST_CASE) / 8 + set] = 0;
  f64[word(memory, context, layout.CONTEXT_RESULT_ROLL_SHOCK) / 8 + set] = 0;
  f64[word(memory, context, layout.CONTEXT_RESULT_DELTA_SHOCK) / 8 + set] = 0;
  const components = word(memory, context, layout.CONTEXT_RESULT_COMPONENTS) / 8 + set * componentCount;
  for (let i = 0; i < componentCount; i++) f64[components + i] = f64[out + layout.OUT_COMPONENTS + i]!;
  i32[word(memory, context, layout.CONTEXT_RESULT_WORST_SCENARIO) / 4 + set] = f64[out + layout.OUT_SCENARIO]!;
  const status = statusOf(equity, initial, maintenance);
  u8[word(memory, context, layout.CONTEXT_RESULT_STATUS) + set] = status;
  u8[word(memory, context, layout.CONTEXT_RESULT_FAULT) + set] = layout.FAULT_NONE;
  addToTotals(memory, context, set, status, equity, initial, maintenance);
}
