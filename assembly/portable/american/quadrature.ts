import { exp } from '../exp.ts';

/**
 * Nodes and weights on [-1, 1], written into memory: Gauss-Legendre, tanh-sinh. Cosines for Chebyshev points.
 * Worked out rather than stored, so that any number of points can be asked for; the same bits in every engine.
 */

const PI: f64 = 3.141592653589793;
/** Newton's method for a root of a Legendre polynomial doubles its digits: from two to sixteen in four steps. */
const NEWTON_STEPS: i32 = 5;

/** cos(pi x) for 0 <= x <= 1. Error below 2e-16. */
export function cosineOfPi(x: f64): f64 {
  if (x > 0.5) return -cosineOfPi(1.0 - x);
  if (x > 0.25) return sineSeries(PI * (0.5 - x));
  return cosineSeries(PI * x);
}

/** Taylor series; its terms end before the last place at pi / 4. */
function sineSeries(x: f64): f64 {
  const square: f64 = x * x;
  let sum: f64 = 0;
  for (let k: i32 = 17; k > 1; k -= 2) sum = (1.0 - sum) * square / ((k * (k - 1)) as f64);
  return x * (1.0 - sum);
}

function cosineSeries(x: f64): f64 {
  const square: f64 = x * x;
  let sum: f64 = 0;
  for (let k: i32 = 18; k > 0; k -= 2) sum = (1.0 - sum) * square / ((k * (k - 1)) as f64);
  return 1.0 - sum;
}

/** Gauss-Legendre rule of n points: exact for polynomials of degree 2n - 1. */
export function fillGaussLegendre(f: Floats, nodes: i32, weights: i32, n: i32): void {
  for (let i: i32 = 0; i < n; i++) {
    let x: f64 = cosineOfPi(((i as f64) + 0.75) / ((n as f64) + 0.5));
    let slope: f64 = 1;
    for (let step: i32 = 0; step < NEWTON_STEPS; step++) {
      let previous: f64 = 1;
      let value: f64 = x;
      for (let k: i32 = 2; k <= n; k++) {
        const degree: f64 = k as f64;
        const next: f64 = ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * previous) / degree;
        previous = value;
        value = next;
      }
      slope = (n as f64) * (x * value - previous) / (x * x - 1.0);
      x = x - value / slope;
    }
    f[nodes + i] = x;
    f[weights + i] = 2.0 / ((1.0 - x * x) * slope * slope);
  }
}

/**
 * Tanh-sinh rule of n points (odd): x = tanh(pi/2 sinh(t)) at equal steps of t in [-3.1, 3.1], beyond which the weights
 * are below 1e-15 (Takahasi and Mori 1974). It does not mind what the function does at the ends.
 */
export function fillTanhSinh(f: Floats, nodes: i32, weights: i32, n: i32): void {
  const step: f64 = 6.2 / ((n - 1) as f64);
  for (let i: i32 = 0; i < n; i++) {
    const grown: f64 = exp(step * (i as f64) - 3.1);
    const inverse: f64 = 1.0 / grown;
    const shape: f64 = exp(0.5 * PI * (grown - inverse));
    const square: f64 = shape + 1.0;
    f[nodes + i] = (shape - 1.0) / square;
    f[weights + i] = step * PI * (grown + inverse) * shape / (square * square);
  }
}
