import {
  BOX_THRESHOLDS, LOAD_COUNT, LOAD_OTHER, LOAD_PRICE_DOWN, LOAD_PRICE_UP, LOAD_REST, LOAD_VOLATILITY_DOWN, LOAD_VOLATILITY_UP,
  THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { CONTEXT_CELL_COUNT } from '../layout.ts';
import { certificateFloats, numbersOf } from './box.ts';
import {
  CALL_CURVATURE, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST, CERTIFY_CELL, CERTIFY_FALLS,
  CERTIFY_LANES, CERTIFY_LOADS, CERTIFY_MARGINS, CERTIFY_NEAR_FALLS, CERTIFY_PRICE, CERTIFY_PRICE_GROSS,
  CERTIFY_PRICE_RADIUS, CERTIFY_RADII, CERTIFY_RISES, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS,
  certifyCellsOf, CHORD_SHARE, GROUP_AMOUNT, GROUP_AMOUNT_GROSS, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_GROSS,
  GROUP_VALUE_PRICE_RADIUS, GROUP_VALUE_VOLATILITY, GROUP_VALUE_VOLATILITY_GROSS, GROUP_VALUE_VOLATILITY_RADIUS,
  GROUP_WORST_CELL, LANE_LOADS, LANE_PROBE, LANE_RADII, LANE_RISE, SET_PROBE,
} from './scratch.ts';

/**
 * Of a set of one risk group, radii by scenario: on the good side (margin > 0) with share t of the box used, scenario s
 * is at least margin + gap_s - t x fall_s above 0; on the bad side it suffices that one, gap_s + t x rise_s - margin,
 * stays below. A rise in one quadrant is a fall in the opposite one.
 */
export const MODE_FALL: i32 = 0;
export const MODE_RISE: i32 = 1;
/** Of a set of several, the largest fall of the group's part of the health in any quadrant, and rise of its worst. */
export const MODE_LARGEST: i32 = 2;

/** Requirement share of threshold k. */
export function requirementOf(f: Floats, w: Ints, context: i32, k: i32): f64 {
  return f[certificateFloats(w, context) + BOX_THRESHOLDS + k * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT];
}

/** First scenario that a threshold asks for: of one without requirement, that of no loss only. */
export function firstScenario(alpha: f64, cellCount: i32): i32 {
  return alpha > 0 ? 0 : cellCount;
}

/** What all scenarios have in common: movement of option values by what is not common to the group. */
export function valueRest(f: Floats, numbers: i32): f64 {
  return f[numbers + CALL_PRICE_REST] * f[numbers + GROUP_VALUE_PRICE_GROSS] +
    f[numbers + CALL_VOLATILITY_REST] * f[numbers + GROUP_VALUE_VOLATILITY_GROSS];
}

/** What the rests of linear positions do per unit of their slope, summed over them. */
export function amountRest(f: Floats, numbers: i32): f64 {
  return f[numbers + CALL_PRICE_REST] * (1.0 + f[numbers + CALL_CURVATURE]) * f[numbers + GROUP_AMOUNT_GROSS];
}

/** What their curvature adds to a slope along X, per unit of theirs. */
export function amountRadius(f: Floats, numbers: i32): f64 {
  return f[numbers + CALL_CURVATURE] * f[numbers + GROUP_AMOUNT_GROSS];
}

/** Scenarios one by one, even ones and odd ones apart: scalar twin of `foldScenarios` in assembly/certify. */
export function foldScenarios(f: Floats, w: Ints, context: i32, scratch: i32, k: i32, mode: i32): void {
  foldLane(f, w, context, scratch, k, mode, 0);
  foldLane(f, w, context, scratch, k, mode, 1);
  mergeLanes(f, w, context, scratch, k, mode);
}

/**
 * Of every second scenario, the largest fall of value + alpha x (cell + dampener) - alpha x charges in each quadrant of
 * the box: common movement along the net slope, which lies between middle - radius and middle + radius, and the rest.
 */
function foldLane(f: Floats, w: Ints, context: i32, scratch: i32, k: i32, mode: i32, lane: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const n: i32 = numbersOf(w, context, scratch);
  const alpha: f64 = requirementOf(f, w, context, k);
  const price: f64 = f[n + CALL_PRICE];
  const volatility: f64 = f[n + CALL_VOLATILITY];
  const slope: f64 = f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE];
  const radius: f64 = f[n + GROUP_VALUE_PRICE_RADIUS];
  const vega: f64 = f[n + GROUP_VALUE_VOLATILITY];
  const vegaRadius: f64 = f[n + GROUP_VALUE_VOLATILITY_RADIUS];
  const rest: f64 = valueRest(f, n);
  const linearRest: f64 = amountRest(f, n);
  const linearRadius: f64 = amountRadius(f, n);
  const worst: f64 = alpha * f[n + GROUP_WORST_CELL];
  const margin: f64 = Math.abs(f[n + CERTIFY_MARGINS + k]);
  const start: f64 = mode === MODE_FALL ? 1.0 : 0.0;
  let r0: f64 = start;
  let r1: f64 = start;
  let r2: f64 = start;
  let r3: f64 = start;
  const lanes: i32 = n + CERTIFY_LANES + lane;
  for (let each: i32 = 0; each < LOAD_COUNT; each++) f[lanes + 2 * (LANE_LOADS + each)] = 0;
  let rise: f64 = Infinity;
  let probe: f64 = 0;
  for (let at: i32 = scratch + firstScenario(alpha, cellCount) + lane; at < scratch + stride; at += 2) {
    const gap: f64 = alpha * f[at + CERTIFY_CELL * stride] - worst;
    const x: f64 = slope + alpha * f[at + CERTIFY_PRICE * stride];
    const blend: f64 = Math.abs(1.0 + alpha * f[at + CERTIFY_VOLATILITY_GROSS * stride]);
    const xRadius: f64 = radius + alpha * f[at + CERTIFY_PRICE_RADIUS * stride] + linearRadius * blend;
    const y: f64 = vega + alpha * f[at + CERTIFY_VOLATILITY * stride];
    const yRadius: f64 = vegaRadius + alpha * f[at + CERTIFY_VOLATILITY_RADIUS * stride];
    const own: f64 = rest + alpha * f[at + CERTIFY_PRICE_GROSS * stride] + linearRest * blend;
    const upAlone: f64 = price * positive(xRadius - x);
    const downAlone: f64 = price * positive(xRadius + x);
    const up: f64 = own + upAlone;
    const down: f64 = own + downAlone;
    const more: f64 = volatility * positive(yRadius - y);
    const less: f64 = volatility * positive(yRadius + y);
    probe = probe + (up + down + (more + less) + gap);
    if (mode === MODE_FALL) {
      const room: f64 = margin + gap;
      if (room < (up + more) * r0) r0 = room / (up + more);
      if (room < (down + more) * r1) r1 = room / (down + more);
      if (room < (up + less) * r2) r2 = room / (up + less);
      if (room < (down + less) * r3) r3 = room / (down + less);
      const perRoom: f64 = 1.0 / room;
      raiseLane(f, lanes, LOAD_PRICE_UP, upAlone * perRoom);
      raiseLane(f, lanes, LOAD_PRICE_DOWN, downAlone * perRoom);
      raiseLane(f, lanes, LOAD_VOLATILITY_UP, more * perRoom);
      raiseLane(f, lanes, LOAD_VOLATILITY_DOWN, less * perRoom);
      raiseLane(f, lanes, LOAD_REST, own * perRoom);
    } else if (mode === MODE_RISE) {
      const room: f64 = margin - gap;
      if ((down + less) * r0 < room) r0 = room / (down + less);
      if ((up + less) * r1 < room) r1 = room / (up + less);
      if ((down + more) * r2 < room) r2 = room / (down + more);
      if ((up + more) * r3 < room) r3 = room / (up + more);
    } else {
      const move: f64 = (up < down ? down : up) + (more < less ? less : more);
      if (r0 < move - gap) r0 = move - gap;
      if (r1 < CHORD_SHARE * move - gap) r1 = CHORD_SHARE * move - gap;
      if (gap === 0 && move < rise) rise = move;
    }
  }
  f[lanes + 2 * LANE_RADII] = r0;
  f[lanes + 2 * (LANE_RADII + 1)] = r1;
  f[lanes + 2 * (LANE_RADII + 2)] = r2;
  f[lanes + 2 * (LANE_RADII + 3)] = r3;
  f[lanes + 2 * LANE_RISE] = rise;
  f[lanes + 2 * LANE_PROBE] = probe;
}

/** The larger of 0 and x, 0 if x is no number: as pmax(0, x). */
function positive(x: f64): f64 {
  return 0.0 < x ? x : 0.0;
}

/** The larger of two, a if b is no number: as pmax(a, b). */
function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

function raiseLane(f: Floats, lanes: i32, each: i32, load: f64): void {
  const at: i32 = lanes + 2 * (LANE_LOADS + each);
  f[at] = larger(f[at], load);
}

/** Radii, or largest fall and rise, from those of the even and the odd scenarios. */
export function mergeLanes(f: Floats, w: Ints, context: i32, scratch: i32, k: i32, mode: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const lanes: i32 = n + CERTIFY_LANES;
  const probe: f64 = f[lanes + 2 * LANE_PROBE] + f[lanes + 2 * LANE_PROBE + 1];
  f[n + SET_PROBE] = f[n + SET_PROBE] + (probe - probe);
  if (mode === MODE_LARGEST) {
    f[n + CERTIFY_FALLS + k] = f[n + CERTIFY_FALLS + k] + Math.max(f[lanes], f[lanes + 1]);
    f[n + CERTIFY_NEAR_FALLS + k] = f[n + CERTIFY_NEAR_FALLS + k] + Math.max(f[lanes + 2], f[lanes + 3]);
    f[n + CERTIFY_RISES + k] =
      f[n + CERTIFY_RISES + k] + Math.min(f[lanes + 2 * LANE_RISE], f[lanes + 2 * LANE_RISE + 1]);
    return;
  }
  for (let q: i32 = 0; q < LANE_RISE; q++) {
    const even: f64 = f[lanes + 2 * q];
    const odd: f64 = f[lanes + 2 * q + 1];
    // A fall binds in its worst scenario, a rise in its best one.
    const radius: f64 = mode === MODE_FALL ? Math.min(even, odd) : Math.max(even, odd);
    f[n + CERTIFY_RADII + q] = Math.min(f[n + CERTIFY_RADII + q], radius);
  }
  if (mode === MODE_RISE) {
    riseLoads(f, w, context, scratch, k);
    return;
  }
  for (let each: i32 = 0; each < LOAD_COUNT; each++) {
    const even: f64 = f[lanes + 2 * (LANE_LOADS + each)];
    raiseLoad(f, n, each, larger(even, f[lanes + 2 * (LANE_LOADS + each) + 1]));
  }
}

function raiseLoad(f: Floats, n: i32, each: i32, load: f64): void {
  f[n + CERTIFY_LOADS + each] = larger(f[n + CERTIFY_LOADS + each], load);
}

/**
 * Loads on the bad side of threshold k: what each kind of movement raises the worst scenario by, per unit of what it is
 * below 0. A rise is a fall in the opposite direction.
 */
function riseLoads(f: Floats, w: Ints, context: i32, scratch: i32, k: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const n: i32 = numbersOf(w, context, scratch);
  const alpha: f64 = requirementOf(f, w, context, k);
  const worst: f64 = alpha * f[n + GROUP_WORST_CELL];
  let at: i32 = scratch + firstScenario(alpha, cellCount);
  while (at < scratch + stride - 1 && alpha * f[at + CERTIFY_CELL * stride] - worst > 0) at = at + 1;
  const gap: f64 = alpha * f[at + CERTIFY_CELL * stride] - worst;
  const room: f64 = Math.abs(f[n + CERTIFY_MARGINS + k]) - gap;
  const perRoom: f64 = room > 0 ? 1.0 / room : Infinity;
  const x: f64 = f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE] + alpha * f[at + CERTIFY_PRICE * stride];
  const blend: f64 = Math.abs(1.0 + alpha * f[at + CERTIFY_VOLATILITY_GROSS * stride]);
  const xRadius: f64 =
    f[n + GROUP_VALUE_PRICE_RADIUS] + alpha * f[at + CERTIFY_PRICE_RADIUS * stride] + amountRadius(f, n) * blend;
  const y: f64 = f[n + GROUP_VALUE_VOLATILITY] + alpha * f[at + CERTIFY_VOLATILITY * stride];
  const yRadius: f64 = f[n + GROUP_VALUE_VOLATILITY_RADIUS] + alpha * f[at + CERTIFY_VOLATILITY_RADIUS * stride];
  const price: f64 = f[n + CALL_PRICE] * perRoom;
  const volatility: f64 = f[n + CALL_VOLATILITY] * perRoom;
  const own: f64 = valueRest(f, n) + alpha * f[at + CERTIFY_PRICE_GROSS * stride] + amountRest(f, n) * blend;
  raiseLoad(f, n, LOAD_PRICE_UP, price * positive(xRadius + x));
  raiseLoad(f, n, LOAD_PRICE_DOWN, price * positive(xRadius - x));
  raiseLoad(f, n, LOAD_VOLATILITY_UP, volatility * positive(yRadius + y));
  raiseLoad(f, n, LOAD_VOLATILITY_DOWN, volatility * positive(yRadius - y));
  raiseLoad(f, n, LOAD_REST, own * perRoom);
  raiseLoad(f, n, LOAD_OTHER, room > 0 ? 0 : Infinity);
}
