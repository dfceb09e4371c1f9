import { floatAt, word } from '../context.ts';
import { cellPrice2 } from '../price/scenario-price.ts';
import {
  CONTEXT_CELLS, CONTEXT_PITCH, CONTEXT_SCRATCH, CONTEXT_TERMS_AT, LINE_CHANGE, LINE_INVERSE, LINE_INVERSE_SCALE,
  LINE_LOG, LINE_MULTIPLIER, LINE_SCALE, SCENARIO_ABSOLUTE, SCENARIO_CURRENCY_LINE, SCENARIO_DEVIATION_LINE,
  SCENARIO_FORWARD, SCENARIO_INVERSE_FORWARD, SCENARIO_INVERSE_VOLATILITY, SCENARIO_LOG_MONEYNESS, SCENARIO_NOW,
  SCENARIO_PRICE_LINE, SCENARIO_SHAPE, SCENARIO_SIGN, SCENARIO_SIZE, SCENARIO_STRIKE, SCENARIO_TERM_FLOATS,
  SCENARIO_VOLATILITY, SHAPE_AMERICAN, SHAPE_EUROPEAN, SMALLEST_DEVIATION,
} from '../portable/scenario-layout.ts';
import { addScenarioRows, fillAmericanCells, fillLinearCells, fillScenarioRows } from '../portable/scenario-rows.ts';
import { atLeast } from '../math/vector.ts';

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
  for (let i = 0; i < count; i++) {
    fillRow(context, terms + <usize>i * <usize>SCENARIO_TERM_FLOATS * 8, rows + (<usize>i * <usize>stride << 3));
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
  for (let i = 0; i < count; i++) {
    fillRow(context, terms + <usize>i * <usize>SCENARIO_TERM_FLOATS * 8, row);
    const quantity = f64x2.splat(floatAt(quantities, i));
    for (let s: usize = 0; s < bytes; s += 16) {
      v128.store(sums + s, f64x2.add(v128.load(sums + s), f64x2.mul(quantity, v128.load(row + s))));
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

function fillRow(context: usize, at: usize, row: usize): void {
  const shape = <i32>floatAt(at, SCENARIO_SHAPE);
  const pitch = word(context, CONTEXT_PITCH) << 3;
  const cells = word(context, CONTEXT_CELLS) << 3;
  if (shape == SHAPE_EUROPEAN) {
    if (floatAt(at, SCENARIO_ABSOLUTE) == 1.0) fillAbsoluteCells(at, pitch, cells, row);
    else fillRelativeCells(at, pitch, cells, row);
    finishCells(at, pitch, cells, row);
  } else if (shape == SHAPE_AMERICAN) {
    fillAmericanCells(
      changetype<Floats>(0), changetype<Ints>(0), <i32>(context >>> 2), <i32>(at >>> 3), <i32>(row >>> 3),
    );
  } else {
    fillLinearCells(
      changetype<Floats>(0), <i32>(at >>> 3), shape, <i32>(pitch >>> 3), <i32>(cells >>> 3), <i32>(row >>> 3),
    );
  }
}

/** Byte address of a line. */
// @ts-ignore: decorator
@inline
function lineOf(at: usize, slot: i32): usize {
  return <usize><i32>floatAt(at, slot) << 3;
}

function fillRelativeCells(at: usize, pitch: usize, cells: usize, row: usize): void {
  const prices = lineOf(at, SCENARIO_PRICE_LINE);
  const deviations = lineOf(at, SCENARIO_DEVIATION_LINE);
  const sign = f64x2.splat(floatAt(at, SCENARIO_SIGN));
  const forward = f64x2.splat(floatAt(at, SCENARIO_FORWARD));
  const strike = f64x2.splat(floatAt(at, SCENARIO_STRIKE));
  const moneyness = f64x2.splat(floatAt(at, SCENARIO_LOG_MONEYNESS));
  const volatility = f64x2.splat(floatAt(at, SCENARIO_VOLATILITY));
  const inverseVolatility = f64x2.splat(floatAt(at, SCENARIO_INVERSE_VOLATILITY));
  const multipliers = prices + <usize>LINE_MULTIPLIER * pitch;
  const logs = prices + <usize>LINE_LOG * pitch;
  const scales = deviations + <usize>LINE_SCALE * pitch;
  const inverses = deviations + <usize>LINE_INVERSE_SCALE * pitch;
  for (let s: usize = 0; s < cells; s += 16) {
    const x = f64x2.abs(f64x2.sub(moneyness, v128.load(logs + s)));
    const h = f64x2.mul(x, f64x2.mul(inverseVolatility, v128.load(inverses + s)));
    const v = f64x2.mul(volatility, v128.load(scales + s));
    v128.store(row + s, cellPrice2(sign, f64x2.mul(forward, v128.load(multipliers + s)), strike, h, v));
  }
}

function fillAbsoluteCells(at: usize, pitch: usize, cells: usize, row: usize): void {
  const prices = lineOf(at, SCENARIO_PRICE_LINE);
  const deviations = lineOf(at, SCENARIO_DEVIATION_LINE);
  const sign = f64x2.splat(floatAt(at, SCENARIO_SIGN));
  const forward = f64x2.splat(floatAt(at, SCENARIO_FORWARD));
  const strike = f64x2.splat(floatAt(at, SCENARIO_STRIKE));
  const moneyness = f64x2.splat(floatAt(at, SCENARIO_LOG_MONEYNESS));
  const volatility = f64x2.splat(floatAt(at, SCENARIO_VOLATILITY));
  const multipliers = prices + <usize>LINE_MULTIPLIER * pitch;
  const logs = prices + <usize>LINE_LOG * pitch;
  const changes = deviations + <usize>LINE_CHANGE * pitch;
  const scales = deviations + <usize>LINE_SCALE * pitch;
  for (let s: usize = 0; s < cells; s += 16) {
    const x = f64x2.abs(f64x2.sub(moneyness, v128.load(logs + s)));
    const v = f64x2.mul(f64x2.add(volatility, v128.load(changes + s)), v128.load(scales + s));
    const h = f64x2.div(x, atLeast(v, SMALLEST_DEVIATION));
    v128.store(row + s, cellPrice2(sign, f64x2.mul(forward, v128.load(multipliers + s)), strike, h, v));
  }
}

/** Turns the prices in a row into P&L of one contract: size * (price * [1 / F']) * rate less value now. */
function finishCells(at: usize, pitch: usize, cells: usize, row: usize): void {
  const size = f64x2.splat(floatAt(at, SCENARIO_SIZE));
  const now = f64x2.splat(floatAt(at, SCENARIO_NOW));
  const inverseForward = floatAt(at, SCENARIO_INVERSE_FORWARD);
  const perForward = f64x2.splat(inverseForward);
  const inverses = lineOf(at, SCENARIO_PRICE_LINE) + <usize>LINE_INVERSE * pitch;
  const rates = <i32>floatAt(at, SCENARIO_CURRENCY_LINE);
  for (let s: usize = 0; s < cells; s += 16) {
    let price = v128.load(row + s);
    if (inverseForward != 0.0) price = f64x2.mul(price, f64x2.mul(perForward, v128.load(inverses + s)));
    let value = f64x2.mul(size, price);
    if (rates >= 0) value = f64x2.mul(value, v128.load((<usize>rates << 3) + s));
    v128.store(row + s, f64x2.sub(value, now));
  }
}
