import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, weightsOf } from '../../src/money/allocate.ts';
import { amountOf, decimalsOf, divide, minorOf, type Rounding } from '../../src/money/minor-units.ts';

const exact = Decimal.clone({ precision: 1_100, toExpPos: 9_000, toExpNeg: -9_000 });
const modes: Record<Rounding, Decimal.Rounding> = { down: Decimal.ROUND_FLOOR, up: Decimal.ROUND_CEIL, nearest: Decimal.ROUND_HALF_UP };

describe('minorOf', () => {
  // 0.1 as a double is 0.1000000000000000055511151231257827…; 2.675 is 2.67499999999999982236431605997495353221893310546875.
  it.each([
    [0.1, 18, 'down', 100000000000000005n],
    [0.1, 18, 'up', 100000000000000006n],
    [2.675, 2, 'nearest', 267n],
    [0.5, 0, 'nearest', 1n],
    [-0.5, 0, 'nearest', -1n],
    [-0.5, 0, 'down', -1n],
    [-0.5, 0, 'up', 0n],
    [1e15, 6, 'down', 1000000000000000000000n],
    [-0, 8, 'down', 0n],
    [5e-324, 8, 'up', 1n],
    [5e-324, 8, 'down', 0n],
  ] as const)('%d with %d decimals, %s', (amount, decimals, rounding, expected) => {
    expect(minorOf(amount, decimals, rounding)).toBe(expected);
  });

  it('rounds the double itself, once, as 1,100 digits do', () => {
    const amounts = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    const rounding = fc.constantFrom<Rounding>('down', 'up', 'nearest');
    fc.assert(fc.property(amounts, fc.integer({ min: 0, max: 18 }), rounding, (amount, decimals, mode) => {
      // In binary a double is written out whole; its shortest decimal form is another number.
      const size = new exact(`0b${Math.abs(amount).toString(2)}`);
      const scaled = (amount < 0 ? size.negated() : size).times(new exact(10).pow(decimals)).toDecimalPlaces(0, modes[mode]);
      expect(minorOf(amount, decimals, mode).toString()).toBe(scaled.plus(0).toFixed().replace(/^-0$/, '0'));
    }), { numRuns: 3_000 });
  });

  it('refuses what is no number', () => {
    for (const amount of [NaN, Infinity, -Infinity]) expect(() => minorOf(amount, 8, 'down')).toThrow(/must be finite/);
  });

  it('comes back from an amount that has so many decimals', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 8 }), (minor, decimals) => {
      expect(minorOf(amountOf(minor, decimals), decimals, 'nearest')).toBe(minor);
    }));
  });
});

describe('amountOf', () => {
  it.each([[-5n, 8, -5e-8], [0n, 8, 0], [123456789n, 8, 1.23456789], [-100000001n, 8, -1.00000001], [7n, 0, 7], [99n, 6, 0.000099]] as const)(
    '%d with %d decimals', (minor, decimals, expected) => expect(amountOf(minor, decimals)).toBe(expected),
  );
});

describe('decimalsOf', () => {
  it('is 6 for dollars and the like, 8 for coins, or what is given', () => {
    expect([decimalsOf('USD'), decimalsOf('USDC'), decimalsOf('BTC'), decimalsOf('ETH', { ETH: 18 })]).toEqual([6, 6, 8, 18]);
    expect(() => decimalsOf('BTC', { BTC: 1.5 })).toThrow(/decimals of BTC/);
  });
});

describe('divide', () => {
  it('rounds down, up and to the nearest', () => {
    const quotients = (dividend: bigint): bigint[] => (['down', 'up', 'nearest'] as const).map((mode) => divide(dividend, 4n, mode));
    expect([9n, 10n, 11n, 8n, -9n, -10n, -11n].map(quotients)).toEqual([
      [2n, 3n, 2n], [2n, 3n, 3n], [2n, 3n, 3n], [2n, 2n, 2n], [-3n, -2n, -2n], [-3n, -2n, -3n], [-3n, -2n, -3n],
    ]);
  });
});

describe('allocate', () => {
  it('gives what is left to the largest remainders, of equal ones to the first', () => {
    // 10 by 1 : 1 : 1 is 3 1/3 each. 100 by 1 : 2 : 3 is 16 2/3, 33 1/3, 50. 7 by 5 : 1 is 5 5/6, 1 1/6.
    expect(allocate(10n, [1n, 1n, 1n])).toEqual([4n, 3n, 3n]);
    expect(allocate(100n, [1n, 2n, 3n])).toEqual([17n, 33n, 50n]);
    expect(allocate(-7n, [5n, 1n])).toEqual([-6n, -1n]);
    expect(allocate(0n, [0n, 0n])).toEqual([0n, 0n]);
  });

  it('always adds up, and nobody is more than one unit from his share', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), weights, (amount, each) => {
      const total = each.reduce((sum, weight) => sum + weight, 0n);
      fc.pre(total > 0n);
      const shares = allocate(amount, each);
      expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(amount);
      shares.forEach((share, i) => {
        const off = share * total - amount * each[i];
        expect((off < 0n ? -off : off) < total).toBe(true);
      });
    }), { numRuns: 2_000 });
  });

  it('refuses negative weights, and to divide something among nobody', () => {
    expect(() => allocate(1n, [2n, -1n])).toThrow(/>= 0/);
    expect(() => allocate(1n, [0n])).toThrow(/all zero/);
  });
});

describe('weightsOf', () => {
  it('keeps ratios to 2^-60 of the largest', () => {
    expect(weightsOf([1, 0.5, 0, 0.25])).toEqual([2n ** 60n, 2n ** 59n, 0n, 2n ** 58n]);
    expect(weightsOf([0, 0])).toEqual([0n, 0n]);
    expect(() => weightsOf([1, NaN])).toThrow(/finite/);
    expect(() => weightsOf([-1])).toThrow(/>= 0/);
  });
});
