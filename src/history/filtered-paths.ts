import { nextVariance } from '../dynamic/volatility-model.ts';
import { RandomStream, requireSeed, streamPurposes } from '../generate/random.ts';
import { requireWithinLimit } from '../limits.ts';
import { factorName, requireScenarios, type RiskFactor, type ScenarioSet } from '../scenario/scenario-set.ts';
import { ageWeights } from './age-weights.ts';
import { periodOf, requireWhole, type HistoryPeriod } from './historical-scenarios.ts';
import { requireHistory, type AlignmentReport, type MarketHistory } from './market-history.ts';
import {
  changeOf, dayReturns, moveOf, requireObservations, returnKindOf, type ReturnKind, type ReturnKinds,
} from './returns.ts';
import {
  filterReport, filterSeries, scaledReturn, type FilteredSeries, type FilterReport, type VolatilityFilter,
} from './volatility-filter.ts';

export interface FilteredPathOptions extends HistoryPeriod {
  readonly filter: VolatilityFilter;
  /** Paths: scenarios of the set. */
  readonly paths: number;
  /** Days of a path. */
  readonly horizonDays: number;
  readonly seed: number;
  /** Default `log`. */
  readonly returns?: ReturnKinds;
  /** Days that residuals are drawn from, and over which the variances run: the newest ones; default: all. */
  readonly lookback?: number;
  /** Older days are drawn less often; default: all the same. */
  readonly ageLambda?: number;
  /** Calendar days that pass in each scenario; default: none. */
  readonly days?: number;
}

export interface FilteredPathReport {
  readonly paths: number;
  readonly horizonDays: number;
  readonly seed: number;
  /** Days that residuals are drawn from. */
  readonly observations: number;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly filters: readonly FilterReport[];
  readonly alignment: AlignmentReport | null;
}

export type FilteredPathScenarios = ScenarioSet & { readonly report: FilteredPathReport };

/**
 * Filtered historical simulation over several days (Barone-Adesi, Giannopoulos and Vosper 1999): each day of a path
 * takes the standardised residuals of one day of the past, of all factors together, and multiplies them by the
 * volatilities that the path has led to.
 *
 * Path p draws its days in order from the random stream (seed, p): a path depends on no other. Throws
 * `ObservationsMissing`, `OptionInvalid`, what the filter and `requireHistory` throw, `ScenarioInvalid` if a path would
 * take more than everything away.
 */
export function filteredPaths(history: MarketHistory, options: FilteredPathOptions): FilteredPathScenarios {
  requireHistory(history);
  const { filter, seed, returns = 'log', ageLambda, days } = options;
  requireSeed(seed);
  const paths = requireWhole('paths', options.paths);
  requireWithinLimit('scenarioSetCountMax', paths);
  const horizonDays = requireWhole('horizonDays', options.horizonDays);
  const [first, last] = periodOf(history, options);
  const observations = options.lookback ?? last - first;
  requireObservations(
    Math.max(requireWhole('lookback', observations), 2), last - first, 'the lookback of filtered paths',
  );
  const kinds = history.factors.map((factor) => returnKindOf(returns, factor));
  const from = filter.estimation === 'history' ? first : last - observations;
  const series = history.factors.map((factor, index) =>
    filterSeries(factorName(factor), dayReturns(history, index, kinds[index], from, last), filter),
  );
  const drawn = drawnDays(paths, horizonDays, seed, observations, ageLambda, last - observations - from);
  const moves = new Float64Array(series.length * paths);
  series.forEach((each, factor) => {
    for (let path = 0; path < paths; path++) {
      const places = drawn.subarray(path * horizonDays, (path + 1) * horizonDays);
      moves[factor * paths + path] = pathMove(kinds[factor], each, places);
    }
  });
  const set = requireScenarios({
    factors: history.factors.map((factor, index): RiskFactor => ({ ...factor, change: changeOf(kinds[index]) })),
    count: paths, moves,
    ...(days === undefined ? {} : { days: new Float64Array(paths).fill(days) }),
    labels: Array.from({ length: paths }, (_, path) => `path ${path + 1}`),
  });
  const report: FilteredPathReport = {
    paths, horizonDays, seed, observations, firstDate: history.dates[last - observations],
    lastDate: history.dates[last],
    filters: series.map((each, index) => filterReport(factorName(history.factors[index]), each)),
    alignment: history.alignment ?? null,
  };
  return { ...set, report };
}

/** Returns that each day of each path takes: `offset` and more. */
function drawnDays(
  paths: number, horizonDays: number, seed: number, count: number, ageLambda: number | undefined, offset: number,
): Int32Array {
  const random = new RandomStream();
  const drawn = new Int32Array(paths * horizonDays);
  const cumulative = ageLambda === undefined ? null : accumulated(ageWeights(count, ageLambda));
  for (let path = 0; path < paths; path++) {
    random.restart(seed, path, streamPurposes.residuals);
    for (let day = 0; day < horizonDays; day++) {
      const place = cumulative === null ? random.nextIndex(count) : placeOf(cumulative, random.nextFineFraction());
      drawn[path * horizonDays + day] = offset + place;
    }
  }
  return drawn;
}

function accumulated(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

/** First place whose accumulated weight exceeds a fraction. */
function placeOf(cumulative: Float64Array, fraction: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] > fraction) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pathMove(kind: ReturnKind, series: FilteredSeries, places: Int32Array): number {
  let variance = series.variances[series.variances.length - 1];
  let sum = 0;
  let growth = 1;
  for (const place of places) {
    const dayReturn = scaledReturn(series, place, Math.sqrt(variance));
    sum += dayReturn;
    // Two days that take more than everything away make no gain.
    growth *= Math.max(1 + dayReturn, 0);
    variance = nextVariance(series.model, variance, dayReturn);
  }
  if (kind === 'relative') return places.length === 1 ? sum : growth - 1;
  return moveOf(kind, sum);
}
