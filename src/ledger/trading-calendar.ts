import { MargridError } from '../errors.ts';
import {
  dateField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  textsField,
  type Section,
} from '../margin/fields.ts';

/** A time of the day in minutes after local midnight. */
type Minutes = number;

/** A session of every day of the week that is listed, local time. */
export interface Session {
  /** Days of the week: 1 Monday … 7 Sunday. */
  readonly days: readonly number[];
  readonly open: Minutes;
  /** <= 24 h: sessions end on the day they begin; one over midnight is two. */
  readonly close: Minutes;
}

/** From a time on, local time is UTC plus so much: zone rules as data, so that they are the same on every machine. */
export interface UtcOffset {
  readonly fromMs: number;
  readonly offsetMinutes: number;
}

export interface TradingCalendarTerms {
  readonly name: string;
  /** Where it is published. */
  readonly source: string;
  /** First and last local date that is known, `2025-01-01`; null: always. */
  readonly from: string | null;
  readonly to: string | null;
  /** Ascending; the first stands for everything before the second. */
  readonly offsets: readonly UtcOffset[];
  readonly sessions: readonly Session[];
  readonly holidays: readonly string[];
  /** Local date → minute at which everything closes. */
  readonly earlyCloses: ReadonlyMap<string, Minutes>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const dayMinutes = 24 * 60;

/** A calendar as in its file. Throws `ParameterInvalid` naming the field. */
export function parseTradingCalendar(input: unknown): TradingCalendar {
  const fields = section(input, 'calendar');
  const early = section(fields['earlyCloses'] ?? {}, 'earlyCloses');
  const offsets = listField(fields, 'offsets', '').map((value, index): UtcOffset => {
    const path = `offsets[${index}]`;
    const each = section(value, path);
    const fromMs = index === 0 ? -Infinity : Date.parse(textField(each, 'from', path));
    if (Number.isNaN(fromMs)) throw invalid(`${path}.from`, each['from'], 'must be a time like 2025-03-09T07:00:00Z');
    return { fromMs, offsetMinutes: numberField(each, 'minutes', path, { min: -840, max: 840 }) };
  });
  const isAscending = offsets.every(({ fromMs }, index) => index === 0 || fromMs > offsets[index - 1].fromMs);
  if (offsets.length === 0 || !isAscending) throw invalid('offsets', fields['offsets'], 'must be a list in time order');
  const date = (name: string): string | null => (fields[name] === undefined ? null : dateField(fields, name, ''));
  return new TradingCalendar({
    name: textField(fields, 'name', ''),
    source: textField(fields, 'source', ''),
    from: date('from'),
    to: date('to'),
    offsets,
    sessions: listField(fields, 'sessions', '').map(sessionOf),
    holidays: textsField(fields, 'holidays', '').map((day) => dateField({ day }, 'day', 'holidays')),
    earlyCloses: new Map(
      Object.keys(early).map(
        (day) => [dateField({ day }, 'day', 'earlyCloses'), minutesField(early, day, 'earlyCloses')] as const,
      ),
    ),
  });
}

function sessionOf(value: unknown, index: number): Session {
  const path = `sessions[${index}]`;
  const fields = section(value, path);
  const days = listField(fields, 'days', path).map((day) => {
    if (!Number.isInteger(day) || !((day as number) >= 1 && (day as number) <= 7))
      throw invalid(`${path}.days`, day, 'must be 1 (Monday) to 7 (Sunday)');
    return day as number;
  });
  const session = { days, open: minutesField(fields, 'open', path), close: minutesField(fields, 'close', path) };
  if (session.open < session.close) return session;
  throw invalid(`${path}.close`, fields['close'], 'must be after open');
}

/** `09:30`; `24:00` is the end of the day. */
function minutesField(fields: Section, name: string, path: string): Minutes {
  const text = textField(fields, name, path);
  const [, hours = '', minutes = ''] = /^(\d{2}):(\d{2})$/.exec(text) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  if (hours !== '' && Number(minutes) < 60 && value <= dayMinutes) return value;
  throw invalid(`${path}.${name}`, text, 'must be a time like 09:30');
}

/**
 * When a market trades: sessions by day of the week in local time, without holidays, shortened by early closes. Dates
 * are ISO texts of local days. A question about a day that the calendar does not cover throws `ValueOutOfRange`: an
 * unknown holiday is not a business day.
 */
export class TradingCalendar {
  readonly terms: TradingCalendarTerms;
  readonly #holidays: ReadonlySet<string>;

  constructor(terms: TradingCalendarTerms) {
    this.terms = terms;
    this.#holidays = new Set(terms.holidays);
  }

  /** Local date of a time. */
  dateOf(timeMs: number): string {
    return textOf(Math.floor((timeMs + this.#offsetAt(timeMs)) / dayMs));
  }

  /** Whether the market trades on a day at all. */
  isBusinessDay(date: string): boolean {
    return this.#sessionsOn(dayNumber(date)).length > 0;
  }

  nextBusinessDay(date: string): string {
    return this.addBusinessDays(date, 1);
  }

  previousBusinessDay(date: string): string {
    return this.addBusinessDays(date, -1);
  }

  /**
   * The business day that is so many after a day, or before it (T+1: 1). 0: the day itself, or the next one that is a
   * business day. Throws `OptionInvalid` unless the count is whole.
   */
  addBusinessDays(date: string, count: number): string {
    if (!Number.isSafeInteger(count)) {
      throw new MargridError('OptionInvalid', `business days to add must be a whole number, got ${count}`, {
        column: 'count',
        value: count,
      });
    }
    const step = count < 0 ? -1 : 1;
    let day = dayNumber(date);
    if (count === 0) {
      while (this.#sessionsOn(day).length === 0) day++;
      return textOf(day);
    }
    for (let left = Math.abs(count); left > 0;) {
      day += step;
      if (this.#sessionsOn(day).length > 0) left--;
    }
    return textOf(day);
  }

  /** Whether the market is open; a session begins with its first millisecond and ends before its close. */
  isOpen(timeMs: number): boolean {
    const day = Math.floor((timeMs + this.#offsetAt(timeMs)) / dayMs);
    return this.#openTimes(day).some(([open, close]) => timeMs >= open && timeMs < close);
  }

  /** The next time at which a session opens, after `timeMs` or at it. */
  nextOpen(timeMs: number): number {
    let day = Math.floor((timeMs + this.#offsetAt(timeMs)) / dayMs);
    for (;;) {
      const found = this.#openTimes(day).find(([open]) => open >= timeMs);
      if (found !== undefined) return found[0];
      day++;
    }
  }

  /** Milliseconds of sessions between two times: time to expiry as the market trades. Negative never: 0 if reversed. */
  tradingMs(fromMs: number, toMs: number): number {
    if (!(toMs > fromMs)) return 0;
    const first = Math.floor((fromMs + this.#offsetAt(fromMs)) / dayMs);
    const last = Math.floor((toMs + this.#offsetAt(toMs)) / dayMs);
    let total = 0;
    for (let day = first; day <= last; day++) {
      for (const [open, close] of this.#openTimes(day))
        total += Math.max(Math.min(close, toMs) - Math.max(open, fromMs), 0);
    }
    return total;
  }

  /** Sessions of a local day, as UTC times [open, close). */
  #openTimes(day: number): (readonly [number, number])[] {
    const localMs = day * dayMs;
    return this.#sessionsOn(day).map(
      ([open, close]) => [this.#utc(localMs + open * minuteMs), this.#utc(localMs + close * minuteMs)] as const,
    );
  }

  #sessionsOn(day: number): (readonly [Minutes, Minutes])[] {
    const date = textOf(day);
    const { from, to, sessions, earlyCloses, name } = this.terms;
    if ((from !== null && date < from) || (to !== null && date > to)) {
      throw new MargridError(
        'ValueOutOfRange',
        `calendar ${name} knows ${from ?? 'all'} to ${to ?? 'all'}, not ${date}`,
        { column: 'date', value: date },
      );
    }
    if (this.#holidays.has(date)) return [];
    // Day 0, 1 January 1970, was a Thursday.
    const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
    const end = earlyCloses.get(date) ?? dayMinutes;
    return sessions
      .filter(({ days, open }) => days.includes(weekday) && open < end)
      .map(({ open, close }) => [open, Math.min(close, end)] as const);
  }

  #offsetAt(timeMs: number): number {
    const { offsets } = this.terms;
    let found = offsets[0];
    for (const each of offsets) if (each.fromMs <= timeMs) found = each;
    return found.offsetMinutes * minuteMs;
  }

  /** UTC of a local time; of one that occurs twice the later, one that does not occur is moved with the clock. */
  #utc(localMs: number): number {
    let found = localMs - this.terms.offsets[0].offsetMinutes * minuteMs;
    for (const { fromMs, offsetMinutes } of this.terms.offsets) {
      const utc = localMs - offsetMinutes * minuteMs;
      if (utc >= fromMs) found = utc;
    }
    return found;
  }
}

/** Days since 1970 of an ISO date. Throws `ParameterInvalid`. */
function dayNumber(date: string): number {
  return Date.parse(dateField({ date }, 'date', '')) / dayMs;
}

function textOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
