import { exp } from '../exp.ts';
import { log, logRatio } from '../log.ts';
import { normalPdf } from '../normal.ts';
import { rowNormal } from './normal-rows.ts';

/** Halley steps at most; from the boundary at expiry they converge monotonically, usually in four. */
export const STEPS_MAX: i32 = 40;
/** Halley's method triples the digits: a last step of this part of a standard deviation leaves 1e-15 of one. */
export const CONVERGED: f64 = 1e-5;
/** Bounds of the boundary, as parts of the one at expiry. */
export const SMALLEST: f64 = 1e-12;
export const LARGEST: f64 = 1e12;
/** Up to here the discount is taken from its series. */
export const SERIES_DECAY: f64 = 1e-5;

/**
 * Exercise boundary of an American put of strike 1 as its time to expiry goes to 0; 0 if it is never exercised early
 * (Andersen and Lake, Fast American option pricing: the double-boundary case, 2021, table 2). Needs rate >= 0 or
 * dividendYield >= rate: below that the exercise region has two boundaries.
 */
export function boundaryAtExpiry(rate: f64, dividendYield: f64): f64 {
  if (rate > 0.0) return dividendYield > rate ? rate / dividendYield : 1.0;
  return rate === 0.0 && dividendYield < 0.0 ? 1.0 : 0.0;
}

/** Between rates below zero and a lower yield a put is exercised neither at low nor at high prices: two boundaries. */
export function hasTwoBoundaries(rate: f64, dividendYield: f64): boolean {
  return rate < 0.0 && dividendYield < rate;
}

/**
 * The exercise boundary of a put of strike 1, `time` years before expiry, by the QD+ approximation (Li, Analytical
 * approximations for the critical stock prices of American options, 2010): starting values for the fixed point, with
 * prices off by up to 7e-2 in 100.
 *
 * With y the price, p the European put, it solves (1 - e^(-qT) N(-d1)) y + (lambda + c0) (1 - y - p) = 0 by Halley's
 * method, from the boundary at expiry downward. `time`, `volatility` and `atExpiry` > 0; `rows`: normal-rows.ts.
 */
export function qdPlusBoundary(
  f: Floats, rows: i32, atExpiry: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const variance: f64 = volatility * volatility;
  const v: f64 = volatility * Math.sqrt(time);
  const discount: f64 = exp(-rate * time);
  const carried: f64 = exp(-dividendYield * time);
  const decay: f64 = rate * time;
  const perDiscount: f64 = Math.abs(decay) > SERIES_DECAY
    ? rate / (1.0 - discount) : 1.0 / (time * (1.0 - 0.5 * decay * (1.0 - decay / 3.0)));
  const drift: f64 = rate - dividendYield;
  const tilt: f64 = 2.0 * drift / variance - 1.0;
  const root: f64 = Math.sqrt(tilt * tilt + 8.0 * perDiscount / variance);
  const lambda: f64 = -0.5 * (tilt + root);
  const slope: f64 = 2.0 * perDiscount * perDiscount / (variance * root);
  // 2 lambda + tilt = -root
  const alpha: f64 = -2.0 / (variance * root);
  const beta: f64 = alpha * discount * (perDiscount - slope / root) - lambda;

  const inverse: f64 = 1.0 / v;
  const moving: f64 = log(atExpiry) + drift * time;
  const settled: f64 = CONVERGED * (v < 1.0 ? v : 1.0) * atExpiry;
  let y: f64 = atExpiry;
  for (let step: i32 = 0; step < STEPS_MAX; step++) {
    const d1: f64 = (logRatio(y, atExpiry) + moving) * inverse + 0.5 * v;
    const d2: f64 = d1 - v;
    const paid: f64 = carried * rowNormal(f, rows, -d1);
    const struck: f64 = discount * rowNormal(f, rows, -d2);
    const density: f64 = carried * normalPdf(d1);
    const held: f64 = 1.0 - paid;
    const put: f64 = struck - y * paid;
    const inverseY: f64 = 1.0 / y;
    const theta: f64 = rate * struck - dividendYield * y * paid - 0.5 * variance * y * inverse * density;
    const charm: f64 = density * (0.5 * d2 / time - drift * inverse) - dividendYield * paid;
    const gamma: f64 = density * inverse * inverseY;
    const colour: f64 = gamma * (dividendYield + drift * d1 * inverse + 0.5 * (1.0 - d1 * d2) / time);

    const value: f64 = held * y - beta * (1.0 - y - put) + alpha * theta;
    const first: f64 = held + density * inverse + beta * held + alpha * charm;
    const second: f64 = gamma - d1 * inverse * gamma + beta * gamma + alpha * colour;
    const newton: f64 = value / first;
    const next: f64 = y - newton / (1.0 - 0.5 * newton * second / first);
    const notBelow: f64 = next < SMALLEST * atExpiry ? SMALLEST * atExpiry : next;
    const bounded: f64 = LARGEST * atExpiry < notBelow ? LARGEST * atExpiry : notBelow;
    const moved: f64 = Math.abs(bounded - y);
    y = bounded;
    if (!(moved > settled)) break;
  }
  return y < atExpiry ? y : atExpiry;
}
