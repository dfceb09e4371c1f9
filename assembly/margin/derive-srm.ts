import { fillDeriveSrmRow, marginDeriveSrm } from "../portable/margin/derive-srm.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";

/** Fills instrument rows [first, first + count) of `derive-srm`. */
export function deriveSrmRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillDeriveSrmRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Margins netting sets [first, first + count) by `derive-srm`. */
export function deriveSrm(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginDeriveSrm(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
