import { fillNormalRows, NORMAL_ROWS_FLOATS } from './normal-rows.ts';
import { cosineOfPi, fillGaussLegendre, fillTanhSinh } from './quadrature.ts';

/**
 * How finely the exercise boundary of an American option is worked out, in the notation (l, m, n, p) of Andersen, Lake
 * and Offengenden, High-performance American option pricing (Journal of Computational Finance 20, 2016): words of a
 * scheme, followed in the float memory by its tables (`tableFloats`).
 */

/** l: points of the integral in the fixed-point equation. */
export const SCHEME_INTEGRAL: i32 = 0;
/** m: iterations, the first by Newton's method (Jacobi), the others plain. */
export const SCHEME_ITERATIONS: i32 = 1;
/** n: the boundary is a polynomial of this degree through n + 1 Chebyshev points. */
export const SCHEME_DEGREE: i32 = 2;
/** p: points of the integral that gives the early-exercise premium. */
export const SCHEME_PREMIUM: i32 = 3;
/** Which integrals are by the tanh-sinh rule, the others by Gauss-Legendre: 0 none, 1 the premium's, 2 both. */
export const SCHEME_TANH_SINH: i32 = 4;
export const SCHEME_WORDS: i32 = 5;

// Schemes by name: `fast` is the paper's and QuantLib's (7, 2, 7, 27); `accurate` QuantLib's (25, 5, 13) with a tanh-sinh
// rule for the premium, here one of 65 points; `precise` has both integrals by tanh-sinh and reproduces ten digits.
export const FAST_INTEGRAL: i32 = 7;
export const FAST_ITERATIONS: i32 = 2;
export const FAST_DEGREE: i32 = 7;
export const FAST_PREMIUM: i32 = 27;
export const ACCURATE_INTEGRAL: i32 = 25;
export const ACCURATE_ITERATIONS: i32 = 5;
export const ACCURATE_DEGREE: i32 = 13;
export const ACCURATE_PREMIUM: i32 = 65;
export const PRECISE_INTEGRAL: i32 = 65;
export const PRECISE_ITERATIONS: i32 = 12;
export const PRECISE_DEGREE: i32 = 40;
export const PRECISE_PREMIUM: i32 = 101;

// Tables of a scheme, in this order: rows of the normal distribution; per point of the boundary its share; the matrix from
// values at the points to coefficients; five columns of the fixed-point integral; four of the premium integral. Columns
// are padded to an even number by points of weight 0, so that vectors of two need no remainder.

/** The next even number. */
export function evenCount(count: i32): i32 {
  return count + (count & 1);
}

export function tableFloats(integral: i32, degree: i32, premium: i32): i32 {
  return NORMAL_ROWS_FLOATS + evenCount(degree) + degree * evenCount(degree + 1)
    + INTEGRAL_COLUMNS * evenCount(integral) + PREMIUM_COLUMNS * evenCount(premium);
}

/** Floats that `solveBoundary` writes: see boundary.ts. */
export function boundaryFloats(integral: i32, degree: i32, premium: i32): i32 {
  const solving: i32 = POINT_COLUMNS * evenCount(degree) + (2 * degree + 2) * evenCount(integral) + 4;
  const solved: i32 = PREMIUM_TERMS * evenCount(premium);
  return BOUNDARY_HEAD + evenCount(degree + 1) + evenCount(degree) + (solving > solved ? solving : solved);
}

/** Floats before the coefficients of a boundary; terms of its premium integral; what iterations keep by point. */
export const BOUNDARY_HEAD: i32 = 12;
export const PREMIUM_TERMS: i32 = 5;
export const POINT_COLUMNS: i32 = 3;

/** With x on [-1, 1] and p = (1 + x) / 2: p, 4 sqrt(p), sqrt(1 - p), its inverse, half the weight. */
export const INTEGRAL_COLUMNS: i32 = 5;
/** With s = (1 + x) / 2: s, its inverse, 4 sqrt(1 - s^2), s times the weight. */
export const PREMIUM_COLUMNS: i32 = 4;

/** First float of the points: sqrt(u / T) = (1 - cos(pi i / n)) / 2 for i = 1 ... n, padded by 1. */
export function pointTable(tables: i32): i32 {
  return tables + NORMAL_ROWS_FLOATS;
}

/** First float of the matrix: for each point the n + 1 (padded) coefficients that a value of 1 there adds. */
export function matrixTable(w: Ints, scheme: i32, tables: i32): i32 {
  return pointTable(tables) + evenCount(w[scheme + SCHEME_DEGREE]);
}

/** First float of the columns of the fixed-point integral. */
export function integralTable(w: Ints, scheme: i32, tables: i32): i32 {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  return matrixTable(w, scheme, tables) + degree * evenCount(degree + 1);
}

/** First float of the columns of the premium integral. */
export function premiumTable(w: Ints, scheme: i32, tables: i32): i32 {
  return integralTable(w, scheme, tables) + INTEGRAL_COLUMNS * evenCount(w[scheme + SCHEME_INTEGRAL]);
}

/** Writes the tables of the scheme in the words at `scheme` to the floats at `tables`. */
export function fillSchemeTables(f: Floats, w: Ints, scheme: i32, tables: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  fillNormalRows(f, tables);
  const points: i32 = pointTable(tables);
  for (let i: i32 = 1; i <= degree; i++) f[points + i - 1] = 0.5 * (1.0 - cosineOfPi((i as f64) / (degree as f64)));
  if ((degree & 1) === 1) f[points + degree] = 1.0;
  fillMatrix(f, matrixTable(w, scheme, tables), degree);
  fillIntegralColumns(
    f, integralTable(w, scheme, tables), w[scheme + SCHEME_INTEGRAL], w[scheme + SCHEME_TANH_SINH] === 2,
  );
  fillPremiumColumns(
    f, premiumTable(w, scheme, tables), w[scheme + SCHEME_PREMIUM], w[scheme + SCHEME_TANH_SINH] !== 0,
  );
}

/** Chebyshev coefficients of the polynomial through values at the points -cos(pi i / n); the value at i = 0 is 0. */
function fillMatrix(f: Floats, matrix: i32, degree: i32): void {
  const pitch: i32 = evenCount(degree + 1);
  for (let i: i32 = 1; i <= degree; i++) {
    for (let k: i32 = 0; k < pitch; k++) {
      // cos(pi i k / n): the angle counted in steps of pi / n, modulo 2 pi.
      let steps: i32 = (i * k) % (2 * degree);
      if (steps > degree) steps = 2 * degree - steps;
      const size: f64 = (i === degree ? 1.0 : 2.0) * (k === 0 || k === degree ? 0.5 : 1.0) / (degree as f64);
      const cosine: f64 = cosineOfPi((steps as f64) / (degree as f64));
      f[matrix + (i - 1) * pitch + k] = k > degree ? 0.0 : (k & 1) === 1 ? -size * cosine : size * cosine;
    }
  }
}

function fillRule(f: Floats, nodes: i32, weights: i32, count: i32, isTanhSinh: boolean): void {
  if (isTanhSinh) fillTanhSinh(f, nodes, weights, count);
  else fillGaussLegendre(f, nodes, weights, count);
  if ((count & 1) === 0) return;
  f[nodes + count] = f[nodes + count - 1];
  f[weights + count] = 0.0;
}

function fillIntegralColumns(f: Floats, columns: i32, count: i32, isTanhSinh: boolean): void {
  const pitch: i32 = evenCount(count);
  const weights: i32 = columns + 4 * pitch;
  fillRule(f, columns, weights, count, isTanhSinh);
  for (let k: i32 = 0; k < pitch; k++) {
    const node: f64 = f[columns + k];
    const passed: f64 = 0.5 * (1.0 + node);
    const left: f64 = Math.sqrt(0.5 * (1.0 - node));
    f[columns + k] = passed;
    f[columns + pitch + k] = 4.0 * Math.sqrt(passed);
    f[columns + 2 * pitch + k] = left;
    f[columns + 3 * pitch + k] = 1.0 / left;
    f[weights + k] = 0.5 * f[weights + k];
  }
}

function fillPremiumColumns(f: Floats, columns: i32, count: i32, isTanhSinh: boolean): void {
  const pitch: i32 = evenCount(count);
  const weights: i32 = columns + 3 * pitch;
  fillRule(f, columns, weights, count, isTanhSinh);
  for (let k: i32 = 0; k < pitch; k++) {
    const share: f64 = 0.5 * (1.0 + f[columns + k]);
    f[columns + k] = share;
    f[columns + pitch + k] = 1.0 / share;
    f[columns + 2 * pitch + k] = 4.0 * Math.sqrt(1.0 - share * share);
    f[weights + k] = share * f[weights + k];
  }
}
