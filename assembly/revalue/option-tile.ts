import { blackDensity2, deltaTail2 } from "../price/greeks.ts";
import { boundedDeviation2, standardisedMoneyness2 } from "../price/black76.ts";
import {
  fillSeriesTerms, FORMULA_DIFFERENCE, FORMULA_SERIES, FORMULA_SHORT_SERIES, LISTED_BYTES, PAIR_BYTES, PAIR_DEVIATION,
  PAIR_DIVISOR, PAIR_FORWARD, PAIR_HALF, PAIR_MONEYNESS, PAIR_STRIKE, PAIRS_BYTES, prepareDifferences, prepareSeries,
  putDifferences, putSeries, putShortSeries, startDifferences, startSeries, writeBlackConstants,
} from "../price/black-passes.ts";
import { CHUNK_BYTES } from "../price/passes.ts";
import { logRatio2 } from "../math/log.ts";
import { times } from "../math/vector.ts";
import { boundedDeviation, SERIES_LIMIT, SMALLEST_NORMAL } from "../portable/black76.ts";
import {
  GRID_DOWN_MASK, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK,
} from "../portable/layout.ts";
import {
  LANES_AT, PAIRS_AT, SEGMENTS_AT, TILE_AT, TILE_SIZE,
} from "../portable/risk-array-work.ts";
import { SHORT_SERIES_LIMIT } from "../portable/risk-cell.ts";

/**
 * Out-of-the-money prices of up to TILE_SIZE different options in all cells of one risk group's scenario table.
 *
 * A cell needs the series of ratioSeries or the difference of two Mills ratios, depending on its standard deviation, and
 * an option has but three of these: volatility up, same and down. Options are therefore listed class by class, first
 * those of short series, then of series, then of differences, two a vector, and priced scenario by scenario in chunks
 * of 64 vectors, in passes (price/black-passes.ts): both lanes of a vector then need the same, what depends on the
 * option alone is worked out once, and loops are long. Prices go to the options' rows.
 *
 * In the tile area, columns of TILE_SIZE floats, one element per option: what the kernel fills in before, and the tail
 * of the delta, which comes out.
 */
export const TILE_FORWARD: usize = 0;
export const TILE_STRIKE: usize = TILE_SIZE * 8;
/** ln(K / F). */
export const TILE_MONEYNESS: usize = 2 * TILE_SIZE * 8;
/** Standard deviations of the classes: up, same, down. */
export const TILE_DEVIATION: usize = 3 * TILE_SIZE * 8;
export const CLASS_BYTES: usize = TILE_SIZE * 8;
export const CLASS_UP: i32 = 0;
export const CLASS_SAME: i32 = 1;
export const CLASS_DOWN: i32 = 2;
const CLASS_COUNT: i32 = 3;
/** phi(d1) R(|d1|), and d1. */
export const TILE_TAIL: usize = 6 * TILE_SIZE * 8;
export const TILE_D1: usize = 7 * TILE_SIZE * 8;
/** Address of the option's row (u32). */
export const TILE_ROW: usize = 8 * TILE_SIZE * 8;
/** Number of the option of each instrument, -1 if it has none (i32). */
export const TILE_OPTION: usize = 9 * TILE_SIZE * 8;

/** Addresses of the rows of a class' options (u32). */
const PAIR_ROWS_AT: usize = <usize>PAIRS_AT + PAIRS_BYTES;

/** Words of a segment: where its options are, the place in their rows, the first byte in the chunk, the end. */
const SEGMENT_BYTES: usize = 16;

// From LANES_AT on: bounds of the classes (bytes in the lists of floats), then the lists: multipliers and logarithms
// (floats), places in a row (bytes, u32).
const LANES_BOUNDS: usize = LANES_AT;
const LANES: usize = LANES_AT + 32;
/** Where in a row the cell is that moves nothing (bytes). */
const NOW_CELL: usize = LANES_AT + 16;
/** Whether the last cell of a row repeats the one before: the padding. */
const REPEATS_LAST: usize = LANES_AT + 20;
export const NO_CELL: usize = 0xFFFFFFFF;

/** Writes what stays the same throughout a call. */
export function prepareWork(work: usize): void {
  writeBlackConstants(work);
}

/** Sorts the cells of a scenario table by class. The padding repeats the last cell: it is priced once. */
export function sortCells(work: usize, grid: usize, cellBytes: usize): void {
  const lanes = work + LANES;
  const repeats = cellBytes > 8 && isSameCell(grid, cellBytes, cellBytes - 8);
  store<u32>(work + REPEATS_LAST, repeats ? 1 : 0);
  store<u32>(work + NOW_CELL, <u32>NO_CELL);
  const end = repeats ? cellBytes - 8 : cellBytes;
  let to: usize = 0;
  for (let kind = 0; kind < CLASS_COUNT; kind++) {
    store<u32>(work + LANES_BOUNDS + (<usize>kind << 2), <u32>to);
    for (let at: usize = 0; at < end; at += 8) {
      if (classOf(grid, cellBytes, at) != kind) continue;
      const multiplier = load<f64>(grid + <usize>GRID_MULTIPLIER * cellBytes + at);
      const logMultiplier = load<f64>(grid + <usize>GRID_LOG_MULTIPLIER * cellBytes + at);
      store<f64>(lanes + to, multiplier);
      store<f64>(lanes + cellBytes + to, logMultiplier);
      store<u32>(lanes + 2 * cellBytes + (to >> 1), <u32>at);
      if (kind == CLASS_SAME && multiplier == 1.0 && logMultiplier == 0.0) store<u32>(work + NOW_CELL, <u32>at);
      to += 8;
    }
  }
  store<u32>(work + LANES_BOUNDS + (<usize>CLASS_COUNT << 2), <u32>to);
}

// @ts-ignore: decorator
@inline
function classOf(grid: usize, cellBytes: usize, at: usize): i32 {
  if (load<i64>(grid + <usize>GRID_UP_MASK * cellBytes + at) != 0) return CLASS_UP;
  return load<i64>(grid + <usize>GRID_DOWN_MASK * cellBytes + at) != 0 ? CLASS_DOWN : CLASS_SAME;
}

/** Whether a cell has the prices of the one before. */
function isSameCell(grid: usize, cellBytes: usize, at: usize): bool {
  const multiplier = grid + <usize>GRID_MULTIPLIER * cellBytes + at;
  const logMultiplier = grid + <usize>GRID_LOG_MULTIPLIER * cellBytes + at;
  return load<f64>(multiplier) == load<f64>(multiplier - 8) && load<f64>(logMultiplier) == load<f64>(logMultiplier - 8)
    && classOf(grid, cellBytes, at) == classOf(grid, cellBytes, at - 8);
}

/** Where in a row the price now stands (bytes), NO_CELL if nowhere. */
export function nowCell(work: usize): usize {
  return <usize>load<u32>(work + NOW_CELL);
}

/** Moneyness and the tail of the delta of options [0, count), two at a time. */
export function fillTileTerms(work: usize, count: i32): void {
  const tile = work + TILE_AT;
  const bytes = <usize>count << 3;
  for (let at = tile; at < tile + bytes; at += 16) {
    const forward = v128.load(at, TILE_FORWARD);
    const strike = v128.load(at, TILE_STRIKE);
    const moneyness = logRatio2(strike, forward);
    v128.store(at, moneyness, TILE_MONEYNESS);
    const deviation = boundedDeviation2(v128.load(at, TILE_DEVIATION + CLASS_BYTES));
    const size = standardisedMoneyness2(f64x2.abs(moneyness), deviation);
    const h = v128.xor(size, v128.and(f64x2.lt(forward, strike), f64x2.splat(-0.0)));
    const d1 = f64x2.add(h, times(deviation, 0.5));
    const density = blackDensity2(forward, strike, size, deviation, f64x2.splat(0.0));
    v128.store(at, d1, TILE_D1);
    v128.store(at, deltaTail2(forward, density, d1), TILE_TAIL);
  }
}

/** Prices of all cells of options [0, count) into their rows. */
export function priceTile(work: usize, cellBytes: usize, count: i32): void {
  for (let kind = 0; kind < CLASS_COUNT; kind++) {
    const bounds = work + LANES_BOUNDS + (<usize>kind << 2);
    const first = <usize>load<u32>(bounds);
    const end = <usize>load<u32>(bounds, 4);
    if (first == end) continue;
    for (let formula = FORMULA_SHORT_SERIES; formula <= FORMULA_DIFFERENCE; formula++) {
      const bytes = putPairs(work, count, kind, formula);
      if (bytes == 0) continue;
      if (formula != FORMULA_DIFFERENCE) fillSeriesTerms(work + PAIRS_AT, bytes, formula);
      priceClass(work, cellBytes, first, end, bytes, formula);
    }
  }
  if (!load<u32>(work + REPEATS_LAST)) return;
  const rows = work + TILE_AT + TILE_ROW;
  for (let at = rows; at < rows + (<usize>count << 2); at += 4) {
    const last = <usize>load<u32>(at) + cellBytes - 8;
    store<f64>(last, load<f64>(last - 8));
  }
}

/** Lists the options whose ratio in a class is by one formula. Returns bytes of a column. */
function putPairs(work: usize, count: i32, kind: i32, formula: i32): usize {
  const isDifference = <i32>(formula == FORMULA_DIFFERENCE);
  const from = isDifference ? SERIES_LIMIT : formula == FORMULA_SERIES ? SHORT_SERIES_LIMIT : 0.0;
  const to = formula == FORMULA_SERIES ? SERIES_LIMIT : SHORT_SERIES_LIMIT;
  const tile = work + TILE_AT;
  const deviations = TILE_DEVIATION + <usize>kind * CLASS_BYTES;
  let bytes: usize = 0;
  for (let option: usize = 0; option < (<usize>count << 3); option += 8) {
    const v = boundedDeviation(load<f64>(tile + deviations + option));
    putPair(work, tile + option, load<u32>(tile + TILE_ROW + (option >> 1)), bytes, v);
    // Written in any case, and overwritten unless it belongs here: no processor can predict which do.
    // NaN is with the differences.
    bytes += <usize>(<i32>!(v < from) & (<i32>(v < to) | isDifference)) << 3;
  }
  if ((bytes & 8) == 0) return bytes;
  // The last fills its vector.
  const pairs = work + PAIRS_AT + bytes;
  for (let column: usize = 0; column < LISTED_BYTES; column += PAIR_BYTES) {
    store<f64>(pairs + column, load<f64>(pairs + column - 8));
  }
  const row = work + PAIR_ROWS_AT + (bytes >> 1);
  store<u32>(row, load<u32>(row - 4));
  return bytes + 8;
}

// @ts-ignore: decorator
@inline
function putPair(work: usize, option: usize, row: u32, bytes: usize, v: f64): void {
  const to = work + PAIRS_AT + bytes;
  store<f64>(to, load<f64>(option, TILE_FORWARD), PAIR_FORWARD);
  store<f64>(to, load<f64>(option, TILE_STRIKE), PAIR_STRIKE);
  store<f64>(to, load<f64>(option, TILE_MONEYNESS), PAIR_MONEYNESS);
  store<f64>(to, 0.5 * v, PAIR_HALF);
  store<f64>(to, v < SMALLEST_NORMAL ? SMALLEST_NORMAL : v, PAIR_DIVISOR);
  store<f64>(to, v, PAIR_DEVIATION);
  store<u32>(work + PAIR_ROWS_AT + (bytes >> 1), row);
}

/** Prices cells [first, end) of a class for all options that are listed, cell by cell, in chunks. */
function priceClass(work: usize, cellBytes: usize, first: usize, end: usize, bytes: usize, formula: i32): void {
  const segments = work + SEGMENTS_AT;
  let segment = segments;
  let filled: usize = 0;
  for (let lane = work + LANES + first; lane < work + LANES + end; lane += 8) {
    const place = load<u32>(work + LANES + 2 * cellBytes + ((lane - work - LANES) >> 1));
    for (let from: usize = 0; from < bytes;) {
      const room = CHUNK_BYTES - filled;
      const part = bytes - from < room ? bytes - from : room;
      const pairs = work + PAIRS_AT + from;
      const multiplier = load<f64>(lane);
      const logMultiplier = load<f64>(lane + cellBytes);
      if (formula != FORMULA_DIFFERENCE) startSeries(work, work + filled, pairs, part, multiplier, logMultiplier);
      else startDifferences(work, work + filled, pairs, part, multiplier, logMultiplier);
      store<u32>(segment, <u32>from);
      store<u32>(segment, place, 4);
      store<u32>(segment, <u32>filled, 8);
      filled += part;
      store<u32>(segment, <u32>filled, 12);
      segment += SEGMENT_BYTES;
      from += part;
      if (filled < CHUNK_BYTES) continue;
      priceChunk(work, filled, segments, segment, formula);
      filled = 0;
      segment = segments;
    }
  }
  if (filled > 0) priceChunk(work, filled, segments, segment, formula);
}

/** Prices a chunk and puts the prices where they belong. */
function priceChunk(work: usize, bytes: usize, segments: usize, end: usize, formula: i32): void {
  if (formula == FORMULA_DIFFERENCE) prepareDifferences(work, bytes);
  else prepareSeries(work, bytes);
  for (let segment = segments; segment < end; segment += SEGMENT_BYTES) {
    const pairs = <usize>load<u32>(segment);
    const place = <usize>load<u32>(segment, 4);
    const from = work + <usize>load<u32>(segment, 8);
    const to = work + <usize>load<u32>(segment, 12);
    const options = work + PAIR_ROWS_AT + (pairs >> 1);
    const terms = work + PAIRS_AT + pairs;
    if (formula == FORMULA_DIFFERENCE) putDifferences(from, to, options, place);
    else if (formula == FORMULA_SERIES) putSeries(work, from, to, terms, options, place);
    else putShortSeries(work, from, to, terms, options, place);
  }
}
