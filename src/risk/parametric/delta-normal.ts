import {
  linearContributions, linearMoments, requireLinear, type Contributions, type LinearPortfolio,
} from './contributions.ts';
import {
  tailMultipliers, type ParametricRisk, type TailDistribution, type TailMultipliers,
} from './tail-distribution.ts';

export interface DeltaNormalInput extends LinearPortfolio {
  /** Confidence, e.g. 0.99. */
  readonly level: number;
  /** Periods of the covariance: risk grows with its square root, a mean with itself; default 1. */
  readonly horizon?: number;
  /** Default normal. */
  readonly distribution?: TailDistribution;
}

export interface DeltaNormalRisk extends ParametricRisk {
  readonly level: number;
  /** Standard deviation (raw t: scale) of the P&L over the horizon. */
  readonly deviation: number;
  readonly mean: number;
  readonly multipliers: TailMultipliers;
}

/**
 * VaR = z sqrt(w'S w) sqrt(h) - m'w h, ES with its multiplier: exact for linear positions and normal (or t) moves.
 * Losses are positive. Throws `ValueOutOfRange`, `MatrixInvalid`.
 */
export function deltaNormal({ level, horizon = 1, distribution, ...portfolio }: DeltaNormalInput): DeltaNormalRisk {
  const multipliers = tailMultipliers(level, distribution);
  const moments = linearMoments(requireLinear(portfolio, horizon));
  const deviation = moments.deviation * Math.sqrt(horizon);
  const mean = moments.mean * horizon;
  const risk = (multiplier: number): number => (deviation > 0 ? multiplier * deviation : 0) - mean;
  return {
    level, deviation, mean, multipliers,
    valueAtRisk: risk(multipliers.valueAtRisk),
    expectedShortfall: risk(multipliers.expectedShortfall),
  };
}

export interface DeltaNormalComponents {
  readonly valueAtRisk: Contributions;
  readonly expectedShortfall: Contributions;
}

/** Individual, marginal, component (Euler), incremental VaR and ES by factor, beta. Throws as `deltaNormal`. */
export function deltaNormalComponents(
  { level, horizon = 1, distribution, ...portfolio }: DeltaNormalInput,
): DeltaNormalComponents {
  const multipliers = tailMultipliers(level, distribution);
  return {
    valueAtRisk: linearContributions(portfolio, multipliers.valueAtRisk, horizon),
    expectedShortfall: linearContributions(portfolio, multipliers.expectedShortfall, horizon),
  };
}
