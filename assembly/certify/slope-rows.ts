import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, wordIndex, WORDS } from "../margin/account-driver.ts";
import { times } from "../math/vector.ts";
import {
  SLOPE_SIZE, SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE,
  SLOPE_VALUE_VOLATILITY_RADIUS,
} from "../portable/certificate-layout.ts";
import { SLOPE_PAD } from "../portable/certify/slope-bounds.ts";
import { fillSlopeRow, floorSlopeHigh, floorSlopeLow, sealSlopes, timeExcess } from "../portable/certify/slope-row.ts";
import {
  deviationAtLeast, deviationTimeOf, fillSlopeTerms, inCoinOf, priceBoxOf, slopeRowsOf, slopeTermsOf, volatilityBoxOf,
} from "../portable/certify/slope-terms.ts";
import { exp } from "../portable/exp.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_EXPIRY,
  CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_GROUP, CONTEXT_INSTRUMENT_SHAPE, CONTEXT_INSTRUMENT_SIZE,
  CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_DOWN_MASK, GRID_INVERSE_MULTIPLIER,
  GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
} from "../portable/layout.ts";
import { logRatio } from "../portable/log.ts";
import { storeSlopeBounds2 } from "./slope-bounds.ts";

/**
 * Slopes of the risk array: bounds of the derivatives of every cell, of the value and of the delta of each instrument
 * over the box of the certificate block (docs/CERTIFICATES.md).
 *
 * Reads   what kernel A reads, the box, the slopes of the expiry rows
 * Writes  rows [first, first + count) of CERTIFICATE_SLOPE_ROWS and CERTIFICATE_SLOPE_TERMS; NaN throughout for an
 *         instrument that is not priced, or whose bounds are not finite; nothing if there is no certificate block
 * Order   instruments and cells independent: any split gives the same bits
 */
export function slopeRows(context: usize, first: i32, count: i32): void {
  if (word(context, CONTEXT_CERTIFICATE) == 0) return;
  for (let instrument = first; instrument < first + count; instrument++) {
    if (fillSlopeTerms(FLOATS, WORDS, wordIndex(context), instrument)) fillOptionSlopes2(context, instrument);
  }
}

/** Scalar twin of `slopeRows`: bit-equal. */
export function slopeRowsScalar(context: usize, first: i32, count: i32): void {
  for (let instrument = first; instrument < first + count; instrument++) {
    fillSlopeRow(FLOATS, WORDS, wordIndex(context), instrument);
  }
}

/** Bounds of the prices of an option in each scenario, then its cells. */
function fillOptionSlopes2(context: usize, instrument: i32): void {
  const at = wordIndex(context);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const rows = <usize>slopeRowsOf(WORDS, at, instrument) << 3;
  const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const strike = floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
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
  const z = inCoin ? logRatio(strike, forward) : logRatio(forward, strike);
  const turn = inCoin ? -1.0 : 1.0;
  const gross = inCoin ? strike / forward : forward;
  const multipliers = grid + <usize>(inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellBytes;
  const box = priceBoxOf(FLOATS, WORDS, at);
  const rise = exp(box);
  const scale = inCoin ? 1.0 : strike;
  fillBounds(
    rows, grid, multipliers, cellBytes, z, turn, box, gross, rise, scale, turn * sign,
    deviationAtLeast(up / widening), deviationAtLeast(up * widening),
    deviationAtLeast(same / widening), deviationAtLeast(same * widening),
    deviationAtLeast(down / widening), deviationAtLeast(down * widening),
  );
  finishSlopes2(
    context, instrument, rows, grid, multipliers, cellBytes, gross, rise, scale, sign,
    floorSlopeLow(shockedUp, floor, widening), floorSlopeHigh(shockedUp, floor, widening),
  );
}

function fillBounds(
  rows: usize, grid: usize, multipliers: usize, cellBytes: usize, z: f64, turn: f64, box: f64, gross: f64, rise: f64,
  scale: f64, side: f64, upLow: f64, upHigh: f64, sameLow: f64, sameHigh: f64, downLow: f64, downHigh: f64,
): void {
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const isUp = v128.load(grid + <usize>GRID_UP_MASK * cellBytes + at);
    const isDown = v128.load(grid + <usize>GRID_DOWN_MASK * cellBytes + at);
    const low = ofScenario(isUp, isDown, upLow, sameLow, downLow);
    const high = ofScenario(isUp, isDown, upHigh, sameHigh, downHigh);
    const shift = times(v128.load(grid + <usize>GRID_LOG_MULTIPLIER * cellBytes + at), turn);
    const moved = f64x2.add(f64x2.splat(z), shift);
    const price = f64x2.mul(f64x2.splat(gross), v128.load(multipliers + at));
    const half = f64x2.splat(box);
    storeSlopeBounds2(
      rows + at, cellBytes, f64x2.sub(moved, half), f64x2.add(moved, half), f64x2.div(price, f64x2.splat(rise)),
      times(price, rise), f64x2.splat(scale), low, high, rise * rise, side,
    );
  }
}

// @ts-ignore: decorator
@inline
function ofScenario(isUp: v128, isDown: v128, up: f64, same: f64, down: f64): v128 {
  return v128.bitselect(f64x2.splat(up), v128.bitselect(f64x2.splat(down), f64x2.splat(same), isDown), isUp);
}

/** Twin of finishSlopes. */
function finishSlopes2(
  context: usize, instrument: i32, rows: usize, grid: usize, multipliers: usize, cellBytes: usize, gross: f64,
  rise: f64, scale: f64, sign: f64, floorLow: f64, floorHigh: f64,
): void {
  const block = wordIndex(context);
  const terms = <usize>slopeTermsOf(WORDS, block, instrument) << 3;
  const deviationTime = deviationTimeOf(FLOATS, WORDS, block, instrument);
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const absolute = Math.abs(size);
  const signedSize = size * sign;
  const priceNow = floatAt(terms, SLOPE_SIZE);
  const valuePrice = f64x2.splat(floatAt(terms, SLOPE_VALUE_PRICE_MIDDLE));
  const valuePriceRadius = f64x2.splat(floatAt(terms, SLOPE_VALUE_PRICE_RADIUS));
  const valueVolatility = f64x2.splat(floatAt(terms, SLOPE_VALUE_VOLATILITY_MIDDLE));
  const valueVolatilityRadius = f64x2.splat(floatAt(terms, SLOPE_VALUE_VOLATILITY_RADIUS));
  const excess = timeExcess(deviationTime, 1.0);
  const excessUp = timeExcess(deviationTime, floorLow);
  let largest = f64x2.splat(priceNow);
  let time = f64x2.splat(0.0);
  let probe = f64x2.splat(0.0);
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const isUp = v128.load(grid + <usize>GRID_UP_MASK * cellBytes + at);
    const isDown = v128.load(grid + <usize>GRID_DOWN_MASK * cellBytes + at);
    const weight = v128.load(grid + <usize>GRID_WEIGHT * cellBytes + at);
    const weightSize = f64x2.abs(weight);
    const grossHigh = times(f64x2.mul(f64x2.splat(gross), v128.load(multipliers + at)), rise);
    const own = rows + at;
    const lowerA = v128.load(own);
    const upperA = v128.load(own + cellBytes);
    const lowerB = v128.load(own + 2 * cellBytes);
    const upperB = v128.load(own + 3 * cellBytes);
    const floorB = v128.bitselect(times(lowerB, floorLow), lowerB, isUp);
    const ceilingB = v128.bitselect(times(upperB, floorHigh), upperB, isUp);
    const pricePart = times(times(f64x2.add(lowerA, upperA), 0.5), signedSize);
    const priceMiddle = f64x2.mul(weight, f64x2.sub(pricePart, valuePrice));
    const priceWidth = f64x2.add(times(f64x2.sub(upperA, lowerA), 0.5), times(grossHigh, SLOPE_PAD));
    const priceRadius = f64x2.mul(weightSize, f64x2.add(times(priceWidth, absolute), valuePriceRadius));
    const volatilityPart = times(times(f64x2.add(floorB, ceilingB), 0.5), size);
    const volatilityMiddle = f64x2.mul(weight, f64x2.sub(volatilityPart, valueVolatility));
    const volatilityWidth = f64x2.add(times(f64x2.sub(ceilingB, floorB), 0.5), times(upperB, SLOPE_PAD));
    const volatilityRadius = f64x2.mul(
      weightSize, f64x2.add(times(volatilityWidth, absolute), valueVolatilityRadius),
    );
    v128.store(own, priceMiddle);
    v128.store(own + cellBytes, priceRadius);
    v128.store(own + 2 * cellBytes, volatilityMiddle);
    v128.store(own + 3 * cellBytes, volatilityRadius);
    const price = f64x2.pmax(f64x2.splat(scale), grossHigh);
    largest = f64x2.pmax(largest, f64x2.mul(weightSize, f64x2.add(price, f64x2.splat(priceNow))));
    const share = ofScenario(isUp, isDown, excessUp, 0.0, excess);
    time = f64x2.pmax(time, f64x2.mul(f64x2.mul(weightSize, upperB), share));
    const sum = f64x2.add(f64x2.add(priceMiddle, priceRadius), f64x2.add(volatilityMiddle, volatilityRadius));
    probe = f64x2.add(probe, times(sum, 0.0));
  }
  const bad = f64x2.extract_lane(probe, 0) + f64x2.extract_lane(probe, 1) + excess * 0.0;
  sealSlopes(
    FLOATS, WORDS, block, instrument, absolute * largerLane(largest), absolute * largerLane(time) * 1.000000000001, bad,
  );
}

// @ts-ignore: decorator
@inline
function largerLane(pair: v128): f64 {
  const first = f64x2.extract_lane(pair, 0);
  const second = f64x2.extract_lane(pair, 1);
  return first < second ? second : first;
}
