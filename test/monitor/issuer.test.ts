import { describe, expect, it } from 'vitest';
import { dispatchOf } from '../../src/monitor/issuer.ts';

/** So many sets, each with so many positions. */
function dispatched(sets: number, positions: number): ReturnType<typeof dispatchOf> {
  return dispatchOf(Uint32Array.from({ length: sets }, (_, set) => set), new Uint32Array(sets).fill(positions));
}

describe('certificates are handed out by what they cost', () => {
  it('in chunks that two threads can share, however large the sets are', () => {
    for (const [sets, positions] of [[578, 194], [60, 200], [4_000, 100], [16, 3_000], [100_000, 2]] as const) {
      const { itemCount, chunkItems, inlineItems } = dispatched(sets, positions);
      expect(itemCount).toBe(sets);
      expect(inlineItems).toBe(0);
      expect(Math.ceil(sets / chunkItems)).toBeGreaterThanOrEqual(Math.min(sets, 16));
      expect(chunkItems).toBeGreaterThanOrEqual(1);
      expect(chunkItems).toBeLessThanOrEqual(128);
    }
    // A chunk of sets with 194 positions is one of them; of sets without any, a few tens of microseconds.
    expect(dispatched(578, 194).chunkItems).toBe(1);
    expect(dispatched(10_000, 0).chunkItems).toBe(16);
  });

  it('a few small ones on the calling thread, few to those that are awake, many to all', () => {
    expect(dispatched(8, 2)).toEqual({ itemCount: 8, chunkItems: 13, inlineItems: 8, haste: 'tiny' });
    expect(dispatched(0, 0)).toEqual({ itemCount: 0, chunkItems: 1, inlineItems: 0, haste: 'tiny' });
    expect([dispatched(100, 1), dispatched(1_000, 10), dispatched(100_000, 10)].map(({ haste }) => haste))
      .toEqual(['tiny', 'short', 'patient']);
  });
});
