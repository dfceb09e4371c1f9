import { normalCdf } from '../../assembly/portable/normal.ts';
import { requireArgument } from '../statistics/argument.ts';
import { chiSquareSurvival } from '../statistics/chi-square.ts';
import { dotProduct, timesVector } from '../statistics/symmetric-matrix.ts';
import { diagonalised, type DeltaGammaPortfolio, type DiagonalPortfolio } from './parametric/quadratic-form.ts';
import type { LinearPortfolio } from './parametric/contributions.ts';

/** What one factor has to do with the scenario found. */
export interface Driver {
  readonly name: string;
  readonly move: number;
  /** The move in standard deviations of the factor; 0 for one that does not move. */
  readonly deviations: number;
  /** Its part of the squared distance: adds up to 1. */
  readonly distanceShare: number;
  /** Loss if this factor moved alone. */
  readonly lossAlone: number;
}

/** The most plausible scenario in which a loss is reached: the one of least Mahalanobis distance. */
export interface ReverseStressScenario {
  readonly moves: Float64Array;
  /** sqrt(x' Sigma^-1 x): standard deviations away. */
  readonly distance: number;
  /** Probability of a move at least this far away in any direction: chi-square with `rank` degrees of freedom. */
  readonly chiSquareProbability: number;
  /** Phi(-distance): probability of the loss were it linear in the moves (the first-order reliability estimate). */
  readonly lossProbability: number;
  readonly loss: number;
  /** Factors, those with the largest share of the distance first. */
  readonly drivers: readonly Driver[];
  /** The loss less the losses of the factors alone. */
  readonly jointLoss: number;
}

export interface ReverseStressResult {
  /** Null if no scenario reaches the loss. */
  readonly scenario: ReverseStressScenario | null;
  /** Whether the scenario is proven to be the nearest one, not only the nearest found. */
  readonly isGlobal: boolean;
  /** Further scenarios that reach the loss and are nearest in their neighbourhood, nearest first. */
  readonly others: readonly ReverseStressScenario[];
  readonly iterations: number;
  /** The largest loss there is, or was found; Infinity where losses have no bound. */
  readonly greatestLoss: number;
  /** Why there is no scenario; null if there is. */
  readonly reason: string | null;
}

/**
 * Linear P&L: x* = -Sigma d E / (d'Sigma d), distance E / sqrt(d'Sigma d), in closed form (means are not used: a
 * stress starts from where things are). Throws `MatrixInvalid`, `ValueOutOfRange`.
 */
export function reverseStressLinear(
  { exposures, covariance, names }: LinearPortfolio,
  loss: number,
): ReverseStressResult {
  const gamma = new Float64Array(exposures.length * exposures.length);
  return reverseStressDeltaGamma(
    { delta: exposures, gamma, covariance, ...(names === undefined ? {} : { names }) }, loss,
  );
}

/**
 * Quadratic P&L: the nearest point of the surface P&L = -loss, exactly. Along the axes of `diagonalised` the point
 * is y_j = -mu c_j / (1 + mu l_j), and of all mu that reach the loss the one with 1 + mu l_j >= 0 throughout belongs
 * to the global minimum (the trust-region problem with one quadratic constraint: J. J. More, Generalizations of the
 * trust region problem, 1993); on that interval the P&L falls with mu, so that bisection finds it. Where the slope
 * along the most curved axis is 0 the interval may end before the loss is reached: then the rest is moved along that
 * axis, to either side, and both scenarios are reported. Throws `MatrixInvalid`, `ValueOutOfRange`.
 */
export function reverseStressDeltaGamma(portfolio: DeltaGammaPortfolio, loss: number): ReverseStressResult {
  requireArgument('loss', loss, loss > 0 && loss < Infinity, 'finite and > 0');
  const form = diagonalised(portfolio);
  const pnlAt = (moves: ArrayLike<number>): number => {
    const bent = timesVector(portfolio.gamma, moves);
    return (portfolio.constant ?? 0) + dotProduct(portfolio.delta, moves) + 0.5 * dotProduct(bent, moves);
  };
  const describe = (point: Float64Array): ReverseStressScenario =>
    describeScenario(form, portfolio, point, (moves) => -pnlAt(moves));
  const found = nearestPoint(form, loss);
  if (found.points.length === 0) {
    return {
      scenario: null, isGlobal: true, others: [], iterations: found.iterations, greatestLoss: found.greatestLoss,
      reason: `no move of the factors loses ${loss}: the largest loss there is is ${found.greatestLoss}`,
    };
  }
  const [scenario, ...others] = found.points.map(describe);
  return {
    scenario, others, isGlobal: true, iterations: found.iterations, greatestLoss: found.greatestLoss, reason: null,
  };
}

interface Found {
  readonly points: readonly Float64Array[];
  readonly iterations: number;
  readonly greatestLoss: number;
}

/**
 * Points in the coordinates of the axes, with t instead of mu: mu = (1 - t) / -least, so that 1 + mu l is exactly t for
 * the most curved axes and a slope of 1e-12 along them loses no digits. Without an axis that bends down t is 1 / (1 +
 * mu).
 */
function nearestPoint(form: DiagonalPortfolio, loss: number): Found {
  const { constant, axisLinear: c, axisCurvature: l } = form;
  const n = c.length;
  const least = l.reduce((a, b) => Math.min(a, b), 0);
  const unit = least < 0 ? -least : 1;
  const pointAt = (t: number): Float64Array => Float64Array.from({ length: n }, (_, j) => {
    if (c[j] === 0) return 0;
    // 1 + mu l, times t where no axis bends down.
    const divisor = least < 0 ? t + (1 - t) * (1 - l[j] / least) : t + (1 - t) * l[j];
    return (-((1 - t) / unit) * c[j]) / divisor;
  });
  const lossAt = (y: Float64Array): number => {
    if (y.some((each) => Math.abs(each) === Infinity)) return Infinity;
    return -y.reduce((pnl, each, j) => pnl + (c[j] + 0.5 * l[j] * each) * each, constant);
  };
  const end = lossAt(pointAt(0));
  const isBent = least < 0 && c.every((each, j) => each === 0 || l[j] !== least);
  const greatestLoss = least < 0 ? Infinity : end;
  if (-constant >= loss) return { points: [new Float64Array(n)], iterations: 0, greatestLoss };
  if (isBent && end < loss) {
    const steepest = l.indexOf(least);
    const size = Math.sqrt((2 * (loss - end)) / -least);
    const moved = (sign: number): Float64Array =>
      pointAt(0).map((y, j) => (j === steepest ? sign * size : y));
    return { points: [moved(-1), moved(1)], iterations: 0, greatestLoss };
  }
  if (!(end > loss)) return { points: [], iterations: 0, greatestLoss };
  let reaches = 0;
  let falls = 1;
  let iterations = 0;
  for (;;) {
    // Halving of the exponent first, then of the number.
    const middle = falls > 4 * Math.max(reaches, 1e-300)
      ? Math.sqrt(falls) * Math.sqrt(Math.max(reaches, 1e-300))
      : 0.5 * (reaches + falls);
    if (middle === reaches || middle === falls || iterations === 4000) break;
    iterations++;
    if (lossAt(pointAt(middle)) < loss) falls = middle;
    else reaches = middle;
  }
  return { points: [pointAt(reaches > 0 ? reaches : falls)], iterations, greatestLoss };
}

/** A point along the axes as moves of the factors, with everything that is said of it. */
export function describeScenario(
  form: Pick<DiagonalPortfolio, 'axes' | 'dual' | 'rank'>,
  { covariance, horizon = 1, names }: Pick<DeltaGammaPortfolio, 'covariance' | 'horizon' | 'names'>,
  point: Float64Array,
  lossAt: (moves: Float64Array) => number,
): ReverseStressScenario {
  const n = point.length;
  const moves = timesVector(form.axes, point);
  const pull = timesVector(form.dual, point);
  const square = dotProduct(point, point);
  const distance = Math.sqrt(square);
  const drivers = Array.from(moves, (move, i): Driver => {
    const deviation = Math.sqrt(covariance[i * n + i] * horizon);
    return {
      name: names?.[i] ?? `factor ${i + 1}`, move,
      deviations: deviation > 0 ? move / deviation : 0,
      distanceShare: square > 0 ? (move * pull[i]) / square : 0,
      lossAlone: lossAt(moves.map((each, k) => (k === i ? each : 0))) - lossAt(new Float64Array(n)),
    };
  });
  const loss = lossAt(moves);
  return {
    moves, distance, loss,
    chiSquareProbability: form.rank === 0 ? 1 : chiSquareSurvival(square, form.rank),
    lossProbability: normalCdf(-distance),
    drivers: drivers.sort((a, b) => b.distanceShare - a.distanceShare),
    jointLoss: loss - drivers.reduce((sum, each) => sum + each.lossAlone, lossAt(new Float64Array(n))),
  };
}

