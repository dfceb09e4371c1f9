import { MargridError } from '../../errors.ts';
import { dotProduct, timesVector } from '../../statistics/symmetric-matrix.ts';
import { deltaGammaCornishFisher, deltaGammaExact, deltaGammaNormal } from './delta-gamma.ts';
import { deltaNormal } from './delta-normal.ts';
import type { DeltaGammaPortfolio } from './quadratic-form.ts';
import type { ParametricRisk, TailDistribution } from './tail-distribution.ts';

export const parametricMethods = ['delta-normal', 'delta-gamma', 'delta-gamma-normal', 'cornish-fisher'] as const;
/**
 * `delta-normal`: linear; the others of the quadratic P&L: `delta-gamma` exactly (characteristic function),
 * `delta-gamma-normal` by its mean and variance alone, `cornish-fisher` by four moments where that is valid.
 */
export type ParametricMethod = (typeof parametricMethods)[number];

/**
 * P&L = constant + delta'x + x'Gamma x / 2 with moves x of mean `means` and a covariance. What `portfolioSensitivities`
 * and `scenarioMoments` give.
 */
export interface ParametricPortfolio extends DeltaGammaPortfolio {
  /** Expected moves; absent: 0. */
  readonly means?: ArrayLike<number>;
}

export interface PortfolioLevelRisk extends ParametricRisk {
  readonly level: number;
  /** Bounds of the numerical errors; null where the formula is in closed form. */
  readonly valueAtRiskError: number | null;
  readonly expectedShortfallError: number | null;
  /** What was used; `delta-gamma` where Cornish-Fisher fell back. */
  readonly used: ParametricMethod;
  /** Why it fell back; null if it did not. */
  readonly fallbackReason: string | null;
  /** The Cornish-Fisher expansion as it stands; null for the other methods. */
  readonly expansion: ParametricRisk | null;
}

/**
 * VaR and ES of a portfolio by one parametric method. Losses positive. `distribution`: of delta-normal moves; the others
 * know normal ones only. Throws `MatrixInvalid`, `ValueOutOfRange`, `OptionInvalid`.
 */
export function parametricRisk(
  method: ParametricMethod,
  portfolio: ParametricPortfolio,
  level: number,
  distribution: TailDistribution = { kind: 'normal' },
): PortfolioLevelRisk {
  const plain = {
    level, valueAtRiskError: null, expectedShortfallError: null, used: method, fallbackReason: null, expansion: null,
  };
  if (method === 'delta-normal') {
    const { delta, covariance, means, constant = 0, horizon, names } = portfolio;
    const { valueAtRisk, expectedShortfall } = deltaNormal({
      exposures: delta, covariance, level, distribution,
      ...(means === undefined ? {} : { means }),
      ...(horizon === undefined ? {} : { horizon }),
      ...(names === undefined ? {} : { names }),
    });
    return { ...plain, valueAtRisk: valueAtRisk - constant, expectedShortfall: expectedShortfall - constant };
  }
  if (distribution.kind !== 'normal') {
    throw new MargridError('OptionInvalid', `${method} knows normal moves only; take delta-normal or Monte Carlo for Student t`, {
      column: 'distribution', value: distribution.kind,
    });
  }
  const centred = aboutMeans(portfolio);
  if (method === 'delta-gamma-normal') {
    const { valueAtRisk, expectedShortfall } = deltaGammaNormal(centred, level);
    return { ...plain, valueAtRisk, expectedShortfall };
  }
  if (method === 'delta-gamma') return { ...plain, ...deltaGammaExact(centred, level) };
  const found = deltaGammaCornishFisher(centred, level);
  if (found.fallbackReason !== null) {
    const exact = deltaGammaExact(centred, level);
    return { ...plain, ...exact, used: 'delta-gamma', fallbackReason: found.fallbackReason, expansion: found.cornishFisher };
  }
  const { valueAtRisk, expectedShortfall, cornishFisher } = found;
  return { ...plain, valueAtRisk, expectedShortfall, expansion: cornishFisher };
}

/** In moves about their means: constant + delta'm + m'Gamma m / 2, slopes delta + Gamma m. */
export function aboutMeans({ means, horizon = 1, ...portfolio }: ParametricPortfolio): DeltaGammaPortfolio {
  const { delta, gamma, constant = 0 } = portfolio;
  if (means === undefined) return { ...portfolio, horizon };
  const drift = Float64Array.from(means, (each) => each * horizon);
  const bent = timesVector(gamma, drift);
  return {
    ...portfolio, horizon,
    delta: Float64Array.from(delta, (each, i) => each + bent[i]),
    constant: constant + dotProduct(delta, drift) + 0.5 * dotProduct(bent, drift),
  };
}
