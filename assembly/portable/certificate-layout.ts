/**
 * The contract between the monitor and the certificate kernels: docs/CERTIFICATES.md has the mathematics.
 *
 * A certificate says how far a market may move from a reference market before a netting set can cross a threshold. The
 * movement of an instrument is X = ln(forward / reference forward) and Y = ln(volatility / reference volatility); the
 * passing of time is a movement of its own. Of a risk group, all instruments move by a common X and Y, in one of four
 * quadrants, and by a rest of their own.
 *
 * The certificate block holds 32-bit words (addresses and counts), then 64-bit floats from `CERTIFICATE_BYTES`. Its
 * address is in the context block (`CONTEXT_CERTIFICATE`), 0 if nothing is certified.
 */

// --- words -----------------------------------------------------------------------------------------------------------
/** `slopeFloatsOf(CELL_COUNT)` floats of 32 bits per instrument: one of `SLOPE_TABLE_COUNT` tables, by size of the box. */
export const CERTIFICATE_SLOPE_ROWS: i32 = 0;
/** `SLOPE_TERM_COUNT` floats per instrument. */
export const CERTIFICATE_SLOPE_TERMS: i32 = 1;
/** Per netting set `QUADRANT_COUNT` floats of 32 bits: radius, as a share of the box; 1 is the whole box, 0 none. */
export const CERTIFICATE_RADIUS: i32 = 2;
/** Per netting set `THRESHOLD_COUNT_MAX` floats: health at the reference, per threshold. */
export const CERTIFICATE_HEALTH: i32 = 3;
/** u32: netting sets to certify, in any order. */
export const CERTIFICATE_LIST: i32 = 4;
export const CERTIFICATE_THRESHOLD_COUNT: i32 = 5;
/** `EXPIRY_SLOPE_COUNT` floats per expiry row. */
export const CERTIFICATE_EXPIRY_SLOPES: i32 = 6;
/** Per netting set `LOAD_COUNT` floats of 32 bits: what each kind of movement uses up of the health, see below. */
export const CERTIFICATE_LOADS: i32 = 7;
/** u32: netting sets of a stage that has a list of them. */
export const CERTIFICATE_SETS: i32 = 8;
/** u8 per instrument: 1 where `markRows` has found that a set holds it. */
export const CERTIFICATE_MARKS: i32 = 9;
/** Per reference and instrument: 1 / volatility at the reference, NaN where it is not measured. */
export const CERTIFICATE_PER_VOLATILITY: i32 = 10;
/** u32 per segment of instruments: where it ends, which is where the next one begins. */
export const CERTIFICATE_SEGMENT_ENDS: i32 = 11;
/** Two floats per segment: least and largest volatility / that at the reference. Kernel `volatilityMoves`. */
export const CERTIFICATE_SEGMENT_MOVES: i32 = 12;
/** u8 per instrument: bit of its category, below `CATEGORY_BITS`. */
export const CERTIFICATE_CATEGORIES: i32 = 13;
/** i32 per netting set: what it holds, `HELD_NOTHING` and below; written by `markRows`. */
export const CERTIFICATE_HELD: i32 = 14;
export const CERTIFICATE_WORD_COUNT: i32 = 16;
export const CERTIFICATE_BYTES: i32 = 64;

// --- what a netting set holds: (risk group << CATEGORY_BITS) | bits of the categories of its instruments, or ------------
export const HELD_NOTHING: i32 = 0;
/** Instruments of several risk groups. */
export const HELD_SEVERAL: i32 = -1;
export const CATEGORY_BITS: i32 = 5;

// --- floats ----------------------------------------------------------------------------------------------------------
/** The box: common movement X of a group up to this, in either direction. */
export const BOX_PRICE: i32 = 0;
/** What a single instrument may differ from its group's X. */
export const BOX_PRICE_REST: i32 = 1;
/** Common movement Y. */
export const BOX_VOLATILITY: i32 = 2;
/** What a single instrument may differ from its group's Y. */
export const BOX_VOLATILITY_REST: i32 = 3;
/**
 * Thresholds, health = equity - REQUIREMENT x (worst case + roll shock + delta shock) - ADD_ON x add-on: two floats
 * each, from here. Health >= 0 (or > 0, where they differ by rounding: never certified) is the good side.
 */
export const BOX_THRESHOLDS: i32 = 8;
export const THRESHOLD_REQUIREMENT: i32 = 0;
export const THRESHOLD_ADD_ON: i32 = 1;
export const THRESHOLD_FLOATS: i32 = 2;
export const THRESHOLD_COUNT_MAX: i32 = 8;
export const CERTIFICATE_FLOAT_COUNT: i32 = 24;

// --- slope rows of an instrument -------------------------------------------------------------------------------------
/** d cell / d X at the market of the certificates: a point, off by `SLOPE_PRICE_ERROR` at most. Kernel `slopePoints`. */
export const SLOPE_PRICE: i32 = 0;
/** Largest |d cell / d X| in the box. */
export const SLOPE_PRICE_SIZE: i32 = 1;
/** Every d2 cell / d X2 in the box lies in middle +- radius. */
export const SLOPE_CURVATURE_MIDDLE: i32 = 2;
export const SLOPE_CURVATURE_RADIUS: i32 = 3;
/** Every d cell / d Y in the box. */
export const SLOPE_VOLATILITY_MIDDLE: i32 = 4;
export const SLOPE_VOLATILITY_RADIUS: i32 = 5;
/** Every d cell / d t in the box, quotes standing still, per year that passes. */
export const SLOPE_TIME_MIDDLE: i32 = 6;
export const SLOPE_TIME_RADIUS: i32 = 7;
export const SLOPE_ROW_COUNT: i32 = 8;
/**
 * Cells of a block. A block holds four of each row, one row after the other: floats of 32 bits, two cache lines of
 * sixteen. What is left of the last block repeats cells.
 */
export const SLOPE_BLOCK: i32 = 4;
export const SLOPE_BLOCK_FLOATS: i32 = 32;
export const SLOPE_TABLE_COUNT: i32 = 3;

/** Floats of 32 bits that the slope rows of an instrument take. */
export function slopeFloatsOf(cellCount: i32): i32 {
  return ((cellCount + 3) >> 2) * SLOPE_BLOCK_FLOATS;
}

/** Of a slope row, the place of a cell among the instrument's floats. */
export function slopeAt(row: i32, cell: i32): i32 {
  return (cell >> 2) * SLOPE_BLOCK_FLOATS + row * SLOPE_BLOCK + (cell & 3);
}

// --- slope terms of an instrument, per contract ----------------------------------------------------------------------
/** d value / d X at the market of the certificates. Kernel `slopePoints`. */
export const SLOPE_VALUE_PRICE: i32 = 0;
/** Largest |d value / d X| in the box. */
export const SLOPE_VALUE_PRICE_SIZE: i32 = 1;
/** d2 value / d X2 in the box: middle, radius. */
export const SLOPE_VALUE_CURVATURE_MIDDLE: i32 = 2;
export const SLOPE_VALUE_CURVATURE_RADIUS: i32 = 3;
/** d value / d Y. */
export const SLOPE_VALUE_VOLATILITY_MIDDLE: i32 = 4;
export const SLOPE_VALUE_VOLATILITY_RADIUS: i32 = 5;
/** d value / d t, per year. */
export const SLOPE_VALUE_TIME_MIDDLE: i32 = 6;
export const SLOPE_VALUE_TIME_RADIUS: i32 = 7;
/** d delta / d X: middle, radius; delta in base coin, as the kernels count it. */
export const SLOPE_DELTA_PRICE_MIDDLE: i32 = 8;
export const SLOPE_DELTA_PRICE_RADIUS: i32 = 9;
/** d delta / d Y. */
export const SLOPE_DELTA_VOLATILITY_MIDDLE: i32 = 10;
export const SLOPE_DELTA_VOLATILITY_RADIUS: i32 = 11;
/** Largest size of anything summed for the instrument (value, cells, the forward in settlement currency): for rounding. */
export const SLOPE_SIZE: i32 = 12;
/** What `SLOPE_VALUE_PRICE` and any `SLOPE_PRICE` may be off by. Kernel `slopePoints`. */
export const SLOPE_PRICE_ERROR: i32 = 13;
export const SLOPE_TERM_COUNT: i32 = 14;

// --- slopes of an expiry row -----------------------------------------------------------------------------------------
/** The box of time: ln(time to expiry at the reference / time to expiry) from 0 up to this; time passes forward only. */
export const EXPIRY_TIME: i32 = 0;
/** e to that, rounded up. */
export const EXPIRY_TIME_GROWTH: i32 = 1;
/**
 * The box of deviations, volatility x shock x root of time: how far any of them may fall and rise, in logs. It holds
 * what volatilities do and what time does besides. Infinity if nothing bounds that: never certified.
 */
export const EXPIRY_DEVIATION_FALL: i32 = 2;
export const EXPIRY_DEVIATION_RISE: i32 = 3;
/** Largest |d roll factor / d ln time|. */
export const EXPIRY_ROLL_TIME: i32 = 4;
/** Bounds of d ln deviation / d ln time of the scenarios of volatility up, where no floor binds, and of those down. */
export const EXPIRY_UP_TIME_LOW: i32 = 5;
export const EXPIRY_UP_TIME_HIGH: i32 = 6;
export const EXPIRY_DOWN_TIME_LOW: i32 = 7;
export const EXPIRY_DOWN_TIME_HIGH: i32 = 8;
export const EXPIRY_SLOPE_COUNT: i32 = 9;

// --- quadrants of a common movement: bit 0 price falls, bit 1 volatility falls -----------------------------------------
export const QUADRANT_PRICE_FALLS: i32 = 1;
export const QUADRANT_VOLATILITY_FALLS: i32 = 2;
export const QUADRANT_COUNT: i32 = 4;

// --- loads of a netting set: a market is within them if the sum of load x share of the box used is below 1 -------------
export const LOAD_PRICE_UP: i32 = 0;
export const LOAD_PRICE_DOWN: i32 = 1;
/** Of the square of the share that the common movement of prices uses. */
export const LOAD_PRICE_SQUARE: i32 = 2;
export const LOAD_VOLATILITY_UP: i32 = 3;
export const LOAD_VOLATILITY_DOWN: i32 = 4;
/** Of the largest share of the rests. */
export const LOAD_REST: i32 = 5;
/** Of the years that have passed since the reference: no share of anything. */
export const LOAD_TIME: i32 = 6;
/** Of the largest share that anything in the box uses: of sets of several groups, and of whole boxes. */
export const LOAD_OTHER: i32 = 7;
export const LOAD_COUNT: i32 = 8;
