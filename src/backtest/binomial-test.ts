import { binomialPmf } from '../statistics/binomial.ts';
import { requireCounts, requireProbability } from './exceptions.ts';

/** Counts as likely as the one observed, but for rounding; R's binom.test allows the same. */
const tie = 1 + 1e-7;

/**
 * Two-sided exact binomial test of a number of exceptions: probability of all counts that are no likelier than the one
 * observed. `probability` is that of an exception, 1 - level.
 */
export function exactBinomialPValue(observations: number, exceptions: number, probability: number): number {
  requireCounts(observations, exceptions);
  requireProbability('probability', probability);
  const observed = binomialPmf(exceptions, observations, probability) * tie;
  let sum = 0;
  for (let count = 0; count <= observations; count++) {
    const each = binomialPmf(count, observations, probability);
    if (each <= observed) sum += each;
  }
  return Math.min(sum, 1);
}
