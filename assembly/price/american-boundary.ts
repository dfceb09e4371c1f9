import { scaledExp2 } from '../math/exp.ts';
import { logRatio2 } from '../math/log.ts';
import { scaledNormalPdf2 } from '../math/normal.ts';
import { normalHighest, normalLowest, normalOf2, normalRounder, rowNormal2 } from '../math/normal-rows.ts';
import { atLeast, atMost, minus, times } from '../math/vector.ts';
import {
  boundaryValues, boundaryWork, finishBoundary, HEAD_AT_EXPIRY, HEAD_DEVIATION, HEAD_INVERSE, HEAD_LOG_AT_EXPIRY,
  HEAD_RATE, HEAD_SLOPE, HEAD_TIME, HEAD_VOLATILITY, HEAD_YIELD, SMALLEST_RATIO,
} from '../portable/american/boundary.ts';
import {
  BOUNDARY_HEAD, evenCount, integralTable, matrixTable, pointTable, premiumTable, SCHEME_DEGREE, SCHEME_INTEGRAL,
  SCHEME_ITERATIONS, SCHEME_PREMIUM,
} from '../portable/american/scheme.ts';
import { CONVERGED, LARGEST, SERIES_DECAY, SMALLEST, STEPS_MAX } from '../portable/american/start.ts';
import { log } from '../portable/log.ts';

/**
 * Exercise boundaries with two points or two nodes of an integral at a time: the operations of
 * assembly/portable/american/{start,boundary}.ts in the same order, lane by lane the same bits. Columns have even lengths, and
 * what a padded point or node writes is read by nothing. `scheme` is a word index; `tables` and `boundary` are float
 * indexes, as there.
 */
export function solveBoundary2(scheme: i32, tables: i32, boundary: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  fillStart2(scheme, tables, boundary);
  fillFactors2(scheme, tables, boundary);
  fillCoefficients2(scheme, tables, boundary);
  const iterations = wordAt(scheme + SCHEME_ITERATIONS);
  for (let step = 0; step < iterations; step++) {
    for (let i = 0; i < degree; i++) sumPoint2(scheme, tables, boundary, i);
    for (let i = 0; i < degree; i += 2) improvePoints2(scheme, tables, boundary, i, step == 0);
    fillCoefficients2(scheme, tables, boundary);
  }
  finishBoundary(changetype<Floats>(0), boundary, degree);
  fillPremiumTerms2(scheme, tables, boundary);
}

// @ts-ignore: decorator
@inline
function wordAt(index: i32): i32 {
  return load<i32>(<usize>index << 2);
}

// @ts-ignore: decorator
@inline
function headAt(boundary: i32, slot: i32): f64 {
  return load<f64>(<usize>(boundary + slot) << 3);
}

// @ts-ignore: decorator
@inline
function bytesOf(index: i32): usize {
  return <usize>index << 3;
}

/** e^x: twin of exp. */
// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  return scaledExp2(f64x2.splat(1.0), x, f64x2.splat(0.0));
}

/** Twin of normalPdf. */
// @ts-ignore: decorator
@inline
function normalPdf2(z: v128): v128 {
  return scaledNormalPdf2(f64x2.splat(1.0), atMost(f64x2.abs(z), 64.0));
}

function fillStart2(scheme: i32, tables: i32, boundary: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const points = bytesOf(pointTable(tables));
  const values = bytesOf(boundaryValues(boundary, degree));
  const atExpiry = f64x2.splat(headAt(boundary, HEAD_AT_EXPIRY));
  const end = <usize>degree << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const share = v128.load(points + at);
    const time = f64x2.mul(f64x2.mul(share, share), f64x2.splat(headAt(boundary, HEAD_TIME)));
    const ratio = logRatio2(startingBoundaries(tables, boundary, time), atExpiry);
    v128.store(values + at, f64x2.mul(ratio, ratio));
  }
}

/** Twin of qdPlusBoundary. A lane that has settled keeps its value. */
function startingBoundaries(tables: i32, boundary: i32, time: v128): v128 {
  const rows = bytesOf(tables);
  const one = f64x2.splat(1.0);
  const rate = f64x2.splat(headAt(boundary, HEAD_RATE));
  const dividendYield = f64x2.splat(headAt(boundary, HEAD_YIELD));
  const volatility = f64x2.splat(headAt(boundary, HEAD_VOLATILITY));
  const atExpiry = f64x2.splat(headAt(boundary, HEAD_AT_EXPIRY));
  const variance = f64x2.mul(volatility, volatility);
  const v = f64x2.mul(volatility, f64x2.sqrt(time));
  const discount = exp2(f64x2.mul(f64x2.neg(rate), time));
  const carried = exp2(f64x2.mul(f64x2.neg(dividendYield), time));
  const decay = f64x2.mul(rate, time);
  const rest = f64x2.sub(one, f64x2.div(decay, f64x2.splat(3.0)));
  const series = f64x2.mul(time, f64x2.sub(one, f64x2.mul(times(decay, 0.5), rest)));
  const perDiscount = v128.bitselect(
    f64x2.div(rate, f64x2.sub(one, discount)), f64x2.div(one, series),
    f64x2.gt(f64x2.abs(decay), f64x2.splat(SERIES_DECAY)),
  );
  const drift = f64x2.sub(rate, dividendYield);
  const tilt = minus(f64x2.div(times(drift, 2.0), variance), 1.0);
  const root = f64x2.sqrt(f64x2.add(f64x2.mul(tilt, tilt), f64x2.div(times(perDiscount, 8.0), variance)));
  const lambda = times(f64x2.add(tilt, root), -0.5);
  const spread = f64x2.mul(variance, root);
  const slope = f64x2.div(f64x2.mul(times(perDiscount, 2.0), perDiscount), spread);
  const alpha = f64x2.div(f64x2.splat(-2.0), spread);
  const beta = f64x2.sub(
    f64x2.mul(f64x2.mul(alpha, discount), f64x2.sub(perDiscount, f64x2.div(slope, root))), lambda,
  );

  const inverse = f64x2.div(one, v);
  const moving = f64x2.add(f64x2.splat(log(headAt(boundary, HEAD_AT_EXPIRY))), f64x2.mul(drift, time));
  const settled = f64x2.mul(times(atMost(v, 1.0), CONVERGED), atExpiry);
  const lowest = times(atExpiry, SMALLEST);
  const highest = times(atExpiry, LARGEST);
  let y = atExpiry;
  let moves = i64x2.splat(-1);
  for (let step = 0; step < STEPS_MAX; step++) {
    const d1 = f64x2.add(f64x2.mul(f64x2.add(logRatio2(y, atExpiry), moving), inverse), times(v, 0.5));
    const d2 = f64x2.sub(d1, v);
    const paid = f64x2.mul(carried, normalOf2(rows, f64x2.neg(d1)));
    const struck = f64x2.mul(discount, normalOf2(rows, f64x2.neg(d2)));
    const density = f64x2.mul(carried, normalPdf2(d1));
    const held = f64x2.sub(one, paid);
    const put = f64x2.sub(struck, f64x2.mul(y, paid));
    const inverseY = f64x2.div(one, y);
    const yieldPart = f64x2.mul(f64x2.mul(dividendYield, y), paid);
    const varied = f64x2.mul(f64x2.mul(f64x2.mul(times(variance, 0.5), y), inverse), density);
    const theta = f64x2.sub(f64x2.sub(f64x2.mul(rate, struck), yieldPart), varied);
    const turning = f64x2.sub(f64x2.div(times(d2, 0.5), time), f64x2.mul(drift, inverse));
    const charm = f64x2.sub(f64x2.mul(density, turning), f64x2.mul(dividendYield, paid));
    const gamma = f64x2.mul(f64x2.mul(density, inverse), inverseY);
    const spanned = f64x2.div(times(f64x2.sub(one, f64x2.mul(d1, d2)), 0.5), time);
    const leaning = f64x2.add(dividendYield, f64x2.mul(f64x2.mul(drift, d1), inverse));
    const colour = f64x2.mul(gamma, f64x2.add(leaning, spanned));
    const gain = f64x2.mul(beta, f64x2.sub(f64x2.sub(one, y), put));
    const value = f64x2.add(f64x2.sub(f64x2.mul(held, y), gain), f64x2.mul(alpha, theta));
    const firstPart = f64x2.add(f64x2.add(held, f64x2.mul(density, inverse)), f64x2.mul(beta, held));
    const first = f64x2.add(firstPart, f64x2.mul(alpha, charm));
    const secondPart = f64x2.sub(gamma, f64x2.mul(f64x2.mul(d1, inverse), gamma));
    const second = f64x2.add(f64x2.add(secondPart, f64x2.mul(beta, gamma)), f64x2.mul(alpha, colour));
    const newton = f64x2.div(value, first);
    const bend = f64x2.sub(one, f64x2.div(f64x2.mul(times(newton, 0.5), second), first));
    const next = f64x2.sub(y, f64x2.div(newton, bend));
    const bounded = f64x2.pmin(f64x2.pmax(next, lowest), highest);
    const moved = f64x2.abs(f64x2.sub(bounded, y));
    y = v128.bitselect(bounded, y, moves);
    moves = v128.and(moves, f64x2.gt(moved, settled));
    if (!v128.any_true(moves)) break;
  }
  return v128.bitselect(y, atExpiry, f64x2.lt(y, atExpiry));
}

function fillFactors2(scheme: i32, tables: i32, boundary: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const pitch = evenCount(wordAt(scheme + SCHEME_INTEGRAL));
  const bytes = bytesOf(pitch);
  const points = bytesOf(pointTable(tables));
  const passed = bytesOf(integralTable(wordsAt(), scheme, tables));
  const weights = passed + 4 * bytes;
  const carries = bytesOf(boundaryWork(boundary, degree) + 2 * evenCount(degree));
  let ofRate = carries + bytesOf(evenCount(degree));
  let ofYield = ofRate + <usize>degree * bytes;
  const rate = f64x2.splat(headAt(boundary, HEAD_RATE));
  const dividendYield = f64x2.splat(headAt(boundary, HEAD_YIELD));
  const against = f64x2.sub(dividendYield, rate);
  for (let i = 0; i < degree; i++) {
    const share = load<f64>(points + bytesOf(i));
    const time = f64x2.splat(share * share * headAt(boundary, HEAD_TIME));
    store<f64>(carries + bytesOf(i), f64x2.extract_lane(exp2(f64x2.mul(against, time)), 0));
    for (let k: usize = 0; k < bytes; k += 16) {
      const u = f64x2.mul(time, v128.load(passed + k));
      const weight = f64x2.mul(time, v128.load(weights + k));
      v128.store(ofRate + k, f64x2.mul(f64x2.mul(weight, rate), exp2(f64x2.mul(rate, u))));
      v128.store(ofYield + k, f64x2.mul(f64x2.mul(weight, dividendYield), exp2(f64x2.mul(dividendYield, u))));
    }
    ofRate += bytes;
    ofYield += bytes;
  }
}

// @ts-ignore: decorator
@inline
function wordsAt(): Ints {
  return changetype<Ints>(0);
}

function fillCoefficients2(scheme: i32, tables: i32, boundary: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const bytes = bytesOf(evenCount(degree + 1));
  const matrix = bytesOf(matrixTable(wordsAt(), scheme, tables));
  const values = bytesOf(boundaryValues(boundary, degree));
  const coefficients = bytesOf(boundary + BOUNDARY_HEAD);
  for (let k: usize = 0; k < bytes; k += 16) {
    let sum = f64x2.splat(0.0);
    let entry = matrix + k;
    for (let i = 0; i < degree; i++) {
      sum = f64x2.add(sum, f64x2.mul(v128.load(entry), v128.load64_splat(values + bytesOf(i))));
      entry += bytes;
    }
    v128.store(coefficients + k, sum);
  }
}

/**
 * logDistance where the polynomial's argument is half of share * roots - 2, for `bytes` of `roots`, to `distances`. Four
 * vectors in step: each waits for its last product, the processor does not.
 */
function fillDistances(
  distances: usize, coefficients: usize, degree: i32, share: v128, roots: usize, bytes: usize,
): void {
  const last = coefficients + bytesOf(degree);
  const whole = bytes & ~63;
  for (let k: usize = 0; k < whole; k += 64) {
    const twice0 = twiceArgument(share, roots + k);
    const twice1 = twiceArgument(share, roots + k + 16);
    const twice2 = twiceArgument(share, roots + k + 32);
    const twice3 = twiceArgument(share, roots + k + 48);
    const leading = v128.load64_splat(last);
    let older0 = f64x2.splat(0.0), older1 = older0, older2 = older0, older3 = older0;
    let newer0 = leading, newer1 = leading, newer2 = leading, newer3 = leading;
    for (let at = last - 8; at > coefficients; at -= 8) {
      const coefficient = v128.load64_splat(at);
      const next0 = clenshaw(coefficient, older0, twice0, newer0);
      const next1 = clenshaw(coefficient, older1, twice1, newer1);
      const next2 = clenshaw(coefficient, older2, twice2, newer2);
      const next3 = clenshaw(coefficient, older3, twice3, newer3);
      older0 = newer0;
      older1 = newer1;
      older2 = newer2;
      older3 = newer3;
      newer0 = next0;
      newer1 = next1;
      newer2 = next2;
      newer3 = next3;
    }
    const first = v128.load64_splat(coefficients);
    v128.store(distances + k, distanceOf(first, older0, twice0, newer0));
    v128.store(distances + k, distanceOf(first, older1, twice1, newer1), 16);
    v128.store(distances + k, distanceOf(first, older2, twice2, newer2), 32);
    v128.store(distances + k, distanceOf(first, older3, twice3, newer3), 48);
  }
  for (let k = whole; k < bytes; k += 16) {
    const twice = twiceArgument(share, roots + k);
    let older = f64x2.splat(0.0);
    let newer = v128.load64_splat(last);
    for (let at = last - 8; at > coefficients; at -= 8) {
      const next = clenshaw(v128.load64_splat(at), older, twice, newer);
      older = newer;
      newer = next;
    }
    v128.store(distances + k, distanceOf(v128.load64_splat(coefficients), older, twice, newer));
  }
}

// @ts-ignore: decorator
@inline
function twiceArgument(share: v128, root: usize): v128 {
  return minus(f64x2.mul(share, v128.load(root)), 2.0);
}

// @ts-ignore: decorator
@inline
function clenshaw(coefficient: v128, older: v128, twice: v128, newer: v128): v128 {
  return f64x2.add(f64x2.sub(coefficient, older), f64x2.mul(twice, newer));
}

// @ts-ignore: decorator
@inline
function distanceOf(first: v128, older: v128, twice: v128, newer: v128): v128 {
  return f64x2.sqrt(atLeast(clenshaw(first, older, times(twice, 0.5), newer), 0.0));
}

/** Twin of sumPoint. What is the same for all nodes goes through memory: V8 would divide anew for each of them. */
function sumPoint2(scheme: i32, tables: i32, boundary: i32, i: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const pitch = evenCount(wordAt(scheme + SCHEME_INTEGRAL));
  const bytes = bytesOf(pitch);
  const sums = bytesOf(boundaryWork(boundary, degree));
  const ofRate = sums + bytesOf(3 * evenCount(degree) + i * pitch);
  const ofYield = ofRate + <usize>degree * bytes;
  const roots = bytesOf(integralTable(wordsAt(), scheme, tables)) + bytes;
  const d1 = ofYield + <usize>(degree - i) * bytes;
  const share = load<f64>(bytesOf(pointTable(tables) + i));
  fillDistances(d1, bytesOf(boundary + BOUNDARY_HEAD), degree, f64x2.splat(share), roots, bytes);
  const ofPoint = d1 + 2 * bytes;
  store<f64>(ofPoint, Math.sqrt(load<f64>(bytesOf(boundaryValues(boundary, degree) + i))));
  store<f64>(ofPoint, headAt(boundary, HEAD_DEVIATION) * share, 8);
  store<f64>(ofPoint, headAt(boundary, HEAD_INVERSE) / share, 16);
  store<f64>(ofPoint, headAt(boundary, HEAD_SLOPE) * share, 24);
  fillArguments(d1, ofPoint, roots + bytes, bytes);
  store<f64>(sums + bytesOf(i), sumOfRows(bytesOf(tables), ofRate, d1 + bytes, bytes));
  store<f64>(sums + bytesOf(evenCount(degree) + i), sumOfRows(bytesOf(tables), ofYield, d1, bytes));
}

/** d1 in place of distances, d2 after it; `lefts`: sqrt(1 - p), then its inverse. */
function fillArguments(d1: usize, ofPoint: usize, lefts: usize, bytes: usize): void {
  const distance = v128.load64_splat(ofPoint);
  const deviation = v128.load64_splat(ofPoint, 8);
  const inverse = v128.load64_splat(ofPoint, 16);
  const slope = v128.load64_splat(ofPoint, 24);
  for (let k: usize = 0; k < bytes; k += 16) {
    const ratio = f64x2.sub(v128.load(d1 + k), distance);
    const left = v128.load(lefts + k);
    const scaled = f64x2.mul(ratio, f64x2.mul(inverse, v128.load(lefts + bytes + k)));
    const first = f64x2.add(scaled, f64x2.mul(left, slope));
    v128.store(d1 + k, first);
    v128.store(d1 + bytes + k, f64x2.sub(first, f64x2.mul(left, deviation)));
  }
}

/** Factors times the normal distribution of arguments: even and odd ones apart, then both. */
function sumOfRows(rows: usize, factors: usize, places: usize, bytes: usize): f64 {
  const lowest = normalLowest(rows);
  const highest = normalHighest(rows);
  const rounder = normalRounder(rows);
  let sums = f64x2.splat(0.0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const values = rowNormal2(rows, lowest, highest, rounder, v128.load(places + k));
    sums = f64x2.add(sums, f64x2.mul(v128.load(factors + k), values));
  }
  return sumOfLanes(sums);
}

// @ts-ignore: decorator
@inline
function sumOfLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Twin of improvePoint at two points. */
function improvePoints2(scheme: i32, tables: i32, boundary: i32, i: i32, byNewton: bool): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const bytes = bytesOf(evenCount(degree));
  const rows = bytesOf(tables);
  const sums = bytesOf(boundaryWork(boundary, degree) + i);
  const place = bytesOf(boundaryValues(boundary, degree) + i);
  const value = v128.load(place);
  const share = v128.load(bytesOf(pointTable(tables) + i));
  const atExpiry = f64x2.splat(headAt(boundary, HEAD_AT_EXPIRY));
  const distance = f64x2.sqrt(value);
  const inverse = f64x2.div(f64x2.splat(headAt(boundary, HEAD_INVERSE)), share);
  const above = f64x2.mul(f64x2.sub(f64x2.splat(headAt(boundary, HEAD_LOG_AT_EXPIRY)), distance), inverse);
  const d1 = f64x2.add(above, f64x2.mul(f64x2.splat(headAt(boundary, HEAD_SLOPE)), share));
  const d2 = f64x2.sub(d1, f64x2.mul(f64x2.splat(headAt(boundary, HEAD_DEVIATION)), share));
  const numerator = f64x2.add(normalOf2(rows, d2), v128.load(sums));
  const denominator = f64x2.add(normalOf2(rows, d1), v128.load(sums + bytes));
  const carry = v128.load(sums + 2 * bytes);
  let next = f64x2.div(f64x2.mul(carry, numerator), denominator);
  if (byNewton) {
    const now = f64x2.mul(atExpiry, exp2(f64x2.neg(distance)));
    const scale = f64x2.div(f64x2.mul(carry, inverse), now);
    const ofNumerator = f64x2.div(normalPdf2(d2), denominator);
    const square = f64x2.mul(denominator, denominator);
    const ofDenominator = f64x2.div(f64x2.mul(normalPdf2(d1), numerator), square);
    const slope = f64x2.mul(scale, f64x2.sub(ofNumerator, ofDenominator));
    next = f64x2.sub(now, f64x2.div(f64x2.sub(next, now), minus(slope, 1.0)));
  }
  const bounded = atLeast(f64x2.pmin(next, atExpiry), SMALLEST_RATIO);
  const ratio = logRatio2(bounded, atExpiry);
  v128.store(place, v128.bitselect(f64x2.mul(ratio, ratio), value, f64x2.gt(next, f64x2.splat(0.0))));
}

function fillPremiumTerms2(scheme: i32, tables: i32, boundary: i32): void {
  const degree = wordAt(scheme + SCHEME_DEGREE);
  const bytes = bytesOf(evenCount(wordAt(scheme + SCHEME_PREMIUM)));
  const coefficients = bytesOf(boundary + BOUNDARY_HEAD);
  const nodes = bytesOf(premiumTable(wordsAt(), scheme, tables));
  const terms = bytesOf(boundaryWork(boundary, degree));
  const time = f64x2.splat(headAt(boundary, HEAD_TIME));
  const rate = f64x2.splat(headAt(boundary, HEAD_RATE));
  const dividendYield = f64x2.splat(headAt(boundary, HEAD_YIELD));
  const logAtExpiry = f64x2.splat(headAt(boundary, HEAD_LOG_AT_EXPIRY));
  fillDistances(terms, coefficients, degree, f64x2.splat(1.0), nodes + 2 * bytes, bytes);
  for (let k: usize = 0; k < bytes; k += 16) {
    const share = v128.load(nodes + k);
    const distance = v128.load(terms + k);
    const inverse = f64x2.mul(f64x2.splat(headAt(boundary, HEAD_INVERSE)), v128.load(nodes + bytes + k));
    const t = f64x2.mul(f64x2.mul(share, share), time);
    const weight = f64x2.mul(time, v128.load(nodes + 3 * bytes + k));
    const leaning = f64x2.mul(share, f64x2.splat(headAt(boundary, HEAD_SLOPE)));
    const ofRate = f64x2.mul(f64x2.mul(weight, rate), exp2(f64x2.mul(f64x2.neg(rate), t)));
    const ofYield = f64x2.mul(f64x2.mul(weight, dividendYield), exp2(f64x2.mul(f64x2.neg(dividendYield), t)));
    v128.store(terms + k, inverse);
    v128.store(terms + bytes + k, f64x2.add(leaning, f64x2.mul(f64x2.sub(distance, logAtExpiry), inverse)));
    v128.store(terms + 2 * bytes + k, f64x2.mul(share, f64x2.splat(headAt(boundary, HEAD_DEVIATION))));
    v128.store(terms + 3 * bytes + k, ofRate);
    v128.store(terms + 4 * bytes + k, ofYield);
  }
}

/** Twin of earlyExercisePremium. */
export function earlyExercisePremium2(scheme: i32, tables: i32, boundary: i32, spot: f64): f64 {
  const bytes = bytesOf(evenCount(wordAt(scheme + SCHEME_PREMIUM)));
  const rows = bytesOf(tables);
  const terms = bytesOf(boundaryWork(boundary, wordAt(scheme + SCHEME_DEGREE)));
  const logSpot = f64x2.splat(log(spot));
  const lowest = normalLowest(rows);
  const highest = normalHighest(rows);
  const rounder = normalRounder(rows);
  let sums = f64x2.splat(0.0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const d1 = f64x2.add(f64x2.mul(v128.load(terms + k), logSpot), v128.load(terms + bytes + k));
    const ofSpot = f64x2.mul(v128.load(terms + 4 * bytes + k), f64x2.splat(spot));
    const ofYield = f64x2.mul(ofSpot, rowNormal2(rows, lowest, highest, rounder, f64x2.neg(d1)));
    const struck = rowNormal2(rows, lowest, highest, rounder, f64x2.sub(v128.load(terms + 2 * bytes + k), d1));
    sums = f64x2.add(sums, f64x2.sub(f64x2.mul(v128.load(terms + 3 * bytes + k), struck), ofYield));
  }
  const sum = sumOfLanes(sums);
  return sum > 0.0 ? sum : 0.0;
}
