import { MargridError } from '../errors.ts';
import type { MeasureConvention } from './conventions.ts';
import { smallestPnl, type PnlTail } from './observations.ts';
import { probabilityTolerance } from './quantile.ts';

/** The smallest P&L with their probabilities. */
export interface WeightedTail extends PnlTail {
  readonly weights: Float64Array;
  /** `cumulative[i]`: probability of all up to and including i. */
  readonly cumulative: Float64Array;
}

/** Rounding of a sum of a million weights: what ScenarioSet allows too. */
const weightSumTolerance = 1e-9;

/** Throws `ScenarioInvalid` for weights that are no probabilities of the observations. */
export function requireWeights(weights: ArrayLike<number>, n: number): void {
  if (weights.length !== n) throw refusal(`there are ${weights.length} weights for ${n} observations`, weights.length);
  let sum = 0;
  for (let index = 0; index < n; index++) {
    const weight = weights[index];
    if (!(weight >= 0 && weight < Infinity)) {
      throw refusal(`weight ${index + 1} must be finite and >= 0, got ${weight}`, weight, index + 1);
    }
    sum += weight;
  }
  if (Math.abs(sum - 1) > weightSumTolerance) throw refusal(`the weights add up to ${sum}, not 1`, sum);
}

function refusal(message: string, value: number, row?: number): MargridError {
  return new MargridError('ScenarioInvalid', message, { column: 'weights', value, ...(row === undefined ? {} : { row }) });
}

/**
 * How many of the smallest P&L suffice whatever their order: as many as the lightest scenarios take to weigh 1 - level,
 * and one more, towards which a quantile may be interpolated.
 */
export function weightedTailCountNeeded(weights: ArrayLike<number>, level: number): number {
  const ascending = Float64Array.from(weights).sort();
  let sum = 0;
  let count = 0;
  while (count < ascending.length && sum < 1 - level) sum += ascending[count++];
  return Math.min(ascending.length, count + 2);
}

/** The smallest P&L in ascending order with their weights; those of weight 0 are left out. */
export function weightedTailOf(pnl: ArrayLike<number>, weights: ArrayLike<number>, count: number): WeightedTail {
  return withWeights(smallestPnl(pnl, count), weights);
}

/** A tail with the weights of its scenarios; those of weight 0 are left out. */
export function withWeights({ values, scenarios }: PnlTail, weights: ArrayLike<number>): WeightedTail {
  const kept = Array.from(scenarios.keys()).filter((place) => weights[scenarios[place]] > 0);
  const tailWeights = Float64Array.from(kept, (place) => weights[scenarios[place]]);
  return {
    values: Float64Array.from(kept, (place) => values[place]),
    scenarios: Uint32Array.from(kept, (place) => scenarios[place]),
    weights: tailWeights,
    cumulative: cumulativeOf(tailWeights),
  };
}

/** Running sums, compensated (Neumaier): off by a rounding of the sum, however many there are. */
function cumulativeOf(weights: Float64Array): Float64Array {
  const cumulative = new Float64Array(weights.length);
  let sum = 0;
  let lost = 0;
  for (let index = 0; index < weights.length; index++) {
    const next = sum + weights[index];
    lost += sum >= weights[index] ? sum - next + weights[index] : weights[index] - next + sum;
    sum = next;
    cumulative[index] = sum + lost;
  }
  return cumulative;
}

/** One observation of a tail that a measure counts, and with how much. */
export interface TailShare {
  readonly place: number;
  readonly share: number;
}

/** The first observation up to which the tail weighs at least `probability`. */
export function boundaryPlace({ cumulative }: WeightedTail, probability: number): number {
  const place = cumulative.findIndex((sum) => sum >= probability - probabilityTolerance);
  return place < 0 ? cumulative.length - 1 : place;
}

/**
 * Which observations VaR is made of. Type 1: the first up to which the weight reaches 1 - level (on the loss side: passes
 * it); type 4: linear between such cumulative weights; type 5: linear between cumulative weights to the middle of each
 * observation (Boudoukh, Richardson and Whitelaw's own way). With equal weights these are the unweighted types. The other
 * types have no meaning here that all agree on: `OptionInvalid`.
 */
export function weightedQuantileShares(tail: WeightedTail, level: number, convention: MeasureConvention): TailShare[] {
  const probability = 1 - level;
  const { quantile, side } = convention;
  if (quantile === 1) {
    const place = side === 'pnl' ? boundaryPlace(tail, probability) : passedPlace(tail, probability);
    return [{ place, share: 1 }];
  }
  if (quantile !== 5 && !(quantile === 4 && side === 'pnl')) {
    throw new MargridError(
      'OptionInvalid',
      `weighted observations have quantiles of type 1 and 5, and of type 4 on the P&L side, got type ${quantile}`,
      { column: 'convention', value: quantile },
    );
  }
  const { cumulative, weights } = tail;
  const positionOf = (place: number): number => cumulative[place] - (quantile === 5 ? weights[place] / 2 : 0);
  let above = 0;
  while (above < weights.length && positionOf(above) < probability - probabilityTolerance) above++;
  if (above === 0) return [{ place: 0, share: 1 }];
  if (above === weights.length) return [{ place: above - 1, share: 1 }];
  const share = (probability - positionOf(above - 1)) / (positionOf(above) - positionOf(above - 1));
  if (share >= 1) return [{ place: above, share: 1 }];
  return [{ place: above - 1, share: 1 - share }, { place: above, share }];
}

function passedPlace({ cumulative }: WeightedTail, probability: number): number {
  const place = cumulative.findIndex((sum) => sum > probability + probabilityTolerance);
  return place < 0 ? cumulative.length - 1 : place;
}

/**
 * Which observations ES is made of, shares adding up to 1. A plain mean of a count has no weighted counterpart: as in
 * Hull's tables it is then that with a part of the boundary observation.
 */
export function weightedShortfallShares(
  tail: WeightedTail,
  level: number,
  { shortfall }: MeasureConvention,
  quantileValue: number,
): TailShare[] {
  if (shortfall === 'at-or-beyond' || shortfall === 'beyond') return sharesBeyond(tail, shortfall, quantileValue);
  const probability = 1 - level;
  const boundary = boundaryPlace(tail, probability);
  const shares: TailShare[] = [];
  for (let place = 0; place < boundary; place++) shares.push({ place, share: tail.weights[place] / probability });
  const before = boundary === 0 ? 0 : tail.cumulative[boundary - 1];
  shares.push({ place: boundary, share: (probability - before) / probability });
  return shares;
}

function sharesBeyond(tail: WeightedTail, kind: 'at-or-beyond' | 'beyond', quantileValue: number): TailShare[] {
  const places = Array.from(tail.values.keys()).filter((place) =>
    kind === 'beyond' ? tail.values[place] < quantileValue : tail.values[place] <= quantileValue,
  );
  if (places.length === 0) throw noneBeyond();
  const sum = tail.cumulative[places.length - 1];
  return places.map((place) => ({ place, share: tail.weights[place] / sum }));
}

export function noneBeyond(): MargridError {
  return new MargridError(
    'ObservationsMissing',
    "no observation lies strictly beyond the quantile: the convention 'beyond' has no expected shortfall here",
  );
}
