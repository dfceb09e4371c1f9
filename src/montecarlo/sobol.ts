import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { owenScrambleWords, SOBOL_BITS, sobolWords } from '../../assembly/portable/sobol.ts';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { drawStreams, philox4x32 } from './philox.ts';
import { requireOption, seedWords } from './require.ts';

/**
 * How the points are randomised, all dimensions independently:
 * - `none`: not at all;
 * - `shift`: a random digital shift;
 * - `matrix`: Matousek's random lower triangular matrices and a shift (what scipy.stats.qmc.Sobol does);
 * - `owen`: nested uniform scrambling by the hash of Laine and Karras.
 */
export const sobolScrambles = ['none', 'shift', 'matrix', 'owen'] as const;
export type SobolScramble = (typeof sobolScrambles)[number];

export interface SobolOptions {
  readonly dimensions: number;
  readonly count: number;
  /** Index of the first point, default 0, which unscrambled is the origin. */
  readonly first?: number;
  /** Default `none`. */
  readonly scramble?: SobolScramble;
  /** A whole number in [0, 2^53); default 0. */
  readonly seed?: number;
  /** Which of the independent randomisations of a seed; default 0. */
  readonly replicate?: number;
}

/** Direction numbers and what is added to the points of each dimension. */
export interface SobolSequence {
  /** SOBOL_BITS words per dimension. */
  readonly directions: Int32Array;
  /** One word per dimension: the digital shift, or the seed of the hash. */
  readonly shifts: Int32Array;
  readonly scramble: SobolScramble;
}

export const sobolDimensionsMax = 1_024;
export const sobolPointsMax = 2 ** 32;

let table: readonly (readonly number[])[] | null = null;

/** Rows `d s a m_1 … m_s` of Joe and Kuo's file (data/sobol, NOTICE), dimensions 2 to 1,024. */
function joeKuoRows(): readonly (readonly number[])[] {
  table ??= readFileSync(join(packageRoot, 'data', 'sobol', 'new-joe-kuo-6.1024.txt'), 'utf8')
    .trim().split('\n').slice(1).map((line) => line.split(/\s+/).map(Number));
  return table;
}

/** Unscrambled direction numbers. Throws `LimitExceeded` beyond the table. */
function joeKuoDirections(dimensions: number): Int32Array {
  requireOption(Number.isInteger(dimensions) && dimensions > 0, 'dimensions', dimensions, 'a whole number > 0');
  if (dimensions > sobolDimensionsMax) {
    const message =
      `there are Sobol direction numbers for ${sobolDimensionsMax} dimensions, ${dimensions} are needed: ` +
      "use the generator 'philox'";
    throw new MargridError('LimitExceeded', message, { column: 'dimensions', value: dimensions });
  }
  const directions = new Int32Array(dimensions * SOBOL_BITS);
  for (let bit = 0; bit < SOBOL_BITS; bit++) directions[bit] = 1 << (31 - bit);
  for (let dimension = 1; dimension < dimensions; dimension++) {
    const [, degree, polynomial, ...first] = joeKuoRows()[dimension - 1];
    const v = directions.subarray(dimension * SOBOL_BITS, (dimension + 1) * SOBOL_BITS);
    for (let bit = 0; bit < SOBOL_BITS; bit++) {
      if (bit < degree) {
        v[bit] = first[bit] << (31 - bit);
        continue;
      }
      v[bit] = v[bit - degree] ^ (v[bit - degree] >>> degree);
      for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - 1 - k)) & 1) v[bit] ^= v[bit - k];
    }
  }
  return directions;
}

/** Direction numbers, scrambled as asked. Throws `OptionInvalid`, `LimitExceeded`. */
export function sobolSequence(
  dimensions: number, scramble: SobolScramble, seed: number, replicate: number,
): SobolSequence {
  requireOption(sobolScrambles.includes(scramble), 'scramble', scramble, `one of ${sobolScrambles.join(', ')}`);
  const key = seedWords(seed);
  const directions = joeKuoDirections(dimensions);
  const shifts = new Int32Array(dimensions);
  for (let dimension = 0; dimension < dimensions && scramble !== 'none'; dimension++) {
    // Block 0 of a dimension is its shift or seed, blocks 1 to 8 are the rows of its matrix.
    shifts[dimension] = philox4x32([dimension, 0, replicate, drawStreams.scrambling], key)[0];
    if (scramble !== 'matrix') continue;
    const rows = Array.from({ length: SOBOL_BITS / 4 }, (_, block) => [
      ...philox4x32([dimension, block + 1, replicate, drawStreams.scrambling], key),
    ]).flat();
    multiplyDigits(rows, directions.subarray(dimension * SOBOL_BITS, (dimension + 1) * SOBOL_BITS));
  }
  return { directions, shifts, scramble };
}

/** Digit r of each number becomes itself plus those of the digits above it that row r chooses, modulo 2. */
function multiplyDigits(rows: readonly number[], numbers: Int32Array): void {
  for (let i = 0; i < numbers.length; i++) {
    let product = 0;
    for (let digit = 0; digit < SOBOL_BITS; digit++) {
      const own = 1 << (31 - digit);
      const above = ~(own | (own - 1));
      if (isOdd(numbers[i] & ((rows[digit] & above) | own))) product |= own;
    }
    numbers[i] = product;
  }
}

/** Whether an odd number of bits is set. */
function isOdd(word: number): boolean {
  let folded = word ^ (word >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  folded ^= folded >>> 2;
  return ((folded ^ (folded >>> 1)) & 1) === 1;
}

/**
 * Sobol points in [0, 1)^dimensions, point after point, exact multiples of 2^-32 (Joe and Kuo's direction numbers,
 * order of the Gray code). Throws `OptionInvalid`, `LimitExceeded`.
 */
export function sobolPoints(options: SobolOptions): Float64Array {
  const { dimensions, count, first = 0, scramble = 'none', seed = 0, replicate = 0 } = options;
  requireOption(Number.isInteger(count) && count >= 0, 'count', count, 'a whole number >= 0');
  const last = first + count;
  requireOption(Number.isInteger(first) && first >= 0 && last <= sobolPointsMax, 'first', first, 'an index below 2^32');
  const { directions, shifts } = sobolSequence(dimensions, scramble, seed, replicate);
  const words = new Int32Array(directions.length + count);
  words.set(directions);
  const points = new Float64Array(dimensions * count);
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const shift = scramble === 'owen' ? 0 : shifts[dimension];
    sobolWords(words, directions.length, count, first | 0, dimension * SOBOL_BITS, shift);
    if (scramble === 'owen') owenScrambleWords(words, directions.length, count, shifts[dimension]);
    for (let i = 0; i < count; i++) {
      points[i * dimensions + dimension] = (words[directions.length + i] >>> 0) / 4_294_967_296;
    }
  }
  return points;
}
