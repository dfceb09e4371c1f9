import { word } from "../context.ts";
import {
  CERTIFICATE_HEALTH, CERTIFICATE_LIST, CERTIFICATE_LOADS, CERTIFICATE_RADIUS, CERTIFICATE_SLOPE_ROWS,
  CERTIFICATE_SLOPE_TERMS, LOAD_COUNT, QUADRANT_COUNT, SLOPE_TERM_COUNT, slopeFloatsOf, THRESHOLD_COUNT_MAX,
} from "../portable/certificate-layout.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RISK_ARRAY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH,
  CONTEXT_SET_ENTRY_VALUE, CONTEXT_SET_FAULT, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, CONTEXT_TERMS,
  FLAG_BITS, TERM_COUNT,
} from "../portable/layout.ts";

// WASM has no prefetch: a word of a cache line is read, and used for nothing, so that the line is on its way. Sets of a
// list are anywhere in their columns, and the rows that they hold anywhere in tables beyond the second-level cache.

/** Lines of the columns of the set at a place of the list, and of the first positions of the one before. */
export function touchSets(context: usize, place: i32, end: i32): i32 {
  const certificate = word(context, CONTEXT_CERTIFICATE);
  const list = word(certificate, CERTIFICATE_LIST);
  if (place >= end) return 0;
  const set = load<i32>(list + (<usize>place << 2));
  const before = load<i32>(list + (<usize>(place - 1) << 2));
  const position = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>before << 2));
  return load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set)
    | load<i32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2))
    | load<i32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2))
    | load<i32>(word(context, CONTEXT_SET_CASH) + (<usize>set << 3))
    | load<i32>(word(context, CONTEXT_SET_ENTRY_VALUE) + (<usize>set << 3))
    | load<i32>(word(context, CONTEXT_SET_ADD_ON) + (<usize>set << 3))
    | load<i32>(word(certificate, CERTIFICATE_HEALTH) + (<usize>(set * THRESHOLD_COUNT_MAX) << 3))
    | load<i32>(word(certificate, CERTIFICATE_RADIUS) + (<usize>(set * QUADRANT_COUNT) << 2))
    | load<i32>(word(certificate, CERTIFICATE_LOADS) + (<usize>(set * LOAD_COUNT) << 2))
    | load<i32>(word(context, CONTEXT_POSITION_ROW) + (position << 2))
    | load<i32>(word(context, CONTEXT_POSITION_QUANTITY) + (position << 3));
}

/** Lines of everything that the positions [first, end) need of their instruments. */
export function touchRows(context: usize, first: usize, end: usize): i32 {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const slopes = word(word(context, CONTEXT_CERTIFICATE), CERTIFICATE_SLOPE_ROWS);
  const slopeBytes = <usize>slopeFloatsOf(<i32>(cellBytes >> 3)) << 2;
  const terms = word(context, CONTEXT_TERMS);
  const slopeTerms = word(word(context, CONTEXT_CERTIFICATE), CERTIFICATE_SLOPE_TERMS);
  const entries = word(context, CONTEXT_POSITION_ROW);
  let touched: i32 = 0;
  for (let p = first; p < end; p++) {
    const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS);
    const cells = riskArray + row * cellBytes;
    const own = slopes + row * slopeBytes;
    touched |= load<i32>(terms + ((row * <usize>TERM_COUNT) << 3));
    const slopeTerm = slopeTerms + ((row * <usize>SLOPE_TERM_COUNT) << 3);
    touched |= load<i32>(slopeTerm) | load<i32>(slopeTerm + 64) | load<i32>(slopeTerm + (SLOPE_TERM_COUNT << 3) - 4);
    for (let at: usize = 0; at < cellBytes; at += 64) touched |= load<i32>(cells + at);
    touched |= load<i32>(cells + cellBytes - 4);
    for (let at: usize = 0; at < slopeBytes; at += 64) touched |= load<i32>(own + at);
  }
  return touched;
}
