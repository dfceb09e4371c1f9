import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";
import { fillTieredRow, marginTiered } from "../portable/margin/tiered.ts";

/** Rows of the tiered models: no scenarios, only good or bad. */
export function tieredRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillTieredRow(FLOATS, WORDS, wordIndex(context), row);
}

export function tiered(context: usize, scratch: usize, first: i32, count: i32): void {
  const out = outIndex(scratch);
  const vector = vectorIndex(context, scratch);
  const work = workIndex(context, scratch);
  const rows = rowsIndex(context, scratch);
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginTiered(FLOATS, WORDS, wordIndex(context), set, out, vector, work, rows);
    finishSet(context, scratch, set);
  }
}
