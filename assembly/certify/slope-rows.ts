import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, wordIndex, WORDS } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import {
  SLOPE_SIZE, SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE,
  SLOPE_VALUE_VOLATILITY_RADIUS,
} from "../portable/certificate-layout.ts";
import { singleAbove, singleBelow, SINGLE_UP } from "../portable/certify/single-bounds.ts";
import {
  fillSlopeRow, floorSlopeHigh, floorSlopeLow, grossOf, moneynessOf, sealSlopes, timeExcess,
} from "../portable/certify/slope-row.ts";
import {
  deviationTimeOf, fillSlopeTerms, inCoinOf, priceBoxOf, slopeRowsOf, slopeTermsOf, volatilityBoxOf,
} from "../portable/certify/slope-terms.ts";
import { exp } from "../portable/exp.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_EXPIRY,
  CONTEXT_INSTRUMENT_GROUP, CONTEXT_INSTRUMENT_SHAPE, CONTEXT_INSTRUMENT_SIZE,
  CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_DOWN_MASK, GRID_INVERSE_MULTIPLIER,
  GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
} from "../portable/layout.ts";
import { SINGLES } from "./singles.ts";
import { storeCellBounds4 } from "./slope-bounds.ts";

/**
 * Slopes of the risk array: bounds of the derivatives of every cell, of the value and of the delta of each instrument
 * over the box of the certificate block (docs/CERTIFICATES.md).
 *
 * Reads   what kernel A reads, the box, the slopes of the expiry rows
 * Writes  rows [first, first + count) of CERTIFICATE_SLOPE_ROWS and CERTIFICATE_SLOPE_TERMS; NaN throughout for an
 *         instrument that is not priced, or whose bounds are not finite; nothing if there is no certificate block
 * Needs   an even CELL_COUNT, slope rows 16-byte aligned
 * Order   instruments and cells independent: any split gives the same bits
 */
export function slopeRows(context: usize, first: i32, count: i32): void {
  if (word(context, CONTEXT_CERTIFICATE) == 0) return;
  for (let instrument = first; instrument < first + count; instrument++) {
    if (fillSlopeTerms(FLOATS, SINGLES, WORDS, wordIndex(context), instrument)) fillOptionSlopes(context, instrument);
  }
}

/** Scalar twin of `slopeRows`: bit-equal. */
export function slopeRowsScalar(context: usize, first: i32, count: i32): void {
  for (let instrument = first; instrument < first + count; instrument++) {
    fillSlopeRow(FLOATS, SINGLES, WORDS, wordIndex(context), instrument);
  }
}

/** Bounds of the prices of an option in each scenario, then its cells. */
function fillOptionSlopes(context: usize, instrument: i32): void {
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
  const widening = exp(volatilityBoxOf(FLOATS, WORDS, at));
  const same = volatility * rootTime;
  const up = (shockedUp < floor ? floor : shockedUp) * rootTime;
  const down = shockedDown * rootTime;

  const inCoin = inCoinOf(WORDS, at, instrument);
  const sign = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) == SHAPE_CALL ? 1.0 : -1.0;
  const turn = inCoin ? -1.0 : 1.0;
  const gross = grossOf(FLOATS, WORDS, at, instrument, inCoin);
  const multipliers = grid + <usize>(inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellBytes;
  const box = priceBoxOf(FLOATS, WORDS, at);
  const rise = exp(box);
  fillBounds(
    rows, grid, multipliers, cellBytes, moneynessOf(FLOATS, WORDS, at, instrument, inCoin), turn, box, gross, rise,
    turn * sign,
    <f32>singleBelow(up / widening), <f32>singleAbove(up * widening),
    <f32>singleBelow(same / widening), <f32>singleAbove(same * widening),
    <f32>singleBelow(down / widening), <f32>singleAbove(down * widening),
  );
  finishSlopes4(
    context, instrument, rows, grid, multipliers, cellBytes, gross, rise, sign, inCoin,
    floorSlopeLow(shockedUp, floor, widening), floorSlopeHigh(shockedUp, floor, widening),
  );
}

/** Four cells of a grid column from the two pairs at these addresses, rounded. */
// @ts-ignore: decorator
@inline
function narrowAt(first: usize, second: usize): v128 {
  return narrow(v128.load(first), v128.load(second));
}

/** Masks of four cells from the two pairs at these addresses. */
// @ts-ignore: decorator
@inline
function maskAt(first: usize, second: usize): v128 {
  return v128.shuffle<i32>(v128.load(first), v128.load(second), 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function ofScenario(isUp: v128, isDown: v128, up: f32, same: f32, down: f32): v128 {
  return v128.bitselect(f32x4.splat(up), v128.bitselect(f32x4.splat(down), f32x4.splat(same), isDown), isUp);
}

/** The second pair of the block at `at`: that of the first again if there is no more. */
// @ts-ignore: decorator
@inline
function secondPair(at: usize, cellBytes: usize): usize {
  return min(at + 16, cellBytes - 16);
}

function fillBounds(
  rows: usize, grid: usize, multipliers: usize, cellBytes: usize, z: f64, turn: f64, box: f64, gross: f64, rise: f64,
  side: f64, upLow: f32, upHigh: f32, sameLow: f32, sameHigh: f32, downLow: f32, downHigh: f32,
): void {
  const half = f32x4.splat(<f32>(box * (1.0 + SINGLE_UP)));
  const ups = grid + <usize>GRID_UP_MASK * cellBytes;
  const downs = grid + <usize>GRID_DOWN_MASK * cellBytes;
  const logs = grid + <usize>GRID_LOG_MULTIPLIER * cellBytes;
  let to = rows;
  for (let at: usize = 0; at < cellBytes; at += 32) {
    const second = secondPair(at, cellBytes);
    const isUp = maskAt(ups + at, ups + second);
    const isDown = maskAt(downs + at, downs + second);
    const moved = narrow(
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + at))),
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + second))),
    );
    const price = narrow(
      f64x2.mul(f64x2.splat(gross), v128.load(multipliers + at)),
      f64x2.mul(f64x2.splat(gross), v128.load(multipliers + second)),
    );
    storeCellBounds4(
      to, moved, price, ofScenario(isUp, isDown, upLow, sameLow, downLow),
      ofScenario(isUp, isDown, upHigh, sameHigh, downHigh), half, <f32>rise, <f32>(1.0 / rise), side,
    );
    to += 64;
  }
}

/** Twin of finishSlopes. */
function finishSlopes4(
  context: usize, instrument: i32, rows: usize, grid: usize, multipliers: usize, cellBytes: usize, gross: f64,
  rise: f64, sign: f64, inCoin: bool, floorLow: f64, floorHigh: f64,
): void {
  const block = wordIndex(context);
  const terms = <usize>slopeTermsOf(WORDS, block, instrument) << 3;
  const deviationTime = deviationTimeOf(FLOATS, WORDS, block, instrument);
  const strike = floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
  const unit = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument) * (inCoin ? 1.0 : strike);
  const scale = singles(unit);
  const priceScale = f32x4.mul(scale, singles(sign));
  const now = singles(floatAt(terms, SLOPE_SIZE) / (inCoin ? 1.0 : strike));
  const excess = timeExcess(deviationTime, 1.0);
  const excessUp = timeExcess(deviationTime, floorLow);
  const ups = grid + <usize>GRID_UP_MASK * cellBytes;
  const downs = grid + <usize>GRID_DOWN_MASK * cellBytes;
  const weights = grid + <usize>GRID_WEIGHT * cellBytes;
  let largest = now;
  let time = singles(0.0);
  let sum = singles(0.0);
  let own = rows;
  for (let at: usize = 0; at < cellBytes; at += 32) {
    const second = secondPair(at, cellBytes);
    const isUp = maskAt(ups + at, ups + second);
    const isDown = maskAt(downs + at, downs + second);
    const weight = narrowAt(weights + at, weights + second);
    const share = ofScenario(isUp, isDown, <f32>excessUp, 0.0, <f32>excess);
    const cellTime = f32x4.mul(f32x4.mul(f32x4.abs(weight), v128.load(own, 48)), share);
    const price = narrow(
      f64x2.mul(f64x2.splat(gross), v128.load(multipliers + at)),
      f64x2.mul(f64x2.splat(gross), v128.load(multipliers + second)),
    );
    const priceThere = f32x4.pmax(singles(1.0), f32x4.mul(price, singles(rise)));
    largest = f32x4.pmax(largest, f32x4.mul(f32x4.abs(weight), f32x4.add(priceThere, now)));
    time = f32x4.pmax(time, cellTime);
    const low = v128.bitselect(singles(floorLow), singles(1.0), isUp);
    const high = v128.bitselect(singles(floorHigh), singles(1.0), isUp);
    sum = f32x4.add(sum, finishCells(terms, own, weight, priceScale, scale, now, low, high));
    own += 64;
  }
  const sums = 0.0 + <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1) + <f64>f32x4.extract_lane(sum, 2) +
    <f64>f32x4.extract_lane(sum, 3);
  sealSlopes(
    FLOATS, SINGLES, WORDS, block, instrument, Math.abs(unit) * largestLane(largest), Math.abs(unit) * largestLane(time),
    sums + excess * 0.0,
  );
}

/** Twin of finishCell. */
// @ts-ignore: decorator
@inline
function finishCells(
  terms: usize, own: usize, weight: v128, priceScale: v128, scale: v128, now: v128, floorLow: v128, floorHigh: v128,
): v128 {
  const half = singles(0.5);
  const lowerA = v128.load(own);
  const upperA = v128.load(own, 16);
  const lowerB = f32x4.mul(v128.load(own, 32), floorLow);
  const upperB = f32x4.mul(v128.load(own, 48), floorHigh);
  const valuePrice = singles(floatAt(terms, SLOPE_VALUE_PRICE_MIDDLE));
  const valuePriceRadius = singles(floatAt(terms, SLOPE_VALUE_PRICE_RADIUS));
  const valueVolatility = singles(floatAt(terms, SLOPE_VALUE_VOLATILITY_MIDDLE));
  const valueVolatilityRadius = singles(floatAt(terms, SLOPE_VALUE_VOLATILITY_RADIUS));
  const size = f32x4.abs(scale);
  const outward = f32x4.mul(f32x4.abs(weight), singles(1.0 + SINGLE_UP));
  const pricePart = f32x4.mul(f32x4.mul(f32x4.add(lowerA, upperA), half), priceScale);
  const priceMiddle = f32x4.mul(weight, f32x4.sub(pricePart, valuePrice));
  const priceWidth = f32x4.add(f32x4.mul(f32x4.sub(upperA, lowerA), half), f32x4.mul(now, singles(SINGLE_UP)));
  const priceRadius = f32x4.mul(outward, f32x4.add(f32x4.mul(priceWidth, size), valuePriceRadius));
  const volatilityPart = f32x4.mul(f32x4.mul(f32x4.add(lowerB, upperB), half), scale);
  const volatilityMiddle = f32x4.mul(weight, f32x4.sub(volatilityPart, valueVolatility));
  const volatilityWidth = f32x4.mul(f32x4.mul(f32x4.sub(upperB, lowerB), half), size);
  const valueWidth = f32x4.add(
    valueVolatilityRadius,
    f32x4.mul(f32x4.add(f32x4.abs(valueVolatility), valueVolatilityRadius), singles(SINGLE_UP)),
  );
  const volatilityRadius = f32x4.mul(outward, f32x4.add(volatilityWidth, valueWidth));
  v128.store(own, priceMiddle);
  v128.store(own, priceRadius, 16);
  v128.store(own, volatilityMiddle, 32);
  v128.store(own, volatilityRadius, 48);
  return f32x4.add(
    f32x4.add(f32x4.abs(priceMiddle), priceRadius), f32x4.add(f32x4.abs(volatilityMiddle), volatilityRadius),
  );
}

// @ts-ignore: decorator
@inline
function largestLane(x: v128): f64 {
  const a = f32x4.extract_lane(x, 0);
  const b = f32x4.extract_lane(x, 1);
  const c = f32x4.extract_lane(x, 2);
  const d = f32x4.extract_lane(x, 3);
  const even = a < c ? c : a;
  const odd = b < d ? d : b;
  return <f64>(even < odd ? odd : even);
}
