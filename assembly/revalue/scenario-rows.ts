import { floatAt, word } from '../context.ts';
import { CHUNK_BYTES, writeConstants } from '../price/passes.ts';
import { joinedPrice, priceChunk, storeCell } from '../price/scenario-price.ts';
import { CELL_MONEYNESS_LIMIT } from '../portable/scenario-price.ts';
import {
  CONTEXT_CELLS, CONTEXT_PITCH, CONTEXT_PRICING, CONTEXT_SCRATCH, CONTEXT_TERMS_AT, LINE_CHANGE, LINE_INVERSE, LINE_INVERSE_SCALE,
  LINE_LOG, LINE_SCALE, SCENARIO_ABSOLUTE, SCENARIO_CURRENCY_LINE, SCENARIO_DEVIATION_LINE,
  SCENARIO_FORWARD, SCENARIO_INVERSE_FORWARD, SCENARIO_INVERSE_VOLATILITY, SCENARIO_LOG_MONEYNESS, SCENARIO_NOW,
  SCENARIO_PRICE_LINE, SCENARIO_SHAPE, SCENARIO_SIGN, SCENARIO_SIZE, SCENARIO_STRIKE, SCENARIO_TERM_FLOATS,
  SCENARIO_VOLATILITY, SHAPE_AMERICAN, SHAPE_EUROPEAN, SMALLEST_DEVIATION,
} from '../portable/scenario-layout.ts';
import { addScenarioRows, fillScenarioRow, fillScenarioRows } from '../portable/scenario-rows.ts';
import { atLeast, times } from '../math/vector.ts';
import { americanRow } from './american-row.ts';

/**
 * Kernel of full revaluation: rows of P&L of one contract in every scenario of a block. `context` is a byte address, all
 * addresses in it are float indexes (assembly/portable/scenario-layout.ts); `rows` is a byte address.
 *
 * Reads   terms [first, first + count), the lines that they name
 * Writes  count rows of `stride` floats, CONTEXT_CELLS of each
 * Needs   rows and lines 16-byte aligned, stride, pitch and cells even
 * Order   instruments and cells independent: any split gives the same bits
 */
export function scenarioRows(context: usize, first: i32, count: i32, rows: usize, stride: i32): void {
  const terms = (word(context, CONTEXT_TERMS_AT) << 3) + <usize>first * <usize>SCENARIO_TERM_FLOATS * 8;
  writeConstants(word(context, CONTEXT_PRICING) << 3);
  for (let i = 0; i < count; i++) {
    const at = terms + <usize>i * <usize>SCENARIO_TERM_FLOATS * 8;
    const row = rows + (<usize>i * <usize>stride << 3);
    if (<i32>floatAt(at, SCENARIO_SHAPE) == SHAPE_EUROPEAN) europeanRow(context, at, row, 1.0, false);
    else otherRow(context, at, row);
  }
}

/** Scalar twin of `scenarioRows`: bit-equal. */
export function scenarioRowsScalar(context: usize, first: i32, count: i32, rows: usize, stride: i32): void {
  fillScenarioRows(
    changetype<Floats>(0), changetype<Ints>(0), <i32>(context >>> 2), first, count, <i32>(rows >>> 3), stride,
  );
}

/**
 * Quantities times rows, summed over instruments [first, first + count) in this order and added to `sums`
 * (CONTEXT_CELLS floats): one row at a time, never a table of rows.
 */
export function scenarioSums(context: usize, first: i32, count: i32, quantities: usize, sums: usize): void {
  const terms = (word(context, CONTEXT_TERMS_AT) << 3) + <usize>first * <usize>SCENARIO_TERM_FLOATS * 8;
  const bytes = word(context, CONTEXT_CELLS) << 3;
  const row = word(context, CONTEXT_SCRATCH) << 3;
  writeConstants(word(context, CONTEXT_PRICING) << 3);
  for (let i = 0; i < count; i++) {
    const at = terms + <usize>i * <usize>SCENARIO_TERM_FLOATS * 8;
    const quantity = floatAt(quantities, i);
    if (<i32>floatAt(at, SCENARIO_SHAPE) == SHAPE_EUROPEAN) {
      europeanRow(context, at, sums, quantity, true);
      continue;
    }
    otherRow(context, at, row);
    const times = f64x2.splat(quantity);
    for (let s: usize = 0; s < bytes; s += 16) {
      v128.store(sums + s, f64x2.add(v128.load(sums + s), f64x2.mul(times, v128.load(row + s))));
    }
  }
}

/** Scalar twin of `scenarioSums`: bit-equal. */
export function scenarioSumsScalar(context: usize, first: i32, count: i32, quantities: usize, sums: usize): void {
  addScenarioRows(
    changetype<Floats>(0), changetype<Ints>(0), <i32>(context >>> 2), first, count, <i32>(quantities >>> 3),
    <i32>(sums >>> 3),
  );
}

function europeanRow(context: usize, at: usize, to: usize, quantity: f64, adds: bool): void {
  const pitch = word(context, CONTEXT_PITCH) << 3;
  const cells = word(context, CONTEXT_CELLS) << 3;
  const work = word(context, CONTEXT_PRICING) << 3;
  if (floatAt(at, SCENARIO_ABSOLUTE) == 1.0) absoluteCells(at, pitch, cells, to, work, quantity, adds);
  else relativeCells(at, pitch, cells, to, work, quantity, adds);
}

/** Rows that are no European option: boundaries of American ones by the SIMD version, the scalar functions. */
function otherRow(context: usize, at: usize, row: usize): void {
  const f = changetype<Floats>(0);
  const w = changetype<Ints>(0);
  const words = <i32>(context >>> 2);
  const terms = <i32>(at >>> 3);
  if (<i32>floatAt(at, SCENARIO_SHAPE) == SHAPE_AMERICAN) americanRow(f, w, words, terms, <i32>(row >>> 3));
  else fillScenarioRow(f, w, words, terms, <i32>(row >>> 3));
}

/** Byte address of a line. */
// @ts-ignore: decorator
@inline
function lineOf(at: usize, slot: i32): usize {
  return <usize><i32>floatAt(at, slot) << 3;
}

function relativeCells(at: usize, pitch: usize, cells: usize, to: usize, work: usize, quantity: f64, adds: bool): void {
  const prices = lineOf(at, SCENARIO_PRICE_LINE);
  const deviations = lineOf(at, SCENARIO_DEVIATION_LINE);
  const limit = f64x2.splat(CELL_MONEYNESS_LIMIT);
  const sign = f64x2.splat(floatAt(at, SCENARIO_SIGN));
  const forward = f64x2.splat(floatAt(at, SCENARIO_FORWARD));
  const strike = f64x2.splat(floatAt(at, SCENARIO_STRIKE));
  const moneyness = f64x2.splat(floatAt(at, SCENARIO_LOG_MONEYNESS));
  const halfVolatility = f64x2.splat(0.5 * floatAt(at, SCENARIO_VOLATILITY));
  const inverseVolatility = f64x2.splat(floatAt(at, SCENARIO_INVERSE_VOLATILITY));
  const logs = <usize>LINE_LOG * pitch;
  const scales = deviations + <usize>LINE_SCALE * pitch;
  const inverses = deviations + <usize>LINE_INVERSE_SCALE * pitch;
  for (let from: usize = 0; from < cells; from += CHUNK_BYTES) {
    const bytes = cells - from < CHUNK_BYTES ? cells - from : CHUNK_BYTES;
    for (let s: usize = 0; s < bytes; s += 16) {
      const line = prices + from + s;
      const x = f64x2.abs(f64x2.sub(moneyness, v128.load(line + logs)));
      const h = f64x2.mul(x, f64x2.mul(inverseVolatility, v128.load(inverses + from + s)));
      const half = f64x2.mul(halfVolatility, v128.load(scales + from + s));
      storeCell(work + s, limit, sign, f64x2.mul(forward, v128.load(line)), strike, h, half);
    }
    priceChunk(work, bytes);
    finishChunk(at, pitch, from, bytes, to + from, work, quantity, adds);
  }
}

function absoluteCells(at: usize, pitch: usize, cells: usize, to: usize, work: usize, quantity: f64, adds: bool): void {
  const prices = lineOf(at, SCENARIO_PRICE_LINE);
  const deviations = lineOf(at, SCENARIO_DEVIATION_LINE);
  const limit = f64x2.splat(CELL_MONEYNESS_LIMIT);
  const sign = f64x2.splat(floatAt(at, SCENARIO_SIGN));
  const forward = f64x2.splat(floatAt(at, SCENARIO_FORWARD));
  const strike = f64x2.splat(floatAt(at, SCENARIO_STRIKE));
  const moneyness = f64x2.splat(floatAt(at, SCENARIO_LOG_MONEYNESS));
  const volatility = f64x2.splat(floatAt(at, SCENARIO_VOLATILITY));
  const logs = <usize>LINE_LOG * pitch;
  const changes = deviations + <usize>LINE_CHANGE * pitch;
  const scales = deviations + <usize>LINE_SCALE * pitch;
  for (let from: usize = 0; from < cells; from += CHUNK_BYTES) {
    const bytes = cells - from < CHUNK_BYTES ? cells - from : CHUNK_BYTES;
    for (let s: usize = 0; s < bytes; s += 16) {
      const line = prices + from + s;
      const x = f64x2.abs(f64x2.sub(moneyness, v128.load(line + logs)));
      const v = f64x2.mul(f64x2.add(volatility, v128.load(changes + from + s)), v128.load(scales + from + s));
      const h = f64x2.div(x, atLeast(v, SMALLEST_DEVIATION));
      storeCell(work + s, limit, sign, f64x2.mul(forward, v128.load(line)), strike, h, times(v, 0.5));
    }
    priceChunk(work, bytes);
    finishChunk(at, pitch, from, bytes, to + from, work, quantity, adds);
  }
}

/**
 * Turns the prices of a chunk into P&L of one contract, size * (price * [1 / F']) * rate less value now, and stores it,
 * or adds `quantity` times it to what stands there.
 */
function finishChunk(
  at: usize, pitch: usize, from: usize, bytes: usize, to: usize, work: usize, quantity: f64, adds: bool,
): void {
  const size = f64x2.splat(floatAt(at, SCENARIO_SIZE));
  const now = f64x2.splat(floatAt(at, SCENARIO_NOW));
  const perForward = f64x2.splat(floatAt(at, SCENARIO_INVERSE_FORWARD));
  const isInverse = floatAt(at, SCENARIO_INVERSE_FORWARD) != 0.0;
  const inverses = lineOf(at, SCENARIO_PRICE_LINE) + <usize>LINE_INVERSE * pitch + from;
  const hasRates = floatAt(at, SCENARIO_CURRENCY_LINE) >= 0.0;
  const rates = lineOf(at, SCENARIO_CURRENCY_LINE) + from;
  const quantities = f64x2.splat(quantity);
  for (let s: usize = 0; s < bytes; s += 16) {
    let price = joinedPrice(work + s);
    if (isInverse) price = f64x2.mul(price, f64x2.mul(perForward, v128.load(inverses + s)));
    let value = f64x2.mul(size, price);
    if (hasRates) value = f64x2.mul(value, v128.load(rates + s));
    value = f64x2.sub(value, now);
    if (adds) value = f64x2.add(v128.load(to + s), f64x2.mul(quantities, value));
    v128.store(to + s, value);
  }
}
