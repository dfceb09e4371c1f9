import { dataOfRow, firstPositionOf, floatsAt, positionCountOf, rowOfSlot } from '../columns.ts';
import {
  addIntegers, compareIntegers, copyInteger, divideBySmall, divideBySmallUp, divideEuclid, divideIntegers,
  integerToFloat, INTEGER_FLOATS, multiplyBySmall, multiplyIntegers, scaleInteger, setInteger, subtractIntegers,
} from '../integer.ts';
import {
  CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, FAULT_MODEL, OUT_COMPONENTS,
  OUT_EQUITY, OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  DATA_BASE_IMF, DATA_BASE_QUANTUMS, DATA_FLOATS, DATA_IMF, DATA_LOWER_CAP, DATA_MAINTENANCE_FRACTION,
  DATA_OPEN_INTEREST, DATA_PRICE_INTEGER, DATA_QUOTE_EXPONENT, DATA_SIZE, DATA_UPPER_CAP, FAULT_DYDX_TOO_LARGE,
} from './tiered-layout.ts';

/**
 * dYdX v4 in its own integers: base quantums, quote quantums (1e-6 USDC), parts per million. Sources of every rounding:
 * docs/models/dydx.md.
 */
const MILLION: f64 = 1e6;
/** Whole numbers of this size and more are not exact in a double. */
const EXACT_MAX: f64 = 9007199254740992;

// components
export const DYDX_QUOTE_BALANCE: i32 = 0;
export const DYDX_NOTIONAL: i32 = 1;

/** Numbers of scratch that the account uses. */
export const DYDX_WORK_INTEGERS: i32 = 10;

/** Nearest whole number, half away from zero. */
export function nearestWhole(value: f64): f64 {
  const size: f64 = Math.abs(value);
  if (!(size < EXACT_MAX)) return value;
  const whole: f64 = Math.floor(size);
  const rounded: f64 = size - whole >= 0.5 ? whole + 1 : whole;
  return value < 0 ? -rounded : rounded;
}

/** Notional in quote quantums, towards zero: base quantums times the price's integer times 10^exponent. */
export function dydxNotional(f: Floats, out: i32, base: i32, price: i32, exponent: f64): void {
  multiplyIntegers(f, out, base, price);
  scaleInteger(f, out, exponent);
}

/** Part of the size of a notional, rounded up. */
export function dydxRequirement(f: Floats, out: i32, notional: i32, ppm: f64): void {
  copyInteger(f, out, notional);
  f[out] = Math.abs(f[notional]);
  multiplyBySmall(f, out, ppm);
  divideBySmallUp(f, out, MILLION);
}

/**
 * Initial margin fraction in ppm, scaled by open interest (quote quantums): linear from the base at the lower cap to
 * one at the upper cap, the increase rounded down. An upper cap of zero switches it off. `scratch`: six numbers.
 */
export function dydxScaledImf(
  f: Floats, openInterest: i32, baseImf: f64, lowerCap: f64, upperCap: f64, scratch: i32,
): f64 {
  if (upperCap === 0) return baseImf;
  const lower: i32 = scratch;
  const range: i32 = scratch + INTEGER_FLOATS;
  const increase: i32 = scratch + 2 * INTEGER_FLOATS;
  setInteger(f, lower, lowerCap);
  setInteger(f, range, upperCap);
  if (compareIntegers(f, openInterest, range) >= 0) return MILLION;
  if (compareIntegers(f, openInterest, lower) <= 0) return baseImf;
  subtractIntegers(f, range, range, lower);
  subtractIntegers(f, lower, openInterest, lower);
  multiplyBySmall(f, lower, MILLION - baseImf);
  divideEuclid(f, increase, lower, range, scratch + 3 * INTEGER_FLOATS);
  return baseImf + integerToFloat(f, increase);
}

/** Scales the initial margin fraction of a market by its open interest. */
export function fillDydxRow(f: Floats, data: i32): void {
  const base: i32 = data + DATA_FLOATS;
  const price: i32 = base + INTEGER_FLOATS;
  const interest: i32 = price + INTEGER_FLOATS;
  if (f[data + DATA_UPPER_CAP] === 0) {
    f[data + DATA_IMF] = f[data + DATA_BASE_IMF];
    return;
  }
  setInteger(f, base, nearestWhole(f[data + DATA_OPEN_INTEREST] * f[data + DATA_BASE_QUANTUMS]));
  setInteger(f, price, f[data + DATA_PRICE_INTEGER]);
  dydxNotional(f, interest, base, price, f[data + DATA_QUOTE_EXPONENT]);
  f[data + DATA_IMF] = dydxScaledImf(
    f, interest, f[data + DATA_BASE_IMF], f[data + DATA_LOWER_CAP], f[data + DATA_UPPER_CAP], interest + INTEGER_FLOATS,
  );
}

/** Net collateral and requirements of a subaccount with cross margin. */
export function marginDydx(f: Floats, w: Ints, context: i32, set: i32, out: i32, work: i32): void {
  const base: i32 = work;
  const price: i32 = work + INTEGER_FLOATS;
  const notional: i32 = work + 2 * INTEGER_FLOATS;
  const part: i32 = work + 3 * INTEGER_FLOATS;
  const collateral: i32 = work + 4 * INTEGER_FLOATS;
  const initial: i32 = work + 5 * INTEGER_FLOATS;
  const maintenance: i32 = work + 6 * INTEGER_FLOATS;
  const balance: i32 = work + 7 * INTEGER_FLOATS;
  const gross: i32 = work + 8 * INTEGER_FLOATS;
  setInteger(f, initial, 0);
  setInteger(f, maintenance, 0);
  setInteger(f, gross, 0);
  setInteger(f, collateral, 0);
  setInteger(f, balance, nearestWhole(f[floatsAt(w, context, CONTEXT_SET_CASH) + set] * MILLION));
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const entries: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  for (let slot: i32 = first; slot < end; slot++) {
    const data: i32 = dataOfRow(w, context, rowOfSlot(w, context, slot));
    const quantums: f64 = nearestWhole(f[quantities + slot] * f[data + DATA_BASE_QUANTUMS]);
    const paid: f64 = nearestWhole(f[quantities + slot] * f[data + DATA_SIZE] * f[entries + slot] * MILLION);
    if (!(Math.abs(quantums) < EXACT_MAX) || !(Math.abs(paid) < EXACT_MAX)) {
      f[out + OUT_FAULT] = FAULT_MODEL + FAULT_DYDX_TOO_LARGE;
      return;
    }
    setInteger(f, part, paid);
    subtractIntegers(f, balance, balance, part);
    setInteger(f, base, quantums);
    setInteger(f, price, f[data + DATA_PRICE_INTEGER]);
    dydxNotional(f, notional, base, price, f[data + DATA_QUOTE_EXPONENT]);
    addIntegers(f, collateral, collateral, notional);
    dydxRequirement(f, part, notional, f[data + DATA_IMF]);
    addIntegers(f, initial, initial, part);
    dydxRequirement(f, part, notional, f[data + DATA_BASE_IMF]);
    dydxRequirement(f, base, part, f[data + DATA_MAINTENANCE_FRACTION]);
    addIntegers(f, maintenance, maintenance, base);
    f[notional] = Math.abs(f[notional]);
    addIntegers(f, gross, gross, notional);
  }
  addIntegers(f, collateral, collateral, balance);
  f[out + OUT_COMPONENTS + DYDX_QUOTE_BALANCE] = integerToFloat(f, balance) / MILLION;
  f[out + OUT_COMPONENTS + DYDX_NOTIONAL] = integerToFloat(f, gross) / MILLION;
  f[out + OUT_EQUITY] = integerToFloat(f, collateral) / MILLION;
  f[out + OUT_INITIAL] = integerToFloat(f, initial) / MILLION + f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[out + OUT_MAINTENANCE] = integerToFloat(f, maintenance) / MILLION;
  f[out + OUT_SCENARIO] = -1;
}

// --- liquidation: integers in a block, number k at block + DYDX_BLOCK_FLOATS + k INTEGER_FLOATS --------------------

/** Floats before the numbers of a block. */
export const DYDX_BLOCK_FLOATS: i32 = 8;

function numberAt(block: i32, k: i32): i32 {
  return block + DYDX_BLOCK_FLOATS + k * INTEGER_FLOATS;
}

/**
 * Risk of a position. Floats: exponent, base IMF, maintenance fraction, lower cap, upper cap, custom IMF (0: none);
 * written: IMF. Numbers: base quantums, price, open interest in base quantums; written: notional, IMR, MMR.
 */
export function dydxPositionRisk(f: Floats, block: i32): void {
  const exponent: f64 = f[block];
  const baseImf: f64 = f[block + 1];
  const notional: i32 = numberAt(block, 3);
  const initial: i32 = numberAt(block, 4);
  const maintenance: i32 = numberAt(block, 5);
  const interest: i32 = numberAt(block, 6);
  dydxNotional(f, interest, numberAt(block, 2), numberAt(block, 1), exponent);
  let imf: f64 = dydxScaledImf(f, interest, baseImf, f[block + 3], f[block + 4], numberAt(block, 7));
  if (f[block + 5] > imf) imf = f[block + 5];
  f[block + 6] = imf;
  dydxNotional(f, notional, numberAt(block, 0), numberAt(block, 1), exponent);
  dydxRequirement(f, initial, notional, imf);
  dydxRequirement(f, interest, notional, baseImf);
  dydxRequirement(f, maintenance, interest, f[block + 2]);
}

/** 1 if a position may be changed by delta in a liquidation: smaller, not beyond zero. Numbers: position, delta. */
export function dydxIsReduction(f: Floats, block: i32): f64 {
  const position: i32 = numberAt(block, 0);
  const delta: i32 = numberAt(block, 1);
  if (f[position] * f[delta] !== -1) return 0;
  const after: i32 = numberAt(block, 2);
  addIntegers(f, after, position, delta);
  return f[after] === 0 || f[after] === f[position] ? 1 : 0;
}

/**
 * Bankruptcy price in quote quantums of closing part of a position: -DNNV - TNC |DMMR| / TMMR, division to minus
 * infinity. Numbers: notional before and after, MMR before and after, TNC, TMMR; written: 6.
 */
export function dydxBankruptcyPrice(f: Floats, block: i32): void {
  const price: i32 = numberAt(block, 6);
  const part: i32 = numberAt(block, 7);
  const product: i32 = numberAt(block, 8);
  subtractIntegers(f, part, numberAt(block, 3), numberAt(block, 2));
  f[part] = Math.abs(f[part]);
  multiplyIntegers(f, product, numberAt(block, 4), part);
  divideEuclid(f, part, product, numberAt(block, 5), numberAt(block, 9));
  subtractIntegers(f, price, numberAt(block, 0), numberAt(block, 1));
  subtractIntegers(f, price, price, part);
}

/**
 * Fillable price in quote quantums per base quantum as a fraction: (PNNV - ABR SMMR PMMR) / PS with the adjusted
 * bankruptcy rating ABR = BA (1 - TNC / TMMR) in [0, 1]. Floats: BA, SMMR in ppm. Numbers: PNNV, PMMR, TNC, TMMR, PS;
 * written: numerator 5, denominator 6.
 */
export function dydxFillablePrice(f: Floats, block: i32): void {
  const numerator: i32 = numberAt(block, 5);
  const denominator: i32 = numberAt(block, 6);
  const rating: i32 = numberAt(block, 7);
  const whole: i32 = numberAt(block, 8);
  const factor: i32 = numberAt(block, 9);
  const product: i32 = numberAt(block, 10);
  // rating / whole = ABR
  subtractIntegers(f, factor, numberAt(block, 3), numberAt(block, 2));
  setInteger(f, product, f[block]);
  multiplyIntegers(f, rating, factor, product);
  copyInteger(f, whole, numberAt(block, 3));
  multiplyBySmall(f, whole, MILLION);
  if (f[rating] < 0) setInteger(f, rating, 0);
  if (compareIntegers(f, rating, whole) > 0) copyInteger(f, rating, whole);
  setInteger(f, factor, f[block + 1]);
  multiplyIntegers(f, product, factor, numberAt(block, 1));
  multiplyIntegers(f, factor, product, rating);
  multiplyBySmall(f, whole, MILLION);
  multiplyIntegers(f, numerator, numberAt(block, 0), whole);
  subtractIntegers(f, numerator, numerator, factor);
  multiplyIntegers(f, denominator, whole, numberAt(block, 4));
}

/**
 * Quote quantums of a fill, towards zero. Float: exponent of the conversion. Numbers: base quantums, subticks; written:
 * 2.
 */
export function dydxFillQuote(f: Floats, block: i32): void {
  dydxNotional(f, numberAt(block, 2), numberAt(block, 0), numberAt(block, 1), f[block]);
}

/**
 * What a liquidation pays into the insurance fund (negative: takes out of it): the quote received less the bankruptcy
 * price, at most the largest fee. Float: fee in ppm. Numbers: quote received, bankruptcy price; written: 2.
 */
export function dydxInsuranceFundDelta(f: Floats, block: i32): void {
  const delta: i32 = numberAt(block, 2);
  const fee: i32 = numberAt(block, 3);
  subtractIntegers(f, delta, numberAt(block, 0), numberAt(block, 1));
  if (!(f[delta] > 0)) return;
  copyInteger(f, fee, numberAt(block, 0));
  f[fee] = Math.abs(f[fee]);
  multiplyBySmall(f, fee, f[block]);
  divideBySmall(f, fee, MILLION);
  if (compareIntegers(f, fee, delta) < 0) copyInteger(f, delta, fee);
}

/**
 * Base quantums of a position that one block may liquidate: a part of its notional, no less than a least notional, no
 * more than the subaccount's limit leaves; whole steps, at least one. All of it if that is within the limits or a
 * single step. Floats: exponent, part in ppm. Numbers: position, price, least notional, what the limit leaves, step;
 * written: 5.
 */
export function dydxLiquidatable(f: Floats, block: i32): void {
  const size: i32 = numberAt(block, 5);
  const notional: i32 = numberAt(block, 6);
  const most: i32 = numberAt(block, 7);
  const quotient: i32 = numberAt(block, 8);
  const least: i32 = numberAt(block, 2);
  const step: i32 = numberAt(block, 4);
  const scratch: i32 = numberAt(block, 9);
  copyInteger(f, size, numberAt(block, 0));
  f[size] = Math.abs(f[size]);
  dydxNotional(f, notional, size, numberAt(block, 1), f[block]);
  copyInteger(f, most, notional);
  multiplyBySmall(f, most, f[block + 1]);
  divideBySmall(f, most, MILLION);
  // The least notional does not exceed the position.
  const floor: i32 = compareIntegers(f, least, notional) < 0 ? least : notional;
  if (compareIntegers(f, most, floor) < 0) copyInteger(f, most, floor);
  if (compareIntegers(f, most, numberAt(block, 3)) > 0) copyInteger(f, most, numberAt(block, 3));
  if (!(compareIntegers(f, notional, most) > 0) || !(compareIntegers(f, size, step) > 0)) return;
  scaleInteger(f, most, -f[block]);
  divideIntegers(f, quotient, scratch, most, numberAt(block, 1), scratch + INTEGER_FLOATS);
  divideIntegers(f, most, scratch, quotient, step, scratch + INTEGER_FLOATS);
  multiplyIntegers(f, quotient, most, step);
  if (compareIntegers(f, quotient, step) < 0) copyInteger(f, quotient, step);
  if (compareIntegers(f, quotient, size) < 0) copyInteger(f, size, quotient);
}
