import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, wordIndex, WORDS } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import {
  EXPIRY_DOWN_TIME_HIGH, EXPIRY_DOWN_TIME_LOW, EXPIRY_UP_TIME_HIGH, EXPIRY_UP_TIME_LOW, SLOPE_PRICE_SIZE, SLOPE_SIZE,
  SLOPE_VALUE_CURVATURE_MIDDLE, SLOPE_VALUE_CURVATURE_RADIUS, SLOPE_VALUE_TIME_MIDDLE, SLOPE_VALUE_TIME_RADIUS,
  SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
} from "../portable/certificate-layout.ts";
import { singleAbove, singleBelow, SINGLE_UP } from "../portable/certify/single-bounds.ts";
import {
  fillSlopeRow, floorSlopeHigh, floorSlopeLow, grossOf, highestUp, lowestUp, moneynessOf, sealSlopes, singleRateHigh,
  singleRateLow, upTimeHigh, upTimeLow,
} from "../portable/certify/slope-row.ts";
import {
  expirySlopesOf, fillSlopeTerms, inCoinOf, narrowingOf, priceBoxOf, shorteningOf, slopeRowsOf, slopeTermsOf, wideningOf,
} from "../portable/certify/slope-terms.ts";
import { exp } from "../portable/exp.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_EXPIRY,
  CONTEXT_INSTRUMENT_GROUP, CONTEXT_INSTRUMENT_SHAPE, CONTEXT_INSTRUMENT_SIZE,
  CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_INVERSE_MULTIPLIER,
  GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_WEIGHT, SHAPE_CALL,
} from "../portable/layout.ts";
import {
  byShock, largestLane, narrowAt, narrowProducts, ofShock, secondPair, shocksAt, sumOfLanes,
} from "./cell-blocks.ts";
import { SINGLES } from "./singles.ts";
import { storeCellBounds4 } from "./slope-bounds.ts";

/**
 * Slopes of the risk array: bounds of the derivatives of every cell, of the value and of the delta of each instrument
 * over the box of the certificate block (docs/CERTIFICATES.md).
 *
 * Reads   what kernel A reads, the box, the slopes of the expiry rows
 * Writes  of the options among rows [first, first + count) all of CERTIFICATE_SLOPE_ROWS and CERTIFICATE_SLOPE_TERMS
 *         but what `slopePoints` does; NaN throughout for one that is not priced, or whose bounds are not finite; of
 *         all other instruments SLOPE_SIZE, nothing else of theirs is read; nothing if there is no certificate block
 * Needs   an even CELL_COUNT, slope rows 16-byte aligned
 * Order   instruments and cells independent: any split gives the same bits
 */
export function slopeRows(context: usize, first: i32, count: i32): void {
  if (word(context, CONTEXT_CERTIFICATE) == 0) return;
  const at = wordIndex(context);
  const box = priceBoxOf(FLOATS, WORDS, at);
  const rise = exp(box);
  for (let instrument = first; instrument < first + count; instrument++) {
    const narrowing = narrowingOf(FLOATS, WORDS, at, instrument);
    const widening = wideningOf(FLOATS, WORDS, at, instrument);
    const shortening = shorteningOf(FLOATS, WORDS, at, instrument);
    if (fillSlopeTerms(FLOATS, SINGLES, WORDS, at, instrument, box, rise, narrowing, widening, shortening))
      fillOptionSlopes(context, instrument, box, rise, narrowing, widening, shortening);
  }
}

/** Scalar twin of `slopeRows`: bit-equal. */
export function slopeRowsScalar(context: usize, first: i32, count: i32): void {
  for (let instrument = first; instrument < first + count; instrument++) {
    fillSlopeRow(FLOATS, SINGLES, WORDS, wordIndex(context), instrument);
  }
}

/** What the cells of an option depend on by volatility shock, then its cells. */
function fillOptionSlopes(
  context: usize, instrument: i32, box: f64, rise: f64, narrowing: f64, widening: f64, shortening: f64,
): void {
  const at = wordIndex(context);
  const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const slopes = <usize>expirySlopesOf(WORDS, at, instrument) << 3;
  const same = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  const rootTime = floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  const floor = floatAt(word(context, CONTEXT_GROUP_VOLATILITY_FLOOR), group);
  const up = same * floatAt(word(context, CONTEXT_EXPIRY_UP_FACTOR), expiry);
  const down = same * floatAt(word(context, CONTEXT_EXPIRY_DOWN_FACTOR), expiry);
  const perYear = 1.0 / (rootTime * rootTime);
  const floorLow = floorSlopeLow(up, floor, narrowing);
  const floorHigh = floorSlopeHigh(up, floor, widening, shortening);
  const upLow = upTimeLow(floatAt(slopes, EXPIRY_UP_TIME_LOW), floorLow, floorHigh);
  const upHigh = upTimeHigh(floatAt(slopes, EXPIRY_UP_TIME_HIGH), floorLow, floorHigh);
  const downLow = floatAt(slopes, EXPIRY_DOWN_TIME_LOW);
  const downHigh = floatAt(slopes, EXPIRY_DOWN_TIME_HIGH);
  const lows = byShock(
    singleBelow(lowestUp(up, floor, narrowing, shortening) * rootTime), singleBelow((same / narrowing) * rootTime),
    singleBelow((down / narrowing) * rootTime),
  );
  const highs = byShock(
    singleAbove(highestUp(up, floor, widening) * rootTime), singleAbove((same * widening) * rootTime),
    singleAbove((down * widening) * rootTime),
  );
  const rateLows = byShock(
    singleRateLow(upLow, perYear, shortening), singleRateLow(0.5, perYear, shortening),
    singleRateLow(downLow, perYear, shortening),
  );
  const rateHighs = byShock(
    singleRateHigh(upHigh, perYear, shortening), singleRateHigh(0.5, perYear, shortening),
    singleRateHigh(downHigh, perYear, shortening),
  );
  fillCells4(
    context, instrument, box, rise, lows, highs, rateLows, rateHighs, byShock(floorLow, 1.0, 1.0),
    byShock(floorHigh, 1.0, 1.0),
  );
}

/** Twin of fillCells. */
function fillCells4(
  context: usize, instrument: i32, box: f64, rise: f64, lows: v128, highs: v128, rateLows: v128, rateHighs: v128,
  floorLows: v128, floorHighs: v128,
): void {
  const block = wordIndex(context);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const inCoin = inCoinOf(WORDS, block, instrument);
  const sign = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) == SHAPE_CALL ? 1.0 : -1.0;
  const turn = inCoin ? -1.0 : 1.0;
  const strike = inCoin ? 1.0 : floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
  const unit = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument) * strike;
  const terms = <usize>slopeTermsOf(WORDS, block, instrument) << 3;
  const rows = <usize>slopeRowsOf(WORDS, block, instrument) << 2;
  const multipliers = grid + <usize>(inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellBytes;
  const logs = grid + <usize>GRID_LOG_MULTIPLIER * cellBytes;
  const weights = grid + <usize>GRID_WEIGHT * cellBytes;
  const z = moneynessOf(FLOATS, WORDS, block, instrument, inCoin);
  const gross = grossOf(FLOATS, WORDS, block, instrument, inCoin);
  const now = singles(floatAt(terms, SLOPE_SIZE) / strike);
  const half = singles(box * (1.0 + SINGLE_UP));
  const perLows = f32x4.div(singles(1.0), lows);
  const perHighs = f32x4.div(singles(1.0), highs);
  const valuePrice = f32x4.splat(load<f32>(rows + (SLOPE_PRICE_SIZE << 4)));
  const valueRadius = f32x4.splat(load<f32>(rows + (SLOPE_PRICE_SIZE << 4) + 4));
  const curvature = singles(floatAt(terms, SLOPE_VALUE_CURVATURE_MIDDLE));
  const curvatureWidth = widthOf(curvature, floatAt(terms, SLOPE_VALUE_CURVATURE_RADIUS));
  const vega = singles(floatAt(terms, SLOPE_VALUE_VOLATILITY_MIDDLE));
  const vegaWidth = widthOf(vega, floatAt(terms, SLOPE_VALUE_VOLATILITY_RADIUS));
  const decay = singles(floatAt(terms, SLOPE_VALUE_TIME_MIDDLE));
  const decayWidth = widthOf(decay, floatAt(terms, SLOPE_VALUE_TIME_RADIUS));
  let largest = now;
  let sum = singles(0.0);
  let own = rows + 16;
  for (let at: usize = 0; at < cellBytes; at += 32) {
    const second = secondPair(at, cellBytes);
    const shocks = shocksAt(grid, cellBytes, at, second);
    const moved = narrow(
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + at))),
      f64x2.add(f64x2.splat(z), f64x2.mul(f64x2.splat(turn), v128.load(logs + second))),
    );
    const price = narrowProducts(f64x2.splat(gross), multipliers + at, multipliers + second);
    storeCellBounds4(
      own, moved, price, ofShock(lows, shocks), ofShock(highs, shocks), ofShock(perLows, shocks),
      ofShock(perHighs, shocks), half, <f32>rise, <f32>(1.0 / rise), turn * sign,
    );
    const weight = narrowAt(weights + at, weights + second);
    const priceThere = f32x4.pmax(singles(1.0), f32x4.mul(price, singles(rise)));
    largest = f32x4.pmax(largest, f32x4.mul(f32x4.abs(weight), f32x4.add(priceThere, now)));
    const outward = f32x4.mul(f32x4.abs(weight), singles(1.0 + SINGLE_UP));
    const ofPrices = finishPrices(
      own, weight, outward, singles(unit), singles(sign), turn * sign, now, valuePrice, valueRadius, curvature,
      curvatureWidth,
    );
    const ofVegas = finishVegas(
      own, weight, outward, singles(unit), ofShock(floorLows, shocks), ofShock(floorHighs, shocks),
      ofShock(rateLows, shocks), ofShock(rateHighs, shocks), vega, vegaWidth, decay, decayWidth,
    );
    sum = f32x4.add(sum, f32x4.add(ofPrices, ofVegas));
    own += 128;
  }
  sealSlopes(
    FLOATS, SINGLES, WORDS, block, instrument, Math.abs(unit) * largestLane(largest), sumOfLanes(sum),
  );
}

/** Radius of a slope of the value, with what rounding it does to those of cells. */
// @ts-ignore: decorator
@inline
function widthOf(middle: v128, radius: f64): v128 {
  const own = singles(radius);
  return f32x4.add(own, f32x4.mul(f32x4.add(f32x4.abs(middle), own), singles(SINGLE_UP)));
}

/** Twin of the first half of finishCell: slopes by price and curvatures. */
// @ts-ignore: decorator
@inline
function finishPrices(
  own: usize, weight: v128, outward: v128, scale: v128, sign: v128, side: f64, now: v128, valuePrice: v128,
  valueRadius: v128, curvature: v128, curvatureWidth: v128,
): v128 {
  const half = singles(0.5);
  const size = f32x4.abs(scale);
  const lowerA = v128.load(own);
  const upperA = v128.load(own, 16);
  const lowerC = v128.load(own, 32);
  const upperC = v128.load(own, 48);
  const middleA = f32x4.mul(f32x4.add(lowerA, upperA), half);
  const widthA = f32x4.add(f32x4.mul(f32x4.sub(upperA, lowerA), half), f32x4.mul(now, singles(SINGLE_UP)));
  const middleC = f32x4.mul(f32x4.add(lowerC, upperC), half);
  const widthC = f32x4.mul(f32x4.sub(upperC, lowerC), half);
  const price = f32x4.mul(weight, f32x4.sub(f32x4.mul(middleA, f32x4.mul(scale, sign)), valuePrice));
  const priceRadius = f32x4.mul(outward, f32x4.add(f32x4.mul(widthA, size), valueRadius));
  const priceSize = f32x4.add(f32x4.abs(price), priceRadius);
  v128.store(own, priceSize);
  const curved = f32x4.mul(f32x4.add(middleC, f32x4.mul(middleA, singles(side))), scale);
  const curvatureSize = storeFinished(
    own + 16, weight, outward, curved, f32x4.mul(f32x4.add(widthC, widthA), size), curvature, curvatureWidth,
  );
  return f32x4.add(priceSize, curvatureSize);
}

/** Twin of its second half: slopes by volatility and by time. */
// @ts-ignore: decorator
@inline
function finishVegas(
  own: usize, weight: v128, outward: v128, scale: v128, floorLow: v128, floorHigh: v128, rateLow: v128, rateHigh: v128,
  vega: v128, vegaWidth: v128, decay: v128, decayWidth: v128,
): v128 {
  const zero = singles(0.0);
  const half = singles(0.5);
  const size = f32x4.abs(scale);
  const lowerB = v128.load(own, 64);
  const upperB = v128.load(own, 80);
  const lower = f32x4.mul(lowerB, floorLow);
  const upper = f32x4.mul(upperB, floorHigh);
  const volatilitySize = storeFinished(
    own + 48, weight, outward, f32x4.mul(f32x4.mul(f32x4.add(lower, upper), half), scale),
    f32x4.mul(f32x4.mul(f32x4.sub(upper, lower), half), size), vega, vegaWidth,
  );
  const slowest = f32x4.mul(v128.bitselect(upperB, lowerB, f32x4.lt(rateLow, zero)), rateLow);
  const fastest = f32x4.mul(v128.bitselect(lowerB, upperB, f32x4.lt(rateHigh, zero)), rateHigh);
  const timeSize = storeFinished(
    own + 80, weight, outward, f32x4.mul(f32x4.mul(f32x4.add(slowest, fastest), singles(-0.5)), scale),
    f32x4.mul(f32x4.mul(f32x4.sub(fastest, slowest), half), size), decay, decayWidth,
  );
  return f32x4.add(volatilitySize, timeSize);
}

/** Twin of writeFinished. */
// @ts-ignore: decorator
@inline
function storeFinished(
  own: usize, weight: v128, outward: v128, shocked: v128, width: v128, value: v128, valueWidth: v128,
): v128 {
  const cell = f32x4.mul(weight, f32x4.sub(shocked, value));
  const radius = f32x4.mul(outward, f32x4.add(width, valueWidth));
  v128.store(own, cell);
  v128.store(own, radius, 16);
  return f32x4.add(f32x4.abs(cell), radius);
}
