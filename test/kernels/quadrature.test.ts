import { describe, expect, it } from 'vitest';
import {
  cosineOfPi,
  fillGaussLegendre,
  fillTanhSinh,
} from '../../assembly/portable/american/quadrature.ts';

type Fill = (f: Float64Array, nodes: number, weights: number, n: number) => void;

function integrate(fill: Fill, n: number, of: (x: number) => number): number {
  const f = new Float64Array(2 * n);
  fill(f, 0, n, n);
  return f.subarray(0, n).reduce((sum, x, i) => sum + f[n + i] * of(x), 0);
}

describe('quadrature', () => {
  it('cosine to the last place', () => {
    for (let i = 0; i <= 400; i++) expect(Math.abs(cosineOfPi(i / 400) - Math.cos((Math.PI * i) / 400))).toBeLessThan(4e-16);
  });

  it.each([1, 2, 7, 27, 65, 101])('Gauss-Legendre of %i points is exact for polynomials', (n) => {
    for (const degree of [0, n - 1 - ((n - 1) % 2), 2 * n - 2]) {
      expect(integrate(fillGaussLegendre, n, (x) => x ** degree)).toBeCloseTo(2 / (degree + 1), 13);
    }
    expect(integrate(fillGaussLegendre, n, (x) => x ** (2 * n - 1))).toBeCloseTo(0, 13);
  });

  it('tanh-sinh does not mind singular ends', () => {
    expect(integrate(fillTanhSinh, 65, (x) => Math.sqrt(1 - x * x))).toBeCloseTo(Math.PI / 2, 12);
    expect(integrate(fillTanhSinh, 65, Math.exp)).toBeCloseTo(Math.E - 1 / Math.E, 12);
  });
});
