import { blackDelta, blackPrice } from '../black76.ts';
import { dataOfRow, floatsAt, wordsAt } from '../columns.ts';
import { exp } from '../exp.ts';
import {
  CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS,
  CONTEXT_MODEL_WORDS,
} from '../layout.ts';
import {
  DATA_DELTA, DATA_DELTA_SCALE, DATA_EXTREME_COVER, DATA_EXTREME_MULTIPLIER, DATA_FUTURE_DRIFT, DATA_FUTURE_SCALE,
  DATA_LOOK_AHEAD, DATA_PRICE, DATA_RATE, DATA_ROUNDING, DATA_SCAN_DOWN, DATA_SCAN_UP, DATA_VALUE_FACTOR,
  DATA_VOLATILITY_ADD_DOWN, DATA_VOLATILITY_ADD_UP, DATA_VOLATILITY_DOWN, DATA_VOLATILITY_UP, DATA_YEARS,
  DELTA_FLOAT_COUNT, DELTA_PRICE_MOVE, DELTA_WEIGHT, HEAD_DELTA_COUNT, HEAD_DELTA_FLOATS, HEAD_ROWS,
  HEAD_SCENARIO_COUNT, HEAD_SCENARIO_FLOATS, ROW_OPTION_SIGN, ROW_WORD_COUNT, SCENARIO_FLOAT_COUNT,
  SCENARIO_IS_EXTREME, SCENARIO_PRICE_MOVE, SCENARIO_VOLATILITY_MOVE, SCENARIO_WEIGHT,
} from './span-layout.ts';

/** A SPAN risk array made from the market: docs/models/span.md, section B. */

/** Half away from zero; unit 0: as it is. */
export function roundTo(value: f64, unit: f64): f64 {
  if (!(unit > 0)) return value;
  const rounded: f64 = Math.floor(Math.abs(value) / unit + 0.5) * unit;
  return value < 0 ? -rounded : rounded;
}

/** Black-76 that knows prices below zero, where a call ends worthless and a put is its intrinsic value. */
function optionPrice(sign: f64, forward: f64, strike: f64, deviation: f64): f64 {
  if (forward > 0) return blackPrice(sign, forward, strike, deviation);
  return sign > 0 ? 0 : strike - forward;
}

function optionDelta(sign: f64, forward: f64, strike: f64, deviation: f64): f64 {
  if (forward > 0) return blackDelta(sign, forward, strike, deviation);
  return sign > 0 ? 0 : -1;
}

/** Move of the price in its own units: the range is that of the direction. */
function priceMove(f: Floats, data: i32, share: f64): f64 {
  return share < 0 ? share * f[data + DATA_SCAN_DOWN] : share * f[data + DATA_SCAN_UP];
}

function shockedVolatility(f: Floats, data: i32, volatility: f64, share: f64): f64 {
  const relative: f64 = share < 0 ? share * f[data + DATA_VOLATILITY_DOWN] : share * f[data + DATA_VOLATILITY_UP];
  const added: f64 = share < 0 ? share * f[data + DATA_VOLATILITY_ADD_DOWN] : share * f[data + DATA_VOLATILITY_ADD_UP];
  const shocked: f64 = volatility * (1 + relative) + added;
  return shocked > 0 ? shocked : 0;
}

/** Value of a price move of 1 aside: gain of one long contract in price units, before weight and rounding. */
function futureGain(f: Floats, data: i32, move: f64): f64 {
  return move * f[data + DATA_FUTURE_SCALE] - f[data + DATA_FUTURE_DRIFT];
}

/** Fills the losses of a generated contract as P&L cells, its delta and, where it has none, its price. */
export function fillGeneratedRow(f: Floats, w: Ints, context: i32, row: i32, cells: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const data: i32 = dataOfRow(w, context, row);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const option: i32 = w[words + w[words + HEAD_ROWS] + row * ROW_WORD_COUNT + ROW_OPTION_SIGN];
  const sign: f64 = option;
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const years: f64 = f[data + DATA_YEARS];
  const later: f64 = years - f[data + DATA_LOOK_AHEAD] > 0 ? years - f[data + DATA_LOOK_AHEAD] : 0;
  const discount: f64 = exp(-f[data + DATA_RATE] * years);
  const laterDiscount: f64 = exp(-f[data + DATA_RATE] * later);
  let now: f64 = 0;
  if (option !== 0) now = discount * optionPrice(sign, forward, strike, volatility * Math.sqrt(years));
  const scenarios: i32 = floats + w[words + HEAD_SCENARIO_FLOATS];
  const count: i32 = w[words + HEAD_SCENARIO_COUNT];
  for (let s: i32 = 0; s < count; s++) {
    const scenario: i32 = scenarios + s * SCENARIO_FLOAT_COUNT;
    const isExtreme: boolean = f[scenario + SCENARIO_IS_EXTREME] !== 0;
    const direction: f64 = f[scenario + SCENARIO_PRICE_MOVE] < 0 ? -1 : 1;
    const share: f64 = isExtreme ? direction * f[data + DATA_EXTREME_MULTIPLIER] : f[scenario + SCENARIO_PRICE_MOVE];
    const weight: f64 = isExtreme ? f[data + DATA_EXTREME_COVER] : f[scenario + SCENARIO_WEIGHT];
    const move: f64 = priceMove(f, data, share);
    let gain: f64 = 0;
    if (option !== 0) {
      const shocked: f64 = shockedVolatility(f, data, volatility, f[scenario + SCENARIO_VOLATILITY_MOVE]);
      gain = laterDiscount * optionPrice(sign, forward + move, strike, shocked * Math.sqrt(later)) - now;
    } else {
      gain = futureGain(f, data, move);
    }
    f[cells + s] = roundTo(gain * f[data + DATA_VALUE_FACTOR] * weight, f[data + DATA_ROUNDING]);
  }
  fillGeneratedDelta(f, w, context, data, sign, forward, strike, volatility * Math.sqrt(later), laterDiscount);
  if (option !== 0 && f[data + DATA_PRICE] !== f[data + DATA_PRICE]) f[data + DATA_PRICE] = now;
  const isGood: boolean = option === 0 || (volatility > 0 && volatility * 0 === 0);
  if (!(isGood && forward * 0 === 0 && years >= 0)) f[cells] = NaN;
}

/** The composite delta: deltas over the price points, weighted by their probability; 1 for a future. */
function fillGeneratedDelta(
  f: Floats, w: Ints, context: i32, data: i32, sign: f64, forward: f64, strike: f64, deviation: f64, discount: f64,
): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const points: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + HEAD_DELTA_FLOATS];
  const count: i32 = w[words + HEAD_DELTA_COUNT];
  let delta: f64 = 1;
  if (sign !== 0) {
    delta = 0;
    for (let j: i32 = 0; j < count; j++) {
      const point: i32 = points + j * DELTA_FLOAT_COUNT;
      const shocked: f64 = forward + priceMove(f, data, f[point + DELTA_PRICE_MOVE]);
      delta = delta + f[point + DELTA_WEIGHT] * (discount * optionDelta(sign, shocked, strike, deviation));
    }
  }
  f[data + DATA_DELTA] = delta * f[data + DATA_DELTA_SCALE];
}
