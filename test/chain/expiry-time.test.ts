import { describe, expect, it } from 'vitest';
import { expiryInstantMs } from '../../src/chain/expiry-time.ts';
import type { ExpiryTimeRule } from '../../src/chain/expiry-time.ts';

const deribit: ExpiryTimeRule = { timeZone: 'UTC', hour: 8 };
const newYorkClose: ExpiryTimeRule = { timeZone: 'America/New_York', hour: 16 };

describe('expiryInstantMs', () => {
  it('is 8:00 UTC on Deribit (expiration_timestamp of BTC-28AUG26 in public/get_instruments)', () => {
    expect(expiryInstantMs('2026-08-28', deribit)).toBe(1_787_904_000_000);
  });

  // Daylight-saving time of New York in 2026: 8 March to 1 November; in 2027: 14 March to 7 November (calendar).
  it.each([
    ['2026-03-06', '2026-03-06T21:00:00Z'],
    ['2026-03-08', '2026-03-08T20:00:00Z'],
    ['2026-08-21', '2026-08-21T20:00:00Z'],
    ['2026-10-31', '2026-10-31T20:00:00Z'],
    ['2026-11-01', '2026-11-01T21:00:00Z'],
    ['2026-12-18', '2026-12-18T21:00:00Z'],
    ['2027-03-12', '2027-03-12T21:00:00Z'],
    ['2027-03-14', '2027-03-14T20:00:00Z'],
    ['2027-11-05', '2027-11-05T20:00:00Z'],
    ['2027-11-07', '2027-11-07T21:00:00Z'],
  ])('4 pm in New York on %s is %s', (date, instant) => {
    expect(expiryInstantMs(date, newYorkClose)).toBe(Date.parse(instant));
  });

  it('agrees with the time zone tables of the platform on every day of the chain', () => {
    const hourInNewYork = new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23',
    });
    for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2032, 0, 1); day += 86_400_000) {
      const date = new Date(day).toISOString().slice(0, 10);
      expect([date, hourInNewYork.format(expiryInstantMs(date, newYorkClose)!)]).toEqual([date, '16']);
    }
  });

  it.each(['2026-02-30', '2026-13-01', '28AUG26', '2026-8-2', ''])('refuses %j', (date) => {
    expect(expiryInstantMs(date, deribit)).toBeNull();
  });
});
