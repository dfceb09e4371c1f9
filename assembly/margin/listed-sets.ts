import { word } from "../context.ts";
import {
  CATEGORY_BITS, CERTIFICATE_CATEGORIES, CERTIFICATE_HELD, CERTIFICATE_MARKS, CERTIFICATE_SETS, HELD_NOTHING, HELD_SEVERAL,
} from "../portable/certificate-layout.ts";
import {
  CONTEXT_CERTIFICATE, CONTEXT_INSTRUMENT_GROUP, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RESULT_DELTA_SHOCK,
  CONTEXT_RESULT_EQUITY, CONTEXT_RESULT_FAULT, CONTEXT_RESULT_INITIAL, CONTEXT_RESULT_MAINTENANCE,
  CONTEXT_RESULT_ROLL_SHOCK, CONTEXT_RESULT_STATUS, CONTEXT_RESULT_WORST_CASE, CONTEXT_RESULT_WORST_SCENARIO,
  CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, CONTEXT_SET_CURRENCY, CONTEXT_SET_ENTRY_VALUE, CONTEXT_SET_FAULT,
  CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FLAG_BITS,
} from "../portable/layout.ts";

// Netting sets of a list lie anywhere in their columns, and a set takes as long as its cache misses. WASM has no
// prefetch: of some sets at a time a word of every cache line is read, and used for nothing, so that the misses of all of
// them are under way at once.

/** Sets whose lines are asked for together. */
export const LISTED_AHEAD: i32 = 16;
/** Positions whose lines are asked for; the processor's own prefetcher knows the way on. */
const POSITIONS_AHEAD: i32 = 48;

/**
 * Marks the instrument rows that the netting sets at places [first, first + count) of the list (CERTIFICATE_SETS) hold.
 *
 * Reads   CERTIFICATE_CATEGORIES of those rows
 * Writes  1 at the rows of CERTIFICATE_MARKS that are not marked; CERTIFICATE_HELD of each set; a word of `scratch`
 * Order   any: workers that mark the same row write the same. A row that is marked is read only, or the caches of the
 *         processors would hand every line to and fro
 */
export function markRows(context: usize, scratch: usize, first: i32, count: i32): void {
  const certificate = word(context, CONTEXT_CERTIFICATE);
  const list = word(certificate, CERTIFICATE_SETS);
  const end = first + count;
  for (let place = first; place < end; place += LISTED_AHEAD) {
    const last = min(place + LISTED_AHEAD, end);
    const sets = list + (<usize>place << 2);
    store<i32>(scratch, askForPlaces(context, sets, last - place));
    store<i32>(scratch, askForRows(context, sets, last - place));
    for (let each = place; each < last; each++) markRowsOf(context, certificate, load<u32>(list + (<usize>each << 2)));
  }
}

function markRowsOf(context: usize, certificate: usize, set: u32): void {
  const marks = word(certificate, CERTIFICATE_MARKS);
  const count = load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  const firstPosition = load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  let entry = word(context, CONTEXT_POSITION_ROW) + (<usize>firstPosition << 2);
  const end = entry + (<usize>count << 2);
  const categories = word(certificate, CERTIFICATE_CATEGORIES);
  const held = word(certificate, CERTIFICATE_HELD) + (<usize>set << 2);
  if (count == 0) {
    store<i32>(held, HELD_NOTHING);
    return;
  }
  const group = groupOf(context, entry);
  const isSeveral = groupOf(context, end - 4) != group;
  let mask: i32 = 0;
  for (; entry < end; entry += 4) {
    const row = <usize>(load<u32>(entry) >> FLAG_BITS);
    if (load<u8>(marks + row) == 0) store<u8>(marks + row, 1);
    mask |= <i32>load<u8>(categories + row);
  }
  store<i32>(held, isSeveral ? HELD_SEVERAL : (group << CATEGORY_BITS) | mask);
}

/** Risk group of a position: those of a set are in the order of their groups. */
// @ts-ignore: decorator
@inline
function groupOf(context: usize, entry: usize): i32 {
  return load<i32>(word(context, CONTEXT_INSTRUMENT_GROUP) + (<usize>(load<u32>(entry) >> FLAG_BITS) << 2));
}

/** Where the positions of `count` sets are. */
function askForPlaces(context: usize, sets: usize, count: i32): i32 {
  let touched: i32 = 0;
  for (let each = 0; each < count; each++) {
    const at = <usize>load<u32>(sets + (<usize>each << 2)) << 2;
    touched |= load<i32>(word(context, CONTEXT_SET_FIRST_POSITION) + at);
    touched |= load<i32>(word(context, CONTEXT_SET_POSITION_COUNT) + at);
  }
  return touched;
}

/** Entries of the first positions. */
function askForRows(context: usize, sets: usize, count: i32): i32 {
  let touched: i32 = 0;
  for (let each = 0; each < count; each++) {
    const at = <usize>load<u32>(sets + (<usize>each << 2)) << 2;
    const first = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + at);
    const positions = min(load<i32>(word(context, CONTEXT_SET_POSITION_COUNT) + at), POSITIONS_AHEAD);
    const entries = word(context, CONTEXT_POSITION_ROW) + (first << 2);
    for (let p = 0; p < positions; p += 16) touched |= load<i32>(entries + (<usize>p << 2));
  }
  return touched;
}

/** Everything that margining `count` sets of a list reads and writes of them, but for their instruments. */
export function askForSets(context: usize, sets: usize, count: i32): i32 {
  let touched = askForPlaces(context, sets, count);
  for (let each = 0; each < count; each++) {
    const set = <usize>load<u32>(sets + (<usize>each << 2));
    touched |= load<u8>(word(context, CONTEXT_SET_FAULT) + set)
      | load<u8>(word(context, CONTEXT_SET_CURRENCY) + set)
      | load<u8>(word(context, CONTEXT_RESULT_STATUS) + set)
      | load<u8>(word(context, CONTEXT_RESULT_FAULT) + set)
      | load<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (set << 2));
    touched |= load<i32>(word(context, CONTEXT_SET_CASH) + (set << 3))
      | load<i32>(word(context, CONTEXT_SET_ENTRY_VALUE) + (set << 3))
      | load<i32>(word(context, CONTEXT_SET_ADD_ON) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_EQUITY) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_INITIAL) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_MAINTENANCE) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_WORST_CASE) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + (set << 3))
      | load<i32>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + (set << 3));
  }
  return touched | askForRows(context, sets, count) | askForQuantities(context, sets, count);
}

function askForQuantities(context: usize, sets: usize, count: i32): i32 {
  let touched: i32 = 0;
  for (let each = 0; each < count; each++) {
    const at = <usize>load<u32>(sets + (<usize>each << 2)) << 2;
    const first = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + at);
    const positions = min(load<i32>(word(context, CONTEXT_SET_POSITION_COUNT) + at), POSITIONS_AHEAD);
    const quantities = word(context, CONTEXT_POSITION_QUANTITY) + (first << 3);
    for (let p = 0; p < positions; p += 8) touched |= load<i32>(quantities + (<usize>p << 3));
  }
  return touched;
}
