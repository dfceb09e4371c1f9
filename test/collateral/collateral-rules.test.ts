import { describe, expect, it } from 'vitest';
import { parseBalances } from '../../src/collateral/balances-file.ts';
import { parseCollateralRules } from '../../src/collateral/collateral-rules.ts';
import { shippedCollateralRules, shippedCollateralVenues } from '../../src/collateral/shipped-rules.ts';

const rules = { venue: 'test', date: '2026-01-01', source: 'made up', currency: 'USD', assets: { BTC: { haircut: 0.1 } } };
const withAsset = (asset: object): object => ({ ...rules, assets: { BTC: asset } });

describe('collateral rules', () => {
  it('have defaults', () => {
    expect(parseCollateralRules(rules)).toMatchObject({
      haircutsCount: 'balance', missingPrice: 'quarantine', fxHaircut: 0, ltvBands: null, autoRepay: null, postEveryMs: null,
      assets: [{ name: 'BTC', currency: 'BTC', tiers: [{ upTo: Infinity, haircut: { initial: 0.1, maintenance: 0.1 } }], accountCap: Infinity, held: 'module', netted: true, ltv: 0.9, borrow: null }],
    });
  });

  it.each([
    [{ ...rules, assets: {} }, /assets must be 1 to 256 assets, got 0/],
    [{ ...rules, date: 'today' }, /date must be a date/],
    [{ ...rules, currencies: [] }, /currencies is not known; there are venue/],
    [{ ...rules, missingPrice: 'guess' }, /missingPrice must be quarantine or zero, got "guess"/],
    [{ ...rules, fxHaircut: -1 }, /fxHaircut must be a number in \[0, 1\], got -1/],
    [{ ...rules, ltvBands: { initial: 0.5, marginCall: 0.4, liquidation: 0.9 } }, /ltvBands\.marginCall must be a number in \[0\.5, 1\], got 0\.4/],
    [withAsset({}), /assets\.BTC\.haircut must be a number/],
    [withAsset({ haircut: { initial: 0.1, maintenance: 0.2 } }), /assets\.BTC\.haircut\.initial must be a number in \[0\.2, 1\], got 0\.1/],
    [withAsset({ haircut: 1.5 }), /assets\.BTC\.haircut must be a number in \[0, 1\], got 1\.5/],
    [withAsset({ haircut: 0, tiers: [] }), /assets\.BTC\.haircut must not stand beside tiers/],
    [withAsset({ tiers: [{ upTo: 5, haircut: 0 }] }), /assets\.BTC\.tiers\[0\]\.upTo must be null in the last tier/],
    [withAsset({ tiers: [{ upTo: 5, haircut: 0 }, { upTo: 5, haircut: 0 }, { upTo: null, haircut: 0 }] }), /tiers\[1\]\.upTo must be above 5/],
    [withAsset({ haircut: 0, liabilityWeight: 0.9 }), /liabilityWeight must be a number in \[1, 100\], got 0\.9/],
    [withAsset({ haircut: 0, held: 'elsewhere' }), /assets\.BTC\.held must be module or engine/],
    [withAsset({ haircut: 0, netted: 1 }), /assets\.BTC\.netted must be true or false, got 1/],
    [withAsset({ haircut: 0, borrow: { reserveShare: 2, curve: { form: 'slopes', minRate: 0, slope: 0, highSlope: 0, kink: 1 } } }), /borrow\.reserveShare must be/],
    [withAsset({ haircut: 0, borrow: { reserveShare: 0.1, curve: {} } }), /assets\.BTC\.borrow\.curve\.kink must be a number/],
    [withAsset({ haircut: 0, decimals: 19 }), /assets\.BTC\.decimals must be a number in \[0, 18\], got 19/],
    [withAsset({ haircut: 0, decimals: 2.5 }), /assets\.BTC\.decimals must be a whole number, got 2\.5/],
  ])('%j', (input, message) => expect(() => parseCollateralRules(input)).toThrow(message));

  it.each(shippedCollateralVenues)('those of %s ship, dated and sourced', (venue) => {
    const { source, date, unconfirmed } = parseCollateralRules(shippedCollateralRules(venue));
    expect(source).not.toBe('');
    expect(date).toMatch(/^20\d\d-/);
    expect(unconfirmed.length).toBeGreaterThan(0);
  });

  it('of no venue that is not known', () => expect(() => shippedCollateralRules('moon')).toThrow(/no collateral rules ship for 'moon'; known: bybit-uta/));
});

describe('balances', () => {
  const parsed = parseCollateralRules({ ...rules, assets: { BTC: { haircut: 0.1 }, USD: { haircut: 0 } } });
  it('become columns', () => {
    const { accountIds, columns, deposits } = parseBalances({ a: { USD: -5, BTC: 2 }, b: {}, c: { BTC: 1, USD: 0 } }, parsed);
    expect(accountIds).toEqual(['a', 'b', 'c']);
    expect([...columns.first]).toEqual([0, 2, 2, 3]);
    expect([...columns.asset]).toEqual([0, 1, 0]);
    expect([...columns.credit]).toEqual([2, 0, 1]);
    expect([...columns.debt]).toEqual([0, 5, 0]);
    expect([...deposits]).toEqual([3, 0]);
  });

  it.each([
    [[], /balances must be an object/], [{ a: 5 }, /a must be an object, got 5/], [{ a: { BTC: '1' } }, /a\.BTC must be a finite number, got "1"/],
    [{ a: { DOGE: 1 } }, /a\.DOGE is of an asset that the rules do not have, got 1/],
  ])('%j', (input, message) => expect(() => parseBalances(input, parsed)).toThrow(message));
});
