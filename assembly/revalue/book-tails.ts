import { word } from "../context.ts";
import { FLOATS } from "../margin/account-driver.ts";
import {
  BOOK_CANDIDATE_CAPACITY, BOOK_CHUNK, BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_FIRST_SCENARIO, BOOK_IS_LAST,
  BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_ROWS, BOOK_ROW_COUNT, BOOK_SCENARIO_COUNT, BOOK_TAILS, BOOK_TAIL_CAPACITY,
  BOOK_TILE,
} from "../portable/book-layout.ts";
import { FLAG_BITS } from "../portable/layout.ts";
import { offerTail, sortTail } from "../portable/tail.ts";
import { accumulateRows, accumulateRowsScalar } from "./accumulate.ts";
import { appendOne, appendTwo, keepUpTo, limitFor, sortCandidates } from "./candidates.ts";

/**
 * The k worst scenarios of every portfolio, without writing down its P&L in all of them.
 *
 * Reads   portfolios [first, first + count), their positions, the tiles of P&L rows; the tails of scenarios before
 * Writes  the tails of the range; ascending once the last scenario has been seen
 * Needs   finite rows; count <= BOOK_CHUNK; scratch: per portfolio of a chunk a limit (f64) and a count (f64), then a
 *         zero tile and a tile of cells, room to sort, and the candidate lists (`scratchBytesOf` in src/revaluation)
 * Order   P&L of a scenario: strict left fold over the positions, from zero. What is in a tail is defined by its values
 *         alone: any tile, any split of the portfolios or scenarios gives the same bits
 *
 * Portfolios inside, tiles outside: a tile of rows stays in the second-level cache while the chunk goes over it. A cell
 * leaves the registers only if it is below its portfolio's limit, the worst of the best candidates so far.
 */
export function bookTails(context: usize, scratch: usize, first: i32, count: i32): void {
  const tile = word(context, BOOK_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const firstScenario = <i32>word(context, BOOK_FIRST_SCENARIO);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 3);
  const room = word(context, BOOK_CANDIDATE_CAPACITY);
  for (let i = 0; i < count; i++) openCandidates(context, scratch, first + i, i);
  let rows = word(context, BOOK_ROWS);
  for (let done: usize = 0; done < scenarioCount; done += tile) {
    const cells = min(tile, scenarioCount - done);
    for (let i = 0; i < count; i++) {
      if (heldOf(scratch, i) + cells > room) thinOut(context, scratch, i);
      offerTile(context, scratch, first + i, i, rows, <i32>cells, firstScenario + <i32>done);
    }
    rows += tileBytes;
  }
  for (let i = 0; i < count; i++) closeCandidates(context, scratch, first + i, i);
}

// @ts-ignore: decorator
@inline
function heldOf(scratch: usize, i: i32): usize {
  return load<u32>(scratch + (<usize>i << 4), 8);
}

// @ts-ignore: decorator
@inline
function setCandidates(scratch: usize, i: i32, limit: f64, held: usize): void {
  store<f64>(scratch + (<usize>i << 4), limit);
  store<u32>(scratch + (<usize>i << 4), <u32>held, 8);
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
  return scratch + (word(context, BOOK_CHUNK) << 4) + (word(context, BOOK_TILE) << 4);
}

// @ts-ignore: decorator
@inline
function listOf(context: usize, scratch: usize, i: i32): usize {
  const bytes = valueBytes(context);
  return spareOf(context, scratch) + (bytes + (bytes >> 1)) * (<usize>i + 1);
}

// @ts-ignore: decorator
@inline
function tailOf(context: usize, portfolio: i32): usize {
  return word(context, BOOK_TAILS) + <usize>portfolio * (word(context, BOOK_TAIL_CAPACITY) << 4);
}

/** What the scenarios before have left. */
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
  setCandidates(scratch, i, held == capacity ? load<f64>(tail + ((capacity - 1) << 3)) : Infinity, held);
}

/** Makes room for a tile: keeps the best candidates and lowers the limit. */
function thinOut(context: usize, scratch: usize, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  const held = heldOf(scratch, i);
  let limit = limitFor(values, held, capacity);
  let kept = keepUpTo(values, numbers, held, limit);
  if (kept + word(context, BOOK_TILE) > word(context, BOOK_CANDIDATE_CAPACITY)) {
    // Many equal values: the first of them will do.
    sortCandidates(values, numbers, kept, spareOf(context, scratch));
    kept = capacity;
    limit = load<f64>(values + ((kept - 1) << 3));
  }
  setCandidates(scratch, i, limit, kept);
}

/** Ascending, into the tail: later scenarios, or the measures, go on from there. */
function closeCandidates(context: usize, scratch: usize, portfolio: i32, i: i32): void {
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const tail = tailOf(context, portfolio);
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  let held = heldOf(scratch, i);
  if (held > capacity) held = keepUpTo(values, numbers, held, limitFor(values, held, capacity));
  sortCandidates(values, numbers, held, spareOf(context, scratch));
  const kept = min(held, capacity);
  for (let k: usize = 0; k < kept; k++) {
    store<f64>(tail + (k << 3), load<f64>(values + (k << 3)));
    store<f64>(tail + ((capacity + k) << 3), <f64>load<i32>(numbers + (k << 2)));
  }
}

/** P&L of a portfolio in the scenarios of a tile; those below its limit become candidates. */
function offerTile(
  context: usize, scratch: usize, portfolio: i32, i: i32, rows: usize, cells: i32, scenario: i32,
): void {
  const p = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const entryFirst = word(context, BOOK_ENTRY) + (p << 2);
  const entryEnd =
    entryFirst + (<usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2)) << 2);
  const quantityFirst = word(context, BOOK_QUANTITY) + (p << 3);
  const stride = word(context, BOOK_TILE) << 3;
  const values = listOf(context, scratch, i);
  const numbers = values + valueBytes(context);
  const limit = load<f64>(scratch + (<usize>i << 4));
  let held = heldOf(scratch, i);
  let cell: i32 = 0;
  for (; cell + 12 <= cells; cell += 12) {
    const base = rows + (<usize>cell << 3);
    held = offerTwelve(entryFirst, entryEnd, quantityFirst, base, stride, values, numbers, held, limit, scenario + cell);
  }
  for (; cell < cells; cell += 2) {
    const pair = sumOfTwo(entryFirst, entryEnd, quantityFirst, rows + (<usize>cell << 3), stride);
    held = cell + 1 < cells
      ? appendTwo(values, numbers, held, pair, limit, scenario + cell)
      : appendOne(values, numbers, held, f64x2.extract_lane(pair, 0), limit, scenario + cell);
  }
  setCandidates(scratch, i, limit, held);
}

/** Six accumulators, one position per step: see `accumulateRows`. */
// @ts-ignore: decorator
@inline
function offerTwelve(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize, values: usize, numbers: usize,
  before: usize, limit: f64, scenario: i32,
): usize {
  let held = before;
  let c0 = f64x2.splat(0.0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    const quantity = v128.load_splat<f64>(quantityAt);
    quantityAt += 8;
    c0 = f64x2.add(c0, f64x2.mul(quantity, v128.load(row)));
    c1 = f64x2.add(c1, f64x2.mul(quantity, v128.load(row, 16)));
    c2 = f64x2.add(c2, f64x2.mul(quantity, v128.load(row, 32)));
    c3 = f64x2.add(c3, f64x2.mul(quantity, v128.load(row, 48)));
    c4 = f64x2.add(c4, f64x2.mul(quantity, v128.load(row, 64)));
    c5 = f64x2.add(c5, f64x2.mul(quantity, v128.load(row, 80)));
  }
  const smallest = f64x2.pmin(f64x2.pmin(f64x2.pmin(c0, c1), f64x2.pmin(c2, c3)), f64x2.pmin(c4, c5));
  if (!v128.any_true(f64x2.lt(smallest, f64x2.splat(limit)))) return held;
  held = appendTwo(values, numbers, held, c0, limit, scenario);
  held = appendTwo(values, numbers, held, c1, limit, scenario + 2);
  held = appendTwo(values, numbers, held, c2, limit, scenario + 4);
  held = appendTwo(values, numbers, held, c3, limit, scenario + 6);
  held = appendTwo(values, numbers, held, c4, limit, scenario + 8);
  return appendTwo(values, numbers, held, c5, limit, scenario + 10);
}

/** Two cells. */
// @ts-ignore: decorator
@inline
function sumOfTwo(entryFirst: usize, entryEnd: usize, quantityFirst: usize, base: usize, stride: usize): v128 {
  let sum = f64x2.splat(0.0);
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const row = base + <usize>(load<u32>(entryAt) >> FLAG_BITS) * stride;
    sum = f64x2.add(sum, f64x2.mul(v128.load_splat<f64>(quantityAt), v128.load(row)));
    quantityAt += 8;
  }
  return sum;
}

/** Scalar twin of `bookTails`: the portable heap, offered every cell. Bit-equal once the last scenario has been seen. */
export function bookTailsScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  const tile = word(context, BOOK_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const firstScenario = word(context, BOOK_FIRST_SCENARIO);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 3);
  const capacity = <i32>word(context, BOOK_TAIL_CAPACITY);
  const zeros = scratch + (word(context, BOOK_CHUNK) << 4);
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
  const zeros = scratch + (word(context, BOOK_CHUNK) << 4);
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
