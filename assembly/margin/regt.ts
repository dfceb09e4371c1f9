import { fillRegtRow } from "../portable/margin/regt.ts";
import { FLOATS, WORDS, wordIndex } from "./account-driver.ts";

/** Amounts per contract of instruments [first, first + count). The margin function is a host kernel: src/host/regt.ts. */
export function regtRows(context: usize, first: i32, count: i32): void {
  const words = wordIndex(context);
  for (let row = first; row < first + count; row++) fillRegtRow(FLOATS, WORDS, words, row);
}
