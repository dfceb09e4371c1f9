import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { MargridError } from '../errors.ts';
import { logGamma } from '../statistics/log-gamma.ts';
import { nelderMead } from './nelder-mead.ts';
import { meanOf, requireFinite, sampleVariance } from './return-series.ts';
import { nextVariance, startVarianceOf, type GarchModel, type StartVariance } from './volatility-model.ts';

export type Innovation = 'normal' | 'student-t';

export interface GarchFit {
  readonly model: GarchModel;
  /** Of the Student-t innovations, scaled to variance 1; null for normal ones. */
  readonly degreesOfFreedom: number | null;
  readonly logLikelihood: number;
  /** Returns that it was fitted to. */
  readonly count: number;
  /** Variance forecast for the day after the last return. */
  readonly nextVariance: number;
  readonly evaluations: number;
  /** False: the search was stopped, the estimate is not the maximum. */
  readonly isConverged: boolean;
}

export interface GarchFitOptions {
  /** Default `normal`. */
  readonly innovation?: Innovation;
  /** Default `pre-sample`, as in the benchmark of Fiorentini, Calzolari and Panattoni (1996). */
  readonly start?: StartVariance;
  /** Default true; false keeps mu at 0. */
  readonly fitMean?: boolean;
}

/** Fewer do not determine four parameters. */
export const fitReturnsMin = 100;
const evaluationsMax = 60_000;
/**
 * Relative to the log-likelihood. Near its top it is a parabola, so an error e of it is one of sqrt(2 e) standard
 * errors of a parameter: with |log-likelihood| of a thousand 5e-6 standard errors.
 */
const tolerance = 1e-14;
const logTwoPi = 1.8378770664093453;
const logPi = 1.1447298858494002;

/**
 * Log-likelihood of returns under a GARCH(1,1): of normal innovations, or of Student-t ones scaled to variance 1
 * (`degreesOfFreedom` > 2). -Infinity if a variance is not positive.
 */
export function garchLogLikelihood(
  returns: ArrayLike<number>,
  model: GarchModel,
  degreesOfFreedom: number | null = null,
  start: StartVariance = 'pre-sample',
): number {
  let variance = startVarianceOf(model, returns, start);
  let sum = 0;
  for (let t = 0; t < returns.length; t++) {
    if (!(variance > 0)) return -Infinity;
    const residual = returns[t] - model.mu;
    const square = (residual * residual) / variance;
    sum +=
      log(variance) +
      (degreesOfFreedom === null ? square : (degreesOfFreedom + 1) * log(1 + square / (degreesOfFreedom - 2)));
    variance = nextVariance(model, variance, returns[t]);
  }
  const constant =
    degreesOfFreedom === null
      ? -0.5 * logTwoPi
      : logGamma((degreesOfFreedom + 1) / 2) -
        logGamma(degreesOfFreedom / 2) -
        0.5 * (logPi + log(degreesOfFreedom - 2));
  return returns.length * constant - 0.5 * sum;
}

/**
 * Persistence, its share that is alpha, and degrees of freedom at which the search starts: where daily returns usually
 * end, and two others, because the likelihood may have more than one top.
 */
const starts = [
  { persistence: 0.95, share: 0.1, degreesOfFreedom: 8 },
  { persistence: 0.8, share: 0.3, degreesOfFreedom: 5 },
  { persistence: 0.99, share: 0.04, degreesOfFreedom: 20 },
] as const;

/**
 * Fits a GARCH(1,1) by maximum likelihood. The search runs over the whole of the admissible parameters without bounds:
 * ln omega, the logits of alpha + beta < 1 and of alpha's share of it, ln (degrees of freedom - 2).
 *
 * Throws `OptionInvalid` for too few returns or returns that are all equal, `ValueNotFinite`.
 */
export function fitGarch(returns: ArrayLike<number>, options: GarchFitOptions = {}): GarchFit {
  const { innovation = 'normal', start = 'pre-sample', fitMean = true } = options;
  requireFinite(returns, 'return');
  const { length } = returns;
  if (length < fitReturnsMin) {
    throw new MargridError('OptionInvalid', `a GARCH fit needs ${fitReturnsMin} returns, got ${length}`, {
      value: length,
    });
  }
  const variance = sampleVariance(returns);
  // The variance of equal returns is what rounding leaves of their mean: it need not be 0.
  const isConstant = Array.from(returns).every((each) => each === returns[0]);
  if (isConstant || !(variance > 0)) throw new MargridError('OptionInvalid', 'a GARCH fit needs returns that differ');
  // Of size 1: the parameters then have the same size whatever the unit of the returns.
  const deviation = Math.sqrt(variance);
  const scaled = Float64Array.from({ length }, (_, t) => returns[t] / deviation);
  const scaledStart = typeof start === 'number' ? start / variance : start;
  const parameters = (point: readonly number[]) => parametersAt(point, fitMean, innovation);
  const loss = (point: readonly number[]): number => {
    const { model, degreesOfFreedom } = parameters(point);
    return -garchLogLikelihood(scaled, model, degreesOfFreedom, scaledStart);
  };
  const searches = starts.map((each) =>
    nelderMead(loss, pointOf(each, meanOf(scaled), fitMean, innovation), { step: 0.4, tolerance, evaluationsMax }),
  );
  const best = searches.reduce((least, each) => (each.value < least.value ? each : least));
  const { model: unit, degreesOfFreedom } = parameters(best.point);
  const model: GarchModel = { ...unit, mu: unit.mu * deviation, omega: unit.omega * variance };
  return {
    model,
    degreesOfFreedom,
    logLikelihood: garchLogLikelihood(returns, model, degreesOfFreedom, start),
    count: length,
    nextVariance: lastVariance(model, returns, start),
    evaluations: searches.reduce((sum, each) => sum + each.evaluations, 0),
    isConverged: best.isConverged,
  };
}

function lastVariance(model: GarchModel, returns: ArrayLike<number>, start: StartVariance): number {
  let variance = startVarianceOf(model, returns, start);
  for (let t = 0; t < returns.length; t++) variance = nextVariance(model, variance, returns[t]);
  return variance;
}

const logit = (share: number): number => log(share / (1 - share));
const logistic = (x: number): number => 1 / (1 + exp(-x));

function pointOf(from: (typeof starts)[number], mean: number, fitMean: boolean, innovation: Innovation): number[] {
  return [
    log(1 - from.persistence),
    logit(from.persistence),
    logit(from.share),
    ...(fitMean ? [mean] : []),
    ...(innovation === 'student-t' ? [log(from.degreesOfFreedom - 2)] : []),
  ];
}

/** Beyond it a Student-t is a normal distribution, and the likelihood flat. */
const degreesOfFreedomMax = 1000;

function parametersAt(
  point: readonly number[],
  fitMean: boolean,
  innovation: Innovation,
): { readonly model: GarchModel; readonly degreesOfFreedom: number | null } {
  const [logOmega, persistenceLogit, shareLogit] = point;
  const persistence = logistic(persistenceLogit);
  const alpha = persistence * logistic(shareLogit);
  const mu = fitMean ? point[3] : 0;
  const degreesOfFreedom =
    innovation === 'normal' ? null : Math.min(2 + exp(point[point.length - 1]), degreesOfFreedomMax);
  return { model: { kind: 'garch', mu, omega: exp(logOmega), alpha, beta: persistence - alpha }, degreesOfFreedom };
}
