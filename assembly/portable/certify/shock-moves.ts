import {
  CALL_PRICE, CALL_VOLATILITY, GROUP_DELTA_PRICE, GROUP_DELTA_PRICE_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_TIME_MOVE,
  GROUP_DELTA_VOLATILITY, GROUP_DELTA_VOLATILITY_RADIUS, GROUP_REST_DELTA_PRICE, GROUP_REST_DELTA_VOLATILITY,
  GROUP_SHOCK_BY_INDEX, GROUP_SHOCK_BY_SIZE, GROUP_SHOCK_PRICE_DOWN, GROUP_SHOCK_PRICE_UP, GROUP_SHOCK_VOLATILITY_DOWN,
  GROUP_SHOCK_VOLATILITY_UP,
} from './scratch.ts';

/**
 * Writes what the delta shock of one risk group may grow by, per unit of movement, in its settlement currency: along X
 * and Y up and down, by the size of the delta that counts, and along ln(index price); what it may lessen by is no more
 * than it may grow by in the other direction. Formula of the shock: `deltaShockUsd`.
 *
 * `long`, `rest`: deltas; `growth`: e^(largest |change| of ln(index price)). Proof: docs/CERTIFICATES.md.
 *
 * The delta that counts is the median of 0, `rest` and `total = long + rest`. If either keeps its sign in all of the box,
 * that is the lesser of the two in the direction of that sign, if it is positive; the shock grows only as the one that is
 * the lesser at the reference grows. Where neither keeps it, the median moves by no more than either.
 */
export function writeShockSlopes(
  f: Floats, numbers: i32, long: f64, rest: f64, indexPrice: f64, threshold: f64, slope: f64, shockMax: f64,
  isInverse: boolean, growth: f64,
): void {
  for (let each: i32 = GROUP_SHOCK_BY_SIZE; each <= GROUP_SHOCK_VOLATILITY_DOWN; each++) f[numbers + each] = 0;
  const total: f64 = long + rest;
  const byPrice: f64 = f[numbers + GROUP_DELTA_PRICE];
  const restByPrice: f64 = f[numbers + GROUP_REST_DELTA_PRICE];
  const byVolatility: f64 = f[numbers + GROUP_DELTA_VOLATILITY];
  const restByVolatility: f64 = f[numbers + GROUP_REST_DELTA_VOLATILITY];
  const totalMove: f64 = moveOf(f, numbers, byPrice, byVolatility);
  const restMove: f64 = moveOf(f, numbers, restByPrice, restByVolatility);
  const restKeeps: boolean = restMove <= Math.abs(rest);
  const isCertain: boolean = restKeeps || totalMove <= Math.abs(total);
  const side: f64 = restKeeps ? signOf(rest) : signOf(total);
  const isTotal: boolean = side * total < side * rest;
  // Where the sign is not certain: the size that counts, and the larger of the two movements.
  let start: f64 = countedSize(rest, total);
  let move: f64 = Math.max(restMove, totalMove);
  let otherReach: f64 = -Infinity;
  if (isCertain) {
    start = isTotal ? side * total : side * rest;
    move = isTotal ? totalMove : restMove;
    otherReach = isTotal ? side * rest - restMove : side * total - totalMove;
  }
  const reach: f64 = start + move;
  const highIndex: f64 = indexPrice * growth;
  // What is no number goes on, and becomes a slope that is none.
  if (reach * highIndex <= threshold || slope === 0 || shockMax === 0) return;
  const lowIndex: f64 = indexPrice / growth;
  const counted: f64 = start > 0 ? start : 0;
  const unit: f64 = isInverse ? 1.0 : highIndex;
  const free: f64 = threshold / highIndex;
  const lowFree: f64 = threshold / lowIndex;
  const grows: f64 = unit * growthBySize(start, reach, free, slope, shockMax);
  let lessens: f64 = 0;
  if (counted * highIndex > threshold) {
    const least: f64 = isCertain ? Math.min(start - move, otherReach) : start - move;
    lessens = unit * lessBySize(counted, least, free, lowFree, slope, shockMax, isInverse);
    f[numbers + GROUP_SHOCK_BY_INDEX] =
      byIndex(counted, free, lowFree, slope, shockMax, isInverse ? 0 : highIndex);
  }
  f[numbers + GROUP_SHOCK_BY_SIZE] = Math.max(grows, lessens);
  const priceRadius: f64 = f[numbers + GROUP_DELTA_PRICE_RADIUS];
  const volatilityRadius: f64 = f[numbers + GROUP_DELTA_VOLATILITY_RADIUS];
  // Of no certain sign: either slope, either way. Else the other one counts only if it may come below.
  let own: f64 = Math.max(Math.abs(byPrice), Math.abs(restByPrice));
  let ownVolatility: f64 = Math.max(Math.abs(byVolatility), Math.abs(restByVolatility));
  let other: f64 = own;
  let otherVolatility: f64 = ownVolatility;
  let way: f64 = 1.0;
  if (isCertain) {
    own = side * (isTotal ? byPrice : restByPrice);
    ownVolatility = side * (isTotal ? byVolatility : restByVolatility);
    const isAlone: boolean = otherReach >= start;
    other = isAlone ? own : side * (isTotal ? restByPrice : byPrice);
    otherVolatility = isAlone ? ownVolatility : side * (isTotal ? restByVolatility : byVolatility);
    way = -1.0;
  }
  f[numbers + GROUP_SHOCK_PRICE_UP] = changeOf(grows, lessens, own, other, priceRadius);
  f[numbers + GROUP_SHOCK_PRICE_DOWN] = changeOf(grows, lessens, way * own, way * other, priceRadius);
  f[numbers + GROUP_SHOCK_VOLATILITY_UP] = changeOf(grows, lessens, ownVolatility, otherVolatility, volatilityRadius);
  f[numbers + GROUP_SHOCK_VOLATILITY_DOWN] =
    changeOf(grows, lessens, way * ownVolatility, way * otherVolatility, volatilityRadius);
}

/** Largest |change| in the box of a delta with these slopes. */
function moveOf(f: Floats, n: i32, byPrice: f64, byVolatility: f64): f64 {
  return f[n + CALL_PRICE] * (Math.abs(byPrice) + f[n + GROUP_DELTA_PRICE_RADIUS]) +
    f[n + CALL_VOLATILITY] * (Math.abs(byVolatility) + f[n + GROUP_DELTA_VOLATILITY_RADIUS]) +
    f[n + GROUP_DELTA_REST] + f[n + GROUP_DELTA_TIME_MOVE];
}

function signOf(x: f64): f64 {
  return x < 0 ? -1.0 : 1.0;
}

function countedSize(rest: f64, total: f64): f64 {
  return rest * total > 0 ? Math.min(Math.abs(rest), Math.abs(total)) : 0;
}

/** What the shock changes by in one direction: growth by the slope of the lesser delta, less by that of either. */
function changeOf(grows: f64, lessens: f64, own: f64, other: f64, radius: f64): f64 {
  const either: f64 = Math.max(own, other);
  return Math.max(grows * Math.max(radius + own, 0.0), lessens * Math.max(radius + either, 0.0));
}

/**
 * Largest chord of the shock in coin from a size `start` (below 0: so far to go until anything counts) to any up to
 * `reach`. It is convex up to the knee, where the cap begins, and proportional to the size beyond: chords grow up to the
 * knee, and beyond it only those from below 0 do.
 */
function growthBySize(start: f64, reach: f64, free: f64, slope: f64, shockMax: f64): f64 {
  const knee: f64 = free + shockMax / slope;
  if (start >= knee) return shockMax;
  const top: f64 = reach < knee ? reach : knee;
  if (start > free) return slope * (top + start - free);
  if (!(top > free)) return 0;
  const toTop: f64 = slope * top * (top - free) / (top - start);
  const toReach: f64 = reach > knee ? shockMax * reach / (reach - start) : 0;
  return Math.max(toTop, toReach);
}

/** Largest chord from a size down to any, `least` at least; the price that the knee depends on may move. */
function lessBySize(
  size: f64, least: f64, free: f64, lowFree: f64, slope: f64, shockMax: f64, isInverse: boolean,
): f64 {
  if (size <= free + shockMax / slope) return slope * (2.0 * size - free);
  if (least >= lowFree + shockMax / slope) return shockMax;
  return 2.0 * shockMax + slope * (isInverse ? lowFree : free);
}

/** Largest slope along ln(index) at a size. `highIndex`: of a shock in the quote currency; 0 of one in coin. */
function byIndex(size: f64, free: f64, lowFree: f64, slope: f64, shockMax: f64, highIndex: f64): f64 {
  const isCapped: boolean = size > lowFree + shockMax / slope;
  if (highIndex === 0) return isCapped ? 0 : slope * size * lowFree;
  const capped: f64 = size > free + shockMax / slope ? shockMax : 0;
  return size * highIndex * Math.max(capped, isCapped ? 0 : slope * size);
}
