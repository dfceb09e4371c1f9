import { describe, expect, it } from 'vitest';
import { dailyAtEight, eightHourly, nextTime, timesBetween } from '../../src/ledger/schedule.ts';
import { loadFeeSchedules, loadTradingCalendar } from '../../src/ledger/shipped-data.ts';
import { parseTradingCalendar } from '../../src/ledger/trading-calendar.ts';

const nyse = loadTradingCalendar('nyse-2025-2027');
const crypto = loadTradingCalendar('always-open');
const at = (text: string): number => Date.parse(text);
const hour = 3_600_000;

describe('NYSE', () => {
  it('is open from 9:30 to 16:00 in New York, in winter and in summer', () => {
    // 9:30 EST is 14:30 UTC, EDT 13:30 UTC.
    expect(['2025-01-02T14:29:59.999Z', '2025-01-02T14:30:00Z', '2025-01-02T20:59:59.999Z', '2025-01-02T21:00:00Z'].map((text) => nyse.isOpen(at(text)))).toEqual([false, true, true, false]);
    expect(['2026-07-06T13:29:59Z', '2026-07-06T13:30:00Z', '2026-07-06T19:59:59Z', '2026-07-06T20:00:00Z'].map((text) => nyse.isOpen(at(text)))).toEqual([false, true, true, false]);
    // The clocks changed on Sunday, 9 March 2025, and on Sunday, 2 November 2025.
    expect(['2025-03-07T14:00:00Z', '2025-03-10T14:00:00Z', '2025-10-31T14:00:00Z', '2025-11-03T14:00:00Z'].map((text) => nyse.isOpen(at(text)))).toEqual([false, true, true, false]);
  });

  it('agrees with the time zone of the machine on every half hour of three years', () => {
    // Independent of the offsets in the file: ICU's America/New_York.
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', year: 'numeric', month: '2-digit', day: '2-digit' });
    for (let time = at('2025-01-01T05:00:00Z'); time < at('2028-01-01T05:00:00Z'); time += hour / 2) {
      if (nyse.dateOf(time) !== format.format(time)) throw new Error(new Date(time).toISOString());
    }
  });

  it('closes early and on holidays', () => {
    // Friday after Thanksgiving 2025: until 13:00, 18:00 UTC.
    expect(['2025-11-28T17:59:59Z', '2025-11-28T18:00:00Z', '2025-11-27T16:00:00Z'].map((text) => nyse.isOpen(at(text)))).toEqual([true, false, false]);
    expect(['2026-04-03', '2026-07-03', '2027-06-18', '2027-12-24', '2025-01-09', '2026-08-01', '2026-07-02'].map((date) => nyse.isBusinessDay(date))).toEqual([false, false, false, false, false, false, true]);
  });

  it('has as many trading days as were published', () => {
    // 2025: 261 weekdays less 10 holidays and the day of mourning; 2026: 261 less 10; 2027: 261 less 10.
    const days = (year: number) => Array.from({ length: 365 }, (_, index) => new Date(Date.UTC(year, 0, 1 + index)).toISOString().slice(0, 10)).filter((date) => nyse.isBusinessDay(date)).length;
    expect([days(2025), days(2026), days(2027)]).toEqual([250, 251, 251]);
  });

  it('steps over weekends and holidays', () => {
    expect(nyse.nextBusinessDay('2026-07-02')).toBe('2026-07-06');
    expect(nyse.previousBusinessDay('2026-07-06')).toBe('2026-07-02');
    expect(nyse.addBusinessDays('2025-12-24', 1)).toBe('2025-12-26');
    expect(nyse.addBusinessDays('2025-12-24', 5)).toBe('2026-01-02');
    expect(nyse.addBusinessDays('2026-01-02', -5)).toBe('2025-12-24');
    expect(nyse.addBusinessDays('2026-07-04', 0)).toBe('2026-07-06');
    expect(nyse.addBusinessDays('2026-07-06', 0)).toBe('2026-07-06');
    for (let day = at('2025-02-03T00:00:00Z'), count = 0; count < 400; count++, day += 24 * hour) {
      const date = new Date(day).toISOString().slice(0, 10);
      if (nyse.isBusinessDay(date)) expect(nyse.previousBusinessDay(nyse.nextBusinessDay(date))).toBe(date);
    }
  });

  it('counts trading time', () => {
    // Thursday 15:00 to Friday 10:00 in New York: one hour and half an hour.
    expect(nyse.tradingMs(at('2026-08-06T19:00:00Z'), at('2026-08-07T14:00:00Z'))).toBe(1.5 * hour);
    // Over Thanksgiving 2025: Wednesday from noon 4 h, Friday 3.5 h.
    expect(nyse.tradingMs(at('2025-11-26T17:00:00Z'), at('2025-12-01T00:00:00Z'))).toBe(7.5 * hour);
    expect(nyse.tradingMs(at('2026-08-07T14:00:00Z'), at('2026-08-06T19:00:00Z'))).toBe(0);
    // The days of 2026 at 6.5 h, two of them 3 h shorter.
    expect(nyse.tradingMs(at('2026-01-01T05:00:00Z'), at('2027-01-01T04:59:59Z'))).toBe((251 * 6.5 - 2 * 3) * hour);
    expect(nyse.nextOpen(at('2026-07-02T20:00:00Z'))).toBe(at('2026-07-06T13:30:00Z'));
    expect(nyse.nextOpen(at('2026-07-06T13:30:00Z'))).toBe(at('2026-07-06T13:30:00Z'));
  });

  it('does not guess about years it does not know', () => {
    expect(() => nyse.isBusinessDay('2028-01-03')).toThrow(expect.objectContaining({ code: 'ValueOutOfRange' }));
    expect(() => nyse.nextBusinessDay('2027-12-31')).toThrow(/knows 2025-01-01 to 2027-12-31, not 2028-01-01/);
    expect(() => nyse.isBusinessDay('someday')).toThrow(/date must be a date like/);
    expect(() => nyse.addBusinessDays('2026-01-02', 0.5)).toThrow(/whole number, got 0.5/);
  });
});

describe('crypto', () => {
  it('never closes', () => {
    expect(crypto.isOpen(at('2033-12-25T03:00:00Z'))).toBe(true);
    expect(crypto.isBusinessDay('1969-12-31')).toBe(true);
    expect(crypto.addBusinessDays('2024-02-28', 2)).toBe('2024-03-01');
    expect(crypto.tradingMs(at('2026-08-01T08:00:00Z'), at('2026-08-28T08:00:00Z'))).toBe(27 * 24 * hour);
  });

  it('pays funding every eight hours, and Deribit settles at eight', () => {
    expect(nextTime(eightHourly, at('2026-08-01T07:59:59.999Z'))).toBe(at('2026-08-01T08:00:00Z'));
    expect(nextTime(eightHourly, at('2026-08-01T08:00:00Z'))).toBe(at('2026-08-01T16:00:00Z'));
    expect(timesBetween(eightHourly, at('2026-08-01T00:00:00Z'), at('2026-08-02T00:00:00Z'))).toEqual([8, 16, 24].map((hours) => at('2026-08-01T00:00:00Z') + hours * hour));
    expect(nextTime(dailyAtEight, at('2026-08-01T08:00:00Z'))).toBe(at('2026-08-02T08:00:00Z'));
    expect(() => nextTime({ everyMs: 7 * hour, offsetMs: 0 }, 0)).toThrow(/everyMs.*must divide a day/);
    expect(() => nextTime({ everyMs: hour, offsetMs: hour }, 0)).toThrow(/offsetMs/);
  });
});

describe('files', () => {
  it('name what is wrong', () => {
    const good = { name: 'x', source: 'y', offsets: [{ minutes: 0 }], sessions: [{ days: [1], open: '09:00', close: '17:00' }], holidays: [], earlyCloses: {} };
    expect(parseTradingCalendar(good).isBusinessDay('2026-08-03')).toBe(true);
    const bad: [object, RegExp][] = [
      [{ offsets: [] }, /offsets must be a list in time order/],
      [{ offsets: [{ minutes: 0 }, { from: 'noon', minutes: 60 }] }, /offsets\[1\].from must be a time/],
      [{ sessions: [{ days: [8], open: '09:00', close: '17:00' }] }, /sessions\[0\].days must be 1 \(Monday\) to 7/],
      [{ sessions: [{ days: [1], open: '17:00', close: '09:00' }] }, /sessions\[0\].close must be after open/],
      [{ sessions: [{ days: [1], open: '9', close: '17:00' }] }, /sessions\[0\].open must be a time/],
      [{ holidays: ['2026-13-01'] }, /holidays.day must be a date/],
      [{ earlyCloses: { '2026-01-02': '25:00' } }, /earlyCloses.2026-01-02 must be a time/],
    ];
    for (const [fields, message] of bad) expect(() => parseTradingCalendar({ ...good, ...fields })).toThrow(message);
    expect(() => loadTradingCalendar('mars')).toThrow(/data\/calendars has always-open, nyse-2025-2027, not 'mars'/);
  });

  it('hold fees of Deribit', () => {
    const { options, futures } = loadFeeSchedules('deribit');
    expect([options.optionCap, options.tiers[0].taker.ofNotional, futures.tiers[0].taker.ofNotional, futures.delivery.ofNotional]).toEqual([0.125, 0.0003, 0.0005, 0.00025]);
  });
});
