import { fillParadexPmRow, marginParadexPm } from "../portable/margin/paradex-pm.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";

/** Row kernel of Paradex portfolio margin: instruments [first, first + count). */
export function paradexPmRow(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillParadexPmRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Paradex portfolio margin of netting sets [first, first + count), a range within one chunk. */
export function paradexPm(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginParadexPm(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
