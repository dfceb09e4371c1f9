import { floatAt, word } from "../context.ts";
import { FLOATS, outIndex, WORDS, wordIndex } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import {
  LOAD_OTHER, LOAD_PRICE_DOWN, LOAD_PRICE_UP, LOAD_REST, LOAD_VOLATILITY_DOWN, LOAD_VOLATILITY_UP,
} from "../portable/certificate-layout.ts";
import { numbersOf } from "../portable/certify/box.ts";
import {
  amountRadius, amountRest, firstScenario, MODE_FALL, MODE_RISE, mergeLanes, requirementOf, valuePriceRadius, valueRest,
  valueVolatilityRadius,
} from "../portable/certify/scenario-moves.ts";
import {
  CALL_PRICE, CALL_VOLATILITY, CERTIFY_LANES, CERTIFY_MARGINS, CERTIFY_PRICE, CERTIFY_PRICE_GROSS,
  CERTIFY_PRICE_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf,
  CHORD_SHARE, GROUP_AMOUNT, GROUP_VALUE_PRICE, GROUP_VALUE_VOLATILITY, GROUP_WORST_CELL, LANE_LOADS, LANE_PROBE,
  LANE_RISE,
} from "../portable/certify/scratch.ts";
import { SINGLE_UP } from "../portable/certify/single-bounds.ts";
import { CONTEXT_CELL_COUNT } from "../portable/layout.ts";
import { SINGLES } from "./singles.ts";

/**
 * Four scenarios at a time, bit-equal to `foldScenarios` of assembly/portable/certify/scenario-moves.ts, which documents
 * it. Divisions are rare: one scenario in a few lowers a radius.
 */
export function foldScenarios4(context: usize, scratch: usize, k: i32, mode: i32): void {
  const c = wordIndex(context);
  const cellCount = <i32>word(context, CONTEXT_CELL_COUNT);
  const cells = <usize>certifyCellsOf(cellCount);
  const row = cells << 2;
  const numbers = numbersOf(WORDS, c, outIndex(scratch));
  const n = <usize>numbers << 3;
  const share = requirementOf(FLOATS, WORDS, c, k);
  const alpha = singles(share);
  const price = singles(floatAt(n, CALL_PRICE));
  const volatility = singles(floatAt(n, CALL_VOLATILITY));
  const slope = singles(floatAt(n, GROUP_AMOUNT) + floatAt(n, GROUP_VALUE_PRICE));
  const radius = singles(valuePriceRadius(FLOATS, numbers));
  const vega = singles(floatAt(n, GROUP_VALUE_VOLATILITY));
  const vegaRadius = singles(valueVolatilityRadius(FLOATS, numbers));
  const rest = singles(valueRest(FLOATS, numbers));
  const linearRest = singles(amountRest(FLOATS, numbers));
  const linearRadius = singles(amountRadius(FLOATS, numbers));
  const margin = singles(Math.abs(floatAt(n, CERTIFY_MARGINS + k)) * (1.0 - SINGLE_UP));
  const worst = f64x2.splat(floatAt(n, GROUP_WORST_CELL));
  const outward = f64x2.splat(mode == MODE_RISE ? 1.0 + SINGLE_UP : 1.0 - SINGLE_UP);
  const zero = singles(0);
  const one = singles(1);
  const lanes = n + (<usize>CERTIFY_LANES << 3);
  startLanes(lanes, mode);
  let rise = singles(Infinity);
  let probe = zero;
  let cell = scratch + (<usize>firstScenario(share, cellCount) << 3);
  let at = scratch + (cells << 3) + ((cell - scratch) >> 1);
  for (; cell < scratch + (cells << 3); cell += 32) {
    const distance = narrow(
      f64x2.mul(f64x2.sub(v128.load(cell), worst), outward), f64x2.mul(f64x2.sub(v128.load(cell, 16), worst), outward),
    );
    const gap = f32x4.mul(alpha, distance);
    const x = f32x4.add(slope, f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE * row)));
    const y = f32x4.add(vega, f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY * row)));
    const yRadius = f32x4.add(vegaRadius, f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY_RADIUS * row)));
    const linear = f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY_GROSS * row));
    const blend = f32x4.add(
      f32x4.abs(f32x4.add(one, linear)), f32x4.mul(f32x4.add(one, f32x4.abs(linear)), singles(SINGLE_UP)),
    );
    const optionRadius = f32x4.add(radius, f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE_RADIUS * row)));
    const xRadius = f32x4.add(optionRadius, f32x4.mul(linearRadius, blend));
    const own = f32x4.add(rest, f32x4.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE_GROSS * row)));
    const rests = f32x4.add(own, f32x4.mul(linearRest, blend));
    const up = f32x4.mul(price, f32x4.pmax(zero, f32x4.sub(xRadius, x)));
    const down = f32x4.mul(price, f32x4.pmax(zero, f32x4.add(xRadius, x)));
    const more = f32x4.mul(volatility, f32x4.pmax(zero, f32x4.sub(yRadius, y)));
    const less = f32x4.mul(volatility, f32x4.pmax(zero, f32x4.add(yRadius, y)));
    const sum = f32x4.add(f32x4.add(f32x4.add(up, down), f32x4.add(more, less)), f32x4.add(rests, gap));
    probe = f32x4.add(probe, sum);
    if (mode == MODE_FALL) {
      fallLanes(lanes, f32x4.add(margin, gap), up, down, more, less, rests);
    } else if (mode == MODE_RISE) {
      riseLanes(lanes, f32x4.sub(margin, gap), up, down, more, less, rests);
    } else {
      const move = f32x4.add(rests, f32x4.add(f32x4.pmax(up, down), f32x4.pmax(more, less)));
      raise(lanes, f32x4.sub(move, gap));
      raise(lanes + 16, f32x4.sub(f32x4.mul(singles(CHORD_SHARE), move), gap));
      rise = f32x4.pmin(rise, v128.bitselect(move, rise, f32x4.eq(gap, zero)));
    }
    at += 16;
  }
  v128.store(lanes + (<usize>LANE_RISE << 4), rise);
  v128.store(lanes + (<usize>LANE_PROBE << 4), probe);
  mergeLanes(FLOATS, SINGLES, WORDS, c, outIndex(scratch), k, mode);
}

// @ts-ignore: decorator
@inline
function startLanes(lanes: usize, mode: i32): void {
  const start = singles(mode == MODE_FALL ? 1.0 : 0.0);
  for (let q: usize = 0; q < <usize>LANE_RISE; q++) v128.store(lanes + (q << 4), start);
  for (let load: usize = 0; load <= <usize>LOAD_OTHER; load++) {
    v128.store(lanes + ((<usize>LANE_LOADS + load) << 4), singles(0));
  }
}

// @ts-ignore: decorator
@inline
function fallLanes(
  lanes: usize, room: v128, up: v128, down: v128, more: v128, less: v128, rests: v128,
): void {
  lower(lanes, room, f32x4.add(rests, f32x4.add(up, more)));
  lower(lanes + 16, room, f32x4.add(rests, f32x4.add(down, more)));
  lower(lanes + 32, room, f32x4.add(rests, f32x4.add(up, less)));
  lower(lanes + 48, room, f32x4.add(rests, f32x4.add(down, less)));
  const perRoom = f32x4.div(singles(1), room);
  const loads = lanes + (<usize>LANE_LOADS << 4);
  raise(loads + (<usize>LOAD_PRICE_UP << 4), f32x4.mul(up, perRoom));
  raise(loads + (<usize>LOAD_PRICE_DOWN << 4), f32x4.mul(down, perRoom));
  raise(loads + (<usize>LOAD_VOLATILITY_UP << 4), f32x4.mul(more, perRoom));
  raise(loads + (<usize>LOAD_VOLATILITY_DOWN << 4), f32x4.mul(less, perRoom));
  raise(loads + (<usize>LOAD_REST << 4), f32x4.mul(rests, perRoom));
}

// @ts-ignore: decorator
@inline
function riseLanes(
  lanes: usize, room: v128, up: v128, down: v128, more: v128, less: v128, rests: v128,
): void {
  lift(lanes, room, f32x4.add(rests, f32x4.add(down, less)));
  lift(lanes + 16, room, f32x4.add(rests, f32x4.add(up, less)));
  lift(lanes + 32, room, f32x4.add(rests, f32x4.add(down, more)));
  lift(lanes + 48, room, f32x4.add(rests, f32x4.add(up, more)));
}

// @ts-ignore: decorator
@inline
function raise(at: usize, value: v128): void {
  v128.store(at, f32x4.pmax(v128.load(at), value));
}

/** room / fall where that is less than what is there. */
// @ts-ignore: decorator
@inline
function lower(at: usize, room: v128, fall: v128): void {
  const r = v128.load(at);
  const isLess = f32x4.lt(room, f32x4.mul(fall, r));
  if (v128.any_true(isLess)) v128.store(at, v128.bitselect(f32x4.div(room, fall), r, isLess));
}

/** room / rise where that is more than what is there. */
// @ts-ignore: decorator
@inline
function lift(at: usize, room: v128, rise: v128): void {
  const r = v128.load(at);
  const isMore = f32x4.lt(f32x4.mul(rise, r), room);
  if (v128.any_true(isMore)) v128.store(at, v128.bitselect(f32x4.div(room, rise), r, isMore));
}
