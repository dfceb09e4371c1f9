import { MargridError } from '../errors.ts';

/** Square matrices are row-major Float64Arrays of n * n: entry (i, j) at `i * n + j`. */

/**
 * How far two mirrored entries may differ, relative to the largest entry: rounding of files with 9 digits is refused.
 */
const symmetryTolerance = 1e-12;

/** Name of a row in messages: `factor 3 (price:ETH)`. */
export function rowName(row: number, names: readonly string[] | undefined): string {
  return names === undefined ? `row ${row + 1}` : `row ${row + 1} (${names[row]})`;
}

/** Throws `MatrixInvalid` unless the matrix is n by n, finite and symmetric; names row, column and values. */
export function requireSymmetric(
  what: string,
  matrix: ArrayLike<number>,
  n: number,
  names?: readonly string[],
): void {
  if (matrix.length !== n * n) throw refusal(what, `has ${matrix.length} entries, expected ${n} x ${n}`, matrix.length);
  let largest = 0;
  for (let place = 0; place < n * n; place++) {
    if (!Number.isFinite(matrix[place])) {
      const where = `${rowName(Math.floor(place / n), names)}, column ${(place % n) + 1}`;
      throw refusal(what, `${where} must be finite, got ${matrix[place]}`, matrix[place]);
    }
    largest = Math.max(largest, Math.abs(matrix[place]));
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [one, other] = [matrix[i * n + j], matrix[j * n + i]];
      if (Math.abs(one - other) <= symmetryTolerance * largest) continue;
      const where = `${rowName(i, names)}, column ${j + 1}`;
      throw refusal(what, `is not symmetric: ${where} is ${one}, its mirror image ${other}`, one);
    }
  }
}

export function refusal(what: string, message: string, value: unknown): MargridError {
  return new MargridError('MatrixInvalid', `the ${what} ${message}`, { column: what, value });
}

/** matrix * vector. */
export function timesVector(matrix: ArrayLike<number>, vector: ArrayLike<number>): Float64Array {
  const n = vector.length;
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * vector[j];
    result[i] = sum;
  }
  return result;
}

export function dotProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a * b for n by n matrices; zeros of `a` cost nothing. */
export function matrixProduct(a: ArrayLike<number>, b: ArrayLike<number>, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[i * n + j] += factor * b[k * n + j];
    }
  }
  return result;
}

export function transposed(matrix: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, place) => matrix[(place % n) * n + Math.floor(place / n)]);
}
