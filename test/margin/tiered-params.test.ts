import { describe, expect, it } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { modelByName } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

const models = ['binance-usdm', 'bybit-linear', 'hyperliquid', 'dydx', 'drift', 'okx-pm'];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Place = readonly (string | number)[];

/** Fields that may be absent. */
const optional = new Set(['cum', 'leverage', 'mmDeduction', 'isIsolated', 'unconfirmed']);

function leavesOf(value: Json, place: Place = []): { place: Place; value: Json }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leavesOf(each, [...place, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, each]) => leavesOf(each, [...place, name]));
  }
  return [{ place, value }];
}

/** A copy with one value replaced; undefined removes it. */
function changed(root: Json, place: Place, value: Json | undefined): Json {
  const copy = structuredClone(root);
  let target = copy as { [name: string]: Json };
  for (const part of place.slice(0, -1)) target = target[part] as { [name: string]: Json };
  const last = place.at(-1)!;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

/** `currency.btc[2].rate`, as messages write it. */
function written(place: Place): string {
  return place.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function messageOf(model: string, params: Json): string {
  try {
    modelByName(model).parseParams(params);
  } catch (error) {
    if (error instanceof MargridError && error.code === 'ParameterInvalid') return error.message;
    throw error;
  }
  return '';
}

describe.each(models)('parameters of %s', (model) => {
  const shipped = shippedParams(model) as Json;
  const numbers = leavesOf(shipped).filter(({ value }) => typeof value === 'number');

  it('ship, with their coverage', () => {
    const found = modelByName(model);
    const { source, date, covers, unconfirmed } = found.coverage(found.parseParams(shipped));
    expect(source.length).toBeGreaterThan(10);
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(covers).toContain(model === 'binance-usdm' || model === 'bybit-linear' ? 'btc_usdt' : 'btc');
    expect(unconfirmed.length).toBeGreaterThan(0);
  });

  const named = numbers.map(({ place }) => [written(place), place] as const);

  it.each(named)('%s must be a number in its range', (path, place) => {
    for (const bad of ['1', null, -1e30, 1e31, true]) {
      if (bad === null && optional.has(String(place.at(-1)))) continue;
      const message = messageOf(model, changed(shipped, place, bad));
      // Without an upper bound 1e31 is taken, or breaks the order of tiers elsewhere.
      if (bad === 1e31 && (message === '' || !message.startsWith(path))) continue;
      if (bad === null && path.endsWith('upTo')) continue;
      expect(message).toContain(path);
      expect(message).toContain(JSON.stringify(bad));
    }
    if (!optional.has(String(place.at(-1))) && typeof place.at(-1) === 'string') {
      expect(messageOf(model, changed(shipped, place, undefined))).toContain(`${path} must be`);
    }
  });

  it.each(['source', 'date'])('%s must be there', (name) => {
    expect(messageOf(model, changed(shipped, [name], undefined))).toContain(`${name} must be`);
  });

  it('must be an object with its sections', () => {
    expect(messageOf(model, [])).toContain('parameters must be an object');
    expect(messageOf(model, changed(shipped, ['date'], '1 May'))).toContain('date must be a date');
    const sections = Object.entries(shipped as { [name: string]: Json })
      .filter(([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value));
    for (const [name] of sections) {
      expect(messageOf(model, changed(shipped, [name], 3))).toContain(`${name} must be an object`);
    }
  });
});

describe('rules between parameters', () => {
  const cases: readonly (readonly [string, Place, Json, string])[] = [
    ['binance-usdm', ['symbols', 'btc_usdt', 'brackets', 0, 'notionalFloor'], 1, 'must be 0 for the first tier'],
    ['binance-usdm', ['symbols', 'btc_usdt', 'brackets', 2, 'notionalFloor'], 50000, 'must be above 50000'],
    ['binance-usdm', ['symbols', 'btc_usdt', 'brackets', 1, 'cum'], 51, 'must be 50, which makes'],
    ['binance-usdm', ['symbols', 'btc_usdt', 'brackets', 1, 'maintMarginRatio'], 0.001, 'a rate of at least 0.004'],
    ['binance-usdm', ['symbols', 'btc_usdt', 'brackets'], [], 'must have a tier'],
    ['bybit-linear', ['symbols', 'btc_usdt', 'riskLimits', 1, 'mmDeduction'], 1, 'must be 10000, which makes'],
    ['hyperliquid', ['assets', 'btc', 'leverage'], 0, 'assets.btc.leverage must be'],
    ['dydx', ['markets', 'btc', 'liquidityTier'], 'huge', 'must be one of liquidityTiers'],
    ['dydx', ['liquidityTiers', 'mid', 'openInterestUpperCap'], 40000000, 'must be above openInterestLowerCap, or 0'],
    ['dydx', ['markets', 'btc', 'atomicResolution'], -9.5, 'must be a whole number'],
    ['drift', ['perpetuals', 'sol', 'marginRatioInitial'], 1000.5, 'must be a whole number'],
    ['okx-pm', ['underlyings', 'btc'], 'unheard', 'must be one of classes'],
    ['okx-pm', ['classes', 'major', 'spotMoves'], [0.08, 0.04], 'must be a number in (0.08, 1]'],
    ['okx-pm', ['classes', 'major', 'spotMoves'], [], 'must have a move'],
    ['okx-pm', ['classes', 'major', 'minimumTiers', 1, 'upTo'], 1, 'must be above 250000'],
    ['okx-pm', ['classes', 'major', 'minimumTiers', 0, 'upTo'], null, 'must be a number before the last tier'],
    ['okx-pm', ['classes', 'major', 'minimumTiers'], [], 'must have a tier'],
    ['okx-pm', ['basisAcrossExpiries'], 'net', "must be 'gross' or 'refuse'"],
  ];

  it.each(cases)('%s: %j = %j', (model, place, value, rule) => {
    expect(messageOf(model, changed(shippedParams(model) as Json, place, value))).toContain(rule);
  });
});
