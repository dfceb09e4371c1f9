import { beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex } from "./account-driver.ts";
import { marginVar } from "../portable/margin/var.ts";
import { fillVarRow } from "../portable/margin/var-row.ts";

/** Rows [first, first + count) of the risk array: docs/models/var.md. */
export function varRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillVarRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Netting sets [first, first + count). */
export function varMargin(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginVar(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
