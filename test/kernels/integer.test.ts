import { describe, expect, it } from 'vitest';
import * as integer from '../../assembly/portable/integer.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

/** Exact integers of the portable kernels against the language's own. */
const width = integer.INTEGER_FLOATS;
const memory = new Float64Array(12 * width);
const [a, b, out, rest] = [0, width, 2 * width, 3 * width];
const scratch = 4 * width;

function write(at: number, value: bigint): void {
  const size = value < 0n ? -value : value;
  const limbs = size === 0n ? 0 : Math.ceil(size.toString(2).length / 24);
  memory[at] = value > 0n ? 1 : value < 0n ? -1 : 0;
  memory[at + 1] = limbs;
  for (let limb = 0; limb < limbs; limb++) memory[at + 2 + limb] = Number((size >> BigInt(24 * limb)) & 0xffffffn);
}

function read(at: number): bigint {
  let value = 0n;
  for (let limb = memory[at + 1] - 1; limb >= 0; limb--) value = (value << 24n) | BigInt(memory[at + 2 + limb]);
  expect(memory[at + 1] === 0 || memory[at + 1 + memory[at + 1]] !== 0).toBe(true);
  return BigInt(memory[at]) * value;
}

/** Numbers of every length up to `bits`, runs of ones and zeros among them: where carries and borrows go far. */
function randomInteger(random: () => number, bits: number): bigint {
  const length = Math.floor(random() * bits);
  let value = 0n;
  for (let bit = 0; bit < length; bit += 12) {
    const kind = random();
    const part = kind < 0.2 ? 0 : kind < 0.4 ? 4095 : Math.floor(random() * 4096);
    value = (value << 12n) | BigInt(part);
  }
  return random() < 0.5 ? -value : value;
}

const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);
/** Division towards minus infinity by a positive number. */
const floorOf = (value: bigint, divisor: bigint): bigint => {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
};

function forPairs(bitsA: number, bitsB: number, check: (x: bigint, y: bigint) => void): void {
  const random = randomNumbers(17);
  for (let round = 0; round < 4_000; round++) {
    const [x, y] = [randomInteger(random, bitsA), randomInteger(random, bitsB)];
    write(a, x);
    write(b, y);
    check(x, y);
  }
}

describe('integers of the kernels', () => {
  it('add, subtract and compare', () => {
    forPairs(500, 500, (x, y) => {
      integer.addIntegers(memory, out, a, b);
      expect(read(out)).toBe(x + y);
      integer.subtractIntegers(memory, out, a, b);
      expect(read(out)).toBe(x - y);
      expect(integer.compareIntegers(memory, a, b) + 0).toBe(x < y ? -1 : x > y ? 1 : 0);
      integer.addIntegers(memory, a, a, b);
      expect(read(a)).toBe(x + y);
    });
  });

  it('multiply', () => {
    forPairs(280, 280, (x, y) => {
      integer.multiplyIntegers(memory, out, a, b);
      expect(read(out)).toBe(x * y);
    });
  });

  it('divide towards zero, with remainder', () => {
    forPairs(500, 300, (x, y) => {
      integer.divideIntegers(memory, out, rest, a, b, scratch);
      if (y === 0n) {
        expect(memory[out]).toBeNaN();
        return;
      }
      expect(read(out)).toBe(x / y);
      expect(read(rest)).toBe(x % y);
    });
  });

  it('divide to minus and to plus infinity', () => {
    forPairs(400, 200, (x, y) => {
      const divisor = sizeOf(y) + 1n;
      write(b, divisor);
      integer.divideEuclid(memory, out, a, b, scratch);
      expect(read(out)).toBe(floorOf(x, divisor));
      integer.divideUp(memory, out, a, b, scratch);
      expect(read(out)).toBe(-floorOf(-x, divisor));
    });
  });

  it('multiply and divide by small numbers, with both roundings', () => {
    forPairs(400, 23, (x, y) => {
      const small = sizeOf(y) + 1n;
      integer.multiplyBySmall(memory, a, Number(small));
      expect(read(a)).toBe(x * small);
      write(a, x);
      expect(BigInt(integer.divideBySmall(memory, a, Number(small)))).toBe(sizeOf(x) % small);
      expect(read(a)).toBe(x / small);
      write(a, x);
      integer.divideBySmallUp(memory, a, Number(small));
      const away = (sizeOf(x) + small - 1n) / small;
      expect(read(a)).toBe(x < 0n ? -away : away);
    });
  });

  it('scale by powers of ten', () => {
    const random = randomNumbers(3);
    for (let round = 0; round < 1_000; round++) {
      const x = randomInteger(random, 200);
      const exponent = Math.floor(random() * 80) - 40;
      write(a, x);
      integer.scaleInteger(memory, a, exponent);
      expect(read(a)).toBe(exponent < 0 ? x / 10n ** BigInt(-exponent) : x * 10n ** BigInt(exponent));
    }
  });

  it('take roots', () => {
    const random = randomNumbers(5);
    for (let round = 0; round < 1_000; round++) {
      const root = sizeOf(randomInteger(random, 250));
      for (const x of [root * root, root * root + 1n, root * root - 1n, sizeOf(randomInteger(random, 500))]) {
        if (x < 0n) continue;
        write(a, x);
        integer.rootInteger(memory, out, a, scratch);
        const found = read(out);
        expect(found * found <= x && (found + 1n) * (found + 1n) > x).toBe(true);
      }
    }
  });

  it('take doubles exactly, and say what is no whole number', () => {
    for (const value of [0, 1, -1, 2 ** 53 - 1, -(2 ** 53), 2 ** 100, -(2 ** 80) * 3, 1e300 * 0 + 16777216]) {
      integer.setInteger(memory, a, value);
      expect(read(a)).toBe(BigInt(value));
      expect(integer.integerToFloat(memory, a)).toBe(value);
    }
    for (const value of [0.5, NaN, Infinity, -1.25]) {
      integer.setInteger(memory, a, value);
      expect(memory[a]).toBeNaN();
    }
  });

  it('say when a result does not fit, and pass that on', () => {
    const large = 1n << 400n;
    write(a, large);
    write(b, large);
    integer.multiplyIntegers(memory, out, a, b);
    expect(memory[out]).toBeNaN();
    integer.addIntegers(memory, rest, out, a);
    expect(memory[rest]).toBeNaN();
    expect(integer.integerToFloat(memory, rest)).toBeNaN();
    integer.divideIntegers(memory, out, rest, rest, a, scratch);
    expect(memory[out]).toBeNaN();
    integer.setInteger(memory, a, 2 ** 600);
    expect(memory[a]).toBeNaN();
  });
});
