import {
  BOX_THRESHOLDS, LOAD_COUNT, LOAD_OTHER, LOAD_PRICE_DOWN, LOAD_PRICE_SQUARE, LOAD_PRICE_UP, LOAD_REST, LOAD_TIME,
  LOAD_VOLATILITY_DOWN, LOAD_VOLATILITY_UP, SLOPE_BLOCK, THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { CONTEXT_CELL_COUNT } from '../layout.ts';
import { single } from '../single.ts';
import { certificateFloats, numbersOf, rowsOf } from './box.ts';
import {
  CALL_PRICE, CALL_PRICE_SQUARE, CALL_VOLATILITY, CERTIFY_FALLS, CERTIFY_LANES, CERTIFY_LOADS, CERTIFY_MARGINS,
  CERTIFY_NEAR_FALLS, CERTIFY_RADII, CERTIFY_RISES, certifyCellsOf, CHORD_SHARE, GROUP_WORST_CELL, GROUP_YEARS,
  LANE_LOADS, LANE_RADII, LANE_RISE, LINEAR_REST, LINEAR_SPREAD, MOVE_CURVATURE_FALL, MOVE_CURVATURE_RISE, MOVE_LINEAR,
  MOVE_PRICE_DOWN, MOVE_PRICE_UP, MOVE_REST, MOVE_TIME_FALL, MOVE_TIME_RISE, MOVE_VOLATILITY_DOWN, MOVE_VOLATILITY_UP,
  rowAt, VALUE_CURVATURE_FALL, VALUE_CURVATURE_RISE, VALUE_PRICE_DOWN, VALUE_PRICE_UP, VALUE_REST, VALUE_TIME_FALL,
  VALUE_TIME_RISE, VALUE_VOLATILITY_DOWN, VALUE_VOLATILITY_UP,
} from './scratch.ts';
import { SINGLE_UP } from './single-bounds.ts';

/** Scenarios that are folded at a time. */
export const LANES: i32 = 4;

/**
 * Of a set of one risk group, radii by scenario: on the good side (margin > 0) with share t of the box used, scenario s
 * is at least margin + gap_s - t x fall_s - t^2 x square_s above 0; on the bad side it suffices that one, gap_s + t x
 * rise_s + t^2 x square_s - margin, stays below. A rise in one quadrant is a fall in the opposite one, but for time and
 * for the square.
 */
export const MODE_FALL: i32 = 0;
export const MODE_RISE: i32 = 1;
/** Of a set of several, the largest fall of the group's part of the health in any quadrant, and rise of its worst. */
export const MODE_LARGEST: i32 = 2;

/** Requirement share of threshold k. */
export function requirementOf(f: Floats, w: Ints, context: i32, k: i32): f64 {
  return f[certificateFloats(w, context) + BOX_THRESHOLDS + k * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT];
}

/** First scenario that a threshold asks for: of one without requirement, a vector with that of no loss only. */
export function firstScenario(alpha: f64, cellCount: i32): i32 {
  return alpha > 0 ? 0 : certifyCellsOf(cellCount) - LANES;
}

/** Scenarios one by one, every fourth apart: scalar twin of `foldScenarios4` in assembly/certify. */
export function foldScenarios(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, k: i32, mode: i32): void {
  for (let lane: i32 = 0; lane < LANES; lane++) foldLane(f, x, w, context, scratch, k, mode, lane);
  mergeLanes(f, x, w, context, scratch, k, mode);
}

/**
 * Of every fourth scenario, the largest fall of value + alpha x (cell + dampener) - alpha x charges in each quadrant of
 * the box: common movement along the slope, its square along the curvature, time, and the rest. Falls are rounded up,
 * what there is room for is rounded down.
 */
function foldLane(
  f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, k: i32, mode: i32, lane: i32,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const rows: i32 = rowsOf(w, context, scratch);
  const n: i32 = numbersOf(w, context, scratch);
  const share: f64 = requirementOf(f, w, context, k);
  const alpha: f64 = single(share);
  const curvatureRow: i32 = (mode === MODE_RISE ? MOVE_CURVATURE_RISE : MOVE_CURVATURE_FALL) * SLOPE_BLOCK;
  const timeRow: i32 = (mode === MODE_RISE ? MOVE_TIME_RISE : MOVE_TIME_FALL) * SLOPE_BLOCK;
  const curvature: f64 = single(f[n + (mode === MODE_RISE ? VALUE_CURVATURE_RISE : VALUE_CURVATURE_FALL)]);
  const time: f64 = single(f[n + (mode === MODE_RISE ? VALUE_TIME_RISE : VALUE_TIME_FALL)]);
  const unit: f64 = single(f[n + CALL_PRICE_SQUARE]);
  const years: f64 = single(f[n + GROUP_YEARS]);
  const margin: f64 = single(Math.abs(f[n + CERTIFY_MARGINS + k]) * (1.0 - SINGLE_UP));
  const lanes: i32 = 2 * (n + CERTIFY_LANES) + lane;
  startLanes(x, lanes, mode);
  for (let s: i32 = firstScenario(share, cellCount) + lane; s < stride; s += LANES) {
    const at: i32 = rows + rowAt(0, s);
    const distance: f64 = f[scratch + s] - f[n + GROUP_WORST_CELL];
    const gap: f64 = single(alpha * single(distance * (mode === MODE_RISE ? 1.0 + SINGLE_UP : 1.0 - SINGLE_UP)));
    const up: f64 = commonOf(x, at + MOVE_PRICE_UP * SLOPE_BLOCK, alpha, f[n + VALUE_PRICE_UP], f[n + CALL_PRICE]);
    const down: f64 =
      commonOf(x, at + MOVE_PRICE_DOWN * SLOPE_BLOCK, alpha, f[n + VALUE_PRICE_DOWN], f[n + CALL_PRICE]);
    const more: f64 = commonOf(
      x, at + MOVE_VOLATILITY_UP * SLOPE_BLOCK, alpha, f[n + VALUE_VOLATILITY_UP], f[n + CALL_VOLATILITY],
    );
    const less: f64 = commonOf(
      x, at + MOVE_VOLATILITY_DOWN * SLOPE_BLOCK, alpha, f[n + VALUE_VOLATILITY_DOWN], f[n + CALL_VOLATILITY],
    );
    const blend: f64 = blendOf(single(alpha * x[at + MOVE_LINEAR * SLOPE_BLOCK]));
    const spread: f64 = single(single(f[n + LINEAR_SPREAD]) * blend);
    const square: f64 =
      single(unit * positive(single(single(curvature + single(alpha * x[at + curvatureRow])) + spread)));
    const own: f64 = single(single(f[n + VALUE_REST]) + single(alpha * x[at + MOVE_REST * SLOPE_BLOCK]));
    const rests: f64 = single(own + single(single(f[n + LINEAR_REST]) * blend));
    const perYear: f64 = single(positive(single(time + single(alpha * x[at + timeRow]))) * single(1.0 + SINGLE_UP));
    const base: f64 = single(rests + single(years * perYear));
    if (mode === MODE_FALL) {
      const room: f64 = single(margin + gap);
      lowerLane(x, lanes, 0, room, single(base + single(up + more)), square);
      lowerLane(x, lanes, 1, room, single(base + single(down + more)), square);
      lowerLane(x, lanes, 2, room, single(base + single(up + less)), square);
      lowerLane(x, lanes, 3, room, single(base + single(down + less)), square);
      loadLanes(x, lanes, single(1.0 / room), up, down, more, less, rests, square, perYear);
    } else if (mode === MODE_RISE) {
      const room: f64 = single(margin - gap);
      liftLane(x, lanes, 0, room, single(base + single(down + less)), square);
      liftLane(x, lanes, 1, room, single(base + single(up + less)), square);
      liftLane(x, lanes, 2, room, single(base + single(down + more)), square);
      liftLane(x, lanes, 3, room, single(base + single(up + more)), square);
    } else {
      const common: f64 = single(larger(up, down) + larger(more, less));
      const move: f64 = single(base + common);
      const near: f64 = single(single(CHORD_SHARE * move) + single(CHORD_SHARE * CHORD_SHARE * square));
      raiseLane(x, lanes, LANE_RADII, single(single(move + square) - gap));
      raiseLane(x, lanes, LANE_RADII + 1, single(near - gap));
      if (gap === 0) lowerRise(f, x, w, context, scratch, at, lanes, alpha, spread, single(rests + common));
    }
  }
}

/** Largest fall by a movement up to `width` at most, that falls by `value` + alpha x the row per unit of it. */
function commonOf(x: Singles, at: i32, alpha: f64, value: f64, width: f64): f64 {
  return single(single(width) * positive(single(single(value) + single(alpha * x[at]))));
}

/** |1 + linear|, with what the rounding of it may be. */
function blendOf(linear: f64): f64 {
  return single(Math.abs(single(1.0 + linear)) + single(single(1.0 + Math.abs(linear)) * single(SINGLE_UP)));
}

/** The least rise of a scenario that is the worst of a group. */
function lowerRise(
  f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, at: i32, lanes: i32, alpha: f64, spread: f64, move: f64,
): void {
  const n: i32 = numbersOf(w, context, scratch);
  const curvature: f64 = single(f[n + VALUE_CURVATURE_RISE]);
  const bend: f64 = single(single(curvature + single(alpha * x[at + MOVE_CURVATURE_RISE * SLOPE_BLOCK])) + spread);
  const square: f64 = single(single(f[n + CALL_PRICE_SQUARE]) * positive(bend));
  const byTime: f64 = single(single(f[n + VALUE_TIME_RISE]) + single(alpha * x[at + MOVE_TIME_RISE * SLOPE_BLOCK]));
  const perYear: f64 = single(positive(byTime) * single(1.0 + SINGLE_UP));
  const rise: f64 = single(single(move + single(single(f[n + GROUP_YEARS]) * perYear)) + square);
  if (rise < x[lanes + LANES * LANE_RISE]) x[lanes + LANES * LANE_RISE] = rise;
}

function startLanes(x: Singles, lanes: i32, mode: i32): void {
  for (let q: i32 = 0; q < LANE_RISE; q++) x[lanes + LANES * q] = mode === MODE_FALL ? 1.0 : 0.0;
  x[lanes + LANES * LANE_RISE] = Infinity;
  for (let each: i32 = 0; each < LOAD_COUNT; each++) x[lanes + LANES * (LANE_LOADS + each)] = 0;
}

/** What each kind of movement uses up of the room. */
function loadLanes(
  x: Singles, lanes: i32, perRoom: f64, up: f64, down: f64, more: f64, less: f64, rests: f64, square: f64, perYear: f64,
): void {
  raiseLane(x, lanes, LANE_LOADS + LOAD_PRICE_UP, single(up * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_PRICE_DOWN, single(down * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_PRICE_SQUARE, single(square * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_VOLATILITY_UP, single(more * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_VOLATILITY_DOWN, single(less * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_REST, single(rests * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_TIME, single(perYear * perRoom));
}

/** t at which t x fall + t^2 x square is the room, if that is less than what is there. */
function lowerLane(x: Singles, lanes: i32, q: i32, room: f64, fall: f64, square: f64): void {
  const at: i32 = lanes + LANES * (LANE_RADII + q);
  const r: f64 = x[at];
  if (room < single(r * single(fall + single(r * square)))) x[at] = rootOf(room, fall, square);
}

/** If that is more. */
function liftLane(x: Singles, lanes: i32, q: i32, room: f64, rise: f64, square: f64): void {
  const at: i32 = lanes + LANES * (LANE_RADII + q);
  const r: f64 = x[at];
  if (single(r * single(rise + single(r * square))) < room) x[at] = rootOf(room, rise, square);
}

/**
 * Positive root of room = t x linear + t^2 x square, without a difference: 2 / (b + sqrt(b^2 + 4 a)). Where it is asked
 * for and no more than 1, a + b is at least 1: nothing that counts is lost of a square; what is too large makes it 0.
 */
function rootOf(room: f64, linear: f64, square: f64): f64 {
  const perRoom: f64 = single(1.0 / room);
  const b: f64 = single(linear * perRoom);
  const a: f64 = single(single(square * perRoom) * 4.0);
  return single(2.0 / single(b + single(Math.sqrt(single(single(b * b) + a)))));
}

function raiseLane(x: Singles, lanes: i32, each: i32, value: f64): void {
  const at: i32 = lanes + LANES * each;
  x[at] = larger(x[at], value);
}

/** The larger of 0 and x, 0 if x is no number: as pmax(0, x). */
function positive(x: f64): f64 {
  return 0.0 < x ? x : 0.0;
}

/** The larger of two, a if b is no number: as pmax(a, b). */
export function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

/** Radii, or largest fall and rise, from those of the four lanes. */
export function mergeLanes(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, k: i32, mode: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const lanes: i32 = 2 * (n + CERTIFY_LANES);
  if (mode === MODE_LARGEST) {
    f[n + CERTIFY_FALLS + k] = f[n + CERTIFY_FALLS + k] + largestLane(x, lanes, LANE_RADII);
    f[n + CERTIFY_NEAR_FALLS + k] = f[n + CERTIFY_NEAR_FALLS + k] + largestLane(x, lanes, LANE_RADII + 1);
    f[n + CERTIFY_RISES + k] = f[n + CERTIFY_RISES + k] + leastLane(x, lanes, LANE_RISE);
    return;
  }
  for (let q: i32 = 0; q < LANE_RISE; q++) {
    // A fall binds in its worst scenario, a rise in its best one.
    const radius: f64 = mode === MODE_FALL ? leastLane(x, lanes, q) : largestLane(x, lanes, q);
    f[n + CERTIFY_RADII + q] = Math.min(f[n + CERTIFY_RADII + q], radius);
  }
  if (mode === MODE_RISE) {
    riseLoads(f, x, w, context, scratch, k);
    return;
  }
  for (let each: i32 = 0; each < LOAD_COUNT; each++) raiseLoad(f, n, each, largestLane(x, lanes, LANE_LOADS + each));
}

function largestLane(x: Singles, lanes: i32, each: i32): f64 {
  const at: i32 = lanes + LANES * each;
  return larger(larger(x[at], x[at + 1]), larger(x[at + 2], x[at + 3]));
}

function leastLane(x: Singles, lanes: i32, each: i32): f64 {
  const at: i32 = lanes + LANES * each;
  return Math.min(Math.min(x[at], x[at + 1]), Math.min(x[at + 2], x[at + 3]));
}

function raiseLoad(f: Floats, n: i32, each: i32, load: f64): void {
  f[n + CERTIFY_LOADS + each] = larger(f[n + CERTIFY_LOADS + each], load);
}

/**
 * Loads on the bad side of threshold k: what each kind of movement raises the worst scenario by, per unit of what it is
 * below 0. A rise is a fall in the opposite direction.
 */
function riseLoads(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, k: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const n: i32 = numbersOf(w, context, scratch);
  const alpha: f64 = requirementOf(f, w, context, k);
  const worst: f64 = f[n + GROUP_WORST_CELL];
  let s: i32 = firstScenario(alpha, cellCount);
  while (s < stride - 1 && alpha * (f[scratch + s] - worst) > 0) s = s + 1;
  const at: i32 = rowsOf(w, context, scratch) + rowAt(0, s);
  const room: f64 = Math.abs(f[n + CERTIFY_MARGINS + k]) - alpha * (f[scratch + s] - worst);
  const perRoom: f64 = room > 0 ? 1.0 / room : Infinity;
  const blend: f64 = blendOf(alpha * x[at + MOVE_LINEAR * SLOPE_BLOCK]);
  const price: f64 = f[n + CALL_PRICE] * perRoom;
  const volatility: f64 = f[n + CALL_VOLATILITY] * perRoom;
  const rise: f64 = f[n + VALUE_PRICE_DOWN] + alpha * x[at + MOVE_PRICE_DOWN * SLOPE_BLOCK];
  const fall: f64 = f[n + VALUE_PRICE_UP] + alpha * x[at + MOVE_PRICE_UP * SLOPE_BLOCK];
  const more: f64 = f[n + VALUE_VOLATILITY_DOWN] + alpha * x[at + MOVE_VOLATILITY_DOWN * SLOPE_BLOCK];
  const less: f64 = f[n + VALUE_VOLATILITY_UP] + alpha * x[at + MOVE_VOLATILITY_UP * SLOPE_BLOCK];
  const bend: f64 = f[n + VALUE_CURVATURE_RISE] + alpha * x[at + MOVE_CURVATURE_RISE * SLOPE_BLOCK];
  const square: f64 = positive(bend + f[n + LINEAR_SPREAD] * blend);
  const time: f64 = f[n + VALUE_TIME_RISE] + alpha * x[at + MOVE_TIME_RISE * SLOPE_BLOCK];
  const rest: f64 = f[n + VALUE_REST] + alpha * x[at + MOVE_REST * SLOPE_BLOCK] + f[n + LINEAR_REST] * blend;
  raiseLoad(f, n, LOAD_PRICE_UP, price * positive(rise));
  raiseLoad(f, n, LOAD_PRICE_DOWN, price * positive(fall));
  raiseLoad(f, n, LOAD_PRICE_SQUARE, f[n + CALL_PRICE_SQUARE] * square * perRoom);
  raiseLoad(f, n, LOAD_VOLATILITY_UP, volatility * positive(more));
  raiseLoad(f, n, LOAD_VOLATILITY_DOWN, volatility * positive(less));
  raiseLoad(f, n, LOAD_REST, rest * perRoom);
  raiseLoad(f, n, LOAD_TIME, positive(time) * (1.0 + SINGLE_UP) * perRoom);
  raiseLoad(f, n, LOAD_OTHER, room > 0 ? 0 : Infinity);
}
