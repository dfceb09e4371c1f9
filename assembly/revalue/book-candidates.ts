import { word } from "../context.ts";
import { FLOATS, WORDS } from "../margin/account-driver.ts";
import {
  BOOK_AT_BIN, BOOK_AT_BUCKET, BOOK_AT_COUNT, BOOK_AT_KEY, BOOK_AT_LIST, BOOK_AT_MINIMA, BOOK_AT_PLACE, BOOK_AT_SPARE,
  BOOK_AT_STATE, BOOK_AT_VALUE, BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_FIRST_SCENARIO, BOOK_LIST_CAPACITY, BOOK_MEASURES,
  BOOK_ORDER, BOOK_PORTFOLIO_COUNT, BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_RESULTS, BOOK_ROWS, BOOK_ROW_COUNT,
  BOOK_SCENARIO_COUNT, BOOK_SCREEN_CELLS, BOOK_TAILS, BOOK_TAIL_CAPACITY,
} from "../portable/book-layout.ts";
import { writeTailMeasures } from "../portable/book-measures.ts";
import { FLAG_BITS } from "../portable/layout.ts";
import { screenError, screenLimit } from "./book-screen.ts";
import { keepUpTo, limitFor, placeByRank, RANKED_MAX, sortCandidates } from "./candidates.ts";

/**
 * Candidates of the portfolios of a chunk: scenarios, by their place in the rows, that may be in the tail.
 *
 * They are listed portfolio after portfolio, counted by place, turned into lists of portfolios place after place, and
 * added up in that order; P&L goes back to where the candidate stands in the portfolio's own list.
 *
 * State of a portfolio of the chunk, 32 bytes:
 */
/** f64: the unit of its screened P&L, or 0 where it is not screened; once listed, u32: the state after it in its bin. */
const UNIT: usize = 0;
const NEXT_STATE: usize = 0;
/** u32: its candidates [first, end). */
const FIRST: usize = 8;
const END: usize = 12;
/** u32: address of the next P&L that is worked out. */
const NEXT_VALUE: usize = 16;
/** u32: addresses of its entries [first, end), and of its quantities. */
const ENTRIES: usize = 20;
const ENTRIES_END: usize = 24;
const QUANTITIES: usize = 28;
const STATE_SHIFT: usize = 5;

/** From an entry, whose low bits are zero, to bytes: its row times eight. */
const ENTRY_SHIFT: u32 = FLAG_BITS - 3;

/** Portfolios by their number of positions: the last bin has all that have more. */
const BIN_COUNT: usize = 64;

/** Portfolios of a scenario from which on its rows are brought into the cache one after the other. */
const SWEEP_MIN: usize = 64;

// @ts-ignore: decorator
@inline
function stateOf(context: usize, scratch: usize, i: i32): usize {
  return scratch + word(context, BOOK_AT_STATE) + (<usize>i << STATE_SHIFT);
}

// @ts-ignore: decorator
@inline
export function tailOf(context: usize, portfolio: i32): usize {
  return word(context, BOOK_TAILS) + <usize>portfolio * (word(context, BOOK_TAIL_CAPACITY) << 4);
}

/** Measures of a portfolio whose whole tail, ascending, is at the address `values`. */
export function measureTail(context: usize, portfolio: i32, values: usize, worstScenario: f64): void {
  const definition = <i32>(word(context, BOOK_MEASURES) >> 3);
  const to = <i32>(word(context, BOOK_RESULTS) >> 3) + portfolio;
  const stride = <i32>word(context, BOOK_PORTFOLIO_COUNT);
  writeTailMeasures(FLOATS, WORDS, <i32>(values >> 3), worstScenario, definition, to, stride);
}

export function openPortfolio(context: usize, scratch: usize, portfolio: i32, i: i32, unit: f64): void {
  const state = stateOf(context, scratch, i);
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const count = <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  const entries = word(context, BOOK_ENTRY) + (first << 2);
  store<f64>(state, unit, UNIT);
  store<u32>(state, <u32>entries, ENTRIES);
  store<u32>(state, <u32>(entries + (count << 2)), ENTRIES_END);
  store<u32>(state, <u32>(word(context, BOOK_QUANTITY) + (first << 3)), QUANTITIES);
}

// @ts-ignore: decorator
@inline
export function isScreened(context: usize, scratch: usize, i: i32): bool {
  return load<f64>(stateOf(context, scratch, i), UNIT) > 0;
}

/** No scenario has a candidate. */
export function forgetCandidates(context: usize, scratch: usize): void {
  const counts = scratch + word(context, BOOK_AT_COUNT);
  const end = counts + (word(context, BOOK_SCENARIO_COUNT) << 2);
  for (let at = counts; at < end; at += 4) store<u32>(at, 0);
}

/** Lists the candidates of a portfolio after the `listed` that there are; of one without a screen, all. Returns both. */
export function listCandidates(
  context: usize, scratch: usize, portfolio: i32, i: i32, sums: usize, listed: usize,
): usize {
  const state = stateOf(context, scratch, i);
  const end = isScreened(context, scratch, i)
    ? listBelow(context, scratch, sums, uselessOf(context, scratch, portfolio, i, sums), listed)
    : listAll(context, scratch, listed);
  store<u32>(state, <u32>listed, FIRST);
  store<u32>(state, <u32>end, END);
  store<u32>(state, <u32>(scratch + word(context, BOOK_AT_VALUE) + (listed << 3)), NEXT_VALUE);
  return end;
}

/**
 * The least screened P&L that no scenario of the tail can have: book-screen.ts has the reasons. What comes after the
 * last scenario is set above it.
 */
function uselessOf(context: usize, scratch: usize, portfolio: i32, i: i32, sums: usize): i32 {
  const unit = load<f64>(stateOf(context, scratch, i), UNIT);
  const count = word(context, BOOK_SCENARIO_COUNT);
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const error = screenError(<usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2)));
  const end = (count + 63) & ~63;
  for (let at = count; at < end; at++) store<i16>(sums + (at << 1), 32767);
  const isFull = word(context, BOOK_FIRST_SCENARIO) >= capacity;
  let limit = isFull ? load<f64>(tailOf(context, portfolio) + ((capacity - 1) << 3)) : Infinity;
  if (count >= capacity) {
    const most = screenLimit(sums, (count + 7) >> 3, capacity, scratch + word(context, BOOK_AT_MINIMA));
    limit = min(limit, unit * (<f64>most + error + 1));
  }
  return <i32>max(-32769.0, min(32766.0, floor(limit / unit + error))) + 1;
}

/** Sixty-four scenarios at a time, one bit each. */
function listBelow(context: usize, scratch: usize, sums: usize, useless: i32, listed: usize): usize {
  const places = scratch + word(context, BOOK_AT_PLACE);
  const keys = scratch + word(context, BOOK_AT_KEY);
  const counts = scratch + word(context, BOOK_AT_COUNT);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const above = i16x8.splat(<i16>useless);
  let next = listed;
  for (let start: usize = 0; start < scenarioCount; start += 64) {
    const at = sums + (start << 1);
    let bits = <u64><u32>sixteenBelow(at, above) | (<u64><u32>sixteenBelow(at + 32, above) << 16)
      | (<u64><u32>sixteenBelow(at + 64, above) << 32) | (<u64><u32>sixteenBelow(at + 96, above) << 48);
    while (bits != 0) {
      const place = start + <usize>ctz(bits);
      bits &= bits - 1;
      store<u32>(places + (next << 2), <u32>place);
      store<i16>(keys + (next << 1), load<i16>(sums + (place << 1)));
      const count = counts + (place << 2);
      store<u32>(count, load<u32>(count) + 1);
      next++;
    }
  }
  return next;
}

// @ts-ignore: decorator
@inline
function sixteenBelow(at: usize, above: v128): i32 {
  return i8x16.bitmask(
    i8x16.narrow_i16x8_s(i16x8.lt_s(v128.load(at), above), i16x8.lt_s(v128.load(at, 16), above)),
  );
}

function listAll(context: usize, scratch: usize, listed: usize): usize {
  const places = scratch + word(context, BOOK_AT_PLACE);
  const keys = scratch + word(context, BOOK_AT_KEY);
  const counts = scratch + word(context, BOOK_AT_COUNT);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  for (let place: usize = 0; place < scenarioCount; place++) {
    store<u32>(places + ((listed + place) << 2), <u32>place);
    store<i16>(keys + ((listed + place) << 1), 0);
    const count = counts + (place << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  return listed + scenarioCount;
}

/**
 * From lists of places to lists of portfolios [from, to), place after place. Counts become the ends of these. In a list,
 * portfolios with as many positions stand together: the processor then foresees where the sums of the next end.
 */
export function turnCandidates(context: usize, scratch: usize, from: i32, to: i32): void {
  const counts = scratch + word(context, BOOK_AT_COUNT);
  let next = scratch + word(context, BOOK_AT_BUCKET);
  for (let at = counts, end = counts + (word(context, BOOK_SCENARIO_COUNT) << 2); at < end; at += 4) {
    const count = <usize>load<u32>(at);
    store<u32>(at, <u32>next);
    next += count << 2;
  }
  const bins = scratch + word(context, BOOK_AT_BIN);
  for (let bin: usize = 0; bin < BIN_COUNT; bin++) store<u32>(bins + (bin << 2), 0);
  for (let i = to - 1; i >= from; i--) {
    const state = stateOf(context, scratch, i);
    const positions = <usize>(load<u32>(state, ENTRIES_END) - load<u32>(state, ENTRIES)) >> 2;
    const bin = bins + (min(positions, BIN_COUNT - 1) << 2);
    store<u32>(state, load<u32>(bin), NEXT_STATE);
    store<u32>(bin, <u32>state);
  }
  const places = scratch + word(context, BOOK_AT_PLACE);
  for (let bin: usize = 0; bin < BIN_COUNT; bin++) {
    let state = <usize>load<u32>(bins + (bin << 2));
    for (; state != 0; state = <usize>load<u32>(state, NEXT_STATE)) turnOne(state, places, counts);
  }
}

// @ts-ignore: decorator
@inline
function turnOne(state: usize, places: usize, counts: usize): void {
  const end = places + (<usize>load<u32>(state, END) << 2);
  for (let at = places + (<usize>load<u32>(state, FIRST) << 2); at < end; at += 4) {
    const cursor = counts + (<usize>load<u32>(at) << 2);
    const bucket = <usize>load<u32>(cursor);
    store<u32>(bucket, <u32>state);
    store<u32>(cursor, <u32>(bucket + 4));
  }
}

/** P&L of every candidate: scenario after scenario, of each all portfolios for which it is one. */
export function sumCandidates(context: usize, scratch: usize): void {
  const counts = scratch + word(context, BOOK_AT_COUNT);
  const rowBytes = word(context, BOOK_ROW_COUNT) << 3;
  const countEnd = counts + (word(context, BOOK_SCENARIO_COUNT) << 2);
  let rows = word(context, BOOK_ROWS);
  let bucket = scratch + word(context, BOOK_AT_BUCKET);
  for (let at = counts; at < countEnd; at += 4, rows += rowBytes) {
    const end = <usize>load<u32>(at);
    if (end - bucket >= SWEEP_MIN << 2) sweep(rows, rowBytes, scratch + word(context, BOOK_AT_MINIMA));
    for (; bucket < end; bucket += 4) sumCandidate(<usize>load<u32>(bucket), rows);
  }
}

/** Reads a cache line after the other. What it comes to is written where nobody reads it, or it would not be done. */
// @ts-ignore: decorator
@inline
function sweep(rows: usize, bytes: usize, to: usize): void {
  let bits: i64 = 0;
  for (let at = rows; at < rows + bytes; at += 64) bits |= load<i64>(at);
  store<i64>(to, bits);
}

/** Strict left fold over the positions. */
// @ts-ignore: decorator
@inline
function sumCandidate(state: usize, rows: usize): void {
  let at = <usize>load<u32>(state, ENTRIES);
  const end = <usize>load<u32>(state, ENTRIES_END);
  let quantity = <usize>load<u32>(state, QUANTITIES);
  let sum: f64 = 0;
  for (; at + 8 <= end; at += 8, quantity += 16) {
    const a = load<f64>(rows + <usize>(load<u32>(at) >> ENTRY_SHIFT));
    const b = load<f64>(rows + <usize>(load<u32>(at, 4) >> ENTRY_SHIFT));
    sum = sum + load<f64>(quantity) * a;
    sum = sum + load<f64>(quantity, 8) * b;
  }
  if (at < end) sum = sum + load<f64>(quantity) * load<f64>(rows + <usize>(load<u32>(at) >> ENTRY_SHIFT));
  const to = <usize>load<u32>(state, NEXT_VALUE);
  store<f64>(to, sum);
  store<u32>(state, <u32>(to + 8), NEXT_VALUE);
}

/** The tail of a portfolio, ascending, from the tail before and from its candidates; or what is read off it. */
export function closePortfolio(context: usize, scratch: usize, portfolio: i32, i: i32): void {
  const state = stateOf(context, scratch, i);
  const first = <usize>load<u32>(state, FIRST);
  const count = <usize>load<u32>(state, END) - first;
  const capacity = word(context, BOOK_TAIL_CAPACITY);
  const before = min(capacity, word(context, BOOK_FIRST_SCENARIO));
  const tail = tailOf(context, portfolio);
  const values = scratch + word(context, BOOK_AT_LIST);
  const numbers = values + (word(context, BOOK_LIST_CAPACITY) << 3);
  const spare = scratch + word(context, BOOK_AT_SPARE);
  const order = word(context, BOOK_ORDER);
  const from = scratch + word(context, BOOK_AT_VALUE) + (first << 3);
  const places = scratch + word(context, BOOK_AT_PLACE) + (first << 2);
  let held = before + count;
  if (before == 0 && count <= RANKED_MAX) {
    placeByRank(from, scratch + word(context, BOOK_AT_KEY) + (first << 1), places, order, count, values, numbers, spare);
  } else {
    for (let k: usize = 0; k < before; k++) {
      store<f64>(values + (k << 3), load<f64>(tail + (k << 3)));
      store<i32>(numbers + (k << 2), <i32>load<f64>(tail + ((capacity + k) << 3)));
    }
    for (let k: usize = 0; k < count; k++) {
      store<f64>(values + ((before + k) << 3), load<f64>(from + (k << 3)));
      const place = <usize>load<u32>(places + (k << 2));
      store<i32>(numbers + ((before + k) << 2), load<i32>(order + (place << 2)));
    }
    if (held > capacity << 1) held = keepUpTo(values, numbers, held, limitFor(values, held, capacity));
    sortCandidates(values, numbers, held, spare);
  }
  if (word(context, BOOK_MEASURES) != 0) {
    measureTail(context, portfolio, values, <f64>load<i32>(numbers));
    return;
  }
  const kept = min(held, capacity);
  for (let k: usize = 0; k < kept; k++) {
    store<f64>(tail + (k << 3), load<f64>(values + (k << 3)));
    store<f64>(tail + ((capacity + k) << 3), <f64>load<i32>(numbers + (k << 2)));
  }
}
