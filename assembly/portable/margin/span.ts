import {
  cellsOfRow, dataOfRow, firstPositionOf, floatsAt, groupEnd, groupOfRow, positionCountOf, rowOfSlot, sealRow,
  wordsAt,
} from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_SET_ADD_ON,
  CONTEXT_SET_CASH, OUT_COMPONENTS, OUT_EQUITY, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import { addPosition, openGroup, remainingDelta, shortOptionMinimum } from './span-account.ts';
import { fillGeneratedRow } from './span-array.ts';
import { formInterSpreads, mergeDeltas, mergeLosses } from './span-inter.ts';
import { formIntraSpreads, spotCharge } from './span-intra.ts';
import { assessGroup, assessTiers } from './span-risk.ts';
import {
  DATA_LOSSES, GROUP_ADJUSTMENT, GROUP_FLOAT_COUNT, GROUP_FLOOR, GROUP_INITIAL_RATIO, GROUP_WORD_COUNT, HEAD_GROUPS,
  HEAD_GROUP_COUNT, HEAD_GROUP_FLOATS, HEAD_ROWS, HEAD_SCENARIO_COUNT, HEAD_SUPER_COUNT, HEAD_WORK_CELLS,
  RESULT_COUNT, RESULT_DELTA, RESULT_INTER, RESULT_INTRA, RESULT_LONG_VALUE, RESULT_NET_VALUE, RESULT_PRICE_RISK,
  RESULT_REQUIREMENT, RESULT_SCAN, RESULT_SHORT_MINIMUM, RESULT_SHORT_VALUE, RESULT_SPOT, RESULT_TIME_RISK,
  RESULT_WEIGHTED, ROW_IS_GENERATED, ROW_OPTION_SIGN, ROW_WORD_COUNT, WORK_DELTA, WORK_GROUP_COUNT, WORK_INTER,
  WORK_INTRA, WORK_LONG_VALUE, WORK_PRESENT, WORK_PRICE_RISK, WORK_REMAINING, WORK_SCAN, WORK_SCENARIO,
  WORK_SHORT_MINIMUM, WORK_SHORT_VALUE, WORK_SPOT, WORK_TIME_RISK, WORK_WEIGHTED,
} from './span-layout.ts';

/**
 * SPAN in the order of combination: docs/models/span.md, section C. Cells are P&L of one long contract, losses their
 * opposite.
 */

/** Cells of an instrument: the losses of the file with their sign turned, or an array made from the market. */
export function fillSpanRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const cells: i32 = cellsOfRow(w, context, row);
  const count: i32 = w[words + HEAD_SCENARIO_COUNT];
  if (w[words + w[words + HEAD_ROWS] + row * ROW_WORD_COUNT + ROW_IS_GENERATED] === 1) {
    fillGeneratedRow(f, w, context, row, cells);
  } else {
    const losses: i32 = dataOfRow(w, context, row) + DATA_LOSSES;
    for (let s: i32 = 0; s < count; s++) f[cells + s] = 0 - f[losses + s];
    // A future needs a price for its gain since entry.
    const isFuture: boolean = w[words + w[words + HEAD_ROWS] + row * ROW_WORD_COUNT + ROW_OPTION_SIGN] === 0;
    if (isFuture && !(f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row] * 0 === 0)) f[cells] = NaN;
  }
  sealRow(f, w, context, row, count);
}

/** A netting set: the positions of one account in one currency. */
export function marginSpan(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const groups: i32 = w[words + HEAD_GROUP_COUNT];
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  for (let i: i32 = 0; i < RESULT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0;
  for (let g: i32 = 0; g < groups; g++) f[work + g * WORK_GROUP_COUNT + WORK_PRESENT] = 0;
  const cash: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  f[out + OUT_EQUITY] = cash + addPositions(f, w, context, set, out, work, rows);
  // A row of scratch for joint losses; afterwards the P&L of the account.
  for (let i: i32 = 0; i < w[words + HEAD_SUPER_COUNT]; i++) mergeLosses(f, w, context, work, i, vector);
  for (let g: i32 = 0; g < groups; g++) {
    if (f[work + g * WORK_GROUP_COUNT + WORK_PRESENT] !== 0) assessIntra(f, w, context, work, g);
  }
  for (let i: i32 = 0; i < w[words + HEAD_SUPER_COUNT]; i++) mergeDeltas(f, w, context, work, i);
  for (let g: i32 = 0; g < groups; g++) {
    if (f[work + g * WORK_GROUP_COUNT + WORK_PRESENT] !== 0) assessRisk(f, w, context, work, g);
  }
  formInterSpreads(f, w, context, work, vector);
  sumScenarios(f, w, context, set, vector, rows);
  let leading: i32 = -1;
  for (let g: i32 = 0; g < groups; g++) {
    const at: i32 = work + g * WORK_GROUP_COUNT;
    if (f[at + WORK_PRESENT] !== 0) {
      addGroup(f, w, context, work, g, out);
      if (leading < 0 || f[at + WORK_SCAN] > f[work + leading * WORK_GROUP_COUNT + WORK_SCAN]) leading = g;
    }
  }
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + addOn;
  f[out + OUT_SCENARIO] = -1;
  if (leading >= 0) writeLeading(f, work + leading * WORK_GROUP_COUNT, out);
}

/** Step 1: copies the summed rows and adds up the positions; returns what they add to the equity. */
function addPositions(f: Floats, w: Ints, context: i32, set: i32, out: i32, work: i32, rows: i32): f64 {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  let equity: f64 = 0;
  let row: i32 = rows;
  let p: i32 = first;
  while (p < end) {
    const next: i32 = groupEnd(w, context, p, end);
    const group: i32 = groupOfRow(w, context, rowOfSlot(w, context, p));
    openGroup(f, w, context, work, group);
    const cells: i32 = work + w[words + HEAD_WORK_CELLS] + group * cellCount;
    for (let s: i32 = 0; s < cellCount; s++) f[cells + s] = f[row + s];
    for (let slot: i32 = p; slot < next; slot++) {
      equity = equity + addPosition(f, w, context, work, group, slot, out);
    }
    row = row + cellCount;
    p = next;
  }
  return equity;
}

/** P&L of the account in every scenario, its combined commodities added up. */
function sumScenarios(f: Floats, w: Ints, context: i32, set: i32, vector: i32, rows: i32): void {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  for (let s: i32 = 0; s < cellCount; s++) f[vector + s] = 0;
  let row: i32 = rows;
  let p: i32 = first;
  while (p < end) {
    for (let s: i32 = 0; s < cellCount; s++) f[vector + s] = f[vector + s] + f[row + s];
    row = row + cellCount;
    p = groupEnd(w, context, p, end);
  }
}

/** Steps 3 to 5 and the short option minimum of one group. */
function assessIntra(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  const at: i32 = work + group * WORK_GROUP_COUNT;
  f[at + WORK_INTRA] = formIntraSpreads(f, w, context, work, group);
  f[at + WORK_SPOT] = spotCharge(f, w, context, work, group);
  f[at + WORK_SHORT_MINIMUM] = shortOptionMinimum(f, w, context, work, group);
  f[at + WORK_REMAINING] = remainingDelta(f, w, context, work, group);
}

/** Scan risk and step 6. */
function assessRisk(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  assessGroup(f, w, context, work, group);
  assessTiers(f, w, context, work, group);
}

/** Steps 8 to 10 of one group, added to the account. */
function addGroup(f: Floats, w: Ints, context: i32, work: i32, group: i32, out: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const at: i32 = work + group * WORK_GROUP_COUNT;
  const result: i32 = out + OUT_COMPONENTS;
  const numbers: i32 =
    floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + HEAD_GROUP_FLOATS] + group * GROUP_FLOAT_COUNT;
  const floor: boolean = w[words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT + GROUP_FLOOR] === 1;
  const risk: f64 = f[at + WORK_SCAN] + f[at + WORK_INTRA] + f[at + WORK_SPOT] - f[at + WORK_INTER];
  const minimum: f64 = f[at + WORK_SHORT_MINIMUM];
  const requirement: f64 = (risk > minimum ? risk : minimum) * f[numbers + GROUP_ADJUSTMENT];
  const initial: f64 = requirement * f[numbers + GROUP_INITIAL_RATIO];
  const net: f64 = f[at + WORK_LONG_VALUE] - f[at + WORK_SHORT_VALUE];
  const available: f64 = floor && net > requirement ? requirement : net;
  const initialAvailable: f64 = floor && net > initial ? initial : net;
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + (requirement - available);
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + (initial - initialAvailable);
  f[result + RESULT_SCAN] = f[result + RESULT_SCAN] + f[at + WORK_SCAN];
  f[result + RESULT_INTRA] = f[result + RESULT_INTRA] + f[at + WORK_INTRA];
  f[result + RESULT_SPOT] = f[result + RESULT_SPOT] + f[at + WORK_SPOT];
  f[result + RESULT_INTER] = f[result + RESULT_INTER] + f[at + WORK_INTER];
  f[result + RESULT_SHORT_MINIMUM] = f[result + RESULT_SHORT_MINIMUM] + minimum;
  f[result + RESULT_REQUIREMENT] = f[result + RESULT_REQUIREMENT] + requirement;
  f[result + RESULT_LONG_VALUE] = f[result + RESULT_LONG_VALUE] + f[at + WORK_LONG_VALUE];
  f[result + RESULT_SHORT_VALUE] = f[result + RESULT_SHORT_VALUE] + f[at + WORK_SHORT_VALUE];
  f[result + RESULT_NET_VALUE] = f[result + RESULT_NET_VALUE] + available;
}

/** What is said of one combined commodity only: the one with the largest scan risk. */
function writeLeading(f: Floats, at: i32, out: i32): void {
  const result: i32 = out + OUT_COMPONENTS;
  f[out + OUT_SCENARIO] = f[at + WORK_SCENARIO];
  f[result + RESULT_TIME_RISK] = f[at + WORK_TIME_RISK];
  f[result + RESULT_PRICE_RISK] = f[at + WORK_PRICE_RISK];
  f[result + RESULT_WEIGHTED] = f[at + WORK_WEIGHTED];
  f[result + RESULT_DELTA] = f[at + WORK_DELTA];
}
