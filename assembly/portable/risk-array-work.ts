/**
 * Work area of kernel A: what one worker needs beside the rows (assembly/revalue/risk-array.ts). The arena reserves it.
 * Offsets are in bytes.
 */

/** Options that are prepared, priced and finished together: their rows stay in the nearest cache. */
export const TILE_SIZE: i32 = 64;
/** After twelve columns of 64 vectors of two and the constants of the passes. */
export const SEGMENTS_AT: i32 = 13184;
/** A segment of 16 bytes per vector of a chunk at most. */
export const TILE_AT: i32 = 14208;
/** Ten columns of TILE_SIZE floats; then the options of a class: twelve columns of two floats more, and row addresses. */
export const PAIRS_AT: i32 = 19328;
/** Bounds of the classes; then three lists of cells. */
export const LANES_AT: i32 = 25936;
const LANES_BOUNDS_BYTES: i32 = 32;

/** Floats of the work area for rows of this many cells. */
export function riskArrayWorkFloats(cellCount: i32): i32 {
  return (LANES_AT + LANES_BOUNDS_BYTES) / 8 + 3 * cellCount;
}
