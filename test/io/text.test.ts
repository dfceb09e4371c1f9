import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteStrings } from '../../src/io/byte-strings.ts';
import { parseCsvRecord } from '../../src/io/csv-header.ts';
import { parseNumberText } from '../../src/io/number-text.ts';
import { isoTime, isPlausibleTime, parseIsoTime } from '../../src/io/time.ts';

describe('times', () => {
  test.each([
    ['2026-08-01', Date.UTC(2026, 7, 1)],
    ['2026-08-01T12:00', Date.UTC(2026, 7, 1, 12)],
    ['2026-08-01 12:00:05.25', Date.UTC(2026, 7, 1, 12, 0, 5, 250)],
    ['2026-08-01T12:00:00.123000Z', Date.UTC(2026, 7, 1, 12, 0, 0, 123)],
    ['2026-08-01T12:00:00+05:30', Date.UTC(2026, 7, 1, 6, 30)],
    ['2026-08-01T12:00:00-0800', Date.UTC(2026, 7, 1, 20)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ])('%s', (text, ms) => expect(parseIsoTime(text)).toBe(ms));

  test.each([
    '2026-02-29',
    '2026-13-01',
    '2026-08-01T24:00',
    '2026-08-01T12:60',
    '20260801',
    '1 August',
    '',
    '2026-08-01T12:00:00.1234Z',
    '2026-08-01T12:00:00+99:00',
  ])('%j is none', (text) => {
    expect(parseIsoTime(text)).toBeUndefined();
  });

  test('every plausible time comes back from its text', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2300, 0, 1) - 1 }), (ms) => {
        expect([parseIsoTime(isoTime(ms)), isPlausibleTime(ms)]).toEqual([ms, true]);
      }),
    );
  });
});

describe('numbers', () => {
  test('every finite number comes back from its text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseNumberText(Object.is(value, -0) ? '-0' : String(value))).toBe(value);
      }),
    );
  });

  test.each(['', ' ', 'abc', '1_000', '0x10', '1,5', '1e', '--1', '1 2', 'true'])('%j is none', (text) => {
    expect(parseNumberText(text)).toBeUndefined();
  });

  test.each([
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    [' 1e3 ', 1000],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
    ['inf', Infinity],
  ])('%j', (text, value) => expect(parseNumberText(text)).toBe(value));
});

test('the first record of a CSV file', () => {
  expect(parseCsvRecord('a,"b ""c"", d",,e\nx')).toEqual(['a', 'b "c", d', '', 'e']);
  expect(parseCsvRecord('"a\nb",c\r\n')).toEqual(['a\nb', 'c']);
  expect(parseCsvRecord('a,"b')).toBeUndefined();
  expect(parseCsvRecord('a"b,c')).toBeUndefined();
});

test('byte strings are numbered like a Map would', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3000 }), (names) => {
      const strings = new ByteStrings();
      const expected = new Map<string, number>();
      for (const name of names) {
        if (!expected.has(name)) expected.set(name, expected.size);
        expect(strings.add(name)).toBe(expected.get(name));
      }
      expect(strings.names).toEqual([...expected.keys()]);
      const bytes = new TextEncoder().encode('not among them, too long');
      expect(strings.find(bytes, 0, bytes.length)).toBe(-1);
    }),
    { numRuns: 30 },
  );
});
