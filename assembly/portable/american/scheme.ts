import { fillChebyshevPoints, fillGaussLegendre, fillTanhSinh } from './quadrature.ts';

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

/** Floats of the tables of a scheme: Chebyshev points, then nodes and weights of both integrals. */
export function tableFloats(integral: i32, degree: i32, premium: i32): i32 {
  return degree + 1 + 2 * integral + 2 * premium;
}

/** Floats that `solveBoundary` writes: see boundary.ts. */
export function boundaryFloats(degree: i32, premium: i32): i32 {
  return BOUNDARY_HEAD + 2 * (degree + 1) + PREMIUM_TERMS * premium;
}

/** Floats before the coefficients of a boundary, and terms per point of its premium integral. */
export const BOUNDARY_HEAD: i32 = 8;
export const PREMIUM_TERMS: i32 = 5;

/** First float of the nodes of the fixed-point integral; its weights follow. */
export function integralTable(w: Ints, scheme: i32, tables: i32): i32 {
  return tables + w[scheme + SCHEME_DEGREE] + 1;
}

/** First float of the nodes of the premium integral; its weights follow. */
export function premiumTable(w: Ints, scheme: i32, tables: i32): i32 {
  return integralTable(w, scheme, tables) + 2 * w[scheme + SCHEME_INTEGRAL];
}

/** Writes the tables of the scheme in the words at `scheme` to the floats at `tables`. */
export function fillSchemeTables(f: Floats, w: Ints, scheme: i32, tables: i32): void {
  const integral: i32 = w[scheme + SCHEME_INTEGRAL];
  const premium: i32 = w[scheme + SCHEME_PREMIUM];
  fillChebyshevPoints(f, tables, w[scheme + SCHEME_DEGREE]);
  const ofIntegral: i32 = integralTable(w, scheme, tables);
  if (w[scheme + SCHEME_TANH_SINH] === 2) fillTanhSinh(f, ofIntegral, ofIntegral + integral, integral);
  else fillGaussLegendre(f, ofIntegral, ofIntegral + integral, integral);
  const ofPremium: i32 = premiumTable(w, scheme, tables);
  if (w[scheme + SCHEME_TANH_SINH] !== 0) fillTanhSinh(f, ofPremium, ofPremium + premium, premium);
  else fillGaussLegendre(f, ofPremium, ofPremium + premium, premium);
}
