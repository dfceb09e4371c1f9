import { exp } from '../exp.ts';
import { log } from '../log.ts';
import { normalCdf, normalPdf } from '../normal.ts';
import {
  BOUNDARY_HEAD, integralTable, PREMIUM_TERMS, premiumTable, SCHEME_DEGREE, SCHEME_INTEGRAL, SCHEME_ITERATIONS,
  SCHEME_PREMIUM,
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
 * At `boundary` it writes BOUNDARY_HEAD floats (below), the coefficients of w^2 (n + 1), its values (n + 1), and the
 * terms of the premium integral, PREMIUM_TERMS for each of its points.
 */
/** ln B(0). */
const HEAD_LOG_AT_EXPIRY: i32 = 0;
/** sqrt(T). */
const HEAD_ROOT_TIME: i32 = 1;
/** B(T): at and below it the put is exercised now. */
export const HEAD_BOUNDARY_NOW: i32 = 2;
/** Sums of the fixed-point integral: N and D of FP-B. */
const HEAD_NUMERATOR: i32 = 3;
const HEAD_DENOMINATOR: i32 = 4;
/** 1 if the boundary was found, else 0. */
export const HEAD_FOUND: i32 = 5;
/** 1 if the put is never exercised early. */
export const HEAD_EUROPEAN: i32 = 6;

/** Solves for the boundary; `rate`, `dividendYield` of the put, volatility and time > 0. */
export function solveBoundary(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32,
  rate: f64, dividendYield: f64, volatility: f64, time: f64,
): void {
  const atExpiry: f64 = boundaryAtExpiry(rate, dividendYield);
  f[boundary + HEAD_EUROPEAN] = atExpiry > 0.0 ? 0 : 1;
  f[boundary + HEAD_FOUND] = 0;
  f[boundary + HEAD_BOUNDARY_NOW] = 0;
  if (!(atExpiry > 0.0)) return;
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const values: i32 = boundary + BOUNDARY_HEAD + degree + 1;
  f[boundary + HEAD_LOG_AT_EXPIRY] = log(atExpiry);
  f[boundary + HEAD_ROOT_TIME] = Math.sqrt(time);
  f[values] = 0;
  for (let i: i32 = 1; i <= degree; i++) {
    const start: f64 = qdPlusBoundary(atExpiry, rate, dividendYield, volatility, timeAt(f, tables, i, time));
    const ratio: f64 = log(start / atExpiry);
    f[values + i] = ratio * ratio;
  }
  interpolate(f, tables, boundary, degree);
  const iterations: i32 = w[scheme + SCHEME_ITERATIONS];
  for (let step: i32 = 0; step < iterations; step++) {
    for (let i: i32 = 1; i <= degree; i++) {
      const u: f64 = timeAt(f, tables, i, time);
      f[values + i] = improved(f, w, scheme, tables, boundary, rate, dividendYield, volatility, u, step === 0);
    }
    interpolate(f, tables, boundary, degree);
  }
  f[boundary + HEAD_BOUNDARY_NOW] = atExpiry * exp(-Math.sqrt(atLeastZero(f[values + degree])));
  f[boundary + HEAD_FOUND] = f[boundary + HEAD_BOUNDARY_NOW] > 0.0 ? 1 : 0;
  fillPremiumTerms(f, w, scheme, tables, boundary, rate, dividendYield, volatility);
}

function atLeastZero(value: f64): f64 {
  return value < 0.0 ? 0.0 : value;
}

/** Time of Chebyshev point i, from 0 (i = 0) to T: sqrt(u) = sqrt(T) (1 - cos(pi i / n)) / 2. */
function timeAt(f: Floats, tables: i32, i: i32, time: f64): f64 {
  const share: f64 = 0.5 * (1.0 - f[tables + i]);
  return share * share * time;
}

/** Chebyshev coefficients of the polynomial through the values at the points -cos(pi i / n). */
function interpolate(f: Floats, tables: i32, boundary: i32, degree: i32): void {
  const coefficients: i32 = boundary + BOUNDARY_HEAD;
  const values: i32 = coefficients + degree + 1;
  for (let k: i32 = 0; k <= degree; k++) {
    let sum: f64 = 0;
    for (let i: i32 = 0; i <= degree; i++) {
      // cos(pi i k / n) from the table: the angle counted in steps of pi / n, modulo 2 pi.
      let steps: i32 = (i * k) % (2 * degree);
      if (steps > degree) steps = 2 * degree - steps;
      const weight: f64 = i === 0 || i === degree ? 0.5 : 1.0;
      sum = sum + weight * f[values + i] * f[tables + steps];
    }
    const scale: f64 = (k === 0 || k === degree ? 1.0 : 2.0) / (degree as f64);
    f[coefficients + k] = (k & 1) === 1 ? -sum * scale : sum * scale;
  }
}

/** -ln(B(u) / B(0)) from sqrt(u), by Clenshaw's rule. */
function logDistance(f: Floats, boundary: i32, degree: i32, rootTime: f64): f64 {
  const coefficients: i32 = boundary + BOUNDARY_HEAD;
  const z: f64 = 2.0 * rootTime / f[boundary + HEAD_ROOT_TIME] - 1.0;
  let older: f64 = 0;
  let newer: f64 = 0;
  for (let k: i32 = degree; k > 0; k--) {
    const next: f64 = 2.0 * z * newer - older + f[coefficients + k];
    older = newer;
    newer = next;
  }
  return Math.sqrt(atLeastZero(z * newer - older + f[coefficients]));
}

/** w^2 at the boundary point u years before expiry after one iteration: by Newton's method, or plain. */
function improved(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32,
  rate: f64, dividendYield: f64, volatility: f64, u: f64, byNewton: boolean,
): f64 {
  const distance: f64 = logDistance(f, boundary, w[scheme + SCHEME_DEGREE], Math.sqrt(u));
  const logNow: f64 = f[boundary + HEAD_LOG_AT_EXPIRY] - distance;
  sumFixedPoint(f, w, scheme, tables, boundary, rate, dividendYield, volatility, u, distance);
  const numerator: f64 = f[boundary + HEAD_NUMERATOR];
  const denominator: f64 = f[boundary + HEAD_DENOMINATOR];
  const carry: f64 = exp((dividendYield - rate) * u);
  let next: f64 = carry * numerator / denominator;
  if (byNewton) {
    const now: f64 = exp(logNow);
    const v: f64 = volatility * Math.sqrt(u);
    const d1: f64 = (logNow + (rate - dividendYield) * u) / v + 0.5 * v;
    // Of N and D only the first terms are differentiated (Jacobi).
    const slope: f64 = carry / (now * v)
      * (normalPdf(d1 - v) / denominator - normalPdf(d1) * numerator / (denominator * denominator));
    next = now - (next - now) / (slope - 1.0);
  }
  if (!(next > 0.0)) return distance * distance;
  const ratio: f64 = log(next) - f[boundary + HEAD_LOG_AT_EXPIRY];
  return ratio < 0.0 ? ratio * ratio : 0.0;
}

/** N = N(d2) + r int e^(ru) N(d2(t - u)) du and D likewise with d1 and q: the two sides of FP-B. */
function sumFixedPoint(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32,
  rate: f64, dividendYield: f64, volatility: f64, time: f64, distance: f64,
): void {
  const count: i32 = w[scheme + SCHEME_INTEGRAL];
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const nodes: i32 = integralTable(w, scheme, tables);
  const half: f64 = 0.5 * time;
  const drift: f64 = rate - dividendYield;
  let ofRate: f64 = 0;
  let ofYield: f64 = 0;
  for (let k: i32 = 0; k < count; k++) {
    const u: f64 = half + half * f[nodes + k];
    const remaining: f64 = time - u;
    const v: f64 = volatility * Math.sqrt(remaining);
    const logRatio: f64 = logDistance(f, boundary, degree, Math.sqrt(u)) - distance;
    const d1: f64 = (logRatio + drift * remaining) / v + 0.5 * v;
    const weight: f64 = half * f[nodes + count + k];
    ofRate = ofRate + weight * exp(rate * u) * normalCdf(d1 - v);
    ofYield = ofYield + weight * exp(dividendYield * u) * normalCdf(d1);
  }
  const v: f64 = volatility * Math.sqrt(time);
  const d1: f64 = (f[boundary + HEAD_LOG_AT_EXPIRY] - distance + drift * time) / v + 0.5 * v;
  f[boundary + HEAD_NUMERATOR] = normalCdf(d1 - v) + rate * ofRate;
  f[boundary + HEAD_DENOMINATOR] = normalCdf(d1) + dividendYield * ofYield;
}

/**
 * What the premium integral needs at each of its points, whatever the spot: with t = z^2 and z from 0 to sqrt(T)
 * d1 = term0 ln(spot) + term1, d2 = d1 - term2, and the integrand is term3 N(-d2) - term4 spot N(-d1).
 */
function fillPremiumTerms(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32,
  rate: f64, dividendYield: f64, volatility: f64,
): void {
  const count: i32 = w[scheme + SCHEME_PREMIUM];
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const nodes: i32 = premiumTable(w, scheme, tables);
  const terms: i32 = boundary + BOUNDARY_HEAD + 2 * (degree + 1);
  const rootTime: f64 = f[boundary + HEAD_ROOT_TIME];
  for (let k: i32 = 0; k < count; k++) {
    const z: f64 = 0.5 * rootTime * (1.0 + f[nodes + k]);
    const t: f64 = z * z;
    const v: f64 = volatility * z;
    const left: f64 = atLeastZero(rootTime * rootTime - t);
    const logBoundary: f64 = f[boundary + HEAD_LOG_AT_EXPIRY] - logDistance(f, boundary, degree, Math.sqrt(left));
    const weight: f64 = rootTime * z * f[nodes + count + k];
    const at: i32 = terms + PREMIUM_TERMS * k;
    f[at] = 1.0 / v;
    f[at + 1] = ((rate - dividendYield) * t - logBoundary) / v + 0.5 * v;
    f[at + 2] = v;
    f[at + 3] = weight * rate * exp(-rate * t);
    f[at + 4] = weight * dividendYield * exp(-dividendYield * t);
  }
}

/** What early exercise adds to a European put of strike 1 at this spot, above the boundary. */
export function earlyExercisePremium(f: Floats, w: Ints, scheme: i32, boundary: i32, spot: f64): f64 {
  const count: i32 = w[scheme + SCHEME_PREMIUM];
  const terms: i32 = boundary + BOUNDARY_HEAD + 2 * (w[scheme + SCHEME_DEGREE] + 1);
  const logSpot: f64 = log(spot);
  let sum: f64 = 0;
  for (let k: i32 = 0; k < count; k++) {
    const at: i32 = terms + PREMIUM_TERMS * k;
    const d1: f64 = f[at] * logSpot + f[at + 1];
    sum = sum + (f[at + 3] * normalCdf(f[at + 2] - d1) - f[at + 4] * spot * normalCdf(-d1));
  }
  return sum > 0.0 ? sum : 0.0;
}
