import { MargridError } from '../errors.ts';
import { factorName, requireScenarios, type RiskFactor, type ScenarioSet } from '../scenario/scenario-set.ts';
import { ageWeights } from './age-weights.ts';
import { requireHistory, valuesOf, type AlignmentReport, type MarketHistory } from './market-history.ts';
import {
  chained, changeOf, dayReturns, moveOf, requireObservations, returnBetween, returnKindOf, type ReturnKind,
  type ReturnKinds,
} from './returns.ts';
import {
  filterReport, filterSeries, scaledReturns, type FilterReport, type VolatilityFilter,
} from './volatility-filter.ts';

/**
 * How a horizon of h days is made of days: `overlapping` windows (a scenario per day), `non-overlapping` ones (the
 * newest ends on the last day), or returns of one day times sqrt(h).
 */
export const windowRules = ['overlapping', 'non-overlapping', 'square-root'] as const;
export type WindowRule = (typeof windowRules)[number];

/** Which days of a history count. */
export interface HistoryPeriod {
  /** First day; default: the first of the history. */
  readonly startDate?: string;
  /** Last day: nothing after it is looked at. Default: the last of the history. */
  readonly endDate?: string;
}

export interface HistoricalOptions extends HistoryPeriod {
  /** Default `relative`. */
  readonly returns?: ReturnKinds;
  /** Days (rows of the history) over which the market moves; default 1. */
  readonly horizonDays?: number;
  /** Default `overlapping`. */
  readonly windows?: WindowRule;
  /** Scenarios: the newest ones; default: all. Fewer than that are refused. */
  readonly lookback?: number;
  /** Fewer scenarios are refused; default 1. */
  readonly observationsMin?: number;
  /** Weights by age; default: all the same. */
  readonly ageLambda?: number;
  /** Default: none. */
  readonly filter?: VolatilityFilter;
  /** Calendar days that pass in each scenario; default: none. */
  readonly days?: number;
}

/** Where the scenarios come from. */
export interface HistoricalReport {
  readonly count: number;
  /** Days whose values are used. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Windows that the period has and the lookback leaves out. */
  readonly unused: number;
  readonly returns: ReturnKinds;
  readonly horizonDays: number;
  readonly windows: WindowRule;
  readonly ageLambda: number | null;
  readonly filters: readonly FilterReport[];
  readonly alignment: AlignmentReport | null;
}

export type HistoricalScenarios = ScenarioSet & { readonly report: HistoricalReport };

/** Ends of the windows, oldest first, and the first day whose return they use. */
interface Windows {
  readonly ends: readonly number[];
  /** Days from the start of a window to its end. */
  readonly length: number;
  readonly unused: number;
}

/** Rows of the first and last day of a period. Throws `ObservationsMissing`. */
export function periodOf({ dates }: MarketHistory, { startDate, endDate }: HistoryPeriod): readonly [number, number] {
  const first = startDate === undefined ? 0 : dates.findIndex((date) => date >= startDate);
  const after = endDate === undefined ? -1 : dates.findIndex((date) => date.slice(0, endDate.length) > endDate);
  const last = (after < 0 ? dates.length : after) - 1;
  if (first >= 0 && last >= first) return [first, last];
  const asked = `${startDate ?? 'the start'} to ${endDate ?? 'the end'}`;
  const there = dates.length === 0 ? 'no day' : `days from ${dates[0]} to ${dates.at(-1)}`;
  throw new MargridError('ObservationsMissing', `the history has no day from ${asked}: it has ${there}`, {
    column: 'date', value: endDate ?? startDate,
  });
}

/**
 * What happened, as scenarios of what may happen: oldest first, labelled with the last day of their window.
 *
 * Throws `ObservationsMissing` if the period has fewer windows than are asked for, `OptionInvalid`, what the filter and
 * `requireHistory` throw, and `ScenarioInvalid` if a scaled return would take more than everything away.
 */
export function historicalScenarios(history: MarketHistory, options: HistoricalOptions = {}): HistoricalScenarios {
  requireHistory(history);
  const { returns = 'relative', filter, ageLambda, days } = options;
  const [first, last] = periodOf(history, options);
  const windows = windowsOf(first, last, options);
  const { ends } = windows;
  const moves = new Float64Array(history.factors.length * ends.length);
  const filters: FilterReport[] = [];
  const factors = history.factors.map((factor, index): RiskFactor => {
    const kind = returnKindOf(returns, factor);
    const row = moves.subarray(index * ends.length, (index + 1) * ends.length);
    if (filter === undefined) fillMoves(history, index, kind, windows, options, row);
    else filters.push(fillFiltered(history, index, kind, windows, first, options, row));
    return { ...factor, change: changeOf(kind) };
  });
  const { horizonDays = 1, windows: rule = 'overlapping' } = options;
  const set = requireScenarios({
    factors, count: ends.length, moves,
    ...(ageLambda === undefined ? {} : { weights: ageWeights(ends.length, ageLambda) }),
    ...(days === undefined ? {} : { days: new Float64Array(ends.length).fill(days) }),
    labels: ends.map((end) => history.dates[end]),
  });
  const report: HistoricalReport = {
    count: ends.length, firstDate: history.dates[ends[0] - windows.length],
    lastDate: history.dates[ends[ends.length - 1]],
    unused: windows.unused, returns, horizonDays, windows: rule, ageLambda: ageLambda ?? null, filters,
    alignment: history.alignment ?? null,
  };
  return { ...set, report };
}

export function requireWhole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new MargridError('OptionInvalid', `${name} must be a whole number >= 1, got ${value}`, { column: name, value });
}

function windowsOf(first: number, last: number, options: HistoricalOptions): Windows {
  const { windows = 'overlapping', lookback, observationsMin = 1 } = options;
  const horizon = requireWhole('horizonDays', options.horizonDays ?? 1);
  const length = windows === 'square-root' ? 1 : horizon;
  const step = windows === 'non-overlapping' ? horizon : 1;
  const available = last - first < length ? 0 : Math.floor((last - first - length) / step) + 1;
  const needed = Math.max(lookback === undefined ? 1 : requireWhole('lookback', lookback), observationsMin);
  const what = `${needed} scenario${needed === 1 ? '' : 's'} of ${horizon} day${horizon === 1 ? '' : 's'} (${windows})`;
  requireObservations(needed, available, `${what} from ${last - first + 1} days`);
  const count = lookback ?? available;
  const ends = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * step);
  return { ends, length, unused: available - count };
}

/** The root of a horizon by which returns of one day are multiplied; 1 for windows of that length. */
function horizonScale({ windows, horizonDays = 1 }: HistoricalOptions): number {
  return windows === 'square-root' ? Math.sqrt(horizonDays) : 1;
}

function fillMoves(
  history: MarketHistory, factor: number, kind: ReturnKind, { ends, length }: Windows, options: HistoricalOptions,
  row: Float64Array,
): void {
  const values = valuesOf(history, factor);
  const scale = horizonScale(options);
  // An unscaled log return is the relative one: taken as that, it is not rounded twice.
  const taken = kind === 'log' && scale === 1 ? 'relative' : kind;
  ends.forEach((end, scenario) => {
    row[scenario] = moveOf(taken, returnBetween(taken, values[end - length], values[end]) * scale);
  });
}

/** Days are scaled first, windows are made of the scaled days. */
function fillFiltered(
  history: MarketHistory, factor: number, kind: ReturnKind, { ends, length }: Windows, first: number,
  options: HistoricalOptions, row: Float64Array,
): FilterReport {
  const filter = options.filter!;
  const from = filter.estimation === 'history' ? first : ends[0] - length;
  const name = factorName(history.factors[factor]);
  const series = filterSeries(name, dayReturns(history, factor, kind, from, ends[ends.length - 1]), filter);
  const scaled = scaledReturns(series);
  const scale = horizonScale(options);
  ends.forEach((end, scenario) => {
    row[scenario] = moveOf(kind, chained(kind, scaled.subarray(end - length - from, end - from)) * scale);
  });
  return filterReport(name, series);
}
