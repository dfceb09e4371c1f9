import { blackPrice } from '../black76.ts';
import {
  cellsOfRow, dataOfRow, firstPositionOf, floatsAt, positionCountOf, poisonRow, rowOfSlot, sealRow, shapeOfRow,
  wordsAt,
} from '../columns.ts';
import {
  CONTEXT_COMPONENT_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SCENARIO_COUNT, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, OUT_COMPONENTS,
  OUT_EQUITY, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL, SHAPE_FUTURE, SHAPE_SPOT,
} from '../layout.ts';

/**
 * Deribit standard margin: every position by itself, requirements added. One kernel for the segregated model
 * (`deribit-sm`, amounts in the settlement currency) and the cross-collateral one (`deribit-xsm`, amounts in USD).
 * Formulas: docs/models/deribit-sm.md and docs/models/deribit-xsm.md.
 */

// --- instrument data: written by `prepareTick` ---
/** Initial rate of a future at size zero; of an option its share of the underlying before the out-of-the-money part. */
export const STANDARD_INITIAL_RATE: i32 = 0;
/** Maintenance rate of a future at size zero; of a short option its share of the underlying. */
export const STANDARD_MAINTENANCE_RATE: i32 = 1;
/** Added to both rates of a future per coin of position size. */
export const STANDARD_RATE_PER_COIN: i32 = 2;
/** Least initial share of a short option. */
export const STANDARD_INITIAL_MINIMUM: i32 = 3;
/**
 * Units of the netting set's currency per unit of the settlement currency (of a spot holding: of its base currency).
 * 1 in the segregated model.
 */
export const STANDARD_CONVERSION: i32 = 4;
/** Mark of an option, quote currency per base unit; NaN: Black-76 at the forward and the implied volatility. */
export const STANDARD_MARK: i32 = 5;
/** Square root of the years to expiry. */
export const STANDARD_ROOT_TIME: i32 = 6;
/** 1 for an inverse payoff, else 0. */
export const STANDARD_INVERSE: i32 = 7;
// --- written by the row kernel, per contract ---
/** Worth in the netting set's currency (options and spot; 0 for futures, whose worth depends on the entry price). */
export const STANDARD_VALUE: i32 = 8;
/** Base coin of one contract. */
export const STANDARD_COINS: i32 = 9;
/** Requirements of one short option, in the netting set's currency. */
export const STANDARD_SHORT_INITIAL: i32 = 10;
export const STANDARD_SHORT_MAINTENANCE: i32 = 11;
export const STANDARD_DATA_WIDTH: i32 = 12;

// --- components of the result ---
export const STANDARD_FUTURES_INITIAL: i32 = 0;
export const STANDARD_FUTURES_MAINTENANCE: i32 = 1;
export const STANDARD_OPTIONS_INITIAL: i32 = 2;
export const STANDARD_OPTIONS_MAINTENANCE: i32 = 3;
export const STANDARD_OPTION_VALUE: i32 = 4;
export const STANDARD_ADD_ON: i32 = 5;
/** Of the cross-collateral model only. */
export const STANDARD_HAIRCUT: i32 = 6;

/** modelWords: count of currencies, then the currency of each instrument row. modelFloats: haircut per currency. */
export const STANDARD_CURRENCY_COUNT: i32 = 0;
export const STANDARD_CURRENCY_OF_ROW: i32 = 1;

/** Once per instrument and tick: worth and short requirement of one contract. Bad prices poison the row. */
export function fillDeribitStandardRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const conversion: f64 = f[data + STANDARD_CONVERSION];
  const isInverse: boolean = f[data + STANDARD_INVERSE] !== 0;
  f[data + STANDARD_VALUE] = 0;
  f[data + STANDARD_SHORT_INITIAL] = 0;
  f[data + STANDARD_SHORT_MAINTENANCE] = 0;
  f[data + STANDARD_COINS] = isInverse && shape === SHAPE_FUTURE ? size / forward : size;
  f[cellsOfRow(w, context, row)] = 0;
  if (!(forward > 0 && forward < Infinity && conversion > 0 && conversion < Infinity)) {
    spoil(f, w, context, row, data);
  } else if (shape === SHAPE_SPOT) {
    f[data + STANDARD_VALUE] = size * conversion;
  } else if (shape !== SHAPE_FUTURE) {
    fillOption(f, w, context, row, data, shape === SHAPE_CALL ? 1 : -1, forward, size * conversion);
  }
  sealRow(f, w, context, row, w[context + CONTEXT_SCENARIO_COUNT]);
}

/** `units`: contract size in the netting set's currency per unit of settlement currency. */
function fillOption(
  f: Floats, w: Ints, context: i32, row: i32, data: i32, sign: f64, forward: f64, units: f64,
): void {
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const mark: f64 = markOf(f, w, context, row, data, sign, forward, strike);
  if (!(mark >= 0 && mark < Infinity)) {
    spoil(f, w, context, row, data);
    return;
  }
  const share: f64 = mark / forward;
  const distance: f64 = sign * (strike - forward);
  const outOfTheMoney: f64 = distance > 0 ? distance / forward : 0;
  const shareNow: f64 = f[data + STANDARD_INITIAL_RATE] - outOfTheMoney;
  const least: f64 = f[data + STANDARD_INITIAL_MINIMUM];
  const rate: f64 = f[data + STANDARD_MAINTENANCE_RATE];
  const maintenance: f64 = (sign < 0 && share > 1 ? rate * share : rate) + share;
  const initial: f64 = (shareNow > least ? shareNow : least) + share;
  const settled: f64 = f[data + STANDARD_INVERSE] !== 0 ? units : units * forward;
  f[data + STANDARD_VALUE] = settled * share;
  f[data + STANDARD_SHORT_MAINTENANCE] = settled * maintenance;
  f[data + STANDARD_SHORT_INITIAL] = settled * (sign < 0 && maintenance > initial ? maintenance : initial);
}

/** Quote currency per base unit; NaN if neither the market nor Black-76 has one. */
function markOf(
  f: Floats, w: Ints, context: i32, row: i32, data: i32, sign: f64, forward: f64, strike: f64,
): f64 {
  const quoted: f64 = f[data + STANDARD_MARK];
  if (quoted === quoted) return quoted;
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const rootTime: f64 = f[data + STANDARD_ROOT_TIME];
  if (!(volatility > 0 && volatility < Infinity && rootTime >= 0)) return NaN;
  return blackPrice(sign, forward, strike, volatility * rootTime);
}

/** NaN to whatever a holder of the instrument reads. */
function spoil(f: Floats, w: Ints, context: i32, row: i32, data: i32): void {
  poisonRow(f, w, context, row);
  f[data + STANDARD_VALUE] = NaN;
  f[data + STANDARD_COINS] = NaN;
  f[data + STANDARD_SHORT_INITIAL] = NaN;
  f[data + STANDARD_SHORT_MAINTENANCE] = NaN;
}

/** Once per netting set. `work`: the balance per currency. */
export function marginDeribitStandard(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, _rows: i32,
): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const currencyCount: i32 = w[words + STANDARD_CURRENCY_COUNT];
  for (let c: i32 = 0; c < currencyCount; c++) f[work + c] = 0;
  const parts: i32 = out + OUT_COMPONENTS;
  for (let i: i32 = 0; i < w[context + CONTEXT_COMPONENT_COUNT]; i++) f[parts + i] = 0;
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    const balance: i32 = work + w[words + STANDARD_CURRENCY_OF_ROW + row];
    const shape: i32 = shapeOfRow(w, context, row);
    if (shape === SHAPE_FUTURE) addFuture(f, w, context, slot, row, balance, parts);
    else if (shape === SHAPE_SPOT) addSpot(f, w, context, slot, row, balance);
    else addOption(f, w, context, slot, row, parts);
  }
  const haircuts: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  let equity: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  let haircut: f64 = 0;
  for (let c: i32 = 0; c < currencyCount; c++) {
    equity = equity + f[work + c];
    if (f[work + c] > 0) haircut = haircut + f[haircuts + c] * f[work + c];
  }
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[parts + STANDARD_ADD_ON] = addOn;
  if (w[context + CONTEXT_COMPONENT_COUNT] > STANDARD_HAIRCUT) f[parts + STANDARD_HAIRCUT] = haircut;
  f[out + OUT_EQUITY] = equity;
  f[out + OUT_INITIAL] = f[parts + STANDARD_FUTURES_INITIAL] + f[parts + STANDARD_OPTIONS_INITIAL] + haircut + addOn;
  f[out + OUT_MAINTENANCE] = f[parts + STANDARD_FUTURES_MAINTENANCE] + f[parts + STANDARD_OPTIONS_MAINTENANCE];
  f[out + OUT_SCENARIO] = -1;
  f[vector] = 0;
}

/** Rates grow with the coins of this position; profit since entry belongs to the balance. */
function addFuture(f: Floats, w: Ints, context: i32, slot: i32, row: i32, balance: i32, parts: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  const entry: f64 = f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + slot];
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const conversion: f64 = f[data + STANDARD_CONVERSION];
  const isInverse: boolean = f[data + STANDARD_INVERSE] !== 0;
  const coins: f64 = Math.abs(quantity) * f[data + STANDARD_COINS];
  const amount: f64 = (isInverse ? coins : coins * forward) * conversion;
  const increase: f64 = f[data + STANDARD_RATE_PER_COIN] * coins;
  const change: f64 = isInverse ? 1 / entry - 1 / forward : forward - entry;
  f[balance] = f[balance] + quantity * size * change * conversion;
  f[parts + STANDARD_FUTURES_INITIAL] =
    f[parts + STANDARD_FUTURES_INITIAL] + (f[data + STANDARD_INITIAL_RATE] + increase) * amount;
  f[parts + STANDARD_FUTURES_MAINTENANCE] =
    f[parts + STANDARD_FUTURES_MAINTENANCE] + (f[data + STANDARD_MAINTENANCE_RATE] + increase) * amount;
}

function addSpot(f: Floats, w: Ints, context: i32, slot: i32, row: i32, balance: i32): void {
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  f[balance] = f[balance] + quantity * f[dataOfRow(w, context, row) + STANDARD_VALUE];
}

/** The worth of options is no part of the balance, and a long option needs no margin. */
function addOption(f: Floats, w: Ints, context: i32, slot: i32, row: i32, parts: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  const value: f64 = quantity * f[data + STANDARD_VALUE];
  f[parts + STANDARD_OPTION_VALUE] = f[parts + STANDARD_OPTION_VALUE] + value;
  if (quantity > 0) return;
  f[parts + STANDARD_OPTIONS_INITIAL] =
    f[parts + STANDARD_OPTIONS_INITIAL] - quantity * f[data + STANDARD_SHORT_INITIAL];
  f[parts + STANDARD_OPTIONS_MAINTENANCE] =
    f[parts + STANDARD_OPTIONS_MAINTENANCE] - quantity * f[data + STANDARD_SHORT_MAINTENANCE];
}
