/**
 * The instant at which contracts of a given date expire.
 *
 * The daylight-saving rule of New York is written out (Energy Policy Act of 2005, in force since 2007) instead of asked
 * from `Intl`: the time zone tables differ between Node versions, and times to expiry must not.
 */
export type ExpiryTimeZone = 'UTC' | 'America/New_York';

/** Local time of day at which contracts expire: 8 UTC for Deribit, 16 New York for PM-settled index options. */
export interface ExpiryTimeRule {
  readonly timeZone: ExpiryTimeZone;
  /** Local hour, 0 to 23. */
  readonly hour: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** UTC milliseconds, or null if `date` is no calendar date in the form `2026-08-28`. */
export function expiryInstantMs(date: string, rule: ExpiryTimeRule): number | null {
  const midnight = midnightUtcMs(date);
  if (midnight === null) return null;
  const utcOffsetHours = rule.timeZone === 'UTC' ? 0 : newYorkUtcOffsetHours(midnight);
  return midnight + (rule.hour - utcOffsetHours) * hourMs;
}

function midnightUtcMs(date: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const midnight = Date.UTC(year, month - 1, day);
  const back = new Date(midnight);
  const isCalendarDate = back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  return isCalendarDate ? midnight : null;
}

/**
 * -4 from the second Sunday of March to the day before the first Sunday of November, else -5 (local times after 2
 * am).
 */
function newYorkUtcOffsetHours(midnight: number): number {
  const year = new Date(midnight).getUTCFullYear();
  const summerStart = sundayMs(year, 2, 2);
  const summerEnd = sundayMs(year, 10, 1);
  return midnight >= summerStart && midnight < summerEnd ? -4 : -5;
}

/** Midnight of the nth Sunday of a month (months from 0). */
function sundayMs(year: number, month: number, nth: number): number {
  const first = Date.UTC(year, month, 1);
  const daysToSunday = (7 - new Date(first).getUTCDay()) % 7;
  return first + (daysToSunday + 7 * (nth - 1)) * dayMs;
}
