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
  let flagged: usize = 0;
  for (let i = 0; i < count; i++) {
    openPortfolio(context, scratch, first + i, i);
    store<u32>(stateOf(context, scratch, i), <u32>flagged, 8);
    flagged += flagGroups(context, scratch, i);
  }
  const groupCount = (scenarioCount + 7) >> 3;
  for (let group: usize = 0; group < groupCount; group++) sumGroup(context, scratch, first, count, group);
  let firstResult: usize = 0;
  for (let i = 0; i < count; i++) {
    closePortfolio(context, scratch, first + i, i, firstResult);
    firstResult = <usize>load<u32>(stateOf(context, scratch, i), 8);
  }
}

/** Of a portfolio: limit (f64), place of its next result in groups (u32), least screened P&L that is of no use (i32). */
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
function listOf(context: usize, scratch: usize): usize {
  const bytes = valueBytes(context);
  return spareOf(context, scratch) + bytes + (bytes >> 1);
}

/** Screened P&L of a portfolio of the chunk. */
// @ts-ignore: decorator
@inline
function sumsOf(context: usize, scratch: usize, i: i32): usize {
  const bytes = valueBytes(context);
  const sums = listOf(context, scratch) + bytes + (bytes >> 1);
  return sums + <usize>i * (word(context, BOOK_SCREEN_CELLS) << 1);
}

/** Per portfolio of the chunk 1 if a scenario of the group may be below its limit, else 0. */
// @ts-ignore: decorator
@inline
function flagsOf(context: usize, scratch: usize, group: usize): usize {
  return sumsOf(context, scratch, <i32>word(context, BOOK_CHUNK)) + group * word(context, BOOK_CHUNK);
}

/** P&L of the flagged groups, portfolio after portfolio, eight scenarios each. */
// @ts-ignore: decorator
@inline
function resultsOf(context: usize, scratch: usize): usize {
  const flags = flagsOf(context, scratch, (word(context, BOOK_SCREEN_CELLS) + 7) >> 3);
  return (flags + 63) & ~63;
}

// @ts-ignore: decorator
@inline
function tailOf(context: usize, portfolio: i32): usize {
  return word(context, BOOK_TAILS) + <usize>portfolio * (word(context, BOOK_TAIL_CAPACITY) << 4);
}

/** The limit that the scenarios before have left, lowered by what the screen says about those now. */
function openPortfolio(context: usize, scratch: usize, portfolio: i32, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const isFull = word(context, BOOK_FIRST_SCENARIO) >= capacity;
  const state = stateOf(context, scratch, i);
  store<f64>(state, isFull ? load<f64>(tailOf(context, portfolio) + ((capacity - 1) << 3)) : Infinity);
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

/** The candidates of a portfolio, from the tail before and from its results; ascending, into the tail. */
function closePortfolio(context: usize, scratch: usize, portfolio: i32, i: i32, firstResult: usize): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const room = word(context, BOOK_CANDIDATE_CAPACITY);
  const tail = tailOf(context, portfolio);
  const values = listOf(context, scratch);
  const numbers = values + valueBytes(context);
  const chunk = word(context, BOOK_CHUNK);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const groupCount = (scenarioCount + 7) >> 3;
  const order = word(context, BOOK_ORDER);
  let limit = load<f64>(stateOf(context, scratch, i));
  let held = min(capacity, word(context, BOOK_FIRST_SCENARIO));
  for (let k: usize = 0; k < held; k++) {
    store<f64>(values + (k << 3), load<f64>(tail + (k << 3)));
    store<i32>(numbers + (k << 2), <i32>load<f64>(tail + ((capacity + k) << 3)));
  }
  let result = resultsOf(context, scratch) + (firstResult << 6);
  let flag = flagsOf(context, scratch, 0) + <usize>i;
  for (let group: usize = 0; group < groupCount; group++, flag += chunk) {
    if (load<u8>(flag) == 0) continue;
    if (held + 8 > room) {
      limit = limitFor(values, held, capacity);
      held = keepUpTo(values, numbers, held, limit);
      if (held + 8 > room) {
        // Many equal values: the first of them will do.
        sortCandidates(values, numbers, held, spareOf(context, scratch));
        held = capacity;
        limit = load<f64>(values + ((held - 1) << 3));
      }
    }
    held = appendEight(values, numbers, held, result, limit, order + (group << 5), <i32>(scenarioCount - (group << 3)));
    result += 64;
  }
  if (held > capacity << 1) held = keepUpTo(values, numbers, held, limitFor(values, held, capacity));
  sortCandidates(values, numbers, held, spareOf(context, scratch));
  const kept = min(held, capacity);
  for (let k: usize = 0; k < kept; k++) {
    store<f64>(tail + (k << 3), load<f64>(values + (k << 3)));
    store<f64>(tail + ((capacity + k) << 3), <f64>load<i32>(numbers + (k << 2)));
  }
}

/** Eight scenarios, of which `left` are there. */
// @ts-ignore: decorator
@inline
function appendEight(
  values: usize, numbers: usize, before: usize, result: usize, limit: f64, order: usize, left: i32,
): usize {
  let held = before;
  for (let pair = 0; pair < 4; pair++, result += 16, order += 8, left -= 2) {
    if (left >= 2) held = appendTwo(values, numbers, held, v128.load(result), limit, load<i32>(order), load<i32>(order, 4));
    else if (left == 1) held = appendOne(values, numbers, held, load<f64>(result), limit, load<i32>(order));
  }
  return held;
}

/** Says of every group of eight scenarios whether the screen leaves one of them a chance. Returns how many do. */
function flagGroups(context: usize, scratch: usize, i: i32): usize {
  const useless = load<i32>(stateOf(context, scratch, i), 12);
  const sums = sumsOf(context, scratch, i);
  const above = i16x8.splat(<i16>useless);
  const all = <i32>(useless == UNSCREENED);
  const chunk = word(context, BOOK_CHUNK);
  const groupCount = (word(context, BOOK_SCENARIO_COUNT) + 7) >> 3;
  let flag = flagsOf(context, scratch, 0) + <usize>i;
  let flagged: usize = 0;
  for (let group: usize = 0; group < groupCount; group++, flag += chunk) {
    const isFlagged = <i32>v128.any_true(i16x8.lt_s(v128.load(sums + (group << 4)), above)) | all;
    store<u8>(flag, <u8>isFlagged);
    flagged += <usize>isFlagged;
  }
  return flagged;
}

/**
 * P&L of the portfolios of a chunk in a group of eight scenarios, of those for which it is flagged: strict left fold
 * over the positions.
 */
function sumGroup(context: usize, scratch: usize, first: i32, count: i32, group: usize): void {
  const done = group << 3;
  const tile = word(context, BOOK_TILE);
  const inTile = done % tile;
  const stride = tile << 3;
  const base = word(context, BOOK_ROWS) + (((done - inTile) * word(context, BOOK_ROW_COUNT) + inTile) << 3);
  const flags = flagsOf(context, scratch, group);
  const results = resultsOf(context, scratch);
  const firstPositions = word(context, BOOK_FIRST_POSITION) + (<usize>first << 2);
  const positionCounts = word(context, BOOK_POSITION_COUNT) + (<usize>first << 2);
  const entries = word(context, BOOK_ENTRY);
  const quantities = word(context, BOOK_QUANTITY);
  const states = stateOf(context, scratch, 0);
  for (let i: usize = 0; i < <usize>count; i++) {
    if (load<u8>(flags + i) == 0) continue;
    const next = <usize>load<u32>(states + (i << 4), 8);
    store<u32>(states + (i << 4), <u32>next + 1, 8);
    const p = <usize>load<u32>(firstPositions + (i << 2));
    const entryFirst = entries + (p << 2);
    const entryEnd = entryFirst + (<usize>load<u32>(positionCounts + (i << 2)) << 2);
    let quantityAt = quantities + (p << 3);
    let c0 = f64x2.splat(0.0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
      const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
      const quantity = v128.load_splat<f64>(quantityAt);
      quantityAt += 8;
      c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
      c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
      c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
      c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
    }
    const result = results + (next << 6);
    v128.store(result, c0);
    v128.store(result, c1, 16);
    v128.store(result, c2, 32);
    v128.store(result, c3, 48);
  }
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
