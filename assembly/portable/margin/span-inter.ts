import { floatsAt, wordsAt } from '../columns.ts';
import { CONTEXT_CELL_COUNT, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS } from '../layout.ts';
import { openGroup } from './span-account.ts';
import { DELTA_ZERO, assessGroup } from './span-risk.ts';
import {
  HEAD_INTERS, HEAD_INTER_COUNT, HEAD_INTER_FLOATS, HEAD_INTER_LEGS, HEAD_INTER_LEG_FLOATS, HEAD_POINTS,
  HEAD_POINT_FLOATS, HEAD_SCENARIO_COUNT, HEAD_SUPER_COUNT, HEAD_WORK_CELLS, HEAD_WORK_TIERS, INTER_FIRST_LEG,
  INTER_FIRST_POINT, INTER_FLOAT_COUNT, INTER_IS_FLAT, INTER_IS_SCANNING, INTER_LEG_COUNT, INTER_LEG_FLOAT_COUNT,
  INTER_LEG_GROUP, INTER_LEG_RATE, INTER_LEG_RATIO, INTER_LEG_REQUIRED, INTER_LEG_SIDE, INTER_LEG_TIER,
  INTER_LEG_WORD_COUNT, INTER_MINIMUM_LEGS, INTER_RATE, INTER_TARGET, INTER_TARGET_RATIO, INTER_TARGET_REQUIRED,
  INTER_WORD_COUNT, POINT_LARGEST, TIER_REMAINING, TIER_WEIGHTED, TIER_WORK_COUNT, WORK_DELTA, WORK_GROUP_COUNT,
  WORK_INTER, WORK_MERGED, WORK_PRESENT, WORK_REMAINING, WORK_TARGETED, WORK_WEIGHTED,
} from './span-layout.ts';

/**
 * Intercommodity spreads: docs/models/span.md, section F. Delta-based ones give credits; scanning-based ones scan their
 * combined commodities together.
 */

/** Delta of a leg that spreads have left: of a tier, or of all months; 0 where the account has none. */
function legDelta(f: Floats, w: Ints, words: i32, work: i32, leg: i32): f64 {
  const group: i32 = w[leg + INTER_LEG_GROUP];
  if (group < 0) return 0;
  const at: i32 = work + group * WORK_GROUP_COUNT;
  if (f[at + WORK_PRESENT] === 0) return 0;
  const tier: i32 = w[leg + INTER_LEG_TIER];
  if (tier < 0) return f[at + WORK_REMAINING];
  return f[work + w[words + HEAD_WORK_TIERS] + tier * TIER_WORK_COUNT + TIER_REMAINING];
}

/** Spreads that can be formed with side A long (direction 1) or short (-1). */
function creditsAvailable(
  f: Floats, w: Ints, words: i32, work: i32, legs: i32, ratios: i32, count: i32, direction: f64,
): f64 {
  let least: f64 = Infinity;
  for (let i: i32 = 0; i < count; i++) {
    const leg: i32 = legs + i * INTER_LEG_WORD_COUNT;
    const pool: f64 = legDelta(f, w, words, work, leg) * direction * w[leg + INTER_LEG_SIDE];
    const spreads: f64 = pool / f[ratios + i * INTER_LEG_FLOAT_COUNT + INTER_LEG_RATIO];
    if (spreads < least) least = spreads;
  }
  return count > 0 && least > DELTA_ZERO ? least : 0;
}

/** Step 7, delta-based: a credit to every leg for each spread formed. */
function formDeltaSpread(f: Floats, w: Ints, words: i32, floats: i32, work: i32, spread: i32, rate: f64): void {
  const firstLeg: i32 = w[spread + INTER_FIRST_LEG];
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + firstLeg * INTER_LEG_WORD_COUNT;
  const ratios: i32 = floats + w[words + HEAD_INTER_LEG_FLOATS] + firstLeg * INTER_LEG_FLOAT_COUNT;
  const count: i32 = w[spread + INTER_LEG_COUNT];
  let direction: f64 = 1;
  let formed: f64 = creditsAvailable(f, w, words, work, legs, ratios, count, 1);
  if (formed === 0) {
    direction = -1;
    formed = creditsAvailable(f, w, words, work, legs, ratios, count, -1);
  }
  if (formed === 0) return;
  const share: f64 = 1.0 / count;
  for (let i: i32 = 0; i < count; i++) {
    const leg: i32 = legs + i * INTER_LEG_WORD_COUNT;
    const numbers: i32 = ratios + i * INTER_LEG_FLOAT_COUNT;
    const at: i32 = work + w[leg + INTER_LEG_GROUP] * WORK_GROUP_COUNT;
    const used: f64 = formed * f[numbers + INTER_LEG_RATIO];
    const tier: i32 = w[leg + INTER_LEG_TIER];
    let weighted: f64 = f[at + WORK_WEIGHTED];
    const consumed: f64 = used * direction * w[leg + INTER_LEG_SIDE];
    f[at + WORK_REMAINING] = f[at + WORK_REMAINING] - consumed;
    if (tier >= 0) {
      const place: i32 = work + w[words + HEAD_WORK_TIERS] + tier * TIER_WORK_COUNT;
      weighted = f[place + TIER_WEIGHTED];
      f[place + TIER_REMAINING] = f[place + TIER_REMAINING] - consumed;
    }
    const byWeight: f64 = weighted * used * f[numbers + INTER_LEG_RATE];
    const ofLeg: f64 = w[spread + INTER_IS_FLAT] === 1 ? formed * rate * share : byWeight;
    f[at + WORK_INTER] = f[at + WORK_INTER] + ofLeg;
  }
}

/** 1 if the account has losses of its own in the group. */
function isPresent(f: Floats, work: i32, group: i32): boolean {
  if (group < 0) return false;
  const at: i32 = work + group * WORK_GROUP_COUNT;
  return f[at + WORK_PRESENT] !== 0 && f[at + WORK_MERGED] === 0;
}

/** Whether another spread has taken its losses. */
function isGone(f: Floats, work: i32, group: i32): boolean {
  const at: i32 = work + group * WORK_GROUP_COUNT;
  return f[at + WORK_PRESENT] !== 0 && f[at + WORK_MERGED] !== 0;
}

/** Whether enough legs of a scanning-based spread are there, and every required one. */
function isScanningFormed(f: Floats, w: Ints, words: i32, work: i32, spread: i32): boolean {
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + w[spread + INTER_FIRST_LEG] * INTER_LEG_WORD_COUNT;
  const target: i32 = w[spread + INTER_TARGET];
  const hasTarget: boolean = isPresent(f, work, target);
  if (target < 0 || isGone(f, work, target)) return false;
  if (!hasTarget && w[spread + INTER_TARGET_REQUIRED] === 1) return false;
  let present: i32 = hasTarget ? 1 : 0;
  for (let i: i32 = 0; i < w[spread + INTER_LEG_COUNT]; i++) {
    const leg: i32 = legs + i * INTER_LEG_WORD_COUNT;
    const group: i32 = w[leg + INTER_LEG_GROUP];
    const isHere: boolean = isPresent(f, work, group);
    if (!isHere && w[leg + INTER_LEG_REQUIRED] === 1) return false;
    if (isHere && group !== target) present = present + 1;
  }
  return present >= w[spread + INTER_MINIMUM_LEGS];
}

/** Largest loss of a scenario among the groups of a spread that is at most `below` in rank: the `rank`-th largest. */
function rankedLoss(
  f: Floats, w: Ints, words: i32, work: i32, spread: i32, cellCount: i32, scenario: i32, rank: i32,
): f64 {
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + w[spread + INTER_FIRST_LEG] * INTER_LEG_WORD_COUNT;
  const count: i32 = w[spread + INTER_LEG_COUNT];
  const cells: i32 = work + w[words + HEAD_WORK_CELLS];
  for (let i: i32 = -1; i < count; i++) {
    const group: i32 = memberOf(w, legs, spread, i);
    if (isPresent(f, work, group)) {
      const loss: f64 = 0 - f[cells + group * cellCount + scenario];
      let before: i32 = 0;
      for (let j: i32 = -1; j < count; j++) {
        const other: i32 = memberOf(w, legs, spread, j);
        if (isPresent(f, work, other)) {
          const otherLoss: f64 = 0 - f[cells + other * cellCount + scenario];
          if (otherLoss > loss || (otherLoss === loss && j < i)) before = before + 1;
        }
      }
      if (before === rank) return loss;
    }
  }
  return 0;
}

/** Members of a scanning-based spread: the target (index -1), then the legs; a leg that is the target counts once. */
function memberOf(w: Ints, legs: i32, spread: i32, index: i32): i32 {
  const target: i32 = w[spread + INTER_TARGET];
  if (index < 0) return target;
  const group: i32 = w[legs + index * INTER_LEG_WORD_COUNT + INTER_LEG_GROUP];
  return group === target ? -1 : group;
}

/** Joint loss of a scenario: all losses less a share of the gains, or the largest losses. */
function jointLoss(
  f: Floats, w: Ints, words: i32, floats: i32, work: i32, spread: i32, cellCount: i32, scenario: i32,
): f64 {
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + w[spread + INTER_FIRST_LEG] * INTER_LEG_WORD_COUNT;
  const point: i32 = w[spread + INTER_FIRST_POINT] + scenario;
  const largest: i32 = w[words + w[words + HEAD_POINTS] + point + POINT_LARGEST];
  let sum: f64 = 0;
  if (largest > 0) {
    for (let rank: i32 = 0; rank < largest; rank++) {
      const loss: f64 = rankedLoss(f, w, words, work, spread, cellCount, scenario, rank);
      sum = sum + (loss > 0 ? loss : 0);
    }
    return sum;
  }
  const rate: f64 = f[floats + w[words + HEAD_POINT_FLOATS] + point];
  const cells: i32 = work + w[words + HEAD_WORK_CELLS];
  for (let i: i32 = -1; i < w[spread + INTER_LEG_COUNT]; i++) {
    const group: i32 = memberOf(w, legs, spread, i);
    if (isPresent(f, work, group)) {
      const loss: f64 = 0 - f[cells + group * cellCount + scenario];
      sum = sum + (loss < 0 ? loss * rate : loss);
    }
  }
  return sum;
}

/** Scanning-based: the target takes the joint losses, the legs keep none. `joint`: a row of scratch. True if formed. */
export function mergeLosses(f: Floats, w: Ints, context: i32, work: i32, index: i32, joint: i32): boolean {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const spread: i32 = words + w[words + HEAD_INTERS] + index * INTER_WORD_COUNT;
  if (!isScanningFormed(f, w, words, work, spread)) return false;
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const count: i32 = w[words + HEAD_SCENARIO_COUNT];
  for (let s: i32 = 0; s < count; s++) {
    f[joint + s] = 0 - jointLoss(f, w, words, floats, work, spread, cellCount, s);
  }
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + w[spread + INTER_FIRST_LEG] * INTER_LEG_WORD_COUNT;
  const cells: i32 = work + w[words + HEAD_WORK_CELLS];
  for (let i: i32 = 0; i < w[spread + INTER_LEG_COUNT]; i++) {
    const group: i32 = memberOf(w, legs, spread, i);
    if (isPresent(f, work, group)) {
      for (let s: i32 = 0; s < cellCount; s++) f[cells + group * cellCount + s] = 0;
      f[work + group * WORK_GROUP_COUNT + WORK_MERGED] = index + 1;
    }
  }
  const target: i32 = w[spread + INTER_TARGET];
  if (!isPresent(f, work, target)) openGroup(f, w, context, work, target);
  for (let s: i32 = 0; s < count; s++) f[cells + target * cellCount + s] = f[joint + s];
  f[work + target * WORK_GROUP_COUNT + WORK_TARGETED] = 1;
  return true;
}

/** The deltas that the legs of a formed scanning-based spread have left go to its target, in its own size. */
export function mergeDeltas(f: Floats, w: Ints, context: i32, work: i32, index: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const spread: i32 = words + w[words + HEAD_INTERS] + index * INTER_WORD_COUNT;
  const first: i32 = w[spread + INTER_FIRST_LEG];
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + first * INTER_LEG_WORD_COUNT;
  const ratios: i32 = floats + w[words + HEAD_INTER_LEG_FLOATS] + first * INTER_LEG_FLOAT_COUNT;
  const own: f64 = f[floats + w[words + HEAD_INTER_FLOATS] + index * INTER_FLOAT_COUNT + INTER_TARGET_RATIO];
  const target: i32 = work + w[spread + INTER_TARGET] * WORK_GROUP_COUNT;
  for (let i: i32 = 0; i < w[spread + INTER_LEG_COUNT]; i++) {
    const group: i32 = memberOf(w, legs, spread, i);
    const at: i32 = work + group * WORK_GROUP_COUNT;
    if (group >= 0 && f[at + WORK_MERGED] === index + 1) {
      const scale: f64 = own / f[ratios + i * INTER_LEG_FLOAT_COUNT + INTER_LEG_RATIO];
      f[target + WORK_DELTA] = f[target + WORK_DELTA] + f[at + WORK_DELTA] * scale;
      f[target + WORK_REMAINING] = f[target + WORK_REMAINING] + f[at + WORK_REMAINING] * scale;
      f[at + WORK_DELTA] = 0;
      f[at + WORK_REMAINING] = 0;
    }
  }
}

/** Step 7: intercommodity spreads by priority, after the super ones. */
export function formInterSpreads(f: Floats, w: Ints, context: i32, work: i32, joint: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  for (let i: i32 = w[words + HEAD_SUPER_COUNT]; i < w[words + HEAD_INTER_COUNT]; i++) {
    const spread: i32 = words + w[words + HEAD_INTERS] + i * INTER_WORD_COUNT;
    if (w[spread + INTER_IS_SCANNING] === 1) {
      if (mergeLosses(f, w, context, work, i, joint)) {
        mergeDeltas(f, w, context, work, i);
        assessMerged(f, w, context, work, spread);
      }
    } else {
      const rate: f64 = f[floats + w[words + HEAD_INTER_FLOATS] + i * INTER_FLOAT_COUNT + INTER_RATE];
      formDeltaSpread(f, w, words, floats, work, spread, rate);
    }
  }
}

/** Scan risk and weighted price risk of the target and the legs, anew. */
function assessMerged(f: Floats, w: Ints, context: i32, work: i32, spread: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const legs: i32 = words + w[words + HEAD_INTER_LEGS] + w[spread + INTER_FIRST_LEG] * INTER_LEG_WORD_COUNT;
  for (let i: i32 = -1; i < w[spread + INTER_LEG_COUNT]; i++) {
    const group: i32 = memberOf(w, legs, spread, i);
    if (group >= 0 && f[work + group * WORK_GROUP_COUNT + WORK_PRESENT] !== 0) assessGroup(f, w, context, work, group);
  }
}
