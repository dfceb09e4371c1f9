import { exp } from './exp.ts';
import { log, logQuotient } from './log.ts';
import { centralQuantile, farTailQuantile, nearTailQuantile, normalCdf } from './normal.ts';

/**
 * From uniforms to moves of risk factors, column by column: f[column + i] belongs to path i of a block. Every function
 * treats each path by itself, so the size of a block changes nothing.
 */

/**
 * The normal quantile of u in (0, 1), where 1 - u is exact: Algorithm AS 241 without a correction step. Error <= 2e-15
 * relative: for draws that is plenty.
 */
export function normalDraw(u: f64): f64 {
  const offset: f64 = u - 0.5;
  if (Math.abs(offset) <= 0.425) return centralQuantile(offset);
  const tail: f64 = offset < 0.0 ? u : 1.0 - u;
  const root: f64 = Math.sqrt(logQuotient(1.0, tail));
  const size: f64 = root <= 5.0 ? nearTailQuantile(root) : farTailQuantile(root);
  return offset < 0.0 ? -size : size;
}

/** Uniforms to normals, in place. */
export function normalDraws(f: Floats, column: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) f[column + i] = normalDraw(f[column + i]);
}

/**
 * Antithetic pairs: two paths from each draw, the second with `mirror` times it (1 or -1). `odd`: the block begins with
 * the second of a pair.
 */
export function spreadPairs(f: Floats, from: i32, to: i32, count: i32, odd: i32, mirror: f64): void {
  for (let i: i32 = 0; i < count; i++) {
    const place: i32 = i + odd;
    const draw: f64 = f[from + (place >> 1)];
    f[to + i] = (place & 1) !== 0 ? mirror * draw : draw;
  }
}

/**
 * Independent normals to correlated ones, in place: column j becomes the sum of lower[j n + k] times column k, k <= j
 * ascending. `stride`: floats from a column to the next.
 */
export function correlateDraws(f: Floats, columns: i32, stride: i32, lower: i32, n: i32, count: i32): void {
  for (let j: i32 = n - 1; j >= 0; j--) {
    const row: i32 = lower + j * n;
    const target: i32 = columns + j * stride;
    for (let i: i32 = 0; i < count; i++) {
      let sum: f64 = f[row] * f[columns + i];
      for (let k: i32 = 1; k <= j; k++) sum = sum + f[row + k] * f[columns + k * stride + i];
      f[target + i] = sum;
    }
  }
}

/** Multiplies a column by another. */
export function multiplyColumn(f: Floats, column: i32, by: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) f[column + i] = f[column + i] * f[by + i];
}

/** e^x, in place. */
export function exponentiateColumn(f: Floats, column: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) f[column + i] = exp(f[column + i]);
}

/**
 * A smooth function by cubic Hermite interpolation, in place. The table: `cells` + 1 pairs of value and slope (per
 * cell) at equal distances from `from`; beyond its ends the function goes on in a straight line.
 */
export function interpolateColumn(
  f: Floats, column: i32, count: i32, table: i32, cells: i32, from: f64, cellsPerUnit: f64,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const place: f64 = (f[column + i] - from) * cellsPerUnit;
    if (!(place > 0.0)) f[column + i] = f[table] + place * f[table + 1];
    else if (place >= (cells as f64)) {
      f[column + i] = f[table + 2 * cells] + (place - (cells as f64)) * f[table + 2 * cells + 1];
    } else {
      const cell: i32 = Math.floor(place) as i32;
      const t: f64 = place - (cell as f64);
      const at: i32 = table + 2 * cell;
      const rise: f64 = f[at + 2] - f[at];
      const bend: f64 = f[at + 1] - rise;
      const otherBend: f64 = rise - f[at + 3];
      f[column + i] = f[at] + t * (rise + (1.0 - t) * (bend * (1.0 - t) + otherBend * t));
    }
  }
}

/** sign(x) sqrt(nu ln(1 + x^2 / nu)): nearly normal if x is Student t (Wallace 1959). In place. */
export function wallaceColumn(f: Floats, column: i32, count: i32, nu: f64): void {
  for (let i: i32 = 0; i < count; i++) {
    const x: f64 = f[column + i];
    const size: f64 = Math.sqrt(nu * log(1.0 + x * x / nu));
    f[column + i] = x < 0.0 ? -size : size;
  }
}

/** The inverse of `wallaceColumn`. */
export function inverseWallaceColumn(f: Floats, column: i32, count: i32, nu: f64): void {
  for (let i: i32 = 0; i < count; i++) {
    const x: f64 = f[column + i];
    const size: f64 = Math.sqrt(nu * (exp(x * x / nu) - 1.0));
    f[column + i] = x < 0.0 ? -size : size;
  }
}

/**
 * Normal scores to quantiles of a sample, in place: f[sample ... sample + size - 1] ascending, size >= 2, interpolated
 * linearly at 1 + (size - 1) p (type 7 of Hyndman and Fan): never beyond the extremes of the sample.
 */
export function sampleQuantiles(f: Floats, column: i32, count: i32, sample: i32, size: i32): void {
  const last: i32 = size - 2;
  for (let i: i32 = 0; i < count; i++) {
    const place: f64 = normalCdf(f[column + i]) * ((size - 1) as f64);
    const whole: i32 = Math.floor(place) as i32;
    const cell: i32 = whole > last ? last : whole;
    const t: f64 = place - (cell as f64);
    f[column + i] = f[sample + cell] + t * (f[sample + cell + 1] - f[sample + cell]);
  }
}

/**
 * Uniforms to counts by inversion, in place: the number of cumulative probabilities that are <= u. The last of `steps`
 * probabilities is beyond every u.
 */
export function invertCounts(f: Floats, column: i32, count: i32, cumulative: i32, steps: i32): void {
  for (let i: i32 = 0; i < count; i++) {
    const u: f64 = f[column + i];
    let n: i32 = 0;
    while (n < steps - 1 && f[cumulative + n] <= u) n = n + 1;
    f[column + i] = n as f64;
  }
}

/** Adds the sum of n normal jumps, n mean + sqrt(n) sd z, to a column. */
export function addJumps(f: Floats, column: i32, counts: i32, normals: i32, count: i32, mean: f64, sd: f64): void {
  for (let i: i32 = 0; i < count; i++) {
    const n: f64 = f[counts + i];
    f[column + i] = f[column + i] + (n * mean + Math.sqrt(n) * sd * f[normals + i]);
  }
}

/** x becomes mean + scale x, in place. */
export function scaleColumn(f: Floats, column: i32, count: i32, mean: f64, scale: f64): void {
  for (let i: i32 = 0; i < count; i++) f[column + i] = mean + scale * f[column + i];
}

/** A log return becomes a relative move, e^x - 1, in place. */
export function relativeMoves(f: Floats, column: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) f[column + i] = exp(f[column + i]) - 1.0;
}

/**
 * P&L of a quadratic portfolio: sum over j of x_j (delta_j + sum over k >= j of quadratic[j n + k] x_k), the diagonal of
 * `quadratic` being half of gamma's, what is above it gamma's itself. Writes f[pnl + i].
 */
export function quadraticPnl(
  f: Floats, columns: i32, stride: i32, delta: i32, quadratic: i32, n: i32, pnl: i32, count: i32,
): void {
  for (let i: i32 = 0; i < count; i++) {
    let sum: f64 = 0.0;
    for (let j: i32 = 0; j < n; j++) {
      let slope: f64 = f[delta + j];
      for (let k: i32 = j; k < n; k++) slope = slope + f[quadratic + j * n + k] * f[columns + k * stride + i];
      sum = sum + f[columns + j * stride + i] * slope;
    }
    f[pnl + i] = sum;
  }
}

/** Sum of weights[j] times column j, j ascending. Writes f[to + i]. */
export function combineColumns(
  f: Floats, columns: i32, stride: i32, weights: i32, n: i32, to: i32, count: i32,
): void {
  for (let i: i32 = 0; i < count; i++) {
    let sum: f64 = 0.0;
    for (let j: i32 = 0; j < n; j++) sum = sum + f[weights + j] * f[columns + j * stride + i];
    f[to + i] = sum;
  }
}
