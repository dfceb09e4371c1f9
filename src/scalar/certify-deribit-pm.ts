import {
  CERTIFICATE_LIST, CERTIFICATE_LOADS, CERTIFICATE_RADIUS, CERTIFICATE_SLOPE_ROWS, CERTIFICATE_THRESHOLD_COUNT,
  LOAD_COUNT, QUADRANT_COUNT, SLOPE_BLOCK, SLOPE_CURVATURE_MIDDLE, SLOPE_CURVATURE_RADIUS, SLOPE_PRICE,
  SLOPE_PRICE_SIZE, SLOPE_TIME_MIDDLE, SLOPE_TIME_RADIUS, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS, slopeAt,
  slopeFloatsOf,
} from '../../assembly/portable/certificate-layout.ts';
import { chargeGroup, shapeRows, sumSlack } from '../../assembly/portable/certify/bound-group.ts';
import { numbersOf, openBox, rowsOf } from '../../assembly/portable/certify/box.ts';
import {
  beginSet, closeEmptySet, closeSet, lowerBySums, refuseSet, roundRadii,
} from '../../assembly/portable/certify/certify-set.ts';
import { linearEndOf, scanGroup } from '../../assembly/portable/certify/scan-group.ts';
import { foldScenarios, MODE_FALL, MODE_LARGEST, MODE_RISE } from '../../assembly/portable/certify/scenario-moves.ts';
import {
  CERTIFY_CURVATURE, CERTIFY_CURVATURE_RADIUS, CERTIFY_LOADS, CERTIFY_MARGINS, CERTIFY_PRICE, CERTIFY_PRICE_SIZE,
  CERTIFY_RADII, CERTIFY_TIME, CERTIFY_TIME_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS,
  CERTIFY_VOLATILITY_RADIUS, GROUP_AMOUNT, rowAt,
} from '../../assembly/portable/certify/scratch.ts';
import { firstPositionOf, groupEnd, groupOfRow, positionCountOf, rowOfSlot } from '../../assembly/portable/columns.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { single } from '../../assembly/portable/single.ts';
import { accumulateRows } from './accumulate.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** Certificates of Deribit portfolio margin in JavaScript: bit-equal to assembly/certify, which documents them. */
export function certifyDeribitPm(
  memory: MemoryViews,
  context: number,
  scratch: number,
  first: number,
  count: number,
): void {
  const { f64, f32, i32, u8 } = memory;
  const c = context >>> 2;
  const s = scratch / 8;
  const certificate = word(memory, context, layout.CONTEXT_CERTIFICATE);
  const list = word(memory, certificate, CERTIFICATE_LIST) / 4;
  const faults = word(memory, context, layout.CONTEXT_SET_FAULT);
  openBox(f64, i32, c, s);
  const radii = numbersOf(i32, c, s) + CERTIFY_RADII;
  const loads = numbersOf(i32, c, s) + CERTIFY_LOADS;
  for (let place = first; place < first + count; place++) {
    const set = i32[list + place];
    beginSet(f64, i32, c, s, set);
    if (u8[faults + set] === layout.FAULT_NONE) certifySet(memory, context, s, set);
    else refuseSet(f64, i32, c, s, set);
    const to = word(memory, certificate, CERTIFICATE_RADIUS) / 4 + set * QUADRANT_COUNT;
    for (let q = 0; q < QUADRANT_COUNT; q++) f32[to + q] = f64[radii + q];
    const loadsTo = word(memory, certificate, CERTIFICATE_LOADS) / 4 + set * LOAD_COUNT;
    for (let each = 0; each < LOAD_COUNT; each++) f32[loadsTo + each] = f64[loads + each];
  }
}

function certifySet(memory: MemoryViews, context: number, scratch: number, set: number): void {
  const { f64, f32, i32 } = memory;
  const c = context >>> 2;
  const n = numbersOf(i32, c, scratch);
  const start = firstPositionOf(i32, c, set);
  const end = start + positionCountOf(i32, c, set);
  if (start === end) {
    closeEmptySet(f64, i32, c, scratch, set);
    return;
  }
  const thresholds = word(memory, word(memory, context, layout.CONTEXT_CERTIFICATE), CERTIFICATE_THRESHOLD_COUNT);
  const isSingle = groupEnd(i32, c, start, end) === end;
  for (let p = start; p < end;) {
    const group = groupOfRow(i32, c, rowOfSlot(i32, c, p));
    const next = groupEnd(i32, c, p, end);
    const optionFirst = linearEndOf(i32, c, p, next);
    scanGroup(f64, i32, c, n, p, optionFirst, next);
    chargeGroup(f64, i32, c, n, group);
    sumCells(memory, context, scratch, group, optionFirst, next);
    sumSlopes(memory, context, scratch, optionFirst, next);
    shapeRows(f64, f32, i32, c, scratch, group);
    if (!isSingle) for (let k = 0; k < thresholds; k++) foldScenarios(f64, f32, i32, c, scratch, k, MODE_LARGEST);
    p = next;
  }
  closeSet(f64, i32, c, scratch, set);
  if (isSingle) {
    for (let k = 0; k < thresholds; k++) {
      foldScenarios(f64, f32, i32, c, scratch, k, f64[n + CERTIFY_MARGINS + k] < 0 ? MODE_RISE : MODE_FALL);
    }
  } else {
    lowerBySums(f64, i32, c, scratch);
  }
  roundRadii(f64, i32, c, scratch);
}

/** Cells, as the margin kernel sums them. */
function sumCells(
  memory: MemoryViews, context: number, scratch: number, group: number, first: number, end: number,
): void {
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const grid = word(memory, context, layout.CONTEXT_GRID) / 8 + group * layout.GRID_COLUMN_COUNT * cellCount;
  const amount = memory.f64[numbersOf(memory.i32, context >>> 2, scratch) + GROUP_AMOUNT];
  accumulateRows(
    memory.u32, word(memory, context, layout.CONTEXT_POSITION_ROW) / 4 + first, memory.f64,
    word(memory, context, layout.CONTEXT_POSITION_QUANTITY) / 8 + first, end - first, memory.f64,
    word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8, grid + layout.GRID_CLASS * cellCount, amount, scratch, cellCount,
  );
}

/** `sumSlopesScalar` of assembly/certify/slope-sums.ts. */
function sumSlopes(memory: MemoryViews, context: number, scratch: number, first: number, end: number): void {
  const { f64, f32, i32, u32 } = memory;
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const slopes = word(memory, word(memory, context, layout.CONTEXT_CERTIFICATE), CERTIFICATE_SLOPE_ROWS) / 4;
  const entries = word(memory, context, layout.CONTEXT_POSITION_ROW) / 4;
  const quantities = word(memory, context, layout.CONTEXT_POSITION_QUANTITY) / 8;
  const rows = rowsOf(i32, context >>> 2, scratch);
  const rowFloats = slopeFloatsOf(cellCount);
  const slack = single(sumSlack(f64, numbersOf(i32, context >>> 2, scratch)));
  for (let cell = 0; cell < cellCount; cell++) {
    let price = 0, priceSize = 0, curvature = 0, curvatureRadius = 0;
    let volatility = 0, volatilityRadius = 0, volatilityGross = 0, time = 0, timeRadius = 0;
    for (let p = first; p < end; p++) {
      const own = slopes + (u32[entries + p] >>> layout.FLAG_BITS) * rowFloats + slopeAt(0, cell);
      const quantity = single(f64[quantities + p]);
      const size = Math.abs(quantity);
      const byCurvature = single(quantity * f32[own + SLOPE_CURVATURE_MIDDLE * SLOPE_BLOCK]);
      const byVolatility = single(quantity * f32[own + SLOPE_VOLATILITY_MIDDLE * SLOPE_BLOCK]);
      const byTime = single(quantity * f32[own + SLOPE_TIME_MIDDLE * SLOPE_BLOCK]);
      const bend = single(size * f32[own + SLOPE_CURVATURE_RADIUS * SLOPE_BLOCK]);
      const pass = single(size * f32[own + SLOPE_TIME_RADIUS * SLOPE_BLOCK]);
      price = single(price + single(quantity * f32[own + SLOPE_PRICE * SLOPE_BLOCK]));
      priceSize = single(priceSize + single(size * f32[own + SLOPE_PRICE_SIZE * SLOPE_BLOCK]));
      curvature = single(curvature + byCurvature);
      curvatureRadius = single(curvatureRadius + single(bend + single(slack * Math.abs(byCurvature))));
      volatility = single(volatility + byVolatility);
      volatilityRadius = single(volatilityRadius + single(size * f32[own + SLOPE_VOLATILITY_RADIUS * SLOPE_BLOCK]));
      volatilityGross = single(volatilityGross + Math.abs(byVolatility));
      time = single(time + byTime);
      timeRadius = single(timeRadius + single(pass + single(slack * Math.abs(byTime))));
    }
    const to = rows + rowAt(0, cell);
    f32[to + CERTIFY_PRICE * SLOPE_BLOCK] = price;
    f32[to + CERTIFY_PRICE_SIZE * SLOPE_BLOCK] = priceSize;
    f32[to + CERTIFY_CURVATURE * SLOPE_BLOCK] = curvature;
    f32[to + CERTIFY_CURVATURE_RADIUS * SLOPE_BLOCK] = curvatureRadius;
    f32[to + CERTIFY_VOLATILITY * SLOPE_BLOCK] = volatility;
    f32[to + CERTIFY_VOLATILITY_RADIUS * SLOPE_BLOCK] = volatilityRadius;
    f32[to + CERTIFY_VOLATILITY_GROSS * SLOPE_BLOCK] = volatilityGross;
    f32[to + CERTIFY_TIME * SLOPE_BLOCK] = time;
    f32[to + CERTIFY_TIME_RADIUS * SLOPE_BLOCK] = timeRadius;
  }
}
