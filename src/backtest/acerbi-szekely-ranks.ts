import { exp } from '../../assembly/portable/exp.ts';
import { MargridError } from '../errors.ts';
import { RandomStream, requireSeed } from '../generate/random.ts';
import { binomialCdf, binomialSurvival } from '../statistics/binomial.ts';
import { requireWholeCounts, type SimulationOptions } from './acerbi-szekely.ts';
import { requireProbability } from './exceptions.ts';
import { openFraction } from './open-fraction.ts';

/** The P&L that a model foresees for a day, by its quantiles. Every `NullModel` is one. */
export interface PredictiveDistribution {
  /** P&L at a probability in (0, 1), rising with it. */
  pnlAt(probability: number): number;
  /** If the distribution is a sample, ascending, each as likely: expectations are then sums. */
  readonly sample?: Float64Array;
}

/** The same for every day, or one for each. */
export type PredictiveDistributions = PredictiveDistribution | readonly PredictiveDistribution[];

/**
 * The third statistic of Acerbi and Szekely (2014), of ranks: `ranks[t]` is the probability, by the model of day t, of
 * a P&L no greater than what came, in (0, 1). With T days and k = [T (1 - level)] >= 1:
 *
 *   Z3 = 1 - 1/T sum over days of ES(P_t^-1(U)) / E[ES(P_t^-1(V))],  ES(Y) = -(mean of the k smallest)
 *
 * U the ranks, V as many independent uniforms, the expectation
 * -T/k times the integral of I_(1-p)(T - k, k) P_t^-1(p). 0 is expected of a right model, below 0 ES was too small.
 *
 * Throws `OptionInvalid`, `ScenarioInvalid` (lengths), `ValueOutOfRange` (a rank, an expected ES that is not > 0),
 * `ObservationsMissing` (less than one day in the tail).
 */
export function acerbiSzekelyRanks(
  ranks: ArrayLike<number>, distributions: PredictiveDistributions, level: number,
): number {
  const shortfalls = new RankShortfalls(distributions, ranks.length, level);
  for (let day = 0; day < ranks.length; day++) {
    if (ranks[day] > 0 && ranks[day] < 1) continue;
    throw new MargridError('ValueOutOfRange', `rank ${day + 1} must be in (0, 1), got ${ranks[day]}`, {
      column: 'ranks', row: day + 1, value: ranks[day],
    });
  }
  return shortfalls.statistic(Float64Array.from(ranks).sort());
}

/** Purpose of the random streams. */
const streamPurpose = 104;

/** Z3 of backtests of a right model, ascending: for `testAgainst`. Every path has its own stream. */
export function simulateAcerbiSzekelyRanks(
  distributions: PredictiveDistributions, { level, observations, paths, seed }: SimulationOptions,
): Float64Array {
  requireWholeCounts({ observations, paths });
  requireSeed(seed);
  const shortfalls = new RankShortfalls(distributions, observations, level);
  const stream = new RandomStream();
  const ranks = new Float64Array(observations);
  return Float64Array.from({ length: paths }, (_, path) => {
    stream.restart(seed, path, streamPurpose);
    for (let day = 0; day < observations; day++) ranks[day] = openFraction(stream);
    return shortfalls.statistic(ranks.sort());
  }).sort();
}

/** What does not depend on the ranks. */
class RankShortfalls {
  readonly #days: readonly PredictiveDistribution[];
  /** Days that one distribution stands for. */
  readonly #each: number;
  /** k: days in the tail. */
  readonly #tail: number;
  /** Sum of the k smallest that is expected, by distribution. */
  readonly #expected: readonly number[];

  constructor(distributions: PredictiveDistributions, count: number, level: number) {
    requireProbability('level', level);
    this.#days = 'pnlAt' in distributions ? [distributions] : distributions;
    if (!('pnlAt' in distributions) && distributions.length !== count) {
      throw new MargridError('ScenarioInvalid', `there are ${distributions.length} distributions for ${count} ranks`);
    }
    this.#each = count / this.#days.length;
    // 10 (1 - 0.9) is one.
    this.#tail = Math.floor(count * (1 - level) + 1e-9);
    if (this.#tail < 1) {
      const needed = Math.ceil(1 / (1 - level) - 1e-9);
      throw new MargridError('ObservationsMissing', `Z3 at ${level} needs ${needed} days, got ${count}`, {
        column: 'ranks', value: count,
      });
    }
    const weights = expectationWeights(count, this.#tail);
    this.#expected = this.#days.map((day, index) => {
      const expected = expectedSum(day, weights, count, this.#tail);
      if (expected < 0 && expected > -Infinity) return expected;
      const message = `the expected ES of day ${index + 1} must be > 0 and finite, got ${-expected / this.#tail}`;
      throw new MargridError('ValueOutOfRange', message, { column: 'distributions', row: index + 1 });
    });
  }

  statistic(ascending: Float64Array): number {
    let sum = 0;
    this.#days.forEach((day, index) => {
      let smallest = 0;
      for (let i = 0; i < this.#tail; i++) smallest += day.pnlAt(ascending[i]);
      sum += smallest / this.#expected[index];
    });
    return 1 - (sum * this.#each) / ascending.length;
  }
}

/** Probabilities and weights of a rule for T times the integral of P(Bin(T - 1, p) < k) times a quantile. */
interface ExpectationWeights {
  readonly probabilities: readonly number[];
  readonly weights: readonly number[];
}

/** Steps per unit, and how far: of the double exponential rule, which poles at 0 and 1 do not disturb. */
const stepsPerUnit = 128;
const reach = 4.2;

/** p = 1 / (1 + e^(-pi sinh x)): the trapezium rule in x (Takahasi and Mori 1974). */
function expectationWeights(count: number, tail: number): ExpectationWeights {
  const probabilities: number[] = [];
  const weights: number[] = [];
  for (let step = -reach * stepsPerUnit; step <= reach * stepsPerUnit; step++) {
    const [up, down] = [exp(step / stepsPerUnit), exp(-step / stepsPerUnit)];
    const odds = exp((-Math.PI * (up - down)) / 2);
    const probability = 1 / (1 + odds);
    const weight = count * binomialCdf(tail - 1, count - 1, probability);
    // Beyond the last double below 1 the factor before is nothing at all.
    if (!(probability > 0 && probability < 1 && weight > 0)) continue;
    const slope = (Math.PI * (up + down) * probability * (odds * probability)) / 2;
    probabilities.push(probability);
    weights.push((weight * slope) / stepsPerUnit);
  }
  return { probabilities, weights };
}

function expectedSum(
  distribution: PredictiveDistribution, { probabilities, weights }: ExpectationWeights, count: number, tail: number,
): number {
  const { sample } = distribution;
  if (sample === undefined) {
    return probabilities.reduce((sum, p, place) => sum + weights[place] * distribution.pnlAt(p), 0);
  }
  // E[min(Bin(T, x), k)]: what the ranks up to x are expected to give to the k smallest.
  const givenUpTo = (x: number): number => {
    let given = 0;
    for (let i = 0; i < tail; i++) given += x < 1 ? binomialSurvival(i, count, x) : 1;
    return given;
  };
  let sum = 0;
  let before = 0;
  for (let i = 0; i < sample.length; i++) {
    const now = givenUpTo((i + 1) / sample.length);
    sum += sample[i] * (now - before);
    before = now;
  }
  return sum;
}
