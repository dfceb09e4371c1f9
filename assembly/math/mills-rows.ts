import { MILLS_ROWS } from '../portable/mills-rows.ts';
import { SLOPE_ROWS } from '../portable/mills-slope-rows.ts';

/** Bits of a place within the rows of one octave's pieces: 32 of R, 64 of Q. */
export const MILLS_PIECE_BITS: i32 = 5;
export const SLOPE_PIECE_BITS: i32 = 6;

/** Twin of rowMills. */
// @ts-ignore: decorator
@inline
export function rowMills2(z: v128): v128 {
  const rows = i64x2.splat(<i64>millsRows());
  const mask = i64x2.splat(placeMask(MILLS_PIECE_BITS));
  const leading = i64x2.splat(leadingMask(MILLS_PIECE_BITS));
  const half = i64x2.splat(halfPiece(MILLS_PIECE_BITS));
  return rowPolynomial2(z, rows, mask, leading, half, f64x2.splat(1.0), MILLS_PIECE_BITS);
}

/** Twin of rowSlope. */
// @ts-ignore: decorator
@inline
export function rowSlope2(z: v128): v128 {
  const rows = i64x2.splat(<i64>slopeRows());
  const mask = i64x2.splat(placeMask(SLOPE_PIECE_BITS));
  const leading = i64x2.splat(leadingMask(SLOPE_PIECE_BITS));
  const half = i64x2.splat(halfPiece(SLOPE_PIECE_BITS));
  return rowPolynomial2(z, rows, mask, leading, half, f64x2.splat(1.0), SLOPE_PIECE_BITS);
}

// @ts-ignore: decorator
@inline
export function millsRows(): usize {
  return changetype<usize>(MILLS_ROWS);
}

// @ts-ignore: decorator
@inline
export function slopeRows(): usize {
  return changetype<usize>(SLOPE_ROWS);
}

/** The bits of a row's place in bytes. */
// @ts-ignore: decorator
@inline
export function placeMask(pieceBits: i32): i64 {
  return (<i64>8 << (pieceBits + 6)) - 64;
}

/** The bits of y that are the same throughout a piece. */
// @ts-ignore: decorator
@inline
export function leadingMask(pieceBits: i32): i64 {
  return <i64>-1 << (52 - pieceBits);
}

/** The next bit: half a piece. */
// @ts-ignore: decorator
@inline
export function halfPiece(pieceBits: i32): i64 {
  return <i64>1 << (51 - pieceBits);
}

/**
 * The polynomials of the rows that two arguments need: 2^pieceBits pieces an octave, from address `rows` on.
 *
 * The bits of y = z + 1 say which: the last three of the exponent and the leading ones of the fraction. So every y has a
 * row, NaN too. The other arguments are constants: see the functions above.
 */
// @ts-ignore: decorator
@inline
function rowPolynomial2(z: v128, rows: v128, mask: v128, leading: v128, half: v128, one: v128, pieceBits: i32): v128 {
  const y = f64x2.add(z, one);
  const places = placesOf(y, rows, mask, pieceBits);
  const d = f64x2.sub(z, middleOf(y, leading, half, one));
  return rowSum2(d, <usize>i32x4.extract_lane(places, 0), <usize>i32x4.extract_lane(places, 2));
}

/** Addresses of the rows. */
// @ts-ignore: decorator
@inline
export function placesOf(y: v128, rows: v128, mask: v128, pieceBits: i32): v128 {
  return i64x2.add(v128.and(i64x2.shr_u(y, 46 - pieceBits), mask), rows);
}

/** Bytes from the first row to that of y, from the upper half of its bits. */
// @ts-ignore: decorator
@inline
export function placeInRows(upper: u32, pieceBits: i32): usize {
  return <usize>((upper >> (14 - pieceBits)) & <u32>placeMask(pieceBits));
}

/** Middles of the pieces. */
// @ts-ignore: decorator
@inline
export function middleOf(y: v128, leading: v128, half: v128, one: v128): v128 {
  return f64x2.sub(v128.or(v128.and(y, leading), half), one);
}

/**
 * The polynomials of two rows at distances d. Each argument's even and odd chains are the lanes of one vector, as they lie
 * in memory: a row is read as four vectors, and only the sums are exchanged between lanes.
 */
// @ts-ignore: decorator
@inline
export function rowSum2(d: v128, row1: usize, row2: usize): v128 {
  const d2 = f64x2.mul(d, d);
  const first = chains(row1, v128.shuffle<f64>(d2, d2, 0, 2));
  const second = chains(row2, v128.shuffle<f64>(d2, d2, 1, 3));
  const even = v128.shuffle<f64>(first, second, 0, 2);
  const odd = v128.shuffle<f64>(first, second, 1, 3);
  return f64x2.add(even, f64x2.mul(odd, d));
}

/** Even and odd chain of one argument's row. */
// @ts-ignore: decorator
@inline
function chains(row: usize, d2: v128): v128 {
  let sums = f64x2.add(f64x2.mul(v128.load(row, 48), d2), v128.load(row, 32));
  sums = f64x2.add(f64x2.mul(sums, d2), v128.load(row, 16));
  return f64x2.add(f64x2.mul(sums, d2), v128.load(row));
}
