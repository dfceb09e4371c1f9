import { floatsAt, wordsAt } from '../columns.ts';
import { CONTEXT_CELL_COUNT, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS } from '../layout.ts';
import {
  GROUP_FIRST_INTER_TIER, GROUP_FIRST_SCAN_TIER, GROUP_FLOAT_COUNT, GROUP_INTER_TIER_COUNT, GROUP_PRICE_RISK_METHOD,
  GROUP_SCAN_DOWN, GROUP_SCAN_TIER_COUNT, GROUP_SCAN_UP, GROUP_WORD_COUNT, HEAD_GROUPS, HEAD_GROUP_FLOATS,
  HEAD_PAIRS, HEAD_SCENARIO_COUNT, HEAD_TIER_FLOATS, HEAD_WORK_CELLS, HEAD_WORK_TIERS, HEAD_WORK_TIER_CELLS,
  TIER_DELTA, TIER_FLOAT_COUNT, TIER_SCAN_DOWN, TIER_SCAN_UP, TIER_WEIGHTED, TIER_WORK_COUNT, WORK_DELTA,
  WORK_GROUP_COUNT, WORK_MERGED, WORK_PRICE_RISK, WORK_SCAN, WORK_SCENARIO, WORK_TARGETED, WORK_TIME_RISK,
  WORK_WEIGHTED,
} from './span-layout.ts';

/**
 * Scan risk and weighted futures price risk of a combined commodity and of its tiers: docs/models/span.md, sections C
 * and D. Rows hold P&L; a loss is its opposite, written `0 - x` so that no loss is 0 and not -0.
 */

/** Deltas have four decimals: less than this is the rounding error of a sum. */
export const DELTA_ZERO: f64 = 1e-9;

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

/** Weighted futures price risk: price risk per net delta; the scan range of the losing side may cap or replace it. */
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

/** Weighted price risk of each intercommodity tier; scan risk of a group that scans by tier. */
export function assessTiers(f: Floats, w: Ints, context: i32, work: i32, group: i32): void {
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
  if (tiers === 0 || f[at + WORK_MERGED] !== 0 || f[at + WORK_TARGETED] !== 0) return;
  let scan: f64 = 0;
  for (let t: i32 = w[table + GROUP_FIRST_SCAN_TIER]; t < w[table + GROUP_FIRST_SCAN_TIER] + tiers; t++) {
    const row: i32 = work + w[words + HEAD_WORK_TIER_CELLS] + t * cellCount;
    scan = scan - f[row + activeScenario(f, row, count)];
  }
  f[at + WORK_SCAN] = scan;
}
