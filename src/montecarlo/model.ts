import { MargridError } from '../errors.ts';
import { factorName, movesOf, requireScenarios, type RiskFactor, type ScenarioSet } from '../scenario/scenario-set.ts';
import { log } from '../../assembly/portable/log.ts';
import { cholesky } from '../statistics/cholesky.ts';
import { correlationOf, covariance as covarianceOf } from '../statistics/covariance.ts';
import { nearestCorrelation } from '../statistics/nearest-correlation.ts';
import { jumpPlan, type JumpOptions, type JumpPlan } from './jumps.ts';
import { requireOption } from './require.ts';

/** Distribution of one factor by itself, whatever ties it to the others. */
export type Marginal =
  | 'normal'
  /** The factor's moves in the history: their quantiles, linear between them, never beyond them. */
  | 'empirical'
  /** Student t with these degrees of freedom. */
  | { readonly degrees: number };

/** How factors move together. */
export type FactorModel =
  | { readonly kind: 'normal'; readonly marginals?: Marginal | readonly Marginal[] }
  | {
      /**
       * x = sqrt(degrees / chi-square) L z: tails that come together. Marginals: t with the same degrees unless given.
       */
      readonly kind: 'student-t';
      readonly degrees: number;
      readonly marginals?: Marginal | readonly Marginal[];
    }
  /** Merton: normal diffusion plus a Poisson number of normal jumps. */
  | { readonly kind: 'jump-diffusion'; readonly jumps: JumpOptions };

/** Numbers of a model per period of the horizon: by covariance, by volatilities and correlation, or from a history. */
export interface ModelOptions {
  /** Absent: those of the history. */
  readonly factors?: readonly RiskFactor[];
  /** Mean move per period: of log returns, or of moves themselves; default zeros. `history`: the sample mean. */
  readonly mean?: ArrayLike<number> | 'history';
  /** Row-major. */
  readonly covariance?: ArrayLike<number>;
  /** Standard deviations per period. */
  readonly volatilities?: ArrayLike<number>;
  /** Row-major; with `volatilities`. Absent: factors are independent. */
  readonly correlation?: ArrayLike<number>;
  /** One scenario per period; covariance n - 1, about the sample mean. */
  readonly history?: ScenarioSet;
  /** Default normal. */
  readonly model?: FactorModel;
  /** `log`: what is drawn are log returns of factors with relative moves; `relative`: the moves. Default `log`. */
  readonly returns?: 'log' | 'relative';
  /** Periods: means and variances grow with it, standard deviations with its root. Default 1. */
  readonly horizon?: number;
  /**
   * Whether `volatilities` are standard deviations whatever the marginal (default, needs more than two degrees of
   * freedom) or, false, the scale of a Student t.
   */
  readonly unitVariance?: boolean;
  /**
   * A correlation matrix that is not positive definite is replaced by the nearest that is; refused unless asked for.
   */
  readonly repairCorrelation?: boolean;
}

/** How the score of a factor becomes its move. */
export interface FactorPlan {
  readonly marginal: Marginal | 'copula';
  /** Added after scaling. */
  readonly mean: number;
  readonly scale: number;
  /** Whether the result is a log return. */
  readonly isLog: boolean;
  /** Ascending, of an empirical marginal; empty otherwise. */
  readonly sample: Float64Array;
}

/** A model ready to be drawn from. Plain data: it can be sent to a thread. */
export interface PathModel {
  readonly factors: readonly RiskFactor[];
  /** Root of the correlation matrix, lower triangular, row-major. */
  readonly lower: Float64Array;
  /** Degrees of freedom of the copula; null: normal. */
  readonly degrees: number | null;
  readonly plans: readonly FactorPlan[];
  readonly jumps: JumpPlan | null;
  /** Frobenius distance of the correlation matrix that is used from the one given; 0 unless it was repaired. */
  readonly repairDistance: number;
}

/** A positive definite matrix needs a smallest eigenvalue above rounding. */
const repairedEigenvalueMin = 1e-10;

/** Throws `OptionInvalid`, `MatrixInvalid` (naming the pivot), `ObservationsMissing`, `ScenarioInvalid`. */
export function pathModel(options: ModelOptions): PathModel {
  const { model = { kind: 'normal' }, returns = 'log', horizon = 1, unitVariance = true } = options;
  const factors = options.factors ?? options.history?.factors;
  requireOption(factors !== undefined && factors.length > 0, 'factors', factors, 'given, or those of a history');
  requireOption(returns === 'log' || returns === 'relative', 'returns', returns, "'log' or 'relative'");
  requireOption(horizon > 0 && horizon < Infinity, 'horizon', horizon, '> 0');
  requireOption(['normal', 'student-t', 'jump-diffusion'].includes(model.kind), 'model', model.kind,
    "'normal', 'student-t' or 'jump-diffusion'");
  const names = factors!.map(factorName);
  const isLog = factors!.map(({ change }) => returns === 'log' && change === 'relative');
  const history = options.history === undefined ? null : returnsOf(options.history, names, isLog);
  const { deviations, correlation } = dispersion(options, names, history);
  const { lower, distance } = rootOf(correlation, names, options.repairCorrelation ?? false);
  const degrees = model.kind === 'student-t' ? model.degrees : null;
  if (degrees !== null) requireDegrees(degrees);
  const means = meansOf(options, names, history);
  const jumps = model.kind === 'jump-diffusion' ? jumpPlan(model.jumps, names, isLog, horizon) : null;
  const marginals = marginalsOf(model, names);
  const plans = marginals.map((marginal, j): FactorPlan => {
    const drift = means[j] * horizon - (jumps?.compensation[j] ?? 0);
    if (marginal === 'empirical') return empiricalPlan(history, names[j], j, options, isLog[j]);
    const own = marginal === 'copula' ? degrees : marginal === 'normal' ? null : marginal.degrees;
    if (own !== null) requireDegrees(own);
    const unit = own === null || !unitVariance ? 1 : unitScale(own);
    const scale = deviations[j] * Math.sqrt(horizon) * unit;
    return { marginal, mean: drift, scale, isLog: isLog[j], sample: new Float64Array() };
  });
  return { factors: factors!, lower, degrees, plans, jumps, repairDistance: distance };
}

function requireDegrees(degrees: number): void {
  requireOption(degrees > 0 && degrees <= 1e6, 'degrees', degrees, 'in (0, 1e6]: beyond, take normal');
}

/** What makes the variance of a Student t one. */
function unitScale(degrees: number): number {
  requireOption(
    degrees > 2, 'degrees', degrees, '> 2: below, there is no variance (unitVariance: false takes a scale)',
  );
  return Math.sqrt((degrees - 2) / degrees);
}

function marginalsOf(model: FactorModel, names: readonly string[]): readonly (Marginal | 'copula')[] {
  if (model.kind === 'jump-diffusion' || model.marginals === undefined) return names.map(() => 'copula');
  const given = model.marginals;
  const all = Array.isArray(given) ? (given as readonly Marginal[]) : names.map(() => given as Marginal);
  requireOption(all.length === names.length, 'marginals', all.length, `${names.length} marginals`);
  const degrees = model.kind === 'student-t' ? model.degrees : null;
  return all.map((each) => {
    const isGood = each === 'normal' || each === 'empirical' || typeof each === 'object';
    requireOption(isGood, 'marginals', each, "'normal', 'empirical' or { degrees }");
    const own = typeof each === 'object' ? each.degrees : each === 'normal' ? null : NaN;
    return own === degrees ? 'copula' : each;
  });
}

/** Observed returns, factor by factor in the order of `names`. */
interface Returns {
  readonly moves: Float64Array;
  readonly count: number;
}

function returnsOf(history: ScenarioSet, names: readonly string[], isLog: readonly boolean[]): Returns {
  const { count, factors } = requireScenarios(history);
  const moves = new Float64Array(names.length * count);
  names.forEach((name, j) => {
    const place = factors.findIndex((factor) => factorName(factor) === name);
    if (place < 0) throw new MargridError('FactorMissing', `the history has no ${name}`, { column: name, value: name });
    movesOf(history, place).forEach((move, t) => {
      moves[j * count + t] = isLog[j] ? log(1 + move) : move;
    });
  });
  return { moves, count };
}

interface Dispersion {
  readonly deviations: ArrayLike<number>;
  readonly correlation: ArrayLike<number>;
}

function dispersion(options: ModelOptions, names: readonly string[], history: Returns | null): Dispersion {
  const n = names.length;
  const { covariance, volatilities, correlation } = options;
  const ways = [covariance, volatilities].filter((each) => each !== undefined).length;
  const isOne = ways === 1 || (ways === 0 && history !== null);
  requireOption(isOne, 'covariance', `${ways} of them`, 'given, or volatilities, or a history: one of the three');
  if (correlation !== undefined && volatilities === undefined) {
    requireOption(false, 'correlation', 'alone', 'given together with volatilities');
  }
  if (volatilities === undefined) {
    const matrix = covariance ?? covarianceOf({ moves: history!.moves, factorCount: n, count: history!.count, names });
    return correlationOf(matrix, n, names);
  }
  requireOption(volatilities.length === n, 'volatilities', volatilities.length, `${n} numbers`);
  names.forEach((name, j) =>
    requireOption(volatilities[j] >= 0 &&
      volatilities[j] < Infinity, `volatility of ${name}`, volatilities[j], '>= 0'));
  const identity = Float64Array.from({ length: n * n }, (_, place) => (place % (n + 1) === 0 ? 1 : 0));
  const matrix = correlation ?? identity;
  requireOption(matrix.length === n * n, 'correlation', matrix.length, `${n} x ${n} numbers`);
  names.forEach((name, j) =>
    requireOption(Math.abs(matrix[j * n + j] - 1) <= 1e-9, `correlation of ${name} with itself`, matrix[j * n +
      j], '1'));
  return { deviations: volatilities, correlation: matrix };
}

/** Cholesky root; the matrix is repaired only if that was asked for and is needed. */
function rootOf(
  correlation: ArrayLike<number>, names: readonly string[], repair: boolean,
): { readonly lower: Float64Array; readonly distance: number } {
  const n = names.length;
  try {
    return { lower: cholesky(correlation, n, names), distance: 0 };
  } catch (cause) {
    if (!repair || !(cause instanceof MargridError)) throw cause;
    const repaired = nearestCorrelation(correlation, n, { leastEigenvalue: repairedEigenvalueMin }, names);
    return { lower: cholesky(repaired.correlation, n, names), distance: repaired.distance };
  }
}

function meansOf({ mean }: ModelOptions, names: readonly string[], history: Returns | null): ArrayLike<number> {
  if (mean === undefined) return new Float64Array(names.length);
  if (typeof mean !== 'string') {
    requireOption(mean.length === names.length, 'mean', mean.length, `${names.length} numbers`);
    names.forEach((name, j) => requireOption(Number.isFinite(mean[j]), `mean of ${name}`, mean[j], 'finite'));
    return mean;
  }
  requireOption(mean === 'history' && history !== null, 'mean', mean, "numbers, or 'history' with a history");
  const { moves, count } = history!;
  return names.map((_, j) => moves.subarray(j * count, (j + 1) * count).reduce((sum, each) => sum + each, 0) / count);
}

function empiricalPlan(
  history: Returns | null, name: string, j: number, { horizon = 1, mean }: ModelOptions, isLog: boolean,
): FactorPlan {
  requireOption(history !== null, 'marginals', 'empirical', "other than 'empirical' without a history");
  requireOption(horizon === 1, 'horizon', horizon, "1 with marginal 'empirical': the sample is of one period");
  requireOption(mean === undefined, 'mean', mean, "absent with marginal 'empirical': the sample has its own");
  const { moves, count } = history!;
  if (count < 2) {
    throw new MargridError(
      'ObservationsMissing', `an empirical marginal of ${name} needs 2 observations, got ${count}`,
    );
  }
  const sample = Float64Array.from(moves.subarray(j * count, (j + 1) * count)).sort();
  return { marginal: 'empirical', mean: 0, scale: 1, isLog, sample };
}
