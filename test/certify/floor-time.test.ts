import { describe, expect, it } from 'vitest';
import { upTimeHigh, upTimeLow } from '../../assembly/portable/certify/slope-row.ts';

describe('the slope by time of a volatility shocked up, next to its floor', () => {
  // Shipped parameters have shocks that grow as time goes: slopes below a half. Others may have the opposite.
  const slopes = [-0.2, 0.3, 0.5, 0.6, 0.9];

  it('is between its own and a half where the floor may bind', () => {
    for (const low of slopes) {
      for (const high of slopes.filter((slope) => slope >= low)) {
        expect([low, upTimeLow(low, 0, 1), upTimeHigh(high, 0, 1)]).toEqual([low, Math.min(low, 0.5), Math.max(high, 0.5)]);
      }
    }
  });

  it('is a half where it binds throughout, and its own where it cannot', () => {
    for (const slope of slopes) {
      expect([upTimeLow(slope, 0, 0), upTimeHigh(slope, 0, 0)]).toEqual([0.5, 0.5]);
      expect([upTimeLow(slope, 1, 1), upTimeHigh(slope, 1, 1)]).toEqual([slope, slope]);
    }
  });
});
