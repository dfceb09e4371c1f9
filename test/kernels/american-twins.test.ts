import { describe, expect, it } from 'vitest';
import { AMERICAN_COLUMNS, boundaryWorkFloats, treeWorkFloats } from '../../assembly/portable/american/batch.ts';
import { fillNormalRows, NORMAL_ROWS_FLOATS, rowNormal } from '../../assembly/portable/american/normal-rows.ts';
import { normalCdf } from '../../assembly/portable/normal.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { firstDifference, KernelBench } from '../support/wasm.ts';

/** (l, m, n, p) and tanh-sinh: numbers of points that are even and odd, fewer and more than four vectors hold. */
const schemes = [
  [7, 2, 7, 27, 0],
  [25, 5, 13, 65, 1],
  [16, 3, 10, 32, 0],
  [9, 4, 2, 1, 0],
  [33, 3, 21, 41, 2],
] as const;
const count = 120;

/** Columns as the kernels have them: sign, spot, strike, time, volatility, rate, yield. */
function randomColumns(seed: number): number[][] {
  const random = seededRandom(seed);
  const draw = (): number[] => [
    pick(random, [1, -1]),
    random() < 0.1 ? pick(random, [0, 1e-300, 1e300, NaN]) : 100 * Math.exp(between(random, -1, 1)),
    random() < 0.05 ? pick(random, [0, 1e-300, Infinity]) : 100,
    random() < 0.2 ? pick(random, [0, 1e-9, 40]) : between(random, 0.01, 3),
    random() < 0.2 ? pick(random, [0, 1e-200, 1e-6, 0.001, 4, 300]) : between(random, 0.05, 1),
    random() < 0.3 ? pick(random, [-0.02, 0, 1e-310, 1e-9, 0.5, 20]) : between(random, 0, 0.1),
    random() < 0.3 ? pick(random, [-0.03, 0, 1e-9, 0.5, 20]) : between(random, 0, 0.1),
  ];
  const rows = Array.from({ length: count }, draw);
  return Array.from({ length: AMERICAN_COLUMNS - 1 }, (_, column) => rows.map((row) => row[column]));
}

describe.each(schemes)('scheme (%i, %i, %i, %i), tanh-sinh %i', (...scheme) => {
  it.each([1, 2, 3])('SIMD and scalar have the same bits, and write nowhere else: seed %i', (seed) => {
    const bench = new KernelBench();
    const words = bench.integers(scheme.length);
    words.set(scheme);
    const priced = (['americanBoundaryPrices', 'americanBoundaryPricesScalar'] as const).map((name) => {
      const columns = bench.floats([...randomColumns(seed).flat(), ...Array<number>(count).fill(7)]);
      const work = bench.floats(boundaryWorkFloats(scheme[0], scheme[2], scheme[3]));
      bench.kernels[name](columns.byteOffset, count, count, work.byteOffset, words.byteOffset);
      return columns.slice((AMERICAN_COLUMNS - 1) * count);
    });
    expect(firstDifference(priced[0], priced[1])).toBe(-1);
    expect(bench.brokenFences()).toEqual([]);
    expect(priced[0].filter((price) => price > 0).length).toBeGreaterThan(count / 4);
  });
});

it.each([[11, 13], [51, 103], [52, 101]])('trees of %i and %i steps: SIMD and scalar have the same bits', (coarse, fine) => {
  const bench = new KernelBench();
  const priced = (['americanTreePrices', 'americanTreePricesScalar'] as const).map((name) => {
    const columns = bench.floats([...randomColumns(fine).flat(), ...Array<number>(count).fill(7)]);
    const work = bench.floats(treeWorkFloats(fine));
    bench.kernels[name](columns.byteOffset, count, count, work.byteOffset, coarse, fine);
    return columns.slice((AMERICAN_COLUMNS - 1) * count);
  });
  expect(firstDifference(priced[0], priced[1])).toBe(-1);
  expect(bench.brokenFences()).toEqual([]);
  expect(priced[0].filter((price) => price > 0).length).toBeGreaterThan(count / 4);
});

describe('normal distribution from rows', () => {
  const rows = new Float64Array(NORMAL_ROWS_FLOATS + 3);
  fillNormalRows(rows, 3);

  // Bounds: what the powers from the tenth on of the series add where the function falls by e^(|x| / 32) within half a row.
  // Expected is the function that test/kernels/special-functions.test.ts holds to values in decimals.
  it.each([
    [-37, -20, 5e-6],
    [-20, -8, 2e-8],
    [-8, -4, 4e-12],
    [-4, -1, 2e-15],
    [-1, 9, 1e-15],
  ])('from %d to %d: relative error %d, absolute 4e-16', (from, to, relative) => {
    const random = seededRandom(5);
    let worst = 0;
    for (let i = 0; i < 20_000; i++) {
      // Past -37 + 1/32 it is 0.
      const x = Math.max(between(random, from, to), -36.9);
      const expected = normalCdf(x);
      worst = Math.max(worst, Math.abs(rowNormal(rows, 3, x) - expected) / Math.min(relative * expected, 4e-16));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('at the seams of the rows, beyond them and without a number', () => {
    for (let m = -590; m < 136; m++) {
      const seam = (m + 0.5) / 16;
      const [below, above] = [rowNormal(rows, 3, seam * (1 + 2 ** -52)), rowNormal(rows, 3, seam * (1 - 2 ** -52))];
      expect(Math.abs(below - above)).toBeLessThanOrEqual(Math.min(4e-16, 1e-5 * below));
    }
    expect([-Infinity, -1e300, -38].map((x) => rowNormal(rows, 3, x))).toEqual([0, 0, 0]);
    expect([Infinity, 1e300, 9].map((x) => rowNormal(rows, 3, x))).toEqual([1, 1, 1]);
    expect(rowNormal(rows, 3, NaN)).toBeNaN();
    expect(rowNormal(rows, 3, 0)).toBe(0.5);
  });
});
