import { requireCounts, requireProbability } from './exceptions.ts';
import { binomialGain, likelihoodRatio, type LikelihoodRatio } from './likelihood-ratio.ts';

/**
 * Kupiec's proportion of failures (1995): are there as many exceptions as the VaR level promises? Chi-square with one
 * degree of freedom. `probability` is that of an exception, 1 - level. Any number of them, 0 and all included, has its
 * statistic: with 0 it is -2 n ln(1 - p).
 */
export function kupiec(observations: number, exceptions: number, probability: number): LikelihoodRatio {
  requireCounts(observations, exceptions);
  requireProbability('probability', probability);
  return likelihoodRatio(binomialGain(exceptions, observations, probability), 1);
}

/**
 * Kupiec's time until first failure: `days` up to and including the first exception. Chi-square with one degree of
 * freedom.
 */
export function timeUntilFirstFailure(days: number, probability: number): LikelihoodRatio {
  requireCounts(days, 1);
  requireProbability('probability', probability);
  return likelihoodRatio(binomialGain(1, days, probability), 1);
}

/**
 * Haas' time between failures (2001): the sum of the tests until first failure over all spells, chi-square with as many
 * degrees of freedom (independence). `spells` are the days from each exception to the next, the first from the start.
 */
export function timeBetweenFailures(spells: readonly number[], probability: number): LikelihoodRatio {
  const statistic = spells.reduce((sum, days) => sum + timeUntilFirstFailure(days, probability).statistic, 0);
  return likelihoodRatio(statistic, spells.length);
}
