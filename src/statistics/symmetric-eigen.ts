import { requireSymmetric } from './symmetric-matrix.ts';

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** Row-major; column k belongs to value k, of length 1, its largest component (the first of several) positive. */
  readonly vectors: Float64Array;
}

/** Jacobi converges quadratically: ten sweeps do for any matrix met, this is for what nobody has met. */
const sweepsMax = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan 8.5): in a fixed
 * order, so the same bits every time; eigenvalues to a few units of n 2^-52 of the largest. Throws `MatrixInvalid`.
 */
export function symmetricEigen(matrix: ArrayLike<number>, n: number, names?: readonly string[]): SymmetricEigen {
  requireSymmetric('matrix', matrix, n, names);
  const a = Float64Array.from({ length: n * n }, (_, place) => {
    const mirror = (place % n) * n + Math.floor(place / n);
    return place === mirror ? matrix[place] : 0.5 * (matrix[place] + matrix[mirror]);
  });
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    let rotated = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotated += rotate(a, vectors, n, p, q) ? 1 : 0;
    }
    if (rotated === 0) break;
  }
  return ordered(a, vectors, n);
}

/** Makes entry (p, q) zero; false if it is nothing beside its two diagonal entries. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): boolean {
  const off = a[p * n + q];
  const app = a[p * n + p];
  const aqq = a[q * n + q];
  if (Math.abs(off) <= 1e-18 * Math.sqrt(Math.abs(app)) * Math.sqrt(Math.abs(aqq)) || off === 0) return false;
  if (app + Math.abs(off) * 1e-2 === app && aqq + Math.abs(off) * 1e-2 === aqq) {
    a[p * n + q] = a[q * n + p] = 0;
    return false;
  }
  const theta = (aqq - app) / (2 * off);
  const size = Math.abs(theta) > 1e150 ? Infinity : Math.sqrt(theta * theta + 1);
  const t = size === Infinity ? 0.5 / theta : 1 / (theta + (theta < 0 ? -size : size));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  a[p * n + p] = app - t * off;
  a[q * n + q] = aqq + t * off;
  a[p * n + q] = a[q * n + p] = 0;
  for (let k = 0; k < n; k++) {
    if (k !== p && k !== q) {
      const akp = a[k * n + p];
      const akq = a[k * n + q];
      a[k * n + p] = a[p * n + k] = c * akp - s * akq;
      a[k * n + q] = a[q * n + k] = s * akp + c * akq;
    }
    const vkp = vectors[k * n + p];
    const vkq = vectors[k * n + q];
    vectors[k * n + p] = c * vkp - s * vkq;
    vectors[k * n + q] = s * vkp + c * vkq;
  }
  return true;
}

function ordered(a: Float64Array, vectors: Float64Array, n: number): SymmetricEigen {
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    let largest = 0;
    for (let k = 0; k < n; k++) {
      // A strict comparison with room for rounding: of two components of one size the first decides.
      if (Math.abs(vectors[k * n + from]) > Math.abs(largest) * (1 + 1e-9)) largest = vectors[k * n + from];
    }
    const sign = largest < 0 ? -1 : 1;
    for (let k = 0; k < n; k++) sorted[k * n + to] = sign * vectors[k * n + from];
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors: sorted };
}

/** V diag(f(value)) V'. */
export function withEigenvalues(
  { values, vectors }: SymmetricEigen,
  f: (value: number) => number,
): Float64Array {
  const n = values.length;
  const result = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const value = f(values[k]);
    if (value === 0) continue;
    for (let i = 0; i < n; i++) {
      const scaled = value * vectors[i * n + k];
      for (let j = 0; j < n; j++) result[i * n + j] += scaled * vectors[j * n + k];
    }
  }
  return result;
}
