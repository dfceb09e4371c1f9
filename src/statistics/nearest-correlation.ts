import { requireArgument } from './argument.ts';
import { correlationOf, covarianceOf } from './covariance.ts';
import { symmetricEigen, withEigenvalues } from './symmetric-eigen.ts';
import { refusal, requireSymmetric, rowName } from './symmetric-matrix.ts';

export interface RepairOptions {
  /**
   * `higham`: the nearest correlation matrix in the Frobenius norm, by alternating projections with Dykstra's
   * correction (Higham, IMA J. Numer. Anal. 22, 2002, 329-343). `eigenvalue-clipping`: eigenvalues raised, rows and
   * columns scaled back to ones on the diagonal: faster, farther.
   */
  readonly method?: 'higham' | 'eigenvalue-clipping';
  /** Eigenvalues are raised to this before the diagonal is set back; > 0 leaves a matrix that `cholesky` takes. */
  readonly leastEigenvalue?: number;
  /** The projections stop when no entry moves by more than this; default 1e-12. */
  readonly tolerance?: number;
  readonly iterationsMax?: number;
}

export interface RepairedCorrelation {
  readonly correlation: Float64Array;
  /** Frobenius norm of what was changed. */
  readonly distance: number;
  readonly leastEigenvalueBefore: number;
  readonly leastEigenvalueAfter: number;
  readonly iterations: number;
  readonly isConverged: boolean;
}

/**
 * A positive semidefinite correlation matrix near one that is not, with the distance: only on request, never silently.
 * Throws `MatrixInvalid` unless the matrix is symmetric with ones on the diagonal.
 */
export function nearestCorrelation(
  matrix: ArrayLike<number>,
  n: number,
  { method = 'higham', leastEigenvalue = 0, tolerance = 1e-12, iterationsMax = 20_000 }: RepairOptions = {},
  names?: readonly string[],
): RepairedCorrelation {
  requireSymmetric('correlation matrix', matrix, n, names);
  requireArgument('leastEigenvalue', leastEigenvalue, leastEigenvalue >= 0 && leastEigenvalue < 1, 'in [0, 1)');
  for (let i = 0; i < n; i++) {
    const diagonal = matrix[i * n + i];
    if (Math.abs(diagonal - 1) <= 1e-9) continue;
    throw refusal('correlation matrix', `must have 1 on the diagonal, ${rowName(i, names)} has ${diagonal}`, diagonal);
  }
  const start = Float64Array.from(matrix);
  const before = symmetricEigen(start, n).values[n - 1] ?? 1;
  const raised = (from: Float64Array): Float64Array =>
    withEigenvalues(symmetricEigen(from, n), (value) => Math.max(value, leastEigenvalue));
  const projected = method === 'higham'
    ? alternate(start, n, raised, tolerance, iterationsMax)
    : { result: start, iterations: 1, isConverged: true };
  const correlation = before >= leastEigenvalue ? start : scaledToOnes(raised(projected.result), n);
  return {
    correlation,
    distance: Math.sqrt(correlation.reduce((sum, each, place) => sum + (each - start[place]) ** 2, 0)),
    leastEigenvalueBefore: before,
    leastEigenvalueAfter: symmetricEigen(correlation, n).values[n - 1] ?? 1,
    iterations: before >= leastEigenvalue ? 0 : projected.iterations,
    isConverged: projected.isConverged,
  };
}

function alternate(
  start: Float64Array,
  n: number,
  raised: (from: Float64Array) => Float64Array,
  tolerance: number,
  iterationsMax: number,
): { readonly result: Float64Array; readonly iterations: number; readonly isConverged: boolean } {
  const current = Float64Array.from(start);
  const correction = new Float64Array(n * n);
  for (let iteration = 1; iteration <= iterationsMax; iteration++) {
    const from = current.map((each, place) => each - correction[place]);
    const semidefinite = raised(from);
    let moved = 0;
    for (let place = 0; place < n * n; place++) {
      correction[place] = semidefinite[place] - from[place];
      const next = place % (n + 1) === 0 ? 1 : semidefinite[place];
      moved = Math.max(moved, Math.abs(next - current[place]));
      current[place] = next;
    }
    if (moved <= tolerance) return { result: current, iterations: iteration, isConverged: true };
  }
  return { result: current, iterations: iterationsMax, isConverged: false };
}

function scaledToOnes(matrix: Float64Array, n: number): Float64Array {
  const { correlation } = correlationOf(matrix, n);
  // Mirrored entries were rounded in one order each.
  return correlation.map((each, place) => {
    const mirror = (place % n) * n + Math.floor(place / n);
    return place <= mirror ? each : correlation[mirror];
  });
}

export interface RepairedCovariance extends RepairedCorrelation {
  readonly covariance: Float64Array;
}

/** The same for a covariance matrix: its correlations are repaired, its variances stay. */
export function nearestCovariance(
  matrix: ArrayLike<number>,
  n: number,
  options: RepairOptions = {},
  names?: readonly string[],
): RepairedCovariance {
  const { correlation, deviations } = correlationOf(matrix, n, names);
  const repaired = nearestCorrelation(correlation, n, options, names);
  return { ...repaired, covariance: covarianceOf({ correlation: repaired.correlation, deviations }) };
}
