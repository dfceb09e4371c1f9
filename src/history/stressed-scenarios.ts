import { MargridError } from '../errors.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import { combineScenarios } from './combine.ts';
import {
  historicalScenarios, requireWhole, type HistoricalOptions, type HistoricalScenarios,
} from './historical-scenarios.ts';
import type { MarketHistory } from './market-history.ts';

/** First and last day of a stressed period: the windows of all scenarios lie between them. */
export interface StressPeriod {
  readonly from: string;
  readonly to: string;
  /** Put before the labels; default: none. */
  readonly name?: string;
}

/** Scenarios of stressed periods, one after the other. Options are those of `historicalScenarios`. */
export function stressedScenarios(
  history: MarketHistory,
  periods: readonly StressPeriod[],
  options: Omit<HistoricalOptions, 'startDate' | 'endDate' | 'lookback'> = {},
): ScenarioSet & { readonly parts: readonly HistoricalScenarios[] } {
  const parts = periods.map(
    ({ from, to }) => historicalScenarios(history, { ...options, startDate: from, endDate: to }),
  );
  const named = parts.map((set, index) => {
    const { name } = periods[index];
    return { set, ...(name === undefined ? {} : { prefix: `${name} ` }) };
  });
  return { ...combineScenarios(named), parts };
}

export interface StressSearchOptions extends Omit<HistoricalOptions, 'lookback'> {
  /** Scenarios of a period: 250 for a year. */
  readonly length: number;
  /** Periods to find, none sharing a scenario with another; default 1. */
  readonly count?: number;
  /** Scenarios between the starts of the periods that are tried; default 1: all of them. */
  readonly every?: number;
}

/** A period that `stressedScenarios` makes the same scenarios of, under the same options without a filter. */
export interface FoundPeriod {
  /** First day of the first window, last day of the last one. */
  readonly from: string;
  readonly to: string;
  /** Place of the first scenario in the set that was searched. */
  readonly start: number;
  /** What the measure says of it. */
  readonly loss: number;
}

/**
 * Searches a history for the periods of `length` scenarios with the greatest loss measure: `pnl` says what every
 * scenario earns (positive: a gain), `measure` turns the P&L of a period, oldest first, into a loss (positive: a loss).
 * The first period wins ties. Throws `ObservationsMissing`, `OptionInvalid`, `ValueNotFinite`, what
 * `historicalScenarios` throws.
 */
export function findStressPeriods(
  history: MarketHistory,
  pnl: (scenarios: ScenarioSet) => Float64Array,
  measure: (pnl: Float64Array) => number,
  options: StressSearchOptions,
): readonly FoundPeriod[] {
  const length = requireWhole('length', options.length);
  const every = requireWhole('every', options.every ?? 1);
  const wanted = requireWhole('count', options.count ?? 1);
  const set = historicalScenarios(
    history, { ...options, observationsMin: Math.max(length * wanted, options.observationsMin ?? 1) },
  );
  const earned = pnl(set);
  if (earned.length !== set.count) {
    throw new MargridError(
      'OptionInvalid', `the P&L has ${earned.length} values for ${set.count} scenarios`, { column: 'pnl' },
    );
  }
  const starts = Array.from({ length: Math.floor((set.count - length) / every) + 1 }, (_, index) => index * every);
  const losses = starts.map((start) => lossOf(set, start, measure(earned.slice(start, start + length))));
  const windowDays = options.windows === 'square-root' ? 1 : (options.horizonDays ?? 1);
  const order = starts.map((_, index) => index).sort((a, b) => losses[b] - losses[a] || a - b);
  const found: FoundPeriod[] = [];
  for (const index of order) {
    const start = starts[index];
    if (found.some((other) => Math.abs(other.start - start) < length)) continue;
    const end = history.dates.indexOf(set.labels![start]);
    found.push(
      { from: history.dates[end - windowDays], to: set.labels![start + length - 1], start, loss: losses[index] },
    );
    if (found.length === wanted) return found;
  }
  throw new MargridError(
    'ObservationsMissing',
    `${wanted} periods of ${length} scenarios that share none are asked for, ${found.length} fit into ${set.count}`,
    { column: 'count', value: wanted },
  );
}

function lossOf(set: ScenarioSet, start: number, loss: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new MargridError(
    'ValueNotFinite', `the loss measure of the period from ${set.labels![start]} is ${loss}`, { value: loss },
  );
}

/** Mean of the worst `share` of a P&L, as a loss: the tail with a part of its last value (Acerbi and Tasche 2002). */
export function meanOfWorst(pnl: Float64Array, share: number): number {
  const size = pnl.length * share;
  if (!(size > 0 && share <= 1)) {
    throw new MargridError(
      'OptionInvalid', `the share of the tail must be in (0, 1], got ${share}`, { column: 'tail', value: share },
    );
  }
  const sorted = pnl.slice().sort();
  let sum = 0;
  let left = size;
  for (let index = 0; left > 0 && index < sorted.length; index++, left--) sum += sorted[index] * Math.min(left, 1);
  return -sum / size;
}
