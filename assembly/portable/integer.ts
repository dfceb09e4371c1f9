/**
 * Exact integers of up to 576 bits for venues that compute in integers: quote quantums, parts per million, 1e9 base
 * units. A double is exact to 53 bits only, and a price times a quantity times a rate needs 120 and more.
 *
 * A number takes INTEGER_FLOATS floats from its index: sign (-1, 0, 1), count of limbs in use, limbs of 24 bits, the
 * least significant first. A product of two limbs has 48 bits, so 24 of them can be added in a double without rounding.
 * A result that does not fit has a NaN sign, and so has everything that is computed from it.
 */
export const INTEGER_LIMBS: i32 = 24;
/** Floats that a number takes. */
export const INTEGER_FLOATS: i32 = 26;
/** Scratch floats of `divideInteger`, `scaleInteger` and `rootInteger`: five numbers. */
export const INTEGER_SCRATCH: i32 = 130;

const LIMBS: i32 = 2;
const BASE: f64 = 16777216;
/** 1 / BASE, exact. */
const INVERSE_BASE: f64 = 5.9604644775390625e-8;
/** Largest power of ten below BASE. */
const CHUNK: f64 = 1e6;
const CHUNK_DIGITS: f64 = 6;

/** A whole number of any size a double has; anything else gives NaN. */
export function setInteger(f: Floats, a: i32, value: f64): void {
  const size: f64 = Math.abs(value);
  if (!(size < Infinity) || Math.floor(size) !== size) {
    f[a] = NaN;
    f[a + 1] = 0;
    return;
  }
  let rest: f64 = size;
  let count: i32 = 0;
  while (rest > 0) {
    if (count === INTEGER_LIMBS) {
      f[a] = NaN;
      return;
    }
    const high: f64 = Math.floor(rest * INVERSE_BASE);
    f[a + LIMBS + count] = rest - high * BASE;
    rest = high;
    count = count + 1;
  }
  f[a] = value > 0 ? 1 : value < 0 ? -1 : 0;
  f[a + 1] = count;
}

/** The nearest double below 2^53; beyond, within one unit in the last place. */
export function integerToFloat(f: Floats, a: i32): f64 {
  const sign: f64 = f[a];
  if (!(sign === sign)) return NaN;
  let value: f64 = 0;
  const count: i32 = limbCount(f, a);
  for (let i: i32 = count - 1; i >= 0; i--) value = value * BASE + f[a + LIMBS + i];
  return sign * value;
}

export function copyInteger(f: Floats, out: i32, a: i32): void {
  const count: i32 = limbCount(f, a);
  f[out] = f[a];
  f[out + 1] = f[a + 1];
  for (let i: i32 = 0; i < count; i++) f[out + LIMBS + i] = f[a + LIMBS + i];
}

/** -1, 0 or 1; NaN if either number is. */
export function compareIntegers(f: Floats, a: i32, b: i32): f64 {
  if (f[a] !== f[b]) return f[a] < f[b] ? -1 : f[a] > f[b] ? 1 : NaN;
  return f[a] * compareSizes(f, a, b);
}

/** out = a + b; the result may overwrite an argument. */
export function addIntegers(f: Floats, out: i32, a: i32, b: i32): void {
  addSigned(f, out, a, b, f[b]);
}

/** out = a - b; the result may overwrite an argument. */
export function subtractIntegers(f: Floats, out: i32, a: i32, b: i32): void {
  addSigned(f, out, a, b, -f[b]);
}

/** out = a b; the result must not overwrite an argument. */
export function multiplyIntegers(f: Floats, out: i32, a: i32, b: i32): void {
  const countA: i32 = limbCount(f, a);
  const countB: i32 = limbCount(f, b);
  const sign: f64 = f[a] * f[b];
  if (!(sign === sign) || countA + countB > INTEGER_LIMBS + 1) {
    f[out] = NaN;
    f[out + 1] = 0;
    return;
  }
  if (sign === 0) {
    f[out] = 0;
    f[out + 1] = 0;
    return;
  }
  let carry: f64 = 0;
  let count: i32 = countA + countB;
  for (let k: i32 = 0; k < count; k++) {
    let sum: f64 = carry;
    const first: i32 = k < countB ? 0 : k - countB + 1;
    const last: i32 = k < countA ? k : countA - 1;
    for (let i: i32 = first; i <= last; i++) sum = sum + f[a + LIMBS + i] * f[b + LIMBS + k - i];
    carry = Math.floor(sum * INVERSE_BASE);
    if (k < INTEGER_LIMBS) f[out + LIMBS + k] = sum - carry * BASE;
    else if (sum > 0) {
      f[out] = NaN;
      f[out + 1] = 0;
      return;
    }
  }
  if (count > INTEGER_LIMBS) count = INTEGER_LIMBS;
  f[out] = sign;
  setCount(f, out, count);
}

/** a = a factor, for a whole factor in [0, 2^24). */
export function multiplyBySmall(f: Floats, a: i32, factor: f64): void {
  let count: i32 = limbCount(f, a);
  let carry: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const product: f64 = f[a + LIMBS + i] * factor + carry;
    carry = Math.floor(product * INVERSE_BASE);
    f[a + LIMBS + i] = product - carry * BASE;
  }
  if (carry > 0) {
    if (count === INTEGER_LIMBS) {
      f[a] = NaN;
      return;
    }
    f[a + LIMBS + count] = carry;
    count = count + 1;
  }
  setCount(f, a, count);
}

/** a = a / divisor towards zero, for a whole divisor in [1, 2^24); returns the remainder of the size. */
export function divideBySmall(f: Floats, a: i32, divisor: f64): f64 {
  const count: i32 = limbCount(f, a);
  let rest: f64 = 0;
  for (let i: i32 = count - 1; i >= 0; i--) {
    const value: f64 = rest * BASE + f[a + LIMBS + i];
    const quotient: f64 = Math.floor(value / divisor);
    rest = value - quotient * divisor;
    f[a + LIMBS + i] = quotient;
  }
  setCount(f, a, count);
  return rest;
}

/** a = a / divisor, rounded away from zero. */
export function divideBySmallUp(f: Floats, a: i32, divisor: f64): void {
  const sign: f64 = f[a];
  if (divideBySmall(f, a, divisor) > 0) addToSize(f, a, sign);
}

/** a = a 10^exponent, towards zero for a negative exponent. */
export function scaleInteger(f: Floats, a: i32, exponent: f64): void {
  let left: f64 = Math.abs(exponent);
  while (left > 0) {
    const digits: f64 = left < CHUNK_DIGITS ? left : CHUNK_DIGITS;
    const factor: f64 = smallPowerOfTen(digits);
    if (exponent > 0) multiplyBySmall(f, a, factor);
    else divideBySmall(f, a, factor);
    left = left - digits;
  }
}

function smallPowerOfTen(digits: f64): f64 {
  if (digits >= CHUNK_DIGITS) return CHUNK;
  let power: f64 = 1;
  for (let i: f64 = 0; i < digits; i++) power = power * 10;
  return power;
}

/**
 * quotient = a / b towards zero, remainder with the sign of a (schoolbook division of limbs). Neither result may
 * overwrite an argument; `scratch` takes two numbers. Division by zero gives NaN.
 */
export function divideIntegers(f: Floats, quotient: i32, remainder: i32, a: i32, b: i32, scratch: i32): void {
  const sign: f64 = f[a] * f[b];
  if (!(sign === sign) || f[b] === 0) {
    f[quotient] = NaN;
    f[quotient + 1] = 0;
    f[remainder] = NaN;
    f[remainder + 1] = 0;
    return;
  }
  copyInteger(f, remainder, a);
  if (compareSizes(f, a, b) < 0) {
    f[quotient] = 0;
    f[quotient + 1] = 0;
    return;
  }
  if (limbCount(f, b) === 1) {
    const signA: f64 = f[a];
    const divisor: f64 = f[b + LIMBS];
    copyInteger(f, quotient, a);
    const rest: f64 = divideBySmall(f, quotient, divisor);
    f[quotient] = sign;
    setInteger(f, remainder, signA * rest);
    return;
  }
  divideLong(f, quotient, remainder, b, scratch);
  f[quotient] = sign;
  setCount(f, quotient, limbCount(f, quotient));
}

/** Rounded to minus infinity for a positive divisor: Euclidean division. */
export function divideEuclid(f: Floats, quotient: i32, a: i32, b: i32, scratch: i32): void {
  const remainder: i32 = scratch;
  divideIntegers(f, quotient, remainder, a, b, scratch + INTEGER_FLOATS);
  if (f[remainder] < 0) addSigned(f, quotient, quotient, unitOf(f, scratch), -f[b]);
}

/** Rounded to plus infinity, for a positive divisor. */
export function divideUp(f: Floats, quotient: i32, a: i32, b: i32, scratch: i32): void {
  const remainder: i32 = scratch;
  divideIntegers(f, quotient, remainder, a, b, scratch + INTEGER_FLOATS);
  if (f[remainder] > 0) addSigned(f, quotient, quotient, unitOf(f, scratch), 1);
}

function unitOf(f: Floats, at: i32): i32 {
  setInteger(f, at, 1);
  return at;
}

/** Largest whole number whose square is at most a, for a >= 0 (Newton's method from above). */
export function rootInteger(f: Floats, out: i32, a: i32, scratch: i32): void {
  if (!(f[a] > 0)) {
    f[out] = f[a] === 0 ? 0 : NaN;
    f[out + 1] = 0;
    return;
  }
  const next: i32 = scratch + 3 * INTEGER_FLOATS;
  // Above the root: the relative error of the conversion and of the root is below 2^-50.
  setInteger(f, out, Math.floor(Math.sqrt(integerToFloat(f, a)) * (1 + 2.220446049250313e-15)) + 1);
  for (;;) {
    divideIntegers(f, next, scratch, a, out, scratch + INTEGER_FLOATS);
    addIntegers(f, next, next, out);
    divideBySmall(f, next, 2);
    if (!(compareIntegers(f, next, out) < 0)) return;
    copyInteger(f, out, next);
  }
}

/** Divides the size in `remainder` by that of b, which has two limbs at least. */
function divideLong(f: Floats, quotient: i32, remainder: i32, b: i32, scratch: i32): void {
  const countB: i32 = limbCount(f, b);
  const countA: i32 = limbCount(f, remainder);
  const shift: f64 = Math.floor(BASE / (f[b + LIMBS + countB - 1] + 1));
  const u: i32 = scratch;
  const v: i32 = scratch + INTEGER_FLOATS + 1;
  shiftedLimbs(f, u, remainder, countA, shift);
  shiftedLimbs(f, v, b, countB, shift);
  for (let j: i32 = countA - countB; j >= 0; j--) f[quotient + LIMBS + j] = divideStep(f, u + j, v, countB);
  f[quotient + 1] = countA - countB + 1;
  let rest: f64 = 0;
  for (let i: i32 = countB - 1; i >= 0; i--) {
    const value: f64 = rest * BASE + f[u + i];
    const digit: f64 = Math.floor(value / shift);
    rest = value - digit * shift;
    f[remainder + LIMBS + i] = digit;
  }
  setCount(f, remainder, countB);
}

/** Limbs of a number times a small factor, one more than it has. */
function shiftedLimbs(f: Floats, out: i32, a: i32, count: i32, factor: f64): void {
  let carry: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const product: f64 = f[a + LIMBS + i] * factor + carry;
    carry = Math.floor(product * INVERSE_BASE);
    f[out + i] = product - carry * BASE;
  }
  f[out + count] = carry;
}

/** One digit of the quotient: subtracts digit times v from the limbs at u and returns the digit. */
function divideStep(f: Floats, u: i32, v: i32, count: i32): f64 {
  const lead: f64 = f[u + count] * BASE + f[u + count - 1];
  let digit: f64 = Math.floor(lead / f[v + count - 1]);
  let rest: f64 = lead - digit * f[v + count - 1];
  while (digit >= BASE || digit * f[v + count - 2] > rest * BASE + f[u + count - 2]) {
    digit = digit - 1;
    rest = rest + f[v + count - 1];
    if (rest >= BASE) break;
  }
  let borrow: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const value: f64 = f[u + i] - digit * f[v + i] + borrow;
    borrow = Math.floor(value * INVERSE_BASE);
    f[u + i] = value - borrow * BASE;
  }
  const top: f64 = f[u + count] + borrow;
  f[u + count] = top;
  if (top >= 0) return digit;
  let carry: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const value: f64 = f[u + i] + f[v + i] + carry;
    carry = value >= BASE ? 1 : 0;
    f[u + i] = value - carry * BASE;
  }
  f[u + count] = top + carry;
  return digit - 1;
}

/** out = a + b, the sign of b given. */
function addSigned(f: Floats, out: i32, a: i32, b: i32, signB: f64): void {
  const signA: f64 = f[a];
  if (!(signA * signB === signA * signB)) {
    f[out] = NaN;
    f[out + 1] = 0;
    return;
  }
  if (signB === 0) {
    copyInteger(f, out, a);
    return;
  }
  if (signA === 0) {
    copyInteger(f, out, b);
    f[out] = signB;
    return;
  }
  if (signA === signB) {
    addSizes(f, out, a, b, signA);
    return;
  }
  const order: f64 = compareSizes(f, a, b);
  if (order > 0) subtractSizes(f, out, a, b, signA);
  else if (order < 0) subtractSizes(f, out, b, a, signB);
  else {
    f[out] = 0;
    f[out + 1] = 0;
  }
}

function addSizes(f: Floats, out: i32, a: i32, b: i32, sign: f64): void {
  const countA: i32 = limbCount(f, a);
  const countB: i32 = limbCount(f, b);
  let count: i32 = countA > countB ? countA : countB;
  let carry: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const sum: f64 = (i < countA ? f[a + LIMBS + i] : 0) + (i < countB ? f[b + LIMBS + i] : 0) + carry;
    carry = sum >= BASE ? 1 : 0;
    f[out + LIMBS + i] = sum - carry * BASE;
  }
  f[out] = sign;
  if (carry > 0) {
    if (count === INTEGER_LIMBS) {
      f[out] = NaN;
      return;
    }
    f[out + LIMBS + count] = carry;
    count = count + 1;
  }
  f[out + 1] = count;
}

/** The size of a is larger. */
function subtractSizes(f: Floats, out: i32, a: i32, b: i32, sign: f64): void {
  const count: i32 = limbCount(f, a);
  const countB: i32 = limbCount(f, b);
  let borrow: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const value: f64 = f[a + LIMBS + i] - (i < countB ? f[b + LIMBS + i] : 0) - borrow;
    borrow = value < 0 ? 1 : 0;
    f[out + LIMBS + i] = value + borrow * BASE;
  }
  f[out] = sign;
  setCount(f, out, count);
}

/** Size of a plus one, with the sign that it had before it may have become zero. */
function addToSize(f: Floats, a: i32, sign: f64): void {
  const count: i32 = limbCount(f, a);
  let i: i32 = 0;
  while (i < count && f[a + LIMBS + i] === BASE - 1) {
    f[a + LIMBS + i] = 0;
    i = i + 1;
  }
  f[a] = sign;
  if (i < count) f[a + LIMBS + i] = f[a + LIMBS + i] + 1;
  else if (i === INTEGER_LIMBS) f[a] = NaN;
  else {
    f[a + LIMBS + i] = 1;
    f[a + 1] = i + 1;
  }
}

function compareSizes(f: Floats, a: i32, b: i32): f64 {
  if (f[a + 1] !== f[b + 1]) return f[a + 1] < f[b + 1] ? -1 : 1;
  for (let i: i32 = limbCount(f, a) - 1; i >= 0; i--) {
    const x: f64 = f[a + LIMBS + i];
    const y: f64 = f[b + LIMBS + i];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Count without leading zeros; a number without limbs is zero. */
function setCount(f: Floats, a: i32, most: i32): void {
  let count: i32 = most;
  while (count > 0 && f[a + LIMBS + count - 1] === 0) count = count - 1;
  f[a + 1] = count;
  if (count === 0 && f[a] === f[a]) f[a] = 0;
}

/** The count as an index: floats are not cast to integers here. */
function limbCount(f: Floats, a: i32): i32 {
  const count: f64 = f[a + 1];
  let index: i32 = 0;
  for (let i: f64 = 0; i < count; i++) index = index + 1;
  return index;
}
