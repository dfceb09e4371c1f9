import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { normalDraw } from '../../assembly/portable/path-draws.ts';
import { unitFraction } from '../../assembly/portable/philox.ts';
import { openPathMemory } from '../../src/montecarlo/path-kernels.ts';
import { philox4x32 } from '../../src/montecarlo/philox.ts';
import { sobolPoints, sobolScrambles } from '../../src/montecarlo/sobol.ts';

describe('philox4x32', () => {
  // Random123 (D. E. Shaw Research), tests/kat_vectors, lines `philox4x32 10`.
  it.each([
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('known answer of %j', (counter, key, expected) => {
    expect([...philox4x32(counter, key)]).toEqual(expected);
  });

  it('makes an exact fraction of the upper 52 of 64 bits', () => {
    expect(unitFraction(0, 0)).toBe(2 ** -53);
    expect(unitFraction(-1, -1)).toBe(1 - 2 ** -53);
    expect(unitFraction(0, 1 << 31)).toBe(0.5 + 2 ** -53);
    expect(unitFraction(4096, 0)).toBe(3 * 2 ** -53);
    expect(unitFraction(4095, 0)).toBe(2 ** -53);
    fc.assert(fc.property(fc.integer(), fc.integer(), (low, high) => unitFraction(low, high) + unitFraction(~low, ~high) === 1));
  });
});

/** Draws of `count` paths from `first`, dimensions 2 pair and 2 pair + 1, by the kernel of an engine. */
function uniforms(engine: 'wasm' | 'javascript', first: number, count: number, pair: number): number[] {
  const { kernels, floats, start } = openPathMemory(engine, 2 * count + 16);
  kernels.drawPhilox(start, start + count, count, first, 0, pair, 0, 42, 7, 2 * (start + 2 * count));
  return [...floats.subarray(start, start + 2 * count)];
}

describe('the kernels', () => {
  it('give the counters that the docs say: path, attempt, pair, stream; key: the seed', () => {
    const [even, odd] = uniforms('wasm', 1234, 1, 3);
    const words = philox4x32([1234, 0, 3, 0], [42, 7]);
    expect(even).toBe(unitFraction(words[0], words[1]));
    expect(odd).toBe(unitFraction(words[2], words[3]));
  });

  it.each([[0, 1], [5, 4], [0xfffffffd, 7], [77, 63]])('draw %i + %i paths as their JavaScript twin', (first, count) => {
    expect(uniforms('wasm', first, count, 1)).toEqual(uniforms('javascript', first, count, 1));
  });

  it('give normals as their JavaScript twin, far tails included', () => {
    const values = [2 ** -53, 1 - 2 ** -53, 1e-12, 1.3e-11, 1.5e-11, 0.0749, 0.0751, 0.2, 0.5 + 2 ** -53, 0.925, 0.93, 0.075];
    const { kernels, floats, start } = openPathMemory('wasm', 64);
    for (const count of [values.length, values.length - 1, 1, 2]) {
      floats.set(values, start);
      kernels.drawNormals(start, count, 2 * (start + 32));
      expect([...floats.subarray(start, start + count)]).toEqual(values.slice(0, count).map(normalDraw));
    }
  });
});

describe('normalDraw', () => {
  // mpmath, 40 digits: -sqrt(2) erfinv(1 - 2 u) of the double u.
  it.each([
    [0.3, -0.52440051270804081597], [0.01, -2.3263478740408410931], [1e-5, -4.2648907939228246102],
    [1e-9, -5.9978070150076868614], [1e-13, -7.3487961028006775135],
  ])('of %f', (u, expected) => {
    expect(Math.abs(normalDraw(u) / expected - 1)).toBeLessThan(2e-15);
  });

  it('is within 2e-15 of the corrected quantile, and odd about 1/2', () => {
    let worst = 0;
    for (const u of uniforms('wasm', 0, 50_000, 0)) {
      worst = Math.max(worst, Math.abs(normalDraw(u) / normalQuantile(u) - 1));
      if (normalDraw(1 - u) !== -normalDraw(u)) throw new Error(`not odd at ${u}`);
    }
    expect(worst).toBeLessThan(2e-15);
  });
});

describe('uniforms of a seed', () => {
  it('are uniform and independent between dimensions', () => {
    const count = 100_000;
    const draws = uniforms('wasm', 0, count, 0);
    const [a, b] = [draws.slice(0, count), draws.slice(count)];
    for (const column of [a, b]) {
      const sorted = [...column].sort((x, y) => x - y);
      const distance = Math.max(...sorted.map((u, i) => Math.max((i + 1) / count - u, u - i / count)));
      // Kolmogorov: P(sqrt(n) D > 1.95) = 0.001.
      expect(distance * Math.sqrt(count)).toBeLessThan(1.95);
    }
    const product = a.reduce((sum, u, i) => sum + (u - 0.5) * (b[i] - 0.5), 0) / count;
    // Standard error of the mean product of independent uniforms: (1 / 12) / sqrt(n).
    expect(Math.abs(product)).toBeLessThan((4 / 12) / Math.sqrt(count));
    const lagged = a.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * (a[i] - 0.5), 0) / count;
    expect(Math.abs(lagged)).toBeLessThan((4 / 12) / Math.sqrt(count));
  });
});

const hashOf = (points: Float64Array): string => createHash('sha256').update(new Uint8Array(points.buffer)).digest('hex');

describe('sobolPoints', () => {
  it('begins as Joe and Kuo publish it', () => {
    expect([...sobolPoints({ dimensions: 3, count: 5 })]).toEqual(
      [0, 0, 0, 0.5, 0.5, 0.5, 0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.375, 0.375, 0.625],
    );
  });

  // test/golden/oracle/sobol.py: scipy.stats.qmc.Sobol(bits=32).
  it.each([
    [1024, 0, 512, 'abea8da9f9e4178de7c5ab40ac64ef92cc12b1c3c49d6e4e4086c75c4c62fefe'],
    [40, 123456, 1000, '2b39164c1c29a56d52cc1b69475018228a3e4ae79dea03dff3e79a893563b4ee'],
  ])('%i dimensions from %i are those of scipy', (dimensions, first, count, expected) => {
    expect(hashOf(sobolPoints({ dimensions, first, count }))).toBe(expected);
  });

  it('gives any block by itself', () => {
    const scrambles = fc.constantFrom(...sobolScrambles);
    fc.assert(fc.property(scrambles, fc.nat(5000), fc.nat(40), (scramble, first, count) => {
      const all = sobolPoints({ dimensions: 3, count: first + count, scramble, seed: 5 });
      expect(sobolPoints({ dimensions: 3, first, count, scramble, seed: 5 })).toEqual(all.slice(3 * first));
    }), { numRuns: 40 });
  });

  it.each(['shift', 'matrix', 'owen'] as const)('%s keeps one point in every cell of 2^-8 and of 2^-4 x 2^-4', (scramble) => {
    const points = sobolPoints({ dimensions: 6, count: 256, scramble, seed: 11 });
    for (let d = 0; d < 6; d++) {
      const cells = new Set(Array.from({ length: 256 }, (_, i) => Math.floor(points[6 * i + d] * 256)));
      expect(cells.size).toBe(256);
    }
    // Dimensions 1 and 2 are a (0, 2)-sequence.
    const squares = Array.from({ length: 256 }, (_, i) => 16 * Math.floor(points[6 * i] * 16) + Math.floor(points[6 * i + 1] * 16));
    expect(new Set(squares).size).toBe(256);
    expect(sobolPoints({ dimensions: 6, count: 256, scramble, seed: 12 })).not.toEqual(points);
    expect(sobolPoints({ dimensions: 6, count: 256, scramble, seed: 11, replicate: 1 })).not.toEqual(points);
  });

  it.each(['shift', 'matrix', 'owen'] as const)('%s: each point is uniform over the seeds', (scramble) => {
    const count = 2_000;
    const sample = Array.from({ length: count }, (_, seed) => sobolPoints({ dimensions: 2, first: 3, count: 1, scramble, seed })[1]);
    const sorted = sample.sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((u, i) => Math.max((i + 1) / count - u, u - i / count)));
    expect(distance * Math.sqrt(count)).toBeLessThan(1.95);
  });

  it('refuses what it has no numbers for', () => {
    expect(() => sobolPoints({ dimensions: 1025, count: 1 })).toThrow(/for 1024 dimensions, 1025 are needed/);
    expect(() => sobolPoints({ dimensions: 0, count: 1 })).toThrow(/dimensions must be a whole number > 0/);
    expect(() => sobolPoints({ dimensions: 1, count: 2, first: 2 ** 32 - 1 })).toThrow(/first must be an index below/);
    expect(() => sobolPoints({ dimensions: 1, count: 1, seed: 0.5 })).toThrow(/seed must be a whole number/);
    expect(() => sobolPoints({ dimensions: 1, count: 1, scramble: 'x' as never })).toThrow(/scramble must be one of/);
  });
});
