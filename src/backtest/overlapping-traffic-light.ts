import { normalQuantile } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { RandomStream, requireSeed } from '../generate/random.ts';
import { binomialCdf, binomialQuantile } from '../statistics/binomial.ts';
import { requireProbability } from './exceptions.ts';
import { openFraction } from './open-fraction.ts';
import { zoneThresholds, type ZoneLimits } from './traffic-light.ts';

export interface OverlappingOptions {
  /** Days of each return; 1 is no overlap. */
  readonly horizon: number;
  /** Of an exception, 1 - level. */
  readonly probability: number;
  /** Simulated histories. */
  readonly paths: number;
  readonly seed: number;
  /** Portfolios whose exceptions are counted together; 1 without. */
  readonly portfolios?: number;
  /** Correlation of the daily returns of any two of them, in [0, 1]. */
  readonly correlation?: number;
}

/** What the simulation says about one number of observations. */
export interface OverlappingLimits extends ZoneLimits {
  readonly observations: number;
  /** `cumulative[k]`: share of paths with at most k exceptions; 1 from its end on. */
  readonly cumulative: Float64Array;
  readonly paths: number;
}

/** Purpose of the random streams: not one of generated books. */
const streamPurpose = 102;

/**
 * Limits of the traffic light for overlapping returns: an exception stays in `horizon` windows, so they come in
 * clusters and more of them are no surprise. Daily returns are independent and normal; observation t is the sum of days
 * t to t + horizon - 1, an exception if it is below the quantile at `probability`. Several numbers of observations are
 * read from the same paths. A limit is the largest count K with P(X <= K) below 95% and 99.99%: simulated, so counts
 * next to a threshold are off now and then; `cumulative` with sqrt(p (1 - p) / paths) says how sure it is. Every path
 * has its own stream. Throws `OptionInvalid`.
 */
export function overlappingLimits(
  observations: readonly number[],
  options: OverlappingOptions,
): OverlappingLimits[] {
  const { horizon, paths, portfolios = 1 } = options;
  requireOptions(observations, options);
  const longest = Math.max(...observations);
  const order = Array.from(observations.keys()).sort((a, b) => observations[a] - observations[b]);
  const counts = observations.map((count) => new Float64Array(count * portfolios + 1));
  const walk = new PortfolioWalk(options, longest + horizon - 1);
  for (let path = 0; path < paths; path++) {
    walk.draw(path);
    let exceptions = 0;
    let reached = 0;
    for (const which of order) {
      exceptions += walk.exceptions(reached, observations[which]);
      reached = observations[which];
      counts[which][exceptions]++;
    }
  }
  return observations.map((count, which) => limitsOf(count, counts[which], paths));
}

/**
 * Between which counts a limit lies for sure: outside with a probability of at most `missed` on either side, by the
 * binomial number of paths beyond each count. `most` is null where there are too few paths to bound it.
 */
export function limitRange(
  { cumulative, paths }: OverlappingLimits,
  threshold: number,
  missed: number,
): { readonly least: number; readonly most: number | null } {
  requireProbability('threshold', threshold);
  requireProbability('missed', missed);
  const beyond = (count: number): number => Math.round(paths * (1 - cumulative[count]));
  // So few paths beyond a count that the limit is below it, so many that it is not.
  let few = binomialQuantile(missed, paths, 1 - threshold);
  if (binomialCdf(few, paths, 1 - threshold) > missed) few--;
  const many = binomialQuantile(1 - missed, paths, 1 - threshold) + 1;
  const counts = Array.from(cumulative.keys());
  const above = few < 0 ? -1 : counts.findIndex((count) => beyond(count) <= few);
  const least = counts.findLastIndex((count) => beyond(count) >= many);
  return { least: Math.max(least, 0), most: above < 0 ? null : Math.max(above - 1, 0) };
}

class PortfolioWalk {
  readonly #options: OverlappingOptions;
  readonly #portfolios: number;
  readonly #days: number;
  /** `returns[portfolio * days + day]`. */
  readonly #returns: Float64Array;
  readonly #barrier: number;
  readonly #stream = new RandomStream();

  constructor(options: OverlappingOptions, days: number) {
    this.#options = options;
    this.#portfolios = options.portfolios ?? 1;
    this.#days = days;
    this.#returns = new Float64Array(this.#portfolios * days);
    this.#barrier = normalQuantile(options.probability) * Math.sqrt(options.horizon);
  }

  draw(path: number): void {
    const { seed, correlation = 0 } = this.#options;
    this.#stream.restart(seed, path, streamPurpose);
    const shared = Math.sqrt(correlation);
    const own = Math.sqrt(1 - correlation);
    for (let day = 0; day < this.#days; day++) {
      const market = shared === 0 ? 0 : shared * this.#normal();
      for (let portfolio = 0; portfolio < this.#portfolios; portfolio++) {
        this.#returns[portfolio * this.#days + day] = market + (own === 0 ? 0 : own * this.#normal());
      }
    }
  }

  #normal(): number {
    return normalQuantile(openFraction(this.#stream));
  }

  /** Exceptions of all portfolios among observations first ... end - 1. */
  exceptions(first: number, end: number): number {
    const { horizon } = this.#options;
    let count = 0;
    for (let portfolio = 0; portfolio < this.#portfolios && first < end; portfolio++) {
      const start = portfolio * this.#days;
      let sum = 0;
      for (let day = first; day < first + horizon - 1; day++) sum += this.#returns[start + day];
      for (let observation = first; observation < end; observation++) {
        sum += this.#returns[start + observation + horizon - 1];
        if (sum < this.#barrier) count++;
        sum -= this.#returns[start + observation];
      }
    }
    return count;
  }
}

function limitsOf(observations: number, counts: Float64Array, paths: number): OverlappingLimits {
  const most = counts.findLastIndex((count) => count > 0);
  const cumulative = new Float64Array(most + 1);
  let sum = 0;
  for (let count = 0; count <= most; count++) {
    sum += counts[count];
    cumulative[count] = sum / paths;
  }
  const limitOf = (threshold: number): number => Math.max(cumulative.findIndex((share) => share >= threshold) - 1, 0);
  const { yellow, red } = zoneThresholds;
  return { observations, green: limitOf(yellow), yellow: limitOf(red), cumulative, paths };
}

function requireOptions(observations: readonly number[], options: OverlappingOptions): void {
  const { horizon, probability, paths, seed, portfolios = 1, correlation = 0 } = options;
  requireProbability('probability', probability);
  requireSeed(seed);
  const days = observations.map((count, index): [string, number] => [`observations ${index + 1}`, count]);
  for (const [name, count] of [...Object.entries({ horizon, paths, portfolios }), ...days]) {
    if (Number.isInteger(count) && count >= 1) continue;
    const message = `${name} must be a whole number >= 1, got ${count}`;
    throw new MargridError('OptionInvalid', message, { column: name, value: count });
  }
  if (observations.length === 0) throw new MargridError('OptionInvalid', 'there is no number of observations');
  if (correlation >= 0 && correlation <= 1) return;
  throw new MargridError('OptionInvalid', `correlation must be in [0, 1], got ${correlation}`, {
    column: 'correlation', value: correlation,
  });
}
