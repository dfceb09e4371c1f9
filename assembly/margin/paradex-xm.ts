import { fillParadexXmRow, marginParadexXm } from "../portable/margin/paradex-xm.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";

/** Row kernel of Paradex cross margin: instruments [first, first + count). */
export function paradexXmRow(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillParadexXmRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Paradex cross margin of netting sets [first, first + count), a range within one chunk. */
export function paradexXm(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginParadexXm(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
