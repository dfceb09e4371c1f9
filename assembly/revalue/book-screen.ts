import { word } from "../context.ts";
import {
  BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_PAIR, BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_ROWS, BOOK_ROW_COUNT, BOOK_ROW_LARGEST,
  BOOK_SCENARIO_COUNT, BOOK_SCREEN, BOOK_SCREEN_TILE,
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
/** See BOOK_PAIR. */
const PAIR_BYTES: usize = 12;
/** 1.5 * 2^52: what is added to it is rounded to a whole number, in its low bits. */
const ROUNDER: f64 = 6755399441055744.0;

/** Bound on the error of a screened P&L, in units: see above. */
// @ts-ignore: decorator
@inline
export function screenError(positionCount: usize): f64 {
  return <f64>((positionCount >> 1) + 3);
}

/**
 * Rows [first, first + count) of the screen, from those of P&L, which stand scenario after scenario: their largest |x|,
 * and their cells in tiles.
 */
export function bookScreen(context: usize, _scratch: usize, first: i32, count: i32): void {
  const from = <usize>first;
  const end = from + <usize>count;
  writeLargest(context, from, end);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  for (let done: usize = 0; done < scenarioCount; done += 8) {
    for (let row = from; row < end; row += 2) writeCells(context, row, row + 1 < end, done);
  }
}

function writeLargest(context: usize, from: usize, end: usize): void {
  const largest = word(context, BOOK_ROW_LARGEST);
  const rowBytes = word(context, BOOK_ROW_COUNT) << 3;
  const rowsEnd = word(context, BOOK_ROWS) + word(context, BOOK_SCENARIO_COUNT) * rowBytes;
  for (let row = from; row < end; row++) store<f64>(largest + (row << 3), 0);
  for (let rows = word(context, BOOK_ROWS); rows < rowsEnd; rows += rowBytes) {
    let row = from;
    for (; row + 2 <= end; row += 2) {
      const to = largest + (row << 3);
      v128.store(to, f64x2.pmax(v128.load(to), f64x2.abs(v128.load(rows + (row << 3)))));
    }
    const to = largest + (row << 3);
    if (row < end) store<f64>(to, max(load<f64>(to), abs(load<f64>(rows + (row << 3)))));
  }
}

/** Eight scenarios of two rows, of which the second may not be there. After the last scenario it stands again. */
// @ts-ignore: decorator
@inline
function writeCells(context: usize, row: usize, both: bool, done: usize): void {
  const screenTile = word(context, BOOK_SCREEN_TILE);
  const rowCount = word(context, BOOK_ROW_COUNT);
  const rowBytes = rowCount << 3;
  const left = word(context, BOOK_SCENARIO_COUNT) - done - 1;
  const from = word(context, BOOK_ROWS) + done * rowBytes + (row << 3);
  const largest = word(context, BOOK_ROW_LARGEST) + (row << 3);
  const even = load<f64>(largest);
  const odd = both ? load<f64>(largest, 8) : 0;
  // Of a row without P&L every cell is zero, not 0 / 0.
  const divisor = f64x2.replace_lane(f64x2.splat(even > 0 ? even : 1), 1, odd > 0 ? odd : 1);
  const a = v128.shuffle<i32>(
    twoCells(from, rowBytes, 0, left, divisor), twoCells(from, rowBytes, 2, left, divisor), 0, 4, 2, 6,
  );
  const b = v128.shuffle<i32>(
    twoCells(from, rowBytes, 4, left, divisor), twoCells(from, rowBytes, 6, left, divisor), 0, 4, 2, 6,
  );
  const inScreen = done % screenTile;
  const to = word(context, BOOK_SCREEN) + (((done - inScreen) * rowCount + row * screenTile + inScreen) << 1);
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  if (both) v128.store(to + (screenTile << 1), v128.shuffle<i64>(a, b, 1, 3));
}

/** Two scenarios of two rows, sixteen bits each: of the first row at the start of the low half, of the second of the high. */
// @ts-ignore: decorator
@inline
function twoCells(from: usize, rowBytes: usize, at: usize, left: usize, divisor: v128): v128 {
  const first = v128.load(from + min(at, left) * rowBytes);
  const second = v128.load(from + min(at + 1, left) * rowBytes);
  return v128.shuffle<i16>(sixteenBitsOf(first, divisor), sixteenBitsOf(second, divisor), 0, 8, 0, 8, 4, 12, 4, 12);
}

// @ts-ignore: decorator
@inline
function sixteenBitsOf(pair: v128, divisor: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.div(pair, divisor), f64x2.splat(32767)), f64x2.splat(ROUNDER));
}

/** Writes the pairs of a portfolio: weights and cells. Returns its unit; 0 if it cannot be screened. */
export function weighPositions(context: usize, portfolio: i32): f64 {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const count = <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  if (count > SCREEN_POSITIONS_MAX) return 0;
  const entries = word(context, BOOK_ENTRY) + (first << 2);
  const quantities = word(context, BOOK_QUANTITY) + (first << 3);
  const largest = word(context, BOOK_ROW_LARGEST);
  const pairs = pairsOf(context, portfolio, first);
  let sum: f64 = 0;
  for (let p: usize = 0; p < count; p++) {
    const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS);
    sum += abs(load<f64>(quantities + (p << 3))) * load<f64>(largest + (row << 3));
  }
  // Neither zero nor near the ends of what a float can hold.
  if (!(sum > 1e-280 && sum < 1e290)) return 0;
  const whole = <f64>(32766 - <i32>count);
  const scale = whole / sum;
  const stride = word(context, BOOK_SCREEN_TILE) << 1;
  for (let p: usize = 0; p < count; p++) {
    const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS);
    const share = load<f64>(quantities + (p << 3)) * load<f64>(largest + (row << 3)) * scale;
    const pair = pairs + (p >> 1) * PAIR_BYTES;
    store<u32>(pair + ((p & 1) << 2), <u32>(row * stride));
    store<i16>(pair + ((p & 1) << 1), <i16>reinterpret<i64>(share + ROUNDER), 8);
  }
  if ((count & 1) != 0) {
    const pair = pairs + (count >> 1) * PAIR_BYTES;
    store<u32>(pair, 0, 4);
    store<i16>(pair, 0, 10);
  }
  return (sum * (32768.0 / 32767.0)) / whole;
}

/** Screened P&L of a portfolio in `cells` scenarios (a multiple of eight) of one tile of the screen. */
export function screenTile(context: usize, portfolio: i32, tile: usize, cells: usize, to: usize): void {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const count = <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  const pairs = pairsOf(context, portfolio, first);
  const pairEnd = pairs + ((count + 1) >> 1) * PAIR_BYTES;
  const end = cells << 1;
  let at: usize = 0;
  for (; at + 48 <= end; at += 48) screenTwentyFour(pairs, pairEnd, tile + at, to + at);
  for (; at < end; at += 16) screenEight(pairs, pairEnd, tile + at, to + at);
}

/** The pairs of a portfolio, one at least per two of its positions, stand after those of the portfolios before. */
// @ts-ignore: decorator
@inline
function pairsOf(context: usize, portfolio: i32, first: usize): usize {
  return word(context, BOOK_PAIR) + ((first + <usize>portfolio) >> 1) * PAIR_BYTES;
}

/** Two positions per step: their cells side by side, so that one instruction makes four sums of two products. */
// @ts-ignore: decorator
@inline
function screenTwentyFour(pairs: usize, pairEnd: usize, base: usize, to: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  for (let pair = pairs; pair < pairEnd; pair += PAIR_BYTES) {
    const a = base + <usize>load<u32>(pair);
    const b = base + <usize>load<u32>(pair, 4);
    const weight = v128.load_splat<i32>(pair, 8);
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
function screenEight(pairs: usize, pairEnd: usize, base: usize, to: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  for (let pair = pairs; pair < pairEnd; pair += PAIR_BYTES) {
    const a = v128.load(base + <usize>load<u32>(pair));
    const b = v128.load(base + <usize>load<u32>(pair, 4));
    const weight = v128.load_splat<i32>(pair, 8);
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
