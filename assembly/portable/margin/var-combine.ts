import { floatsAt, wordsAt } from '../columns.ts';
import {
  CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, OUT_COMPONENTS, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  VAR_AGGREGATE, VAR_APC_BUFFER, VAR_APC_STRESS, VAR_BASE, VAR_BID_ASK, VAR_BUFFER, VAR_CONCENTRATION,
  VAR_CORRELATION_BREAK, VAR_FLOOR, VAR_GRID_MARGIN, VAR_GRID_MULTIPLE, VAR_HISTORICAL_DIVERSIFICATION,
  VAR_HISTORICAL_TAIL, VAR_HISTORICAL_WEIGHT, VAR_LIQUIDITY, VAR_LONG_RUN_MARGIN, VAR_LONG_RUN_MULTIPLE, VAR_MAINTENANCE,
  VAR_ROLE_GRID, VAR_ROLE_HISTORICAL, VAR_ROLE_LONG_RUN, VAR_ROLE_STRESSED, VAR_RULE, VAR_SET_COUNT, VAR_SET_ROLE,
  VAR_SET_WORDS, VAR_SETS, VAR_STRESS_WEIGHT, VAR_STRESSED_DIVERSIFICATION, VAR_STRESSED_TAIL, VAR_STRESSED_WEIGHT,
  VAR_TAIL_BREAK, VAR_TAIL_CAPPED, VAR_TAIL_FLOATS, VAR_TAIL_JOINT, VAR_TAIL_SCENARIO,
} from './var-layout.ts';

/** Tails of all sets into one requirement: section D and E of docs/models/var.md. `tails`: VAR_TAIL_FLOATS per set. */
export function combineVar(f: Floats, w: Ints, context: i32, out: i32, tails: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const parts: i32 = out + OUT_COMPONENTS;
  const isLargest: boolean = w[words + VAR_AGGREGATE] === 1;
  const historicalSet: i32 = largestSet(f, w, words, tails, VAR_ROLE_HISTORICAL);
  const stressedSet: i32 = largestSet(f, w, words, tails, VAR_ROLE_STRESSED);
  f[parts + VAR_HISTORICAL_TAIL] = ofRole(f, w, words, tails, VAR_ROLE_HISTORICAL, isLargest, VAR_TAIL_JOINT);
  const historicalCapped: f64 = ofRole(f, w, words, tails, VAR_ROLE_HISTORICAL, isLargest, VAR_TAIL_CAPPED);
  f[parts + VAR_HISTORICAL_DIVERSIFICATION] = historicalCapped - f[parts + VAR_HISTORICAL_TAIL];
  f[parts + VAR_CORRELATION_BREAK] = ofRole(f, w, words, tails, VAR_ROLE_HISTORICAL, isLargest, VAR_TAIL_BREAK);
  f[parts + VAR_STRESSED_TAIL] = ofRole(f, w, words, tails, VAR_ROLE_STRESSED, isLargest, VAR_TAIL_JOINT);
  const stressed: f64 = ofRole(f, w, words, tails, VAR_ROLE_STRESSED, isLargest, VAR_TAIL_CAPPED);
  f[parts + VAR_STRESSED_DIVERSIFICATION] = stressed - f[parts + VAR_STRESSED_TAIL];
  const weighted: f64 = f[floats + VAR_HISTORICAL_WEIGHT] * (historicalCapped + f[parts + VAR_CORRELATION_BREAK]);
  const weightedStress: f64 = f[floats + VAR_STRESSED_WEIGHT] * stressed;
  const isHistorical: boolean = stressedSet < 0 || weighted >= weightedStress;
  const base: f64 = w[words + VAR_RULE] === 1 ? weighted + weightedStress : isHistorical ? weighted : weightedStress;
  f[parts + VAR_BASE] = base;
  f[out + OUT_SCENARIO] = f[tails + VAR_TAIL_FLOATS * (isHistorical ? historicalSet : stressedSet) + VAR_TAIL_SCENARIO];

  const stressShare: f64 = f[floats + VAR_APC_STRESS];
  const blended: f64 = stressShare > 0 ? (1.0 - stressShare) * base + stressShare * stressed : base;
  f[parts + VAR_STRESS_WEIGHT] = blended - base;
  const buffered: f64 = blended * (1.0 + f[floats + VAR_APC_BUFFER]);
  f[parts + VAR_BUFFER] = buffered - blended;
  const longRun: f64 = f[floats + VAR_LONG_RUN_MULTIPLE] * ofRole(f, w, words, tails, VAR_ROLE_LONG_RUN, true, VAR_TAIL_CAPPED);
  const grid: f64 = f[floats + VAR_GRID_MULTIPLE] * ofRole(f, w, words, tails, VAR_ROLE_GRID, true, VAR_TAIL_CAPPED);
  f[parts + VAR_LONG_RUN_MARGIN] = longRun;
  f[parts + VAR_GRID_MARGIN] = grid;
  const least: f64 = longRun > grid ? longRun : grid;
  const core: f64 = least > buffered ? least : buffered;
  f[parts + VAR_FLOOR] = core - buffered;
  const requirement: f64 = core + f[parts + VAR_LIQUIDITY] + f[parts + VAR_BID_ASK] + f[parts + VAR_CONCENTRATION];
  f[out + OUT_INITIAL] = requirement;
  f[out + OUT_MAINTENANCE] = f[floats + VAR_MAINTENANCE] * requirement;
}

function roleOf(w: Ints, words: i32, set: i32): i32 {
  return w[words + VAR_SETS + set * VAR_SET_WORDS + VAR_SET_ROLE];
}

/** The first set of a role with the largest requirement, -1 if the role has none. */
function largestSet(f: Floats, w: Ints, words: i32, tails: i32, role: i32): i32 {
  let largest: i32 = -1;
  let most: f64 = -1;
  for (let set: i32 = 0; set < w[words + VAR_SET_COUNT]; set++) {
    if (roleOf(w, words, set) !== role) continue;
    const at: i32 = tails + VAR_TAIL_FLOATS * set;
    const total: f64 = f[at + VAR_TAIL_CAPPED] + f[at + VAR_TAIL_BREAK];
    if (total > most) {
      most = total;
      largest = set;
    }
  }
  return largest;
}

/** One number of the sets of a role: their mean, or that of the set with the largest requirement; 0 without sets. */
function ofRole(f: Floats, w: Ints, words: i32, tails: i32, role: i32, isLargest: boolean, item: i32): f64 {
  if (isLargest) {
    const largest: i32 = largestSet(f, w, words, tails, role);
    return largest < 0 ? 0 : f[tails + VAR_TAIL_FLOATS * largest + item];
  }
  let sum: f64 = 0;
  let count: f64 = 0;
  for (let set: i32 = 0; set < w[words + VAR_SET_COUNT]; set++) {
    if (roleOf(w, words, set) !== role) continue;
    sum = sum + f[tails + VAR_TAIL_FLOATS * set + item];
    count = count + 1;
  }
  return count > 0 ? sum / count : 0;
}
