import { blackDelta } from '../../assembly/portable/black76.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { cellOtm } from '../../assembly/portable/risk-cell.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** Kernel A in JavaScript: bit-equal to assembly/revalue/risk-array.ts, which documents it. */
export function riskArray(memory: MemoryViews, context: number, first: number, count: number): void {
  const { f64, i32 } = memory;
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const rollFactors = word(memory, context, layout.CONTEXT_EXPIRY_ROLL_FACTOR) / 8;
  const groups = word(memory, context, layout.CONTEXT_INSTRUMENT_GROUP) / 4;
  const expiries = word(memory, context, layout.CONTEXT_INSTRUMENT_EXPIRY) / 4;
  const shapes = word(memory, context, layout.CONTEXT_INSTRUMENT_SHAPE) / 4;
  for (let instrument = first; instrument < first + count; instrument++) {
    const row = word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8 + instrument * cellCount;
    const terms = word(memory, context, layout.CONTEXT_TERMS) / 8 + instrument * layout.TERM_COUNT;
    const group = i32[groups + instrument];
    const expiry = i32[expiries + instrument];
    const shape = i32[shapes + instrument];
    f64[terms + layout.TERM_ROLL_FACTOR] = f64[rollFactors + expiry]!;
    const grid = word(memory, context, layout.CONTEXT_GRID) / 8 + group * layout.GRID_COLUMN_COUNT * cellCount;
    const isOption = shape === layout.SHAPE_CALL || shape === layout.SHAPE_PUT;
    if (!isPriced(memory, context, instrument, group, expiry, isOption)) poisonRow(f64, row, terms, cellCount);
    else if (isOption) {
      const sign = shape === layout.SHAPE_CALL ? 1 : -1;
      fillOptionRow(memory, context, instrument, group, expiry, sign, row, terms, grid, cellCount);
    } else fillLinearRow(memory, context, instrument, group, row, terms, grid, cellCount);
    if (!isFiniteRow(f64, row, terms, cellCount)) poisonRow(f64, row, terms, cellCount);
  }
}

function floatOf(memory: MemoryViews, context: number, slot: number, index: number): number {
  return memory.f64[word(memory, context, slot) / 8 + index];
}

function isInverse(memory: MemoryViews, context: number, group: number): boolean {
  return memory.i32[word(memory, context, layout.CONTEXT_GROUP_INVERSE) / 4 + group] !== 0;
}

function isPriced(
  memory: MemoryViews, context: number, instrument: number, group: number, expiry: number, isOption: boolean,
): boolean {
  const forward = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_FORWARD, instrument);
  const index = floatOf(memory, context, layout.CONTEXT_GROUP_INDEX_PRICE, group);
  const rootTime = floatOf(memory, context, layout.CONTEXT_EXPIRY_SQRT_TIME, expiry);
  if (!(forward > 0 && forward < Infinity && index > 0 && index < Infinity && rootTime >= 0)) return false;
  if (!isOption) return true;
  const volatility = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_VOLATILITY, instrument);
  return volatility > 0 && volatility < Infinity;
}

function fillLinearRow(
  memory: MemoryViews, context: number, instrument: number, group: number, row: number, terms: number,
  grid: number, cellCount: number,
): void {
  const { f64 } = memory;
  const forward = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_FORWARD, instrument);
  const size = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_SIZE, instrument);
  const inverse = isInverse(memory, context, group);
  const amount = inverse ? size / forward : size * forward;
  const shockClass = grid + layout.GRID_CLASS * cellCount;
  for (let s = 0; s < cellCount; s++) f64[row + s] = amount * f64[shockClass + s];
  storeTerms(f64, terms, inverse ? -amount : amount, inverse ? amount : size, amount);
}

function fillOptionRow(
  memory: MemoryViews, context: number, instrument: number, group: number, expiry: number, sign: number, row: number,
  terms: number, grid: number, cellCount: number,
): void {
  const { f64, i32 } = memory;
  const forward = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_FORWARD, instrument);
  const strike = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_STRIKE, instrument);
  const size = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_SIZE, instrument);
  const volatility = floatOf(memory, context, layout.CONTEXT_INSTRUMENT_VOLATILITY, instrument);
  const inverse = isInverse(memory, context, group);
  const rootTime = floatOf(memory, context, layout.CONTEXT_EXPIRY_SQRT_TIME, expiry);
  const floor = floatOf(memory, context, layout.CONTEXT_GROUP_VOLATILITY_FLOOR, group);

  const shockedUp = volatility * floatOf(memory, context, layout.CONTEXT_EXPIRY_UP_FACTOR, expiry);
  const deviationUp = (shockedUp < floor ? floor : shockedUp) * rootTime;
  const deviationDown = volatility * floatOf(memory, context, layout.CONTEXT_EXPIRY_DOWN_FACTOR, expiry) * rootTime;
  const deviation = volatility * rootTime;

  const moneyness = logRatio(strike, forward);
  const inverseForward = 1 / forward;
  const lowerNow = strike < forward ? strike : forward;
  const intrinsic = sign * (forward - strike);
  const priceNow = cellOtm(lowerNow, Math.abs(moneyness), deviation) + (intrinsic > 0 ? intrinsic : 0);
  const value = inverse ? priceNow * inverseForward : priceNow;
  const delta = blackDelta(sign, forward, strike, deviation);

  for (let s = 0; s < cellCount; s++) {
    const table = grid + s;
    const shocked = forward * f64[table + layout.GRID_MULTIPLIER * cellCount];
    const x = Math.abs(moneyness - f64[table + layout.GRID_LOG_MULTIPLIER * cellCount]);
    const isUp = i32[(table + layout.GRID_UP_MASK * cellCount) * 2] !== 0;
    const isDown = i32[(table + layout.GRID_DOWN_MASK * cellCount) * 2] !== 0;
    const v = isUp ? deviationUp : isDown ? deviationDown : deviation;
    const lower = strike < shocked ? strike : shocked;
    const payoff = sign * (shocked - strike);
    const price = cellOtm(lower, x, v) + (0 < payoff ? payoff : 0);
    const unit = inverse ? inverseForward * f64[table + layout.GRID_INVERSE_MULTIPLIER * cellCount] : 1;
    f64[row + s] = size * ((price * unit - value) * f64[table + layout.GRID_WEIGHT * cellCount]);
  }
  storeTerms(f64, terms, size * value, size * (inverse ? delta - value : delta), 0);
}

function storeTerms(f64: Float64Array, terms: number, value: number, delta: number, amount: number): void {
  f64[terms + layout.TERM_VALUE] = value;
  f64[terms + layout.TERM_DELTA] = delta;
  f64[terms + layout.TERM_AMOUNT] = amount;
}

function poisonRow(f64: Float64Array, row: number, terms: number, cellCount: number): void {
  f64.fill(NaN, row, row + cellCount);
  storeTerms(f64, terms, NaN, NaN, NaN);
}

function isFiniteRow(f64: Float64Array, row: number, terms: number, cellCount: number): boolean {
  let probe = 0;
  for (let s = 0; s < cellCount; s++) probe += f64[row + s] * 0;
  return probe + (f64[terms + layout.TERM_VALUE] * 0 + f64[terms + layout.TERM_DELTA] * 0) === 0;
}
