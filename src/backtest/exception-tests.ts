import { MargridError } from '../errors.ts';
import { christoffersen } from './christoffersen.ts';
import { durationTest } from './duration.ts';
import { kupiec } from './kupiec.ts';
import type { LikelihoodRatio } from './likelihood-ratio.ts';
import { overlappingLimits, type OverlappingLimits } from './overlapping-traffic-light.ts';
import { trafficLight, zoneOf, type Zone } from './traffic-light.ts';

/** A test of a series of exceptions, or why there is none. */
export type TestResult =
  | {
      readonly statistic: number;
      /** Of overlapping days: the least one of the phases, times their number, at most 1 (Bonferroni). */
      readonly pValue: number;
      readonly degreesOfFreedom: number;
      /** First day of the series without overlap that has it; 0 for a horizon of one day. */
      readonly phase: number;
    }
  | { readonly refused: string };

/** Tests of a series of exceptions whose days may overlap. */
export interface ExceptionTests {
  readonly observations: number;
  readonly exceptions: number;
  /** Observations times probability. */
  readonly expected: number;
  readonly kupiec: TestResult;
  readonly independence: TestResult;
  readonly conditional: TestResult;
  readonly duration: TestResult;
  readonly trafficLight: {
    readonly zone: Zone;
    /** P(X <= exceptions) of a right model: binomial, of overlapping days simulated. */
    readonly cumulative: number;
    /** Null unless on 250 days at 99% without overlap (Basel 1996; MAR33.44). */
    readonly plusFactor: number | null;
    readonly multiplier: number | null;
  };
}

export interface ExceptionTestOptions {
  /** Of an exception, 1 - level. */
  readonly probability: number;
  /** Days of each loss: more than 1 where those of consecutive days overlap. */
  readonly horizonDays: number;
  /** Simulated histories for the traffic light of overlapping days; default 10,000. */
  readonly paths?: number;
  readonly seed?: number;
}

const defaultPaths = 10_000;

/**
 * Kupiec, Christoffersen, duration and traffic light. Losses over several days from every day have common days, so
 * their exceptions are not independent. The likelihood-ratio tests then run on every h-th day, once for each of the h
 * days to start on, and the least of their p-values counts h times (Bonferroni: right whatever they have in common);
 * the traffic light compares with simulated overlapping histories.
 */
export class ExceptionTester {
  readonly #options: ExceptionTestOptions;
  readonly #limits = new Map<number, OverlappingLimits>();

  constructor(options: ExceptionTestOptions) {
    this.#options = options;
  }

  /** Throws `ObservationsMissing` for no day. */
  test(exceptions: Uint8Array): ExceptionTests {
    const { probability, horizonDays } = this.#options;
    const observations = exceptions.length;
    if (observations === 0) throw new MargridError('ObservationsMissing', 'there is no day to test');
    const count = exceptions.reduce((sum, each) => sum + each, 0);
    const phases = Array.from({ length: Math.min(horizonDays, observations) }, (_, phase) =>
      exceptions.filter((_each, day) => day % horizonDays === phase),
    );
    const worst = (of: (series: Uint8Array) => LikelihoodRatio): TestResult => worstPhase(phases, of);
    return {
      observations,
      exceptions: count,
      expected: observations * probability,
      kupiec: worst((series) => kupiec(series.length, series.reduce((sum, each) => sum + each, 0), probability)),
      independence: worst((series) => christoffersen(series, probability).independence),
      conditional: worst((series) => christoffersen(series, probability).conditional),
      duration: worst(durationTest),
      trafficLight: this.#trafficLight(observations, count),
    };
  }

  #trafficLight(observations: number, exceptions: number): ExceptionTests['trafficLight'] {
    const { probability, horizonDays, paths = defaultPaths, seed = 1 } = this.#options;
    if (horizonDays === 1) {
      const { zone, cumulative, plusFactor, multiplier } = trafficLight(observations, exceptions, probability);
      return { zone, cumulative, plusFactor, multiplier };
    }
    let limits = this.#limits.get(observations);
    if (limits === undefined) {
      [limits] = overlappingLimits([observations], { horizon: horizonDays, probability, paths, seed });
      this.#limits.set(observations, limits);
    }
    const cumulative = limits.cumulative[exceptions] ?? 1;
    return { zone: zoneOf(cumulative), cumulative, plusFactor: null, multiplier: null };
  }
}

function worstPhase(phases: readonly Uint8Array[], of: (series: Uint8Array) => LikelihoodRatio): TestResult {
  let worst: (LikelihoodRatio & { phase: number }) | null = null;
  let refused = '';
  for (const [phase, series] of phases.entries()) {
    try {
      const each = of(series);
      if (worst === null || each.pValue < worst.pValue) worst = { ...each, phase };
    } catch (error) {
      if (!(error instanceof MargridError) || error.code !== 'ObservationsMissing') throw error;
      refused = error.message;
    }
  }
  if (worst === null) return { refused };
  const { statistic, pValue, degreesOfFreedom, phase } = worst;
  return { statistic, pValue: Math.min(pValue * phases.length, 1), degreesOfFreedom, phase };
}

const zones: readonly Zone[] = ['green', 'yellow', 'red'];

/** Whether a zone is as good as the one required. */
export function isWithinZone(zone: Zone, required: Zone): boolean {
  return zones.indexOf(zone) <= zones.indexOf(required);
}
