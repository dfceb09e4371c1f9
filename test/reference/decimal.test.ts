import { describe, expect, test } from 'vitest';
import { Decimal, exact, roundToPlaces } from '../../src/reference/decimal.ts';

describe('exact', () => {
  test.each([
    [0.1, '0.1000000000000000055511151231257827021181583404541015625'],
    [-65910.57, '-65910.5700000000069849193096160888671875'],
    [2 ** -10, '0.0009765625'],
    [3, '3'],
    [2 ** 60, '1152921504606846976'],
    [0, '0'],
  ])('%d is the float itself, not its shortest decimal', (value, expected) => {
    expect(exact(value).toFixed()).toBe(expected);
  });

  test('the smallest and the largest float come back', () => {
    for (const value of [Number.MIN_VALUE, -Number.MAX_VALUE, Number.EPSILON, 1 / 3]) {
      expect(exact(value).toNumber()).toBe(value);
    }
    const smallest = new Decimal(2).pow(-1074); // rounded to 34 digits, while `exact` keeps all 751
    expect(exact(Number.MIN_VALUE).toSignificantDigits(32).equals(smallest.toSignificantDigits(32))).toBe(true);
    expect(exact(Number.MIN_VALUE).precision()).toBe(751);
  });

  test.each([NaN, Infinity, -Infinity])('%d is refused', (value) => {
    expect(() => exact(value)).toThrow(/finite/);
  });
});

describe('rounding', () => {
  test.each([
    ['0.0009765625', '0.000976563'],
    ['-0.0009765625', '-0.000976563'],
    ['0.00097656249999999999999999999999', '0.000976562'],
    ['2', '2'],
  ])('%s to 9 places is %s: half away from zero', (value, expected) => {
    expect(roundToPlaces(new Decimal(value), 9).toFixed()).toBe(expected);
  });
});
