/**
 * Work area of kernel A: what one worker needs beside the rows (assembly/revalue/risk-array.ts). The arena reserves it.
 * Offsets are in bytes.
 */

/** Options that are prepared, priced and finished together: their rows stay in the nearest cache. */
export const TILE_SIZE: i32 = 64;
/** After twelve columns of 64 vectors of two and the constants of the passes. */
export const SEGMENTS_AT: i32 = 13184;
/** A segment of 24 bytes per vector of a chunk at most. */
export const TILE_AT: i32 = 14720;
/** Ten columns of TILE_SIZE floats. */
export const LANES_AT: i32 = 19840;
/** Bounds of the classes; then three lists of cells, of three classes that are each padded to whole vectors. */
const LANES_BOUNDS_BYTES: i32 = 32;

/** Floats of the work area for rows of this many cells. */
export function riskArrayWorkFloats(cellCount: i32): i32 {
  return (LANES_AT + LANES_BOUNDS_BYTES) / 8 + 3 * (cellCount + 4);
}
