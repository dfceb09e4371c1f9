import { MargridError } from '../errors.ts';

/** Account indexes to compare, ascending: all of them, or `sample` different ones drawn from the seed. */
export function sampleAccounts(accountCount: number, sample: number | 'all', seed: number): Uint32Array {
  if (sample !== 'all' && !(Number.isInteger(sample) && sample >= 0)) {
    throw new MargridError('OptionInvalid', `sample must be 'all' or an integer >= 0, got ${sample}`);
  }
  if (sample === 'all' || sample >= accountCount) {
    return Uint32Array.from({ length: accountCount }, (_, index) => index);
  }
  // Floyd: one draw per member, every subset equally likely.
  const random = mulberry32(seed);
  const drawn = new Set<number>();
  for (let last = accountCount - sample; last < accountCount; last++) {
    const candidate = Math.floor(random() * (last + 1));
    drawn.add(drawn.has(candidate) ? last : candidate);
  }
  return Uint32Array.from(drawn).sort();
}

/** Uniform numbers in [0, 1): Tommy Ettinger's mulberry32 (public domain), 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
