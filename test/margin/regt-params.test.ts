import { describe, expect, it } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { longTermFrom, parseRegtParams, underlyingOf } from '../../src/margin/regt/params.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

type Json = Record<string, unknown>;

const shipped = (): Json => shippedParams('regt') as Json;

/** The shipped parameters with one value replaced, or removed if it is undefined. */
function withValue(path: string, value: unknown): Json {
  const params = shipped();
  const names = path.split('.');
  let at = params;
  for (const name of names.slice(0, -1)) at = at[name] as Json;
  at[names.at(-1)!] = value;
  return params;
}

function pathsOf(fields: Json, before = ''): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? pathsOf(value as Json, `${before}${name}.`)
      : [`${before}${name}`],
  );
}

const numbers = pathsOf(shipped()).filter((path) => !/^(source|date|unconfirmed|otherUnderlyings|underlyings\..*)$/.test(path));

describe('parameters of regt', () => {
  it('ship, dated and with a source', () => {
    const params = parseRegtParams(shipped());
    expect(params.date).toBe('2026-11-22');
    expect(params.source).toContain('Regulatory Notice 12-44');
    expect(underlyingOf(params, 'SPX')).toEqual({ class: 'broadIndex', leverage: 1 });
    expect(underlyingOf(params, 'AAPL')).toEqual({ class: 'equity', leverage: 1 });
    expect(numbers.length).toBe(25);
  });

  it.each(numbers)('%s must be a number in range', (path) => {
    for (const value of [undefined, null, '0.2', NaN, -0.1, 1e17]) {
      const parse = (): unknown => parseRegtParams(withValue(path, value));
      expect(parse, `${path} = ${String(value)}`).toThrow(MargridError);
      expect(parse).toThrow(new RegExp(`^${path.replaceAll('.', '\\.')} must be`));
    }
  });

  it.each([
    ['source', ''],
    ['source', 3],
    ['date', '2026'],
    ['date', '22 Nov 2026'],
    ['unconfirmed', 'none'],
    ['otherUnderlyings', 'stock'],
    ['underlyings', []],
    ['underlyings.spx', 'broadIndex'],
    ['underlyings.spx.class', undefined],
    ['underlyings.spx.leverage', 0.5],
    ['shortOptions', null],
    ['shortOptions.broadIndex', undefined],
    ['stock', 1],
    ['search', undefined],
    ['longOptions.monthsMin', 9.5],
    ['search.nodesMax', 0.5],
  ])('%s = %j is refused by its name', (path, value) => {
    expect(() => parseRegtParams(withValue(path, value))).toThrow(new RegExp(`^${path.replaceAll('.', '\\.')}`));
  });

  it('is not read from anything but an object', () => {
    expect(() => parseRegtParams(null)).toThrow(/^parameters must be an object/);
  });
});

describe('nine months', () => {
  const params = parseRegtParams(shipped());

  it.each([
    ['2026-03-02T21:00:00Z', '2026-12-02T21:00:00Z'],
    ['2026-05-31T00:00:00Z', '2027-02-28T00:00:00Z'],
    ['2027-05-31T12:00:00Z', '2028-02-29T12:00:00Z'],
    ['2026-12-15T08:30:00Z', '2027-09-15T08:30:00Z'],
  ])('from %s end on %s', (from, to) => {
    expect(longTermFrom(params, Date.parse(from))).toBe(Date.parse(to));
  });
});
