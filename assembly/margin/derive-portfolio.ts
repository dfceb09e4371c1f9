import { marginDerivePortfolio } from "../portable/margin/derive-portfolio.ts";
import { fillDerivePortfolioRow } from "../portable/margin/derive-portfolio-row.ts";
import {
  beginSet, finishSet, FLOATS, outIndex, rowsIndex, vectorIndex, wordIndex, WORDS, workIndex,
} from "./account-driver.ts";

/** Fills instrument rows [first, first + count) of `derive-pmrm` and `derive-pmrm1`. */
export function derivePortfolioRows(context: usize, first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) fillDerivePortfolioRow(FLOATS, WORDS, wordIndex(context), row);
}

/** Margins netting sets [first, first + count) by `derive-pmrm` or `derive-pmrm1`. */
export function derivePortfolio(context: usize, scratch: usize, first: i32, count: i32): void {
  for (let set = first; set < first + count; set++) {
    if (!beginSet(context, scratch, set)) continue;
    marginDerivePortfolio(
      FLOATS, WORDS, wordIndex(context), set, outIndex(scratch), vectorIndex(context, scratch),
      workIndex(context, scratch), rowsIndex(context, scratch),
    );
    finishSet(context, scratch, set);
  }
}
