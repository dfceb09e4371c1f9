import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fractionOf, minorUnitsOf, numberOf, over, plus, times } from '../../src/money/fraction.ts';

const size = fc.double({ min: 1e-290, max: 1e290, noNaN: true });
const double = fc.oneof(fc.constant(0), size, size.map((value) => -value));

describe('exact numbers', () => {
  it('reads doubles as the decimals they print as', () => {
    expect(fractionOf(0.1)).toEqual({ top: 1n, bottom: 10n });
    expect(fractionOf(-12.5)).toEqual({ top: -125n, bottom: 10n });
    expect(fractionOf(1e21)).toEqual({ top: 10n ** 21n, bottom: 1n });
    expect(fractionOf(2.5e-7)).toEqual({ top: 25n, bottom: 10n ** 8n });
    expect(() => fractionOf(Infinity)).toThrow(expect.objectContaining({ code: 'ValueNotFinite' }));
  });

  it('multiplies as by hand where doubles do not', () => {
    // 0.07 x 100 is 7, in doubles 7.000000000000001; up to a whole cent that would be 7.01.
    expect(0.07 * 100).not.toBe(7);
    expect(minorUnitsOf(times(fractionOf(0.07), fractionOf(100)), 2, 'up')).toBe(700n);
    expect(minorUnitsOf(over(fractionOf(-10), fractionOf(3)), 2, 'down')).toBe(-334n);
    expect(minorUnitsOf(over(fractionOf(10), fractionOf(-3)), 2, 'nearest')).toBe(-333n);
    expect(numberOf(plus(fractionOf(0.1), fractionOf(0.2)))).toBe(0.3);
  });

  it('returns every double', () => {
    fc.assert(fc.property(double, (value) => numberOf(fractionOf(value)) === value), { numRuns: 5_000 });
  });

  it('sees what lies beyond the bits it divides to', () => {
    // 1 + 2^-53 lies between two doubles and goes to the even one, 1; anything more goes up to 1 + 2^-52.
    const half = 2n ** 200n + 2n ** 147n;
    expect(numberOf({ top: half, bottom: 2n ** 200n })).toBe(1);
    expect(numberOf({ top: half + 1n, bottom: 2n ** 200n })).toBe(1 + Number.EPSILON);
  });

  it('rounds quotients of whole numbers to the nearest double', () => {
    const whole = fc.integer({ min: 1, max: 2 ** 31 });
    // A quotient of two doubles is the correctly rounded one.
    fc.assert(fc.property(whole, whole, (a, b) => numberOf(over(fractionOf(a), fractionOf(b))) === a / b), { numRuns: 5_000 });
  });
});
