import { symmetricEigen } from './symmetric-eigen.ts';
import { refusal } from './symmetric-matrix.ts';

export interface MatrixRoot {
  /** A with A A' = covariance, row-major n by n; columns beyond `rank` are 0. */
  readonly root: Float64Array;
  /** B with A'B = the projection on what moves: B y = pseudo-inverse of the covariance times A y. */
  readonly dual: Float64Array;
  readonly rank: number;
}

/**
 * A root of a covariance or correlation matrix that may be singular (a factor that follows from others, or does not
 * move). Eigenvalues of at most n 2^-48 of the largest count as 0; one below minus that is refused, `MatrixInvalid`:
 * no random variable has such a covariance. The positive definite case needs only `cholesky`.
 */
export function semidefiniteRoot(matrix: ArrayLike<number>, n: number, names?: readonly string[]): MatrixRoot {
  const { values, vectors } = symmetricEigen(matrix, n, names);
  const negligible = n * 2 ** -48 * Math.max(0, n === 0 ? 0 : values[0]);
  if (n > 0 && values[n - 1] < -negligible) {
    throw refusal(
      'covariance or correlation matrix',
      `is not positive semidefinite: its least eigenvalue is ${values[n - 1]}, its largest ${values[0]}`,
      values[n - 1],
    );
  }
  const rank = values.filter((value) => value > negligible).length;
  const root = new Float64Array(n * n);
  const dual = new Float64Array(n * n);
  for (let k = 0; k < rank; k++) {
    const size = Math.sqrt(values[k]);
    for (let i = 0; i < n; i++) {
      root[i * n + k] = vectors[i * n + k] * size;
      dual[i * n + k] = vectors[i * n + k] / size;
    }
  }
  return { root, dual, rank };
}
