import { americanByBoundary, prepareAmerican } from './american/american.ts';
import { exp } from './exp.ts';
import {
  CONTEXT_BOUNDARY, CONTEXT_CELLS, CONTEXT_PITCH, CONTEXT_SCHEME, CONTEXT_SCRATCH, CONTEXT_TABLES, CONTEXT_TERMS_AT,
  CONTEXT_TREES, LINE_CHANGE, LINE_INVERSE, LINE_INVERSE_SCALE, LINE_LOG, LINE_MULTIPLIER, LINE_ORDER, LINE_SCALE,
  LINE_TIME, SCENARIO_ABSOLUTE, SCENARIO_CURRENCY_LINE, SCENARIO_DEVIATION_LINE, SCENARIO_FORWARD,
  SCENARIO_INVERSE_FORWARD, SCENARIO_INVERSE_VOLATILITY, SCENARIO_LOG_MONEYNESS, SCENARIO_NOW, SCENARIO_PRICE_LINE,
  SCENARIO_RATE, SCENARIO_SHAPE, SCENARIO_SIGN, SCENARIO_SIZE, SCENARIO_STRIKE, SCENARIO_TERM_FLOATS,
  SCENARIO_VOLATILITY, SCENARIO_YIELD, SHAPE_AMERICAN, SHAPE_EUROPEAN, SHAPE_GAIN, SHAPE_INVERSE_GAIN, SMALLEST_DEVIATION,
} from './scenario-layout.ts';
import { cellPrice } from './scenario-price.ts';

/**
 * P&L of one contract of instruments [first, first + count) of the context in every scenario of its block, in the
 * currency of the P&L: rows of `stride` floats from `rows` on, CONTEXT_CELLS of them written.
 */
export function fillScenarioRows(
  f: Floats, w: Ints, context: i32, first: i32, count: i32, rows: i32, stride: i32,
): void {
  const terms: i32 = w[context + CONTEXT_TERMS_AT];
  for (let i: i32 = 0; i < count; i++) {
    fillScenarioRow(f, w, context, terms + (first + i) * SCENARIO_TERM_FLOATS, rows + i * stride);
  }
}

/**
 * Adds quantities (one float per instrument of [first, first + count)) times their rows to `sums`: a left fold over the
 * instruments, scenario by scenario. Nothing is materialised but one row.
 */
export function addScenarioRows(
  f: Floats, w: Ints, context: i32, first: i32, count: i32, quantities: i32, sums: i32,
): void {
  const terms: i32 = w[context + CONTEXT_TERMS_AT];
  const cells: i32 = w[context + CONTEXT_CELLS];
  const row: i32 = w[context + CONTEXT_SCRATCH];
  for (let i: i32 = 0; i < count; i++) {
    fillScenarioRow(f, w, context, terms + (first + i) * SCENARIO_TERM_FLOATS, row);
    const quantity: f64 = f[quantities + i];
    for (let s: i32 = 0; s < cells; s++) f[sums + s] = f[sums + s] + quantity * f[row + s];
  }
}

/** One row, from the terms at `at`. */
export function fillScenarioRow(f: Floats, w: Ints, context: i32, at: i32, row: i32): void {
  const shape: i32 = f[at + SCENARIO_SHAPE] as i32;
  const pitch: i32 = w[context + CONTEXT_PITCH];
  const cells: i32 = w[context + CONTEXT_CELLS];
  if (shape === SHAPE_EUROPEAN) fillEuropeanCells(f, at, pitch, cells, row);
  else if (shape === SHAPE_AMERICAN) fillAmericanCells(f, w, context, at, row);
  else fillLinearCells(f, at, shape, pitch, cells, row);
}

/** Value times rate less value now; futures: gain times rate. */
export function fillLinearCells(f: Floats, at: i32, shape: i32, pitch: i32, cells: i32, row: i32): void {
  const amount: f64 = f[at + SCENARIO_SIZE];
  const before: f64 = shape === SHAPE_GAIN || shape === SHAPE_INVERSE_GAIN ? amount : 0.0;
  const now: f64 = f[at + SCENARIO_NOW];
  const kind: i32 = shape === SHAPE_INVERSE_GAIN ? LINE_INVERSE : LINE_MULTIPLIER;
  const moves: i32 = (f[at + SCENARIO_PRICE_LINE] as i32) + kind * pitch;
  const rates: i32 = f[at + SCENARIO_CURRENCY_LINE] as i32;
  for (let s: i32 = 0; s < cells; s++) {
    const rate: f64 = rates < 0 ? 1.0 : f[rates + s];
    f[row + s] = (amount * f[moves + s] - before) * rate - now;
  }
}

/** size * price * [1 / F'] * rate less value now. */
function fillEuropeanCells(f: Floats, at: i32, pitch: i32, cells: i32, row: i32): void {
  const prices: i32 = f[at + SCENARIO_PRICE_LINE] as i32;
  const deviations: i32 = f[at + SCENARIO_DEVIATION_LINE] as i32;
  const sign: f64 = f[at + SCENARIO_SIGN];
  const forward: f64 = f[at + SCENARIO_FORWARD];
  const strike: f64 = f[at + SCENARIO_STRIKE];
  const moneyness: f64 = f[at + SCENARIO_LOG_MONEYNESS];
  const volatility: f64 = f[at + SCENARIO_VOLATILITY];
  const inverseVolatility: f64 = f[at + SCENARIO_INVERSE_VOLATILITY];
  const logs: i32 = prices + LINE_LOG * pitch;
  const multipliers: i32 = prices + LINE_MULTIPLIER * pitch;
  const changes: i32 = deviations + LINE_CHANGE * pitch;
  const scales: i32 = deviations + LINE_SCALE * pitch;
  const inverses: i32 = deviations + LINE_INVERSE_SCALE * pitch;
  if (f[at + SCENARIO_ABSOLUTE] === 1.0) {
    for (let s: i32 = 0; s < cells; s++) {
      const v: f64 = (volatility + f[changes + s]) * f[scales + s];
      const h: f64 = Math.abs(moneyness - f[logs + s]) / (v < SMALLEST_DEVIATION ? SMALLEST_DEVIATION : v);
      f[row + s] = cellPrice(sign, forward * f[multipliers + s], strike, h, v);
    }
  } else {
    for (let s: i32 = 0; s < cells; s++) {
      const h: f64 = Math.abs(moneyness - f[logs + s]) * (inverseVolatility * f[inverses + s]);
      f[row + s] = cellPrice(sign, forward * f[multipliers + s], strike, h, volatility * f[scales + s]);
    }
  }
  finishOptionCells(f, at, pitch, cells, row);
}

/** Turns the prices in a row into P&L of one contract. */
export function finishOptionCells(f: Floats, at: i32, pitch: i32, cells: i32, row: i32): void {
  const size: f64 = f[at + SCENARIO_SIZE];
  const now: f64 = f[at + SCENARIO_NOW];
  const inverseForward: f64 = f[at + SCENARIO_INVERSE_FORWARD];
  const inverses: i32 = (f[at + SCENARIO_PRICE_LINE] as i32) + LINE_INVERSE * pitch;
  const rates: i32 = f[at + SCENARIO_CURRENCY_LINE] as i32;
  for (let s: i32 = 0; s < cells; s++) {
    const unit: f64 = inverseForward === 0.0 ? 1.0 : inverseForward * f[inverses + s];
    const rate: f64 = rates < 0 ? 1.0 : f[rates + s];
    f[row + s] = size * (f[row + s] * unit) * rate - now;
  }
}

/**
 * American options, one after another in the order of the deviation line: the exercise boundary depends on volatility
 * and time but not on the price, so that scenarios that move the price only share one.
 */
export function fillAmericanCells(f: Floats, w: Ints, context: i32, at: i32, row: i32): void {
  const pitch: i32 = w[context + CONTEXT_PITCH];
  const cells: i32 = w[context + CONTEXT_CELLS];
  const prices: i32 = f[at + SCENARIO_PRICE_LINE] as i32;
  const deviations: i32 = f[at + SCENARIO_DEVIATION_LINE] as i32;
  const boundary: i32 = w[context + CONTEXT_BOUNDARY];
  const scheme: i32 = w[context + CONTEXT_SCHEME];
  const sign: f64 = f[at + SCENARIO_SIGN];
  const rate: f64 = f[at + SCENARIO_RATE];
  const dividendYield: f64 = f[at + SCENARIO_YIELD];
  const volatility: f64 = f[at + SCENARIO_VOLATILITY];
  const isAbsolute: boolean = f[at + SCENARIO_ABSOLUTE] === 1.0;
  let solvedVolatility: f64 = -1.0;
  let solvedTime: f64 = -1.0;
  for (let i: i32 = 0; i < cells; i++) {
    const s: i32 = f[deviations + LINE_ORDER * pitch + i] as i32;
    const change: f64 = f[deviations + LINE_CHANGE * pitch + s];
    const moved: f64 = isAbsolute ? volatility + change : volatility * change;
    const time: f64 = f[deviations + LINE_TIME * pitch + s];
    if (moved !== solvedVolatility || time !== solvedTime) {
      prepareAmerican(f, w, scheme, w[context + CONTEXT_TABLES], boundary, sign, rate, dividendYield, moved, time);
      solvedVolatility = moved;
      solvedTime = time;
    }
    const forward: f64 = f[at + SCENARIO_FORWARD] * f[prices + LINE_MULTIPLIER * pitch + s];
    f[row + s] = americanByBoundary(
      f, w, scheme, w[context + CONTEXT_TABLES], boundary, w[context + CONTEXT_TREES],
      sign, forward * exp((dividendYield - rate) * time), f[at + SCENARIO_STRIKE], rate, dividendYield, moved, time,
    );
  }
  finishOptionCells(f, at, pitch, cells, row);
}
