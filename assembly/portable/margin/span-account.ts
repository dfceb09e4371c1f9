import { cellsOfRow, dataOfRow, floatsAt, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, OUT_COMPONENTS,
} from '../layout.ts';
import {
  DATA_DELTA, DATA_PRICE, DATA_VALUE_FACTOR, GROUP_FIRST_INTER_TIER, GROUP_FIRST_PERIOD, GROUP_FIRST_SCAN_TIER,
  GROUP_FIRST_SHORT_TIER, GROUP_INTER_TIER_COUNT, GROUP_PERIOD_COUNT, GROUP_SCAN_TIER_COUNT, GROUP_SHORT_GREATER,
  GROUP_SHORT_TIER_COUNT, GROUP_WORD_COUNT, HEAD_GROUPS, HEAD_ROWS, HEAD_TIER_FLOATS, HEAD_WORK_CELLS,
  HEAD_WORK_PERIODS, HEAD_WORK_TIERS, HEAD_WORK_TIER_CELLS, PERIOD_FLOAT_COUNT, PERIOD_REMAINING, RESULT_MISSING,
  ROW_INTER_TIER, ROW_OPTION_SIGN, ROW_PERIOD, ROW_SCAN_TIER, ROW_SHORT_TIER, ROW_VALUE_KIND, ROW_WORD_COUNT,
  TIER_DELTA, TIER_FLOAT_COUNT, TIER_REMAINING, TIER_SHORT_CALLS, TIER_SHORT_PUTS, TIER_SHORT_RATE, TIER_WORK_COUNT,
  VALUE_MISSING, VALUE_OWNED, VALUE_PREMIUM, WORK_DELTA, WORK_GROUP_COUNT, WORK_LONG_VALUE, WORK_PRESENT,
  WORK_SHORT_VALUE,
} from './span-layout.ts';

/** Scratch of one account: what its positions add up to in each combined commodity. */

/** Empties the scratch of a group. */
export function openGroup(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const at: i32 = work + group * WORK_GROUP_COUNT;
  for (let i: i32 = 0; i < WORK_GROUP_COUNT; i++) f[at + i] = 0;
  f[at + WORK_PRESENT] = 1;
  const row: i32 = work + w[words + HEAD_WORK_CELLS] + group * cellCount;
  for (let s: i32 = 0; s < cellCount; s++) f[row + s] = 0;
  const periods: i32 = work + w[words + HEAD_WORK_PERIODS] + w[table + GROUP_FIRST_PERIOD] * PERIOD_FLOAT_COUNT;
  const periodFloats: i32 = w[table + GROUP_PERIOD_COUNT] * PERIOD_FLOAT_COUNT;
  for (let i: i32 = 0; i < periodFloats; i++) f[periods + i] = 0;
  openTiers(f, w, words, work, w[table + GROUP_FIRST_SCAN_TIER], w[table + GROUP_SCAN_TIER_COUNT], cellCount);
  openTiers(f, w, words, work, w[table + GROUP_FIRST_INTER_TIER], w[table + GROUP_INTER_TIER_COUNT], cellCount);
  openTiers(f, w, words, work, w[table + GROUP_FIRST_SHORT_TIER], w[table + GROUP_SHORT_TIER_COUNT], 0);
}

function openTiers(f: Floats, w: Ints, words: i32, work: i32, first: i32, count: i32, cellCount: i32): void {
  for (let t: i32 = first; t < first + count; t++) {
    const tier: i32 = work + w[words + HEAD_WORK_TIERS] + t * TIER_WORK_COUNT;
    for (let i: i32 = 0; i < TIER_WORK_COUNT; i++) f[tier + i] = 0;
    const row: i32 = work + w[words + HEAD_WORK_TIER_CELLS] + t * cellCount;
    for (let s: i32 = 0; s < cellCount; s++) f[row + s] = 0;
  }
}

/** Adds a position to the sums of its group; returns what it adds to the equity. */
export function addPosition(f: Floats, w: Ints, context: i32, work: i32, group: i32, slot: i32, out: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const at: i32 = work + group * WORK_GROUP_COUNT;
  const row: i32 = rowOfSlot(w, context, slot);
  const data: i32 = dataOfRow(w, context, row);
  const entry: i32 = words + w[words + HEAD_ROWS] + row * ROW_WORD_COUNT;
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  const delta: f64 = quantity * f[data + DATA_DELTA];
  const period: i32 = work + w[words + HEAD_WORK_PERIODS] + w[entry + ROW_PERIOD] * PERIOD_FLOAT_COUNT;
  f[period + PERIOD_REMAINING] = f[period + PERIOD_REMAINING] + delta;
  f[at + WORK_DELTA] = f[at + WORK_DELTA] + delta;
  addToTier(f, w, context, work, row, w[entry + ROW_SCAN_TIER], quantity, delta);
  addToTier(f, w, context, work, row, w[entry + ROW_INTER_TIER], quantity, delta);
  const option: i32 = w[entry + ROW_OPTION_SIGN];
  if (option !== 0 && quantity < 0) {
    const tier: i32 = work + w[words + HEAD_WORK_TIERS] + w[entry + ROW_SHORT_TIER] * TIER_WORK_COUNT;
    const counter: i32 = option > 0 ? tier + TIER_SHORT_CALLS : tier + TIER_SHORT_PUTS;
    f[counter] = f[counter] - quantity;
  }
  const kind: i32 = w[entry + ROW_VALUE_KIND];
  const factor: f64 = f[data + DATA_VALUE_FACTOR];
  if (kind === VALUE_PREMIUM) {
    const value: f64 = quantity * f[data + DATA_PRICE] * factor;
    if (quantity > 0) f[at + WORK_LONG_VALUE] = f[at + WORK_LONG_VALUE] + value;
    else f[at + WORK_SHORT_VALUE] = f[at + WORK_SHORT_VALUE] - value;
    return 0;
  }
  if (kind === VALUE_MISSING) {
    const missing: i32 = out + OUT_COMPONENTS + RESULT_MISSING;
    f[missing] = f[missing] + Math.abs(quantity);
    return 0;
  }
  // The gain of a futures-style option is paid into the cash day by day.
  if (option !== 0) return 0;
  const price: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  if (kind === VALUE_OWNED) return quantity * factor * price;
  return quantity * factor * (price - f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + slot]);
}

function addToTier(f: Floats, w: Ints, context: i32, work: i32, row: i32, tier: i32, quantity: f64, delta: f64): void {
  if (tier < 0) return;
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const at: i32 = work + w[words + HEAD_WORK_TIERS] + tier * TIER_WORK_COUNT;
  f[at + TIER_DELTA] = f[at + TIER_DELTA] + delta;
  f[at + TIER_REMAINING] = f[at + TIER_REMAINING] + delta;
  const cells: i32 = cellsOfRow(w, context, row);
  const sums: i32 = work + w[words + HEAD_WORK_TIER_CELLS] + tier * cellCount;
  for (let s: i32 = 0; s < cellCount; s++) f[sums + s] = f[sums + s] + quantity * f[cells + s];
}

/** Charge per short option: the sum of calls and puts, or the greater of the two, tier by tier. */
export function shortOptionMinimum(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const rates: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + HEAD_TIER_FLOATS];
  const first: i32 = w[table + GROUP_FIRST_SHORT_TIER];
  let charge: f64 = 0;
  for (let t: i32 = first; t < first + w[table + GROUP_SHORT_TIER_COUNT]; t++) {
    const tier: i32 = work + w[words + HEAD_WORK_TIERS] + t * TIER_WORK_COUNT;
    const calls: f64 = f[tier + TIER_SHORT_CALLS];
    const puts: f64 = f[tier + TIER_SHORT_PUTS];
    const greater: f64 = calls > puts ? calls : puts;
    const counted: f64 = w[table + GROUP_SHORT_GREATER] === 1 ? greater : calls + puts;
    charge = charge + counted * f[rates + t * TIER_FLOAT_COUNT + TIER_SHORT_RATE];
  }
  return charge;
}

/** What the intracommodity spreads have left, all contract months netted. */
export function remainingDelta(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const first: i32 = w[table + GROUP_FIRST_PERIOD];
  let sum: f64 = 0;
  for (let p: i32 = first; p < first + w[table + GROUP_PERIOD_COUNT]; p++) {
    sum = sum + f[work + w[words + HEAD_WORK_PERIODS] + p * PERIOD_FLOAT_COUNT + PERIOD_REMAINING];
  }
  return sum;
}
