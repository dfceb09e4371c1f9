import * as layout from '../../assembly/portable/book-layout.ts';
import { writeTailMeasures } from '../../assembly/portable/book-measures.ts';
import { offerTail, sortTail } from '../../assembly/portable/tail.ts';
import { accumulateRows } from './accumulate.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** The k worst scenarios of portfolios in JavaScript: bit-equal to assembly/revalue/book-tails.ts, which says how. */
export function bookTails(memory: MemoryViews, context: number, scratch: number, first: number, count: number): void {
  const tile = word(memory, context, layout.BOOK_TILE);
  const scenarioCount = word(memory, context, layout.BOOK_SCENARIO_COUNT);
  const firstScenario = word(memory, context, layout.BOOK_FIRST_SCENARIO);
  const capacity = word(memory, context, layout.BOOK_TAIL_CAPACITY);
  const tileFloats = word(memory, context, layout.BOOK_ROW_COUNT) * tile;
  const isLast = word(memory, context, layout.BOOK_IS_LAST) !== 0;
  const measures = word(memory, context, layout.BOOK_MEASURES);
  const zeros = zeroTile(memory, scratch, tile);
  const cells = zeros + tile;
  for (let portfolio = first; portfolio < first + count; portfolio++) {
    const tail = measures === 0
      ? word(memory, context, layout.BOOK_TAILS) / 8 + portfolio * 2 * capacity
      : (scratch + word(memory, context, layout.BOOK_AT_LIST)) / 8;
    let held = Math.min(capacity, firstScenario);
    let rows = word(memory, context, layout.BOOK_ROWS) / 8;
    for (let done = 0; done < scenarioCount; done += tile) {
      accumulateTile(memory, context, portfolio, rows, zeros, cells);
      const offered = Math.min(tile, scenarioCount - done);
      held = offerTail(memory.f64, tail, capacity, held, cells, offered, firstScenario + done);
      rows += tileFloats;
    }
    if (isLast) sortTail(memory.f64, tail, capacity, held);
    if (measures === 0) continue;
    const to = word(memory, context, layout.BOOK_RESULTS) / 8 + portfolio;
    const stride = word(memory, context, layout.BOOK_PORTFOLIO_COUNT);
    writeTailMeasures(memory.f64, memory.i32, tail, memory.f64[tail + capacity], measures / 8, to, stride);
  }
}

/** P&L of one portfolio in every scenario of the rows now. `cells` is an address. */
export function bookPnl(memory: MemoryViews, context: number, scratch: number, portfolio: number, cells: number): void {
  const tile = word(memory, context, layout.BOOK_TILE);
  const scenarioCount = word(memory, context, layout.BOOK_SCENARIO_COUNT);
  const tileFloats = word(memory, context, layout.BOOK_ROW_COUNT) * tile;
  const zeros = zeroTile(memory, scratch, tile);
  let rows = word(memory, context, layout.BOOK_ROWS) / 8;
  for (let done = 0; done < scenarioCount; done += tile) {
    accumulateTile(memory, context, portfolio, rows, zeros, cells / 8 + done);
    rows += tileFloats;
  }
}

/** Where the sums start. */
function zeroTile(memory: MemoryViews, scratch: number, tile: number): number {
  const zeros = scratch / 8;
  memory.f64.fill(0, zeros, zeros + tile);
  return zeros;
}

function accumulateTile(
  memory: MemoryViews, context: number, portfolio: number, rows: number, zeros: number, cells: number,
): void {
  const { f64, u32 } = memory;
  const first = u32[word(memory, context, layout.BOOK_FIRST_POSITION) / 4 + portfolio];
  const count = u32[word(memory, context, layout.BOOK_POSITION_COUNT) / 4 + portfolio];
  const entries = word(memory, context, layout.BOOK_ENTRY) / 4 + first;
  const quantities = word(memory, context, layout.BOOK_QUANTITY) / 8 + first;
  accumulateRows(
    u32, entries, f64, quantities, count, f64, rows, zeros, 0, cells, word(memory, context, layout.BOOK_TILE),
  );
}
