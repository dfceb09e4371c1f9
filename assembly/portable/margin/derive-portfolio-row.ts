import { blackPrice } from '../black76.ts';
import { cellsOfRow, dataOfRow, floatsAt, poisonRow, sealRow, shapeOfRow, wordsAt } from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, SHAPE_CALL,
} from '../layout.ts';
import { logRatio } from '../log.ts';
import {
  COLLATERAL_FLOATS, DATA_ABSOLUTE_CAP, DATA_DISCOUNT, DATA_DOWN, DATA_FIXED, DATA_LINEAR_CAP, DATA_MARK,
  DATA_ROOT_TIME, DATA_SKEW_WIDTH, DATA_STABLE, DATA_UP, DATA_VARIABLE, DEVIATION_MIN, KIND_COLLATERAL, KIND_OPTION,
  MANAGER_BASIS_DOWN, MANAGER_BASIS_UP, MANAGER_SCALARS, MANAGER_VOLATILITY_FLOOR, MANAGER_WORD_SCENARIOS, ROW_KIND,
  ROW_MANAGER, ROW_WORDS, SCENARIO_FLOATS, SCENARIO_MULTIPLIER, VOLATILITY_ABSOLUTE, VOLATILITY_DOWN,
  VOLATILITY_LINEAR, VOLATILITY_UP, WORD_COLLATERAL_COUNT, WORD_MANAGERS, WORD_MANAGER_COUNT,
  WORD_SCENARIO_MAX,
} from './derive-portfolio-layout.ts';

/** First float of a manager's table. */
export function managerFloats(w: Ints, context: i32, manager: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const scenarios: i32 = w[words + WORD_SCENARIO_MAX] * SCENARIO_FLOATS;
  const stride: i32 = MANAGER_SCALARS + scenarios + w[words + WORD_COLLATERAL_COUNT] * COLLATERAL_FLOATS;
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + manager * stride;
}

/** First word of a manager's table. */
export function managerWords(w: Ints, context: i32, manager: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return words + WORD_MANAGERS + manager * (MANAGER_WORD_SCENARIOS + w[words + WORD_SCENARIO_MAX]);
}

/** First word of an instrument's row in the model's tables. */
export function rowWords(w: Ints, context: i32, row: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return managerWords(w, context, w[words + WORD_MANAGER_COUNT]) + row * ROW_WORDS;
}

/** ln(K/F) over the width at which the cap is reached, times the cap, kept within the cap on its own side. */
function skewMultiplier(moneyness: f64, cap: f64, width: f64): f64 {
  const change: f64 = (moneyness * cap) / width;
  if (moneyness >= 0) return 1.0 + (change > cap ? cap : change);
  return 1.0 + (change < -cap ? -cap : change);
}

function shockedVolatility(f: Floats, data: i32, floor: f64, kind: i32, volatility: f64, moneyness: f64): f64 {
  if (kind === VOLATILITY_UP) {
    const up: f64 = volatility * f[data + DATA_UP];
    return up < floor ? floor : up;
  }
  if (kind === VOLATILITY_DOWN) return volatility * f[data + DATA_DOWN];
  const width: f64 = f[data + DATA_SKEW_WIDTH];
  if (kind === VOLATILITY_LINEAR) return volatility * skewMultiplier(moneyness, f[data + DATA_LINEAR_CAP], width);
  if (kind === VOLATILITY_ABSOLUTE) {
    return volatility * skewMultiplier(Math.abs(moneyness), f[data + DATA_ABSOLUTE_CAP], width);
  }
  return volatility;
}

/** Undiscounted value of the option per base unit at a shocked forward. */
function shockedValue(f: Floats, data: i32, sign: f64, strike: f64, multiplier: f64, volatility: f64): f64 {
  const forward: f64 = f[data + DATA_VARIABLE] * multiplier + f[data + DATA_FIXED];
  const deviation: f64 = volatility * f[data + DATA_ROOT_TIME];
  return blackPrice(sign, forward, strike, deviation <= DEVIATION_MIN ? 0 : deviation);
}

function fillOption(f: Floats, w: Ints, context: i32, row: i32, forward: f64, size: f64): void {
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const data: i32 = dataOfRow(w, context, row);
  if (!(volatility > 0 && volatility < Infinity)) {
    f[data + DATA_MARK] = NaN;
    poisonRow(f, w, context, row);
    return;
  }
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1 : -1;
  const moneyness: f64 = logRatio(strike, forward);
  const manager: i32 = w[rowWords(w, context, row) + ROW_MANAGER];
  const floats: i32 = managerFloats(w, context, manager);
  const words: i32 = managerWords(w, context, manager);
  const floor: f64 = f[floats + MANAGER_VOLATILITY_FLOOR];
  const cells: i32 = cellsOfRow(w, context, row);
  const scenarioMax: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + WORD_SCENARIO_MAX];
  const count: i32 = w[words];
  for (let s: i32 = 0; s < count; s++) {
    const kind: i32 = w[words + MANAGER_WORD_SCENARIOS + s];
    const shocked: f64 = shockedVolatility(f, data, floor, kind, volatility, moneyness);
    const multiplier: f64 = f[floats + MANAGER_SCALARS + s * SCENARIO_FLOATS + SCENARIO_MULTIPLIER];
    f[cells + s] = shockedValue(f, data, sign, strike, multiplier, shocked) * size;
  }
  for (let s: i32 = count; s < scenarioMax; s++) f[cells + s] = 0;
  f[cells + scenarioMax] = shockedValue(f, data, sign, strike, f[floats + MANAGER_BASIS_UP], volatility) * size;
  f[cells + scenarioMax + 1] = shockedValue(f, data, sign, strike, f[floats + MANAGER_BASIS_DOWN], volatility) * size;
  f[data + DATA_MARK] = shockedValue(f, data, sign, strike, 1, volatility) * size * f[data + DATA_DISCOUNT];
  sealRow(f, w, context, row, scenarioMax + 2);
}

/**
 * Fills one instrument's row: of an option its undiscounted value in every scenario, then at the two basis moves; of
 * perpetuals and collateral its mark in every cell (the margin function shocks those as a whole).
 */
export function fillDerivePortfolioRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const price: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const data: i32 = dataOfRow(w, context, row);
  if (!(price > 0 && price < Infinity)) {
    f[data + DATA_MARK] = NaN;
    poisonRow(f, w, context, row);
    return;
  }
  const kind: i32 = w[rowWords(w, context, row) + ROW_KIND];
  if (kind === KIND_OPTION) {
    fillOption(f, w, context, row, price, size);
    return;
  }
  const value: f64 = kind === KIND_COLLATERAL ? (price * size) / f[data + DATA_STABLE] : price * size;
  f[data + DATA_MARK] = value;
  const cells: i32 = cellsOfRow(w, context, row);
  const count: i32 = w[context + CONTEXT_CELL_COUNT];
  for (let s: i32 = 0; s < count; s++) f[cells + s] = value;
}
