import { beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex } from "./account-driver.ts";
import { fillTimsRow, isAmericanRow, marginTims } from "../portable/margin/tims.ts";
import { fillAmericanTimsRow } from "./tims-american.ts";

/** Rows [first, first + count) of the risk array: docs/models/tims.md. */
export function timsRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) {
    if (isAmericanRow(FLOATS, WORDS, wordIndex(context), row)) fillAmericanTimsRow(FLOATS, WORDS, wordIndex(context), row);
    else fillTimsRow(FLOATS, WORDS, wordIndex(context), row);
  }
}

/** Netting sets [first, first + count). */
export function tims(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginTims(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
