import {
  BOX_THRESHOLDS, CERTIFICATE_HEALTH, CERTIFICATE_THRESHOLD_COUNT, LOAD_COUNT, LOAD_OTHER, QUADRANT_COUNT, THRESHOLD_ADD_ON,
  THRESHOLD_COUNT_MAX, THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { floatsAt } from '../columns.ts';
import { CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, CONTEXT_SET_ENTRY_VALUE } from '../layout.ts';
import { certificateColumn, certificateFloats, certificateWords, numbersOf } from './box.ts';
import {
  CERTIFY_FALLS, CERTIFY_LANES, CERTIFY_LOADS, CERTIFY_MARGINS, CERTIFY_NEAR_FALLS, CERTIFY_RADII, CERTIFY_RISES,
  CHORD_SHARE, SET_DELTA_SHOCK, SET_GROUP_COUNT, SET_POSITION_COUNT, SET_PROBE, SET_ROLL_SHOCK, SET_SIZE, SET_VALUE,
  SET_WORST_CASE,
} from './scratch.ts';

/** Half a unit of the ninth decimal, and a little: what `roundToNineDecimals` changes at most. */
const ROUNDING: f64 = 0.51e-9;
/** Rounding error of a sum, relative to the sum of sizes and per term: 2^-49, sixteen times that of one addition. */
const TERM_ERROR: f64 = 1.7763568394002505e-15;
/** Terms that are not positions: polynomials of the option prices, charges, the bounds themselves. */
const OTHER_TERMS: f64 = 64.0;
/** Rounding of the quotients, which are of 32 bits: 1 - 2^-20. */
const SAFE: f64 = 0.9999990463256836;
/**
 * Less margin than this is none: the falls are numbers of 32 bits, off by 2^-150 where they are too small for them, and
 * a millionth of the margin must be more than all of that.
 */
const MARGIN_MIN: f64 = 1e-20;
/** Requirements are multiplied by this at most, or what comes out might be more than 32 bits hold. */
const REQUIREMENT_MAX: f64 = 1e6;
/** Rounding to 32 bits must not raise a radius: 1 - 2^-22. */
const DOWN_32: f64 = 0.9999997615814209;
/** Nor lower a load: 1 + 2^-21. */
const UP_32: f64 = 1.000000476837158;
/** Below this a radius is none: no float of 32 bits that is subnormal is ever used. */
const RADIUS_MIN: f64 = 1e-30;

/** Sums start; radii are those of a set that nothing can move. */
export function beginSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  for (let each: i32 = SET_VALUE; each < CERTIFY_LANES; each++) f[n + each] = 0;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) f[n + CERTIFY_RADII + q] = 1.0;
  f[n + SET_VALUE] = f[floatsAt(w, context, CONTEXT_SET_ENTRY_VALUE) + set];
}

/** A set that nothing can move keeps the radii it began with, unless its own numbers are not finite. */
export function closeEmptySet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  closeSet(f, w, context, scratch, set);
  for (let k: i32 = 0; k < count; k++) f[n + CERTIFY_MARGINS + k] = 1.0;
  roundRadii(f, w, context, scratch);
}

/** No certificate: health NaN, radii 0. */
export function refuseSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const health: i32 = certificateColumn(w, context, CERTIFICATE_HEALTH) + set * THRESHOLD_COUNT_MAX;
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  for (let k: i32 = 0; k < count; k++) f[health + k] = NaN;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) f[n + CERTIFY_RADII + q] = 0;
  for (let each: i32 = 0; each < LOAD_COUNT; each++) f[n + CERTIFY_LOADS + each] = Infinity;
}

/** Health per threshold, and what is left of it after the rounding error of either side. */
export function closeSet(f: Floats, w: Ints, context: i32, scratch: i32, set: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const thresholds: i32 = certificateFloats(w, context) + BOX_THRESHOLDS;
  const healths: i32 = certificateColumn(w, context, CERTIFICATE_HEALTH) + set * THRESHOLD_COUNT_MAX;
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  const cash: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  const entry: f64 = f[floatsAt(w, context, CONTEXT_SET_ENTRY_VALUE) + set];
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  const charges: f64 = f[n + SET_ROLL_SHOCK] + f[n + SET_DELTA_SHOCK];
  const equity: f64 = cash + f[n + SET_VALUE];
  const matrix: f64 = f[n + SET_WORST_CASE] + charges;
  const size: f64 = f[n + SET_SIZE] + charges;
  const termError: f64 = TERM_ERROR * (f[n + SET_POSITION_COUNT] + OTHER_TERMS);
  for (let k: i32 = 0; k < count; k++) {
    const alpha: f64 = f[thresholds + k * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT];
    const beta: f64 = f[thresholds + k * THRESHOLD_FLOATS + THRESHOLD_ADD_ON];
    const health: f64 = equity - (alpha * matrix + beta * addOn);
    const scale: f64 = Math.abs(cash) + Math.abs(entry) + Math.abs(beta * addOn) + (2.0 + 2.0 * alpha) * size;
    const margin: f64 = Math.abs(health) - (termError * scale + ROUNDING * (2.0 * alpha * f[n + SET_GROUP_COUNT] + 1.0));
    f[healths + k] = health;
    f[n + CERTIFY_MARGINS + k] = margin > MARGIN_MIN && alpha >= 0 && alpha < REQUIREMENT_MAX ? (health < 0 ? -margin : margin) : 0;
  }
  f[n + SET_PROBE] = f[n + SET_PROBE] + (equity - equity) + (matrix - matrix) + (addOn - addOn);
}

/**
 * Several groups, whatever quadrants they are in: health rises by at most t x the sum of the rises, and falls by no
 * more than the chords of a convex function of t through 0, the sum of falls at `CHORD_SHARE` and that at 1.
 */
export function lowerBySums(f: Floats, w: Ints, context: i32, scratch: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  for (let k: i32 = 0; k < count; k++) {
    const margin: f64 = Math.abs(f[n + CERTIFY_MARGINS + k]);
    const isBad: boolean = f[n + CERTIFY_MARGINS + k] < 0;
    const move: f64 = f[n + (isBad ? CERTIFY_RISES : CERTIFY_FALLS) + k];
    let radius: f64 = margin < move ? margin / move : 1.0;
    if (!isBad && radius < 1.0) {
      const near: f64 = f[n + CERTIFY_NEAR_FALLS + k];
      radius = margin < near
        ? CHORD_SHARE * (margin / near)
        : CHORD_SHARE + (1.0 - CHORD_SHARE) * ((margin - near) / (move - near));
    }
    for (let q: i32 = 0; q < QUADRANT_COUNT; q++) {
      if (radius < f[n + CERTIFY_RADII + q]) f[n + CERTIFY_RADII + q] = radius;
    }
    if (f[n + CERTIFY_LOADS + LOAD_OTHER] * radius < 1.0) f[n + CERTIFY_LOADS + LOAD_OTHER] = 1.0 / radius;
  }
}

/**
 * Rounds the radii down, and the loads up, to what a float of 32 bits holds; 0, and infinity, if a threshold is within its rounding error or anything
 * that went into them was not finite.
 */
export function roundRadii(f: Floats, w: Ints, context: i32, scratch: i32): void {
  const n: i32 = numbersOf(w, context, scratch);
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  let isSound: boolean = f[n + SET_PROBE] === 0;
  for (let k: i32 = 0; k < count; k++) if (f[n + CERTIFY_MARGINS + k] === 0) isSound = false;
  for (let q: i32 = 0; q < QUADRANT_COUNT; q++) {
    const radius: f64 = f[n + CERTIFY_RADII + q] * SAFE;
    if (!(isSound && radius >= RADIUS_MIN)) f[n + CERTIFY_RADII + q] = 0;
    else f[n + CERTIFY_RADII + q] = radius >= SAFE ? 1.0 : radius * DOWN_32;
  }
  for (let each: i32 = 0; each < LOAD_COUNT; each++) {
    const load: f64 = f[n + CERTIFY_LOADS + each];
    f[n + CERTIFY_LOADS + each] = isSound && load >= 0 ? (load > RADIUS_MIN || load === 0 ? load : RADIUS_MIN) * UP_32 : Infinity;
  }
}
