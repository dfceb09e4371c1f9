import { describe, expect, it } from 'vitest';
import { smileOutliers } from '../../src/chain/smile-outliers.ts';

/** Places of the flags. */
function outliers(standardDeviations: number[]): number[] {
  return smileOutliers(standardDeviations).flatMap((flag, index) => (flag ? [index] : []));
}

describe('smileOutliers', () => {
  it('passes a steep slope and a smooth bottom', () => {
    expect(outliers([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])).toEqual([]);
    expect(outliers([0.5, 0.4, 0.32, 0.3, 0.31, 0.33, 0.4, 0.5])).toEqual([]);
  });

  it('flags one strike far above or below (SPX 2026-09-30, strike 6605: 0.354 among 0.24)', () => {
    expect(outliers([0.245, 0.241, 0.237, 0.354, 0.236, 0.235, 0.234])).toEqual([3]);
    expect(outliers([0.245, 0.241, 0.237, 0.15, 0.236, 0.235, 0.234])).toEqual([3]);
  });

  it('flags two neighbours that are both stale (SPX 2026-08-31, strikes 5910 and 5920)', () => {
    expect(outliers([0.369, 0.367, 0.366, 0.414, 0.421, 0.362, 0.36, 0.359])).toEqual([3, 4]);
  });

  it('allows 5% beyond the second highest and the lowest neighbour', () => {
    expect(outliers([1, 1, 1, 1.0499, 1, 1, 1])).toEqual([]);
    expect(outliers([1, 1, 1, 1.0501, 1, 1, 1])).toEqual([3]);
    expect(outliers([1, 1, 1, 0.9525, 1, 1, 1])).toEqual([]);
    expect(outliers([1, 1, 1, 0.9522, 1, 1, 1])).toEqual([3]);
  });

  it('does not judge the three strikes at either end', () => {
    expect(outliers([9, 9, 9, 1, 1, 1, 1, 1, 9, 9, 9])).toEqual([]);
    expect(outliers([])).toEqual([]);
  });
});
