import { floatAt, word } from "../context.ts";
import { FLOATS, outIndex, WORDS, wordIndex } from "../margin/account-driver.ts";
import {
  CERTIFICATE_LIST, CERTIFICATE_LOADS, CERTIFICATE_RADIUS, CERTIFICATE_SLOPE_ROWS, CERTIFICATE_THRESHOLD_COUNT, LOAD_COUNT,
  QUADRANT_COUNT, slopeFloatsOf,
} from "../portable/certificate-layout.ts";
import { chargeGroup, shapeRows, sumSlack } from "../portable/certify/bound-group.ts";
import { numbersOf, openBox } from "../portable/certify/box.ts";
import {
  beginSet, closeEmptySet, closeSet, lowerBySums, refuseSet, roundRadii,
} from "../portable/certify/certify-set.ts";
import { linearEndOf, scanGroup } from "../portable/certify/scan-group.ts";
import { foldScenarios, MODE_FALL, MODE_LARGEST, MODE_RISE } from "../portable/certify/scenario-moves.ts";
import { CERTIFY_LOADS, CERTIFY_MARGINS, CERTIFY_RADII, certifyCellsOf, GROUP_AMOUNT } from "../portable/certify/scratch.ts";
import { groupEnd, groupOfRow, rowOfSlot } from "../portable/columns.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_GRID, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW,
  CONTEXT_RISK_ARRAY, CONTEXT_SET_FAULT, CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, FAULT_NONE,
  GRID_CLASS, GRID_COLUMN_COUNT,
} from "../portable/layout.ts";
import { accumulateRows, accumulateRowsScalar } from "../revalue/accumulate.ts";
import { foldScenarios4 } from "./fold-scenarios.ts";
import { shapeRows4 } from "./shape-rows.ts";
import { SINGLES } from "./singles.ts";
import { touchRows, touchSets } from "./touch.ts";
import { sumSlopes, sumSlopesScalar } from "./slope-sums.ts";

/**
 * Certificates of Deribit portfolio margin: how much of the box may be used up before a netting set can cross a
 * threshold. Mathematics and proof: docs/CERTIFICATES.md.
 *
 * Reads   what `deribitPm` reads, at the reference market; the certificate block: slope rows and terms, slopes of
 *         expiries, box and thresholds
 * Writes  for the netting sets at places [first, first + count) of the list: four radii, loads, health per threshold
 * Needs   what `deribitPm` needs; `scratch` of `certificateScratchFloatsOf(CELL_COUNT)` floats, 16-byte aligned
 * Order   sets independent
 *
 * Guarantee: let all instruments of a risk group, and its index price, move by a common X between 0 and t x BOX_PRICE
 * in the direction of quadrant q and a rest of their own of at most t x BOX_PRICE_REST; by a common Y and rests
 * likewise; let ln time of every expiry fall by at most t x EXPIRY_TIME, and no deviation leave its EXPIRY_DEVIATION_FALL
 * and RISE. Then for t < radius[q] the sign of every health, as `deribitPm` computes it in floating point, is that at the
 * reference. The groups of a set may be in different quadrants.
 *
 * Of a set of one group the same holds inside the box for any shares of it, by kind of movement, with sum of load x
 * share < 1: common movement X up or down and its square, Y up or down, the largest share of any rest, and years. Of a
 * set of several groups one load, with the largest share of all.
 *
 * Radius 0: quarantined, a health within its rounding error, a number that is not finite. Radius 1: no positions, or
 * nothing in the box matters.
 */
export function certifyDeribitPm(context: usize, scratch: usize, first: i32, count: i32): void {
  certifyRange(context, scratch, first, count, true);
}

/** Scalar twin of `certifyDeribitPm`: bit-equal. */
export function certifyDeribitPmScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  certifyRange(context, scratch, first, count, false);
}

function certifyRange(context: usize, scratch: usize, first: i32, count: i32, simd: bool): void {
  const certificate = word(context, CONTEXT_CERTIFICATE);
  const list = word(certificate, CERTIFICATE_LIST);
  openBox(FLOATS, WORDS, wordIndex(context), outIndex(scratch));
  const numbers = numbersOf(WORDS, wordIndex(context), outIndex(scratch));
  for (let place = first; place < first + count; place++) {
    const set = load<i32>(list + (<usize>place << 2));
    if (simd) store<i32>(scratch, touchSets(context, place + 2, first + count));
    beginSet(FLOATS, WORDS, wordIndex(context), outIndex(scratch), set);
    if (load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set) == <u8>FAULT_NONE) {
      certifySet(context, scratch, set, simd);
    } else {
      refuseSet(FLOATS, WORDS, wordIndex(context), outIndex(scratch), set);
    }
    const to = word(certificate, CERTIFICATE_RADIUS) + (<usize>(set * QUADRANT_COUNT) << 2);
    for (let q = 0; q < QUADRANT_COUNT; q++) store<f32>(to + (<usize>q << 2), <f32>FLOATS[numbers + CERTIFY_RADII + q]);
    const loads = word(certificate, CERTIFICATE_LOADS) + (<usize>(set * LOAD_COUNT) << 2);
    for (let each = 0; each < LOAD_COUNT; each++) {
      store<f32>(loads + (<usize>each << 2), <f32>FLOATS[numbers + CERTIFY_LOADS + each]);
    }
  }
}

function certifySet(context: usize, scratch: usize, set: i32, simd: bool): void {
  const c = wordIndex(context);
  const s = outIndex(scratch);
  const start = load<i32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  const end = start + load<i32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  if (start == end) {
    closeEmptySet(FLOATS, WORDS, c, s, set);
    return;
  }
  const thresholds = load<i32>(word(context, CONTEXT_CERTIFICATE) + (<usize>CERTIFICATE_THRESHOLD_COUNT << 2));
  const isSingle = groupEnd(WORDS, c, start, end) == end;
  let p = start;
  while (p < end) {
    const group = groupOfRow(WORDS, c, rowOfSlot(WORDS, c, p));
    const next = groupEnd(WORDS, c, p, end);
    const optionFirst = linearEndOf(WORDS, c, p, next);
    if (simd) store<i32>(scratch, touchRows(context, optionFirst, next));
    scanGroup(FLOATS, WORDS, c, numbersOf(WORDS, c, s), p, optionFirst, next);
    chargeGroup(FLOATS, WORDS, c, numbersOf(WORDS, c, s), group);
    sumRows(context, scratch, group, optionFirst, next, simd);
    if (simd) shapeRows4(context, scratch, group);
    else shapeRows(FLOATS, SINGLES, WORDS, c, s, group);
    if (!isSingle) for (let k = 0; k < thresholds; k++) fold(context, scratch, k, MODE_LARGEST, simd);
    p = next;
  }
  closeSet(FLOATS, WORDS, c, s, set);
  if (isSingle) {
    const margins = <usize>numbersOf(WORDS, c, s) << 3;
    for (let k = 0; k < thresholds; k++) {
      const isBad = floatAt(margins, CERTIFY_MARGINS + k) < 0;
      fold(context, scratch, k, isBad ? MODE_RISE : MODE_FALL, simd);
    }
  } else {
    lowerBySums(FLOATS, WORDS, c, s);
  }
  roundRadii(FLOATS, WORDS, c, s);
}

function fold(context: usize, scratch: usize, k: i32, mode: i32, simd: bool): void {
  if (simd) foldScenarios4(context, scratch, k, mode);
  else foldScenarios(FLOATS, SINGLES, WORDS, wordIndex(context), outIndex(scratch), k, mode);
}

/** Cells, as the margin kernel sums them, and their slopes. */
function sumRows(context: usize, scratch: usize, group: i32, first: i32, end: i32, simd: bool): void {
  const cellCount = <i32>word(context, CONTEXT_CELL_COUNT);
  const cellBytes = <usize>cellCount << 3;
  const shockClass = word(context, CONTEXT_GRID) + <usize>(group * GRID_COLUMN_COUNT + GRID_CLASS) * cellBytes;
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const slopes = word(word(context, CONTEXT_CERTIFICATE), CERTIFICATE_SLOPE_ROWS);
  const amount = floatAt(<usize>numbersOf(WORDS, wordIndex(context), outIndex(scratch)) << 3, GROUP_AMOUNT);
  const cells = <usize>certifyCellsOf(cellCount);
  const rows = scratch + (cells << 3);
  const slopeBytes = <usize>slopeFloatsOf(cellCount) << 2;
  const slack = sumSlack(FLOATS, numbersOf(WORDS, wordIndex(context), outIndex(scratch)));
  if (simd) {
    accumulateRows(entries, quantities, first, end, riskArray, shockClass, amount, scratch, cellBytes);
    sumSlopes(entries, quantities, first, end, slopes, slopeBytes, rows, slack);
  } else {
    accumulateRowsScalar(entries, quantities, first, end, riskArray, shockClass, amount, scratch, cellBytes);
    sumSlopesScalar(entries, quantities, first, end, slopes, slopeBytes, rows, slack);
  }
}
