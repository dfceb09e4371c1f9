import { floatAt, intAt, word } from "../context.ts";
import { segmentEnd } from "../portable/columns.ts";
import { accumulateRows } from "../revalue/accumulate.ts";
import { addToTotals, quarantine, statusOf, totalsOf } from "./set-result.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_COMPONENT_COUNT, CONTEXT_INSTRUMENT_FAULT, CONTEXT_POSITION_QUANTITY,
  CONTEXT_POSITION_ROW, CONTEXT_RESULT_COMPONENTS, CONTEXT_RESULT_DELTA_SHOCK, CONTEXT_RESULT_EQUITY, CONTEXT_RESULT_FAULT,
  CONTEXT_RESULT_INITIAL,
  CONTEXT_RESULT_MAINTENANCE, CONTEXT_RESULT_ROLL_SHOCK, CONTEXT_RESULT_STATUS, CONTEXT_RESULT_WORST_CASE,
  CONTEXT_RESULT_WORST_SCENARIO, CONTEXT_RISK_ARRAY,
  CONTEXT_SEGMENT_LEVEL, CONTEXT_SET_FAULT, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_ORDER_COUNT,
  CONTEXT_SET_POSITION_COUNT, CONTEXT_WORK_COUNT, FAULT_COMPONENT, FAULT_MARKET, FAULT_NONE, FLAG_BITS, OUT_COMPONENTS, OUT_EQUITY,
  OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SEGMENT_NONE,
} from "../portable/layout.ts";

/**
 * What surrounds the margin function of a portable model: faults before it, the summed rows it reads, the columns it
 * fills. Twin: src/scalar/portable.ts.
 *
 * Scratch area of a worker, in floats: the output block, the vector of cells, the work area, one row of cells per
 * segment; each starts on an even float. The margin function gets them as float indexes.
 */
export const FLOATS = changetype<Floats>(0);
export const WORDS = changetype<Ints>(0);

// @ts-ignore: decorator
@inline
export function wordIndex(address: usize): i32 {
  return <i32>(address >> 2);
}

// @ts-ignore: decorator
@inline
export function outIndex(scratch: usize): i32 {
  return <i32>(scratch >> 3);
}

// @ts-ignore: decorator
@inline
export function vectorIndex(context: usize, scratch: usize): i32 {
  const components = <i32>word(context, CONTEXT_COMPONENT_COUNT);
  return outIndex(scratch) + OUT_COMPONENTS + components + (components & 1);
}

// @ts-ignore: decorator
@inline
export function workIndex(context: usize, scratch: usize): i32 {
  return vectorIndex(context, scratch) + <i32>word(context, CONTEXT_CELL_COUNT);
}

// @ts-ignore: decorator
@inline
export function rowsIndex(context: usize, scratch: usize): i32 {
  const work = <i32>word(context, CONTEXT_WORK_COUNT);
  return workIndex(context, scratch) + work + (work & 1);
}

/**
 * Clears the output block and sums the rows of every segment; false if the set is quarantined instead, because of its
 * own input or of an instrument that it holds or has an order in.
 */
export function beginSet(context: usize, scratch: usize, set: i32): bool {
  const fault = faultOf(context, set);
  if (fault != FAULT_NONE) {
    quarantine(context, set, <u8>fault, totalsOf(context, set));
    return false;
  }
  const first = <usize>outIndex(scratch) << 3;
  const vector = <usize>vectorIndex(context, scratch) << 3;
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  for (let at = first; at < vector + cellBytes; at += 8) store<f64>(at, 0);
  const width = <i32>word(context, CONTEXT_COMPONENT_COUNT);
  // A component that the margin function does not write must not pass for a zero.
  for (let i = 0; i < width; i++) store<f64>(first + (<usize>(OUT_COMPONENTS + i) << 3), NaN);
  if (word(context, CONTEXT_SEGMENT_LEVEL) != SEGMENT_NONE) sumSegments(context, scratch, set, vector, cellBytes);
  return true;
}

/** The fault of the set itself, or the first of an instrument that it holds or has an order in. */
function faultOf(context: usize, set: i32): i32 {
  const own = <i32>load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set);
  if (own != FAULT_NONE) return own;
  const entries = word(context, CONTEXT_POSITION_ROW);
  const faults = word(context, CONTEXT_INSTRUMENT_FAULT);
  const first = <usize>intAt(word(context, CONTEXT_SET_FIRST_POSITION), set);
  const count = intAt(word(context, CONTEXT_SET_POSITION_COUNT), set) + intAt(word(context, CONTEXT_SET_ORDER_COUNT), set);
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  let probe: f64 = 0;
  for (let slot = first; slot < first + <usize>count; slot++) {
    const row = load<u32>(entries + (slot << 2)) >> FLAG_BITS;
    const fault = intAt(faults, row);
    if (fault != FAULT_NONE) return fault;
    // A poisoned row is NaN in every cell, the first among them.
    probe = probe + load<f64>(riskArray + <usize>row * cellBytes) * 0;
  }
  return probe == 0 ? FAULT_NONE : FAULT_MARKET;
}

/** `zeros`: a row of cells that hold 0, which every sum starts from. */
function sumSegments(context: usize, scratch: usize, set: i32, zeros: usize, cellBytes: usize): void {
  let cells = <usize>rowsIndex(context, scratch) << 3;
  let p = intAt(word(context, CONTEXT_SET_FIRST_POSITION), set);
  const end = p + intAt(word(context, CONTEXT_SET_POSITION_COUNT), set);
  while (p < end) {
    const next = segmentEnd(WORDS, wordIndex(context), p, end);
    accumulateRows(
      word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), p, next,
      word(context, CONTEXT_RISK_ARRAY), zeros, 0, cells, cellBytes,
    );
    cells += cellBytes;
    p = next;
  }
}

/** First component without a finite number, -1 if there is none. */
function missingComponent(scratch: usize, width: i32): i32 {
  for (let i = 0; i < width; i++) {
    if (floatAt(scratch, OUT_COMPONENTS + i) * 0 != 0) return i;
  }
  return -1;
}

/** Result columns, status and totals from the output block. */
export function finishSet(context: usize, scratch: usize, set: i32): void {
  const totals = totalsOf(context, set);
  const fault = <i32>floatAt(scratch, OUT_FAULT);
  const equity = floatAt(scratch, OUT_EQUITY);
  const initial = floatAt(scratch, OUT_INITIAL);
  const maintenance = floatAt(scratch, OUT_MAINTENANCE);
  const width = <i32>word(context, CONTEXT_COMPONENT_COUNT);
  // A subtraction turns an overflow into NaN as well.
  const probe = equity - equity + (initial - initial) + (maintenance - maintenance);
  const missing = missingComponent(scratch, width);
  if (fault != FAULT_NONE || missing >= 0 || probe != 0) {
    const other = missing >= 0 ? FAULT_COMPONENT + missing : FAULT_MARKET;
    quarantine(context, set, <u8>(fault != FAULT_NONE ? fault : other), totals);
    return;
  }
  const at = <usize>set << 3;
  store<f64>(word(context, CONTEXT_RESULT_EQUITY) + at, equity);
  store<f64>(word(context, CONTEXT_RESULT_INITIAL) + at, initial);
  store<f64>(word(context, CONTEXT_RESULT_MAINTENANCE) + at, maintenance);
  // Columns of grid models: a quarantine at an earlier tick may have left NaN in them.
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + at, 0);
  store<f64>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + at, 0);
  store<f64>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + at, 0);
  const components = word(context, CONTEXT_RESULT_COMPONENTS) + ((<usize>set * <usize>width) << 3);
  for (let i = 0; i < width; i++) store<f64>(components + (<usize>i << 3), floatAt(scratch, OUT_COMPONENTS + i));
  const scenario = <i32>floatAt(scratch, OUT_SCENARIO);
  store<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (<usize>set << 2), scenario);
  const status = statusOf(equity, initial, maintenance);
  store<u8>(word(context, CONTEXT_RESULT_STATUS) + <usize>set, <u8>status);
  store<u8>(word(context, CONTEXT_RESULT_FAULT) + <usize>set, <u8>FAULT_NONE);
  addToTotals(context, totals, set, status, equity, initial, maintenance);
}
