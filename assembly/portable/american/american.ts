import { blackPrice } from '../black76.ts';
import { exp } from '../exp.ts';
import {
  beginBoundary, earlyExercisePremium, HEAD_BOUNDARY_NOW, HEAD_EUROPEAN, HEAD_FOUND, solveBoundary,
} from './boundary.ts';
import { certainPrice } from './certain.ts';
import { hasTwoBoundaries } from './start.ts';
import { COARSE_STEPS, extrapolatedTreePrice, FINE_STEPS } from './tree.ts';

/**
 * American options without discrete dividends on a spot with continuous rate and yield; on a future with the premium
 * paid at once: yield = rate, spot = the future's price. Prices in the currency of spot and strike.
 *
 * The call is the put with spot and strike, rate and yield exchanged (McDonald and Schroder 1998).
 */

/** More standard deviations add nothing to a price. */
const DEVIATION_LIMIT: f64 = 100.0;
/** sigma sqrt(T) times the root of the steps: from top to bottom the last step of a tree spans e^(2 this) at least. */
const TREE_SPAN_LIMIT: f64 = 200.0;

/** Every input at least 0 that must be, and all finite: NaN is neither. */
export function isPriceable(spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64): boolean {
  const sum: f64 = spot + strike + rate + dividendYield + volatility + time;
  return spot >= 0.0 && strike >= 0.0 && volatility >= 0.0 && time >= 0.0 && sum - sum === 0.0;
}

/** Nothing is uncertain: at expiry, without volatility, or if spot or strike is 0. */
export function isCertain(spot: f64, strike: f64, volatility: f64, time: f64): boolean {
  return spot === 0.0 || strike === 0.0 || volatility * Math.sqrt(time) === 0.0;
}

function boundedVolatility(volatility: f64, time: f64, deviationMax: f64): f64 {
  const limit: f64 = deviationMax / Math.sqrt(time);
  return limit < volatility ? limit : volatility;
}

/** The volatility that a tree of `fine` steps is made with. */
export function treeVolatility(volatility: f64, time: f64, fine: i32): f64 {
  return boundedVolatility(volatility, time, TREE_SPAN_LIMIT / Math.sqrt(fine as f64));
}

/** European price on the spot: Black's formula on the forward, discounted. */
export function europeanPrice(
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const forward: f64 = spot * exp((rate - dividendYield) * time);
  return exp(-rate * time) * blackPrice(sign, forward, strike, volatility * Math.sqrt(time));
}

/**
 * Price by the extrapolated Leisen-Reimer trees, at least the intrinsic value; NaN unless the option is priceable.
 * `work`: treeFloats(fine) floats.
 */
export function americanByTree(
  f: Floats, work: i32, coarse: i32, fine: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  if (!isPriceable(spot, strike, rate, dividendYield, volatility, time)) return NaN;
  const certain: f64 = certainPrice(sign, spot, strike, rate, dividendYield, time);
  if (isCertain(spot, strike, volatility, time)) return certain;
  const bounded: f64 = treeVolatility(volatility, time, fine);
  const price: f64 = extrapolatedTreePrice(
    f, work, coarse, fine, sign, spot, strike, rate, dividendYield, bounded, time,
  );
  return price < certain ? certain : price;
}

/**
 * Solves for the exercise boundary of an option; `boundary` as in boundary.ts. Where there is none to find (two
 * boundaries, no convergence) it says so and `americanByBoundary` uses the trees.
 */
export function prepareAmerican(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32,
  sign: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): void {
  if (beginAmerican(f, boundary, sign, rate, dividendYield, volatility, time)) {
    solveBoundary(f, w, scheme, tables, boundary);
  }
}

/** Writes the head of the boundary of an option; whether there is one to solve for. */
export function beginAmerican(
  f: Floats, boundary: i32, sign: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): boolean {
  f[boundary + HEAD_FOUND] = 0.0;
  f[boundary + HEAD_EUROPEAN] = 0.0;
  if (!isPriceable(1.0, 1.0, rate, dividendYield, volatility, time) || isCertain(1.0, 1.0, volatility, time)) return false;
  const putRate: f64 = sign > 0.0 ? dividendYield : rate;
  const putYield: f64 = sign > 0.0 ? rate : dividendYield;
  if (hasTwoBoundaries(putRate, putYield)) return false;
  return beginBoundary(f, boundary, putRate, putYield, boundedVolatility(volatility, time, DEVIATION_LIMIT), time);
}

/**
 * Price from a boundary that `prepareAmerican` solved for the same option at whatever spot; at least the intrinsic and
 * the European value. `work` as for the trees of COARSE_STEPS and FINE_STEPS.
 */
export function americanByBoundary(
  f: Floats, w: Ints, scheme: i32, tables: i32, boundary: i32, work: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const moneyness: f64 = putMoneyness(sign, spot, strike);
  const premium: f64 = isAboveBoundary(f, boundary, moneyness)
    ? earlyExercisePremium(f, w, scheme, tables, boundary, moneyness) : 0.0;
  return americanFromPremium(f, boundary, work, premium, sign, spot, strike, rate, dividendYield, volatility, time);
}

/** Price over strike of the put that the option is. */
export function putMoneyness(sign: f64, spot: f64, strike: f64): f64 {
  return sign > 0.0 ? strike / spot : spot / strike;
}

/** Whether a premium of early exercise is to be worked out. */
export function isAboveBoundary(f: Floats, boundary: i32, moneyness: f64): boolean {
  return f[boundary + HEAD_FOUND] === 1.0 && moneyness > f[boundary + HEAD_BOUNDARY_NOW];
}

/** Price from the premium of early exercise, in strikes of the put, if `isAboveBoundary`. */
export function americanFromPremium(
  f: Floats, boundary: i32, work: i32, premium: f64,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  if (!isPriceable(spot, strike, rate, dividendYield, volatility, time)) return NaN;
  const certain: f64 = certainPrice(sign, spot, strike, rate, dividendYield, time);
  if (isCertain(spot, strike, volatility, time)) return certain;
  const isEuropean: boolean = f[boundary + HEAD_EUROPEAN] === 1.0;
  if (!isEuropean && f[boundary + HEAD_FOUND] !== 1.0) {
    return americanByTree(
      f, work, COARSE_STEPS, FINE_STEPS, sign, spot, strike, rate, dividendYield, volatility, time,
    );
  }
  if (!isEuropean && !isAboveBoundary(f, boundary, putMoneyness(sign, spot, strike))) return sign * (spot - strike);
  const bounded: f64 = boundedVolatility(volatility, time, DEVIATION_LIMIT);
  const european: f64 = europeanPrice(sign, spot, strike, rate, dividendYield, bounded, time);
  const price: f64 = european + (sign > 0.0 ? spot : strike) * premium;
  return price < certain ? certain : price;
}
