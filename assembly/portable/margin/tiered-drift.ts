import { dataOfRow, firstPositionOf, floatsAt, orderCountOf, positionCountOf, rowOfSlot } from '../columns.ts';
import {
  addIntegers, divideEuclid, integerToFloat, INTEGER_FLOATS, multiplyBySmall, multiplyIntegers,
  rootInteger, scaleInteger, setInteger,
} from '../integer.ts';
import {
  CONTEXT_MODEL_FLOATS, CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH,
  FAULT_MODEL, OUT_COMPONENTS, OUT_EQUITY, OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  CLASS_SPOT, DATA_CLASS, DATA_DEPOSITS, DATA_FLOATS, DATA_IMF_FACTOR, DATA_INITIAL, DATA_MAINTENANCE,
  DATA_OTHER_INITIAL, DATA_OTHER_MAINTENANCE, DATA_PNL_IMF_FACTOR, DATA_PRICE, DATA_SCALE_START, DATA_SIZE, DATA_TWAP,
  FAULT_DRIFT_SPOT_ORDER, FLOAT_ORDER_CHARGE, FLOAT_PNL_CAP,
} from './tiered-layout.ts';
import { nearestWhole } from './tiered-dydx.ts';

/**
 * Drift v2. Weights and ratios in the protocol's integers (1/10,000, truncated as it truncates); money in doubles,
 * where the protocol cuts below 1e-6 of the quote currency. docs/models/drift.md.
 */
const WEIGHT_ONE: f64 = 10000;
const IMF_ONE: f64 = 1e6;
/** Base units in 1e-9, quote currency in 1e-6. */
const BASE_ONE: f64 = 1e9;
const QUOTE_ONE: f64 = 1e6;
/** The root of a size has five decimals. */
const ROOT_ONE: f64 = 1e5;

// components
export const DRIFT_PNL: i32 = 0;
export const DRIFT_REQUIREMENT_INITIAL: i32 = 1;
export const DRIFT_COLLATERAL_INITIAL: i32 = 2;
export const DRIFT_REQUIREMENT_MAINTENANCE: i32 = 3;
export const DRIFT_COLLATERAL_MAINTENANCE: i32 = 4;

export const DRIFT_WORK_INTEGERS: i32 = 7;

/** Root of the size with five decimals: the integer root of 10 size + 1. Overwrites `size`; scratch: five numbers. */
export function driftSizeRoot(f: Floats, size: i32, scratch: i32): f64 {
  const one: i32 = scratch + INTEGER_FLOATS;
  multiplyBySmall(f, size, 10);
  setInteger(f, one, 1);
  addIntegers(f, size, size, one);
  rootInteger(f, scratch, size, one);
  return integerToFloat(f, scratch);
}

/** a b / c rounded down, of whole numbers; scratch: six numbers. */
function ratioDown(f: Floats, a: f64, b: f64, c: f64, scratch: i32): f64 {
  const x: i32 = scratch;
  const y: i32 = scratch + INTEGER_FLOATS;
  const z: i32 = scratch + 2 * INTEGER_FLOATS;
  setInteger(f, x, a);
  setInteger(f, y, b);
  multiplyIntegers(f, z, x, y);
  setInteger(f, x, c);
  divideEuclid(f, y, z, x, scratch + 3 * INTEGER_FLOATS);
  return integerToFloat(f, y);
}

/**
 * Liability weight or margin ratio of a size: at least 0.8 of the weight plus imf times the root. `precision` is that
 * of the weight.
 */
export function driftPremium(
  f: Floats, size: i32, imfFactor: f64, weight: f64, precision: f64, scratch: i32,
): f64 {
  if (imfFactor === 0) return weight;
  const root: f64 = driftSizeRoot(f, size, scratch);
  const premium: f64 = ratioDown(f, root, imfFactor, (ROOT_ONE * IMF_ONE) / precision, scratch);
  const raised: f64 = weight - Math.floor(weight / 5) + premium;
  return raised > weight ? raised : weight;
}

/** Asset weight of a size: at most 1.1 / (1 + imf root). */
export function driftDiscount(f: Floats, size: i32, imfFactor: f64, weight: f64, scratch: i32): f64 {
  if (imfFactor === 0) return weight;
  const root: f64 = driftSizeRoot(f, size, scratch);
  const added: f64 = ratioDown(f, root, imfFactor, ROOT_ONE, scratch);
  const discounted: f64 = Math.floor(((IMF_ONE + IMF_ONE / 10) * WEIGHT_ONE) / (IMF_ONE + added));
  return discounted < weight ? discounted : weight;
}

/** Initial asset weight of a market whose deposits are worth more than `start`, both in quote currency. */
export function driftScaledWeight(weight: f64, start: f64, deposits: f64): f64 {
  if (start === 0 || deposits < start) return weight;
  return Math.floor((weight * start) / deposits);
}

/** Scales the initial asset weight of a spot market by its deposits. */
export function fillDriftRow(f: Floats, data: i32): void {
  if (f[data + DATA_CLASS] !== CLASS_SPOT) return;
  const deposits: f64 = f[data + DATA_DEPOSITS] * f[data + DATA_PRICE];
  f[data + DATA_FLOATS] = driftScaledWeight(f[data + DATA_INITIAL], f[data + DATA_SCALE_START], deposits);
}

/** Total collateral and margin requirement at initial and maintenance weights. */
export function marginDrift(f: Floats, w: Ints, context: i32, set: i32, out: i32, work: i32): void {
  const cash: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  const orderEnd: i32 = end + orderCountOf(w, context, set);
  const parts: i32 = out + OUT_COMPONENTS;
  f[out + OUT_SCENARIO] = -1;
  f[out + OUT_EQUITY] = cash;
  if (cash >= 0) {
    f[parts + DRIFT_COLLATERAL_INITIAL] = cash;
    f[parts + DRIFT_COLLATERAL_MAINTENANCE] = cash;
  } else {
    f[parts + DRIFT_REQUIREMENT_INITIAL] = -cash;
    f[parts + DRIFT_REQUIREMENT_MAINTENANCE] = -cash;
  }
  let slot: i32 = first;
  let order: i32 = end;
  while (slot < end || order < orderEnd) {
    const row: i32 = nextRow(w, context, slot, end, order, orderEnd);
    const held: boolean = slot < end && rowOfSlot(w, context, slot) === row;
    const firstOrder: i32 = order;
    while (order < orderEnd && rowOfSlot(w, context, order) === row) order = order + 1;
    const data: i32 = dataOfRow(w, context, row);
    if (f[data + DATA_CLASS] === CLASS_SPOT) {
      if (order > firstOrder) {
        f[out + OUT_FAULT] = FAULT_MODEL + FAULT_DRIFT_SPOT_ORDER;
        return;
      }
      marginSpot(f, w, context, slot, data, out, work);
    } else {
      marginPerpetual(f, w, context, held ? slot : -1, firstOrder, order, data, out, work);
    }
    if (held) slot = slot + 1;
  }
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  const equity: f64 = f[out + OUT_EQUITY];
  f[out + OUT_INITIAL] = f[parts + DRIFT_REQUIREMENT_INITIAL] + (equity - f[parts + DRIFT_COLLATERAL_INITIAL]) + addOn;
  f[out + OUT_MAINTENANCE] =
    f[parts + DRIFT_REQUIREMENT_MAINTENANCE] + (equity - f[parts + DRIFT_COLLATERAL_MAINTENANCE]);
}

/** Positions and orders are both sorted by row. */
function nextRow(w: Ints, context: i32, slot: i32, end: i32, order: i32, orderEnd: i32): i32 {
  if (slot >= end) return rowOfSlot(w, context, order);
  const row: i32 = rowOfSlot(w, context, slot);
  if (order >= orderEnd) return row;
  const other: i32 = rowOfSlot(w, context, order);
  return other < row ? other : row;
}

/** A deposit is collateral at its asset weight, a borrow a liability at its liability weight. */
function marginSpot(f: Floats, w: Ints, context: i32, slot: i32, data: i32, out: i32, work: i32): void {
  const parts: i32 = out + OUT_COMPONENTS;
  const amount: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot] * f[data + DATA_SIZE];
  const tokens: f64 = Math.abs(amount);
  const price: f64 = f[data + DATA_PRICE];
  const twap: f64 = f[data + DATA_TWAP];
  const imf: f64 = f[data + DATA_IMF_FACTOR];
  const units: f64 = nearestWhole(tokens * BASE_ONE);
  const size: i32 = work;
  const scratch: i32 = work + INTEGER_FLOATS;
  const value: f64 = tokens * price;
  if (amount >= 0) {
    const strict: f64 = tokens * (twap < price ? twap : price);
    setInteger(f, size, units);
    const initial: f64 = driftDiscount(f, size, imf, f[data + DATA_FLOATS], scratch);
    setInteger(f, size, units);
    const maintenance: f64 = driftDiscount(f, size, imf, f[data + DATA_MAINTENANCE], scratch);
    f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + value;
    f[parts + DRIFT_COLLATERAL_INITIAL] = f[parts + DRIFT_COLLATERAL_INITIAL] + (strict * initial) / WEIGHT_ONE;
    f[parts + DRIFT_COLLATERAL_MAINTENANCE] =
      f[parts + DRIFT_COLLATERAL_MAINTENANCE] + (value * maintenance) / WEIGHT_ONE;
    return;
  }
  const strict: f64 = tokens * (twap > price ? twap : price);
  setInteger(f, size, units);
  const initial: f64 = driftPremium(f, size, imf, f[data + DATA_OTHER_INITIAL], WEIGHT_ONE, scratch);
  setInteger(f, size, units);
  const maintenance: f64 = driftPremium(f, size, imf, f[data + DATA_OTHER_MAINTENANCE], WEIGHT_ONE, scratch);
  f[out + OUT_EQUITY] = f[out + OUT_EQUITY] - value;
  f[parts + DRIFT_REQUIREMENT_INITIAL] = f[parts + DRIFT_REQUIREMENT_INITIAL] + (strict * initial) / WEIGHT_ONE;
  f[parts + DRIFT_REQUIREMENT_MAINTENANCE] =
    f[parts + DRIFT_REQUIREMENT_MAINTENANCE] + (value * maintenance) / WEIGHT_ONE;
}

/** `slot` is negative if there are orders and no position. */
function marginPerpetual(
  f: Floats, w: Ints, context: i32, slot: i32, firstOrder: i32, orderEnd: i32, data: i32, out: i32, work: i32,
): void {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const parts: i32 = out + OUT_COMPONENTS;
  const price: f64 = f[data + DATA_PRICE];
  const unit: f64 = f[data + DATA_SIZE];
  let amount: f64 = 0;
  let pnl: f64 = 0;
  if (slot >= 0) {
    amount = f[quantities + slot] * unit;
    pnl = amount * (price - f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + slot]);
  }
  let bids: f64 = 0;
  let asks: f64 = 0;
  let charge: f64 = 0;
  for (let order: i32 = firstOrder; order < orderEnd; order++) {
    const quantity: f64 = f[quantities + order] * unit;
    if (quantity > 0) bids = bids + quantity;
    else asks = asks + quantity;
    charge = charge + f[floats + FLOAT_ORDER_CHARGE];
  }
  const long: f64 = Math.abs(amount + bids);
  const short: f64 = Math.abs(amount + asks);
  const worst: f64 = long > short ? long : short;
  const value: f64 = worst * price;
  const imf: f64 = f[data + DATA_IMF_FACTOR];
  const units: f64 = nearestWhole(worst * BASE_ONE);
  const size: i32 = work;
  const scratch: i32 = work + INTEGER_FLOATS;
  setInteger(f, size, units);
  const initial: f64 = driftPremium(f, size, imf, f[data + DATA_INITIAL], WEIGHT_ONE, scratch);
  setInteger(f, size, units);
  const maintenance: f64 = driftPremium(f, size, imf, f[data + DATA_MAINTENANCE], WEIGHT_ONE, scratch);
  f[parts + DRIFT_REQUIREMENT_INITIAL] = f[parts + DRIFT_REQUIREMENT_INITIAL] + (value * initial) / WEIGHT_ONE + charge;
  f[parts + DRIFT_REQUIREMENT_MAINTENANCE] =
    f[parts + DRIFT_REQUIREMENT_MAINTENANCE] + (value * maintenance) / WEIGHT_ONE + charge;
  f[parts + DRIFT_PNL] = f[parts + DRIFT_PNL] + pnl;
  f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + pnl;
  f[parts + DRIFT_COLLATERAL_INITIAL] = f[parts + DRIFT_COLLATERAL_INITIAL] + initialPnl(f, floats, data, pnl, work);
  const weight: f64 = pnl > 0 ? f[data + DATA_OTHER_MAINTENANCE] : WEIGHT_ONE;
  f[parts + DRIFT_COLLATERAL_MAINTENANCE] = f[parts + DRIFT_COLLATERAL_MAINTENANCE] + (pnl * weight) / WEIGHT_ONE;
}

/** A gain counts at its weight, which shrinks with its size, and up to a cap; a loss counts in full. */
function initialPnl(f: Floats, floats: i32, data: i32, pnl: f64, work: i32): f64 {
  if (!(pnl > 0)) return pnl;
  setInteger(f, work, nearestWhole(pnl * QUOTE_ONE));
  scaleInteger(f, work, 3);
  const weight: f64 = driftDiscount(
    f, work, f[data + DATA_PNL_IMF_FACTOR], f[data + DATA_OTHER_INITIAL], work + INTEGER_FLOATS,
  );
  const weighted: f64 = (pnl * weight) / WEIGHT_ONE;
  const cap: f64 = f[floats + FLOAT_PNL_CAP];
  return weighted < cap ? weighted : cap;
}
