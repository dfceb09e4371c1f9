import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, wordIndex, WORDS } from "../margin/account-driver.ts";
import { narrow, singleDensity4, singleMills4, singles } from "../math/single.ts";
import {
  fillSlopePoint, pointUnitOf, poisonPoints, sealPoints, singleDeviation, valuePointOf,
} from "../portable/certify/slope-point.ts";
import { grossOf, moneynessOf } from "../portable/certify/slope-row.ts";
import { inCoinOf, isPriced, slopeRowsOf } from "../portable/certify/slope-terms.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_EXPIRY,
  CONTEXT_INSTRUMENT_GROUP, CONTEXT_INSTRUMENT_SHAPE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_DOWN_MASK,
  GRID_INVERSE_MULTIPLIER, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
} from "../portable/layout.ts";
import {
  byShock, largestLane, narrowAt, narrowProducts, ofShock, secondPair, shocksAt, sumOfLanes,
} from "./cell-blocks.ts";
import { SINGLES } from "./singles.ts";
import { bounded4 } from "./slope-bounds.ts";

/**
 * Derivatives of every cell and of the value of each option by ln F at the present market: points, where `slopeRows`
 * has bounds over a box (docs/CERTIFICATES.md).
 *
 * Reads   what kernel A reads
 * Writes  of the options among rows [first, first + count) row SLOPE_PRICE and terms SLOPE_VALUE_PRICE and
 *         SLOPE_PRICE_ERROR; NaN if an option is not priced; nothing if there is no certificate block
 * Needs   an even CELL_COUNT, slope rows 16-byte aligned
 * Order   instruments and cells independent: any split gives the same bits
 */
export function slopePoints(context: usize, first: i32, count: i32): void {
  if (word(context, CONTEXT_CERTIFICATE) == 0) return;
  for (let instrument = first; instrument < first + count; instrument++) {
    if (intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) < SHAPE_CALL) continue;
    if (isPriced(FLOATS, WORDS, wordIndex(context), instrument, true)) fillPoints(context, instrument);
    else poisonPoints(FLOATS, SINGLES, WORDS, wordIndex(context), instrument);
  }
}

/** Scalar twin of `slopePoints`: bit-equal. */
export function slopePointsScalar(context: usize, first: i32, count: i32): void {
  for (let instrument = first; instrument < first + count; instrument++) {
    fillSlopePoint(FLOATS, SINGLES, WORDS, wordIndex(context), instrument);
  }
}

function fillPoints(context: usize, instrument: i32): void {
  const at = wordIndex(context);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const rows = <usize>slopeRowsOf(WORDS, at, instrument) << 2;
  const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const volatility = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  const rootTime = floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  const floor = floatAt(word(context, CONTEXT_GROUP_VOLATILITY_FLOOR), group);
  const shockedUp = volatility * floatAt(word(context, CONTEXT_EXPIRY_UP_FACTOR), expiry);
  const shockedDown = volatility * floatAt(word(context, CONTEXT_EXPIRY_DOWN_FACTOR), expiry);
  const deviations = byShock(
    singleDeviation((shockedUp < floor ? floor : shockedUp) * rootTime), singleDeviation(volatility * rootTime),
    singleDeviation(shockedDown * rootTime),
  );
  const inCoin = inCoinOf(WORDS, at, instrument);
  const sign = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) == SHAPE_CALL ? 1.0 : -1.0;
  const turn = inCoin ? -1.0 : 1.0;
  const z = moneynessOf(FLOATS, WORDS, at, instrument, inCoin);
  const gross = grossOf(FLOATS, WORDS, at, instrument, inCoin);
  const value = valuePointOf(z, gross, volatility * rootTime, turn * sign);
  const scale = singles(pointUnitOf(FLOATS, WORDS, at, instrument, inCoin) * sign);
  const multipliers = grid + <usize>(inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellBytes;
  storePoints(
    at, instrument, rows, grid, multipliers, cellBytes, z, turn, gross, deviations, scale, value, turn * sign,
  );
}

/** The cells, then the terms. */
// @ts-ignore: decorator
@inline
function storePoints(
  block: i32, instrument: i32, rows: usize, grid: usize, multipliers: usize, cellBytes: usize, z: f64, turn: f64,
  gross: f64, deviations: v128, scale: v128, value: f64, side: f64,
): void {
  const logs = grid + <usize>GRID_LOG_MULTIPLIER * cellBytes;
  const weights = grid + <usize>GRID_WEIGHT * cellBytes;
  const now = singles(gross < 1.0 ? 1.0 : gross);
  let largest = now;
  let sum = singles(0.0);
  let own = rows;
  for (let at: usize = 0; at < cellBytes; at += 32) {
    const second = secondPair(at, cellBytes);
    const deviation = ofShock(deviations, shocksAt(grid, cellBytes, at, second));
    const moved = narrow(
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + at))),
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + second))),
    );
    const there = narrowProducts(f64x2.splat(gross), multipliers + at, multipliers + second);
    const weight = narrowAt(weights + at, weights + second);
    const price = cellPoints4(moved, there, deviation, side);
    const slope = f32x4.mul(f32x4.mul(f32x4.sub(price, singles(value)), scale), weight);
    v128.store(own, slope);
    const size = f32x4.mul(f32x4.abs(weight), f32x4.add(f32x4.pmax(singles(1.0), there), now));
    largest = f32x4.pmax(largest, size);
    sum = f32x4.add(sum, f32x4.abs(slope));
    own += 128;
  }
  sealPoints(FLOATS, SINGLES, WORDS, block, instrument, value, largestLane(largest), sumOfLanes(sum));
}

/** Twin of cellPointOf. */
// @ts-ignore: decorator
@inline
function cellPoints4(moved: v128, gross: v128, deviation: v128, side: f64): v128 {
  const p = f32x4.div(moved, deviation);
  const h = f32x4.mul(deviation, singles(0.5));
  const d = f32x4.add(p, h);
  const density = singleDensity4(bounded4(f32x4.sub(p, h)));
  const tail = f32x4.mul(density, singleMills4(bounded4(d)));
  const isTail = f32x4.lt(f32x4.mul(d, singles(side)), singles(0.0));
  return v128.bitselect(tail, f32x4.sub(gross, tail), isTail);
}
