import { americanByBoundary, americanByTree, prepareAmerican } from '../american/american.ts';
import { boundaryFloats, SCHEME_DEGREE, SCHEME_INTEGRAL, SCHEME_PREMIUM } from '../american/scheme.ts';
import { blackPrice } from '../black76.ts';
import {
  cellsOfRow, dataOfRow, expiryOfRow, firstPositionOf, floatsAt, groupEnd, groupOfRow, poisonRow, positionCountOf,
  rowOfSlot, sealRow, shapeOfRow, wordsAt,
} from '../columns.ts';
import { exp } from '../exp.ts';
import {
  CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, OUT_COMPONENTS, OUT_EQUITY, OUT_INITIAL,
  OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL, SHAPE_FUTURE,
} from '../layout.ts';
import {
  TIMS_AMERICAN, TIMS_CLASS_WORDS, TIMS_COARSE_STEPS, TIMS_COMPONENT_COUNT, TIMS_FINE_STEPS, TIMS_GROUP_FLOATS,
  TIMS_METHOD, TIMS_MINIMUM, TIMS_MINIMUM_CHARGE, TIMS_MINIMUM_TOTAL, TIMS_POINTS, TIMS_PORTFOLIO_GROUP_COUNT, TIMS_PORTFOLIO_OF,
  TIMS_PRODUCT_GROUP_COUNT, TIMS_RATE, TIMS_SCHEME, TIMS_TIME, TIMS_TYPE_COUNT, TIMS_VALUE, TIMS_WORK,
  TIMS_WORST_LOSS, TIMS_YIELD,
} from './tims-layout.ts';

/**
 * TIMS: ten valuation points per class, netted inside the class, offset between the classes of a product group and the
 * product groups of a portfolio group. Formulas, sources and evidence: docs/models/tims.md.
 */

/** Row of one instrument: P&L of one contract at each point, and its value. */
export function fillTimsRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  // NaN once the expiry has passed.
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  if (!(forward > 0.0 && forward < Infinity && rootTime >= 0.0)) {
    poisonRow(f, w, context, row);
    return;
  }
  if (shapeOfRow(w, context, row) < SHAPE_CALL) fillLinearRow(f, w, context, row, forward);
  else fillOptionRow(f, w, context, row, forward);
  sealRow(f, w, context, row, TIMS_POINTS);
}

/** Whether the row is an option that may be exercised before expiry. */
export function isAmericanRow(f: Floats, w: Ints, context: i32, row: i32): boolean {
  return shapeOfRow(w, context, row) >= SHAPE_CALL && f[dataOfRow(w, context, row) + TIMS_AMERICAN] === 1.0;
}

/** First of the ten moves of the class that the instrument belongs to. */
export function movesOfRow(w: Ints, context: i32, row: i32): i32 {
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + TIMS_POINTS * w[classWords(w, context, row)];
}

/** First word of the class of a row: product type, then product group. */
function classWords(w: Ints, context: i32, row: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const classes: i32 = words + TIMS_PORTFOLIO_OF + w[words + TIMS_PRODUCT_GROUP_COUNT];
  return classes + TIMS_CLASS_WORDS * groupOfRow(w, context, row);
}

function fillLinearRow(f: Floats, w: Ints, context: i32, row: i32, forward: f64): void {
  const cells: i32 = cellsOfRow(w, context, row);
  const moves: i32 = movesOfRow(w, context, row);
  const notional: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row] * forward;
  for (let s: i32 = 0; s < TIMS_POINTS; s++) f[cells + s] = notional * f[moves + s];
  f[dataOfRow(w, context, row) + TIMS_VALUE] = notional;
}

/** Options at unchanged volatility. At expiry (time 0) they are worth their intrinsic value. */
function fillOptionRow(f: Floats, w: Ints, context: i32, row: i32, forward: f64): void {
  const data: i32 = dataOfRow(w, context, row);
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const time: f64 = f[data + TIMS_TIME];
  if (!(volatility > 0.0 && volatility < Infinity)) {
    poisonRow(f, w, context, row);
    return;
  }
  const cells: i32 = cellsOfRow(w, context, row);
  const moves: i32 = movesOfRow(w, context, row);
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const isAmerican: boolean = f[data + TIMS_AMERICAN] === 1.0;
  if (isAmerican) prepareRow(f, w, context, row, volatility, time);
  const price: f64 = isAmerican
    ? americanValue(f, w, context, row, forward, volatility, time)
    : europeanValue(f, w, context, row, forward, volatility, time);
  for (let s: i32 = 0; s < TIMS_POINTS; s++) {
    const moved: f64 = forward * (1.0 + f[moves + s]);
    const shocked: f64 = isAmerican
      ? americanValue(f, w, context, row, moved, volatility, time)
      : europeanValue(f, w, context, row, moved, volatility, time);
    f[cells + s] = size * (shocked - price);
  }
  f[data + TIMS_VALUE] = size * price;
}

export function signOfRow(w: Ints, context: i32, row: i32): f64 {
  return shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
}

function europeanValue(
  f: Floats, w: Ints, context: i32, row: i32, forward: f64, volatility: f64, time: f64,
): f64 {
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const discount: f64 = exp(-f[dataOfRow(w, context, row) + TIMS_RATE] * time);
  return discount * blackPrice(signOfRow(w, context, row), forward, strike, volatility * Math.sqrt(time));
}

/** The exercise boundary serves all points: it does not depend on the price. */
function prepareRow(f: Floats, w: Ints, context: i32, row: i32, volatility: f64, time: f64): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  if (w[words + TIMS_METHOD] === 0) return;
  const data: i32 = dataOfRow(w, context, row);
  prepareAmerican(
    f, w, words + TIMS_SCHEME, tablesOf(w, context), data + TIMS_WORK,
    signOfRow(w, context, row), f[data + TIMS_RATE], f[data + TIMS_YIELD], volatility, time,
  );
}

/** The underlying's price follows from the forward: S = F e^(-(r - q) T). */
function americanValue(
  f: Floats, w: Ints, context: i32, row: i32, forward: f64, volatility: f64, time: f64,
): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const data: i32 = dataOfRow(w, context, row);
  const sign: f64 = signOfRow(w, context, row);
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const rate: f64 = f[data + TIMS_RATE];
  const dividendYield: f64 = f[data + TIMS_YIELD];
  const spot: f64 = forward * exp((dividendYield - rate) * time);
  const work: i32 = data + TIMS_WORK;
  if (w[words + TIMS_METHOD] === 0) {
    return americanByTree(
      f, work, w[words + TIMS_COARSE_STEPS], w[words + TIMS_FINE_STEPS],
      sign, spot, strike, rate, dividendYield, volatility, time,
    );
  }
  const scheme: i32 = words + TIMS_SCHEME;
  const trees: i32 = work + boundaryFloats(
    w[scheme + SCHEME_INTEGRAL], w[scheme + SCHEME_DEGREE], w[scheme + SCHEME_PREMIUM],
  );
  return americanByBoundary(
    f, w, scheme, tablesOf(w, context), work, trees, sign, spot, strike, rate, dividendYield, volatility, time,
  );
}

/** First float of the offsets of product groups; those of portfolio groups and the scheme's tables follow. */
function offsetsOf(w: Ints, context: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + TIMS_POINTS * w[words + TIMS_TYPE_COUNT];
}

export function tablesOf(w: Ints, context: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return offsetsOf(w, context) + w[words + TIMS_PRODUCT_GROUP_COUNT] + w[words + TIMS_PORTFOLIO_GROUP_COUNT];
}

/** Equity and requirement of one account. `work`: TIMS_GROUP_FLOATS per product and portfolio group, then one float. */
export function marginTims(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const productGroups: i32 = w[words + TIMS_PRODUCT_GROUP_COUNT];
  const portfolioGroups: i32 = w[words + TIMS_PORTFOLIO_GROUP_COUNT];
  const largest: i32 = work + TIMS_GROUP_FLOATS * (productGroups + portfolioGroups);
  for (let i: i32 = work; i <= largest; i++) f[i] = 0;
  for (let i: i32 = 0; i < TIMS_COMPONENT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0;
  f[out + OUT_SCENARIO] = -1;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];

  let p: i32 = firstPositionOf(w, context, set);
  const end: i32 = p + positionCountOf(w, context, set);
  let pnl: i32 = rows;
  while (p < end) {
    const next: i32 = groupEnd(w, context, p, end);
    const minimum: f64 = sumClass(f, w, context, p, next, out);
    const productGroup: i32 = w[classWords(w, context, rowOfSlot(w, context, p)) + 1];
    if (productGroup < 0) addRequirement(f, out, vector, pnl, minimum, largest);
    else offsetInto(f, work + TIMS_GROUP_FLOATS * productGroup, pnl, minimum, f[offsetsOf(w, context) + productGroup]);
    pnl = pnl + TIMS_POINTS;
    p = next;
  }
  combineGroups(f, w, context, out, vector, work, largest);
  f[out + OUT_MAINTENANCE] = f[out + OUT_INITIAL];
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
}

/** Adds the value of positions [p, end) of one class to the equity; returns the sum of their minimums. */
function sumClass(f: Floats, w: Ints, context: i32, p: i32, end: i32, out: i32): f64 {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const prices: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  const sizes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE);
  let equity: f64 = f[out + OUT_EQUITY];
  let minimum: f64 = 0;
  for (let slot: i32 = p; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    const data: i32 = dataOfRow(w, context, row);
    const shape: i32 = shapeOfRow(w, context, row);
    const quantity: f64 = f[quantities + slot];
    const worth: f64 = f[data + TIMS_VALUE];
    const value: f64 = shape === SHAPE_FUTURE ? worth - f[sizes + row] * f[prices + slot] : worth;
    equity = equity + quantity * value;
    const charge: f64 = Math.abs(quantity) * f[data + TIMS_MINIMUM];
    const isCapped: boolean = shape >= SHAPE_CALL && quantity > 0.0 && quantity * worth < charge;
    minimum = minimum + (isCapped ? quantity * worth : charge);
  }
  f[out + OUT_EQUITY] = equity;
  return minimum;
}

/** Adds P&L to a group at each point: losses in full, gains in part. */
function offsetInto(f: Floats, group: i32, pnl: i32, minimum: f64, offset: f64): void {
  for (let s: i32 = 0; s < TIMS_POINTS; s++) {
    const cell: f64 = f[pnl + s];
    f[group + s] = f[group + s] + (cell > 0.0 ? cell * offset : cell);
  }
  f[group + TIMS_POINTS] = f[group + TIMS_POINTS] + minimum;
}

/** Product groups into portfolio groups, portfolio groups into requirements. */
function combineGroups(
  f: Floats, w: Ints, context: i32, out: i32, vector: i32, work: i32, largest: i32,
): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const productGroups: i32 = w[words + TIMS_PRODUCT_GROUP_COUNT];
  const portfolioGroups: i32 = w[words + TIMS_PORTFOLIO_GROUP_COUNT];
  const offsets: i32 = offsetsOf(w, context) + productGroups;
  const portfolioWork: i32 = work + TIMS_GROUP_FLOATS * productGroups;
  for (let g: i32 = 0; g < productGroups; g++) {
    const portfolio: i32 = w[words + TIMS_PORTFOLIO_OF + g];
    const group: i32 = work + TIMS_GROUP_FLOATS * g;
    offsetInto(f, portfolioWork + TIMS_GROUP_FLOATS * portfolio, group, f[group + TIMS_POINTS], f[offsets + portfolio]);
  }
  for (let g: i32 = 0; g < portfolioGroups; g++) {
    const group: i32 = portfolioWork + TIMS_GROUP_FLOATS * g;
    addRequirement(f, out, vector, group, f[group + TIMS_POINTS], largest);
  }
}

/** The larger of worst loss and minimum of what stands alone: a portfolio group, or a class in none. */
function addRequirement(f: Floats, out: i32, vector: i32, pnl: i32, minimum: f64, largest: i32): void {
  let worst: f64 = 0;
  let scenario: i32 = -1;
  for (let s: i32 = 0; s < TIMS_POINTS; s++) {
    f[vector + s] = f[vector + s] + f[pnl + s];
    if (-f[pnl + s] > worst) {
      worst = -f[pnl + s];
      scenario = s;
    }
  }
  const requirement: f64 = minimum > worst ? minimum : worst;
  const components: i32 = out + OUT_COMPONENTS;
  f[components + TIMS_WORST_LOSS] = f[components + TIMS_WORST_LOSS] + worst;
  f[components + TIMS_MINIMUM_TOTAL] = f[components + TIMS_MINIMUM_TOTAL] + minimum;
  f[components + TIMS_MINIMUM_CHARGE] = f[components + TIMS_MINIMUM_CHARGE] + (requirement - worst);
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + requirement;
  if (worst > f[largest]) {
    f[largest] = worst;
    f[out + OUT_SCENARIO] = scenario as f64;
  }
}
