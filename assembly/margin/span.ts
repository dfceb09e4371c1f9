import { fillSpanRow, marginSpan } from "../portable/margin/span.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";

/** Rows of `span`: arrays of the file, or made from the market. */
export function spanRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillSpanRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Netting sets of `span`: the order of combination. */
export function span(context: usize, scratch: usize, first: i32, count: i32): void {
  const out = outIndex(scratch);
  const vector = vectorIndex(context, scratch);
  const work = workIndex(context, scratch);
  const rows = rowsIndex(context, scratch);
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginSpan(FLOATS, WORDS, wordIndex(context), set, out, vector, work, rows);
    finishSet(context, scratch, set);
  }
}
