import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, WORDS, wordIndex, outIndex } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import { closeRows, curvatureSpread, priceRadius, sumSlack } from "../portable/certify/bound-group.ts";
import { numbersOf } from "../portable/certify/box.ts";
import {
  CALL_GROWTH, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_CURVATURE, CERTIFY_CURVATURE_RADIUS, CERTIFY_PRICE,
  CERTIFY_PRICE_SIZE, CERTIFY_ROW_COUNT, CERTIFY_TIME, CERTIFY_TIME_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS,
  CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT, GROUP_CHARGE_PRICE, GROUP_CHARGE_REST, GROUP_CHARGE_TIME,
  GROUP_CHARGE_VOLATILITY, GROUP_CHARGE_VOLATILITY_RADIUS, MOVE_CURVATURE_FALL, MOVE_CURVATURE_RISE, MOVE_LINEAR,
  MOVE_PRICE_DOWN, MOVE_PRICE_UP, MOVE_REST, MOVE_TIME_FALL, MOVE_TIME_RISE, MOVE_VOLATILITY_DOWN, MOVE_VOLATILITY_UP,
} from "../portable/certify/scratch.ts";
import { SINGLE_UP } from "../portable/certify/single-bounds.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INVERSE, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER,
} from "../portable/layout.ts";
import { SINGLES } from "./singles.ts";

/** Bytes of a block of the rows. */
const BLOCK_BYTES: usize = <usize>CERTIFY_ROW_COUNT << 4;

/** Four scenarios at a time, bit-equal to `shapeRows` of portable/certify/bound-group.ts, which documents it. */
export function shapeRows4(context: usize, scratch: usize, group: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const dampeners = grid + <usize>GRID_DAMPENER * cellBytes;
  let worst = f64x2.splat(0);
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const cell = f64x2.add(v128.load(scratch + at), v128.load(dampeners + at));
    worst = f64x2.pmin(worst, cell);
    v128.store(scratch + at, cell);
  }
  const even = f64x2.extract_lane(worst, 0);
  const odd = f64x2.extract_lane(worst, 1);
  const inverse: f64 = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0 ? 1.0 : 0.0;
  const prices = shapePrices(context, scratch, grid, inverse);
  const others = shapeOthers(context, scratch, grid, inverse);
  const probe = Math.max(largestLane(prices), largestLane(others));
  closeRows(FLOATS, SINGLES, WORDS, wordIndex(context), outIndex(scratch), odd < even ? odd : even, probe);
}

function largestLane(x: v128): f64 {
  return Math.max(
    Math.max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    Math.max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** Four floats of 64 bits from `first` on as ones of 32; at the end of a column the last two twice. */
// @ts-ignore: decorator
@inline
function fourOf(column: usize, first: usize, columnBytes: usize): v128 {
  return narrow(v128.load(column + first), v128.load(column + min(first + 16, columnBytes - 16)));
}

function shapePrices(context: usize, scratch: usize, grid: usize, isInverse: f64): v128 {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const cells = <usize>certifyCellsOf(<i32>(cellBytes >> 3));
  const numbers = numbersOf(WORDS, wordIndex(context), outIndex(scratch));
  const n = <usize>numbers << 3;
  const inverse = singles(isInverse);
  const side = singles(1.0 - 2.0 * isInverse);
  const amount = singles(floatAt(n, GROUP_AMOUNT));
  const slack = singles(sumSlack(FLOATS, numbers));
  const charge = singles(floatAt(n, GROUP_CHARGE_PRICE));
  const chargeRadius = singles(priceRadius(FLOATS, numbers));
  const chargeSize = f32x4.add(f32x4.abs(charge), chargeRadius);
  const chargeRest = singles(floatAt(n, GROUP_CHARGE_REST) * (1.0 + SINGLE_UP));
  const priceRest = singles(floatAt(n, CALL_PRICE_REST) * (1.0 + sumSlack(FLOATS, numbers)));
  const dampenerRest = singles(floatAt(n, CALL_PRICE_REST) * floatAt(n, CALL_GROWTH));
  const spread = singles(curvatureSpread(FLOATS, numbers));
  const classes = grid + <usize>GRID_CLASS * cellBytes;
  const dampeners = grid + <usize>GRID_DAMPENER * cellBytes;
  let probe = singles(0);
  let at = scratch + (cells << 3);
  for (let first: usize = 0; first < cellBytes; first += 32) {
    const moving = f32x4.mul(fourOf(dampeners, first, cellBytes), inverse);
    const byAmount = f32x4.mul(amount, f32x4.mul(fourOf(classes, first, cellBytes), side));
    const size = f32x4.abs(moving);
    const sizes = f32x4.add(f32x4.abs(byAmount), size);
    const gross = v128.load(at, <usize>CERTIFY_PRICE_SIZE << 4);
    const own = f32x4.sub(byAmount, moving);
    const slope = f32x4.sub(f32x4.add(v128.load(at, <usize>CERTIFY_PRICE << 4), own), charge);
    const radius = f32x4.add(
      chargeRadius, f32x4.mul(slack, f32x4.add(f32x4.add(gross, sizes), chargeSize)),
    );
    const bend = f32x4.add(v128.load(at, <usize>CERTIFY_CURVATURE << 4), f32x4.mul(own, side));
    const bendSum = v128.load(at, <usize>CERTIFY_CURVATURE_RADIUS << 4);
    const bendRadius = f32x4.add(
      f32x4.add(bendSum, f32x4.mul(spread, size)), f32x4.mul(slack, f32x4.add(bendSum, sizes)),
    );
    const rest = f32x4.add(
      f32x4.mul(priceRest, gross), f32x4.add(f32x4.mul(dampenerRest, size), chargeRest),
    );
    const up = f32x4.sub(radius, slope);
    const down = f32x4.add(radius, slope);
    const fall = f32x4.sub(bendRadius, bend);
    const rise = f32x4.add(bendRadius, bend);
    v128.store(at, up, <usize>MOVE_PRICE_UP << 4);
    v128.store(at, rest, <usize>MOVE_REST << 4);
    v128.store(at, fall, <usize>MOVE_CURVATURE_FALL << 4);
    v128.store(at, rise, <usize>MOVE_CURVATURE_RISE << 4);
    v128.store(at, down, <usize>MOVE_PRICE_DOWN << 4);
    probe = f32x4.max(probe, f32x4.add(f32x4.add(f32x4.add(up, down), f32x4.add(fall, rise)), rest));
    at += BLOCK_BYTES;
  }
  return probe;
}

function shapeOthers(context: usize, scratch: usize, grid: usize, isInverse: f64): v128 {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const cells = <usize>certifyCellsOf(<i32>(cellBytes >> 3));
  const numbers = numbersOf(WORDS, wordIndex(context), outIndex(scratch));
  const n = <usize>numbers << 3;
  const slack = singles(sumSlack(FLOATS, numbers));
  const charge = singles(floatAt(n, GROUP_CHARGE_VOLATILITY));
  const chargeRadius = singles(floatAt(n, GROUP_CHARGE_VOLATILITY_RADIUS) * (1.0 + SINGLE_UP));
  const chargeSize = f32x4.add(f32x4.abs(charge), chargeRadius);
  const chargeTime = singles(floatAt(n, GROUP_CHARGE_TIME) * (1.0 + SINGLE_UP));
  const volatilityRest = singles(floatAt(n, CALL_VOLATILITY_REST) * (1.0 + sumSlack(FLOATS, numbers)));
  const side = singles(1.0 - 2.0 * isInverse);
  const classes = grid + <usize>GRID_CLASS * cellBytes;
  let probe = singles(0);
  let at = scratch + (cells << 3);
  for (let first: usize = 0; first < cellBytes; first += 32) {
    const slopeSum = v128.load(at, <usize>CERTIFY_VOLATILITY_RADIUS << 4);
    const gross = f32x4.add(v128.load(at, <usize>CERTIFY_VOLATILITY_GROSS << 4), slopeSum);
    const slope = f32x4.sub(v128.load(at, <usize>CERTIFY_VOLATILITY << 4), charge);
    const radius = f32x4.add(
      f32x4.add(slopeSum, chargeRadius), f32x4.mul(slack, f32x4.add(gross, chargeSize)),
    );
    const byTime = v128.load(at, <usize>CERTIFY_TIME << 4);
    const timeSum = v128.load(at, <usize>CERTIFY_TIME_RADIUS << 4);
    const timeRadius = f32x4.add(f32x4.add(timeSum, chargeTime), f32x4.mul(slack, timeSum));
    const rest = f32x4.add(v128.load(at, <usize>MOVE_REST << 4), f32x4.mul(volatilityRest, gross));
    const up = f32x4.sub(radius, slope);
    const down = f32x4.add(radius, slope);
    const fall = f32x4.sub(timeRadius, byTime);
    const rise = f32x4.add(timeRadius, byTime);
    v128.store(at, rest, <usize>MOVE_REST << 4);
    v128.store(at, up, <usize>MOVE_VOLATILITY_UP << 4);
    v128.store(at, down, <usize>MOVE_VOLATILITY_DOWN << 4);
    v128.store(at, f32x4.mul(fourOf(classes, first, cellBytes), side), <usize>MOVE_LINEAR << 4);
    v128.store(at, fall, <usize>MOVE_TIME_FALL << 4);
    v128.store(at, rise, <usize>MOVE_TIME_RISE << 4);
    const cell = f32x4.abs(fourOf(scratch, first, cellBytes));
    probe = f32x4.max(probe, f32x4.add(f32x4.add(f32x4.add(up, down), f32x4.add(fall, rise)), cell));
    at += BLOCK_BYTES;
  }
  return probe;
}
