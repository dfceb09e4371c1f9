import { word } from "../context.ts";
import {
  BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_ROWS, BOOK_ROW_COUNT, BOOK_ROW_LARGEST,
  BOOK_SCENARIO_COUNT, BOOK_SCREEN, BOOK_SCREEN_TILE, BOOK_TILE, BOOK_WEIGHT,
} from "../portable/book-layout.ts";
import { FLAG_BITS } from "../portable/layout.ts";

/**
 * A screen before the tails of a book: P&L of a portfolio in sixteen bits, four times as many scenarios per instruction
 * as in 64-bit floats, with a bound on its error. What the bound leaves is computed in 64 bits; so nothing here can
 * change a result.
 *
 * Let M be the largest |x| of a row, q the quantity, S the sum of |q| M over the n positions of a portfolio.
 *
 *   c = round(32767 x / M)            cell, |c| <= 32767
 *   w = round(A q M / S)              weight, A = 32767 - n - 1, so the sum of |w| is at most A + n/2 < 32767
 *   z = (sum of w c) >> 15            |sum of w c| < 2^30: no overflow; |z| <= 32766
 *
 * With the unit u = S 32768 / (32767 A), P&L / u is the sum of (A q M / S) (32767 x / M) / 32768, from which z differs
 * by no more than: weights, 1/2 each times |c| / 32768, n/2 in all; cells, 1/2 each times |A q M / S| / 32768, 1/2 in
 * all; the shift, 1. Rounding of S, w, c, u and of the 64-bit sum itself: relative 2^-53 a step, n <= 16,000 steps,
 * of 32,767 units, less than 0.001. So
 *
 *   |z - P&L / u| < n/2 + 2 <= E = (n >> 1) + 3                                    `screenError`
 *
 * If k scenarios have z <= U, the k-th smallest P&L is at most u (U + E); who is below L has z < L / u + E.
 */

/** Portfolios of more positions are not screened. */
const SCREEN_POSITIONS_MAX: usize = 16_000;
/** 1.5 * 2^52: what is added to it is rounded to a whole number, in its low bits. */
const ROUNDER: f64 = 6755399441055744.0;

/** Bound on the error of a screened P&L, in units: see above. */
// @ts-ignore: decorator
@inline
export function screenError(positionCount: usize): f64 {
  return <f64>((positionCount >> 1) + 3);
}

/** Rows [first, first + count) of the screen, from those of P&L: their largest |x|, and their cells in tiles. */
export function bookScreen(context: usize, _scratch: usize, first: i32, count: i32): void {
  for (let row = <usize>first; row < <usize>(first + count); row++) {
    const largest = largestOf(context, row);
    store<f64>(word(context, BOOK_ROW_LARGEST) + (row << 3), largest);
    writeCells(context, row, largest);
  }
}

function largestOf(context: usize, row: usize): f64 {
  const rowBytes = word(context, BOOK_TILE) << 3;
  const tileBytes = word(context, BOOK_ROW_COUNT) * rowBytes;
  const count = word(context, BOOK_SCENARIO_COUNT);
  let largest = f64x2.splat(0);
  let from = word(context, BOOK_ROWS) + row * rowBytes;
  // What comes after the last scenario is zero.
  for (let done: usize = 0; done < count << 3; done += rowBytes, from += tileBytes) {
    for (let at: usize = 0; at < rowBytes; at += 16) {
      largest = f64x2.pmax(largest, f64x2.abs(v128.load(from + at)));
    }
  }
  return max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
}

/** Eight scenarios at a time: they are together in a tile of both kinds. */
function writeCells(context: usize, row: usize, largest: f64): void {
  const tile = word(context, BOOK_TILE);
  const screenTile = word(context, BOOK_SCREEN_TILE);
  const rowCount = word(context, BOOK_ROW_COUNT);
  const rows = word(context, BOOK_ROWS);
  const screen = word(context, BOOK_SCREEN);
  const count = word(context, BOOK_SCENARIO_COUNT);
  // Of a row without P&L every cell is zero, not 0 / 0.
  const divisor = f64x2.splat(largest > 0 ? largest : 1);
  const top = f64x2.splat(32767);
  const rounder = f64x2.splat(ROUNDER);
  for (let done: usize = 0; done < count; done += 8) {
    const inTile = done % tile;
    const from = rows + (((done - inTile) * rowCount + row * tile + inTile) << 3);
    const inScreen = done % screenTile;
    const to = screen + (((done - inScreen) * rowCount + row * screenTile + inScreen) << 1);
    for (let pair: usize = 0; pair < 4; pair++) {
      const share = f64x2.mul(f64x2.div(v128.load(from + (pair << 4)), divisor), top);
      const cells = f64x2.add(share, rounder);
      store<i16>(to + (pair << 2), i16x8.extract_lane_s(cells, 0));
      store<i16>(to + (pair << 2), i16x8.extract_lane_s(cells, 4), 2);
    }
  }
}

/** Writes the weights of a portfolio, and one of zero after them. Returns its unit; 0 if it cannot be screened. */
export function weighPositions(context: usize, portfolio: i32): f64 {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const count = <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  if (count > SCREEN_POSITIONS_MAX) return 0;
  const entries = word(context, BOOK_ENTRY) + (first << 2);
  const quantities = word(context, BOOK_QUANTITY) + (first << 3);
  const largest = word(context, BOOK_ROW_LARGEST);
  let sum: f64 = 0;
  for (let p: usize = 0; p < count; p++) {
    const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS);
    sum += abs(load<f64>(quantities + (p << 3))) * load<f64>(largest + (row << 3));
  }
  // Neither zero nor near the ends of what a float can hold.
  if (!(sum > 1e-280 && sum < 1e290)) return 0;
  const whole = <f64>(32766 - <i32>count);
  const scale = whole / sum;
  const weights = weightsOf(context, portfolio, first);
  for (let p: usize = 0; p < count; p++) {
    const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS);
    const share = load<f64>(quantities + (p << 3)) * load<f64>(largest + (row << 3)) * scale;
    store<i16>(weights + (p << 1), <i16>reinterpret<i64>(share + ROUNDER));
  }
  store<i16>(weights + (count << 1), 0);
  return (sum * (32768.0 / 32767.0)) / whole;
}

/** There is one weight more per portfolio than it has positions: they are taken two by two. */
// @ts-ignore: decorator
@inline
function weightsOf(context: usize, portfolio: i32, first: usize): usize {
  return word(context, BOOK_WEIGHT) + ((first + <usize>portfolio) << 1);
}

/** Screened P&L of a portfolio in `cells` scenarios (a multiple of eight) of one tile of the screen. */
export function screenTile(context: usize, portfolio: i32, tile: usize, cells: usize, to: usize): void {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const count = <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  const entries = word(context, BOOK_ENTRY) + (first << 2);
  const entryEnd = entries + (((count + 1) >> 1) << 3);
  const weights = weightsOf(context, portfolio, first);
  const stride = word(context, BOOK_SCREEN_TILE) << 1;
  const end = cells << 1;
  let at: usize = 0;
  for (; at + 48 <= end; at += 48) screenTwentyFour(entries, entryEnd, weights, tile + at, stride, to + at);
  for (; at < end; at += 16) screenEight(entries, entryEnd, weights, tile + at, stride, to + at);
}

/** Two positions per step: their cells side by side, so that one instruction makes four sums of two products. */
// @ts-ignore: decorator
@inline
function screenTwentyFour(
  entries: usize, entryEnd: usize, weights: usize, base: usize, stride: usize, to: usize,
): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let weightAt = weights;
  for (let at = entries; at < entryEnd; at += 8) {
    const a = base + <usize>(load<u32>(at) >> FLAG_BITS) * stride;
    const b = base + <usize>(load<u32>(at, 4) >> FLAG_BITS) * stride;
    const weight = v128.load_splat<i32>(weightAt);
    weightAt += 4;
    const a0 = v128.load(a);
    const b0 = v128.load(b);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(lowPairs(a0, b0), weight));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(highPairs(a0, b0), weight));
    const a1 = v128.load(a, 16);
    const b1 = v128.load(b, 16);
    c2 = i32x4.add(c2, i32x4.dot_i16x8_s(lowPairs(a1, b1), weight));
    c3 = i32x4.add(c3, i32x4.dot_i16x8_s(highPairs(a1, b1), weight));
    const a2 = v128.load(a, 32);
    const b2 = v128.load(b, 32);
    c4 = i32x4.add(c4, i32x4.dot_i16x8_s(lowPairs(a2, b2), weight));
    c5 = i32x4.add(c5, i32x4.dot_i16x8_s(highPairs(a2, b2), weight));
  }
  v128.store(to, sixteenBits(c0, c1));
  v128.store(to, sixteenBits(c2, c3), 16);
  v128.store(to, sixteenBits(c4, c5), 32);
}

// @ts-ignore: decorator
@inline
function screenEight(entries: usize, entryEnd: usize, weights: usize, base: usize, stride: usize, to: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  let weightAt = weights;
  for (let at = entries; at < entryEnd; at += 8) {
    const a = v128.load(base + <usize>(load<u32>(at) >> FLAG_BITS) * stride);
    const b = v128.load(base + <usize>(load<u32>(at, 4) >> FLAG_BITS) * stride);
    const weight = v128.load_splat<i32>(weightAt);
    weightAt += 4;
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(lowPairs(a, b), weight));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(highPairs(a, b), weight));
  }
  v128.store(to, sixteenBits(c0, c1));
}

// @ts-ignore: decorator
@inline
function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function sixteenBits(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 15), i32x4.shr_s(high, 15));
}

/**
 * A U such that at least `wanted` of the screened P&L, eight per vector, are at most U, and not many more.
 *
 * Of groups of eight far apart only the smallest is looked at, where there are groups enough: if `wanted` of those are
 * at most U, so are that many values.
 */
export function screenLimit(sums: usize, vectors: usize, wanted: usize, minima: usize): i32 {
  const fold: usize = vectors >= wanted << 2 ? 8 : vectors >= wanted << 1 ? 4 : vectors >= wanted ? 2 : 1;
  const columns = (vectors + fold - 1) / fold;
  const end = sums + (vectors << 4);
  const stride = columns << 4;
  let smallest = i16x8.splat(32767);
  let largest = i16x8.splat(-32768);
  for (let column: usize = 0; column < stride; column += 16) {
    let least = v128.load(sums + column);
    for (let at = sums + column + stride; at < end; at += stride) least = i16x8.min_s(least, v128.load(at));
    v128.store(minima + column, least);
    smallest = i16x8.min_s(smallest, least);
    largest = i16x8.max_s(largest, least);
  }
  let low = leastLane(smallest) - 1;
  let high = -1 - leastLane(v128.not(largest));
  const most = wanted + (wanted >> 5);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const count = countUpTo(minima, stride, middle);
    if (count < wanted) {
      low = middle;
    } else {
      high = middle;
      if (count <= most) break;
    }
  }
  return high;
}

// @ts-ignore: decorator
@inline
function leastLane(lanes: v128): i32 {
  let least = i16x8.min_s(lanes, v128.shuffle<i16>(lanes, lanes, 4, 5, 6, 7, 0, 1, 2, 3));
  least = i16x8.min_s(least, v128.shuffle<i16>(least, least, 2, 3, 0, 1, 6, 7, 4, 5));
  return min(<i32>i16x8.extract_lane_s(least, 0), <i32>i16x8.extract_lane_s(least, 1));
}

/** Fewer than 32,768 vectors: a lane counts up to that. */
// @ts-ignore: decorator
@inline
function countUpTo(values: usize, bytes: usize, limit: i32): usize {
  const limits = i16x8.splat(<i16>limit);
  let above = i16x8.splat(0);
  // A comparison that holds is -1.
  for (let at: usize = 0; at < bytes; at += 16) above = i16x8.add(above, i16x8.gt_s(v128.load(values + at), limits));
  const sums = i32x4.extadd_pairwise_i16x8_s(above);
  const sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2)
    + i32x4.extract_lane(sums, 3);
  return (bytes >> 1) + <usize>sum;
}
