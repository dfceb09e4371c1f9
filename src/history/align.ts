import { MargridError } from '../errors.ts';
import { factorName, type RiskFactor } from '../scenario/scenario-set.ts';
import { requireHistory, type MarketHistory, type SeriesReport } from './market-history.ts';

/** Values of one factor on its own dates, ascending. */
export interface FactorSeries {
  readonly factor: RiskFactor;
  /** File and column, for messages and the report. */
  readonly source: string;
  readonly dates: readonly string[];
  readonly values: ArrayLike<number>;
  /** Rows of the file without a value. */
  readonly unquoted?: number;
}

/**
 * What happens to dates that some of the series lack: `refuse` names them; `intersect` keeps those that all have;
 * `carry` uses the last value before, if it is at most `carryDaysMax` calendar days old, and drops the date otherwise.
 */
export const datePolicies = ['refuse', 'intersect', 'carry'] as const;
export type DatePolicy = (typeof datePolicies)[number];

export interface AlignOptions {
  /** Default `refuse`. */
  readonly mismatch?: DatePolicy;
  /** Of `carry`, which needs it. */
  readonly carryDaysMax?: number;
  /** First and last date that count; default: all. */
  readonly from?: string;
  readonly to?: string;
}

const dayMs = 86_400_000;
const shownDates = 3;
const shownSeries = 5;

/**
 * Brings series onto the same dates. Throws `HistoryMisaligned` if they differ and that is not allowed or no date is
 * left, `ObservationsMissing` for a series without a value, and what `requireHistory` throws.
 */
export function alignHistories(all: readonly FactorSeries[], options: AlignOptions = {}): MarketHistory {
  const { mismatch = 'refuse', carryDaysMax } = options;
  if (mismatch === 'carry' && !(carryDaysMax !== undefined && carryDaysMax >= 0)) {
    throw new MargridError('OptionInvalid', `carrying values forward needs the most days >= 0, got ${carryDaysMax}`, {
      column: 'carryDaysMax', value: carryDaysMax,
    });
  }
  const series = all.map((each) => within(each, options));
  const union = [...new Set(series.flatMap(({ dates }) => dates))].sort();
  if (mismatch === 'refuse') requireSameDates(series, union);
  const places = series.map((each) => placesOf(each, union, mismatch === 'carry' ? carryDaysMax! : null));
  const kept = union.flatMap((_, day) => (places.every((of) => of[day] >= 0) ? [day] : []));
  const dates = kept.map((day) => union[day]);
  if (dates.length === 0) {
    const spans = series.map((each) => `${nameOf(each)} ${each.dates[0]} to ${each.dates.at(-1)}`).join(', ');
    throw new MargridError('HistoryMisaligned', `no date is common to all series: ${spans}`);
  }
  const values = new Float64Array(series.length * dates.length);
  series.forEach((each, index) => {
    kept.forEach((day, row) => (values[index * dates.length + row] = each.values[places[index][day]]));
  });
  const reports = series.map((each, index) => reportOf(each, places[index], kept, union));
  return requireHistory({
    dates, factors: series.map(({ factor }) => factor), values,
    alignment: { droppedDates: union.length - dates.length, series: reports },
  });
}

const nameOf = ({ factor, source }: FactorSeries): string => `${factorName(factor)} (${source})`;

function within(series: FactorSeries, { from, to }: AlignOptions): FactorSeries {
  const { dates, values } = series;
  for (let row = 1; row < dates.length; row++) {
    if (dates[row] > dates[row - 1]) continue;
    const message = `${nameOf(series)}: dates must ascend, each once: ${dates[row]} follows ${dates[row - 1]}`;
    throw new MargridError('HistoryMisaligned', message, { row: row + 1, column: 'date', value: dates[row] });
  }
  const rows = dates.flatMap((date, row) => (isWithin(date, from, to) ? [row] : []));
  if (rows.length > 0) {
    return { ...series, dates: rows.map((row) => dates[row]), values: Float64Array.from(rows, (row) => values[row]) };
  }
  const period = dates.length === 0 ? 'no value' : `values from ${dates[0]} to ${dates.at(-1)}`;
  const asked = from === undefined && to === undefined
    ? ''
    : `, none from ${from ?? 'the start'} to ${to ?? 'the end'}`;
  throw new MargridError(
    'ObservationsMissing', `${nameOf(series)} has ${period}${asked}`, { column: factorName(series.factor) },
  );
}

/** A day is before all times of it, and an end that is a day includes them. */
function isWithin(date: string, from: string | undefined, to: string | undefined): boolean {
  return (from === undefined || date >= from) && (to === undefined || date.slice(0, to.length) <= to);
}

function requireSameDates(series: readonly FactorSeries[], union: readonly string[]): void {
  const lacking = series.flatMap((each) => {
    if (each.dates.length === union.length) return [];
    const known = new Set(each.dates);
    const missing = union.filter((date) => !known.has(date));
    const more = missing.length > shownDates ? ', ...' : '';
    const some = missing.slice(0, shownDates).join(', ');
    return [`${nameOf(each)} lacks ${missing.length} of ${union.length} dates, ${some}${more}`];
  });
  if (lacking.length === 0) return;
  const more = lacking.length > shownSeries ? `; and ${lacking.length - shownSeries} more series` : '';
  throw new MargridError(
    'HistoryMisaligned',
    `the dates of the series differ: ${lacking.slice(0, shownSeries).join('; ')}${more}. ` +
      'Choose to intersect or to carry forward',
    { column: 'date', value: lacking.length },
  );
}

/** Row of a series that counts on each date of the union; -1: none. */
function placesOf({ dates }: FactorSeries, union: readonly string[], carryDays: number | null): Int32Array {
  let next = 0;
  return Int32Array.from(union, (date) => {
    while (next < dates.length && dates[next] <= date) next++;
    const row = next - 1;
    if (row < 0 || dates[row] === date) return row;
    return carryDays !== null && Date.parse(date) - Date.parse(dates[row]) <= carryDays * dayMs ? row : -1;
  });
}

function reportOf(
  series: FactorSeries, places: Int32Array, kept: readonly number[], union: readonly string[],
): SeriesReport {
  const { factor, source, dates, unquoted = 0 } = series;
  const carried = kept.filter((day) => dates[places[day]] !== union[day]).length;
  return {
    factor: factorName(factor), source, quoted: dates.length, unquoted, carried,
    dropped: dates.length - (kept.length - carried), first: dates[0], last: dates.at(-1)!,
  };
}
