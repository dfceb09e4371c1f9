import { multiplyWords } from './philox.ts';

/**
 * Sobol points with the direction numbers of Joe and Kuo, in the order of the Gray code (Antonov and Saleev 1979): point
 * n is the exclusive or of the direction numbers at the ones of n ^ (n >> 1). A block begins with that sum and goes on
 * with one direction number per point, so that any block can be drawn by itself.
 */

/** Direction numbers of one dimension, the most significant bit of each is the first digit. */
export const SOBOL_BITS: i32 = 32;

/**
 * Coordinates of points first ... first + count - 1 (unsigned words) in one dimension, as words: w[out + i] / 2^32.
 * `directions`: SOBOL_BITS words; `shift` is added to each point digit by digit (0: none).
 */
export function sobolWords(w: Ints, out: i32, count: i32, first: i32, directions: i32, shift: i32): void {
  let gray: i32 = first ^ (first >>> 1);
  let x: i32 = shift;
  let bit: i32 = 0;
  while (gray !== 0) {
    if ((gray & 1) !== 0) x = x ^ w[directions + bit];
    gray = gray >>> 1;
    bit = bit + 1;
  }
  for (let i: i32 = 0; i < count; i++) {
    w[out + i] = x;
    let next: i32 = (first + i + 1) | 0;
    if (next === 0) return;
    bit = 0;
    while ((next & 1) === 0) {
      next = next >>> 1;
      bit = bit + 1;
    }
    x = x ^ w[directions + bit];
  }
}

/**
 * Nested uniform scrambling (Owen 1995) by a hash: each digit is flipped or not depending on the digits above it alone.
 * The hash is that of Laine and Karras (2011) with the constants of Burley (Practical hash-based Owen scrambling, JCGT
 * 9(4), 2020); it works upwards, hence on reversed words.
 */
export function owenScramble(x: i32, seed: i32): i32 {
  let y: i32 = (reverseBits(x) + seed) | 0;
  y = y ^ multiplyWords(y, 0x6C50B47C);
  y = y ^ multiplyWords(y, -1204871598);
  y = y ^ multiplyWords(y, -944773576);
  y = y ^ multiplyWords(y, -1927088410);
  return reverseBits(y);
}

export function owenScrambleWords(w: Ints, words: i32, count: i32, seed: i32): void {
  for (let i: i32 = 0; i < count; i++) w[words + i] = owenScramble(w[words + i], seed);
}

function reverseBits(x: i32): i32 {
  let y: i32 = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  y = ((y >>> 2) & 0x33333333) | ((y & 0x33333333) << 2);
  y = ((y >>> 4) & 0x0F0F0F0F) | ((y & 0x0F0F0F0F) << 4);
  y = ((y >>> 8) & 0x00FF00FF) | ((y & 0x00FF00FF) << 8);
  return (y >>> 16) | (y << 16);
}

/** The middle of the cell of each word, (x + 1/2) 2^-32: in (0, 1), so that it has a quantile. */
export function cellMiddles(f: Floats, w: Ints, words: i32, out: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) {
    const x: i32 = w[words + i];
    const signed: f64 = x as f64;
    f[out + i] = ((x < 0 ? signed + 4294967296.0 : signed) + 0.5) * 2.3283064365386963e-10;
  }
}
