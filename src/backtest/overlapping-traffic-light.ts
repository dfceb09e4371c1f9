import { normalQuantile } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { RandomStream } from '../generate/random.ts';
import { requireProbability } from './exceptions.ts';
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
 * Limits of the traffic light for overlapping returns: an exception stays in `horizon` windows, so they come in clusters
 * and more of them are no surprise. Daily returns are independent and normal; observation t is the sum of days t to
 * t + horizon - 1, an exception if it is below the quantile at `probability`. Several numbers of observations are read
 * from the same paths. A limit is the largest count K with P(X <= K) below 95% and 99.99%: simulated, so counts next to a
 * threshold are off now and then; `cumulative` with sqrt(p (1 - p) / paths) says how sure it is. Every path has its own
 * stream: the result does not depend on how many are drawn at once. Throws `OptionInvalid`.
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
    // Half a step up: never 0, symmetric.
    return normalQuantile(this.#stream.nextFineFraction() + 2 ** -54);
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
  const limitOf = (threshold: number): number => cumulative.findIndex((share) => share >= threshold) - 1;
  return { observations, green: limitOf(zoneThresholds.yellow), yellow: limitOf(zoneThresholds.red), cumulative, paths };
}

function requireOptions(observations: readonly number[], options: OverlappingOptions): void {
  const { horizon, probability, paths, portfolios = 1, correlation = 0 } = options;
  requireProbability('probability', probability);
  const counts = { horizon, paths, portfolios, ...Object.fromEntries(observations.map((each, i) => [`observations ${i + 1}`, each])) };
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new MargridError('OptionInvalid', `${name} must be a whole number >= 1, got ${count}`, { column: name, value: count });
  }
  if (observations.length === 0) throw new MargridError('OptionInvalid', 'there is no number of observations');
  if (correlation >= 0 && correlation <= 1) return;
  throw new MargridError('OptionInvalid', `correlation must be in [0, 1], got ${correlation}`, { column: 'correlation', value: correlation });
}
