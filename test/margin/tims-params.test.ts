import { describe, expect, it } from 'vitest';
import { tims, valuationPoints } from '../../src/margin/tims/model.ts';
import { parseTimsParams } from '../../src/margin/tims/params.ts';
import { readShippedParams, shippedParams, shippedParamsFiles } from '../../src/margin/shipped-params.ts';

type Json = Record<string, unknown>;

function groups(): Json {
  return {
    ...(shippedParams('tims') as Json),
    classes: { SPX: { productType: 'highCapBroadIndex', productGroup: 'broad' } },
    productGroups: { broad: { offset: 0.9, portfolioGroup: 'us' } },
    portfolioGroups: { us: { offset: 0.5 } },
  };
}

/** The parameters with one field (a path) replaced, or removed if the value is undefined. */
function withField(path: string, value: unknown): Json {
  const changed = structuredClone(groups());
  const names = path.split('.');
  const holder = names.slice(0, -1).reduce((object, name) => object[name] as Json, changed);
  holder[names.at(-1)!] = value;
  return changed;
}

describe('parameters of tims', () => {
  it.each(shippedParamsFiles('tims'))('%s is valid, dated and says what is unconfirmed', (file) => {
    const params = parseTimsParams(readShippedParams(file));
    const { source, date, covers, unconfirmed } = tims.coverage(params);
    expect(source).not.toBe('');
    expect(file).toContain(date);
    expect(covers).toContain('every other underlying');
    expect(unconfirmed.length).toBeGreaterThan(0);
  });

  it('reads names in any case and the default steps', () => {
    const params = parseTimsParams({ ...groups(), american: { method: 'qdfp-fast' } });
    expect(params.classes.get('spx')).toEqual({ productType: 'highCapBroadIndex', productGroup: 'broad' });
    expect(params.american).toEqual({ method: 'qdfp-fast', steps: [51, 103] });
  });

  it.each([
    ['source', undefined, 'source must be a text, got nothing'],
    ['date', '22 Nov 2026', 'date must be a date like 2026-02-15, got "22 Nov 2026"'],
    ['unconfirmed', 'nothing', 'unconfirmed must be a list'],
    ['reportingCurrency', 1, 'reportingCurrency must be a text, got 1'],
    ['productTypes', [], 'productTypes must be an object'],
    ['productTypes.equityNarrow', 0.15, 'productTypes.equityNarrow must be an object, got 0.15'],
    ['productTypes.equityNarrow.up', 0, 'productTypes.equityNarrow.up must be a number in'],
    ['productTypes.equityNarrow.up', '15%', 'productTypes.equityNarrow.up must be a number in'],
    ['productTypes.equityNarrow.down', 1, 'productTypes.equityNarrow.down must be a number in'],
    ['productTypes.equityNarrow.down', -0.15, 'productTypes.equityNarrow.down must be a number in'],
    ['classes', undefined, 'classes must be an object, got nothing'],
    ['classes.SPX.productType', 'index', 'classes.spx.productType must be one of productTypes, got "index"'],
    ['classes.SPX.productType', undefined, 'classes.SPX.productType must be a text'],
    ['classes.SPX.productGroup', 'narrow', 'classes.spx.productGroup must be one of productGroups, got "narrow"'],
    ['classes.SPX.productGroup', 3, 'classes.SPX.productGroup must be a text'],
    ['productGroups', null, 'productGroups must be an object'],
    ['productGroups.broad.offset', 1.1, 'productGroups.broad.offset must be a number in [0, 1], got 1.1'],
    ['productGroups.broad.portfolioGroup', 'eu', 'productGroups.broad.portfolioGroup must be one of portfolioGroups'],
    ['portfolioGroups.us.offset', -0.1, 'portfolioGroups.us.offset must be a number in [0, 1], got -0.1'],
    ['portfolioGroups.us.offset', NaN, 'portfolioGroups.us.offset must be a number in [0, 1]'],
    ['minimumPerContract', -1, 'minimumPerContract must be a number >= 0, got -1'],
    ['volatility', 'sticky-delta', "volatility must be 'sticky-strike', got \"sticky-delta\""],
    ['american', undefined, 'american must be an object'],
    ['american.method', 'crr', 'american.method must be one of leisen-reimer, qdfp-fast, qdfp-accurate, qdfp-precise'],
    ['american.steps', 51, 'american.steps must be a list'],
    ['american.steps', [51], 'american.steps must be two odd numbers'],
    ['american.steps', [50, 100], 'american.steps must be two odd numbers'],
    ['american.steps', [103, 51], 'american.steps must be two odd numbers'],
  ])('%s = %j is refused by name', (path, value, message) => {
    expect(() => parseTimsParams(withField(path, value))).toThrow(message);
  });

  it('ten points, equally spaced on each side, the price itself not among them', () => {
    // Published: SEC release 34-46576, +6% / -8%.
    const points = valuationPoints({ up: 0.06, down: 0.08 });
    const published = [-0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06];
    points.forEach((point, index) => expect(point).toBeCloseTo(published[index], 15));
    expect(points).toHaveLength(10);
  });
});
