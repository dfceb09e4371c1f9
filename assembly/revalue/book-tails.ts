import { word } from "../context.ts";
import { FLOATS } from "../margin/account-driver.ts";
import {
  BOOK_CANDIDATE_CAPACITY, BOOK_CHUNK, BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_FIRST_SCENARIO, BOOK_IS_LAST, BOOK_ORDER,
  BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_ROWS, BOOK_ROW_COUNT, BOOK_SCENARIO_COUNT, BOOK_SCREEN, BOOK_SCREEN_CELLS,
  BOOK_SCREEN_TILE, BOOK_TAILS, BOOK_TAIL_CAPACITY, BOOK_TILE,
} from "../portable/book-layout.ts";
import { FLAG_BITS } from "../portable/layout.ts";
import { offerTail, sortTail } from "../portable/tail.ts";
import { accumulateRows, accumulateRowsScalar } from "./accumulate.ts";
import { screenError, screenLimit, screenTile, weighPositions } from "./book-screen.ts";
import { appendOne, appendTwo, keepUpTo, limitFor, sortCandidates } from "./candidates.ts";

/** Instead of a screened P&L: any may be below the limit. */
const UNSCREENED: i32 = 65_536;

/**
 * The k worst scenarios of every portfolio, without writing down its P&L in all of them.
 *
 * Reads   portfolios [first, first + count), their positions, the tiles of P&L rows and of their screen (`bookScreen`);
 *         the tails of scenarios before
 * Writes  the weights of their positions; the tails of the range, ascending
 * Needs   finite rows; count <= BOOK_CHUNK; scratch: a zero tile and a tile of cells (f64), then per portfolio of a
 *         chunk the state of its candidates and a unit (f64), a row of least sums (i16), room to sort, then per portfolio
 *         of a chunk a list of candidates and a row of screened P&L (i16), and a flag per group of eight scenarios and
 *         portfolio (u8): src/revaluation/book-memory.ts
 * Order   P&L of a scenario: strict left fold over the positions, from zero. What is in a tail is defined by its values
 *         alone: any tile, any split of the portfolios or scenarios gives the same bits
 *
 * First the screen: portfolios inside, tiles outside, so that a tile stays in the second-level cache while the chunk
 * goes over it. Then a limit that k scenarios are surely up to, and P&L in 64 bits of the groups of eight scenarios in
 * which one may be below it: again portfolios inside and groups outside, because the rows of a group are 64 bytes an
 * instrument, one after the other, and all portfolios of the chunk find them in the cache.
 */
export function bookTails(context: usize, scratch: usize, first: i32, count: i32): void {
  const tile = word(context, BOOK_SCREEN_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 1);
  for (let i = 0; i < count; i++) store<f64>(unitOf(context, scratch, i), weighPositions(context, first + i));
  let screen = word(context, BOOK_SCREEN);
  for (let done: usize = 0; done < scenarioCount; done += tile) {
    const cells = min(tile, (scenarioCount - done + 7) & ~7);
    for (let i = 0; i < count; i++) {
      if (load<f64>(unitOf(context, scratch, i)) == 0) continue;
      screenTile(context, first + i, screen, cells, sumsOf(context, scratch, i) + (done << 1));
    }
    screen += tileBytes;
  }
  for (let i = 0; i < count; i++) {
    openCandidates(context, scratch, first + i, i);
    flagGroups(context, scratch, i);
  }
  const groupCount = (scenarioCount + 7) >> 3;
  for (let group: usize = 0; group < groupCount; group++) offerGroup(context, scratch, first, count, group);
  for (let i = 0; i < count; i++) closeCandidates(context, scratch, first + i, i);
}

/** Of the candidates of a portfolio: limit (f64), number (u32), least screened P&L that is of no use (i32). */
// @ts-ignore: decorator
@inline
function stateOf(context: usize, scratch: usize, i: i32): usize {
  return scratch + (word(context, BOOK_TILE) << 4) + (<usize>i << 4);
}

// @ts-ignore: decorator
@inline
function unitOf(context: usize, scratch: usize, i: i32): usize {
  return stateOf(context, scratch, <i32>word(context, BOOK_CHUNK)) + (<usize>i << 3);
}

/** Room for the least of the screened P&L. */
// @ts-ignore: decorator
@inline
function minimaOf(context: usize, scratch: usize): usize {
  return unitOf(context, scratch, (<i32>word(context, BOOK_CHUNK) + 1) & ~1);
}

/** Bytes of one list's values; its numbers come after them. */
// @ts-ignore: decorator
@inline
function valueBytes(context: usize): usize {
  return (word(context, BOOK_CANDIDATE_CAPACITY) + 2) << 3;
}

/** Room to sort a list. */
// @ts-ignore: decorator
@inline
function spareOf(context: usize, scratch: usize): usize {
  return minimaOf(context, scratch) + (word(context, BOOK_SCREEN_CELLS) << 1);
}

// @ts-ignore: decorator
@inline
function listOf(context: usize, scratch: usize, i: i32): usize {
  const bytes = valueBytes(context);
  return spareOf(context, scratch) + (bytes + (bytes >> 1)) * (<usize>i + 1);
}

/** Screened P&L of a portfolio of the chunk. */
// @ts-ignore: decorator
@inline
function sumsOf(context: usize, scratch: usize, i: i32): usize {
  const sums = listOf(context, scratch, <i32>word(context, BOOK_CHUNK));
  return sums + <usize>i * (word(context, BOOK_SCREEN_CELLS) << 1);
}

/** Per portfolio of the chunk 1 if a scenario of the group may be below its limit, else 0. */
// @ts-ignore: decorator
@inline
function flagsOf(context: usize, scratch: usize, group: usize): usize {
  return sumsOf(context, scratch, <i32>word(context, BOOK_CHUNK)) + group * word(context, BOOK_CHUNK);
}

// @ts-ignore: decorator
@inline
function tailOf(context: usize, portfolio: i32): usize {
  return word(context, BOOK_TAILS) + <usize>portfolio * (word(context, BOOK_TAIL_CAPACITY) << 4);
}

/** What the scenarios before have left, and what the screen says about those now. */
function openCandidates(context: usize, scratch: usize, portfolio: i32, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const held = min(capacity, word(context, BOOK_FIRST_SCENARIO));
  const tail = tailOf(context, portfolio);
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  for (let k: usize = 0; k < held; k++) {
    store<f64>(values + (k << 3), load<f64>(tail + (k << 3)));
    store<i32>(numbers + (k << 2), <i32>load<f64>(tail + ((capacity + k) << 3)));
  }
  const state = stateOf(context, scratch, i);
  store<f64>(state, held == capacity ? load<f64>(tail + ((capacity - 1) << 3)) : Infinity);
  store<u32>(state, <u32>held, 8);
  store<i32>(state, load<f64>(unitOf(context, scratch, i)) == 0 ? UNSCREENED : screened(context, scratch, portfolio, i), 12);
}

/**
 * Lowers the limit to what the screen allows: book-screen.ts has the reasons. Returns the least screened P&L that no
 * scenario below the limit can have; what comes after the last scenario is set above it.
 */
function screened(context: usize, scratch: usize, portfolio: i32, i: i32): i32 {
  const unit = load<f64>(unitOf(context, scratch, i));
  const sums = sumsOf(context, scratch, i);
  const count = word(context, BOOK_SCENARIO_COUNT);
  const vectors = (count + 7) >> 3;
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const error = screenError(<usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2)));
  for (let at = count; at < vectors << 3; at++) store<i16>(sums + (at << 1), 32767);
  const state = stateOf(context, scratch, i);
  let limit = load<f64>(state);
  if (count >= capacity) {
    const most = screenLimit(sums, vectors, capacity, minimaOf(context, scratch));
    limit = min(limit, unit * (<f64>most + error + 1));
    store<f64>(state, limit);
  }
  return <i32>max(-32769.0, min(32766.0, floor(limit / unit + error))) + 1;
}

/** Makes room for a group: keeps the best candidates and lowers the limit. */
function thinOut(context: usize, scratch: usize, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const state = stateOf(context, scratch, i);
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  const held = <usize>load<u32>(state, 8);
  let limit = limitFor(values, held, capacity);
  let kept = keepUpTo(values, numbers, held, limit);
  if (kept + 8 > word(context, BOOK_CANDIDATE_CAPACITY)) {
    // Many equal values: the first of them will do.
    sortCandidates(values, numbers, kept, spareOf(context, scratch));
    kept = capacity;
    limit = load<f64>(values + ((kept - 1) << 3));
  }
  store<f64>(state, limit);
  store<u32>(state, <u32>kept, 8);
}

/** Ascending, into the tail: later scenarios, or the measures, go on from there. */
function closeCandidates(context: usize, scratch: usize, portfolio: i32, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const tail = tailOf(context, portfolio);
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  let held = <usize>load<u32>(stateOf(context, scratch, i), 8);
  if (held > capacity << 1) held = keepUpTo(values, numbers, held, limitFor(values, held, capacity));
  sortCandidates(values, numbers, held, spareOf(context, scratch));
  const kept = min(held, capacity);
  for (let k: usize = 0; k < kept; k++) {
    store<f64>(tail + (k << 3), load<f64>(values + (k << 3)));
    store<f64>(tail + ((capacity + k) << 3), <f64>load<i32>(numbers + (k << 2)));
  }
}

/** Says of every group of eight scenarios whether the screen leaves one of them a chance. */
function flagGroups(context: usize, scratch: usize, i: i32): void {
  const useless = load<i32>(stateOf(context, scratch, i), 12);
  const sums = sumsOf(context, scratch, i);
  const above = i16x8.splat(<i16>useless);
  const all = <i32>(useless == UNSCREENED);
  const chunk = word(context, BOOK_CHUNK);
  const groupCount = (word(context, BOOK_SCENARIO_COUNT) + 7) >> 3;
  let flag = flagsOf(context, scratch, 0) + <usize>i;
  for (let group: usize = 0; group < groupCount; group++, flag += chunk) {
    store<u8>(flag, <u8>(<i32>v128.any_true(i16x8.lt_s(v128.load(sums + (group << 4)), above)) | all));
  }
}

/** P&L of the portfolios of a chunk in a group of eight scenarios, of those for which it is flagged. */
function offerGroup(context: usize, scratch: usize, first: i32, count: i32, group: usize): void {
  const done = group << 3;
  const tile = word(context, BOOK_TILE);
  const inTile = done % tile;
  const base = word(context, BOOK_ROWS) + (((done - inTile) * word(context, BOOK_ROW_COUNT) + inTile) << 3);
  const order = word(context, BOOK_ORDER) + (done << 2);
  const left = <i32>(word(context, BOOK_SCENARIO_COUNT) - done);
  const room = word(context, BOOK_CANDIDATE_CAPACITY);
  const flags = flagsOf(context, scratch, group);
  const numbersAt = valueBytes(context);
  const firstPositions = word(context, BOOK_FIRST_POSITION);
  const positionCounts = word(context, BOOK_POSITION_COUNT);
  const entries = word(context, BOOK_ENTRY);
  const quantities = word(context, BOOK_QUANTITY);
  for (let i = 0; i < count; i++) {
    if (load<u8>(flags + <usize>i) == 0) continue;
    const state = stateOf(context, scratch, i);
    if (<usize>load<u32>(state, 8) + 8 > room) thinOut(context, scratch, i);
    const portfolio = <usize>(first + i) << 2;
    const p = <usize>load<u32>(firstPositions + portfolio);
    const entryFirst = entries + (p << 2);
    const entryEnd = entryFirst + (<usize>load<u32>(positionCounts + portfolio) << 2);
    const values = listOf(context, scratch, i);
    const held = offerEight(
      entryFirst, entryEnd, quantities + (p << 3), base, tile << 3, values, values + numbersAt,
      <usize>load<u32>(state, 8), load<f64>(state), order, left,
    );
    store<u32>(state, <u32>held, 8);
  }
}

/** Eight scenarios, of which `left` are there. Strict left fold over the positions. */
// @ts-ignore: decorator
@inline
function offerEight(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, values: usize, numbers: usize,
  before: usize, limit: f64, order: usize, left: i32,
): usize {
  let c0 = f64x2.splat(0.0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const quantity = v128.load_splat<f64>(quantityAt);
    quantityAt += 8;
    c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
    c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
    c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
    c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
  }
  let held = offerPair(values, numbers, before, c0, limit, order, left);
  held = offerPair(values, numbers, held, c1, limit, order + 8, left - 2);
  held = offerPair(values, numbers, held, c2, limit, order + 16, left - 4);
  return offerPair(values, numbers, held, c3, limit, order + 24, left - 6);
}

/** Two scenarios, of which `left` are there. */
// @ts-ignore: decorator
@inline
function offerPair(
  values: usize, numbers: usize, held: usize, pair: v128, limit: f64, order: usize, left: i32,
): usize {
  if (left >= 2) return appendTwo(values, numbers, held, pair, limit, load<i32>(order), load<i32>(order, 4));
  if (left == 1) return appendOne(values, numbers, held, f64x2.extract_lane(pair, 0), limit, load<i32>(order));
  return held;
}

/** Scalar twin of `bookTails`: the portable heap, offered every cell. Bit-equal once the last scenario has been seen. */
export function bookTailsScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  const tile = word(context, BOOK_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const firstScenario = word(context, BOOK_FIRST_SCENARIO);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 3);
  const capacity = <i32>word(context, BOOK_TAIL_CAPACITY);
  const zeros = scratch;
  const cells = zeros + (tile << 3);
  for (let portfolio = first; portfolio < first + count; portfolio++) {
    const tail = <i32>(tailOf(context, portfolio) >> 3);
    let held = <i32>min(<usize>capacity, firstScenario);
    let rows = word(context, BOOK_ROWS);
    for (let done: usize = 0; done < scenarioCount; done += tile) {
      portfolioCells(context, zeros, portfolio, rows, cells, false);
      const offered = <i32>min(tile, scenarioCount - done);
      held = offerTail(FLOATS, tail, capacity, held, <i32>(cells >> 3), offered, <i32>(firstScenario + done));
      rows += tileBytes;
    }
    if (word(context, BOOK_IS_LAST) != 0) sortTail(FLOATS, tail, capacity, held);
  }
}

/** P&L of one portfolio in every scenario of the rows now: tile after tile into `cells`, which has room for the last. */
export function bookPnl(context: usize, scratch: usize, portfolio: i32, cells: usize): void {
  const tileBytes = word(context, BOOK_TILE) << 3;
  const count = word(context, BOOK_SCENARIO_COUNT) << 3;
  const zeros = scratch;
  let rows = word(context, BOOK_ROWS);
  for (let at: usize = 0; at < count; at += tileBytes) {
    portfolioCells(context, zeros, portfolio, rows, cells + at, true);
    rows += word(context, BOOK_ROW_COUNT) * tileBytes;
  }
}

function portfolioCells(context: usize, zeros: usize, portfolio: i32, rows: usize, cells: usize, simd: bool): void {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const end = first + <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  const entries = word(context, BOOK_ENTRY);
  const quantities = word(context, BOOK_QUANTITY);
  const tileBytes = word(context, BOOK_TILE) << 3;
  for (let at: usize = 0; at < tileBytes; at += 8) store<f64>(zeros + at, 0);
  if (simd) accumulateRows(entries, quantities, first, end, rows, zeros, 0, cells, tileBytes);
  else accumulateRowsScalar(entries, quantities, first, end, rows, zeros, 0, cells, tileBytes);
}
