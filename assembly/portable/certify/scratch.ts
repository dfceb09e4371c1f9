import { LOAD_COUNT, QUADRANT_COUNT, THRESHOLD_COUNT_MAX } from '../certificate-layout.ts';

/**
 * The scratch area of the certificate kernels, in floats: a row of `certifyCellsOf(cellCount)` cells, then
 * `CERTIFY_ROW_COUNT` rows of as many floats of 32 bits, then the numbers of the call, of the netting set, of its risk
 * group at hand and of the thresholds.
 *
 * The rows have two or four cells more than there are scenarios: the scenario of no loss, at which a worst case stops.
 */

// --- rows of 32 bits: sums over the option positions of a risk group, then what is made of them in place -----------
/** Sum of quantity x middle of d cell / d X; then the slope of cell, dampener and charges. */
export const CERTIFY_PRICE: i32 = 0;
/** Sum of |quantity| x radius; then with the curvature of the dampener, charges and the rounding of the sums. */
export const CERTIFY_PRICE_RADIUS: i32 = 1;
/** Sum of |quantity x middle|; then all that rests can do to the cell. */
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
/** e^(largest |X|). */
export const CALL_GROWTH: i32 = 5;
/** What the curvature of e^X adds to a slope along X, per unit of its size. */
export const CALL_CURVATURE: i32 = 6;

// --- numbers of the netting set ------------------------------------------------------------------------------------
export const SET_VALUE: i32 = 7;
export const SET_WORST_CASE: i32 = 8;
export const SET_ROLL_SHOCK: i32 = 9;
export const SET_DELTA_SHOCK: i32 = 10;
/** Sum of |quantity| x size: what rounding is relative to. */
export const SET_SIZE: i32 = 11;
export const SET_POSITION_COUNT: i32 = 12;
export const SET_GROUP_COUNT: i32 = 13;
/** 0, or NaN once anything was not finite. */
export const SET_PROBE: i32 = 14;

// --- numbers of the risk group -------------------------------------------------------------------------------------
/** Linear positions: sum of quantity x amount, of its size. */
export const GROUP_AMOUNT: i32 = 15;
export const GROUP_AMOUNT_GROSS: i32 = 16;
/** Option positions, d value / d X and d value / d Y: sum of middles, of radii, of largest sizes. */
export const GROUP_VALUE_PRICE: i32 = 17;
export const GROUP_VALUE_PRICE_RADIUS: i32 = 18;
export const GROUP_VALUE_PRICE_GROSS: i32 = 19;
export const GROUP_VALUE_VOLATILITY: i32 = 20;
export const GROUP_VALUE_VOLATILITY_RADIUS: i32 = 21;
export const GROUP_VALUE_VOLATILITY_GROSS: i32 = 22;
export const GROUP_LONG_DELTA: i32 = 23;
export const GROUP_REST_DELTA: i32 = 24;
/** Slopes of the delta that is no long option's, and of all, along X and Y: sums of middles. */
export const GROUP_REST_DELTA_PRICE: i32 = 25;
export const GROUP_REST_DELTA_VOLATILITY: i32 = 26;
export const GROUP_DELTA_PRICE: i32 = 27;
export const GROUP_DELTA_VOLATILITY: i32 = 28;
/** Sums of radii; largest change of any of them by rests. */
export const GROUP_DELTA_PRICE_RADIUS: i32 = 29;
export const GROUP_DELTA_VOLATILITY_RADIUS: i32 = 30;
export const GROUP_DELTA_REST: i32 = 31;
/** Roll shock in base coin. */
export const GROUP_ROLL: i32 = 32;
/**
 * Slopes of roll and delta shock along X and Y, middles and radii; their largest change by rests and time. In base coin
 * and of the roll shock alone at first, then in settlement currency.
 */
export const GROUP_CHARGE_PRICE: i32 = 33;
export const GROUP_CHARGE_PRICE_RADIUS: i32 = 34;
export const GROUP_CHARGE_VOLATILITY: i32 = 35;
export const GROUP_CHARGE_VOLATILITY_RADIUS: i32 = 36;
export const GROUP_CHARGE_REST: i32 = 37;
/** Largest change of a cell by the passing of time, beyond what it does as a movement Y. */
export const GROUP_TIME: i32 = 38;
/** Largest slopes of the delta shock along the size of the delta and along ln index. */
export const GROUP_SHOCK_BY_SIZE: i32 = 39;
export const GROUP_SHOCK_BY_INDEX: i32 = 40;
/** Smallest cell with its dampener, at most 0. */
export const GROUP_WORST_CELL: i32 = 41;
/** Option positions. */
export const GROUP_OPTION_COUNT: i32 = 42;

// --- numbers of the expiry at hand: its delta's slopes, radii, largest change by rests ---------------------------------
export const EXPIRY_DELTA_PRICE: i32 = 43;
export const EXPIRY_DELTA_PRICE_RADIUS: i32 = 44;
export const EXPIRY_DELTA_VOLATILITY: i32 = 45;
export const EXPIRY_DELTA_VOLATILITY_RADIUS: i32 = 46;
export const EXPIRY_DELTA_REST: i32 = 47;

// --- results -------------------------------------------------------------------------------------------------------
/** Radius per quadrant, least over the thresholds: a float of 32 bits in size. */
export const CERTIFY_RADII: i32 = 48;
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
