import { exp } from '../exp.ts';
import { log } from '../log.ts';
import { normalCdf, normalPdf } from '../normal.ts';

/** Halley steps at most; from the boundary at expiry they converge monotonically, usually in four or five. */
const STEPS_MAX: i32 = 40;
const CONVERGED: f64 = 1e-13;
const SMALLEST: f64 = 1e-12;

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
 * method, from the boundary at expiry downward. `time`, `volatility` and `atExpiry` > 0.
 */
export function qdPlusBoundary(atExpiry: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64): f64 {
  const variance: f64 = volatility * volatility;
  const v: f64 = volatility * Math.sqrt(time);
  const discount: f64 = exp(-rate * time);
  const carried: f64 = exp(-dividendYield * time);
  const decay: f64 = rate * time;
  const perDiscount: f64 = Math.abs(decay) > 1e-5
    ? rate / (1.0 - discount) : 1.0 / (time * (1.0 - 0.5 * decay * (1.0 - decay / 3.0)));
  const drift: f64 = 2.0 * (rate - dividendYield) / variance - 1.0;
  const root: f64 = Math.sqrt(drift * drift + 8.0 * perDiscount / variance);
  const lambda: f64 = -0.5 * (drift + root);
  const slope: f64 = 2.0 * perDiscount * perDiscount / (variance * root);
  // 2 lambda + drift = -root
  const alpha: f64 = -2.0 * discount / (variance * root);
  const beta: f64 = alpha * (perDiscount - slope / root) - lambda;

  let y: f64 = atExpiry;
  for (let step: i32 = 0; step < STEPS_MAX; step++) {
    const d1: f64 = (log(y) + (rate - dividendYield) * time) / v + 0.5 * v;
    const d2: f64 = d1 - v;
    const cdf1: f64 = normalCdf(-d1);
    const cdf2: f64 = normalCdf(-d2);
    const density: f64 = carried * normalPdf(d1);
    const held: f64 = 1.0 - carried * cdf1;
    const put: f64 = discount * cdf2 - y * carried * cdf1;
    const theta: f64 = rate * discount * cdf2 - dividendYield * y * carried * cdf1 - 0.5 * variance * y / v * density;
    const charm: f64 = -density * ((rate - dividendYield) / v - 0.5 * d2 / time) - dividendYield * carried * cdf1;
    const gamma: f64 = density / (v * y);
    const colour: f64 = gamma
      * (dividendYield + (rate - dividendYield) * d1 / v + 0.5 * (1.0 - d1 * d2) / time);

    const value: f64 = held * y - beta * (1.0 - y - put) + alpha * theta / discount;
    const first: f64 = held + density / v + beta * held + alpha / discount * charm;
    const second: f64 = gamma - density * d1 / (y * v * v) + beta * gamma + alpha / discount * colour;
    const newton: f64 = value / first;
    const next: f64 = y - newton / (1.0 - 0.5 * newton * second / first);
    const bounded: f64 = next < SMALLEST * atExpiry ? SMALLEST * atExpiry : next;
    const moved: f64 = Math.abs(bounded - y);
    y = bounded;
    if (!(moved > CONVERGED * atExpiry)) break;
  }
  return y < atExpiry ? y : atExpiry;
}
