import { log } from '../../assembly/portable/log.ts';
import { MargridError } from '../errors.ts';
import { factorName, movesOf, requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { covariance, ewmaCovariance } from '../statistics/covariance.ts';

export interface ScenarioMomentsOptions {
  /**
   * `sample`: every scenario counts alike, or by its weight. `ewma`: scenario t of n weighs lambda^(n - t), weights that
   * add up to 1, moves about zero: the oldest scenario must be the first. Default `sample`.
   */
  readonly estimator?: 'sample' | 'ewma';
  /** Of `ewma`; default 0.94 (RiskMetrics, daily). */
  readonly lambda?: number;
  /**
   * `zero` (default): moves are measured from zero and expected to be zero; `sample`: from their mean, which is expected
   * to go on.
   */
  readonly mean?: 'zero' | 'sample';
  /** `log`: of ln(1 + move) where moves are relative; default the moves themselves. */
  readonly returns?: 'moves' | 'log';
}

export interface ScenarioMoments {
  /** Expected moves. */
  readonly means: Float64Array;
  /** Row-major, factors by factors. */
  readonly covariance: Float64Array;
}

const riskMetricsLambda = 0.94;

/**
 * Means and covariance of the moves of a scenario set, for parametric and simulated figures. Divisors: count about zero,
 * count - 1 about the sample mean, 1 with weights. Throws `ObservationsMissing`, `ScenarioInvalid`, `OptionInvalid`,
 * `ValueOutOfRange`.
 */
export function scenarioMoments(scenarios: ScenarioSet, options: ScenarioMomentsOptions = {}): ScenarioMoments {
  const { estimator = 'sample', lambda = riskMetricsLambda, mean = 'zero', returns = 'moves' } = options;
  const { factors, count, weights } = requireScenarios(scenarios);
  const n = factors.length;
  const moves = returns === 'moves' ? scenarios.moves : logMoves(scenarios);
  const observations = { moves, factorCount: n, count, names: factors.map(factorName) };
  const none = new Float64Array(n);
  if (estimator === 'ewma') {
    if (weights !== undefined) throw conflict('scenarios that have weights of their own');
    if (mean === 'sample') throw conflict('the sample mean: it measures moves from zero');
    return { means: none, covariance: ewmaCovariance(observations, { lambda, start: 'weights' }) };
  }
  const means = mean === 'zero' ? none : none.map((_, factor) => {
    const row = moves.subarray(factor * count, (factor + 1) * count);
    return row.reduce((sum, each, s) => sum + (weights === undefined ? each / count : each * weights[s]), 0);
  });
  if (weights === undefined) return { means, covariance: covariance(observations, { mean }) };
  return { means, covariance: weightedCovariance(moves, weights, means) };
}

function conflict(what: string): MargridError {
  return new MargridError('OptionInvalid', `an EWMA covariance cannot be taken with ${what}`, {
    column: 'covariance', value: 'ewma',
  });
}

function logMoves(scenarios: ScenarioSet): Float64Array {
  const moves = scenarios.moves.slice();
  scenarios.factors.forEach(({ change }, factor) => {
    if (change === 'relative') moves.set(movesOf(scenarios, factor).map((move) => log(1 + move)), factor * scenarios.count);
  });
  return moves;
}

function weightedCovariance(moves: Float64Array, weights: Float64Array, means: Float64Array): Float64Array {
  const n = means.length;
  const count = weights.length;
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let s = 0; s < count; s++) {
        sum += weights[s] * (moves[i * count + s] - means[i]) * (moves[j * count + s] - means[j]);
      }
      result[i * n + j] = result[j * n + i] = sum;
    }
  }
  return result;
}

/** Calendar days that pass in every scenario: no closed form is for days that differ. Throws `ScenarioInvalid`. */
export function commonDays({ days }: ScenarioSet): number {
  if (days === undefined) return 0;
  const other = days.findIndex((each) => each !== days[0]);
  if (other < 0) return days[0];
  const message = `the days that pass must be the same in every scenario for this method, got ${days[0]} and ${days[other]}`;
  throw new MargridError('ScenarioInvalid', message, { row: other + 1, column: 'days', value: days[other] });
}
