import { describe, expect, it } from 'vitest';
import { checkMarks, parseMarkRows } from '../support/mark-snapshot.ts';

// black(100, 100, 20%, half a year) = 5.637197779701664 (py_lets_be_rational, tests/test_public_functions.py), in coin.
const header = 'instrument_name,expiry,strike,option_type,mark_price,mark_iv,snapshot_time';
const rows = ['C', 'P'].map((type) =>
  `X-31DEC26-100-${type},2026-12-31T08:00:00+00:00,100.0,${type},0.05637198,20.0,2026-07-01T20:00:00+00:00`);
const marks = parseMarkRows([header, ...rows].join('\n'));

describe('checkMarks', () => {
  it('finds nothing beyond rounding in right marks', () => {
    const statistics = checkMarks(marks);
    expect(statistics).toMatchObject({ rowCount: 2, expiryCount: 1, volatilityCheckedCount: 2, forwardSpreadMax: 0 });
    expect(statistics.priceError.max).toBeLessThan(5e-9);
    expect(statistics.priceErrorInRoundings.max).toBeLessThan(1);
    expect(statistics.volatilityError.max).toBeLessThan(1e-7);
  });

  it('finds a volatility that is one basis point off', () => {
    const wrong = marks.map((mark) => ({ ...mark, markVolatility: 0.2001 }));
    const statistics = checkMarks(wrong);
    // One step is two half steps.
    expect(statistics.priceErrorInRoundings.max).toBeGreaterThan(1.9);
    expect(statistics.volatilityError.max).toBeCloseTo(1e-4, 7);
  });
});
