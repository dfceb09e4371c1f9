import type { Market } from '../domain/market.ts';
import type { Holding } from '../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../revaluation/shocks.ts';
import { factorName, type RiskFactor } from '../scenario/scenario-set.ts';
import { portfolioSensitivities } from './parametric/sensitivities.ts';
import { lowestMoves, revaluationLosses } from './revaluation-losses.ts';
import { reverseStressSearch } from './reverse-stress-search.ts';
import { reverseStressDeltaGamma, reverseStressLinear, type ReverseStressResult } from './reverse-stress.ts';

export const reverseStressMethods = ['linear', 'delta-gamma', 'full'] as const;
export type ReverseStressMethod = (typeof reverseStressMethods)[number];

export interface PortfolioReverseStress {
  readonly market: Market;
  readonly factors: readonly RiskFactor[];
  readonly holdings: readonly Holding[];
  readonly cash?: ReadonlyMap<string, number>;
  /** Of the moves, row-major. */
  readonly covariance: ArrayLike<number>;
  /** What is to be lost, > 0, in `currency`. */
  readonly loss: number;
  /** `linear` and `delta-gamma` find the nearest scenario of the expansion; `full` searches under full revaluation. */
  readonly method: ReverseStressMethod;
  /** Default USD. */
  readonly currency?: string;
  /** Default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
  /** Calendar days that pass; default 0. */
  readonly days?: number;
  /** How far a full search looks, in standard deviations; default 12. */
  readonly furthest?: number;
  readonly progress?: (done: number, total: number, points: number) => void;
}

export interface PortfolioReverseStressResult extends ReverseStressResult {
  readonly method: ReverseStressMethod;
  /**
   * What full revaluation says that the portfolio loses in the scenario found: the loss asked for, but for what an
   * expansion misses; null without a scenario, or where it is none: an expansion knows no zero, and may take a price or a
   * volatility below it.
   */
  readonly revaluedLoss: number | null;
}

/**
 * The most plausible scenario in which a portfolio loses an amount, by its sensitivities or by full revaluation. The full
 * search starts, besides its own directions, from the scenarios of the delta-gamma expansion. Net the holdings first
 * (`nettedBook`): a search revalues them tens of thousands of times. Throws what `Revaluation` and
 * `portfolioSensitivities` throw, `MatrixInvalid`, `ValueOutOfRange`.
 */
export function portfolioReverseStress(input: PortfolioReverseStress): PortfolioReverseStressResult {
  const { market, factors, holdings, cash, covariance, loss, method, currency = 'USD', unmatched = 'refuse', days = 0 } = input;
  const names = factors.map(factorName);
  const losses = revaluationLosses(market, factors, holdings, cash, { currency, unmatched, days });
  const lowest = lowestMoves(market, factors);
  const revalued = (found: ReverseStressResult): PortfolioReverseStressResult => {
    const moves = found.scenario?.moves ?? null;
    const isPossible = moves !== null && moves.every((move, i) => move >= lowest[i] * (1 + 1e-12));
    return { ...found, method, revaluedLoss: isPossible ? losses(moves, 1)[0] : null };
  };
  const { delta, gamma, theta } = portfolioSensitivities(market, factors, holdings, cash, { currency, unmatched });
  const expansion = { delta, gamma, covariance, names, ...(days === 0 ? {} : { constant: theta * days }) };
  if (method === 'linear') {
    return revalued(days === 0
      ? reverseStressLinear({ exposures: delta, covariance, names }, loss)
      : reverseStressDeltaGamma({ ...expansion, gamma: new Float64Array(gamma.length) }, loss));
  }
  const quadratic = reverseStressDeltaGamma(expansion, loss);
  if (method === 'delta-gamma') return revalued(quadratic);
  const { furthest, progress } = input;
  return revalued(reverseStressSearch({
    losses, covariance, loss, names, lowest,
    directions: [quadratic.scenario, ...quadratic.others].flatMap((each) => (each === null ? [] : [each.moves])),
    ...(furthest === undefined ? {} : { furthest }),
    ...(progress === undefined ? {} : { progress }),
  }));
}
