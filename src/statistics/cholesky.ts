import { refusal, requireSymmetric, rowName } from './symmetric-matrix.ts';

/**
 * L with L L' = matrix, lower triangular, row-major. Throws `MatrixInvalid` naming the pivot if the matrix is not
 * positive definite: a pivot of no more than n 2^-52 times the row's own variance is rounding, not a number (Higham,
 * Accuracy and Stability of Numerical Algorithms, 10.1). Nothing is repaired: `nearestCorrelation` does, on request.
 */
export function cholesky(matrix: ArrayLike<number>, n: number, names?: readonly string[]): Float64Array {
  requireSymmetric('covariance or correlation matrix', matrix, n, names);
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = sum / factor[j * n + j];
    }
    let pivot = matrix[i * n + i];
    for (let k = 0; k < i; k++) pivot -= factor[i * n + k] * factor[i * n + k];
    if (!(pivot > n * Number.EPSILON * matrix[i * n + i])) {
      throw refusal(
        'covariance or correlation matrix',
        `is not positive definite: pivot of ${rowName(i, names)} is ${pivot} of ${matrix[i * n + i]}; that row ` +
          'follows from those before it, or contradicts them',
        pivot,
      );
    }
    factor[i * n + i] = Math.sqrt(pivot);
  }
  return factor;
}
