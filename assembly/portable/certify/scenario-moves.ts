import { CONTEXT_CELL_COUNT } from '../layout.ts';
import { numbersOf } from './box.ts';
import {
  CALL_LINEAR_REST, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST, CERTIFY_CELL, CERTIFY_FALLS,
  CERTIFY_PRICE, CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS, CERTIFY_RADII, CERTIFY_RISES, CERTIFY_VOLATILITY,
  CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT, GROUP_AMOUNT_GROSS,
  GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_GROSS, GROUP_VALUE_PRICE_RADIUS, GROUP_VALUE_VOLATILITY,
  GROUP_VALUE_VOLATILITY_GROSS, GROUP_VALUE_VOLATILITY_RADIUS, SET_PROBE,
} from './scratch.ts';

/** What the loop over the scenarios of a group makes of their moves. */
const RADII_OF_FALL: i32 = 0;
const RADII_OF_RISE: i32 = 1;
const LARGEST: i32 = 2;

/**
 * Lowers the radii of a set of one risk group whose health is on the good side, `margin` above 0 after the pad: with
 * share t of the box used, scenario s is at least margin + gap_s - t x fall_s above 0.
 */
export function lowerByFall(
  f: Floats, w: Ints, context: i32, scratch: i32, alpha: f64, margin: f64,
): void {
  foldScenarios(f, w, context, scratch, 0, alpha, margin, RADII_OF_FALL);
}

/** On the bad side, `margin` below 0: it suffices that one scenario, gap_s + t x rise_s - margin, stays there. */
export function lowerByRise(
  f: Floats, w: Ints, context: i32, scratch: i32, alpha: f64, margin: f64,
): void {
  foldScenarios(f, w, context, scratch, 0, alpha, margin, RADII_OF_RISE);
}

/**
 * Adds to threshold k the largest fall of the group's part of the health in the whole box, in any quadrant, and the
 * largest rise of its worst scenario.
 */
export function largestMoves(f: Floats, w: Ints, context: i32, scratch: i32, k: i32, alpha: f64): void {
  foldScenarios(f, w, context, scratch, k, alpha, 0, LARGEST);
}

/**
 * Of every scenario s (with the one of no loss), the largest fall of value + alpha x (cell + dampener) - alpha x
 * charges in each quadrant of the box: common movement along the net slope, between middle - radius and middle +
 * radius, and the rest. A rise in one quadrant is a fall in the opposite one.
 */
function foldScenarios(
  f: Floats, w: Ints, context: i32, scratch: i32, k: i32, alpha: f64, margin: f64, mode: i32,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const n: i32 = numbersOf(w, context, scratch);
  const price: f64 = f[n + CALL_PRICE];
  const volatility: f64 = f[n + CALL_VOLATILITY];
  const slope: f64 = f[n + GROUP_AMOUNT] + f[n + GROUP_VALUE_PRICE];
  const radius: f64 = f[n + GROUP_VALUE_PRICE_RADIUS];
  const vega: f64 = f[n + GROUP_VALUE_VOLATILITY];
  const vegaRadius: f64 = f[n + GROUP_VALUE_VOLATILITY_RADIUS];
  const linearRest: f64 = f[n + CALL_LINEAR_REST] * f[n + GROUP_AMOUNT_GROSS];
  const rest: f64 = f[n + CALL_PRICE_REST] * f[n + GROUP_VALUE_PRICE_GROSS] +
    f[n + CALL_VOLATILITY_REST] * f[n + GROUP_VALUE_VOLATILITY_GROSS];
  const start: f64 = mode === RADII_OF_FALL ? 1.0 : 0.0;
  let r0: f64 = start;
  let r1: f64 = start;
  let r2: f64 = start;
  let r3: f64 = start;
  let rise: f64 = Infinity;
  let probe: f64 = 0;
  for (let at: i32 = scratch + (alpha > 0 ? 0 : cellCount); at <= scratch + cellCount; at++) {
    const gap: f64 = alpha * f[at + CERTIFY_CELL * stride];
    const x: f64 = slope + alpha * f[at + CERTIFY_PRICE * stride];
    const xRadius: f64 = radius + alpha * f[at + CERTIFY_PRICE_RADIUS * stride];
    const y: f64 = vega + alpha * f[at + CERTIFY_VOLATILITY * stride];
    const yRadius: f64 = vegaRadius + alpha * f[at + CERTIFY_VOLATILITY_RADIUS * stride];
    const other: f64 = rest + alpha * f[at + CERTIFY_PRICE_GROSS * stride] +
      linearRest * Math.abs(1.0 + alpha * f[at + CERTIFY_VOLATILITY_GROSS * stride]);
    const up: f64 = other + (xRadius > x ? price * (xRadius - x) : 0);
    const down: f64 = other + (xRadius > -x ? price * (xRadius + x) : 0);
    const more: f64 = yRadius > y ? volatility * (yRadius - y) : 0;
    const less: f64 = yRadius > -y ? volatility * (yRadius + y) : 0;
    probe = probe + (up + down + more + less + gap);
    if (mode === RADII_OF_FALL) {
      const room: f64 = margin + gap;
      if ((up + more) * r0 > room) r0 = room / (up + more);
      if ((down + more) * r1 > room) r1 = room / (down + more);
      if ((up + less) * r2 > room) r2 = room / (up + less);
      if ((down + less) * r3 > room) r3 = room / (down + less);
    } else if (mode === RADII_OF_RISE) {
      const room: f64 = margin - gap;
      if (room > (down + less) * r0) r0 = room / (down + less);
      if (room > (up + less) * r1) r1 = room / (up + less);
      if (room > (down + more) * r2) r2 = room / (down + more);
      if (room > (up + more) * r3) r3 = room / (up + more);
    } else {
      const worst: f64 = Math.max(up, down) + Math.max(more, less);
      r0 = Math.max(r0, worst - gap);
      if (gap === 0 && worst < rise) rise = worst;
    }
  }
  f[n + SET_PROBE] = f[n + SET_PROBE] + (probe - probe);
  if (mode === LARGEST) {
    f[n + CERTIFY_FALLS + k] = f[n + CERTIFY_FALLS + k] + r0;
    f[n + CERTIFY_RISES + k] = f[n + CERTIFY_RISES + k] + rise;
    return;
  }
  f[n + CERTIFY_RADII] = Math.min(f[n + CERTIFY_RADII], r0);
  f[n + CERTIFY_RADII + 1] = Math.min(f[n + CERTIFY_RADII + 1], r1);
  f[n + CERTIFY_RADII + 2] = Math.min(f[n + CERTIFY_RADII + 2], r2);
  f[n + CERTIFY_RADII + 3] = Math.min(f[n + CERTIFY_RADII + 3], r3);
}
