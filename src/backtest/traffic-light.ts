import { normalQuantile } from '../../assembly/portable/normal.ts';
import { binomialCdf, binomialPmf, binomialSurvival } from '../statistics/binomial.ts';
import { requireCounts, requireProbability } from './exceptions.ts';

export type Zone = 'green' | 'yellow' | 'red';

/** Cumulative probabilities at which yellow and red begin (BCBS 1996). */
export const zoneThresholds = { yellow: 0.95, red: 0.9999 } as const;

/** By number of exceptions on 250 days at 99%, 0 to 10 and more. */
const basel1996PlusFactors = [0, 0, 0, 0, 0, 0.4, 0.5, 0.65, 0.75, 0.85, 1];
/** Multiplication factors of MAR33.44, the backtesting add-on included. */
const mar33Multipliers = [1.5, 1.5, 1.5, 1.5, 1.5, 1.7, 1.76, 1.83, 1.88, 1.92, 2];
/** The rules that have tables. */
const tabulated = { observations: 250, probability: 0.01 } as const;
/** The factor 3 of the 1996 rules that the increase is added to. */
const baseFactor = 3;

export interface TrafficLight {
  readonly zone: Zone;
  /** P(X = x), P(X <= x) and P(X >= x) if the model is right. */
  readonly probability: number;
  readonly cumulative: number;
  readonly atLeast: number;
  /** Basel 1996, added to the factor of 3; null unless on 250 days at 99%. */
  readonly plusFactor: number | null;
  /** MAR33.44; null unless on 250 days at 99%. */
  readonly multiplier: number | null;
  /**
   * For any number of days and level: how much the factor of 3 must grow for VaR of a normal distribution to have been
   * exceeded as often as promised, 3 (z / z_observed - 1), in [0, 1]; 0 in green and 1 in red.
   */
  readonly increase: number;
}

/**
 * Supervisors' traffic light: how unlikely are so many exceptions if the model is right? The number of them is binomial;
 * overlapping days are another matter (`overlappingLimits`). `probability` is that of an exception, 1 - level.
 */
export function trafficLight(observations: number, exceptions: number, probability: number): TrafficLight {
  requireCounts(observations, exceptions);
  requireProbability('probability', probability);
  const cumulative = binomialCdf(exceptions, observations, probability);
  const zone = zoneOf(cumulative);
  // 1 - 0.99 is not 0.01 to the last digit.
  const isTabulated =
    observations === tabulated.observations && Math.abs(probability - tabulated.probability) <= 4 * Number.EPSILON;
  const row = Math.min(exceptions, basel1996PlusFactors.length - 1);
  return {
    zone,
    probability: binomialPmf(exceptions, observations, probability),
    cumulative,
    atLeast: exceptions === 0 ? 1 : binomialSurvival(exceptions - 1, observations, probability),
    plusFactor: isTabulated ? basel1996PlusFactors[row] : null,
    multiplier: isTabulated ? mar33Multipliers[row] : null,
    increase: increaseOf(zone, exceptions / observations, probability),
  };
}

export function zoneOf(cumulative: number): Zone {
  if (cumulative < zoneThresholds.yellow) return 'green';
  return cumulative < zoneThresholds.red ? 'yellow' : 'red';
}

/** Most exceptions that are still green, and still yellow: the largest K with P(X <= K) below each threshold; -1: none. */
export interface ZoneLimits {
  readonly green: number;
  readonly yellow: number;
}

/** Limits for independent days: binomial. */
export function trafficLightLimits(observations: number, probability: number): ZoneLimits {
  requireCounts(observations, 0);
  requireProbability('probability', probability);
  const limitOf = (threshold: number): number => {
    let count = 0;
    while (count <= observations && binomialCdf(count, observations, probability) < threshold) count++;
    return count - 1;
  };
  return { green: limitOf(zoneThresholds.yellow), yellow: limitOf(zoneThresholds.red) };
}

function increaseOf(zone: Zone, observedRate: number, probability: number): number {
  if (zone !== 'yellow') return zone === 'green' ? 0 : 1;
  const observed = normalQuantile(1 - observedRate);
  if (!(observed > 0)) return 1;
  return Math.min(Math.max(baseFactor * (normalQuantile(1 - probability) / observed - 1), 0), 1);
}
