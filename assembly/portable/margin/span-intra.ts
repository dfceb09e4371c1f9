import { floatsAt, wordsAt } from '../columns.ts';
import { CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS } from '../layout.ts';
import { DELTA_ZERO } from './span-risk.ts';
import {
  GROUP_FIRST_SPOT, GROUP_FIRST_SPREAD, GROUP_SPOT_COUNT, GROUP_SPREAD_COUNT, GROUP_WORD_COUNT, HEAD_GROUPS,
  HEAD_LEGS, HEAD_LEG_FLOATS, HEAD_SPOTS, HEAD_SPOT_FLOATS, HEAD_SPREADS, HEAD_SPREAD_FLOATS, HEAD_WORK_PERIODS,
  LEG_FIRST_PERIOD, LEG_PERIOD_COUNT, LEG_SIDE, LEG_WORD_COUNT, PERIOD_CONSUMED, PERIOD_FLOAT_COUNT,
  PERIOD_REMAINING, SPOT_CONSUMED, SPOT_FLOAT_COUNT, SPOT_OUTRIGHT, SPREAD_FIRST_LEG, SPREAD_LEG_COUNT,
  SPREAD_WORD_COUNT,
} from './span-layout.ts';

/** Intracommodity spreads and delivery charge: docs/models/span.md, section E. */

/**
 * Delta that a leg can draw on: of the contract months of one sign. `direction` 1: side A is long, -1: side A is short.
 */
function availableDelta(f: Floats, periods: i32, first: i32, count: i32, side: f64): f64 {
  let pool: f64 = 0;
  for (let p: i32 = first; p < first + count; p++) {
    const delta: f64 = f[periods + p * PERIOD_FLOAT_COUNT + PERIOD_REMAINING] * side;
    if (delta > 0) pool = pool + delta;
  }
  return pool;
}

/** Takes deltas from the contract months of a leg, the nearest first. */
function consumeDelta(f: Floats, periods: i32, first: i32, count: i32, side: f64, needed: f64): void {
  let open: f64 = needed;
  for (let p: i32 = first; p < first + count; p++) {
    const period: i32 = periods + p * PERIOD_FLOAT_COUNT;
    const delta: f64 = f[period + PERIOD_REMAINING] * side;
    if (delta > 0 && open > 0) {
      const taken: f64 = delta < open ? delta : open;
      f[period + PERIOD_REMAINING] = f[period + PERIOD_REMAINING] - side * taken;
      f[period + PERIOD_CONSUMED] = f[period + PERIOD_CONSUMED] + taken;
      open = open - taken;
    }
  }
}

/** Number of spreads that can be formed with side A long (direction 1) or short (-1); fractions count. */
function spreadsAvailable(f: Floats, w: Ints, words: i32, floats: i32, periods: i32, spread: i32, direction: f64): f64 {
  const legs: i32 = words + w[words + HEAD_LEGS] + w[spread + SPREAD_FIRST_LEG] * LEG_WORD_COUNT;
  const ratios: i32 = floats + w[words + HEAD_LEG_FLOATS] + w[spread + SPREAD_FIRST_LEG];
  const count: i32 = w[spread + SPREAD_LEG_COUNT];
  let least: f64 = Infinity;
  for (let i: i32 = 0; i < count; i++) {
    const leg: i32 = legs + i * LEG_WORD_COUNT;
    const side: f64 = direction * w[leg + LEG_SIDE];
    const pool: f64 = availableDelta(f, periods, w[leg + LEG_FIRST_PERIOD], w[leg + LEG_PERIOD_COUNT], side);
    const spreads: f64 = pool / f[ratios + i];
    if (spreads < least) least = spreads;
  }
  return count > 0 && least > DELTA_ZERO ? least : 0;
}

/** Forms a spread as often as the deltas allow, in one direction; returns how often. */
function formSpread(f: Floats, w: Ints, words: i32, floats: i32, periods: i32, spread: i32, direction: f64): f64 {
  const formed: f64 = spreadsAvailable(f, w, words, floats, periods, spread, direction);
  if (formed === 0) return 0;
  const legs: i32 = words + w[words + HEAD_LEGS] + w[spread + SPREAD_FIRST_LEG] * LEG_WORD_COUNT;
  const ratios: i32 = floats + w[words + HEAD_LEG_FLOATS] + w[spread + SPREAD_FIRST_LEG];
  for (let i: i32 = 0; i < w[spread + SPREAD_LEG_COUNT]; i++) {
    const leg: i32 = legs + i * LEG_WORD_COUNT;
    const side: f64 = direction * w[leg + LEG_SIDE];
    consumeDelta(f, periods, w[leg + LEG_FIRST_PERIOD], w[leg + LEG_PERIOD_COUNT], side, formed * f[ratios + i]);
  }
  return formed;
}

/**
 * Steps 3 and 4: series-to-series, then tier-to-tier spreads, each by priority, on the deltas that are left. Side A
 * long is tried first; if that forms any, side A short is not tried.
 */
export function formIntraSpreads(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const periods: i32 = work + w[words + HEAD_WORK_PERIODS];
  const first: i32 = w[table + GROUP_FIRST_SPREAD];
  let charge: f64 = 0;
  for (let i: i32 = first; i < first + w[table + GROUP_SPREAD_COUNT]; i++) {
    const spread: i32 = words + w[words + HEAD_SPREADS] + i * SPREAD_WORD_COUNT;
    let formed: f64 = formSpread(f, w, words, floats, periods, spread, 1);
    if (formed === 0) formed = formSpread(f, w, words, floats, periods, spread, -1);
    charge = charge + formed * f[floats + w[words + HEAD_SPREAD_FLOATS] + i];
  }
  return charge;
}

/** Step 5: a rate per delta that spreads consumed in a delivery month, another per delta left in it. */
export function spotCharge(f: Floats, w: Ints, context: i32, work: i32, group: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const table: i32 = words + w[words + HEAD_GROUPS] + group * GROUP_WORD_COUNT;
  const first: i32 = w[table + GROUP_FIRST_SPOT];
  let charge: f64 = 0;
  for (let i: i32 = first; i < first + w[table + GROUP_SPOT_COUNT]; i++) {
    const period: i32 = work + w[words + HEAD_WORK_PERIODS] + w[words + w[words + HEAD_SPOTS] + i] * PERIOD_FLOAT_COUNT;
    const rates: i32 = floats + w[words + HEAD_SPOT_FLOATS] + i * SPOT_FLOAT_COUNT;
    charge = charge + f[period + PERIOD_CONSUMED] * f[rates + SPOT_CONSUMED];
    charge = charge + Math.abs(f[period + PERIOD_REMAINING]) * f[rates + SPOT_OUTRIGHT];
  }
  return charge;
}
