import { LOAD_COUNT, QUADRANT_COUNT, SLOPE_BLOCK, THRESHOLD_COUNT_MAX } from '../certificate-layout.ts';

/**
 * The scratch area of the certificate kernels, in floats: a row of `certifyCellsOf(cellCount)` cells, then
 * `CERTIFY_ROW_COUNT` rows of as many floats of 32 bits, in blocks of four cells, then the numbers of the call, of the
 * netting set, of its risk group at hand and of the thresholds.
 *
 * The rows have two or four cells more than there are scenarios: the scenario of no loss, at which a worst case stops.
 */

// --- rows of 32 bits: sums over the option positions of a risk group -----------------------------------------------
/** Sum of quantity x d cell / d X at the reference. */
export const CERTIFY_PRICE: i32 = 0;
/** Sum of |quantity| x largest |d cell / d X|. */
export const CERTIFY_PRICE_SIZE: i32 = 1;
/** Of d2 cell / d X2: sum of quantity x middle; of |quantity| x radius, with what rounding does to the first. */
export const CERTIFY_CURVATURE: i32 = 2;
export const CERTIFY_CURVATURE_RADIUS: i32 = 3;
/** Of d cell / d Y: sum of quantity x middle, of |quantity| x radius, of |quantity x middle|. */
export const CERTIFY_VOLATILITY: i32 = 4;
export const CERTIFY_VOLATILITY_RADIUS: i32 = 5;
export const CERTIFY_VOLATILITY_GROSS: i32 = 6;
/** Of d cell / d t: as of the curvature. */
export const CERTIFY_TIME: i32 = 7;
export const CERTIFY_TIME_RADIUS: i32 = 8;

// --- what is made of them in place: how much the cell, with dampener and charges, falls ------------------------------
/** At most, per unit of X as prices rise, fall. */
export const MOVE_PRICE_UP: i32 = 0;
export const MOVE_PRICE_DOWN: i32 = 9;
/** By all that rests can do. */
export const MOVE_REST: i32 = 1;
/** Per half of the square of X; what it rises by. */
export const MOVE_CURVATURE_FALL: i32 = 2;
export const MOVE_CURVATURE_RISE: i32 = 3;
/** Per unit of Y as volatilities rise, fall. */
export const MOVE_VOLATILITY_UP: i32 = 4;
export const MOVE_VOLATILITY_DOWN: i32 = 5;
/** Slope of a linear position's cell per unit of its value's. */
export const MOVE_LINEAR: i32 = 6;
/** Per year; what it rises by. */
export const MOVE_TIME_FALL: i32 = 7;
export const MOVE_TIME_RISE: i32 = 8;
export const CERTIFY_ROW_COUNT: i32 = 10;

// --- numbers of the call: the box ----------------------------------------------------------------------------------
export const CALL_PRICE: i32 = 0;
export const CALL_PRICE_REST: i32 = 1;
export const CALL_VOLATILITY: i32 = 2;
export const CALL_VOLATILITY_REST: i32 = 3;
/** e^(largest |X|). */
export const CALL_GROWTH: i32 = 4;
/** What the curvature of e^X adds to a slope along X, per unit of its size. */
export const CALL_CURVATURE: i32 = 5;
/** Half of the square of the largest common X. */
export const CALL_PRICE_SQUARE: i32 = 6;

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
/** Option positions, d value / d X: sum at the reference, of largest sizes, of what the first and that of any cell are off by. */
export const GROUP_VALUE_PRICE: i32 = 17;
export const GROUP_VALUE_PRICE_SIZE: i32 = 18;
export const GROUP_PRICE_ERROR: i32 = 19;
/** d2 value / d X2: sum of middles, of radii. */
export const GROUP_VALUE_CURVATURE: i32 = 20;
export const GROUP_VALUE_CURVATURE_RADIUS: i32 = 21;
/** d value / d Y: sum of middles, of radii, of largest sizes. */
export const GROUP_VALUE_VOLATILITY: i32 = 22;
export const GROUP_VALUE_VOLATILITY_RADIUS: i32 = 23;
export const GROUP_VALUE_VOLATILITY_GROSS: i32 = 24;
/** d value / d t, per year: sum of middles, of radii. */
export const GROUP_VALUE_TIME: i32 = 25;
export const GROUP_VALUE_TIME_RADIUS: i32 = 26;
export const GROUP_LONG_DELTA: i32 = 27;
export const GROUP_REST_DELTA: i32 = 28;
/** Slopes of the delta that is no long option's, and of all, along X and Y: sums of middles. */
export const GROUP_REST_DELTA_PRICE: i32 = 29;
export const GROUP_REST_DELTA_VOLATILITY: i32 = 30;
export const GROUP_DELTA_PRICE: i32 = 31;
export const GROUP_DELTA_VOLATILITY: i32 = 32;
/** Sums of radii; largest change of any of them by rests. */
export const GROUP_DELTA_PRICE_RADIUS: i32 = 33;
export const GROUP_DELTA_VOLATILITY_RADIUS: i32 = 34;
export const GROUP_DELTA_REST: i32 = 35;
/** Largest change of any of them by time, per year; in the box. */
export const GROUP_DELTA_TIME: i32 = 36;
export const GROUP_DELTA_TIME_MOVE: i32 = 37;
/** Roll shock in base coin. */
export const GROUP_ROLL: i32 = 38;
/**
 * Slopes of roll and delta shock along X and Y, middles and radii; their largest change by rests; by time, per year. In
 * base coin and of the roll shock alone at first, then in settlement currency.
 */
export const GROUP_CHARGE_PRICE: i32 = 39;
export const GROUP_CHARGE_PRICE_RADIUS: i32 = 40;
export const GROUP_CHARGE_VOLATILITY: i32 = 41;
export const GROUP_CHARGE_VOLATILITY_RADIUS: i32 = 42;
export const GROUP_CHARGE_REST: i32 = 43;
export const GROUP_CHARGE_TIME: i32 = 44;
/**
 * What the delta shock changes by at most: by the size of the delta that counts, along ln index; per unit of X as prices
 * rise, fall, of Y as volatilities do.
 */
export const GROUP_SHOCK_BY_SIZE: i32 = 45;
export const GROUP_SHOCK_BY_INDEX: i32 = 46;
export const GROUP_SHOCK_PRICE_UP: i32 = 47;
export const GROUP_SHOCK_PRICE_DOWN: i32 = 48;
export const GROUP_SHOCK_VOLATILITY_UP: i32 = 49;
export const GROUP_SHOCK_VOLATILITY_DOWN: i32 = 50;
/** Smallest cell with its dampener, at most 0. */
export const GROUP_WORST_CELL: i32 = 51;
/** Option positions. */
export const GROUP_OPTION_COUNT: i32 = 52;
/** Years to the first expiry of anything dated, infinity if nothing is; then the years that may pass in the box. */
export const GROUP_YEARS: i32 = 53;
/**
 * What all scenarios have in common, of the values of options and linear positions: largest fall per unit of X as prices
 * rise, fall; fall and rise per half of the square of X; fall per unit of Y as volatilities rise, fall; fall and rise per
 * year. Rounding of these to 32 bits is in them.
 */
export const VALUE_PRICE_UP: i32 = 54;
export const VALUE_PRICE_DOWN: i32 = 55;
export const VALUE_CURVATURE_FALL: i32 = 56;
export const VALUE_CURVATURE_RISE: i32 = 57;
export const VALUE_VOLATILITY_UP: i32 = 58;
export const VALUE_VOLATILITY_DOWN: i32 = 59;
export const VALUE_TIME_FALL: i32 = 60;
export const VALUE_TIME_RISE: i32 = 61;
/** What rests do to the values of options; to linear positions, per unit of their slope. */
export const VALUE_REST: i32 = 62;
export const LINEAR_REST: i32 = 63;
/** What the curvature of linear positions may be beyond that at the reference, per unit of their slope. */
export const LINEAR_SPREAD: i32 = 64;

// --- numbers of the expiry at hand: its delta's slopes, radii, largest change by rests; Y slope of what is no long option's
export const EXPIRY_DELTA_PRICE: i32 = 65;
export const EXPIRY_DELTA_PRICE_RADIUS: i32 = 66;
export const EXPIRY_DELTA_VOLATILITY: i32 = 67;
export const EXPIRY_DELTA_VOLATILITY_RADIUS: i32 = 68;
export const EXPIRY_DELTA_REST: i32 = 69;
export const EXPIRY_REST_DELTA_VOLATILITY: i32 = 70;

// --- results -------------------------------------------------------------------------------------------------------
/** Radius per quadrant, least over the thresholds: a float of 32 bits in size. */
export const CERTIFY_RADII: i32 = 71;
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
/** Loads, of a set on the good side. */
export const LANE_LOADS: i32 = 5;
export const LANE_COUNT: i32 = LANE_LOADS + LOAD_COUNT;
export const CERTIFY_NUMBER_COUNT: i32 = CERTIFY_LANES + 2 * LANE_COUNT;

/** Where the fall of a set of several groups, convex in the share of the box, is bounded by two chords. */
export const CHORD_SHARE: f64 = 0.25;

/** Cells of a scratch row: whole vectors of four, with two or four for the scenario of no loss. */
export function certifyCellsOf(cellCount: i32): i32 {
  return (cellCount + 4) & ~3;
}

/** Of a row of 32 bits, the place of a cell among the rows' floats: blocks of four cells, one row after the other in each. */
export function rowAt(row: i32, cell: i32): i32 {
  return (cell >> 2) * (CERTIFY_ROW_COUNT * SLOPE_BLOCK) + row * SLOPE_BLOCK + (cell & 3);
}

/** Floats of scratch that the kernel needs, whatever the number of positions. */
export function certificateScratchFloatsOf(cellCount: i32): i32 {
  return certifyCellsOf(cellCount) + ((CERTIFY_ROW_COUNT * certifyCellsOf(cellCount)) >> 1) + CERTIFY_NUMBER_COUNT;
}
