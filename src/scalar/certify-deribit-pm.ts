import {
  CERTIFICATE_LIST, CERTIFICATE_RADIUS, CERTIFICATE_SLOPE_ROWS, QUADRANT_COUNT, SLOPE_PRICE_MIDDLE,
  SLOPE_PRICE_RADIUS, SLOPE_ROW_COUNT, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from '../../assembly/portable/certificate-layout.ts';
import { boundGroup } from '../../assembly/portable/certify/bound-group.ts';
import { numbersOf, openBox } from '../../assembly/portable/certify/box.ts';
import { beginSet, finishSet, refuseSet } from '../../assembly/portable/certify/certify-set.ts';
import { linearEndOf, scanGroup } from '../../assembly/portable/certify/scan-group.ts';
import { CERTIFY_RADII, certifyCellsOf, GROUP_AMOUNT } from '../../assembly/portable/certify/scratch.ts';
import { firstPositionOf, groupEnd, groupOfRow, positionCountOf, rowOfSlot } from '../../assembly/portable/columns.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** Certificates of Deribit portfolio margin in JavaScript: bit-equal to assembly/certify, which documents them. */
export function certifyDeribitPm(
  memory: MemoryViews,
  context: number,
  scratch: number,
  first: number,
  count: number,
): void {
  const { f64, i32, u8 } = memory;
  const c = context >>> 2;
  const s = scratch / 8;
  const certificate = word(memory, context, layout.CONTEXT_CERTIFICATE);
  const list = word(memory, certificate, CERTIFICATE_LIST) / 4;
  const faults = word(memory, context, layout.CONTEXT_SET_FAULT);
  const f32 = new Float32Array(f64.buffer);
  openBox(f64, i32, c, s);
  const radii = numbersOf(i32, c, s) + CERTIFY_RADII;
  for (let place = first; place < first + count; place++) {
    const set = i32[list + place];
    beginSet(f64, i32, c, s, set);
    if (u8[faults + set] === layout.FAULT_NONE) certifySet(memory, context, s, set);
    else refuseSet(f64, i32, c, s, set);
    const to = word(memory, certificate, CERTIFICATE_RADIUS) / 4 + set * QUADRANT_COUNT;
    for (let q = 0; q < QUADRANT_COUNT; q++) f32[to + q] = f64[radii + q];
  }
}

function certifySet(memory: MemoryViews, context: number, scratch: number, set: number): void {
  const { f64, i32 } = memory;
  const c = context >>> 2;
  const start = firstPositionOf(i32, c, set);
  const end = start + positionCountOf(i32, c, set);
  for (let p = start; p < end;) {
    const group = groupOfRow(i32, c, rowOfSlot(i32, c, p));
    const next = groupEnd(i32, c, p, end);
    const optionFirst = linearEndOf(i32, c, p, next);
    scanGroup(f64, i32, c, numbersOf(i32, c, scratch), p, optionFirst, next);
    sumSlopes(memory, context, scratch, group, optionFirst, next);
    boundGroup(f64, i32, c, scratch, group, p === start && next === end);
    p = next;
  }
  finishSet(f64, i32, c, scratch, set);
}

/** `sumSlopesScalar` of assembly/certify/slope-sums.ts. */
function sumSlopes(
  memory: MemoryViews, context: number, scratch: number, group: number, first: number, end: number,
): void {
  const { f64, u32 } = memory;
  const cellCount = word(memory, context, layout.CONTEXT_CELL_COUNT);
  const grid = word(memory, context, layout.CONTEXT_GRID) / 8 + group * layout.GRID_COLUMN_COUNT * cellCount;
  const certificate = word(memory, context, layout.CONTEXT_CERTIFICATE);
  const slopes = word(memory, certificate, CERTIFICATE_SLOPE_ROWS) / 8;
  const riskArray = word(memory, context, layout.CONTEXT_RISK_ARRAY) / 8;
  const entries = word(memory, context, layout.CONTEXT_POSITION_ROW) / 4;
  const quantities = word(memory, context, layout.CONTEXT_POSITION_QUANTITY) / 8;
  const amount = f64[numbersOf(memory.i32, context >>> 2, scratch) + GROUP_AMOUNT];
  const stride = certifyCellsOf(cellCount);
  for (let cell = 0; cell < cellCount; cell++) {
    let base = amount * f64[grid + layout.GRID_CLASS * cellCount + cell];
    let price = 0, priceRadius = 0, priceGross = 0, volatility = 0, volatilityRadius = 0, volatilityGross = 0;
    for (let p = first; p < end; p++) {
      const row = (u32[entries + p] >>> layout.FLAG_BITS) * cellCount;
      const slope = slopes + row * SLOPE_ROW_COUNT + cell;
      const quantity = f64[quantities + p];
      const byPrice = quantity * f64[slope + SLOPE_PRICE_MIDDLE * cellCount];
      const byVolatility = quantity * f64[slope + SLOPE_VOLATILITY_MIDDLE * cellCount];
      base += quantity * f64[riskArray + row + cell];
      price += byPrice;
      priceRadius += Math.abs(quantity * f64[slope + SLOPE_PRICE_RADIUS * cellCount]);
      priceGross += Math.abs(byPrice);
      volatility += byVolatility;
      volatilityRadius += Math.abs(quantity * f64[slope + SLOPE_VOLATILITY_RADIUS * cellCount]);
      volatilityGross += Math.abs(byVolatility);
    }
    const to = scratch + cell;
    f64[to] = base;
    f64[to + stride] = price;
    f64[to + 2 * stride] = priceRadius;
    f64[to + 3 * stride] = priceGross;
    f64[to + 4 * stride] = volatility;
    f64[to + 5 * stride] = volatilityRadius;
    f64[to + 6 * stride] = volatilityGross;
  }
}
