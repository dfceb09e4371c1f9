import { exp } from '../exp.ts';
import { log } from '../log.ts';
import { certainPrice } from './certain.ts';

/**
 * American options on the binomial tree of Leisen and Reimer (Binomial models for option valuation, 1996): an odd number
 * of steps, probabilities from the normal distribution by the inversion of Peizer and Pratt, so that the strike lies
 * in the middle of the last step and the error falls smoothly.
 *
 * `work`: treeFloats(steps) floats: values by node of a step, powers of rise over fall, then the head of the tree.
 */

/** Steps of the two trees whose prices are extrapolated. */
export const COARSE_STEPS: i32 = 51;
export const FINE_STEPS: i32 = 103;

/** After the powers: the lowest price of the last step, the factor of a fall, discounted probabilities, sign, strike. */
export const TREE_LOWEST: i32 = 0;
export const TREE_FALL: i32 = 1;
export const TREE_UP: i32 = 2;
export const TREE_DOWN: i32 = 3;
export const TREE_SIGN: i32 = 4;
export const TREE_STRIKE: i32 = 5;
const TREE_HEAD_FLOATS: i32 = 6;

export function treeFloats(steps: i32): i32 {
  return 2 * (steps + 1) + TREE_HEAD_FLOATS;
}

/** First float of the head of a tree. */
export function treeHead(work: i32, steps: i32): i32 {
  return work + 2 * (steps + 1);
}

/**
 * The American price extrapolated from two numbers of steps, both odd: an error c / n cancels (Richardson). At least
 * the intrinsic value. Rate, yield and drift may have any sign. Volatility and time > 0.
 */
export function extrapolatedTreePrice(
  f: Floats, work: i32, coarse: i32, fine: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const first: f64 = treePrice(f, work, coarse, sign, spot, strike, rate, dividendYield, volatility, time);
  const second: f64 = treePrice(f, work, fine, sign, spot, strike, rate, dividendYield, volatility, time);
  return extrapolated(first, second, coarse, fine, sign * (spot - strike));
}

export function extrapolated(first: f64, second: f64, coarse: i32, fine: i32, intrinsic: f64): f64 {
  const n: f64 = coarse as f64;
  const m: f64 = fine as f64;
  const price: f64 = second + (second - first) * n / (m - n);
  return price < intrinsic ? intrinsic : price;
}

/** Price on the tree with that many steps (odd). */
export function treePrice(
  f: Floats, work: i32, steps: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  if (!beginTree(f, work, steps, sign, spot, strike, rate, dividendYield, volatility, time)) {
    return certainPrice(sign, spot, strike, rate, dividendYield, time);
  }
  return rollBack(f, work, steps, sign, spot, strike);
}

/** Writes the last step of a tree, powers and head; false if the price is as good as certain. */
export function beginTree(
  f: Floats, work: i32, steps: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): boolean {
  const n: f64 = steps as f64;
  const v: f64 = volatility * Math.sqrt(time);
  const d1: f64 = (log(spot / strike) + (rate - dividendYield) * time) / v + 0.5 * v;
  const d2: f64 = d1 - v;
  const up: f64 = binomialTail(d2, n);
  const down: f64 = binomialTail(-d2, n);
  // The smaller of two such probabilities may be 0.
  if (!(up > 0.0 && down > 0.0)) return false;
  const step: f64 = time / n;
  const growth: f64 = exp((rate - dividendYield) * step);
  const rise: f64 = growth * binomialTail(d1, n) / up;
  const fall: f64 = growth * binomialTail(-d1, n) / down;
  const discount: f64 = exp(-rate * step);
  const head: i32 = treeHead(work, steps);
  f[head + TREE_LOWEST] = fillLastStep(f, work, steps, sign, spot, strike, rise / fall, fall);
  f[head + TREE_FALL] = fall;
  f[head + TREE_UP] = discount * up;
  f[head + TREE_DOWN] = discount * down;
  f[head + TREE_SIGN] = sign;
  f[head + TREE_STRIKE] = strike;
  return true;
}

/** Probability of an up move: of a sum of n of them to reach the strike it makes N(z). Full digits of small ones. */
function binomialTail(z: f64, n: f64): f64 {
  const scaled: f64 = z / (n + 1.0 / 3.0 + 0.1 / (n + 1.0));
  const e: f64 = exp(-scaled * scaled * (n + 1.0 / 6.0));
  const root: f64 = Math.sqrt(1.0 - e);
  return z > 0.0 ? 0.5 * (1.0 + root) : 0.5 * e / (1.0 + root);
}

/** Powers of the ratio of a rise to a fall, and the pay-off by node; the lowest price is returned. */
function fillLastStep(
  f: Floats, work: i32, steps: i32, sign: f64, spot: f64, strike: f64, ratio: f64, fall: f64,
): f64 {
  const powers: i32 = work + steps + 1;
  let power: f64 = 1;
  let lowest: f64 = spot;
  for (let j: i32 = 0; j <= steps; j++) {
    f[powers + j] = power;
    power = power * ratio;
    if (j > 0) lowest = lowest * fall;
  }
  for (let j: i32 = 0; j <= steps; j++) {
    const gain: f64 = sign * (lowest * f[powers + j] - strike);
    f[work + j] = gain > 0.0 ? gain : 0.0;
  }
  return lowest;
}

/** From the last step to the root. */
function rollBack(f: Floats, work: i32, steps: i32, sign: f64, spot: f64, strike: f64): f64 {
  const powers: i32 = work + steps + 1;
  const head: i32 = treeHead(work, steps);
  const fall: f64 = f[head + TREE_FALL];
  const onUp: f64 = f[head + TREE_UP];
  const onDown: f64 = f[head + TREE_DOWN];
  let lowest: f64 = f[head + TREE_LOWEST];
  for (let i: i32 = steps - 1; i >= 0; i--) {
    lowest = lowestOfStep(spot, lowest, fall, i);
    let below: f64 = f[work];
    for (let j: i32 = 0; j <= i; j++) {
      const above: f64 = f[work + j + 1];
      const kept: f64 = onDown * below + onUp * above;
      const gain: f64 = sign * (lowest * f[powers + j] - strike);
      f[work + j] = gain > kept ? gain : kept;
      below = above;
    }
  }
  return f[work];
}

/** At the root without the roundings of the way there: exercise now is worth exactly the intrinsic value. */
export function lowestOfStep(spot: f64, later: f64, fall: f64, i: i32): f64 {
  return i === 0 ? spot : later / fall;
}
