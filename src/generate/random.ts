import { MargridError } from '../errors.ts';

/**
 * Random streams that are the same bits everywhere: 32-bit integer arithmetic only.
 *
 * Generator: sfc32 (C. Doty-Humphrey, PractRand, "Small Fast Counting"): 96 bits of state and a 32-bit counter, which
 * guarantees a period of at least 2^32 numbers. The state of a stream is mixed from (seed, account, purpose), so each
 * account has its own streams and any range of accounts can be generated alone.
 */

const goldenRatio32 = 0x9e3779b9;
/** Rounds after which every bit of the state depends on every bit of the seed; PractRand uses 12 to 18. */
const warmUpRounds = 15;
const twoPower32 = 4_294_967_296;
const twoPowerMinus32 = 1 / twoPower32;
const twoPowerMinus53 = 1 / 9_007_199_254_740_992;

/** What a stream is for: two purposes of one account never share numbers. */
export const streamPurposes = { positions: 1, cash: 2, ticks: 3, residuals: 4 } as const;

/** Throws `OptionInvalid` unless a seed is a whole number in [0, 2^53): others would draw what some whole number draws. */
export function requireSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new MargridError('OptionInvalid', `seed must be a whole number in [0, 2^53), got ${String(seed)}`, {
    column: 'seed', value: seed,
  });
}

export class RandomStream {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** Restarts at the stream of (seed, account, purpose). `seed`: as `requireSeed` wants it, which is not asked here. */
  restart(seed: number, account: number, purpose: number): void {
    const low = seed | 0;
    const high = Math.floor(seed / twoPower32) | 0;
    this.#a = mix32(low + Math.imul(account, goldenRatio32));
    this.#b = mix32(this.#a ^ high);
    this.#c = mix32(this.#b + account + Math.imul(purpose, goldenRatio32));
    this.#counter = 1;
    for (let round = 0; round < warmUpRounds; round++) this.nextInt32();
  }

  /** All 32 bits, as a signed integer. */
  nextInt32(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }

  /** In [0, 1), a multiple of 2^-32: enough for choices. */
  nextFraction(): number {
    return (this.nextInt32() >>> 0) * twoPowerMinus32;
  }

  /** In [0, 1), a multiple of 2^-53: for amounts. */
  nextFineFraction(): number {
    const high = this.nextInt32() >>> 5;
    const low = this.nextInt32() >>> 6;
    return (high * 67_108_864 + low) * twoPowerMinus53;
  }

  /** In 0 ... count - 1. */
  nextIndex(count: number): number {
    return Math.floor((this.nextInt32() >>> 0) * twoPowerMinus32 * count);
  }
}

/**
 * Finaliser of MurmurHash3 (A. Appleby): a bijection of 32 bits in which each input bit flips half of the output
 * bits.
 */
export function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
