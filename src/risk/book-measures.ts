import type { TailLevel } from '../revaluation/book-memory.ts';
import type { BookTails } from '../revaluation/book-tails.ts';
import { MargridError } from '../errors.ts';
import { tailCountNeeded, tailPosition, type MeasureConvention } from './conventions.ts';
import { meanOfShares, quantilePnl, shortfallShares, type SampleTail } from './measure-shares.ts';
import { effectiveCount } from './effective-count.ts';
import { probabilityTolerance, valueAt } from './quantile.ts';
import { weightedTailCountNeeded, withWeights, type WeightedTail } from './weighted-tail.ts';

/** What is read off the tails of a book. */
export interface MeasureRequest {
  readonly levels: readonly number[];
  readonly convention: MeasureConvention;
  readonly scenarioCount: number;
  /** Probabilities of the scenarios; null: all the same. */
  readonly weights: Float64Array | null;
}

/**
 * Writes VaR and ES of portfolios of the tails at every level, of `portfolios[i]` to row `places[i]`. Returns the places
 * of those whose tail is too short to tell.
 */
export type TailReader = (tails: BookTails, portfolios: Uint32Array, places: Uint32Array) => number[];

/** Columns per level, losses positive. */
export interface MeasureColumns {
  readonly valueAtRisk: readonly Float64Array[];
  readonly expectedShortfall: readonly Float64Array[];
}

/** Portfolios whose tails stay in the cache from level to level. */
const cachedPortfolios = 512;
/** Standard deviations of the weight of the k worst that the first pass allows for. */
const weightDeviations = 3;

/**
 * How many of the worst scenarios the first pass keeps. Equal weights: what the convention needs. Other weights: k such
 * that k scenarios drawn at random weigh more than 1 - level but for three standard deviations,
 * k/N - 3 sqrt(k / (N n)) >= 1 - level with n the effective number of scenarios; at most what any order could need.
 */
export function firstTailCount({ levels, convention, scenarioCount, weights }: MeasureRequest): number {
  if (weights === null) {
    return Math.max(1, ...levels.map((level) => tailCountNeeded(scenarioCount, level, convention)));
  }
  const lowest = Math.min(...levels);
  const spread = weightDeviations / Math.sqrt(effectiveCount(weights));
  const root = (spread + Math.sqrt(spread * spread + 4 * (1 - lowest))) / 2;
  return Math.min(
    largestTailCount({ levels, convention, scenarioCount, weights }), Math.ceil(root * root * scenarioCount) + 2,
  );
}

/** How many could be needed, whatever the order of the scenarios. */
export function largestTailCount({ levels, convention, scenarioCount, weights }: MeasureRequest): number {
  if (weights === null || isBeyond(convention)) return scenarioCount;
  return Math.max(...levels.map((level) => weightedTailCountNeeded(weights, level)));
}

/**
 * Reads measures off tails. Where every scenario weighs the same and ES counts them, shares and places are the same for
 * every portfolio: they are made once.
 */
export function tailReaderOf(request: MeasureRequest, to: MeasureColumns): TailReader {
  const levels = countedLevels(request);
  return levels === null ? generalReader(request, to) : countingReader(levels, to);
}

/** Shares and places where they are the same for every portfolio; null where they are not. */
export function countedLevels({ levels, convention, scenarioCount: n, weights }: MeasureRequest): TailLevel[] | null {
  if (weights !== null || isBeyond(convention)) return null;
  const count = Math.max(1, ...levels.map((level) => tailCountNeeded(n, level, convention)));
  const tail = { values: new Float64Array(count), scenarios: new Uint32Array(count) };
  return levels.map((level) => ({
    position: tailPosition(n, level, convention),
    shares: Float64Array.from(shortfallShares({ n, tail }, level, convention), ({ share }) => share),
  }));
}

function isBeyond({ shortfall }: MeasureConvention): boolean {
  return shortfall === 'at-or-beyond' || shortfall === 'beyond';
}

/** Of tails of which only the measures were kept, these. */
function countingReader(levels: readonly TailLevel[], to: MeasureColumns): TailReader {
  const parts = levels.map((level, index) => ({
    ...level, valueAtRisk: to.valueAtRisk[index], expectedShortfall: to.expectedShortfall[index],
  }));
  return ({ columns, held, measures }, portfolios, places) => {
    if (measures !== null) {
      parts.forEach(({ valueAtRisk, expectedShortfall }, index) => {
        copyTo(valueAtRisk, places, measures[2 + 2 * index], portfolios);
        copyTo(expectedShortfall, places, measures[3 + 2 * index], portfolios);
      });
      return [];
    }
    for (let first = 0; first < portfolios.length; first += cachedPortfolios) {
      const some = portfolios.subarray(first, first + cachedPortfolios);
      for (const part of parts) writeLevel(part, columns, 2 * held, some, places.subarray(first, first + some.length));
    }
    return [];
  };
}

function copyTo(to: Float64Array, places: Uint32Array, from: Float64Array, portfolios: Uint32Array): void {
  // Ascending, all different, as many as there are: every portfolio to its own place.
  if (places === portfolios && places.length === from.length) to.set(from);
  else for (let i = 0; i < places.length; i++) to[places[i]] = from[portfolios[i]];
}

interface CountedLevel extends TailLevel {
  readonly valueAtRisk: Float64Array;
  readonly expectedShortfall: Float64Array;
}

/** Two tails at a time: a sum waits for its last addition, two sums wait together. Bit by bit what `meanOfShares` is. */
function writeLevel(
  { position, shares, valueAtRisk, expectedShortfall }: CountedLevel, columns: Float64Array, stride: number,
  portfolios: Uint32Array, places: Uint32Array,
): void {
  const lastShare = shares.length - 1;
  for (let first = 0; first < portfolios.length; first += 2) {
    const second = Math.min(first + 1, portfolios.length - 1);
    const [start, start2] = [stride * portfolios[first], stride * portfolios[second]];
    const [last, last2] = [columns[start + lastShare], columns[start2 + lastShare]];
    let [excess, excess2] = [0, 0];
    for (let k = 0; k <= lastShare; k++) {
      excess += shares[k] * (columns[start + k] - last);
      excess2 += shares[k] * (columns[start2 + k] - last2);
    }
    valueAtRisk[places[first]] = 0 - valueAt(columns, position, start);
    valueAtRisk[places[second]] = 0 - valueAt(columns, position, start2);
    expectedShortfall[places[first]] = 0 - (last + excess);
    expectedShortfall[places[second]] = 0 - (last2 + excess2);
  }
}

function generalReader(request: MeasureRequest, to: MeasureColumns): TailReader {
  return (tails, portfolios, places) => {
    const short: number[] = [];
    portfolios.forEach((portfolio, index) => {
      if (!writeGeneral(request, to, sampleOf(request, tails, portfolio), places[index])) short.push(places[index]);
    });
    return short;
  };
}

/** False if the tail is too short. */
function writeGeneral(
  { levels, convention }: MeasureRequest, to: MeasureColumns, sample: SampleTail | null, place: number,
): boolean {
  if (sample === null) return false;
  try {
    levels.forEach((level, index) => {
      to.valueAtRisk[index][place] = 0 - quantilePnl(sample, level, convention);
      const shares = shortfallShares(sample, level, convention);
      to.expectedShortfall[index][place] = 0 - meanOfShares(sample.tail.values, shares);
    });
    return true;
  } catch (error) {
    // Equal values that reach beyond the tail.
    if (error instanceof MargridError && error.place.column === 'tail') return false;
    throw error;
  }
}

/** The tail as a sample, or null if it weighs too little. */
function sampleOf(
  { levels, convention, scenarioCount: n, weights }: MeasureRequest, tails: BookTails, portfolio: number,
): SampleTail | null {
  const values = tails.valuesOf(portfolio);
  const scenarios = Uint32Array.from(tails.scenariosOf(portfolio));
  if (weights === null) return { n, tail: { values, scenarios } };
  const tail = withWeights({ values, scenarios }, weights);
  return tails.held === n || isDeepEnough(tail, Math.min(...levels), convention, n) ? { n, tail } : null;
}

/** Whether no scenario outside the tail could count: all but its last weigh more than 1 - level. */
function isDeepEnough(tail: WeightedTail, level: number, convention: MeasureConvention, n: number): boolean {
  const { values, weights, cumulative } = tail;
  const last = values.length - 1;
  if (last < 1 || !(cumulative[last] - weights[last] > 1 - level + 2 * probabilityTolerance)) return false;
  return !isBeyond(convention) || values[last] > quantilePnl({ n, tail }, level, convention);
}
