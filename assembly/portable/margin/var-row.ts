import { blackDelta, blackPrice } from '../black76.ts';
import {
  cellsOfRow, dataOfRow, expiryOfRow, floatsAt, poisonRow, sealRow, shapeOfRow, wordsAt,
} from '../columns.ts';
import {
  CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_SCENARIO_COUNT, SHAPE_CALL,
  SHAPE_FUTURE,
} from '../layout.ts';
import {
  VAR_AT_ROWS, VAR_DELTA, VAR_FACTOR_COUNT, VAR_FACTOR_CURRENCY, VAR_FACTOR_PRICE, VAR_FACTOR_VOLATILITY,
  VAR_FIRST_HISTORICAL, VAR_INVERSE, VAR_RATE, VAR_ROW_FACTORS, VAR_ROW_TAIL, VAR_SET_COUNT, VAR_SET_DAYS,
  VAR_SET_FIRST, VAR_SET_SIZE, VAR_SET_WORDS, VAR_SETS, VAR_TAIL_LONG, VAR_TAIL_SHORT, VAR_TIME, VAR_VALUE,
  VAR_VOLATILITY_MINIMUM,
} from './var-layout.ts';
import { setTail } from './var-tail.ts';

/** Days of a year, as times to expiry count them. */
const YEAR_DAYS: f64 = 365;

/** Row of one instrument: P&L of one contract in every scenario of every set, reporting currency, full revaluation. */
export function fillVarRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const rate: f64 = f[data + VAR_RATE];
  // NaN once the expiry has passed.
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  let isGood: boolean = forward > 0 && forward < Infinity && rate > 0 && rate < Infinity && rootTime >= 0;
  if (isGood && shapeOfRow(w, context, row) >= SHAPE_CALL) {
    const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
    isGood = volatility > 0 && volatility < Infinity;
  }
  if (!isGood) {
    poisonRow(f, w, context, row);
    return;
  }
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  for (let set: i32 = 0; set < w[words + VAR_SET_COUNT]; set++) fillSet(f, w, context, row, set);
  sealRow(f, w, context, row, w[context + CONTEXT_SCENARIO_COUNT]);
  // A poisoned row has no tail, and nobody asks for it.
  if (f[cellsOfRow(w, context, row)] * 0 === 0) fillTerms(f, w, context, row, forward, rate);
}

/** What one contract is worth in its settlement currency; of an inverse future: less what it is at price infinity. */
function worthOf(f: Floats, w: Ints, context: i32, row: i32, price: f64, volatility: f64, years: f64): f64 {
  const shape: i32 = shapeOfRow(w, context, row);
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const isInverse: boolean = f[dataOfRow(w, context, row) + VAR_INVERSE] === 1;
  if (shape < SHAPE_CALL) return isInverse ? -size / price : size * price;
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const sign: f64 = shape === SHAPE_CALL ? 1 : -1;
  const value: f64 = blackPrice(sign, price, strike, volatility * Math.sqrt(years));
  return size * (isInverse ? value / price : value);
}

/** Model float of the moves of a factor of the row in a set, -1 if nothing moves it. */
function factorOf(w: Ints, context: i32, row: i32, set: i32, factor: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const width: i32 = VAR_ROW_FACTORS + VAR_FACTOR_COUNT * w[words + VAR_SET_COUNT];
  return w[words + w[words + VAR_AT_ROWS] + row * width + VAR_ROW_FACTORS + set * VAR_FACTOR_COUNT + factor];
}

function movedBy(f: Floats, moves: i32, scenario: i32, value: f64): f64 {
  return value * f[moves + 2 * scenario] + f[moves + 2 * scenario + 1];
}

function fillSet(f: Floats, w: Ints, context: i32, row: i32, set: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const setWords: i32 = words + VAR_SETS + set * VAR_SET_WORDS;
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const isOption: boolean = shape >= SHAPE_CALL;
  const price: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const volatility: f64 = isOption ? f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row] : 0;
  const rate: f64 = f[data + VAR_RATE];
  const years: f64 = f[data + VAR_TIME];
  const least: f64 = f[floats + VAR_VOLATILITY_MINIMUM];
  const priceMoves: i32 = factorOf(w, context, row, set, VAR_FACTOR_PRICE);
  const volatilityMoves: i32 = factorOf(w, context, row, set, VAR_FACTOR_VOLATILITY);
  const currencyMoves: i32 = factorOf(w, context, row, set, VAR_FACTOR_CURRENCY);
  const days: i32 = floats + w[setWords + VAR_SET_DAYS];
  const worth: f64 = worthOf(f, w, context, row, price, volatility, years);
  const cells: i32 = cellsOfRow(w, context, row) + w[setWords + VAR_SET_FIRST];
  for (let s: i32 = 0; s < w[setWords + VAR_SET_SIZE]; s++) {
    const movedPrice: f64 = priceMoves < 0 ? price : movedBy(f, floats + priceMoves, s, price);
    const movedRate: f64 = currencyMoves < 0 ? rate : movedBy(f, floats + currencyMoves, s, rate);
    let movedVolatility: f64 = volatilityMoves < 0 ? volatility : movedBy(f, floats + volatilityMoves, s, volatility);
    if (movedVolatility < least) movedVolatility = least;
    const left: f64 = years - f[days + s] / YEAR_DAYS;
    // A price that is moved to nothing has no value: NaN poisons the row.
    const moved: f64 = movedPrice > 0 && movedRate > 0
      ? worthOf(f, w, context, row, movedPrice, movedVolatility, left > 0 ? left : 0) : NaN;
    f[cells + s] = shape === SHAPE_FUTURE ? (moved - worth) * movedRate : moved * movedRate - worth * rate;
  }
}

/** Value, delta and stand-alone tails of one contract. */
function fillTerms(f: Floats, w: Ints, context: i32, row: i32, forward: f64, rate: f64): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const isInverse: boolean = f[data + VAR_INVERSE] === 1;
  const years: f64 = f[data + VAR_TIME];
  if (shape < SHAPE_CALL) {
    f[data + VAR_VALUE] = (isInverse ? size / forward : size * forward) * rate;
    f[data + VAR_DELTA] = f[data + VAR_VALUE];
  } else {
    const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
    const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
    const sign: f64 = shape === SHAPE_CALL ? 1 : -1;
    f[data + VAR_VALUE] = worthOf(f, w, context, row, forward, volatility, years) * rate;
    const delta: f64 = blackDelta(sign, forward, strike, volatility * Math.sqrt(years));
    f[data + VAR_DELTA] = delta * size * (isInverse ? rate : forward * rate);
  }
  const set: i32 = words + VAR_SETS + w[words + VAR_FIRST_HISTORICAL] * VAR_SET_WORDS;
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const cells: i32 = cellsOfRow(w, context, row);
  f[data + VAR_TAIL_LONG] = setTail(f, w, set, floats, cells, data + VAR_ROW_TAIL);
  negate(f, w, cells, set);
  f[data + VAR_TAIL_SHORT] = setTail(f, w, set, floats, cells, data + VAR_ROW_TAIL);
  negate(f, w, cells, set);
}

/** A sign changes no digit: done twice, nothing has happened. */
function negate(f: Floats, w: Ints, cells: i32, set: i32): void {
  const first: i32 = cells + w[set + VAR_SET_FIRST];
  for (let s: i32 = first; s < first + w[set + VAR_SET_SIZE]; s++) f[s] = -f[s];
}
