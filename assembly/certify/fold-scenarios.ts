import { floatAt, word } from "../context.ts";
import { FLOATS, outIndex, WORDS, wordIndex } from "../margin/account-driver.ts";
import { LOAD_COUNT } from "../portable/certificate-layout.ts";
import { numbersOf } from "../portable/certify/box.ts";
import {
  amountRadius, amountRest, firstScenario, MODE_FALL, MODE_RISE, mergeLanes, requirementOf, valueRest,
} from "../portable/certify/scenario-moves.ts";
import {
  CALL_PRICE, CALL_VOLATILITY, CERTIFY_CELL, CERTIFY_LANES, CERTIFY_MARGINS, CERTIFY_PRICE, CERTIFY_PRICE_GROSS,
  CERTIFY_PRICE_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf,
  CHORD_SHARE, GROUP_AMOUNT, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_RADIUS, GROUP_VALUE_VOLATILITY,
  GROUP_VALUE_VOLATILITY_RADIUS, GROUP_WORST_CELL, LANE_LOADS, LANE_PROBE, LANE_RISE,
} from "../portable/certify/scratch.ts";
import { CONTEXT_CELL_COUNT } from "../portable/layout.ts";

/** Of the loads in the lanes, in bytes. */
const LOADS_AT: usize = <usize>LANE_LOADS << 4;

/**
 * Two scenarios at a time, bit-equal to `foldScenarios` of assembly/portable/certify/scenario-moves.ts, which documents
 * it. Divisions are rare: one scenario in a few lowers a radius.
 */
export function foldScenarios2(context: usize, scratch: usize, k: i32, mode: i32): void {
  const c = wordIndex(context);
  const cellCount = <i32>word(context, CONTEXT_CELL_COUNT);
  const row = <usize>certifyCellsOf(cellCount) << 3;
  const numbers = numbersOf(WORDS, c, outIndex(scratch));
  const n = <usize>numbers << 3;
  const share = requirementOf(FLOATS, WORDS, c, k);
  const alpha = f64x2.splat(share);
  const price = f64x2.splat(floatAt(n, CALL_PRICE));
  const volatility = f64x2.splat(floatAt(n, CALL_VOLATILITY));
  const slope = f64x2.splat(floatAt(n, GROUP_AMOUNT) + floatAt(n, GROUP_VALUE_PRICE));
  const radius = f64x2.splat(floatAt(n, GROUP_VALUE_PRICE_RADIUS));
  const vega = f64x2.splat(floatAt(n, GROUP_VALUE_VOLATILITY));
  const vegaRadius = f64x2.splat(floatAt(n, GROUP_VALUE_VOLATILITY_RADIUS));
  const rest = f64x2.splat(valueRest(FLOATS, numbers));
  const linearRest = f64x2.splat(amountRest(FLOATS, numbers));
  const linearRadius = f64x2.splat(amountRadius(FLOATS, numbers));
  const worst = f64x2.splat(share * floatAt(n, GROUP_WORST_CELL));
  const margin = f64x2.splat(Math.abs(floatAt(n, CERTIFY_MARGINS + k)));
  const zero = f64x2.splat(0);
  let r0 = f64x2.splat(mode == MODE_FALL ? 1.0 : 0.0);
  let r1 = r0;
  let r2 = r0;
  let r3 = r0;
  const lanes = n + (<usize>CERTIFY_LANES << 3);
  for (let each: usize = 0; each < <usize>LOAD_COUNT; each++) v128.store(lanes + LOADS_AT + (each << 4), zero);
  let rise = f64x2.splat(Infinity);
  let probe = zero;
  for (let at = scratch + (<usize>firstScenario(share, cellCount) << 3); at < scratch + row; at += 16) {
    const gap = f64x2.sub(f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_CELL * row)), worst);
    const x = f64x2.add(slope, f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE * row)));
    const blend = f64x2.abs(
      f64x2.add(f64x2.splat(1), f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY_GROSS * row))),
    );
    const optionRadius = f64x2.add(radius, f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE_RADIUS * row)));
    const xRadius = f64x2.add(optionRadius, f64x2.mul(linearRadius, blend));
    const y = f64x2.add(vega, f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY * row)));
    const yRadius = f64x2.add(vegaRadius, f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_VOLATILITY_RADIUS * row)));
    const optionRest = f64x2.add(rest, f64x2.mul(alpha, v128.load(at + <usize>CERTIFY_PRICE_GROSS * row)));
    const own = f64x2.add(optionRest, f64x2.mul(linearRest, blend));
    const upAlone = f64x2.mul(price, f64x2.pmax(zero, f64x2.sub(xRadius, x)));
    const downAlone = f64x2.mul(price, f64x2.pmax(zero, f64x2.add(xRadius, x)));
    const up = f64x2.add(own, upAlone);
    const down = f64x2.add(own, downAlone);
    const more = f64x2.mul(volatility, f64x2.pmax(zero, f64x2.sub(yRadius, y)));
    const less = f64x2.mul(volatility, f64x2.pmax(zero, f64x2.add(yRadius, y)));
    probe = f64x2.add(probe, f64x2.add(f64x2.add(f64x2.add(up, down), f64x2.add(more, less)), gap));
    if (mode == MODE_FALL) {
      const room = f64x2.add(margin, gap);
      r0 = lowered(r0, room, f64x2.add(up, more));
      r1 = lowered(r1, room, f64x2.add(down, more));
      r2 = lowered(r2, room, f64x2.add(up, less));
      r3 = lowered(r3, room, f64x2.add(down, less));
      raiseLoads(lanes + LOADS_AT, room, upAlone, downAlone, more, less, own);
    } else if (mode == MODE_RISE) {
      const room = f64x2.sub(margin, gap);
      r0 = raised(r0, room, f64x2.add(down, less));
      r1 = raised(r1, room, f64x2.add(up, less));
      r2 = raised(r2, room, f64x2.add(down, more));
      r3 = raised(r3, room, f64x2.add(up, more));
    } else {
      const move = f64x2.add(f64x2.pmax(up, down), f64x2.pmax(more, less));
      r0 = f64x2.pmax(r0, f64x2.sub(move, gap));
      r1 = f64x2.pmax(r1, f64x2.sub(f64x2.mul(f64x2.splat(CHORD_SHARE), move), gap));
      rise = f64x2.pmin(rise, v128.bitselect(move, rise, f64x2.eq(gap, zero)));
    }
  }
  v128.store(lanes, r0);
  v128.store(lanes, r1, 16);
  v128.store(lanes, r2, 32);
  v128.store(lanes, r3, 48);
  v128.store(lanes + (<usize>LANE_RISE << 4), rise);
  v128.store(lanes + (<usize>LANE_PROBE << 4), probe);
  mergeLanes(FLOATS, WORDS, c, outIndex(scratch), k, mode);
}

/** What each kind of movement uses up of the room, where that is more than in the scenarios before. */
// @ts-ignore: decorator
@inline
function raiseLoads(
  loads: usize, room: v128, priceUp: v128, priceDown: v128, volatilityUp: v128, volatilityDown: v128, rest: v128,
): void {
  const perRoom = f64x2.div(f64x2.splat(1), room);
  v128.store(loads, f64x2.pmax(v128.load(loads), f64x2.mul(priceUp, perRoom)));
  v128.store(loads, f64x2.pmax(v128.load(loads, 16), f64x2.mul(priceDown, perRoom)), 16);
  v128.store(loads, f64x2.pmax(v128.load(loads, 32), f64x2.mul(volatilityUp, perRoom)), 32);
  v128.store(loads, f64x2.pmax(v128.load(loads, 48), f64x2.mul(volatilityDown, perRoom)), 48);
  v128.store(loads, f64x2.pmax(v128.load(loads, 64), f64x2.mul(rest, perRoom)), 64);
}

/** room / fall where that is less than r. */
// @ts-ignore: decorator
@inline
function lowered(r: v128, room: v128, fall: v128): v128 {
  const isLess = f64x2.lt(room, f64x2.mul(fall, r));
  return v128.any_true(isLess) ? v128.bitselect(f64x2.div(room, fall), r, isLess) : r;
}

/** room / rise where that is more than r. */
// @ts-ignore: decorator
@inline
function raised(r: v128, room: v128, rise: v128): v128 {
  const isMore = f64x2.lt(f64x2.mul(rise, r), room);
  return v128.any_true(isMore) ? v128.bitselect(f64x2.div(room, rise), r, isMore) : r;
}
