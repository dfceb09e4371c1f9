import { MargridError } from '../../errors.ts';

/** Closing prices of one underlying by day, oldest first. */
export interface PricePath {
  /** ISO days, ascending. */
  readonly dates: readonly string[];
  /** Quote currency per base unit, > 0. */
  readonly prices: ArrayLike<number>;
}

const dayMs = 24 * 3600 * 1000;

/** UTC milliseconds of a day of the path. */
export function dayStartMs(path: PricePath, day: number): number {
  return Date.parse(path.dates[day]);
}

/** Calendar days from one day of the path to another. */
export function calendarDays(path: PricePath, from: number, to: number): number {
  return (dayStartMs(path, to) - dayStartMs(path, from)) / dayMs;
}

/** Refuses what no backtest could use: `OptionInvalid`, `ValueInvalid`, `ValueOutOfRange` name the day. */
export function requirePricePath(path: PricePath): void {
  const { dates, prices } = path;
  if (dates.length !== prices.length) {
    throw new MargridError('OptionInvalid', `there are ${dates.length} dates and ${prices.length} prices`);
  }
  for (let day = 0; day < dates.length; day++) {
    const place = { row: day + 1 };
    if (!(dayStartMs(path, day) > (day === 0 ? -Infinity : dayStartMs(path, day - 1)))) {
      const message = `day ${day + 1} must be an ISO date after the one before, got '${dates[day]}'`;
      throw new MargridError('ValueInvalid', message, { ...place, column: 'date', value: dates[day] });
    }
    if (prices[day] > 0 && prices[day] < Infinity) continue;
    const message = `the price of ${dates[day]} must be > 0 and finite, got ${prices[day]}`;
    throw new MargridError('ValueOutOfRange', message, { ...place, column: 'price', value: prices[day] });
  }
}

/**
 * Prices per year of the first `days` days, for annualising: about 365 where weekends are quoted, about 252 where they
 * are not.
 */
export function pricesPerYear(path: PricePath, days: number): number {
  const last = Math.min(days, path.dates.length - 1);
  return (last / calendarDays(path, 0, last)) * 365;
}
