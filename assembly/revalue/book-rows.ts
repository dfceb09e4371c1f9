import { word } from "../context.ts";
import {
  BOOK_AT_BATCH, BOOK_AT_WORK, BOOK_BATCH_COUNT, BOOK_CELL_MAX, BOOK_OFFSET, BOOK_ROWS, BOOK_ROW_OF,
  BOOK_SCENARIO_COUNT, BOOK_SUM, BOOK_UNUSABLE, BOOK_WEIGHT,
} from "../portable/book-layout.ts";
import { CONTEXT_CELLS } from "../portable/scenario-layout.ts";
import { bookScreen } from "./book-screen.ts";
import { scenarioRows } from "./scenario-rows.ts";

/** Rows that are worked out together: eight floats of one scenario are as long as a cache line. */
const GROUP: i32 = 8;

/**
 * P&L of one unit of instruments [first, first + count) of those of which there are terms, in the scenarios of a batch,
 * into the rows of the block (tiles of one scenario).
 *
 * Reads   the context of the scenario kernels in the scratch area, terms and lines that it names; offsets, weights
 * Writes  cells of the rows; their sums: strict left folds over the scenarios; which P&L is unusable; if the batch is
 *         the whole block, the screen of the rows too, while they are in the second-level cache
 * Needs   every instrument given to one thread only
 * Order   rows independent: any split gives the same bits; `BookRows.fill` gives them too (tested)
 */
export function bookRows(context: usize, scratch: usize, first: i32, count: i32): void {
  const work = scratch + word(context, BOOK_AT_WORK);
  const cells = scratch + word(context, BOOK_AT_BATCH);
  const stride = word(work, CONTEXT_CELLS) << 3;
  const scenarioCount = word(context, BOOK_BATCH_COUNT);
  for (let from = first; from < first + count; from += GROUP) {
    const some = min(GROUP, first + count - from);
    scenarioRows(work, from, some, cells, <i32>(stride >> 3));
    const rowOf = word(context, BOOK_ROW_OF) + (<usize>from << 2);
    const row = <usize>load<u32>(rowOf);
    const areNeighbours = some == GROUP && <usize>load<u32>(rowOf, 28) == row + 7;
    const done = areNeighbours ? scenarioCount & ~1 : 0;
    if (areNeighbours) placeEight(context, row, cells, stride, done);
    for (let i = 0; i < some; i++) {
      placeOne(context, <usize>load<u32>(rowOf + (<usize>i << 2)), cells + <usize>i * stride, done, scenarioCount);
    }
    if (scenarioCount != word(context, BOOK_SCENARIO_COUNT)) continue;
    if (areNeighbours) bookScreen(context, scratch, <i32>row, GROUP);
    else for (let i = 0; i < some; i++) bookScreen(context, scratch, load<i32>(rowOf + (<usize>i << 2)), 1);
  }
}

/** Scenarios [from, to) of one row. */
function placeOne(context: usize, row: usize, cells: usize, from: usize, to: usize): void {
  const rows = word(context, BOOK_ROWS) + (row << 3);
  const offsets = word(context, BOOK_OFFSET);
  const weights = word(context, BOOK_WEIGHT);
  const sums = word(context, BOOK_SUM) + (row << 3);
  let sum = load<f64>(sums);
  let isUsable = true;
  for (let s = from; s < to; s++) {
    const cell = load<f64>(cells + (s << 3));
    isUsable = isUsable && abs(cell) <= BOOK_CELL_MAX;
    sum = sum + load<f64>(weights + (s << 3)) * cell;
    store<f64>(rows + (<usize>load<u32>(offsets + (s << 2)) << 3), cell);
  }
  store<f64>(sums, sum);
  if (!isUsable) nameUnusable(context, row, cells, to);
}

/** Scenarios [0, to) of eight rows that follow each other, two at a time: a cache line is written at a stretch. */
function placeEight(context: usize, row: usize, cells: usize, stride: usize, to: usize): void {
  const rows = word(context, BOOK_ROWS) + (row << 3);
  const offsets = word(context, BOOK_OFFSET);
  const weights = word(context, BOOK_WEIGHT);
  const sums = word(context, BOOK_SUM) + (row << 3);
  const most = f64x2.splat(BOOK_CELL_MAX);
  let sum0 = v128.load(sums);
  let sum2 = v128.load(sums, 16);
  let sum4 = v128.load(sums, 32);
  let sum6 = v128.load(sums, 48);
  let usable = i64x2.splat(-1);
  for (let s: usize = 0; s < to; s += 2) {
    const at = cells + (s << 3);
    const weight = v128.load_splat<f64>(weights + (s << 3));
    const next = v128.load_splat<f64>(weights + (s << 3), 8);
    const here = rows + (<usize>load<u32>(offsets + (s << 2)) << 3);
    const there = rows + (<usize>load<u32>(offsets + (s << 2), 4) << 3);
    let a = v128.load(at);
    let b = v128.load(at + stride);
    let x = v128.shuffle<f64>(a, b, 0, 2);
    let y = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(here, x);
    v128.store(there, y);
    sum0 = f64x2.add(f64x2.add(sum0, f64x2.mul(weight, x)), f64x2.mul(next, y));
    usable = v128.and(usable, v128.and(f64x2.le(f64x2.abs(x), most), f64x2.le(f64x2.abs(y), most)));
    a = v128.load(at + 2 * stride);
    b = v128.load(at + 3 * stride);
    x = v128.shuffle<f64>(a, b, 0, 2);
    y = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(here, x, 16);
    v128.store(there, y, 16);
    sum2 = f64x2.add(f64x2.add(sum2, f64x2.mul(weight, x)), f64x2.mul(next, y));
    usable = v128.and(usable, v128.and(f64x2.le(f64x2.abs(x), most), f64x2.le(f64x2.abs(y), most)));
    a = v128.load(at + 4 * stride);
    b = v128.load(at + 5 * stride);
    x = v128.shuffle<f64>(a, b, 0, 2);
    y = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(here, x, 32);
    v128.store(there, y, 32);
    sum4 = f64x2.add(f64x2.add(sum4, f64x2.mul(weight, x)), f64x2.mul(next, y));
    usable = v128.and(usable, v128.and(f64x2.le(f64x2.abs(x), most), f64x2.le(f64x2.abs(y), most)));
    a = v128.load(at + 6 * stride);
    b = v128.load(at + 7 * stride);
    x = v128.shuffle<f64>(a, b, 0, 2);
    y = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(here, x, 48);
    v128.store(there, y, 48);
    sum6 = f64x2.add(f64x2.add(sum6, f64x2.mul(weight, x)), f64x2.mul(next, y));
    usable = v128.and(usable, v128.and(f64x2.le(f64x2.abs(x), most), f64x2.le(f64x2.abs(y), most)));
  }
  v128.store(sums, sum0);
  v128.store(sums, sum2, 16);
  v128.store(sums, sum4, 32);
  v128.store(sums, sum6, 48);
  if (i64x2.all_true(usable)) return;
  for (let i: usize = 0; i < 8; i++) nameUnusable(context, row + i, cells + i * stride, to);
}

function nameUnusable(context: usize, row: usize, cells: usize, count: usize): void {
  for (let s: usize = 0; s < count; s++) {
    if (abs(load<f64>(cells + (s << 3))) <= BOOK_CELL_MAX) continue;
    store<u32>(word(context, BOOK_UNUSABLE) + (row << 2), <u32>(s + 1));
    return;
  }
}
