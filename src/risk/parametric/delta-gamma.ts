import { normalQuantileOf, normalPdf } from '../../../assembly/portable/normal.ts';
import { requireSemidefinite } from '../../statistics/semidefinite.ts';
import { dotProduct, matrixProduct, timesVector, transposed } from '../../statistics/symmetric-matrix.ts';
import {
  cornishFisherRisk, type CornishFisherValidity, type Moments,
} from './cornish-fisher.ts';
import { quadraticDistribution, type QuadraticDistribution } from './quadratic-distribution.ts';
import { diagonalised, requireDeltaGamma, type DeltaGammaPortfolio } from './quadratic-form.ts';
import { requireLevel, type ParametricRisk } from './tail-distribution.ts';

export interface DeltaGammaMoments extends Moments {
  readonly thirdCumulant: number;
  readonly fourthCumulant: number;
}

/**
 * Moments of the P&L: with G = Gamma Omega
 * mean tr(G)/2, variance d'Omega d + tr(G^2)/2, third cumulant 3 d'Omega G d + tr(G^3), fourth
 * 12 d'Omega G^2 d + 3 tr(G^4). Skewness and kurtosis of a P&L that does not move are 0. Throws `MatrixInvalid`,
 * `ValueOutOfRange`.
 */
export function deltaGammaMoments(portfolio: DeltaGammaPortfolio): DeltaGammaMoments {
  requireDeltaGamma(portfolio);
  const { delta, covariance, constant = 0, horizon = 1, names } = portfolio;
  const n = delta.length;
  requireSemidefinite(covariance, n, names);
  const omega = Float64Array.from(covariance, (each) => each * horizon);
  const g = matrixProduct(portfolio.gamma, omega, n);
  const square = matrixProduct(g, g, n);
  const omegaDelta = timesVector(omega, delta);
  // Omega d'' with d'' = Gamma Omega delta: every further factor G acts on the sensitivities.
  const once = timesVector(g, Float64Array.from(delta));
  const twice = timesVector(g, once);
  const variance = dotProduct(delta, omegaDelta) + 0.5 * trace(square, n);
  const thirdCumulant = 3 * dotProduct(omegaDelta, once) + traceOfProduct(square, g, n);
  const fourthCumulant = 12 * dotProduct(omegaDelta, twice) + 3 * traceOfProduct(square, square, n);
  const isStill = !(variance > 0);
  return {
    mean: constant + 0.5 * trace(g, n),
    variance: Math.max(0, variance),
    skewness: isStill ? 0 : thirdCumulant / (variance * Math.sqrt(variance)),
    excessKurtosis: isStill ? 0 : fourthCumulant / (variance * variance),
    thirdCumulant, fourthCumulant,
  };
}

function trace(matrix: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i];
  return sum;
}

function traceOfProduct(a: Float64Array, b: Float64Array, n: number): number {
  return dotProduct(a, transposed(b, n));
}

export interface DeltaGammaRisk extends ParametricRisk {
  readonly level: number;
  readonly moments: DeltaGammaMoments;
}

/**
 * The normal distribution with the delta-gamma mean and variance ("delta-gamma normal"): the quantile of probability p
 * is mean + z_p s, so VaR = z s - mean. It knows no skewness: for a short option position it is too small.
 */
export function deltaGammaNormal(portfolio: DeltaGammaPortfolio, level: number): DeltaGammaRisk {
  requireLevel(level);
  const moments = deltaGammaMoments(portfolio);
  const deviation = Math.sqrt(moments.variance);
  const z = normalQuantileOf(level, 1 - level, level - 0.5);
  return {
    level, moments,
    valueAtRisk: z * deviation - moments.mean,
    expectedShortfall: (normalPdf(z) / (1 - level)) * deviation - moments.mean,
  };
}

export interface DeltaGammaExactRisk extends ParametricRisk {
  readonly level: number;
  /** Bounds of the numerical errors of the two, in currency. */
  readonly valueAtRiskError: number;
  readonly expectedShortfallError: number;
  /** Largest possible loss of the quadratic P&L; Infinity if it has no bound. */
  readonly greatestLoss: number;
}

/** The exact distribution of the P&L: tails, quantiles, partial means. Throws `MatrixInvalid`, `ValueOutOfRange`. */
export function deltaGammaDistribution(portfolio: DeltaGammaPortfolio): QuadraticDistribution {
  return quadraticDistribution(diagonalised(portfolio));
}

/**
 * VaR and ES of the quadratic P&L itself, by characteristic function (one curved factor alone: in closed form), with
 * bounds of the numerical error. Losses positive. Throws as `deltaGammaDistribution`.
 */
export function deltaGammaExact(portfolio: DeltaGammaPortfolio, level: number): DeltaGammaExactRisk {
  return exactRisk(deltaGammaDistribution(portfolio), level);
}

function exactRisk(distribution: QuadraticDistribution, level: number): DeltaGammaExactRisk {
  requireLevel(level);
  const tail = 1 - level;
  const { value, error, lowerPartialMean } = distribution.quantile(tail, level);
  const partial = lowerPartialMean / tail;
  return {
    level,
    valueAtRisk: -value,
    expectedShortfall: partial - value,
    valueAtRiskError: error,
    // At the quantile ES does not change with it to first order: what is left is the error of the partial mean.
    expectedShortfallError: error + 1e-13 * partial,
    greatestLoss: -distribution.least,
  };
}

export interface DeltaGammaCornishFisherRisk extends DeltaGammaRisk, CornishFisherValidity {
  /** What `valueAtRisk` and `expectedShortfall` are: the expansion, or what was put in its place. */
  readonly method: 'cornish-fisher' | 'exact';
  /** Why the expansion was not used; null if it was. */
  readonly fallbackReason: string | null;
  /** The expansion as it stands, whatever it is worth. */
  readonly cornishFisher: ParametricRisk;
}

export interface CornishFisherOptions {
  /**
   * When the expansion is trusted: `tail` (default), rising from the median to the end of the tail used; `everywhere`;
   * `usual-domain`, |skewness| <= 1 and 0 <= excess kurtosis <= 3 as well as rising on the tail.
   */
  readonly rule?: 'tail' | 'everywhere' | 'usual-domain';
}

/**
 * VaR and ES by the Cornish-Fisher expansion of the delta-gamma moments, where it is a quantile function; elsewhere the
 * exact ones, and `fallbackReason` says so. Losses positive. Throws as `deltaGammaExact`.
 */
export function deltaGammaCornishFisher(
  portfolio: DeltaGammaPortfolio,
  level: number,
  { rule = 'tail' }: CornishFisherOptions = {},
): DeltaGammaCornishFisherRisk {
  const moments = deltaGammaMoments(portfolio);
  const { mean, variance, skewness, excessKurtosis } = moments;
  const { valueAtRisk, expectedShortfall, ...validity } =
    cornishFisherRisk({ mean, variance, skewness, excessKurtosis }, level);
  const cornishFisher = { valueAtRisk, expectedShortfall };
  const fallbackReason = reasonAgainst(moments, validity, rule);
  const used = fallbackReason === null ? cornishFisher : deltaGammaExact(portfolio, level);
  return {
    ...validity, moments, cornishFisher, fallbackReason,
    method: fallbackReason === null ? 'cornish-fisher' : 'exact',
    valueAtRisk: used.valueAtRisk,
    expectedShortfall: used.expectedShortfall,
  };
}

function reasonAgainst(
  { skewness, excessKurtosis }: Moments,
  validity: CornishFisherValidity,
  rule: NonNullable<CornishFisherOptions['rule']>,
): string | null {
  const numbers = `skewness ${skewness.toPrecision(4)}, excess kurtosis ${excessKurtosis.toPrecision(4)}`;
  if (!validity.isMonotoneOnTail) return `the expansion does not rise throughout the tail (${numbers})`;
  if (rule === 'everywhere' && !validity.isMonotone) return `the expansion does not rise everywhere (${numbers})`;
  if (rule === 'usual-domain' && !validity.isWithinUsualDomain) return `outside the usual domain (${numbers})`;
  return null;
}
