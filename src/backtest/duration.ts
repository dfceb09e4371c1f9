import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { MargridError } from '../errors.ts';
import { exceptionDays } from './exceptions.ts';
import { likelihoodRatio, type LikelihoodRatio } from './likelihood-ratio.ts';

export interface DurationTest extends LikelihoodRatio {
  /** Shape b of the Weibull distribution: 1 is no memory, below 1 exceptions cluster. */
  readonly shape: number;
  /** Rate a of it, per day; 1 / a is the scale. */
  readonly rate: number;
  readonly logLikelihood: number;
  /** Of the exponential distribution, b = 1. */
  readonly exponentialLogLikelihood: number;
  /** The likelihood still grows at the end of the range that is searched. */
  readonly isAtBound: boolean;
}

/** Days between exceptions; the first and the last spell may have been cut off by the sample. */
export interface Spells {
  readonly days: readonly number[];
  readonly isCensored: readonly boolean[];
}

/** Range of the shape: that of rugarch. */
const shapeRange = { min: 0.001, max: 10 } as const;
/** Halvings of the range: below the spacing of doubles. */
const halvings = 60;

/**
 * Spells between exceptions. The one before the first exception is censored unless the first day has one, that after the
 * last unless the last day has one.
 */
export function spellsOf(exceptions: ArrayLike<number | boolean>): Spells {
  const hits = exceptionDays(exceptions);
  if (hits.length === 0) return { days: [exceptions.length], isCensored: [true] };
  const days = hits.slice(1).map((day, index) => day - hits[index]);
  const isCensored = days.map(() => false);
  if (hits[0] > 0) {
    days.unshift(hits[0] + 1);
    isCensored.unshift(true);
  }
  const rest = exceptions.length - 1 - hits[hits.length - 1];
  if (rest > 0) {
    days.push(rest);
    isCensored.push(true);
  }
  return { days, isCensored };
}

/**
 * Duration test of Christoffersen and Pelletier (2004): do the days between exceptions have memory? Weibull against
 * exponential by likelihood ratio, chi-square with one degree of freedom; spells cut off count with the probability of
 * lasting at least that long. The rate is profiled out, a^b = uncensored spells / sum of days^b, and the profile
 * likelihood is concave in b. Throws `ObservationsMissing` with fewer than two exceptions.
 */
export function durationTest(exceptions: ArrayLike<number | boolean>): DurationTest {
  const { days, isCensored } = spellsOf(exceptions);
  const complete = days.filter((_, index) => !isCensored[index]);
  if (complete.length === 0) {
    throw new MargridError('ObservationsMissing', 'a duration test needs 2 exceptions: there is no complete spell');
  }
  const shape = likeliestShape(days, complete);
  const fitted = profile(shape, days, complete);
  const exponential = profile(1, days, complete);
  return {
    ...likelihoodRatio(2 * (fitted.logLikelihood - exponential.logLikelihood), 1),
    shape,
    rate: fitted.rate,
    logLikelihood: fitted.logLikelihood,
    exponentialLogLikelihood: exponential.logLikelihood,
    isAtBound: shape === shapeRange.min || shape === shapeRange.max,
  };
}

/** Root of the score, which falls: d / b + sum ln D (complete) - d sum D^b ln D / sum D^b. */
function likeliestShape(days: readonly number[], complete: readonly number[]): number {
  const logs = complete.reduce((sum, each) => sum + log(each), 0);
  const score = (shape: number): number => {
    const { sum, weighted } = powerSums(shape, days);
    return complete.length / shape + logs - (complete.length * weighted) / sum;
  };
  let low: number = shapeRange.min;
  let high: number = shapeRange.max;
  if (score(low) <= 0) return low;
  if (score(high) >= 0) return high;
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (score(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function powerSums(shape: number, days: readonly number[]): { readonly sum: number; readonly weighted: number } {
  let sum = 0;
  let weighted = 0;
  for (const each of days) {
    const logarithm = log(each);
    const power = exp(shape * logarithm);
    sum += power;
    weighted += power * logarithm;
  }
  return { sum, weighted };
}

/** Log likelihood at a shape, the rate being the likeliest one. */
function profile(
  shape: number,
  days: readonly number[],
  complete: readonly number[],
): { readonly rate: number; readonly logLikelihood: number } {
  const { sum } = powerSums(shape, days);
  const count = complete.length;
  const logRateToShape = log(count / sum);
  const logs = complete.reduce((total, each) => total + log(each), 0);
  return {
    rate: exp(logRateToShape / shape),
    logLikelihood: count * (log(shape) + logRateToShape) + (shape - 1) * logs - count,
  };
}
