import {
  BOX_THRESHOLDS, CERTIFICATE_HEALTH, CERTIFICATE_THRESHOLD_COUNT, QUADRANT_COUNT, THRESHOLD_ADD_ON,
  THRESHOLD_COUNT_MAX, THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { floatsAt } from '../columns.ts';
import { CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, CONTEXT_SET_ENTRY_VALUE } from '../layout.ts';
import { certificateColumn, certificateFloats, certificateWords, numbersOf } from './box.ts';
import { lowerByFall, lowerByRise } from './scenario-moves.ts';
import {
  CERTIFY_FALLS, CERTIFY_NUMBER_COUNT, CERTIFY_RADII, CERTIFY_RISES, SET_DELTA_SHOCK, SET_GROUP_COUNT,
  SET_POSITION_COUNT, SET_PROBE, SET_ROLL_SHOCK, SET_SIZE, SET_VALUE, SET_WORST_CASE,
} from './scratch.ts';

/** Half a unit of the ninth decimal, and a little: what `roundToNineDecimals` changes at most. */
const ROUNDING: f64 = 0.51e-9;
/** Rounding error of a sum, relative to the sum of sizes and per term: 2^-49, sixteen times what one addition may do. */
const TERM_ERROR: f64 = 1.7763568394002505e-15;
/** Terms that are not positions: polynomials of the option prices, charges, the bounds themselves. */
const OTHER_TERMS: f64 = 64.0;
/** Rounding of the quotients and of sums without cancellation. */
const SAFE: f64 = 0.99999999999;
/** Rounding to 32 bits must not raise a radius: 1 - 2^-22. */
const DOWN_32: f64 = 0.9999997615814209;
/** Below this a radius is none: no float of 32 bits that is subnormal is ever used. */
const RADIUS_MIN: f64 = 1e-30;

/** Sums start; radii are those of a set that nothing can move. */
export function beginSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  for (let each: i32 = SET_VALUE; each < CERTIFY_NUMBER_COUNT; each++) f[n + each] = 0;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) f[n + CERTIFY_RADII + q] = 1.0;
  f[n + SET_VALUE] = f[floatsAt(w, context, CONTEXT_SET_ENTRY_VALUE) + set];
}

/** No certificate: health NaN, radii 0. */
export function refuseSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const health: i32 = certificateColumn(w, context, CERTIFICATE_HEALTH) + set * THRESHOLD_COUNT_MAX;
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  for (let k: i32 = 0; k < count; k++) f[health + k] = NaN;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) f[n + CERTIFY_RADII + q] = 0;
}

/** Health per threshold, and the radii, which are left in the scratch area. */
export function finishSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const thresholds: i32 = certificateFloats(w, context) + BOX_THRESHOLDS;
  const healths: i32 = certificateColumn(w, context, CERTIFICATE_HEALTH) + set * THRESHOLD_COUNT_MAX;
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  const cash: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  const entry: f64 = f[floatsAt(w, context, CONTEXT_SET_ENTRY_VALUE) + set];
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  const positions: f64 = f[n + SET_POSITION_COUNT];
  const charges: f64 = f[n + SET_ROLL_SHOCK] + f[n + SET_DELTA_SHOCK];
  const equity: f64 = cash + f[n + SET_VALUE];
  const matrix: f64 = f[n + SET_WORST_CASE] + charges;
  const size: f64 = f[n + SET_SIZE] + charges;
  for (let k: i32 = 0; k < count; k++) {
    const alpha: f64 = f[thresholds + k * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT];
    const beta: f64 = f[thresholds + k * THRESHOLD_FLOATS + THRESHOLD_ADD_ON];
    const health: f64 = equity - (alpha * matrix + beta * addOn);
    f[healths + k] = health;
    if (positions === 0) continue;
    const scale: f64 = Math.abs(cash) + Math.abs(entry) + Math.abs(beta * addOn) + (2.0 + 2.0 * alpha) * size;
    const pad: f64 = TERM_ERROR * (positions + OTHER_TERMS) * scale + ROUNDING * (alpha * f[n + SET_GROUP_COUNT] + 1.0);
    const margin: f64 = Math.abs(health) - pad;
    if (!(margin > 0 && alpha >= 0 && beta * addOn - beta * addOn === 0)) {
      refuseRadii(f, n);
    } else if (f[n + SET_GROUP_COUNT] === 1.0) {
      if (health > 0) lowerByFall(f, w, context, scratch, alpha, margin);
      else lowerByRise(f, w, context, scratch, alpha, margin);
    } else {
      lowerBySum(f, n, margin, health > 0 ? f[n + CERTIFY_FALLS + k] : f[n + CERTIFY_RISES + k]);
    }
  }
  roundRadii(f, n, cash + entry + addOn);
}

function refuseRadii(f: Floats, n: i32): void {
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) f[n + CERTIFY_RADII + q] = 0;
}

/** Several groups: whatever quadrants they are in, health moves by at most t x `move`. */
function lowerBySum(f: Floats, n: i32, margin: f64, move: f64): void {
  const radius: f64 = margin < move ? margin / move : 1.0;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) {
    f[n + CERTIFY_RADII + q] = Math.min(f[n + CERTIFY_RADII + q], radius);
  }
}

/** Rounds the radii down to what a float of 32 bits holds; 0 if anything that went into them was not finite. */
function roundRadii(f: Floats, n: i32, inputs: f64): void {
  const isSound: boolean = f[n + SET_PROBE] + (f[n + SET_VALUE] - f[n + SET_VALUE]) + (inputs - inputs) === 0;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) {
    const radius: f64 = f[n + CERTIFY_RADII + q] * SAFE;
    if (!(isSound && radius >= RADIUS_MIN)) f[n + CERTIFY_RADII + q] = 0;
    else f[n + CERTIFY_RADII + q] = radius >= SAFE ? 1.0 : radius * DOWN_32;
  }
}
