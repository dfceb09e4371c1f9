import { floatAt, word } from "../context.ts";
import { FLOATS, outIndex, WORDS, wordIndex } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import {
  LOAD_OTHER, LOAD_PRICE_DOWN, LOAD_PRICE_SQUARE, LOAD_PRICE_UP, LOAD_REST, LOAD_TIME, LOAD_VOLATILITY_DOWN,
  LOAD_VOLATILITY_UP,
} from "../portable/certificate-layout.ts";
import { numbersOf } from "../portable/certify/box.ts";
import { firstScenario, MODE_FALL, MODE_RISE, mergeLanes, requirementOf } from "../portable/certify/scenario-moves.ts";
import {
  CALL_PRICE, CALL_PRICE_SQUARE, CALL_VOLATILITY, CERTIFY_LANES, CERTIFY_MARGINS, CERTIFY_ROW_COUNT, certifyCellsOf,
  CHORD_SHARE,
  GROUP_WORST_CELL, GROUP_YEARS, LANE_LOADS, LANE_RISE, LINEAR_REST, LINEAR_SPREAD, MOVE_CURVATURE_FALL,
  MOVE_CURVATURE_RISE, MOVE_LINEAR, MOVE_PRICE_DOWN, MOVE_PRICE_UP, MOVE_REST, MOVE_TIME_FALL, MOVE_TIME_RISE,
  MOVE_VOLATILITY_DOWN, MOVE_VOLATILITY_UP, VALUE_CURVATURE_FALL, VALUE_CURVATURE_RISE, VALUE_PRICE_DOWN,
  VALUE_PRICE_UP, VALUE_REST, VALUE_TIME_FALL, VALUE_TIME_RISE, VALUE_VOLATILITY_DOWN, VALUE_VOLATILITY_UP,
} from "../portable/certify/scratch.ts";
import { SINGLE_UP } from "../portable/certify/single-bounds.ts";
import { CONTEXT_CELL_COUNT } from "../portable/layout.ts";
import { SINGLES } from "./singles.ts";

/** Bytes of a block of the rows. */
const BLOCK_BYTES: usize = <usize>CERTIFY_ROW_COUNT << 4;

/** Four lanes of a number of the scratch area. */
// @ts-ignore: decorator
@inline
function numberOf(n: usize, each: i32): v128 {
  return singles(floatAt(n, each));
}

/** What the values fall by, and alpha times what the cells do. */
// @ts-ignore: decorator
@inline
function moveOf(value: v128, alpha: v128, row: usize): v128 {
  return f32x4.add(value, f32x4.mul(alpha, v128.load(row)));
}

// @ts-ignore: decorator
@inline
function positive(x: v128): v128 {
  return f32x4.pmax(singles(0), x);
}

/**
 * Four scenarios at a time, bit-equal to `foldScenarios` of assembly/portable/certify/scenario-moves.ts, which documents
 * it. Divisions and roots are rare: one scenario in a few lowers a radius.
 */
export function foldScenarios4(context: usize, scratch: usize, k: i32, mode: i32): void {
  const c = wordIndex(context);
  const cellCount = <i32>word(context, CONTEXT_CELL_COUNT);
  const cells = <usize>certifyCellsOf(cellCount);
  const n = <usize>numbersOf(WORDS, c, outIndex(scratch)) << 3;
  const share = requirementOf(FLOATS, WORDS, c, k);
  const isRise = mode == MODE_RISE;
  const alpha = singles(share);
  const price = numberOf(n, CALL_PRICE);
  const volatility = numberOf(n, CALL_VOLATILITY);
  const valueUp = numberOf(n, VALUE_PRICE_UP);
  const valueDown = numberOf(n, VALUE_PRICE_DOWN);
  const valueMore = numberOf(n, VALUE_VOLATILITY_UP);
  const valueLess = numberOf(n, VALUE_VOLATILITY_DOWN);
  const curvature = numberOf(n, isRise ? VALUE_CURVATURE_RISE : VALUE_CURVATURE_FALL);
  const time = numberOf(n, isRise ? VALUE_TIME_RISE : VALUE_TIME_FALL);
  const rest = numberOf(n, VALUE_REST);
  const linearRest = numberOf(n, LINEAR_REST);
  const linearSpread = numberOf(n, LINEAR_SPREAD);
  const unit = numberOf(n, CALL_PRICE_SQUARE);
  const years = numberOf(n, GROUP_YEARS);
  const margin = singles(Math.abs(floatAt(n, CERTIFY_MARGINS + k)) * (1.0 - SINGLE_UP));
  const worst = f64x2.splat(floatAt(n, GROUP_WORST_CELL));
  const outward = f64x2.splat(isRise ? 1.0 + SINGLE_UP : 1.0 - SINGLE_UP);
  const curvatureRow = <usize>(isRise ? MOVE_CURVATURE_RISE : MOVE_CURVATURE_FALL) << 4;
  const timeRow = <usize>(isRise ? MOVE_TIME_RISE : MOVE_TIME_FALL) << 4;
  const lanes = n + (<usize>CERTIFY_LANES << 3);
  startLanes(lanes, mode);
  let cell = scratch + (<usize>firstScenario(share, cellCount) << 3);
  let at = scratch + (cells << 3) + ((cell - scratch) >> 5) * BLOCK_BYTES;
  for (; cell < scratch + (cells << 3); cell += 32) {
    const distance = narrow(
      f64x2.mul(f64x2.sub(v128.load(cell), worst), outward), f64x2.mul(f64x2.sub(v128.load(cell, 16), worst), outward),
    );
    const gap = f32x4.mul(alpha, distance);
    const up = f32x4.mul(price, positive(moveOf(valueUp, alpha, at + (<usize>MOVE_PRICE_UP << 4))));
    const down = f32x4.mul(price, positive(moveOf(valueDown, alpha, at + (<usize>MOVE_PRICE_DOWN << 4))));
    const more = f32x4.mul(volatility, positive(moveOf(valueMore, alpha, at + (<usize>MOVE_VOLATILITY_UP << 4))));
    const less = f32x4.mul(volatility, positive(moveOf(valueLess, alpha, at + (<usize>MOVE_VOLATILITY_DOWN << 4))));
    const blend = blendOf(f32x4.mul(alpha, v128.load(at + (<usize>MOVE_LINEAR << 4))));
    const spread = f32x4.mul(linearSpread, blend);
    const square = f32x4.mul(unit, positive(f32x4.add(moveOf(curvature, alpha, at + curvatureRow), spread)));
    const rests = f32x4.add(moveOf(rest, alpha, at + (<usize>MOVE_REST << 4)), f32x4.mul(linearRest, blend));
    const perYear = f32x4.mul(positive(moveOf(time, alpha, at + timeRow)), singles(1.0 + SINGLE_UP));
    const base = f32x4.add(rests, f32x4.mul(years, perYear));
    if (mode == MODE_FALL) {
      const room = f32x4.add(margin, gap);
      fallLanes(lanes, room, base, up, down, more, less, square);
      loadLanes(lanes, f32x4.div(singles(1), room), up, down, more, less, rests, square, perYear);
    } else if (isRise) {
      riseLanes(lanes, f32x4.sub(margin, gap), base, up, down, more, less, square);
    } else {
      const common = f32x4.add(f32x4.pmax(up, down), f32x4.pmax(more, less));
      const move = f32x4.add(base, common);
      const near = f32x4.add(
        f32x4.mul(singles(CHORD_SHARE), move), f32x4.mul(singles(CHORD_SHARE * CHORD_SHARE), square),
      );
      raise(lanes, f32x4.sub(f32x4.add(move, square), gap));
      raise(lanes + 16, f32x4.sub(near, gap));
      lowerRise(lanes, n, at, gap, alpha, spread, f32x4.add(rests, common));
    }
    at += BLOCK_BYTES;
  }
  mergeLanes(FLOATS, SINGLES, WORDS, c, outIndex(scratch), k, mode);
}

// @ts-ignore: decorator
@inline
function blendOf(linear: v128): v128 {
  const one = singles(1);
  return f32x4.add(
    f32x4.abs(f32x4.add(one, linear)), f32x4.mul(f32x4.add(one, f32x4.abs(linear)), singles(SINGLE_UP)),
  );
}

// @ts-ignore: decorator
@inline
function startLanes(lanes: usize, mode: i32): void {
  const start = singles(mode == MODE_FALL ? 1.0 : 0.0);
  for (let q: usize = 0; q < <usize>LANE_RISE; q++) v128.store(lanes + (q << 4), start);
  v128.store(lanes + (<usize>LANE_RISE << 4), singles(Infinity));
  for (let load: usize = 0; load <= <usize>LOAD_OTHER; load++) {
    v128.store(lanes + ((<usize>LANE_LOADS + load) << 4), singles(0));
  }
}

// @ts-ignore: decorator
@inline
function lowerRise(
  lanes: usize, n: usize, at: usize, gap: v128, alpha: v128, spread: v128, move: v128,
): void {
  const isWorst = f32x4.eq(gap, singles(0));
  if (!v128.any_true(isWorst)) return;
  const curvature = moveOf(numberOf(n, VALUE_CURVATURE_RISE), alpha, at + (<usize>MOVE_CURVATURE_RISE << 4));
  const square = f32x4.mul(numberOf(n, CALL_PRICE_SQUARE), positive(f32x4.add(curvature, spread)));
  const byTime = moveOf(numberOf(n, VALUE_TIME_RISE), alpha, at + (<usize>MOVE_TIME_RISE << 4));
  const perYear = f32x4.mul(positive(byTime), singles(1.0 + SINGLE_UP));
  const rise = f32x4.add(f32x4.add(move, f32x4.mul(numberOf(n, GROUP_YEARS), perYear)), square);
  const to = lanes + (<usize>LANE_RISE << 4);
  const least = v128.load(to);
  v128.store(to, f32x4.pmin(least, v128.bitselect(rise, least, isWorst)));
}

// @ts-ignore: decorator
@inline
function fallLanes(
  lanes: usize, room: v128, base: v128, up: v128, down: v128, more: v128, less: v128, square: v128,
): void {
  lower(lanes, room, f32x4.add(base, f32x4.add(up, more)), square);
  lower(lanes + 16, room, f32x4.add(base, f32x4.add(down, more)), square);
  lower(lanes + 32, room, f32x4.add(base, f32x4.add(up, less)), square);
  lower(lanes + 48, room, f32x4.add(base, f32x4.add(down, less)), square);
}

// @ts-ignore: decorator
@inline
function loadLanes(
  lanes: usize, perRoom: v128, up: v128, down: v128, more: v128, less: v128, rests: v128, square: v128, perYear: v128,
): void {
  const loads = lanes + (<usize>LANE_LOADS << 4);
  raise(loads + (<usize>LOAD_PRICE_UP << 4), f32x4.mul(up, perRoom));
  raise(loads + (<usize>LOAD_PRICE_DOWN << 4), f32x4.mul(down, perRoom));
  raise(loads + (<usize>LOAD_PRICE_SQUARE << 4), f32x4.mul(square, perRoom));
  raise(loads + (<usize>LOAD_VOLATILITY_UP << 4), f32x4.mul(more, perRoom));
  raise(loads + (<usize>LOAD_VOLATILITY_DOWN << 4), f32x4.mul(less, perRoom));
  raise(loads + (<usize>LOAD_REST << 4), f32x4.mul(rests, perRoom));
  raise(loads + (<usize>LOAD_TIME << 4), f32x4.mul(perYear, perRoom));
}

// @ts-ignore: decorator
@inline
function riseLanes(
  lanes: usize, room: v128, base: v128, up: v128, down: v128, more: v128, less: v128, square: v128,
): void {
  lift(lanes, room, f32x4.add(base, f32x4.add(down, less)), square);
  lift(lanes + 16, room, f32x4.add(base, f32x4.add(up, less)), square);
  lift(lanes + 32, room, f32x4.add(base, f32x4.add(down, more)), square);
  lift(lanes + 48, room, f32x4.add(base, f32x4.add(up, more)), square);
}

// @ts-ignore: decorator
@inline
function raise(at: usize, value: v128): void {
  v128.store(at, f32x4.pmax(v128.load(at), value));
}

/** The share that room is enough for where that is less than what is there. */
// @ts-ignore: decorator
@inline
function lower(at: usize, room: v128, fall: v128, square: v128): void {
  const r = v128.load(at);
  const isLess = f32x4.lt(room, f32x4.mul(r, f32x4.add(fall, f32x4.mul(r, square))));
  if (v128.any_true(isLess)) v128.store(at, v128.bitselect(rootOf(room, fall, square), r, isLess));
}

/** Where that is more. */
// @ts-ignore: decorator
@inline
function lift(at: usize, room: v128, rise: v128, square: v128): void {
  const r = v128.load(at);
  const isMore = f32x4.lt(f32x4.mul(r, f32x4.add(rise, f32x4.mul(r, square))), room);
  if (v128.any_true(isMore)) v128.store(at, v128.bitselect(rootOf(room, rise, square), r, isMore));
}

function rootOf(room: v128, linear: v128, square: v128): v128 {
  const perRoom = f32x4.div(singles(1), room);
  const b = f32x4.mul(linear, perRoom);
  const a = f32x4.mul(f32x4.mul(square, perRoom), singles(4));
  return f32x4.div(singles(2), f32x4.add(b, f32x4.sqrt(f32x4.add(f32x4.mul(b, b), a))));
}
