import { MargridError } from '../errors.ts';
import { factorName, type RiskFactor } from '../scenario/scenario-set.ts';

/** Values of risk factors on the same days, oldest first. Plain data. */
export interface MarketHistory {
  /** ISO dates, or ISO times in UTC; ascending, each once. */
  readonly dates: readonly string[];
  readonly factors: readonly RiskFactor[];
  /** `values[factor * dates.length + day]`: prices or volatilities, > 0 and finite. */
  readonly values: Float64Array;
  /** What was done to align the series; absent: nothing. */
  readonly alignment?: AlignmentReport;
}

export interface AlignmentReport {
  /** Dates that some series has and the history has not. */
  readonly droppedDates: number;
  readonly series: readonly SeriesReport[];
}

export interface SeriesReport {
  readonly factor: string;
  /** File and column. */
  readonly source: string;
  /** Dates with a value, in the period asked for. */
  readonly quoted: number;
  /** Rows without a value. */
  readonly unquoted: number;
  /** Dates with a value that the history does not use. */
  readonly dropped: number;
  /** Dates on which the history uses the value of an earlier date. */
  readonly carried: number;
  readonly first: string;
  readonly last: string;
}

/** Values of one factor by date: a view. */
export function valuesOf({ dates, values }: MarketHistory, factor: number): Float64Array {
  return values.subarray(factor * dates.length, (factor + 1) * dates.length);
}

/**
 * Refuses a history that no return could be taken of: `HistoryMisaligned` for dates that do not ascend,
 * `ValueOutOfRange` for a value that is not > 0 and finite, with factor, date and value. Returns the history itself.
 */
export function requireHistory(history: MarketHistory): MarketHistory {
  const { dates, factors, values } = history;
  if (factors.length === 0) throw new MargridError('ObservationsMissing', 'the history has no factor');
  if (values.length !== factors.length * dates.length) {
    const message = `the history has ${values.length} values, not ${factors.length} factors x ${dates.length} dates`;
    throw new MargridError('OptionInvalid', message, { column: 'values', value: values.length });
  }
  const names = factors.map(factorName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new MargridError('ScenarioInvalid', `the factor ${twice} is there twice`, { column: twice });
  }
  for (let day = 1; day < dates.length; day++) {
    if (dates[day] > dates[day - 1]) continue;
    const message = `dates must ascend, each once: ${dates[day]} follows ${dates[day - 1]}`;
    throw new MargridError('HistoryMisaligned', message, { row: day + 1, column: 'date', value: dates[day] });
  }
  const place = values.findIndex((value) => !(value > 0 && value < Infinity));
  if (place < 0) return history;
  const factor = names[Math.floor(place / dates.length)];
  const day = place % dates.length;
  const message = `${factor} on ${dates[day]} must be > 0 and finite, got ${values[place]}`;
  throw new MargridError('ValueOutOfRange', message, { row: day + 1, column: factor, value: values[place] });
}
