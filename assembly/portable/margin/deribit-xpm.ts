import { blackDelta, blackOtm } from '../black76.ts';
import {
  cellsOfRow, dataOfRow, expiryOfRow, firstPositionOf, floatsAt, poisonRow, positionCountOf, rowOfSlot, sealRow,
  segmentEnd, shapeOfRow, wordsAt,
} from '../columns.ts';
import { dampenCell, deltaShockUsd, offsetCell } from '../deribit-pm.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SCENARIO_COUNT, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, OUT_COMPONENTS,
  OUT_EQUITY, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL, SHAPE_FUTURE, SHAPE_SPOT,
} from '../layout.ts';
import { logRatio } from '../log.ts';
import { roundToNineDecimals } from '../money.ts';
import {
  XPM_ADD_ON, XPM_CLASS, XPM_COIN_COUNT, XPM_COIN_INDEX, XPM_COIN_OFFSET, XPM_COIN_OFFSET_CAP, XPM_COIN_SCALARS,
  XPM_COIN_SHOCK_MAX, XPM_COIN_SLOPE, XPM_COIN_THRESHOLD, XPM_COINS, XPM_CURRENCY_COUNT, XPM_DAMPENER, XPM_DELTA,
  XPM_DELTA_SHOCK, XPM_DIRECTIONS, XPM_DOWN_FACTOR, XPM_HAIRCUT, XPM_INDEX, XPM_INSTRUMENT_COUNT, XPM_INVERSE,
  XPM_LOG_MULTIPLIER, XPM_MAINTENANCE_FACTOR, XPM_MULTIPLIER, XPM_RISK_MATRIX, XPM_ROLL_RATE, XPM_ROLL_SHOCK,
  XPM_ROOT_TIME, XPM_SUM_COUNT, XPM_SUM_EQUITY, XPM_SUM_LONG_DELTA, XPM_SUM_REST_DELTA, XPM_UP_FACTOR, XPM_USD,
  XPM_VALUE, XPM_VOLATILITY_FLOOR, XPM_WEIGHT, XPM_WORST_CASE, xpmCoinFloats, xpmCoinOfCurrency, xpmCoinOfRow,
  xpmCurrencyOfRow, xpmHaircuts,
} from './deribit-xpm-layout.ts';

/**
 * Deribit cross portfolio margin (`deribit-xpm`): one account in USD, one extended risk matrix per coin. Formulas and
 * sources: docs/models/deribit-xpm.md.
 */

/** Once per instrument and tick: P&L of a contract per scenario in USD, worth and delta. Bad input poisons the row. */
export function fillDeribitXpmRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  if (!isPriced(f, w, context, row, data)) {
    poisonRow(f, w, context, row);
    f[data + XPM_VALUE] = NaN;
    f[data + XPM_DELTA] = NaN;
  } else if (shape === SHAPE_SPOT) {
    const cells: i32 = cellsOfRow(w, context, row);
    for (let s: i32 = 0; s < w[context + CONTEXT_SCENARIO_COUNT]; s++) f[cells + s] = 0;
    f[data + XPM_VALUE] = size * f[data + XPM_USD];
    f[data + XPM_DELTA] = 0;
  } else if (shape === SHAPE_FUTURE) {
    fillFuture(f, w, context, row, data, size);
  } else {
    fillOption(f, w, context, row, data, size, shape === SHAPE_CALL ? 1 : -1);
  }
  sealRow(f, w, context, row, w[context + CONTEXT_SCENARIO_COUNT]);
}

function isPriced(f: Floats, w: Ints, context: i32, row: i32, data: i32): boolean {
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const usd: f64 = f[data + XPM_USD];
  const index: f64 = f[data + XPM_INDEX];
  if (!(forward > 0 && forward < Infinity && usd > 0 && usd < Infinity)) return false;
  if (!(index > 0 && index < Infinity && f[data + XPM_ROOT_TIME] >= 0)) return false;
  if (shapeOfRow(w, context, row) < SHAPE_CALL) return true;
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  return volatility > 0 && volatility < Infinity;
}

/** First float of the table of the coin in whose matrix the instrument is. */
function tableOfRow(w: Ints, context: i32, row: i32): i32 {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const coin: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + xpmCoinOfRow(scenarios) + row];
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + XPM_COINS + coin * xpmCoinFloats(scenarios);
}

/** Inverse: size (1/F - 1/(F (1+m))) coin at the shocked index; linear: size F m. */
function fillFuture(f: Floats, w: Ints, context: i32, row: i32, data: i32, size: f64): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const coins: f64 = f[data + XPM_INVERSE] !== 0 ? size / forward : size;
  const amount: f64 = (f[data + XPM_INVERSE] !== 0 ? coins : size * forward) * f[data + XPM_USD];
  const moves: i32 = tableOfRow(w, context, row) + XPM_COIN_SCALARS + XPM_CLASS * scenarios;
  const cells: i32 = cellsOfRow(w, context, row);
  for (let s: i32 = 0; s < scenarios; s++) f[cells + s] = amount * f[moves + s];
  f[data + XPM_VALUE] = 0;
  f[data + XPM_DELTA] = coins;
}

/** Inverse: size (V'/F' - V/F) coin at the shocked index S (1+m), so size S/F (V' - V (1+m)); linear: size (V' - V). */
function fillOption(f: Floats, w: Ints, context: i32, row: i32, data: i32, size: f64, sign: f64): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const isInverse: boolean = f[data + XPM_INVERSE] !== 0;
  const rootTime: f64 = f[data + XPM_ROOT_TIME];
  const shockedUp: f64 = volatility * f[data + XPM_UP_FACTOR];
  const floor: f64 = f[data + XPM_VOLATILITY_FLOOR];
  const deviationUp: f64 = (shockedUp < floor ? floor : shockedUp) * rootTime;
  const deviationDown: f64 = volatility * f[data + XPM_DOWN_FACTOR] * rootTime;
  const deviation: f64 = volatility * rootTime;
  const moneyness: f64 = logRatio(strike, forward);
  const lowerNow: f64 = strike < forward ? strike : forward;
  const intrinsic: f64 = sign * (forward - strike);
  const priceNow: f64 = blackOtm(lowerNow, Math.abs(moneyness), deviation) + (intrinsic > 0 ? intrinsic : 0);
  const unit: f64 = isInverse ? f[data + XPM_USD] / forward : f[data + XPM_USD];
  const columns: i32 = tableOfRow(w, context, row) + XPM_COIN_SCALARS;
  const cells: i32 = cellsOfRow(w, context, row);
  for (let s: i32 = 0; s < scenarios; s++) {
    const multiplier: f64 = f[columns + XPM_MULTIPLIER * scenarios + s];
    const shocked: f64 = forward * multiplier;
    const x: f64 = Math.abs(moneyness - f[columns + XPM_LOG_MULTIPLIER * scenarios + s]);
    const direction: i32 = w[words + XPM_DIRECTIONS + s];
    const v: f64 = direction > 0 ? deviationUp : direction < 0 ? deviationDown : deviation;
    const payoff: f64 = sign * (shocked - strike);
    const price: f64 = blackOtm(strike < shocked ? strike : shocked, x, v) + (payoff > 0 ? payoff : 0);
    const now: f64 = isInverse ? priceNow * multiplier : priceNow;
    f[cells + s] = size * ((price - now) * unit * f[columns + XPM_WEIGHT * scenarios + s]);
  }
  const delta: f64 = blackDelta(sign, forward, strike, deviation);
  f[data + XPM_VALUE] = size * (priceNow * unit);
  f[data + XPM_DELTA] = size * (isInverse ? delta - priceNow / forward : delta);
}

/**
 * Once per account. `rows`: the summed risk array row of each risk group. `work`: per coin its cells and sums, then the
 * equity per currency, then the net delta per expiry row.
 */
export function marginDeribitXpm(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const coinCount: i32 = w[words + XPM_COIN_COUNT];
  const currencies: i32 = work + coinCount * (scenarios + XPM_SUM_COUNT);
  const expiries: i32 = currencies + w[words + XPM_CURRENCY_COUNT];
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  for (let i: i32 = work; i < expiries; i++) f[i] = 0;
  for (let slot: i32 = first; slot < end; slot++) {
    f[expiries + expiryOfRow(w, context, rowOfSlot(w, context, slot))] = 0;
  }
  addGroupRows(f, w, context, first, end, work, rows);
  for (let slot: i32 = first; slot < end; slot++) addPosition(f, w, context, slot, work, currencies, expiries);
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  const parts: i32 = out + OUT_COMPONENTS;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  addEquities(f, w, context, out, work, currencies);
  f[parts + XPM_ROLL_SHOCK] = rollShock(f, w, context, first, end, expiries);
  addMatrices(f, w, context, out, vector, work);
  const matrix: f64 = f[parts + XPM_WORST_CASE] + f[parts + XPM_ROLL_SHOCK] + f[parts + XPM_DELTA_SHOCK];
  f[parts + XPM_RISK_MATRIX] = matrix;
  f[parts + XPM_ADD_ON] = addOn;
  f[out + OUT_INITIAL] = roundToNineDecimals(matrix + f[parts + XPM_HAIRCUT] + addOn);
  f[out + OUT_MAINTENANCE] = f[floatsAt(w, context, CONTEXT_MODEL_FLOATS) + XPM_MAINTENANCE_FACTOR] * matrix;
}

/** Rows of the risk groups of one coin (inverse and linear) net in its matrix. */
function addGroupRows(f: Floats, w: Ints, context: i32, first: i32, end: i32, work: i32, rows: i32): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const coins: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS) + xpmCoinOfRow(scenarios);
  let group: i32 = rows;
  let slot: i32 = first;
  while (slot < end) {
    const coin: i32 = w[coins + rowOfSlot(w, context, slot)];
    if (coin >= 0) {
      const cells: i32 = work + coin * (scenarios + XPM_SUM_COUNT);
      for (let s: i32 = 0; s < scenarios; s++) f[cells + s] = f[cells + s] + f[group + s];
    }
    group = group + w[context + CONTEXT_CELL_COUNT];
    slot = segmentEnd(w, context, slot, end);
  }
}

/** Worth to the equity of its currency, delta to its expiry and to its coin. */
function addPosition(
  f: Floats, w: Ints, context: i32, slot: i32, work: i32, currencies: i32, expiries: i32,
): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const row: i32 = rowOfSlot(w, context, slot);
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  let value: f64 = quantity * f[data + XPM_VALUE];
  if (shape === SHAPE_FUTURE) {
    const entry: f64 = f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + slot];
    const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
    const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
    const change: f64 = f[data + XPM_INVERSE] !== 0 ? 1 / entry - 1 / forward : forward - entry;
    value = value + quantity * size * change * f[data + XPM_USD];
  }
  const currency: i32 = w[words + xpmCurrencyOfRow(scenarios, w[words + XPM_INSTRUMENT_COUNT]) + row];
  f[currencies + currency] = f[currencies + currency] + value;
  if (shape === SHAPE_SPOT) return;
  const delta: f64 = quantity * f[data + XPM_DELTA];
  const coin: i32 = w[words + xpmCoinOfRow(scenarios) + row];
  const sums: i32 = work + coin * (scenarios + XPM_SUM_COUNT) + scenarios;
  const isLongOption: boolean = shape >= SHAPE_CALL && quantity > 0;
  const sum: i32 = sums + (isLongOption ? XPM_SUM_LONG_DELTA : XPM_SUM_REST_DELTA);
  f[sum] = f[sum] + delta;
  const expiry: i32 = expiries + expiryOfRow(w, context, row);
  f[expiry] = f[expiry] + delta;
}

/** Equity in USD, haircuts on what is positive, and what of it is a position in a coin's matrix. */
function addEquities(f: Floats, w: Ints, context: i32, out: i32, work: i32, currencies: i32): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const coins: i32 = words + xpmCoinOfCurrency(scenarios, w[words + XPM_INSTRUMENT_COUNT]);
  const haircuts: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + xpmHaircuts(scenarios, w[words + XPM_COIN_COUNT]);
  let haircut: f64 = 0;
  for (let c: i32 = 0; c < w[words + XPM_CURRENCY_COUNT]; c++) {
    const value: f64 = f[currencies + c];
    f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + value;
    if (value > 0) haircut = haircut + f[haircuts + c] * value;
    const coin: i32 = w[coins + c];
    if (coin >= 0) {
      const equity: i32 = work + coin * (scenarios + XPM_SUM_COUNT) + scenarios + XPM_SUM_EQUITY;
      f[equity] = f[equity] + value;
    }
  }
  f[out + OUT_COMPONENTS + XPM_HAIRCUT] = haircut;
}

/** Gross over products and expiries: the first position of an expiry row charges its net delta. */
function rollShock(f: Floats, w: Ints, context: i32, first: i32, end: i32, expiries: i32): f64 {
  let charge: f64 = 0;
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    if (shapeOfRow(w, context, row) === SHAPE_SPOT) continue;
    const expiry: i32 = expiries + expiryOfRow(w, context, row);
    const data: i32 = dataOfRow(w, context, row);
    charge = charge + Math.abs(f[expiry]) * f[data + XPM_ROLL_RATE] * f[data + XPM_INDEX];
    f[expiry] = 0;
  }
  return charge;
}

/** Worst case and delta shock of each coin at its own worst; the account's cells are their sum. */
function addMatrices(f: Floats, w: Ints, context: i32, out: i32, vector: i32, work: i32): void {
  const scenarios: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const coinCount: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + XPM_COIN_COUNT];
  const parts: i32 = out + OUT_COMPONENTS;
  let largest: f64 = 0;
  f[out + OUT_SCENARIO] = -1;
  f[parts + XPM_WORST_CASE] = 0;
  f[parts + XPM_DELTA_SHOCK] = 0;
  for (let s: i32 = 0; s < scenarios; s++) f[vector + s] = 0;
  for (let coin: i32 = 0; coin < coinCount; coin++) {
    const cells: i32 = work + coin * (scenarios + XPM_SUM_COUNT);
    const sums: i32 = cells + scenarios;
    const table: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + XPM_COINS + coin * xpmCoinFloats(scenarios);
    const index: f64 = f[table + XPM_COIN_INDEX];
    const equity: f64 = f[sums + XPM_SUM_EQUITY];
    const lowest: i32 = aggregate(f, cells, table, scenarios, equity, vector);
    const worst: f64 = roundToNineDecimals(f[cells + lowest] < 0 ? -f[cells + lowest] : f[cells + lowest] * 0);
    if (worst > largest) {
      largest = worst;
      f[out + OUT_SCENARIO] = lowest;
    }
    f[parts + XPM_WORST_CASE] = f[parts + XPM_WORST_CASE] + worst;
    f[parts + XPM_DELTA_SHOCK] = f[parts + XPM_DELTA_SHOCK] + deltaShockUsd(
      f[sums + XPM_SUM_LONG_DELTA], f[sums + XPM_SUM_REST_DELTA] + equity / index, index,
      f[table + XPM_COIN_THRESHOLD], f[table + XPM_COIN_SLOPE], f[table + XPM_COIN_SHOCK_MAX],
    );
  }
}

/** Equity joins the coin's cells; then offset and dampener. Returns the first lowest cell. */
function aggregate(f: Floats, cells: i32, table: i32, scenarios: i32, equity: f64, vector: i32): i32 {
  const columns: i32 = table + XPM_COIN_SCALARS;
  let lowest: i32 = 0;
  for (let s: i32 = 0; s < scenarios; s++) {
    const cell: f64 = f[cells + s] + equity * f[columns + XPM_CLASS * scenarios + s];
    const counted: f64 = offsetCell(cell, f[table + XPM_COIN_OFFSET], f[table + XPM_COIN_OFFSET_CAP]);
    f[cells + s] = dampenCell(counted, f[columns + XPM_DAMPENER * scenarios + s]);
    f[vector + s] = f[vector + s] + f[cells + s];
    if (f[cells + s] < f[cells + lowest]) lowest = s;
  }
  return lowest;
}
