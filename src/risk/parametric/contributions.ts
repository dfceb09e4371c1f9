import { requireArgument } from '../../statistics/argument.ts';
import { requireSemidefinite } from '../../statistics/semidefinite.ts';
import { dotProduct, refusal, requireSymmetric, timesVector } from '../../statistics/symmetric-matrix.ts';

/**
 * A P&L that is linear in the moves of n risk factors: `exposures` in currency per unit of move, `covariance` of the
 * moves (n by n, row-major) over one period.
 */
export interface LinearPortfolio {
  readonly exposures: ArrayLike<number>;
  readonly covariance: ArrayLike<number>;
  /** Expected moves over one period; absent: 0. */
  readonly means?: ArrayLike<number>;
  /** Names of the factors, for messages. */
  readonly names?: readonly string[];
}

/**
 * Where a risk figure R = multiplier * sigma - mean comes from: VaR with the multiplier of VaR, ES with that of ES.
 * One entry per factor.
 */
export interface Contributions {
  readonly total: number;
  /** R of each exposure alone. */
  readonly individual: Float64Array;
  /** dR per unit of exposure. */
  readonly marginal: Float64Array;
  /** exposure * marginal (Euler): adds up to the total. */
  readonly component: Float64Array;
  /** The total less R without that exposure. */
  readonly incremental: Float64Array;
  /**
   * Covariance of the factor with the portfolio over its variance, per unit of total exposure: mean of beta * weight is
   * 1.
   */
  readonly beta: Float64Array;
}

/** Standard deviation and mean of the P&L over one period. Throws `MatrixInvalid`, `ValueOutOfRange`. */
export function linearMoments(portfolio: LinearPortfolio): { readonly deviation: number; readonly mean: number } {
  const { exposures, means } = requirePortfolio(portfolio);
  const variance = dotProduct(exposures, timesVector(portfolio.covariance, exposures));
  return {
    deviation: rootOfVariance(variance, portfolio), mean: means === undefined ? 0 : dotProduct(exposures, means),
  };
}

/**
 * Euler, individual and incremental parts of multiplier * sigma * sqrt(horizon) - mean * horizon. A portfolio that
 * does not move has no gradient: its marginal and component figures are those of the mean alone. `beta` needs a total
 * exposure other than 0, else NaN. Throws as `linearMoments`.
 */
export function linearContributions(portfolio: LinearPortfolio, multiplier: number, horizon = 1): Contributions {
  const { exposures, covariance, means } = requireLinear(portfolio, horizon);
  const n = exposures.length;
  const scale = multiplier * Math.sqrt(horizon);
  const covariances = timesVector(covariance, exposures);
  const variance = dotProduct(exposures, covariances);
  const deviation = rootOfVariance(variance, portfolio);
  const meanOf = (i: number): number => (means?.[i] ?? 0) * horizon;
  const column = (f: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i));
  const marginal = column((i) => (deviation > 0 ? (scale * covariances[i]) / deviation : 0) - meanOf(i));
  const individual = column(
    (i) => scale * Math.abs(exposures[i]) * Math.sqrt(covariance[i * n + i]) - exposures[i] * meanOf(i),
  );
  const component = marginal.map((each, i) => exposures[i] * each);
  const total = scale * deviation - column((i) => exposures[i] * meanOf(i)).reduce((sum, each) => sum + each, 0);
  const incremental = column((i) => {
    // The variance without it, summed anew: taken off the whole, what little is left would be rounding. And
    // (v - rest) / (s + sqrt(rest)) rather than s - sqrt(rest): a small exposure keeps its digits.
    const others = Float64Array.from(exposures, (each, k) => (k === i ? 0 : each));
    const without = rootOfVariance(dotProduct(others, timesVector(covariance, others)), portfolio);
    const removed = 2 * exposures[i] * covariances[i] - exposures[i] * exposures[i] * covariance[i * n + i];
    const fall = without < 0.5 * deviation || deviation + without === 0
      ? deviation - without
      : removed / (deviation + without);
    return scale * fall - exposures[i] * meanOf(i);
  });
  const totalExposure = Float64Array.from(exposures).reduce((sum, each) => sum + each, 0);
  const beta = column((i) => (totalExposure === 0 ? NaN : (covariances[i] / variance) * totalExposure));
  return { total, individual, marginal, component, incremental, beta };
}

/** Exposures of several positions to the same factors: row-major, positions by factors. */
export interface PositionExposures extends Omit<LinearPortfolio, 'exposures'> {
  readonly positions: ArrayLike<number>;
  readonly positionCount: number;
}

/** Individual, component and incremental risk by position, each of which may have any exposures; as `Contributions`. */
export interface PositionContributions {
  readonly total: number;
  readonly individual: Float64Array;
  /** What one per cent more of the position adds, times a hundred (Euler): adds up to the total. */
  readonly component: Float64Array;
  /** The total less the risk without the position. */
  readonly incremental: Float64Array;
}

/** Throws as `linearMoments`. */
export function positionContributions(
  { positions, positionCount, ...rest }: PositionExposures,
  multiplier: number,
  horizon = 1,
): PositionContributions {
  const n = positionCount === 0 ? 0 : positions.length / positionCount;
  const row = (p: number): Float64Array => Float64Array.from({ length: n }, (_, i) => positions[p * n + i]);
  const exposures = new Float64Array(n);
  for (let p = 0; p < positionCount; p++) row(p).forEach((each, i) => (exposures[i] += each));
  const whole = linearContributions({ ...rest, exposures }, multiplier, horizon);
  const riskOf = (each: Float64Array): number => {
    const { deviation, mean } = linearMoments({ ...rest, exposures: each });
    return multiplier * Math.sqrt(horizon) * deviation - mean * horizon;
  };
  const column = (f: (p: number) => number): Float64Array =>
    Float64Array.from({ length: positionCount }, (_, p) => f(p));
  return {
    total: whole.total,
    individual: column((p) => riskOf(row(p))),
    component: column((p) => dotProduct(row(p), whole.marginal)),
    incremental: column((p) => whole.total - riskOf(exposures.map((each, i) => each - positions[p * n + i]))),
  };
}

function requirePortfolio(portfolio: LinearPortfolio): LinearPortfolio {
  const { exposures, covariance, means, names } = portfolio;
  const n = exposures.length;
  requireSymmetric('covariance matrix', covariance, n, names);
  for (let i = 0; i < n; i++) {
    const factor = names?.[i] ?? `factor ${i + 1}`;
    requireArgument(`exposure to ${factor}`, exposures[i], Number.isFinite(exposures[i]), 'finite');
    const variance = covariance[i * n + i];
    requireArgument(`variance of ${names?.[i] ?? `factor ${i + 1}`}`, variance, variance >= 0, '>= 0');
  }
  if (means === undefined) return portfolio;
  if (means.length !== n) throw refusal('means', `are ${means.length}, expected ${n}`, means.length);
  for (let i = 0; i < n; i++) {
    requireArgument(`mean of ${names?.[i] ?? `factor ${i + 1}`}`, means[i], Number.isFinite(means[i]), 'finite');
  }
  return portfolio;
}

/**
 * Refuses a covariance that is none, whether this portfolio shows it or not, and a horizon that is none. Throws
 * `MatrixInvalid`, `ValueOutOfRange`.
 */
export function requireLinear(portfolio: LinearPortfolio, horizon: number): LinearPortfolio {
  requireArgument('horizon', horizon, horizon >= 0 && horizon < Infinity, 'finite and >= 0');
  requirePortfolio(portfolio);
  requireSemidefinite(portfolio.covariance, portfolio.exposures.length, portfolio.names);
  return portfolio;
}

/** Rounding may leave a variance of a hedged book slightly below 0; anything more says that the covariance is none. */
function rootOfVariance(variance: number, { exposures, covariance }: LinearPortfolio): number {
  if (variance >= 0) return Math.sqrt(variance);
  const n = exposures.length;
  let gross = 0;
  for (let i = 0; i < n; i++) gross += Math.abs(exposures[i]) * Math.sqrt(covariance[i * n + i]);
  if (variance >= -n * 1e-14 * gross * gross) return 0;
  throw refusal(
    'covariance matrix', `is not positive semidefinite: the variance of this portfolio is ${variance}`, variance,
  );
}
