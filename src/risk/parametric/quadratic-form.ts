import { matrixProduct, requireSymmetric, timesVector, transposed } from '../../statistics/symmetric-matrix.ts';
import { semidefiniteRoot } from '../../statistics/matrix-root.ts';
import { symmetricEigen } from '../../statistics/symmetric-eigen.ts';
import { requireArgument } from '../../statistics/argument.ts';
import { refusal } from '../../statistics/symmetric-matrix.ts';

/**
 * P&L = constant + delta'x + x'Gamma x / 2 with x normal, mean 0, covariance over one period: sensitivities in currency
 * per unit of move.
 */
export interface DeltaGammaPortfolio {
  readonly delta: ArrayLike<number>;
  /** Symmetric, row-major n by n. */
  readonly gamma: ArrayLike<number>;
  readonly covariance: ArrayLike<number>;
  /** What does not depend on the moves, e.g. the decay of the horizon; default 0. */
  readonly constant?: number;
  /** Periods: the covariance is multiplied by it; default 1. */
  readonly horizon?: number;
  readonly names?: readonly string[];
}

/**
 * constant + deviation z_0 + sum over j of (linear_j z_j + curvature_j z_j^2 / 2), all z independent standard normal.
 */
export interface QuadraticForm {
  readonly constant: number;
  /** Standard deviation of the purely linear part. */
  readonly deviation: number;
  readonly linear: Float64Array;
  readonly curvature: Float64Array;
}

export interface DiagonalPortfolio extends QuadraticForm {
  /** Column k of this n by n matrix is the move x of one standard deviation along the k-th axis. */
  readonly axes: Float64Array;
  /** Slope and curvature along every axis, the purely linear ones included. */
  readonly axisLinear: Float64Array;
  readonly axisCurvature: Float64Array;
  /** B with B z = pseudo-inverse of the covariance times x. */
  readonly dual: Float64Array;
  readonly rank: number;
}

/** Curvatures below this part of the P&L's standard deviation are rounding of the eigenvalues. */
const negligibleCurvature = 1e-15;

/** Throws `MatrixInvalid`, `ValueOutOfRange`. */
export function requireDeltaGamma(portfolio: DeltaGammaPortfolio): void {
  const { delta, gamma, covariance, constant = 0, horizon = 1, names } = portfolio;
  const n = delta.length;
  requireSymmetric('covariance matrix', covariance, n, names);
  requireSymmetric('gamma matrix', gamma, n, names);
  requireArgument('constant', constant, Number.isFinite(constant), 'finite');
  requireArgument('horizon', horizon, horizon > 0 && horizon < Infinity, 'finite and > 0');
  const place = Array.from(delta).findIndex((each) => !Number.isFinite(each));
  if (place >= 0) throw refusal('delta', `of ${names?.[place] ?? `factor ${place + 1}`} must be finite`, delta[place]);
}

/**
 * The P&L as a sum of independent parts: x = A y with A A' = covariance, A' Gamma A = V diag(curvature) V', z = V'y.
 * Throws `MatrixInvalid` if the covariance is not positive semidefinite; it may be singular.
 */
export function diagonalised(portfolio: DeltaGammaPortfolio): DiagonalPortfolio {
  requireDeltaGamma(portfolio);
  const { delta, gamma, covariance, constant = 0, horizon = 1, names } = portfolio;
  const n = delta.length;
  const { root, dual, rank } = semidefiniteRoot(Float64Array.from(covariance, (each) => each * horizon), n, names);
  const rootTransposed = transposed(root, n);
  const inner = matrixProduct(rootTransposed, matrixProduct(gamma, root, n), n);
  const { values, vectors } = symmetricEigen(symmetrised(inner, n), n);
  const axes = matrixProduct(root, vectors, n);
  const axisLinear = timesVector(transposed(axes, n), Float64Array.from(delta));
  const scale = Math.sqrt(values.reduce((sum, each, j) => sum + axisLinear[j] * axisLinear[j] + 0.5 * each * each, 0));
  const axisCurvature = values.map((each) => (Math.abs(each) > negligibleCurvature * scale ? each : 0));
  const curved = Array.from(axisCurvature.keys()).filter((j) => axisCurvature[j] !== 0);
  const variance = axisLinear.reduce((sum, each, j) => sum + (axisCurvature[j] === 0 ? each * each : 0), 0);
  const deviation = Math.sqrt(variance);
  return {
    constant,
    deviation: deviation > negligibleCurvature * scale ? deviation : 0,
    linear: Float64Array.from(curved, (j) => axisLinear[j]),
    curvature: Float64Array.from(curved, (j) => axisCurvature[j]),
    axes, axisLinear, axisCurvature, rank,
    dual: matrixProduct(dual, vectors, n),
  };
}

function symmetrised(matrix: Float64Array, n: number): Float64Array {
  const mirror = transposed(matrix, n);
  return matrix.map((each, place) => 0.5 * (each + mirror[place]));
}

/** The least value a form takes, -Infinity if it has none; the greatest is minus that of minus the form. */
export function leastValue({ constant, deviation, linear, curvature }: QuadraticForm): number {
  if (deviation > 0) return -Infinity;
  let least = constant;
  for (let j = 0; j < curvature.length; j++) {
    if (curvature[j] < 0) return -Infinity;
    least -= (linear[j] * linear[j]) / (2 * curvature[j]);
  }
  return least;
}

export function negated({ constant, deviation, linear, curvature }: QuadraticForm): QuadraticForm {
  return {
    constant: -constant, deviation, linear: linear.map((each) => -each), curvature: curvature.map((each) => -each),
  };
}

export function meanAndVariance({ constant, deviation, linear, curvature }: QuadraticForm): {
  readonly mean: number;
  readonly variance: number;
} {
  let mean = constant;
  let variance = deviation * deviation;
  for (let j = 0; j < curvature.length; j++) {
    mean += 0.5 * curvature[j];
    variance += linear[j] * linear[j] + 0.5 * curvature[j] * curvature[j];
  }
  return { mean, variance };
}
