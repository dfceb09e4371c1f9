import { normalCdf, normalPdf } from '../normal.ts';

/**
 * The normal distribution function from rows of a table in memory, one piece of 1/16 each: neither an exponential nor a
 * division. For integrals, which want many values with the same small absolute error.
 *
 * Row by row, the coefficients (lowest degree first) of a polynomial of degree 7 in the distance d from the middle of the
 * piece. Row m & 1023 has its middle at m / 16. Beyond -37 the function is 0, beyond 8.5 it is 1.
 */

/** Floats of the table. */
export const NORMAL_ROWS_FLOATS: i32 = 8192;
const LOWEST: f64 = -37.0;
const HIGHEST: f64 = 8.5;
const LOWEST_ROW: i32 = -592;
const HIGHEST_ROW: i32 = 136;
/** 1.5 * 2^48: a sum with it is rounded to a multiple of 1/16, which its last bits count. */
const ROUND_TO_SIXTEENTHS: f64 = 422212465065984.0;
/** Square of half a piece. */
const HALF_SQUARE: f64 = 0.0009765625;

/** A row that no argument has: from here on both bounds and the rounder, each twice, for the SIMD version. */
export const NORMAL_SPARE_ROW: i32 = 256;

/** Writes the table to the floats at `rows`. */
export function fillNormalRows(f: Floats, rows: i32): void {
  const spare: i32 = rows + 8 * NORMAL_SPARE_ROW;
  for (let lane: i32 = 0; lane < 2; lane++) {
    f[spare + lane] = LOWEST;
    f[spare + 2 + lane] = HIGHEST;
    f[spare + 4 + lane] = ROUND_TO_SIXTEENTHS;
  }
  for (let k: i32 = 0; k < 8; k++) f[rows + 8 * (LOWEST_ROW & 1023) + k] = 0.0;
  for (let m: i32 = LOWEST_ROW + 1; m <= HIGHEST_ROW; m++) fillNormalRow(f, rows + 8 * (m & 1023), (m as f64) * 0.0625);
}

/**
 * Taylor's series to the ninth degree, its last two terms replaced by the polynomials of lower degree that are nearest
 * to them (Lanczos): what T8 and T9 leave of the powers. The n-th derivative of the density, over n!, follows from the
 * two before it (Hermite).
 */
function fillNormalRow(f: Floats, row: i32, middle: f64): void {
  f[row] = normalCdf(middle);
  let older: f64 = 0.0;
  let newer: f64 = normalPdf(middle);
  f[row + 1] = newer;
  for (let k: i32 = 1; k < 7; k++) {
    const next: f64 = -(middle * newer + older) / (k as f64);
    older = newer;
    newer = next;
    f[row + k + 1] = newer / ((k + 1) as f64);
  }
  const seventh: f64 = -(middle * newer + older) / 7.0;
  const eighth: f64 = seventh / 8.0 * HALF_SQUARE;
  const ninth: f64 = -(middle * seventh + newer) / 72.0 * HALF_SQUARE;
  f[row] = f[row] - eighth * HALF_SQUARE * HALF_SQUARE * HALF_SQUARE / 128.0;
  f[row + 1] = f[row + 1] - ninth * HALF_SQUARE * HALF_SQUARE * HALF_SQUARE * 9.0 / 256.0;
  f[row + 2] = f[row + 2] + eighth * HALF_SQUARE * HALF_SQUARE * 0.25;
  f[row + 3] = f[row + 3] + ninth * HALF_SQUARE * HALF_SQUARE * 15.0 / 32.0;
  f[row + 4] = f[row + 4] - eighth * HALF_SQUARE * 1.25;
  f[row + 5] = f[row + 5] - ninth * HALF_SQUARE * 27.0 / 16.0;
  f[row + 6] = f[row + 6] + eighth * 2.0;
  f[row + 7] = f[row + 7] + ninth * 2.25;
}

/**
 * Normal distribution function from the table at `rows`. Error 2e-16; relative, 1e-15 from -4 on, 2e-12 at -8, 1e-8 at
 * -20, 4e-6 at -37. NaN for NaN.
 */
export function rowNormal(f: Floats, rows: i32, x: f64): f64 {
  const notBelow: f64 = x < LOWEST ? LOWEST : x;
  const bounded: f64 = HIGHEST < notBelow ? HIGHEST : notBelow;
  const middle: f64 = bounded + ROUND_TO_SIXTEENTHS - ROUND_TO_SIXTEENTHS;
  const row: i32 = rows + 8 * (((middle * 16.0) as i32) & 1023);
  const d: f64 = bounded - middle;
  const d2: f64 = d * d;
  const even: f64 = ((f[row + 6] * d2 + f[row + 4]) * d2 + f[row + 2]) * d2 + f[row];
  const odd: f64 = ((f[row + 7] * d2 + f[row + 5]) * d2 + f[row + 3]) * d2 + f[row + 1];
  return even + odd * d;
}
