import { describe, expect, it } from 'vitest';
import { NumberBlock } from '../vectors/tiered/number-block.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

/** The liquidation maths of dYdX in WASM against big integers, on numbers far beyond what a double holds. */
const million = 1_000_000n;
const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);
const up = (numerator: bigint, denominator: bigint): bigint => (numerator + denominator - 1n) / denominator;
const euclid = (value: bigint, divisor: bigint): bigint => {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
};
const shift = (value: bigint, exponent: number): bigint =>
  exponent < 0 ? value / 10n ** BigInt(-exponent) : value * 10n ** BigInt(exponent);

const random = randomNumbers(99);
const integer = (bits: number, signed = true): bigint => {
  let value = 0n;
  const length = Math.floor(random() * bits);
  for (let bit = 0; bit < length; bit += 16) value = (value << 16n) | BigInt(Math.floor(random() * 65_536));
  return signed && random() < 0.5 ? -value : value;
};
const ppm = (): number => Math.floor(random() * 1_000_001);

describe('dYdX in integers', () => {
  it('position risk', () => {
    for (let round = 0; round < 2_000; round++) {
      const [quantums, price, interest] = [integer(64), integer(64, false), integer(64, false)];
      const exponent = Math.floor(random() * 24) - 16;
      const [base, fraction, custom] = [ppm(), ppm(), random() < 0.3 ? ppm() : 0];
      const lower = Math.floor(random() * 1e13);
      const upper = random() < 0.2 ? 0 : lower + 1 + Math.floor(random() * 1e13);
      const open = shift(interest * price, exponent);
      const scaled = upper === 0 || open <= BigInt(lower) ? BigInt(base)
        : open >= BigInt(upper) ? million
        : BigInt(base) + ((open - BigInt(lower)) * (million - BigInt(base))) / BigInt(upper - lower);
      const imf = scaled > BigInt(custom) ? scaled : BigInt(custom);
      const notional = shift(quantums * price, exponent);
      const block = new NumberBlock(8)
        .setFloats([exponent, base, fraction, lower, upper, custom])
        .setNumbers([quantums, price, interest]);
      block.run('dydxPositionRisk');
      expect(block.number(3)).toBe(notional);
      expect(BigInt(block.float(6))).toBe(imf);
      expect(block.number(4)).toBe(up(sizeOf(notional) * imf, million));
      expect(block.number(5)).toBe(up(up(sizeOf(notional) * BigInt(base), million) * BigInt(fraction), million));
    }
  });

  it('bankruptcy price', () => {
    for (let round = 0; round < 2_000; round++) {
      const [before, after, collateral] = [integer(110), integer(110), integer(110)];
      const [mmrBefore, mmrAfter, maintenance] = [integer(100, false), integer(100, false), integer(100, false) + 1n];
      const numbers = [before, after, mmrBefore, mmrAfter, collateral, maintenance];
      const block = new NumberBlock(8).setNumbers(numbers);
      block.run('dydxBankruptcyPrice');
      const before0 = euclid(collateral * sizeOf(mmrAfter - mmrBefore), maintenance);
      expect(block.number(6)).toBe(before - after - before0);
    }
  });

  it('fillable price', () => {
    for (let round = 0; round < 1_000; round++) {
      const [adjustment, spread] = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)];
      const [notional, mmr, collateral] = [integer(90), integer(80, false), integer(90)];
      const [maintenance, size] = [integer(85, false) + 1n, integer(64) || 1n];
      const block = new NumberBlock(8)
        .setFloats([adjustment, spread])
        .setNumbers([notional, mmr, collateral, maintenance, size]);
      block.run('dydxFillablePrice');
      let rating = BigInt(adjustment) * (maintenance - collateral);
      const whole = million * maintenance;
      rating = rating < 0n ? 0n : rating > whole ? whole : rating;
      const numerator = notional * whole * million - rating * BigInt(spread) * mmr;
      expect(block.number(5) * (whole * million * size)).toBe(numerator * block.number(6));
    }
  });

  it('what one block may liquidate', () => {
    let partial = 0;
    for (let round = 0; round < 2_000; round++) {
      const [position, price] = [integer(60), integer(40, false) + 1n];
      const exponent = Math.floor(random() * 14) - 12;
      const [least, limit, step] = [integer(40, false), integer(60, false), integer(20, false) + 1n];
      const part = ppm();
      const size = sizeOf(position);
      const notional = shift(size * price, exponent);
      const smaller = (x: bigint, y: bigint): bigint => (x < y ? x : y);
      const larger = (x: bigint, y: bigint): bigint => (x > y ? x : y);
      const most = smaller(larger((notional * BigInt(part)) / million, smaller(least, notional)), limit);
      const inBase = shift(most, -exponent) / price;
      const cut = smaller(larger(inBase - (inBase % step), step), size);
      const block = new NumberBlock(8).setFloats([exponent, part]).setNumbers([position, price, least, limit, step]);
      block.run('dydxLiquidatable');
      const whole = notional <= most || size <= step;
      expect(block.number(5)).toBe(whole ? size : cut);
      if (!whole) partial++;
    }
    expect(partial).toBeGreaterThan(500);
  });
});
