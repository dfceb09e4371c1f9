import { exp } from '../exp.ts';
import { log, logRatio } from '../log.ts';
import { normalPdf } from '../normal.ts';
import { rowNormal } from './normal-rows.ts';
import {
  BOUNDARY_HEAD, evenCount, integralTable, matrixTable, pointTable, premiumTable, SCHEME_DEGREE, SCHEME_INTEGRAL,
  SCHEME_ITERATIONS, SCHEME_PREMIUM,
} from './scheme.ts';
import { boundaryAtExpiry, qdPlusBoundary } from './start.ts';

/**
 * The exercise boundary of an American put of strike 1: it depends on rate, yield, volatility and time, but on neither
 * spot nor strike, so that one solution serves all spot shocks of an option.
 *
 * Andersen, Lake and Offengenden: with B(u) the boundary u years before expiry, w = ln(B(u) / B(0)) and w^2 as a
 * polynomial in sqrt(u), a fixed-point equation (their FP-B) is iterated at the Chebyshev points. FP-A is not used: it
 * may fail to converge where the drift is large against the volatility.
 *
 * Points and nodes scale with the time to expiry, so all that depends on them alone is in the tables of the scheme; what
 * depends on the option but not on the iteration is worked out once.
 *
 * At `boundary` it writes BOUNDARY_HEAD floats (below), the coefficients of w^2 (n + 1), its values at the points (n), and
 * while it iterates POINT_COLUMNS (sums of N and D without their first terms, e^(-(r-q)u)) by point and the factors
 * r e^(ru) and q e^(qu), weights included, by point and node; the terms of the premium integral then take their place,
 * term by term. Columns are padded to even numbers. Sums over nodes are of even and odd nodes apart: the lanes of the SIMD
 * version (assembly/price/american-boundary.ts), which has the same operations.
 */
/** ln B(0). */
export const HEAD_LOG_AT_EXPIRY: i32 = 0;
/** B(0). */
export const HEAD_AT_EXPIRY: i32 = 1;
/** B(T): at and below it the put is exercised now. */
export const HEAD_BOUNDARY_NOW: i32 = 2;
export const HEAD_TIME: i32 = 3;
export const HEAD_RATE: i32 = 4;
export const HEAD_YIELD: i32 = 5;
export const HEAD_VOLATILITY: i32 = 6;
/** sigma sqrt(T), its inverse, and d1 / s of a ratio 1 after the time s^2 T. */
export const HEAD_DEVIATION: i32 = 7;
export const HEAD_INVERSE: i32 = 8;
export const HEAD_SLOPE: i32 = 9;
/** 1 if the boundary was found, else 0. */
export const HEAD_FOUND: i32 = 10;
/** 1 if the put is never exercised early. */
export const HEAD_EUROPEAN: i32 = 11;

/** Below this boundary at expiry early exercise is worth less than any digit of the price. */
const SMALLEST_BOUNDARY: f64 = 1e-200;
/** Least ratio of which the logarithm is taken. */
export const SMALLEST_RATIO: f64 = 1e-290;

/** First float of the values at the points. */
export function boundaryValues(boundary: i32, degree: i32): i32 {
  return boundary + BOUNDARY_HEAD + evenCount(degree + 1);
}

/** First float of the columns by point, and of the terms of the premium. */
export function boundaryWork(boundary: i32, degree: i32): i32 {
  return boundaryValues(boundary, degree) + evenCount(degree);
}

/** Solves for a boundary that `beginBoundary` has begun. */
export function solveBoundary(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  fillStart(f, w, scheme, tables, boundary);
  fillFactors(f, w, scheme, tables, boundary);
  fillCoefficients(f, w, scheme, tables, boundary);
  const iterations: i32 = w[scheme + SCHEME_ITERATIONS];
  for (let step: i32 = 0; step < iterations; step++) {
    for (let i: i32 = 0; i < degree; i++) sumPoint(f, w, scheme, tables, boundary, i);
    for (let i: i32 = 0; i < degree; i++) improvePoint(f, w, scheme, tables, boundary, i, step === 0);
    fillCoefficients(f, w, scheme, tables, boundary);
  }
  finishBoundary(f, boundary, degree);
  fillPremiumTerms(f, w, scheme, tables, boundary);
}

/**
 * Writes the head of a boundary that is still to be found; false if the put is never exercised early. Rate and yield of
 * the put; volatility and time > 0.
 */
export function beginBoundary(
  f: Floats, boundary: i32, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): boolean {
  const atExpiry: f64 = boundaryAtExpiry(rate, dividendYield);
  const isExercised: boolean = atExpiry > SMALLEST_BOUNDARY;
  f[boundary + HEAD_EUROPEAN] = isExercised ? 0.0 : 1.0;
  f[boundary + HEAD_FOUND] = 0.0;
  f[boundary + HEAD_BOUNDARY_NOW] = 0.0;
  if (!isExercised) return false;
  const rootTime: f64 = Math.sqrt(time);
  const deviation: f64 = volatility * rootTime;
  f[boundary + HEAD_LOG_AT_EXPIRY] = log(atExpiry);
  f[boundary + HEAD_AT_EXPIRY] = atExpiry;
  f[boundary + HEAD_TIME] = time;
  f[boundary + HEAD_RATE] = rate;
  f[boundary + HEAD_YIELD] = dividendYield;
  f[boundary + HEAD_VOLATILITY] = volatility;
  f[boundary + HEAD_DEVIATION] = deviation;
  f[boundary + HEAD_INVERSE] = 1.0 / deviation;
  f[boundary + HEAD_SLOPE] = (rate - dividendYield) * rootTime / volatility + 0.5 * deviation;
  return true;
}

/** Starting values by QD+. */
function fillStart(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const points: i32 = pointTable(tables);
  const values: i32 = boundaryValues(boundary, degree);
  const atExpiry: f64 = f[boundary + HEAD_AT_EXPIRY];
  for (let i: i32 = 0; i < degree; i++) {
    const share: f64 = f[points + i];
    const y: f64 = qdPlusBoundary(
      f, tables, atExpiry, f[boundary + HEAD_RATE], f[boundary + HEAD_YIELD], f[boundary + HEAD_VOLATILITY],
      share * share * f[boundary + HEAD_TIME],
    );
    const ratio: f64 = logRatio(y, atExpiry);
    f[values + i] = ratio * ratio;
  }
}

/** What the iterations share: e^(-(r-q)u) by point, and the factors of the integrands by point and node. */
function fillFactors(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const pitch: i32 = evenCount(w[scheme + SCHEME_INTEGRAL]);
  const points: i32 = pointTable(tables);
  const passed: i32 = integralTable(w, scheme, tables);
  const weights: i32 = passed + 4 * pitch;
  const carries: i32 = boundaryWork(boundary, degree) + 2 * evenCount(degree);
  const ofRate: i32 = carries + evenCount(degree);
  const ofYield: i32 = ofRate + degree * pitch;
  const rate: f64 = f[boundary + HEAD_RATE];
  const dividendYield: f64 = f[boundary + HEAD_YIELD];
  for (let i: i32 = 0; i < degree; i++) {
    const time: f64 = f[points + i] * f[points + i] * f[boundary + HEAD_TIME];
    f[carries + i] = exp((dividendYield - rate) * time);
    for (let k: i32 = 0; k < pitch; k++) {
      const u: f64 = time * f[passed + k];
      const weight: f64 = time * f[weights + k];
      f[ofRate + i * pitch + k] = weight * rate * exp(rate * u);
      f[ofYield + i * pitch + k] = weight * dividendYield * exp(dividendYield * u);
    }
  }
}

/** Chebyshev coefficients from the values. */
function fillCoefficients(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const pitch: i32 = evenCount(degree + 1);
  const matrix: i32 = matrixTable(w, scheme, tables);
  const values: i32 = boundaryValues(boundary, degree);
  for (let k: i32 = 0; k < pitch; k++) {
    let sum: f64 = 0;
    for (let i: i32 = 0; i < degree; i++) sum = sum + f[matrix + i * pitch + k] * f[values + i];
    f[boundary + BOUNDARY_HEAD + k] = sum;
  }
}

/** -ln(B(u) / B(0)) where the polynomial's argument is half of `twice`, by Clenshaw's rule. */
function logDistance(f: Floats, coefficients: i32, degree: i32, twice: f64): f64 {
  let older: f64 = 0;
  let newer: f64 = f[coefficients + degree];
  for (let k: i32 = degree - 1; k > 0; k--) {
    const next: f64 = f[coefficients + k] - older + twice * newer;
    older = newer;
    newer = next;
  }
  const square: f64 = f[coefficients] - older + 0.5 * twice * newer;
  return Math.sqrt(square < 0.0 ? 0.0 : square);
}

/** The integrals of N and D at point i: of r e^(ru) N(d2(t - u)) and q e^(qu) N(d1(t - u)) over u. */
function sumPoint(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32, i: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const pitch: i32 = evenCount(w[scheme + SCHEME_INTEGRAL]);
  const roots: i32 = integralTable(w, scheme, tables) + pitch;
  const sums: i32 = boundaryWork(boundary, degree);
  const ofRate: i32 = sums + 3 * evenCount(degree) + i * pitch;
  const ofYield: i32 = ofRate + degree * pitch;
  const share: f64 = f[pointTable(tables) + i];
  const distance: f64 = Math.sqrt(f[boundaryValues(boundary, degree) + i]);
  const deviation: f64 = f[boundary + HEAD_DEVIATION] * share;
  const inverse: f64 = f[boundary + HEAD_INVERSE] / share;
  const slope: f64 = f[boundary + HEAD_SLOPE] * share;
  let evenRate: f64 = 0, oddRate: f64 = 0, evenYield: f64 = 0, oddYield: f64 = 0;
  for (let k: i32 = 0; k < pitch; k++) {
    const twice: f64 = share * f[roots + k] - 2.0;
    const ratio: f64 = logDistance(f, boundary + BOUNDARY_HEAD, degree, twice) - distance;
    const left: f64 = f[roots + pitch + k];
    const d1: f64 = ratio * (inverse * f[roots + 2 * pitch + k]) + left * slope;
    const rateTerm: f64 = f[ofRate + k] * rowNormal(f, tables, d1 - left * deviation);
    const yieldTerm: f64 = f[ofYield + k] * rowNormal(f, tables, d1);
    if ((k & 1) === 0) {
      evenRate = evenRate + rateTerm;
      evenYield = evenYield + yieldTerm;
    } else {
      oddRate = oddRate + rateTerm;
      oddYield = oddYield + yieldTerm;
    }
  }
  f[sums + i] = evenRate + oddRate;
  f[sums + evenCount(degree) + i] = evenYield + oddYield;
}

/** The value at point i after one iteration: by Newton's method, or plain. */
function improvePoint(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32, i: i32, byNewton: boolean,
): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const pitch: i32 = evenCount(degree);
  const sums: i32 = boundaryWork(boundary, degree);
  const value: i32 = boundaryValues(boundary, degree) + i;
  const share: f64 = f[pointTable(tables) + i];
  const atExpiry: f64 = f[boundary + HEAD_AT_EXPIRY];
  const distance: f64 = Math.sqrt(f[value]);
  const inverse: f64 = f[boundary + HEAD_INVERSE] / share;
  const d1: f64 = (f[boundary + HEAD_LOG_AT_EXPIRY] - distance) * inverse + f[boundary + HEAD_SLOPE] * share;
  const d2: f64 = d1 - f[boundary + HEAD_DEVIATION] * share;
  const numerator: f64 = rowNormal(f, tables, d2) + f[sums + i];
  const denominator: f64 = rowNormal(f, tables, d1) + f[sums + pitch + i];
  const carry: f64 = f[sums + 2 * pitch + i];
  let next: f64 = carry * numerator / denominator;
  if (byNewton) {
    const now: f64 = atExpiry * exp(-distance);
    // Of N and D only the first terms are differentiated (Jacobi).
    const slope: f64 = carry * inverse / now
      * (normalPdf(d2) / denominator - normalPdf(d1) * numerator / (denominator * denominator));
    next = now - (next - now) / (slope - 1.0);
  }
  if (!(next > 0.0)) return;
  const notAbove: f64 = atExpiry < next ? atExpiry : next;
  const ratio: f64 = logRatio(notAbove < SMALLEST_RATIO ? SMALLEST_RATIO : notAbove, atExpiry);
  f[value] = ratio * ratio;
}

/** The boundary now, from the last value. */
export function finishBoundary(f: Floats, boundary: i32, degree: i32): void {
  const last: f64 = f[boundaryValues(boundary, degree) + degree - 1];
  const now: f64 = f[boundary + HEAD_AT_EXPIRY] * exp(-Math.sqrt(last));
  f[boundary + HEAD_BOUNDARY_NOW] = now;
  f[boundary + HEAD_FOUND] = now > 0.0 ? 1.0 : 0.0;
}

/**
 * What the premium integral needs at each of its points, whatever the spot: with t = z^2 and z from 0 to sqrt(T)
 * d1 = term0 ln(spot) + term1, d2 = d1 - term2, and the integrand is term3 N(-d2) - term4 spot N(-d1).
 */
function fillPremiumTerms(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const pitch: i32 = evenCount(w[scheme + SCHEME_PREMIUM]);
  const nodes: i32 = premiumTable(w, scheme, tables);
  const terms: i32 = boundaryWork(boundary, degree);
  const time: f64 = f[boundary + HEAD_TIME];
  const rate: f64 = f[boundary + HEAD_RATE];
  const dividendYield: f64 = f[boundary + HEAD_YIELD];
  for (let k: i32 = 0; k < pitch; k++) {
    const share: f64 = f[nodes + k];
    const distance: f64 = logDistance(f, boundary + BOUNDARY_HEAD, degree, f[nodes + 2 * pitch + k] - 2.0);
    const inverse: f64 = f[boundary + HEAD_INVERSE] * f[nodes + pitch + k];
    const t: f64 = share * share * time;
    const weight: f64 = time * f[nodes + 3 * pitch + k];
    f[terms + k] = inverse;
    f[terms + pitch + k] = share * f[boundary + HEAD_SLOPE] + (distance - f[boundary + HEAD_LOG_AT_EXPIRY]) * inverse;
    f[terms + 2 * pitch + k] = share * f[boundary + HEAD_DEVIATION];
    f[terms + 3 * pitch + k] = weight * rate * exp(-rate * t);
    f[terms + 4 * pitch + k] = weight * dividendYield * exp(-dividendYield * t);
  }
}

/** What early exercise adds to a European put of strike 1 at this spot, above the boundary. */
export function earlyExercisePremium(f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32, spot: f64): f64 {
  const pitch: i32 = evenCount(w[scheme + SCHEME_PREMIUM]);
  const terms: i32 = boundaryWork(boundary, w[scheme + SCHEME_DEGREE]);
  const logSpot: f64 = log(spot);
  let even: f64 = 0, odd: f64 = 0;
  for (let k: i32 = 0; k < pitch; k++) {
    const at: i32 = terms + k;
    const d1: f64 = f[at] * logSpot + f[at + pitch];
    const ofYield: f64 = f[at + 4 * pitch] * spot * rowNormal(f, tables, -d1);
    const term: f64 = f[at + 3 * pitch] * rowNormal(f, tables, f[at + 2 * pitch] - d1) - ofYield;
    if ((k & 1) === 0) even = even + term;
    else odd = odd + term;
  }
  const sum: f64 = even + odd;
  return sum > 0.0 ? sum : 0.0;
}
