import { MargridError } from '../errors.ts';
import { exceptionDays } from './exceptions.ts';
import { kupiec } from './kupiec.ts';
import { binomialGain, likelihoodRatio, type LikelihoodRatio } from './likelihood-ratio.ts';

/** Numbers of pairs of days; `n01`: a day without an exception followed by one with. */
export interface Transitions {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
}

export function transitionsOf(exceptions: ArrayLike<number | boolean>): Transitions {
  const days = exceptionDays(exceptions);
  const last = exceptions.length - 1;
  const isHit = new Set(days);
  const n11 = days.filter((day) => isHit.has(day + 1)).length;
  const n01 = days.filter((day) => day > 0).length - n11;
  const n10 = days.filter((day) => day < last).length - n11;
  return { n00: last - n01 - n10 - n11, n01, n10, n11 };
}

/**
 * Christoffersen's independence (1998): is an exception as likely after one as after none? Chi-square with one degree of
 * freedom. Where one of the two has not happened, its rate is free and the statistic counts the other alone.
 */
export function independence(transitions: Transitions): LikelihoodRatio {
  const { n00, n01, n10, n11 } = requireTransitions(transitions);
  const rate = (n01 + n11) / (n00 + n01 + n10 + n11);
  if (rate === 0 || rate === 1) return likelihoodRatio(0, 1);
  const gainOf = (hits: number, trials: number): number => (trials === 0 ? 0 : binomialGain(hits, trials, rate));
  return likelihoodRatio(gainOf(n01, n00 + n01) + gainOf(n11, n10 + n11), 1);
}

export interface ConditionalCoverage {
  readonly transitions: Transitions;
  readonly unconditional: LikelihoodRatio;
  readonly independence: LikelihoodRatio;
  /** Their sum: chi-square with two degrees of freedom. */
  readonly conditional: LikelihoodRatio;
}

/**
 * Christoffersen's three tests of a series of exceptions. `days`: over which days unconditional coverage is counted: all
 * T (MATLAB, rugarch) or the T - 1 that follow another (Christoffersen's own likelihood, conditional on the first; then
 * the sum is exactly the test of the chain against independent days at the promised rate).
 */
export function christoffersen(
  exceptions: ArrayLike<number | boolean>,
  probability: number,
  { days = 'all' }: { readonly days?: 'all' | 'all-but-first' } = {},
): ConditionalCoverage {
  const hits = exceptionDays(exceptions);
  if (exceptions.length < 2) {
    throw new MargridError('ObservationsMissing', 'a test of independence needs 2 days, there is 1');
  }
  const transitions = transitionsOf(exceptions);
  const unconditional =
    days === 'all'
      ? kupiec(exceptions.length, hits.length, probability)
      : kupiec(exceptions.length - 1, transitions.n01 + transitions.n11, probability);
  const independent = independence(transitions);
  return {
    transitions,
    unconditional,
    independence: independent,
    conditional: likelihoodRatio(unconditional.statistic + independent.statistic, 2),
  };
}

function requireTransitions(transitions: Transitions): Transitions {
  const counts = Object.entries(transitions);
  const bad = counts.find(([, count]) => !(Number.isInteger(count) && count >= 0));
  if (bad !== undefined) {
    throw new MargridError('OptionInvalid', `${bad[0]} must be a whole number >= 0, got ${bad[1]}`, {
      column: bad[0], value: bad[1],
    });
  }
  if (counts.some(([, count]) => (count as number) > 0)) return transitions;
  throw new MargridError('ObservationsMissing', 'a test of independence needs 2 days');
}
