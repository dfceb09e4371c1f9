import {
  addIntegers, compareIntegers, copyInteger, divideBySmall, divideIntegers, divideUp, integerToFloat, INTEGER_FLOATS,
  multiplyBySmall, multiplyIntegers, scaleInteger, setInteger, subtractIntegers,
} from '../integer.ts';

/**
 * Liquidation maths of Drift v2 in its integers. A block holds the arguments as numbers (integer.ts), one after the
 * other, and takes the result as number DRIFT_RESULT; the numbers after it are scratch. Precisions: prices and quote
 * currency 1e-6, base units 1e-9, fees 1e-6, ratios and weights 1e-4.
 */
export const DRIFT_RESULT: i32 = 10;
export const DRIFT_BLOCK_NUMBERS: i32 = 20;

const MILLION: f64 = 1e6;
/** Fees per ratio: 1e6 / 1e4. */
const FEE_PER_RATIO: f64 = 100;
/** 2^64 - 1, 2^128 - 1 and 2^32 - 1 stand for "no limit" or "does not fit". */
const U64: f64 = 18446744073709551616.0;
const U32_MAX: f64 = 4294967295;
/** Slots before the fee starts to rise. */
const GRACE_SLOTS: f64 = 1500;
/** Shortages below 50 units of quote currency are liquidated at once. */
const SMALL_SHORTAGE: f64 = 5e7;
const WHOLE_PCT: f64 = 10000;

function at(block: i32, k: i32): i32 {
  return block + k * INTEGER_FLOATS;
}

function isZero(f: Floats, block: i32, k: i32): boolean {
  return f[at(block, k)] === 0;
}

function setMax(f: Floats, block: i32, is128: boolean): void {
  const result: i32 = at(block, DRIFT_RESULT);
  setInteger(f, result, is128 ? U64 * U64 : U64);
  setInteger(f, at(block, 11), 1);
  subtractIntegers(f, result, result, at(block, 11));
}

/** number(to) = number(a) number(b). */
function times(f: Floats, block: i32, to: i32, a: i32, b: i32): void {
  multiplyIntegers(f, at(block, to), at(block, a), at(block, b));
}

/** number(to) = number(a) / number(b), towards zero; uses the numbers from 16 on. */
function over(f: Floats, block: i32, to: i32, a: i32, b: i32): void {
  divideIntegers(f, at(block, to), at(block, 16), at(block, a), at(block, b), at(block, 17));
}

function overUp(f: Floats, block: i32, to: i32, a: i32, b: i32): void {
  divideUp(f, at(block, to), at(block, a), at(block, b), at(block, 16));
}

/** number(to) = max(0, number(a) - number(b)). */
function minus(f: Floats, block: i32, to: i32, a: i32, b: i32): void {
  subtractIntegers(f, at(block, to), at(block, a), at(block, b));
  if (f[at(block, to)] < 0) setInteger(f, at(block, to), 0);
}

/** Arguments: margin shortage, margin ratio, liquidation fee, insurance fee, oracle price, quote oracle price. */
export function driftBaseToCover(f: Floats, block: i32): void {
  const ratio: i32 = at(block, 11);
  copyInteger(f, ratio, at(block, 1));
  multiplyBySmall(f, ratio, FEE_PER_RATIO);
  if (isZero(f, block, 4) || !(compareIntegers(f, ratio, at(block, 2)) > 0)) {
    setMax(f, block, false);
    return;
  }
  subtractIntegers(f, ratio, ratio, at(block, 2));
  times(f, block, 12, 4, 5);
  divideBySmall(f, at(block, 12), MILLION);
  times(f, block, 13, 12, 11);
  divideBySmall(f, at(block, 13), MILLION);
  times(f, block, 14, 4, 3);
  divideBySmall(f, at(block, 14), MILLION);
  subtractIntegers(f, at(block, 13), at(block, 13), at(block, 14));
  if (!(f[at(block, 13)] > 0)) {
    setMax(f, block, false);
    return;
  }
  copyInteger(f, at(block, 12), at(block, 0));
  scaleInteger(f, at(block, 12), 9);
  over(f, block, DRIFT_RESULT, 12, 13);
}

/**
 * Arguments: margin shortage, asset weight, asset multiplier, liability weight, liability multiplier, liability
 * decimals, liability price, insurance fee.
 */
export function driftLiabilityToCover(f: Floats, block: i32): void {
  if (!(compareIntegers(f, at(block, 1), at(block, 3)) < 0)) {
    setMax(f, block, true);
    return;
  }
  copyInteger(f, at(block, 11), at(block, 3));
  multiplyBySmall(f, at(block, 11), 10);
  times(f, block, 12, 1, 2);
  multiplyBySmall(f, at(block, 12), 10);
  over(f, block, 13, 12, 4);
  if (!(compareIntegers(f, at(block, 13), at(block, 11)) < 0)) {
    setMax(f, block, true);
    return;
  }
  subtractIntegers(f, at(block, 13), at(block, 11), at(block, 13));
  times(f, block, 14, 6, 13);
  times(f, block, 12, 6, 7);
  divideBySmall(f, at(block, 12), MILLION);
  times(f, block, 13, 12, 11);
  subtractIntegers(f, at(block, 14), at(block, 14), at(block, 13));
  const decimals: f64 = integerToFloat(f, at(block, 5));
  copyInteger(f, at(block, 12), at(block, 0));
  if (decimals > 6) scaleInteger(f, at(block, 12), decimals - 6);
  scaleInteger(f, at(block, 12), 11);
  if (!(f[at(block, 14)] > 0)) {
    setMax(f, block, true);
    return;
  }
  over(f, block, DRIFT_RESULT, 12, 14);
  if (decimals < 6) scaleInteger(f, at(block, DRIFT_RESULT), decimals - 6);
  if (isZero(f, block, DRIFT_RESULT)) setInteger(f, at(block, DRIFT_RESULT), 1);
}

/**
 * Arguments: asset amount, asset multiplier, asset decimals, asset price, liability multiplier, liability decimals,
 * liability price. Rounded up.
 */
export function driftLiabilityOfAsset(f: Floats, block: i32): void {
  const shift: f64 = integerToFloat(f, at(block, 5)) - integerToFloat(f, at(block, 2));
  copyInteger(f, at(block, 11), at(block, 0));
  if (shift > 0) scaleInteger(f, at(block, 11), shift);
  times(f, block, 12, 11, 3);
  times(f, block, 11, 12, 4);
  times(f, block, 12, 6, 1);
  overUp(f, block, DRIFT_RESULT, 11, 12);
  if (shift < 0) {
    setInteger(f, at(block, 11), 1);
    scaleInteger(f, at(block, 11), -shift);
    copyInteger(f, at(block, 12), at(block, DRIFT_RESULT));
    overUp(f, block, DRIFT_RESULT, 12, 11);
  }
}

/**
 * Arguments: asset amount, asset multiplier, asset decimals, asset price, liability amount, liability multiplier,
 * liability decimals, liability price. The whole asset if what would be left is worth less than one unit of quote
 * currency.
 */
export function driftAssetOfLiability(f: Floats, block: i32): void {
  const assetDecimals: f64 = integerToFloat(f, at(block, 2));
  const shift: f64 = assetDecimals - integerToFloat(f, at(block, 6));
  copyInteger(f, at(block, 11), at(block, 4));
  if (shift > 0) scaleInteger(f, at(block, 11), shift);
  times(f, block, 12, 11, 7);
  times(f, block, 11, 12, 1);
  times(f, block, 12, 3, 5);
  over(f, block, DRIFT_RESULT, 11, 12);
  if (shift < 0) scaleInteger(f, at(block, DRIFT_RESULT), shift);
  if (isZero(f, block, DRIFT_RESULT)) setInteger(f, at(block, DRIFT_RESULT), 1);
  subtractIntegers(f, at(block, 11), at(block, DRIFT_RESULT), at(block, 0));
  f[at(block, 11)] = Math.abs(f[at(block, 11)]);
  times(f, block, 12, 11, 3);
  divideBySmall(f, at(block, 12), MILLION);
  scaleInteger(f, at(block, 12), assetDecimals - 6);
  if (integerToFloat(f, at(block, 12)) < MILLION) copyInteger(f, at(block, DRIFT_RESULT), at(block, 0));
}

/**
 * Arguments: margin shortage, base amount, margin ratio, liquidator fee, oracle price, quote oracle price, largest fee.
 */
export function driftPerpInsuranceFee(f: Floats, block: i32): void {
  const implied: i32 = at(block, 11);
  setInteger(f, at(block, DRIFT_RESULT), 0);
  copyInteger(f, implied, at(block, 2));
  multiplyBySmall(f, implied, FEE_PER_RATIO);
  if (isZero(f, block, 4) || isZero(f, block, 5) || isZero(f, block, 1)) return;
  if (!(compareIntegers(f, implied, at(block, 3)) > 0)) return;
  times(f, block, 12, 4, 5);
  divideBySmall(f, at(block, 12), MILLION);
  copyInteger(f, at(block, 13), at(block, 0));
  scaleInteger(f, at(block, 13), 9);
  over(f, block, 14, 13, 1);
  scaleInteger(f, at(block, 14), 6);
  over(f, block, 13, 14, 12);
  capAtU32(f, at(block, 13));
  minus(f, block, 11, 11, 3);
  minus(f, block, 11, 11, 13);
  multiplyBySmall(f, implied, 19);
  divideBySmall(f, implied, 20);
  copyInteger(f, at(block, DRIFT_RESULT), compareIntegers(f, implied, at(block, 6)) < 0 ? implied : at(block, 6));
}

/**
 * Arguments: margin shortage, token amount, asset weight, asset multiplier, liability weight, liability multiplier,
 * liability decimals, liability price, largest fee.
 */
export function driftSpotInsuranceFee(f: Floats, block: i32): void {
  setInteger(f, at(block, DRIFT_RESULT), 0);
  if (!(compareIntegers(f, at(block, 2), at(block, 4)) < 0)) return;
  if (isZero(f, block, 7) || isZero(f, block, 1) || isZero(f, block, 5)) return;
  const weight: i32 = at(block, 11);
  copyInteger(f, weight, at(block, 4));
  multiplyBySmall(f, weight, FEE_PER_RATIO);
  times(f, block, 12, 2, 3);
  multiplyBySmall(f, at(block, 12), FEE_PER_RATIO);
  over(f, block, 13, 12, 5);
  minus(f, block, 14, 11, 13);
  copyInteger(f, at(block, 12), at(block, 0));
  scaleInteger(f, at(block, 12), 6 + integerToFloat(f, at(block, 6)));
  over(f, block, 13, 12, 1);
  over(f, block, 12, 13, 7);
  minus(f, block, 14, 14, 12);
  scaleInteger(f, at(block, 14), 6);
  over(f, block, 12, 14, 11);
  capAtU32(f, at(block, 12));
  const least: boolean = compareIntegers(f, at(block, 12), at(block, 8)) < 0;
  copyInteger(f, at(block, DRIFT_RESULT), least ? at(block, 12) : at(block, 8));
}

function capAtU32(f: Floats, number: i32): void {
  if (integerToFloat(f, number) > U32_MAX) setInteger(f, number, U32_MAX);
}

/** One millionth more per slot once the account has been idle for 1,500 slots. */
export function driftLiquidationFee(base: f64, most: f64, lastActiveSlot: f64, slot: f64): f64 {
  const elapsed: f64 = slot - lastActiveSlot;
  if (elapsed < GRACE_SLOTS) return base;
  const fee: f64 = base + elapsed;
  return fee < most ? fee : most;
}

/** Arguments: loss, base long, base short. Added to the cumulative funding rate, 1e-9 per base unit; rounded up. */
export function driftFundingToSocialise(f: Floats, block: i32): void {
  for (let k: i32 = 0; k < 3; k++) f[at(block, k)] = Math.abs(f[at(block, k)]);
  addIntegers(f, at(block, 11), at(block, 1), at(block, 2));
  copyInteger(f, at(block, 12), at(block, 0));
  scaleInteger(f, at(block, 12), 9);
  overUp(f, block, DRIFT_RESULT, 12, 11);
  scaleInteger(f, at(block, DRIFT_RESULT), 3);
}

/** Arguments: borrow to resolve, total deposits, cumulative deposit interest. Taken off the interest; rounded up. */
export function driftInterestToSocialise(f: Floats, block: i32): void {
  if (isZero(f, block, 1)) {
    setInteger(f, at(block, DRIFT_RESULT), 0);
    return;
  }
  times(f, block, 11, 2, 0);
  overUp(f, block, DRIFT_RESULT, 11, 1);
}

/**
 * Part of the shortage that may be liquidated, in 1/10,000. Arguments: margin shortage, last active slot, slot, initial
 * part, duration in slots, margin freed so far.
 */
export function driftMaxLiquidatedPart(f: Floats, block: i32): void {
  const result: i32 = at(block, DRIFT_RESULT);
  setInteger(f, result, WHOLE_PCT);
  if (integerToFloat(f, at(block, 0)) < SMALL_SHORTAGE) return;
  subtractIntegers(f, at(block, 11), at(block, 2), at(block, 1));
  multiplyBySmall(f, at(block, 11), WHOLE_PCT);
  copyInteger(f, at(block, 12), result);
  if (!isZero(f, block, 4)) over(f, block, 12, 11, 4);
  addIntegers(f, at(block, 11), at(block, 12), at(block, 3));
  if (compareIntegers(f, at(block, 11), result) > 0) copyInteger(f, at(block, 11), result);
  addIntegers(f, at(block, 12), at(block, 0), at(block, 5));
  times(f, block, 13, 12, 11);
  divideBySmall(f, at(block, 13), WHOLE_PCT);
  minus(f, block, 12, 13, 5);
  multiplyBySmall(f, at(block, 12), WHOLE_PCT);
  over(f, block, DRIFT_RESULT, 12, 0);
}
