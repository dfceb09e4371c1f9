import { describe, expect, it } from 'vitest';
import { parseParadexPmParams } from '../../src/margin/paradex-pm/params.ts';
import { paradexPm } from '../../src/margin/paradex-pm/model.ts';
import { parseParadexXmParams } from '../../src/margin/paradex-xm/params.ts';
import { paradexXm } from '../../src/margin/paradex-xm/model.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

type Path = readonly (string | number)[];

/** The shipped parameters with one value replaced; without it if `value` is undefined. */
function changed(model: string, path: Path, value: unknown): unknown {
  const root = shippedParams(model);
  const parent = path.slice(0, -1).reduce((at, name) => (at as Record<string, unknown>)[name], root);
  (parent as Record<string, unknown>)[path.at(-1)!] = value;
  return JSON.parse(JSON.stringify(root));
}

/** As errors name it: `assets.btc.scenarios[3].weight`. */
function nameOf(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('');
}

const asset = ['assets', 'btc'];
const shocks = [...asset, 'vol_shock_params'];
const scenario = [...asset, 'scenarios', 3];

/** Every number of the file, with values that are out of its range. */
const pmNumbers: readonly (readonly [Path, readonly number[]])[] = [
  [['settlement_window_minutes'], [-1, 1441]],
  [['funding_provision_hours'], [-1, 8761]],
  [['taker_fee_rate', 'delta1'], [-1e-4, 1.5]],
  [['taker_fee_rate', 'option'], [-1e-4, 1.5]],
  [['option_fee_cap'], [-0.1, 1.1]],
  [[...asset, 'hedged_margin_factor'], [-0.01, 11]],
  [[...asset, 'unhedged_margin_factor'], [-0.01, 11]],
  [[...asset, 'mmf_factor'], [-0.01, 11]],
  [[...shocks, 'vega_power_short_dte'], [-0.01, 11]],
  [[...shocks, 'vega_power_long_dte'], [-0.01, 11]],
  [[...shocks, 'dte_floor_days'], [0, -1, 4000]],
  [[...shocks, 'min_vol_shock_up'], [-0.01, 101]],
  [[...scenario, 'spot_shock'], [-1, 101]],
  [[...scenario, 'vol_shock'], [-101, 101]],
  [[...scenario, 'weight'], [-0.01, 101]],
];

const blocks = ['assets', 'hype'];
const fractions = ['premium_multiplier', 'long_itm', 'short_itm', 'short_otm', 'short_put_cap'];
const xmNumbers: readonly (readonly [Path, readonly number[]])[] = [
  [['taker_fee_rate', 'delta1'], [-1e-4, 1.5]],
  [['taker_fee_rate', 'option'], [-1e-4, 1.5]],
  [['option_fee_cap'], [-0.1, 1.1]],
  [[...blocks, 'delta1_cross_margin_params', 'imf_base'], [-0.01, 11]],
  [[...blocks, 'delta1_cross_margin_params', 'mmf_factor'], [-0.01, 11]],
  ...['imf', 'mmf'].flatMap((side) => fractions.map((name) => {
    return [[...blocks, 'option_cross_margin_params', side, name], [-0.01, 11]] as const;
  })),
];

const models = [
  ['paradex-pm', parseParadexPmParams, pmNumbers],
  ['paradex-xm', parseParadexXmParams, xmNumbers],
] as const;

describe.each(models)('parameters of %s', (model, parse, numbers) => {
  it('are read as they are shipped', () => {
    const params = parse(shippedParams(model));
    expect(params.date).toBe('2026-04-22');
    expect(params.currency).toBe('USDC');
    expect([...params.assets.keys()]).toEqual(expect.arrayContaining(['btc', 'eth', 'hype', 'cl']));
    expect(params.unconfirmed.length).toBeGreaterThan(0);
  });

  it.each(numbers)('%s: range and type', (path, wrong) => {
    for (const value of [...wrong, undefined, null, '0.5', true]) {
      let message = 'nothing was thrown';
      try {
        parse(changed(model, path, value));
      } catch (error) {
        message = String(error);
      }
      expect(message, `${nameOf(path)} = ${value}`).toContain(nameOf(path));
    }
  });

  it.each(['source', 'date', 'currency', 'assets', 'taker_fee_rate'])('%s: must be there', (name) => {
    expect(() => parse(changed(model, [name], undefined))).toThrow(name);
    expect(() => parse(changed(model, [name], 7))).toThrow(name);
  });

  it('refuse a date that is none, a rate of a market that is none, and what is no object', () => {
    expect(() => parse(changed(model, ['date'], '22 Apr'))).toThrow('date must be a date');
    const rates = changed(model, ['market_taker_fee_rate'], { 'BTC-USD-PERP': 2 });
    expect(() => parse(rates)).toThrow('market_taker_fee_rate.BTC-USD-PERP must be a number in [0, 1], got 2');
    expect(() => parse(7)).toThrow('parameters must be an object');
  });
});

describe('parameters of paradex-pm', () => {
  it('have 24 scenarios per asset, tails last', () => {
    for (const { scenarios } of parseParadexPmParams(shippedParams('paradex-pm')).assets.values()) {
      expect(scenarios).toHaveLength(24);
      expect(scenarios.slice(-8).map(({ spotShock }) => spotShock)).toEqual([-0.66, -0.33, 0.5, 1, 2, 3, 4, 5]);
      expect(scenarios.filter(({ weight }) => weight < 1)).toHaveLength(8);
    }
  });

  it.each([['normal_cdf', 'erf'], ['normal_cdf', undefined]])('%s = %s: refused', (name, value) => {
    expect(() => parseParadexPmParams(changed('paradex-pm', [name], value))).toThrow('normal_cdf must be');
  });

  it('refuse no scenarios and too many', () => {
    const one = { spot_shock: 0, vol_shock: 0, weight: 1 };
    for (const list of [[], Array(257).fill(one), {}]) {
      expect(() => parseParadexPmParams(changed('paradex-pm', [...asset, 'scenarios'], list))).toThrow('scenarios must be');
    }
  });

  it('cover what they name', () => {
    const coverage = paradexPm.coverage(parseParadexPmParams(shippedParams('paradex-pm')));
    expect(coverage).toMatchObject({ date: '2026-04-22', covers: ['btc', 'eth', 'hype', 'cl'] });
  });
});

describe('parameters of paradex-xm', () => {
  it('take a block that is null or absent as one that is not published', () => {
    const path = ['assets', 'btc', 'option_cross_margin_params'];
    for (const value of [null, undefined]) {
      expect(parseParadexXmParams(changed('paradex-xm', path, value)).assets.get('btc')!.option).toBeNull();
    }
    expect(() => parseParadexXmParams(changed('paradex-xm', path, 1))).toThrow(`${nameOf(path)} must be an object`);
  });

  it('name the market whose block is wrong', () => {
    const wrong = changed('paradex-xm', ['markets'], { 'ETH-USD-PERP': { delta1_cross_margin_params: {} } });
    expect(() => parseParadexXmParams(wrong)).toThrow('markets.ETH-USD-PERP.delta1_cross_margin_params.imf_base');
  });

  it('cover assets and markets', () => {
    const params = changed('paradex-xm', ['markets'], { 'DOGE-USD-PERP': {} });
    expect(paradexXm.coverage(parseParadexXmParams(params)).covers).toEqual([
      'btc', 'eth', 'hype', 'sol', 'cl', 'DOGE-USD-PERP',
    ]);
  });
});
