import { LOAD_COUNT, QUADRANT_COUNT, THRESHOLD_COUNT_MAX } from '../certificate-layout.ts';

/**
 * The scratch area of the certificate kernels, in floats: a row of `certifyCellsOf(cellCount)` cells, then
 * `CERTIFY_ROW_COUNT` rows of as many floats of 32 bits, then the numbers of the call, of the netting set, of its risk
 * group at hand and of the thresholds.
 *
 * The rows have two or four cells more than there are scenarios: the scenario of no loss, at which a worst case stops.
 */

// --- rows of 32 bits: sums over the option positions of a risk group, then what is made of them in place -----------
/** Sum of quantity x middle of d cell / d X; then the slope of cell, dampener and roll shock. */
export const CERTIFY_PRICE: i32 = 0;
/** Sum of |quantity| x radius; then with the rounding of the sums. */
export const CERTIFY_PRICE_RADIUS: i32 = 1;
/** Sum of |quantity x middle|; then all that own movements can do to the cell. */
export const CERTIFY_PRICE_GROSS: i32 = 2;
export const CERTIFY_VOLATILITY: i32 = 3;
export const CERTIFY_VOLATILITY_RADIUS: i32 = 4;
/** Sum of |quantity x middle|; then the slope of a linear position's cell per unit of its value's. */
export const CERTIFY_VOLATILITY_GROSS: i32 = 5;
export const CERTIFY_ROW_COUNT: i32 = 6;

// --- numbers of the call: the box ----------------------------------------------------------------------------------
export const CALL_PRICE: i32 = 0;
export const CALL_PRICE_REST: i32 = 1;
export const CALL_VOLATILITY: i32 = 2;
export const CALL_VOLATILITY_REST: i32 = 3;
export const CALL_TIME: i32 = 4;
/** Largest |X| and |Y| of an instrument. */
export const CALL_PRICE_REACH: i32 = 5;
export const CALL_VOLATILITY_REACH: i32 = 6;
/** e^(largest |X|). */
export const CALL_GROWTH: i32 = 7;
/** What X's rest and the curvature of e^X can do to one unit of a linear position. */
export const CALL_LINEAR_REST: i32 = 8;

// --- numbers of the netting set ------------------------------------------------------------------------------------
export const SET_VALUE: i32 = 9;
export const SET_WORST_CASE: i32 = 10;
export const SET_ROLL_SHOCK: i32 = 11;
export const SET_DELTA_SHOCK: i32 = 12;
/** Sum of |quantity| x size: what rounding is relative to. */
export const SET_SIZE: i32 = 13;
export const SET_POSITION_COUNT: i32 = 14;
export const SET_GROUP_COUNT: i32 = 15;
/** 0, or NaN once anything was not finite. */
export const SET_PROBE: i32 = 16;

// --- numbers of the risk group -------------------------------------------------------------------------------------
/** Linear positions: sum of quantity x amount, of its size. */
export const GROUP_AMOUNT: i32 = 17;
export const GROUP_AMOUNT_GROSS: i32 = 18;
/** Option positions, d value / d X and d value / d Y: sum of middles, of radii, of largest sizes. */
export const GROUP_VALUE_PRICE: i32 = 19;
export const GROUP_VALUE_PRICE_RADIUS: i32 = 20;
export const GROUP_VALUE_PRICE_GROSS: i32 = 21;
export const GROUP_VALUE_VOLATILITY: i32 = 22;
export const GROUP_VALUE_VOLATILITY_RADIUS: i32 = 23;
export const GROUP_VALUE_VOLATILITY_GROSS: i32 = 24;
export const GROUP_LONG_DELTA: i32 = 25;
export const GROUP_REST_DELTA: i32 = 26;
/** Largest change of the group's deltas in the box. */
export const GROUP_DELTA_MOVE: i32 = 27;
/** Roll shock in base coin; its slope along X; its largest change besides. */
export const GROUP_ROLL: i32 = 28;
export const GROUP_ROLL_PRICE: i32 = 29;
export const GROUP_ROLL_REST: i32 = 30;
/** Largest change of a cell by the passing of time, beyond what it does as a movement Y. */
export const GROUP_TIME: i32 = 31;
/** Largest change of roll and delta shock by what is not in the slope along X. */
export const GROUP_CHARGE_REST: i32 = 32;
/** Smallest cell with its dampener, at most 0. */
export const GROUP_WORST_CELL: i32 = 33;
export const GROUP_OPTION_COUNT: i32 = 34;

// --- results -------------------------------------------------------------------------------------------------------
/** Radius per quadrant, least over the thresholds: a float of 32 bits in size. */
export const CERTIFY_RADII: i32 = 35;
/** Per threshold: health less its rounding error, with the sign of the health; 0 if there is nothing left. */
export const CERTIFY_MARGINS: i32 = CERTIFY_RADII + QUADRANT_COUNT;
/** Per threshold, of a set of several groups: largest fall and rise of its health in the box, summed over them. */
export const CERTIFY_FALLS: i32 = CERTIFY_MARGINS + THRESHOLD_COUNT_MAX;
export const CERTIFY_RISES: i32 = CERTIFY_FALLS + THRESHOLD_COUNT_MAX;
/** Largest fall in `CHORD_SHARE` of the box. */
export const CERTIFY_NEAR_FALLS: i32 = CERTIFY_RISES + THRESHOLD_COUNT_MAX;
/** Loads, largest over the thresholds: floats of 32 bits in size. */
export const CERTIFY_LOADS: i32 = CERTIFY_NEAR_FALLS + THRESHOLD_COUNT_MAX;
/** What every fourth scenario comes to: four floats of 32 bits each, on an even float. */
export const CERTIFY_LANES: i32 = (CERTIFY_LOADS + LOAD_COUNT + 1) & ~1;
/** Radius per quadrant, or the largest fall in the first and that in `CHORD_SHARE` of the box in the second. */
export const LANE_RADII: i32 = 0;
export const LANE_RISE: i32 = 4;
export const LANE_PROBE: i32 = 5;
/** Loads, of a set on the good side. */
export const LANE_LOADS: i32 = 6;
export const LANE_COUNT: i32 = LANE_LOADS + LOAD_COUNT;
export const CERTIFY_NUMBER_COUNT: i32 = CERTIFY_LANES + 2 * LANE_COUNT;

/** Where the fall of a set of several groups, convex in the share of the box, is bounded by two chords. */
export const CHORD_SHARE: f64 = 0.25;

/** Cells of a scratch row: whole vectors of four, with two or four for the scenario of no loss. */
export function certifyCellsOf(cellCount: i32): i32 {
  return (cellCount + 4) & ~3;
}

/** Floats of scratch that the kernel needs, whatever the number of positions. */
export function certificateScratchFloatsOf(cellCount: i32): i32 {
  return certifyCellsOf(cellCount) + ((CERTIFY_ROW_COUNT * certifyCellsOf(cellCount)) >> 1) + CERTIFY_NUMBER_COUNT;
}
