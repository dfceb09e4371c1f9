/**
 * Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
 * SC11, 2011). The draw of a path is a function of its number alone, so that any block of paths can be drawn by itself,
 * in any order, on any thread.
 *
 * Counter: (path, attempt, pair of dimensions, stream); key: the seed, low word first. One call of the generator gives
 * four words, hence two uniforms: dimensions 2 pair and 2 pair + 1.
 */

/** The two multipliers, in halves: a product of halves is exact in both languages. */
const FACTOR_0_LOW: i32 = 0x1F53;
const FACTOR_0_HIGH: i32 = 0xD251;
const FACTOR_1_LOW: i32 = 0x8D57;
const FACTOR_1_HIGH: i32 = 0xCD9E;
/** Golden ratio and sqrt(3) - 1, what the key grows by: 0x9E3779B9 and 0xBB67AE85. */
const WEYL_0: i32 = -1640531527;
const WEYL_1: i32 = -1150833019;
const ROUNDS: i32 = 10;

/** Upper 32 bits of the 64-bit product of two unsigned words, the factor in halves. */
function productHigh(low: i32, high: i32, x: i32): i32 {
  const xLow: i32 = x & 0xFFFF;
  const xHigh: i32 = x >>> 16;
  const lowLow: i32 = (low * xLow) | 0;
  const highLow: i32 = (high * xLow) | 0;
  const lowHigh: i32 = (low * xHigh) | 0;
  const highHigh: i32 = (high * xHigh) | 0;
  const middle: i32 = (lowLow >>> 16) + (highLow & 0xFFFF) + (lowHigh & 0xFFFF);
  return (highHigh + (highLow >>> 16) + (lowHigh >>> 16) + (middle >>> 16)) | 0;
}

/** Lower 32 bits of the same product. */
function productLow(low: i32, high: i32, x: i32): i32 {
  const xLow: i32 = x & 0xFFFF;
  const upper: i32 = (((high * xLow) | 0) + ((low * (x >>> 16)) | 0)) | 0;
  return (((low * xLow) | 0) + (upper << 16)) | 0;
}

/** Lower 32 bits of the product of any two words. */
export function multiplyWords(a: i32, b: i32): i32 {
  return productLow(a & 0xFFFF, a >>> 16, b);
}

/** Writes the four words of a counter and a key to w[out ... out + 3]. */
export function philox4x32(
  w: Ints, out: i32, counter0: i32, counter1: i32, counter2: i32, counter3: i32, key0: i32, key1: i32,
): void {
  let x0: i32 = counter0;
  let x1: i32 = counter1;
  let x2: i32 = counter2;
  let x3: i32 = counter3;
  let k0: i32 = key0;
  let k1: i32 = key1;
  for (let round: i32 = 0; round < ROUNDS; round++) {
    const high0: i32 = productHigh(FACTOR_0_LOW, FACTOR_0_HIGH, x0);
    const low0: i32 = productLow(FACTOR_0_LOW, FACTOR_0_HIGH, x0);
    const high1: i32 = productHigh(FACTOR_1_LOW, FACTOR_1_HIGH, x2);
    const low1: i32 = productLow(FACTOR_1_LOW, FACTOR_1_HIGH, x2);
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  w[out] = x0;
  w[out + 1] = x1;
  w[out + 2] = x2;
  w[out + 3] = x3;
}

/**
 * A number in (0, 1) from 64 random bits: (k + 1/2) 2^-52 with the upper 52 bits as k. Exact; never 0, 1/2 or 1; with
 * every u comes 1 - u, also exact.
 */
export function unitFraction(low: i32, high: i32): f64 {
  const signed: f64 = high as f64;
  const upper: f64 = high < 0 ? signed + 4294967296.0 : signed;
  const lower: f64 = (low >>> 12) as f64;
  return (upper * 1048576.0 + lower + 0.5) * 2.220446049250313e-16;
}

/**
 * Uniforms of paths first ... first + count - 1 (unsigned words): dimension 2 pair to f[even ...], 2 pair + 1 to
 * f[odd ...]. `words` is scratch of four words.
 */
export function philoxUniforms(
  f: Floats, w: Ints, even: i32, odd: i32, count: i32, first: i32, attempt: i32, pair: i32, stream: i32,
  key0: i32, key1: i32, words: i32,
): void {
  for (let i: i32 = 0; i < count; i++) {
    philox4x32(w, words, (first + i) | 0, attempt, pair, stream, key0, key1);
    f[even + i] = unitFraction(w[words], w[words + 1]);
    f[odd + i] = unitFraction(w[words + 2], w[words + 3]);
  }
}
