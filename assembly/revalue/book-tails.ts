import { word } from "../context.ts";
import { FLOATS } from "../margin/account-driver.ts";
import {
  BOOK_AT_LIST, BOOK_AT_SUMS, BOOK_CANDIDATE_CAPACITY, BOOK_ENTRY, BOOK_FIRST_POSITION, BOOK_FIRST_SCENARIO,
  BOOK_IS_LAST, BOOK_MEASURES, BOOK_POSITION_COUNT, BOOK_QUANTITY, BOOK_ROWS, BOOK_ROW_COUNT, BOOK_SCENARIO_COUNT,
  BOOK_SCREEN, BOOK_SCREEN_CELLS, BOOK_SCREEN_CHUNK, BOOK_SCREEN_TILE, BOOK_TAIL_CAPACITY, BOOK_TILE,
} from "../portable/book-layout.ts";
import { offerTail, sortTail } from "../portable/tail.ts";
import { accumulateRowsScalar } from "./accumulate.ts";
import {
  closePortfolio, forgetCandidates, isScreened, listCandidates, measureTail, openPortfolio, sumCandidates, tailOf,
  turnCandidates,
} from "./book-candidates.ts";
import { screenTile, weighPositions } from "./book-screen.ts";

/**
 * The k worst scenarios of every portfolio, without writing down its P&L in all of them.
 *
 * Reads   portfolios [first, first + count), their positions, the rows of P&L (tiles of one scenario) and their screen
 *         (`bookScreen`); the tails of scenarios before
 * Writes  the weights of their positions; the tails of the range, ascending; or, with BOOK_MEASURES, what is read off
 *         them instead
 * Needs   finite rows; count <= BOOK_CHUNK; candidates: room for one portfolio in every scenario at least; a scratch
 *         area: src/revaluation/book-memory.ts
 * Order   P&L of a scenario: strict left fold over the positions, from zero. What is in a tail is defined by its values
 *         alone: any tile, any split of the portfolios or scenarios gives the same bits
 *
 * First the screen: a part of the portfolios inside, tiles outside, so that a tile stays in the second-level cache while
 * the part goes over it. It leaves each portfolio a list of scenarios that may be in its tail. When the portfolios of
 * the chunk are through, or the room for candidates is used up, the lists are turned: portfolios inside, scenarios
 * outside. Rows of one scenario fit the first-level cache, and only candidates are added up in 64 bits.
 */
export function bookTails(context: usize, scratch: usize, first: i32, count: i32): void {
  const part = <i32>word(context, BOOK_SCREEN_CHUNK);
  const room = word(context, BOOK_CANDIDATE_CAPACITY);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const sumBytes = word(context, BOOK_SCREEN_CELLS) << 1;
  const sums = scratch + word(context, BOOK_AT_SUMS);
  forgetCandidates(context, scratch);
  let closed: i32 = 0;
  let listed: usize = 0;
  for (let from = 0; from < count; from += part) {
    const to = min(from + part, count);
    screenPart(context, scratch, first, from, to);
    for (let i = from; i < to; i++) {
      if (listed + scenarioCount > room) {
        finish(context, scratch, first, closed, i);
        closed = i;
        listed = 0;
      }
      listed = listCandidates(context, scratch, first + i, i, sums + <usize>(i - from) * sumBytes, listed);
    }
  }
  finish(context, scratch, first, closed, count);
}

/** Screened P&L of portfolios [from, to) of the chunk. */
function screenPart(context: usize, scratch: usize, first: i32, from: i32, to: i32): void {
  const tile = word(context, BOOK_SCREEN_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 1);
  const sumBytes = word(context, BOOK_SCREEN_CELLS) << 1;
  for (let i = from; i < to; i++) openPortfolio(context, scratch, first + i, i, weighPositions(context, first + i));
  let screen = word(context, BOOK_SCREEN);
  for (let done: usize = 0; done < scenarioCount; done += tile, screen += tileBytes) {
    const cells = min(tile, (scenarioCount - done + 7) & ~7);
    let sums = scratch + word(context, BOOK_AT_SUMS) + (done << 1);
    for (let i = from; i < to; i++, sums += sumBytes) {
      if (isScreened(context, scratch, i)) screenTile(context, first + i, screen, cells, sums);
    }
  }
}

/** The tails of portfolios [from, to) of the chunk, whose candidates are listed. */
function finish(context: usize, scratch: usize, first: i32, from: i32, to: i32): void {
  turnCandidates(context, scratch, from, to);
  sumCandidates(context, scratch);
  for (let i = from; i < to; i++) closePortfolio(context, scratch, first + i, i);
  forgetCandidates(context, scratch);
}

/** Scalar twin of `bookTails`: the portable heap, offered every cell. Bit-equal once the last scenario has been seen. */
export function bookTailsScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  const tile = word(context, BOOK_TILE);
  const scenarioCount = word(context, BOOK_SCENARIO_COUNT);
  const firstScenario = word(context, BOOK_FIRST_SCENARIO);
  const tileBytes = word(context, BOOK_ROW_COUNT) * (tile << 3);
  const capacity = <i32>word(context, BOOK_TAIL_CAPACITY);
  const isMeasured = word(context, BOOK_MEASURES) != 0;
  const zeros = scratch;
  const cells = zeros + (tile << 3);
  for (let portfolio = first; portfolio < first + count; portfolio++) {
    const address = isMeasured ? scratch + word(context, BOOK_AT_LIST) : tailOf(context, portfolio);
    const tail = <i32>(address >> 3);
    let held = <i32>min(<usize>capacity, firstScenario);
    let rows = word(context, BOOK_ROWS);
    for (let done: usize = 0; done < scenarioCount; done += tile) {
      portfolioCells(context, zeros, portfolio, rows, cells);
      const offered = <i32>min(tile, scenarioCount - done);
      held = offerTail(FLOATS, tail, capacity, held, <i32>(cells >> 3), offered, <i32>(firstScenario + done));
      rows += tileBytes;
    }
    if (word(context, BOOK_IS_LAST) != 0) sortTail(FLOATS, tail, capacity, held);
    if (isMeasured) measureTail(context, portfolio, address, load<f64>(address + (<usize>capacity << 3)));
  }
}

/** P&L of one portfolio in every scenario of the rows now: tile after tile into `cells`, which has room for the last. */
export function bookPnl(context: usize, scratch: usize, portfolio: i32, cells: usize): void {
  const tileBytes = word(context, BOOK_TILE) << 3;
  const count = word(context, BOOK_SCENARIO_COUNT) << 3;
  const zeros = scratch;
  let rows = word(context, BOOK_ROWS);
  for (let at: usize = 0; at < count; at += tileBytes) {
    portfolioCells(context, zeros, portfolio, rows, cells + at);
    rows += word(context, BOOK_ROW_COUNT) * tileBytes;
  }
}

function portfolioCells(context: usize, zeros: usize, portfolio: i32, rows: usize, cells: usize): void {
  const first = <usize>load<u32>(word(context, BOOK_FIRST_POSITION) + (<usize>portfolio << 2));
  const end = first + <usize>load<u32>(word(context, BOOK_POSITION_COUNT) + (<usize>portfolio << 2));
  const entries = word(context, BOOK_ENTRY);
  const quantities = word(context, BOOK_QUANTITY);
  const tileBytes = word(context, BOOK_TILE) << 3;
  for (let at: usize = 0; at < tileBytes; at += 8) store<f64>(zeros + at, 0);
  accumulateRowsScalar(entries, quantities, first, end, rows, zeros, 0, cells, tileBytes);
}
