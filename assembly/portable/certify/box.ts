import {
  BOX_PRICE, BOX_PRICE_REST, BOX_VOLATILITY, BOX_VOLATILITY_REST, CERTIFICATE_BYTES,
} from '../certificate-layout.ts';
import { exp } from '../exp.ts';
import { CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE } from '../layout.ts';
import {
  CALL_CURVATURE, CALL_GROWTH, CALL_PRICE, CALL_PRICE_REST, CALL_PRICE_SQUARE, CALL_VOLATILITY,
  CALL_VOLATILITY_REST, CERTIFY_ROW_COUNT, certifyCellsOf,
} from './scratch.ts';
import { SINGLE_UP } from './single-bounds.ts';

/** Covers the error of `exp`. */
const UP: f64 = 1.000000000001;
/** A box that is wider than this in anything is none. */
export const WIDTH_MAX: f64 = 16.0;
/** Products of 32 bits with less than this might lose digits: it takes the place of anything smaller but 0. */
export const WIDTH_MIN: f64 = 1e-30;

/** Word index of the certificate block. */
export function certificateWords(w: Ints, context: i32): i32 {
  return w[context + CONTEXT_CERTIFICATE] >>> 2;
}

/** Float index of the floats of the certificate block. */
export function certificateFloats(w: Ints, context: i32): i32 {
  return (w[context + CONTEXT_CERTIFICATE] + CERTIFICATE_BYTES) >>> 3;
}

/** Float index of a column of floats that the certificate block names. */
export function certificateColumn(w: Ints, context: i32, slot: i32): i32 {
  return w[certificateWords(w, context) + slot] >>> 3;
}

/** Float index of the numbers in the scratch area. */
export function numbersOf(w: Ints, context: i32, scratch: i32): i32 {
  const cells: i32 = certifyCellsOf(w[context + CONTEXT_CELL_COUNT]);
  return scratch + cells + ((CERTIFY_ROW_COUNT * cells) >> 1);
}

/** Index of the first of the rows of 32 bits in the scratch area. */
export function rowsOf(w: Ints, context: i32, scratch: i32): i32 {
  return 2 * (scratch + certifyCellsOf(w[context + CONTEXT_CELL_COUNT]));
}

/** Writes the numbers of the call. */
export function openBox(f: Floats, w: Ints, context: i32, scratch: i32): void {
  const numbers: i32 = numbersOf(w, context, scratch);
  const box: i32 = certificateFloats(w, context);
  const price: f64 = f[box + BOX_PRICE] + f[box + BOX_PRICE_REST];
  const growth: f64 = exp(price) * UP;
  // Falls are products and sums of numbers of 32 bits: a box that is larger by a millionth makes up for their roundings.
  f[numbers + CALL_PRICE] = f[box + BOX_PRICE] * (1.0 + SINGLE_UP);
  f[numbers + CALL_PRICE_REST] = f[box + BOX_PRICE_REST] * (1.0 + SINGLE_UP);
  f[numbers + CALL_VOLATILITY] = f[box + BOX_VOLATILITY] * (1.0 + SINGLE_UP);
  f[numbers + CALL_VOLATILITY_REST] = f[box + BOX_VOLATILITY_REST] * (1.0 + SINGLE_UP);
  const volatility: f64 = f[box + BOX_VOLATILITY] + f[box + BOX_VOLATILITY_REST];
  // Of a growth that is no number nothing comes but sets without certificates.
  f[numbers + CALL_GROWTH] = price <= WIDTH_MAX && volatility <= WIDTH_MAX ? growth : NaN;
  // |e^x - 1 - x| <= x^2/2 e^|x| <= (price + rest) x reach/2 e^reach: as if slopes along X were so much larger.
  f[numbers + CALL_CURVATURE] = 0.5 * price * growth * (1.0 + SINGLE_UP);
  f[numbers + CALL_PRICE_SQUARE] = normalWidth(0.5 * f[box + BOX_PRICE] * f[box + BOX_PRICE]) * (1.0 + SINGLE_UP);
}

/** The width, or what takes its place. */
export function normalWidth(width: f64): f64 {
  return width > 0 && width < WIDTH_MIN ? WIDTH_MIN : width;
}
