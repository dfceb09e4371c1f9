import { exp } from '../../assembly/portable/exp.ts';
import { power } from '../../assembly/portable/power.ts';
import { MargridError } from '../errors.ts';
import { RandomStream, requireSeed } from '../generate/random.ts';
import { binomialCdf, binomialQuantile } from '../statistics/binomial.ts';
import { regularisedBeta } from '../statistics/incomplete-beta.ts';
import { effectiveCount } from './effective-count.ts';
import { conventionOf, requireLevel, type MeasureConvention } from './conventions.ts';
import { quantilePnl } from './measure-shares.ts';
import { riskMeasures, sampleTailOf, type LevelOptions } from './measures.ts';
import { sampleMoments } from './moments.ts';
import { requireObservations, smallestPnl } from './observations.ts';
import { countBelow, quantile } from './quantile.ts';

/** Bounds of VaR as a loss; null where no order statistic of a sample of this size bounds it. */
export interface QuantileInterval {
  readonly lower: number | null;
  readonly upper: number | null;
  /** Probability that the interval holds the true quantile: at least the confidence asked for. */
  readonly coverage: number;
}

/**
 * Interval for VaR between two order statistics, exact for any continuous distribution of independent observations: the
 * number of them below the quantile is binomial. Each end misses with at most half of 1 - confidence.
 */
export function orderStatisticInterval(pnl: ArrayLike<number>, level: number, confidence = 0.95): QuantileInterval {
  requireLevel(level);
  requireLevel(confidence);
  requireObservations(pnl.length, level, 'worst');
  const n = pnl.length;
  const missed = (1 - confidence) / 2;
  const alpha = 1 - level;
  // From 1: at least `first` observations below with probability 1 - missed, at most last - 1 as well.
  const first = binomialQuantile(missed, n, alpha);
  const last = binomialQuantile(1 - missed, n, alpha) + 1;
  const { values } = smallestPnl(pnl, last);
  const below = first === 0 ? 0 : binomialCdf(first - 1, n, alpha);
  return {
    lower: last > n ? null : 0 - values[last - 1],
    upper: first === 0 ? null : 0 - values[first - 1],
    coverage: (last > n ? 1 : binomialCdf(last - 1, n, alpha)) - below,
  };
}

/**
 * Standard error of VaR by the normal limit, sqrt(level (1 - level) / n) / f(VaR), with a Gaussian kernel estimate of
 * the density f (bandwidth 0.9 min(s, IQR / 1.34) n^(-1/5), Silverman 1986). With weights n is Kish's effective number.
 */
export function quantileStandardError(pnl: ArrayLike<number>, options: LevelOptions): number {
  const { level, weights } = options;
  const sample = sampleTailOf(pnl, [level], options);
  const value = quantilePnl(sample, level, conventionOf(options.convention));
  const moments = sampleMoments(pnl, weights);
  const count = weights === undefined ? pnl.length : effectiveCount(weights);
  const sorted = Float64Array.from(pnl).sort();
  const range = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
  const deviation = Math.sqrt(moments.variance);
  const bandwidth = 0.9 * (range > 0 ? Math.min(deviation, range) : deviation) * power(count, -0.2);
  if (!(bandwidth > 0)) return 0;
  let density = 0;
  for (let index = 0; index < pnl.length; index++) {
    const z = (pnl[index] - value) / bandwidth;
    density += (weights?.[index] ?? 1 / pnl.length) * exp(-0.5 * z * z);
  }
  density *= inverseRootTwoPi / bandwidth;
  return Math.sqrt((level * (1 - level)) / count) / density;
}

const inverseRootTwoPi = 0.3989422804014327;
/** Probabilities of ranks below this are left out. */
const smallestRankProbability = 1e-18;

/**
 * Standard error of the order statistic ceil(n (1 - level)) by Maritz and Jarrett (1978): what the bootstrap of it
 * gives with infinitely many resamples. The rank of the true one has a beta distribution.
 */
export function maritzJarrettError(pnl: ArrayLike<number>, level: number): number {
  requireLevel(level);
  requireObservations(pnl.length, level, 'refuse');
  const n = pnl.length;
  const rank = Math.ceil(countBelow(n, 1 - level));
  const cdf = (place: number): number => regularisedBeta(place / n, rank, n - rank + 1);
  const weights: number[] = [];
  let last = rank;
  while (last < n && 1 - cdf(last) > smallestRankProbability) last++;
  let before = 0;
  for (let place = 1; place <= last; place++) {
    const upTo = place === n ? 1 : cdf(place);
    weights.push(upTo - before);
    before = upTo;
  }
  const { values } = smallestPnl(pnl, last);
  const mean = weights.reduce((sum, weight, index) => sum + weight * values[index], 0);
  return Math.sqrt(weights.reduce((sum, weight, index) => sum + weight * (values[index] - mean) ** 2, 0));
}

/**
 * Standard error of expected shortfall: the deviation of the losses beyond VaR, those on this side counting as 0, over
 * (1 - level) sqrt(n); the error of VaR itself does not matter to first order (Manistre and Hancock 2005). With weights
 * the sum of their squares is in the place of 1 / n. Of independent observations.
 */
export function shortfallStandardError(pnl: ArrayLike<number>, options: LevelOptions): number {
  const { level, weights } = options;
  const value = quantilePnl(sampleTailOf(pnl, [level], options), level, conventionOf(options.convention));
  const excess = Float64Array.from({ length: pnl.length }, (_, index) => Math.max(value - pnl[index], 0));
  const weightOf = (index: number): number => weights?.[index] ?? 1 / pnl.length;
  const mean = excess.reduce((sum, each, index) => sum + weightOf(index) * each, 0);
  const variance = excess.reduce((sum, each, index) => sum + (weightOf(index) * (each - mean)) ** 2, 0);
  return Math.sqrt(variance) / (1 - level);
}

export interface BootstrapOptions extends Pick<LevelOptions, 'convention'> {
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

export interface BootstrapErrors {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * Standard deviations of VaR and ES over resamples with replacement (Efron 1979). Each resample has a stream of its
 * own, so it is the same whichever others are drawn.
 */
export function bootstrapErrors(pnl: ArrayLike<number>, options: BootstrapOptions): BootstrapErrors {
  const { level, resamples, seed } = options;
  if (!(Number.isInteger(resamples) && resamples >= 2)) {
    throw new MargridError('OptionInvalid', `there must be at least 2 resamples, got ${resamples}`, {
      column: 'resamples', value: resamples,
    });
  }
  requireSeed(seed);
  const convention: MeasureConvention = conventionOf(options.convention);
  const stream = new RandomStream();
  const resample = new Float64Array(pnl.length);
  const drawn = { valueAtRisk: new Float64Array(resamples), expectedShortfall: new Float64Array(resamples) };
  for (let index = 0; index < resamples; index++) {
    stream.restart(seed, index, bootstrapPurpose);
    for (let place = 0; place < resample.length; place++) resample[place] = pnl[stream.nextIndex(pnl.length)];
    const [measure] = riskMeasures(resample, [level], { convention });
    drawn.valueAtRisk[index] = measure.valueAtRisk;
    drawn.expectedShortfall[index] = measure.expectedShortfall;
  }
  const deviation = (values: Float64Array): number =>
    Math.sqrt((sampleMoments(values).variance * resamples) / (resamples - 1));
  return { valueAtRisk: deviation(drawn.valueAtRisk), expectedShortfall: deviation(drawn.expectedShortfall) };
}

/** Purpose of the random streams: not one of generated books. */
const bootstrapPurpose = 101;
