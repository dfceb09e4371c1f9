import {
  conventionOf, requireLevel, tailCountNeeded, type ConventionName, type MeasureConvention,
} from './conventions.ts';
import { meanOfShares, quantilePnl, shortfallShares, type SampleTail } from './measure-shares.ts';
import {
  requireFiniteValues, requireObservations, requireWeightedObservations, smallestPnl, type BeyondSample,
} from './observations.ts';
import { requireWeights, weightedTailCountNeeded, weightedTailOf } from './weighted-tail.ts';

export interface MeasureOptions {
  /** How VaR and ES are read off the sample; `acerbi-tasche` without it. */
  readonly convention?: ConventionName | MeasureConvention;
  /** Probability of each observation, adding up to 1; without them all have the same. */
  readonly weights?: ArrayLike<number>;
  /** What a sample too small for the level gives: an error (default) or its worst observation. */
  readonly beyondSample?: BeyondSample;
}

export interface LevelOptions extends MeasureOptions {
  /** Confidence level in (0, 1), such as 0.99. */
  readonly level: number;
}

/** Losses are positive: a VaR of 5 is a loss of 5, a negative one a gain. */
export interface RiskMeasure {
  readonly level: number;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * Value at risk of simulated P&L (gains positive), in their currency, as a loss. Throws `ObservationsMissing` if they
 * are too few for the level, `ValueNotFinite` with the position, `OptionInvalid`, `ScenarioInvalid` (weights).
 */
export function valueAtRisk(pnl: ArrayLike<number>, options: LevelOptions): number {
  const convention = conventionOf(options.convention);
  return 0 - quantilePnl(sampleTailOf(pnl, [options.level], options), options.level, convention);
}

/** Expected shortfall of simulated P&L as a loss; errors as of `valueAtRisk`. */
export function expectedShortfall(pnl: ArrayLike<number>, options: LevelOptions): number {
  return shortfallOf(sampleTailOf(pnl, [options.level], options), options.level, conventionOf(options.convention));
}

/** VaR and ES at several levels from one pass over the P&L: the smallest of them that the lowest level needs. */
export function riskMeasures(
  pnl: ArrayLike<number>,
  levels: readonly number[],
  options: MeasureOptions = {},
): RiskMeasure[] {
  const convention = conventionOf(options.convention);
  const sample = sampleTailOf(pnl, levels, options);
  return levels.map((level) => measureOf(sample, level, convention));
}

/**
 * The same from the `tailCountNeeded` smallest of `n` P&L alone, ascending: what a streaming selection leaves. Throws
 * `ObservationsMissing` if the tail is too short.
 */
export function riskMeasuresOfTail(
  smallest: ArrayLike<number>,
  n: number,
  levels: readonly number[],
  options: Pick<MeasureOptions, 'convention' | 'beyondSample'> = {},
): RiskMeasure[] {
  const convention = conventionOf(options.convention);
  requireFiniteValues(smallest, 'P&L');
  levels.forEach((level) => {
    requireLevel(level);
    requireObservations(n, level, options.beyondSample ?? 'refuse');
  });
  const tail = smallestPnl(smallest, smallest.length);
  return levels.map((level) => measureOf({ n, tail }, level, convention));
}

function measureOf(sample: SampleTail, level: number, convention: MeasureConvention): RiskMeasure {
  return {
    level,
    valueAtRisk: 0 - quantilePnl(sample, level, convention),
    expectedShortfall: shortfallOf(sample, level, convention),
  };
}

function shortfallOf(sample: SampleTail, level: number, convention: MeasureConvention): number {
  return 0 - meanOfShares(sample.tail.values, shortfallShares(sample, level, convention));
}

/** As much of the tail as VaR and ES at all of the levels take. */
export function sampleTailOf(
  pnl: ArrayLike<number>,
  levels: readonly number[],
  { convention: given, weights, beyondSample = 'refuse' }: MeasureOptions,
): SampleTail {
  const convention = conventionOf(given);
  const n = pnl.length;
  levels.forEach(requireLevel);
  const isBeyond = convention.shortfall === 'at-or-beyond' || convention.shortfall === 'beyond';
  if (weights !== undefined) {
    requireWeights(weights, n);
    levels.forEach((level) => requireWeightedObservations(weights, level, beyondSample));
    const count = isBeyond ? n : Math.max(0, ...levels.map((level) => weightedTailCountNeeded(weights, level)));
    return { n, tail: weightedTailOf(pnl, weights, count) };
  }
  levels.forEach((level) => requireObservations(n, level, beyondSample));
  const count = Math.max(0, ...levels.map((level) => tailCountNeeded(n, level, convention)));
  const tail = smallestPnl(pnl, count);
  if (!isBeyond || count === n || levels.length === 0) return { n, tail };
  // Ties that reach beyond the tail: one more observation would not do, so all are taken.
  const deepest = quantilePnl({ n, tail }, Math.min(...levels), convention);
  return { n, tail: tail.values[count - 1] > deepest ? tail : smallestPnl(pnl, n) };
}
