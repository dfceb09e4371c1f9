import { fillDeribitStandardRow, marginDeribitStandard } from "../portable/margin/deribit-standard.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, workIndex, WORDS,
} from "./account-driver.ts";

/** Rows [first, first + count): see assembly/portable/margin/deribit-standard.ts. */
export function deribitStandardRow(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillDeribitStandardRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Netting sets [first, first + count). */
export function deribitStandard(context: usize, scratch: usize, first: i32, count: i32): void {
  const out = outIndex(scratch);
  const vector = vectorIndex(context, scratch);
  const work = workIndex(context, scratch);
  const rows = rowsIndex(context, scratch);
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginDeribitStandard(FLOATS, WORDS, wordIndex(context), set, out, vector, work, rows);
    finishSet(context, scratch, set);
  }
}
