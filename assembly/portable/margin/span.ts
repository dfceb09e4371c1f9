import {
  cellsOfRow, dataOfRow, firstPositionOf, floatsAt, groupEnd, groupOfRow, positionCountOf, rowOfSlot, sealRow, wordsAt,
} from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, OUT_COMPONENTS, OUT_EQUITY, OUT_INITIAL,
  OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import { fillGeneratedRow } from './span-array.ts';
import { formIntraSpreads, spotCharge } from './span-intra.ts';
import { formInterSpreads, mergeDeltas, mergeLosses } from './span-inter.ts';
import {
  DATA_DELTA, DATA_LOSSES, DATA_PRICE, DATA_VALUE_FACTOR, GROUP_ADJUSTMENT, GROUP_FIRST_INTER_TIER,
  GROUP_FIRST_PERIOD, GROUP_FIRST_SCAN_TIER, GROUP_FIRST_SHORT_TIER, GROUP_FLOAT_COUNT, GROUP_FLOOR,
  GROUP_INITIAL_RATIO, GROUP_INTER_TIER_COUNT, GROUP_PERIOD_COUNT, GROUP_PRICE_RISK_METHOD, GROUP_SCAN_DOWN,
  GROUP_SCAN_TIER_COUNT, GROUP_SCAN_UP, GROUP_SHORT_GREATER, GROUP_SHORT_TIER_COUNT, GROUP_WORD_COUNT, HEAD_GROUPS,
  HEAD_GROUP_COUNT, HEAD_GROUP_FLOATS, HEAD_INTER_COUNT, HEAD_PAIRS, HEAD_ROWS, HEAD_SCENARIO_COUNT, HEAD_SUPER_COUNT,
  HEAD_TIER_FLOATS, HEAD_WORK_CELLS, HEAD_WORK_PERIODS, HEAD_WORK_TIERS, HEAD_WORK_TIER_CELLS, PERIOD_CONSUMED,
  PERIOD_FLOAT_COUNT, PERIOD_REMAINING, RESULT_DELTA, RESULT_INTER, RESULT_INTRA, RESULT_LONG_VALUE, RESULT_MISSING,
  RESULT_NET_VALUE, RESULT_PRICE_RISK, RESULT_REQUIREMENT, RESULT_SCAN, RESULT_SHORT_MINIMUM, RESULT_SHORT_VALUE,
  RESULT_SPOT, RESULT_TIME_RISK, RESULT_WEIGHTED, ROW_INTER_TIER, ROW_IS_GENERATED, ROW_OPTION_SIGN, ROW_PERIOD,
  ROW_SCAN_TIER, ROW_SHORT_TIER, ROW_VALUE_KIND, ROW_WORD_COUNT, TIER_DELTA, TIER_FLOAT_COUNT, TIER_REMAINING,
  TIER_SCAN_DOWN, TIER_SCAN_UP, TIER_SHORT_CALLS, TIER_SHORT_PUTS, TIER_SHORT_RATE, TIER_WEIGHTED, TIER_WORK_COUNT,
  VALUE_MARKED, VALUE_MISSING, VALUE_OWNED, VALUE_PREMIUM, WORK_DELTA, WORK_GROUP_COUNT, WORK_INTER, WORK_INTRA,
  WORK_LONG_VALUE, WORK_MERGED, WORK_PRESENT, WORK_PRICE_RISK, WORK_REMAINING, WORK_SCAN, WORK_SCENARIO,
  WORK_SHORT_MINIMUM, WORK_SHORT_VALUE, WORK_SPOT, WORK_TIME_RISK, WORK_WEIGHTED,
} from './span-layout.ts';

/**
 * SPAN in the order of combination: docs/models/span.md, section C. Cells are P&L of one long contract, losses their
 * opposite.
 */

/** Deltas have four decimals: less than this is the rounding error of a sum. */
export const DELTA_ZERO: f64 = 1e-9;

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
  }
  sealRow(f, w, context, row, count);
}

/** First scenario with the largest loss of a row of P&L. */
export function activeScenario(f: Floats, row: i32, count: i32): i32 {
  let active: i32 = 0;
  for (let s: i32 = 1; s < count; s++) {
    if (f[row + s] < f[row + active]) active = s;
  }
  return active;
}

/** Loss of the active scenario, halfway to the one with the opposite volatility move, less the loss of time alone. */
export function priceRiskOf(f: Floats, w: Ints, words: i32, row: i32, active: i32): f64 {
  const pairs: i32 = words + w[words + HEAD_PAIRS];
  const adjusted: f64 = (0 - f[row + active] - f[row + w[pairs + active]]) * 0.5;
  return adjusted - timeRiskOf(f, w, words, row);
}

/** Loss of the first scenario, which leaves the price where it is, and of its pair. */
function timeRiskOf(f: Floats, w: Ints, words: i32, row: i32): f64 {
  return (0 - f[row] - f[row + w[words + w[words + HEAD_PAIRS]]]) * 0.5;
}

/** Weighted futures price risk: price risk per net delta; the scan range of the side that loses may cap or replace it. */
export function weightedPriceRisk(priceRisk: f64, delta: f64, method: i32, scanUp: f64, scanDown: f64): f64 {
  const size: f64 = Math.abs(delta);
  if (!(size > DELTA_ZERO)) return 0;
  const range: f64 = delta < 0 ? scanUp : scanDown;
  if (method === 3) return range;
  const normal: f64 = priceRisk / size;
  const floored: f64 = normal > 0 ? normal : 0;
  return method === 2 && range < floored ? range : floored;
}

/** Scan risk, price risk and weighted price risk of a group, from its row of P&L and its net delta. */
export function assessGroup(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const at: i32 = work + group * WORK_GROUP_COUNT;
  const row: i32 = work + w[words + HEAD_WORK_CELLS] + group * cellCount;
  const active: i32 = activeScenario(f, row, w[words + HEAD_SCENARIO_COUNT]);
  const priceRisk: f64 = priceRiskOf(f, w, words, row, active);
  f[at + WORK_SCAN] = 0 - f[row + active];
  f[at + WORK_SCENARIO] = active;
  f[at + WORK_TIME_RISK] = timeRiskOf(f, w, words, row);
  f[at + WORK_PRICE_RISK] = priceRisk;
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const numbers: i32 =
    floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + HEAD_GROUP_FLOATS] + group * GROUP_FLOAT_COUNT;
  f[at + WORK_WEIGHTED] = weightedPriceRisk(
    priceRisk, f[at + WORK_DELTA], w[table + GROUP_PRICE_RISK_METHOD],
    f[numbers + GROUP_SCAN_UP], f[numbers + GROUP_SCAN_DOWN],
  );
}

/** Empties the scratch of a group and copies its row of P&L. */
function openGroup(f: Floats, w: Ints, context: i32, work: i32, group: i32, source: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const at: i32 = work + group * WORK_GROUP_COUNT;
  for (let i: i32 = 0; i < WORK_GROUP_COUNT; i++) f[at + i] = 0;
  f[at + WORK_PRESENT] = 1;
  const row: i32 = work + w[words + HEAD_WORK_CELLS] + group * cellCount;
  for (let s: i32 = 0; s < cellCount; s++) f[row + s] = f[source + s];
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

/** Adds a position to the deltas, tiers, short options and option values of its group. Returns what it adds to the equity. */
function addPosition(f: Floats, w: Ints, context: i32, work: i32, group: i32, slot: i32, out: i32): f64 {
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
  const price: f64 = option !== 0 ? f[data + DATA_PRICE] : f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
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

/** Weighted price risk of each intercommodity tier; scan risk of a group that scans by tier. */
function assessTiers(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const count: i32 = w[words + HEAD_SCENARIO_COUNT];
  const ranges: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + HEAD_TIER_FLOATS];
  const firstInter: i32 = w[table + GROUP_FIRST_INTER_TIER];
  for (let t: i32 = firstInter; t < firstInter + w[table + GROUP_INTER_TIER_COUNT]; t++) {
    const tier: i32 = work + w[words + HEAD_WORK_TIERS] + t * TIER_WORK_COUNT;
    const row: i32 = work + w[words + HEAD_WORK_TIER_CELLS] + t * cellCount;
    const range: i32 = ranges + t * TIER_FLOAT_COUNT;
    const priceRisk: f64 = priceRiskOf(f, w, words, row, activeScenario(f, row, count));
    f[tier + TIER_WEIGHTED] = weightedPriceRisk(
      priceRisk, f[tier + TIER_DELTA], w[table + GROUP_PRICE_RISK_METHOD], f[range + TIER_SCAN_UP],
      f[range + TIER_SCAN_DOWN],
    );
  }
  const tiers: i32 = w[table + GROUP_SCAN_TIER_COUNT];
  const at: i32 = work + group * WORK_GROUP_COUNT;
  if (tiers === 0 || f[at + WORK_MERGED] !== 0) return;
  let scan: f64 = 0;
  for (let t: i32 = w[table + GROUP_FIRST_SCAN_TIER]; t < w[table + GROUP_FIRST_SCAN_TIER] + tiers; t++) {
    const row: i32 = work + w[words + HEAD_WORK_TIER_CELLS] + t * cellCount;
    scan = scan - f[row + activeScenario(f, row, count)];
  }
  f[at + WORK_SCAN] = scan;
}

/** Charge per short option: the sum of calls and puts, or the greater of the two, tier by tier. */
function shortOptionMinimum(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
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

/** Steps 1 to 6 of one group, after any super-inter-commodity spread has joined its losses with others. */
function assessIntra(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
  const at: i32 = work + group * WORK_GROUP_COUNT;
  f[at + WORK_INTRA] = formIntraSpreads(f, w, context, work, group);
  f[at + WORK_SPOT] = spotCharge(f, w, context, work, group);
  f[at + WORK_SHORT_MINIMUM] = shortOptionMinimum(f, w, context, work, group);
  f[at + WORK_REMAINING] = remainingDelta(f, w, context, work, group);
  assessGroup(f, w, context, work, group);
  assessTiers(f, w, context, work, group);
}

/** What the intracommodity spreads have left, all contract months netted. */
function remainingDelta(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const first: i32 = w[table + GROUP_FIRST_PERIOD];
  let sum: f64 = 0;
  for (let p: i32 = first; p < first + w[table + GROUP_PERIOD_COUNT]; p++) {
    sum = sum + f[work + w[words + HEAD_WORK_PERIODS] + p * PERIOD_FLOAT_COUNT + PERIOD_REMAINING];
  }
  return sum;
}

/** Steps 8 to 10 of one group, added to the account. */
function addGroup(f: Floats, w: Ints, context: i32, work: i32, group: i32, out: i32, isFirst: boolean): void {
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
  if (isFirst || f[at + WORK_SCAN] > f[result + RESULT_NET_VALUE + 0] * 0 + leadingScan(f, out)) {
    f[out + OUT_SCENARIO] = f[at + WORK_SCENARIO];
    f[out + LEADING_SCAN] = f[at + WORK_SCAN];
    f[result + RESULT_TIME_RISK] = f[at + WORK_TIME_RISK];
    f[result + RESULT_PRICE_RISK] = f[at + WORK_PRICE_RISK];
    f[result + RESULT_WEIGHTED] = f[at + WORK_WEIGHTED];
    f[result + RESULT_DELTA] = f[at + WORK_DELTA];
  }
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
