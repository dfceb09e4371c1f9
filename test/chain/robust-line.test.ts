import { describe, expect, it } from 'vitest';
import { median, theilSenLine } from '../../src/chain/robust-line.ts';

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(median([-10, 2])).toBe(-4);
    expect(median([])).toBeNaN();
  });
});

describe('theilSenLine', () => {
  it('is the median of the slopes, then of the intercepts', () => {
    // Slopes of (0,0) (1,1) (2,6): 1, 3, 5. Intercepts with slope 3: 0, -2, 0.
    expect(theilSenLine([0, 1, 2], [0, 1, 6])).toEqual({ slope: 3, intercept: 0 });
  });

  it('ignores one wild point of six', () => {
    expect(theilSenLine([1, 2, 3, 4, 5, 6], [12, 14, 16, 18, 1000, 22])).toEqual({ slope: 2, intercept: 10 });
  });
});
