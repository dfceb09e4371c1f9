import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../src/report/histogram.ts';

describe('histogramOf', () => {
  it('counts every value once, the largest in the last bin', () => {
    // 0 ... 99: range 99, quartiles 74 and 24; 99 * 100^(1/3) / (2 * 50) = 4.59, but ten bins at least, each 9.9 wide.
    const { low, width, counts } = histogramOf(Array.from({ length: 100 }, (_, i) => i));
    expect([low, width]).toEqual([0, 9.9]);
    expect([...counts]).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
  });

  it('takes 120 bins at most, however few values lie between the quartiles', () => {
    const { counts } = histogramOf([...Array.from({ length: 998 }, () => 0), -1000, 1001]);
    expect(counts.length).toBe(120);
    expect(counts[0]).toBe(1);
    expect(counts[119]).toBe(1);
    // 1000 / (2001 / 120) = 59.97.
    expect(counts[59]).toBe(998);
  });

  it('puts equal values into one bin, and has none for no values', () => {
    expect([...histogramOf([3, 3, 3]).counts]).toEqual([3]);
    expect([...histogramOf([]).counts]).toEqual([0]);
  });
});
