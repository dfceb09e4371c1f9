import { describe, expect, it } from 'vitest';
import { mix32, RandomStream } from '../../src/generate/random.ts';

const mask = 0xffff_ffffn;

/**
 * sfc32 as in PractRand (RNG/sfc.cpp), and the MurmurHash3 finaliser, in integers of any size: an independent
 * writing.
 */
function referenceStream(seed: number, account: number, purpose: number): () => number {
  const mix = (value: bigint): bigint => {
    let hash = value & mask;
    hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
    hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
    return hash ^ (hash >> 16n);
  };
  const golden = 0x9e3779b9n;
  const [low, high] = [BigInt(seed) & mask, BigInt(seed) >> 32n];
  let a = mix(low + BigInt(account) * golden);
  let b = mix(a ^ high);
  let c = mix(b + BigInt(account) + BigInt(purpose) * golden);
  let counter = 1n;
  const next = (): number => {
    const result = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) | (c >> 11n)) & mask) + result) & mask;
    return Number(result);
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

describe('RandomStream', () => {
  it.each([[1, 0, 1], [1, 1, 1], [1, 0, 2], [0, 7_999_999, 2], [2 ** 53 - 1, 123_456, 1], [2 ** 32, 0, 1]])(
    'is sfc32 at seed %j, account %j, purpose %j', (seed, account, purpose) => {
      const stream = new RandomStream();
      stream.restart(seed, account, purpose);
      const reference = referenceStream(seed, account, purpose);
      for (let draw = 0; draw < 200; draw++) expect(stream.nextInt32() >>> 0).toBe(reference());
    });

  it('makes fractions of 32 and of 53 bits', () => {
    const [coarse, fine] = [new RandomStream(), new RandomStream()];
    coarse.restart(5, 6, 1);
    fine.restart(5, 6, 1);
    const reference = referenceStream(5, 6, 1);
    const [first, second] = [reference(), reference()];
    expect(coarse.nextFraction()).toBe(first / 2 ** 32);
    expect(fine.nextFineFraction()).toBe(((first >>> 5) * 2 ** 26 + (second >>> 6)) / 2 ** 53);
  });

  it('differs between seeds (also in the high bits), accounts and purposes', () => {
    const stream = new RandomStream();
    const starts = [[1, 0, 1], [2, 0, 1], [1, 1, 1], [1, 0, 2], [1 + 2 ** 32, 0, 1], [1 + 2 ** 33, 0, 1]];
    const firsts = starts.map(([seed, account, purpose]) => {
      stream.restart(seed, account, purpose);
      return stream.nextInt32();
    });
    expect(new Set(firsts).size).toBe(6);
  });

  it('is uniform over the first number of neighbouring accounts', () => {
    const stream = new RandomStream();
    const counts = new Array<number>(64).fill(0);
    for (let account = 0; account < 64_000; account++) {
      stream.restart(1, account, 1);
      counts[stream.nextIndex(64)] += 1;
    }
    // Chi-square with 63 degrees of freedom: mean 63, standard deviation 11.2; 110 is 4.2 of them.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquare).toBeLessThan(110);
  });
});

describe('mix32', () => {
  it('is the finaliser of MurmurHash3: 0 stays 0, 1 becomes 0x514e28b7', () => {
    expect(mix32(0)).toBe(0);
    expect(mix32(1) >>> 0).toBe(0x514e28b7);
  });
});
