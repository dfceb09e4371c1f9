import { describe, expect, it } from 'vitest';
import { averageAt } from '../../src/ledger/averaging-window.ts';

const window = { startMs: 1_000_000, endMs: 1_040_000, stepMs: 10_000 };

describe('averaging window', () => {
  const timesMs = [995_000, 1_015_000, 1_030_000];
  const prices = [100, 104, 108];

  it('fixes the last price at or before each time', () => {
    // Fixings at 10 s: 100 (from before the window), 20 s: 104, 30 s: 108 (at its very time), 40 s: 108.
    const at = (seconds: number) => averageAt(window, timesMs, prices, 1_000_000 + seconds * 1000);
    expect(at(0)).toEqual({ fixed: 0, total: 4, settledForward: 0, average: null });
    expect(at(10)).toEqual({ fixed: 1, total: 4, settledForward: 25, average: null });
    expect(at(29.999)).toEqual({ fixed: 2, total: 4, settledForward: 51, average: null });
    expect(at(40)).toEqual({ fixed: 4, total: 4, settledForward: 105, average: 105 });
    expect(at(9_999)).toEqual(at(40));
    expect(at(-5)).toEqual(at(0));
  });

  it('leaves the rest of the forward open: the two parts meet the average if the price stands', () => {
    const { settledForward, fixed, total } = averageAt(window, timesMs, prices, 1_030_000);
    // 78 + 1/4 x 108 = 105.
    expect(settledForward + (1 - fixed / total) * 108).toBe(105);
  });

  it('has 450 fixings in the half hour of Deribit', () => {
    const half = { startMs: 0, endMs: 1_800_000, stepMs: 4_000 };
    const times = Array.from({ length: 450 }, (_, index) => (index + 1) * 4_000);
    // 1, 2 … 450: the mean is 225.5.
    expect(averageAt(half, times, times.map((time) => time / 4_000), 1_800_000)).toMatchObject({ total: 450, average: 225.5 });
  });

  it('refuses what cannot be averaged', () => {
    expect(() => averageAt(window, [1_012_000], [100], 1_010_000)).toThrow(expect.objectContaining({ code: 'ValueMissing' }));
    expect(() => averageAt(window, [1, 0], [100, 100], 0)).toThrow(/timesMs\[1\]/);
    expect(() => averageAt(window, [1, 2], [100, NaN], 0)).toThrow(/prices\[1\] must be > 0, got NaN/);
    expect(() => averageAt(window, [1, 2], [100], 0)).toThrow(/2 times and 1 prices/);
    expect(() => averageAt({ ...window, stepMs: 7_000 }, [], [], 0)).toThrow(/stepMs.*must divide the 40000 ms/);
    expect(() => averageAt({ ...window, endMs: 1_000_000 }, [], [], 0)).toThrow(/endMs/);
    expect(() => averageAt({ ...window, startMs: NaN }, [], [], 0)).toThrow(/startMs/);
  });
});
