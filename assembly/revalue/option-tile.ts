import { blackDensity2, deltaTail2 } from "../price/greeks.ts";
import { boundedDeviation2, standardisedMoneyness2 } from "../price/black76.ts";
import { prepareSeries, priceDifferences, sumSeries, writeBlackConstants } from "../price/black-passes.ts";
import { CHUNK_BYTES, LOWER, PRICE, Z1, Z2 } from "../price/passes.ts";
import { logRatio2 } from "../math/log.ts";
import { times } from "../math/vector.ts";
import { boundedDeviation, MONEYNESS_LIMIT, SERIES_LIMIT, SMALLEST_NORMAL } from "../portable/black76.ts";
import {
  GRID_DOWN_MASK, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK,
} from "../portable/layout.ts";
import {
  LANES_AT, SEGMENTS_AT, TILE_AT, TILE_SIZE,
} from "../portable/risk-array-work.ts";

/**
 * Out-of-the-money prices of up to TILE_SIZE different options in all cells of one risk group's scenario table.
 *
 * A cell needs the series of ratioSeries or the difference of two Mills ratios, depending on its standard deviation, and
 * an option has but three of these: volatility up, same and down. Cells are therefore taken class by class, so that both
 * lanes of a vector need the same, into chunks of 64 vectors, all series first and all differences after, and priced in
 * passes (price/black-passes.ts). Prices go to the options' rows, in the order of the cells.
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

/** Words of a segment: where its cells' places are, the row, the first byte in the chunk, the end; then v. */
const SEGMENT_BYTES: usize = 24;

// The lists of cells, from LANES_AT on: bounds of the classes (bytes in the lists of floats), then the lists.
const LANES_BOUNDS: usize = LANES_AT;
const LANES: usize = LANES_AT + 32;
/** Where in a row the cell is that moves nothing (bytes). */
const NOW_CELL: usize = LANES_AT + 16;
export const NO_CELL: usize = 0xFFFFFFFF;

/** Writes what stays the same throughout a call. */
export function prepareWork(work: usize): void {
  writeBlackConstants(work);
}

/** Sorts the cells of a scenario table by class; every class is padded to whole vectors by repeating its last cell. */
export function sortCells(work: usize, grid: usize, cellBytes: usize): void {
  const pitch = cellBytes + 32;
  const lanes = work + LANES;
  const ups = grid + <usize>GRID_UP_MASK * cellBytes;
  const downs = grid + <usize>GRID_DOWN_MASK * cellBytes;
  let to: usize = 0;
  for (let kind = 0; kind < CLASS_COUNT; kind++) {
    store<u32>(work + LANES_BOUNDS + (<usize>kind << 2), <u32>to);
    for (let at: usize = 0; at < cellBytes; at += 8) {
      const own = load<i64>(ups + at) != 0 ? CLASS_UP : load<i64>(downs + at) != 0 ? CLASS_DOWN : CLASS_SAME;
      if (own != kind) continue;
      putLane(lanes, pitch, to, grid, cellBytes, at);
      to += 8;
    }
    if (to & 8) {
      putLane(lanes, pitch, to, grid, cellBytes, load<u32>(lanes + 2 * pitch + ((to - 8) >> 1)));
      to += 8;
    }
  }
  store<u32>(work + LANES_BOUNDS + (<usize>CLASS_COUNT << 2), <u32>to);
  store<u32>(work + NOW_CELL, <u32>NO_CELL);
  const same = work + LANES_BOUNDS + (<usize>CLASS_SAME << 2);
  for (let at = <usize>load<u32>(same); at < <usize>load<u32>(same, 4); at += 8) {
    if (load<f64>(lanes + at) != 1.0 || load<f64>(lanes + pitch + at) != 0.0) continue;
    store<u32>(work + NOW_CELL, load<u32>(lanes + 2 * pitch + (at >> 1)));
  }
}

// @ts-ignore: decorator
@inline
function putLane(lanes: usize, pitch: usize, to: usize, grid: usize, cellBytes: usize, cell: usize): void {
  store<f64>(lanes + to, load<f64>(grid + <usize>GRID_MULTIPLIER * cellBytes + cell));
  store<f64>(lanes + pitch + to, load<f64>(grid + <usize>GRID_LOG_MULTIPLIER * cellBytes + cell));
  store<u32>(lanes + 2 * pitch + (to >> 1), <u32>cell);
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
  priceClasses(work, cellBytes, count, true);
  priceClasses(work, cellBytes, count, false);
}

/** Prices the cells whose ratio is a series, or those whose ratio is a difference. */
function priceClasses(work: usize, cellBytes: usize, count: i32, series: bool): void {
  const tile = work + TILE_AT;
  const segments = work + SEGMENTS_AT;
  let filled: usize = 0;
  let segment = segments;
  for (let option: usize = 0; option < (<usize>count << 3); option += 8) {
    for (let kind = 0; kind < CLASS_COUNT; kind++) {
      const v = boundedDeviation(load<f64>(tile + TILE_DEVIATION + option + <usize>kind * CLASS_BYTES));
      if ((v < SERIES_LIMIT) != series) continue;
      const bounds = work + LANES_BOUNDS + (<usize>kind << 2);
      const end = <usize>load<u32>(bounds, 4);
      let lane = <usize>load<u32>(bounds);
      while (lane < end) {
        const room = CHUNK_BYTES - filled;
        const bytes = end - lane < room ? end - lane : room;
        startCells(work + filled, work + LANES + lane, cellBytes + 32, bytes, tile + option, v, series);
        store<u32>(segment, <u32>(work + LANES + 2 * (cellBytes + 32) + (lane >> 1)));
        store<u32>(segment, load<u32>(tile + TILE_ROW + (option >> 1)), 4);
        store<u32>(segment, <u32>(work + filled), 8);
        store<u32>(segment, <u32>(work + filled + bytes), 12);
        store<f64>(segment, v, 16);
        segment += SEGMENT_BYTES;
        filled += bytes;
        lane += bytes;
        if (filled == CHUNK_BYTES) {
          priceChunk(work, filled, segments, segment, series);
          filled = 0;
          segment = segments;
        }
      }
    }
  }
  if (filled > 0) priceChunk(work, filled, segments, segment, series);
}

/** What cells start from: twin of the first lines of blackOtm. */
function startCells(
  to: usize, lanes: usize, pitch: usize, bytes: usize, option: usize, v: f64, series: bool,
): void {
  const limit = f64x2.splat(MONEYNESS_LIMIT);
  const forward = v128.load_splat<f64>(option, TILE_FORWARD);
  const strike = v128.load_splat<f64>(option, TILE_STRIKE);
  const moneyness = v128.load_splat<f64>(option, TILE_MONEYNESS);
  const divisor = f64x2.splat(v < SMALLEST_NORMAL ? SMALLEST_NORMAL : v);
  const half = f64x2.splat(0.5 * v);
  // What Z2 is: h of a series, h + v/2 of a difference.
  const added = f64x2.splat(series ? 0.0 : 0.5 * v);
  const logs = lanes + pitch;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = f64x2.abs(f64x2.sub(moneyness, v128.load(logs + at)));
    const h = f64x2.pmin(f64x2.div(x, divisor), limit);
    v128.store(to + at, f64x2.sub(h, half), Z1);
    v128.store(to + at, f64x2.add(h, added), Z2);
    v128.store(to + at, f64x2.pmin(f64x2.mul(forward, v128.load(lanes + at)), strike), LOWER);
  }
}

/** Prices a chunk and puts the prices where they belong. */
function priceChunk(work: usize, bytes: usize, segments: usize, end: usize, series: bool): void {
  if (series) prepareSeries(work, bytes);
  else priceDifferences(work, bytes);
  for (let segment = segments; segment < end; segment += SEGMENT_BYTES) {
    const places = <usize>load<u32>(segment);
    const row = <usize>load<u32>(segment, 4);
    const from = <usize>load<u32>(segment, 8);
    const to = <usize>load<u32>(segment, 12);
    if (series) sumSeries(work, from, to, load<f64>(segment, 16));
    for (let at = from; at < to; at += 16) {
      const price = v128.load(at, PRICE);
      const place = places + ((at - from) >> 1);
      v128.store_lane<f64>(row + load<u32>(place), price, 0);
      v128.store_lane<f64>(row + load<u32>(place, 4), price, 1);
    }
  }
}
