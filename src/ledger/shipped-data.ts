import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { section } from '../margin/fields.ts';
import { packageRoot } from '../package-root.ts';
import { parseFeeSchedules, type FeeSchedule } from './fees.ts';
import { parseTradingCalendar, type TradingCalendar } from './trading-calendar.ts';

/** Calendars that ship with the package. */
export const tradingCalendarNames = ['always-open', 'nyse-2025-2027'] as const;

/** Venues whose fees ship with the package. */
export const feeVenues = ['deribit'] as const;

/** A calendar that ships with the package. Throws `OptionInvalid`. */
export function loadTradingCalendar(name: string): TradingCalendar {
  return parseTradingCalendar(shipped('calendars', name, tradingCalendarNames));
}

/** The fee schedules of a venue, by class of instruments. Throws `OptionInvalid`. */
export function loadFeeSchedules(venue: string): Readonly<Record<string, FeeSchedule>> {
  return parseFeeSchedules(section(shipped('fees', venue, feeVenues), venue)['schedules']);
}

function shipped(folder: string, name: string, names: readonly string[]): unknown {
  if (!names.includes(name)) {
    throw new MargridError('OptionInvalid', `data/${folder} has ${names.join(', ')}, not '${name}'`, {
      column: 'name',
      value: name,
    });
  }
  return JSON.parse(readFileSync(join(packageRoot, 'data', folder, `${name}.json`), 'utf8'));
}
