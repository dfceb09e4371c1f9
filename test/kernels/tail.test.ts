import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offerTail, sortTail, tailFloats } from '../../assembly/portable/tail.ts';

/** The tail of values that come in blocks of the given sizes, in the given order of blocks. */
function tailOf(values: readonly number[], capacity: number, blockSize: number, backwards = false): [number, number][] {
  const floats = new Float64Array(values.length + tailFloats(capacity));
  floats.set(values);
  const firsts = Array.from({ length: Math.ceil(values.length / blockSize) }, (_, block) => block * blockSize);
  let held = 0;
  for (const first of backwards ? firsts.reverse() : firsts) {
    const count = Math.min(blockSize, values.length - first);
    held = offerTail(floats, values.length, capacity, held, first, count, first);
  }
  sortTail(floats, values.length, capacity, held);
  return Array.from({ length: held }, (_, i) => [floats[values.length + i], floats[values.length + capacity + i]]);
}

describe('tail', () => {
  it('holds the smallest values in order, with their scenarios', () => {
    expect(tailOf([3, -1, 4, -1, 5, -9, 2, 6], 4, 3)).toEqual([[-9, 5], [-1, 1], [-1, 3], [2, 6]]);
    expect(tailOf([1, 2], 5, 1)).toEqual([[1, 0], [2, 1]]);
    expect(tailOf([1, 2], 0, 1)).toEqual([]);
  });

  it('is the start of the sorted values, for any blocks', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.boolean(), (values, capacity, block, backwards) => {
        const sorted = values.map((each, scenario): [number, number] => [each, scenario]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(tailOf(values, capacity, block, backwards)).toEqual(sorted.slice(0, capacity));
      }),
      { numRuns: 2000 },
    );
  });
});
