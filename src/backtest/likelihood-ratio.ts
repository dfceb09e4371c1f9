import { logRatio } from '../../assembly/portable/log.ts';
import { chiSquareSurvival } from '../statistics/chi-square.ts';

/** A likelihood-ratio test: twice the log likelihood that the free model gains, and its chi-square p-value. */
export interface LikelihoodRatio {
  readonly statistic: number;
  readonly pValue: number;
  readonly degreesOfFreedom: number;
}

/** Rounding can leave a ratio of 1 a little below: a statistic is never negative. */
export function likelihoodRatio(statistic: number, degreesOfFreedom: number): LikelihoodRatio {
  const positive = Math.max(statistic, 0);
  return { statistic: positive, pValue: chiSquareSurvival(positive, degreesOfFreedom), degreesOfFreedom };
}

/**
 * Twice the gain in log likelihood of `hits` out of `trials` from the rate `probability` to the one observed; the
 * quotients are taken before the logarithms, so rates that agree give 0.
 */
export function binomialGain(hits: number, trials: number, probability: number): number {
  const misses = trials - hits;
  const ofHits = hits === 0 ? 0 : hits * logRatio(hits, trials * probability);
  const ofMisses = misses === 0 ? 0 : misses * logRatio(misses, trials * (1 - probability));
  return 2 * (ofHits + ofMisses);
}
