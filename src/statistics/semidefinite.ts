import { refusal, requireSymmetric, rowName } from './symmetric-matrix.ts';

/**
 * A pivot of no more than n times this, of a matrix with ones on its diagonal, is rounding: as in `semidefiniteRoot`.
 */
const negligiblePivot = 3.552713678800501e-15;

/**
 * Refuses what is the covariance of nothing: `MatrixInvalid` if the matrix is not symmetric positive semidefinite. By
 * elimination of the factors, each scaled to variance 1 so that their units do not matter, the largest remaining
 * variance first (Higham, Accuracy and Stability of Numerical Algorithms, 10.3): n^3 / 3 operations. What remains of a
 * semidefinite matrix once no variance is left is 0.
 */
export function requireSemidefinite(matrix: ArrayLike<number>, n: number, names?: readonly string[]): void {
  requireSymmetric('covariance matrix', matrix, n, names);
  const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(matrix[i * n + i], 0)));
  const left = Float64Array.from({ length: n * n }, (_, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    if (deviations[i] > 0 && deviations[j] > 0) return matrix[place] / deviations[i] / deviations[j];
    // A factor that stands still has no covariance with any other, and no negative variance.
    if (matrix[place] === 0) return 0;
    const at = `${rowName(i, names)}, column ${j + 1} is ${matrix[place]}`;
    throw refusal(
      'covariance matrix', `is not positive semidefinite: ${at} beside a variance that is not > 0`, matrix[place],
    );
  });
  const rows = Array.from({ length: n }, (_, i) => i);
  while (rows.length > 0) {
    const pivot = rows.reduce((best, row) => (left[row * n + row] > left[best * n + best] ? row : best));
    const variance = left[pivot * n + pivot];
    if (variance <= n * negligiblePivot) {
      requireNothing(left, n, rows, names);
      return;
    }
    rows.splice(rows.indexOf(pivot), 1);
    for (const row of rows) {
      const share = left[row * n + pivot] / variance;
      for (const column of rows) left[row * n + column] -= share * left[pivot * n + column];
    }
  }
}

/** No variance is left: a covariance or a negative variance contradicts that. A covariance is at most their root. */
function requireNothing(
  left: Float64Array, n: number, rows: readonly number[], names: readonly string[] | undefined,
): void {
  for (const row of rows) {
    for (const column of rows) {
      const rest = left[row * n + column];
      if (Math.abs(rest) <= 4 * n * negligiblePivot) continue;
      const which = row === column ? 'variance' : 'covariance';
      const message = `is not positive semidefinite: ${rowName(row, names)} follows from the others but for a ${which} of ` +
        `${rest} of its own (variances scaled to 1)`;
      throw refusal('covariance matrix', message, rest);
    }
  }
}
