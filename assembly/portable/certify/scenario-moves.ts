import {
  BOX_THRESHOLDS, LOAD_COUNT, LOAD_OTHER, LOAD_PRICE_DOWN, LOAD_PRICE_UP, LOAD_REST, LOAD_VOLATILITY_DOWN, LOAD_VOLATILITY_UP,
  THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { CONTEXT_CELL_COUNT } from '../layout.ts';
import { single } from '../single.ts';
import { certificateFloats, numbersOf, rowsOf } from './box.ts';
import {
  CALL_CURVATURE, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST, CERTIFY_FALLS,
  CERTIFY_LANES, CERTIFY_LOADS, CERTIFY_MARGINS, CERTIFY_NEAR_FALLS, CERTIFY_PRICE, CERTIFY_PRICE_GROSS,
  CERTIFY_PRICE_RADIUS, CERTIFY_RADII, CERTIFY_RISES, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS,
  CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, CHORD_SHARE, GROUP_AMOUNT, GROUP_AMOUNT_GROSS, GROUP_VALUE_PRICE,
  GROUP_VALUE_PRICE_GROSS, GROUP_VALUE_PRICE_RADIUS, GROUP_VALUE_VOLATILITY, GROUP_VALUE_VOLATILITY_GROSS,
  GROUP_VALUE_VOLATILITY_RADIUS, GROUP_WORST_CELL, LANE_LOADS, LANE_PROBE, LANE_RADII, LANE_RISE, SET_PROBE,
} from './scratch.ts';
import { SINGLE_UP } from './single-bounds.ts';

/** Scenarios that are folded at a time. */
export const LANES: i32 = 4;

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

/** First scenario that a threshold asks for: of one without requirement, a vector with that of no loss only. */
export function firstScenario(alpha: f64, cellCount: i32): i32 {
  return alpha > 0 ? 0 : certifyCellsOf(cellCount) - LANES;
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

/** Radius of the net slope of the options' values, with the rounding of it and of the slope to 32 bits. */
export function valuePriceRadius(f: Floats, n: i32): f64 {
  const slope: f64 = Math.abs(f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE]);
  return f[n + GROUP_VALUE_PRICE_RADIUS] + SINGLE_UP * (slope + f[n + GROUP_VALUE_PRICE_RADIUS]);
}

export function valueVolatilityRadius(f: Floats, n: i32): f64 {
  const slope: f64 = Math.abs(f[n + GROUP_VALUE_VOLATILITY]);
  return f[n + GROUP_VALUE_VOLATILITY_RADIUS] + SINGLE_UP * (slope + f[n + GROUP_VALUE_VOLATILITY_RADIUS]);
}

/** Scenarios one by one, every fourth apart: scalar twin of `foldScenarios4` in assembly/certify. */
export function foldScenarios(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, k: i32, mode: i32): void {
  for (let lane: i32 = 0; lane < LANES; lane++) foldLane(f, x, w, context, scratch, k, mode, lane);
  mergeLanes(f, x, w, context, scratch, k, mode);
}

/**
 * Of every fourth scenario, the largest fall of value + alpha x (cell + dampener) - alpha x charges in each quadrant of
 * the box: common movement along the net slope, which lies between middle - radius and middle + radius, and the rest.
 * Falls are rounded up, what there is room for is rounded down.
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
  const price: f64 = single(f[n + CALL_PRICE]);
  const volatility: f64 = single(f[n + CALL_VOLATILITY]);
  const slope: f64 = single(f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE]);
  const radius: f64 = single(valuePriceRadius(f, n));
  const vega: f64 = single(f[n + GROUP_VALUE_VOLATILITY]);
  const vegaRadius: f64 = single(valueVolatilityRadius(f, n));
  const rest: f64 = single(valueRest(f, n));
  const linearRest: f64 = single(amountRest(f, n));
  const linearRadius: f64 = single(amountRadius(f, n));
  const margin: f64 = single(Math.abs(f[n + CERTIFY_MARGINS + k]) * (1.0 - SINGLE_UP));
  const lanes: i32 = 2 * (n + CERTIFY_LANES) + lane;
  startLanes(x, lanes, mode);
  for (let s: i32 = firstScenario(share, cellCount) + lane; s < stride; s += LANES) {
    const at: i32 = rows + s;
    const distance: f64 = f[scratch + s] - f[n + GROUP_WORST_CELL];
    const gap: f64 = single(alpha * single(distance * (mode === MODE_RISE ? 1.0 + SINGLE_UP : 1.0 - SINGLE_UP)));
    const byPrice: f64 = single(slope + single(alpha * x[at + CERTIFY_PRICE * stride]));
    const byVolatility: f64 = single(vega + single(alpha * x[at + CERTIFY_VOLATILITY * stride]));
    const byVolatilityRadius: f64 = single(vegaRadius + single(alpha * x[at + CERTIFY_VOLATILITY_RADIUS * stride]));
    const linear: f64 = single(alpha * x[at + CERTIFY_VOLATILITY_GROSS * stride]);
    const blend: f64 = single(
      Math.abs(single(1.0 + linear)) + single(single(1.0 + Math.abs(linear)) * single(SINGLE_UP)),
    );
    const optionRadius: f64 = single(radius + single(alpha * x[at + CERTIFY_PRICE_RADIUS * stride]));
    const byPriceRadius: f64 = single(optionRadius + single(linearRadius * blend));
    const own: f64 = single(rest + single(alpha * x[at + CERTIFY_PRICE_GROSS * stride]));
    const rests: f64 = single(own + single(linearRest * blend));
    const up: f64 = single(price * positive(single(byPriceRadius - byPrice)));
    const down: f64 = single(price * positive(single(byPriceRadius + byPrice)));
    const more: f64 = single(volatility * positive(single(byVolatilityRadius - byVolatility)));
    const less: f64 = single(volatility * positive(single(byVolatilityRadius + byVolatility)));
    const sum: f64 = single(single(single(up + down) + single(more + less)) + single(rests + gap));
    x[lanes + LANES * LANE_PROBE] = single(x[lanes + LANES * LANE_PROBE] + sum);
    if (mode === MODE_FALL) {
      fallLane(x, lanes, single(margin + gap), up, down, more, less, rests);
    } else if (mode === MODE_RISE) {
      riseLane(x, lanes, single(margin - gap), up, down, more, less, rests);
    } else {
      const move: f64 = single(rests + single(larger(up, down) + larger(more, less)));
      raiseLane(x, lanes, LANE_RADII, single(move - gap));
      raiseLane(x, lanes, LANE_RADII + 1, single(single(CHORD_SHARE * move) - gap));
      if (gap === 0 && move < x[lanes + LANES * LANE_RISE]) x[lanes + LANES * LANE_RISE] = move;
    }
  }
}

function startLanes(x: Singles, lanes: i32, mode: i32): void {
  for (let q: i32 = 0; q < LANE_RISE; q++) x[lanes + LANES * q] = mode === MODE_FALL ? 1.0 : 0.0;
  x[lanes + LANES * LANE_RISE] = Infinity;
  x[lanes + LANES * LANE_PROBE] = 0;
  for (let each: i32 = 0; each < LOAD_COUNT; each++) x[lanes + LANES * (LANE_LOADS + each)] = 0;
}

/** Scenario falls: radii that it lowers, and what each kind of movement uses up of the room. */
function fallLane(
  x: Singles, lanes: i32, room: f64, up: f64, down: f64, more: f64, less: f64, rest: f64,
): void {
  lowerLane(x, lanes, 0, room, single(rest + single(up + more)));
  lowerLane(x, lanes, 1, room, single(rest + single(down + more)));
  lowerLane(x, lanes, 2, room, single(rest + single(up + less)));
  lowerLane(x, lanes, 3, room, single(rest + single(down + less)));
  const perRoom: f64 = single(1.0 / room);
  raiseLane(x, lanes, LANE_LOADS + LOAD_PRICE_UP, single(up * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_PRICE_DOWN, single(down * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_VOLATILITY_UP, single(more * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_VOLATILITY_DOWN, single(less * perRoom));
  raiseLane(x, lanes, LANE_LOADS + LOAD_REST, single(rest * perRoom));
}

/** On the bad side: a rise is a fall in the opposite direction, and one scenario that stays is enough. */
function riseLane(
  x: Singles, lanes: i32, room: f64, up: f64, down: f64, more: f64, less: f64, rest: f64,
): void {
  liftLane(x, lanes, 0, room, single(rest + single(down + less)));
  liftLane(x, lanes, 1, room, single(rest + single(up + less)));
  liftLane(x, lanes, 2, room, single(rest + single(down + more)));
  liftLane(x, lanes, 3, room, single(rest + single(up + more)));
}

function lowerLane(x: Singles, lanes: i32, q: i32, room: f64, fall: f64): void {
  const at: i32 = lanes + LANES * (LANE_RADII + q);
  if (room < single(fall * x[at])) x[at] = single(room / fall);
}

function liftLane(x: Singles, lanes: i32, q: i32, room: f64, rise: f64): void {
  const at: i32 = lanes + LANES * (LANE_RADII + q);
  if (single(rise * x[at]) < room) x[at] = single(room / rise);
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
  const probes: i32 = lanes + LANES * LANE_PROBE;
  const probe: f64 = x[probes] + x[probes + 1] + (x[probes + 2] + x[probes + 3]);
  f[n + SET_PROBE] = f[n + SET_PROBE] + (probe - probe);
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
  const at: i32 = rowsOf(w, context, scratch) + s;
  const room: f64 = Math.abs(f[n + CERTIFY_MARGINS + k]) - alpha * (f[scratch + s] - worst);
  const perRoom: f64 = room > 0 ? 1.0 / room : Infinity;
  const byPrice: f64 = f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE] + alpha * x[at + CERTIFY_PRICE * stride];
  const byVolatility: f64 = f[n + GROUP_VALUE_VOLATILITY] + alpha * x[at + CERTIFY_VOLATILITY * stride];
  const byVolatilityRadius: f64 = valueVolatilityRadius(f, n) + alpha * x[at + CERTIFY_VOLATILITY_RADIUS * stride];
  const price: f64 = f[n + CALL_PRICE] * perRoom;
  const volatility: f64 = f[n + CALL_VOLATILITY] * perRoom;
  const linear: f64 = alpha * x[at + CERTIFY_VOLATILITY_GROSS * stride];
  const blend: f64 = Math.abs(1.0 + linear) + SINGLE_UP * (1.0 + Math.abs(linear));
  const byPriceRadius: f64 =
    valuePriceRadius(f, n) + alpha * x[at + CERTIFY_PRICE_RADIUS * stride] + amountRadius(f, n) * blend;
  const rest: f64 = valueRest(f, n) + alpha * x[at + CERTIFY_PRICE_GROSS * stride] + amountRest(f, n) * blend;
  raiseLoad(f, n, LOAD_PRICE_UP, price * positive(byPriceRadius + byPrice));
  raiseLoad(f, n, LOAD_PRICE_DOWN, price * positive(byPriceRadius - byPrice));
  raiseLoad(f, n, LOAD_VOLATILITY_UP, volatility * positive(byVolatilityRadius + byVolatility));
  raiseLoad(f, n, LOAD_VOLATILITY_DOWN, volatility * positive(byVolatilityRadius - byVolatility));
  raiseLoad(f, n, LOAD_REST, rest * perRoom);
  raiseLoad(f, n, LOAD_OTHER, room > 0 ? 0 : Infinity);
}
