import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collateralPrice } from '../../src/collateral/collateral-price.ts';
import { parseCollateralRules, type CollateralRules } from '../../src/collateral/collateral-rules.ts';
import { emptyValues, itemiseCollateral, valueCollateral, type CollateralItem } from '../../src/collateral/value-collateral.ts';

const head = { venue: 'test', date: '2026-01-01', source: 'made up', currency: 'USD' };
const rulesOf = (assets: object, more: object = {}): CollateralRules => parseCollateralRules({ ...head, ...more, assets });

interface Balance {
  readonly credit: number;
  readonly debt?: number;
  readonly price: number;
}

/** Values of accounts that hold balances of the rules' assets in order; deposits are theirs, or as given. */
function valuesOf(rules: CollateralRules, accounts: readonly (readonly Balance[])[], deposits?: readonly number[]) {
  const assets = rules.assets.map((_, index) => index);
  const flat = accounts.flat();
  const columns = {
    first: Uint32Array.from({ length: accounts.length + 1 }, (_, index) => index * assets.length),
    asset: Uint8Array.from(flat, (_, index) => index % assets.length),
    credit: Float64Array.from(flat, ({ credit }) => credit),
    debt: Float64Array.from(flat, ({ debt }) => debt ?? 0),
  };
  const prices = {
    price: Float64Array.from(accounts[0], ({ price }) => price),
    deposits: Float64Array.from(deposits ?? assets.map((asset) => accounts.reduce((sum, each) => sum + each[asset].credit, 0))),
  };
  const values = emptyValues(accounts.length);
  valueCollateral(rules, columns, prices, values);
  return { values, items: (account: number): CollateralItem[] => itemiseCollateral(rules, columns, prices, account) };
}

/** Of one account with one asset. */
function valueOf(asset: object, balance: Balance, more: object = {}, deposits?: readonly number[]) {
  const { values, items } = valuesOf(rulesOf({ A: asset }, more), [[balance]], deposits);
  return {
    market: values.market[0], initial: values.initial[0], maintenance: values.maintenance[0], loanInitial: values.loanInitial[0],
    loanMaintenance: values.loanMaintenance[0], owned: values.owned[0], owed: values.owed[0], loanLimit: values.loanLimit[0], item: items(0)[0],
  };
}

describe('value of collateral', () => {
  it('takes a flat haircut (Kraken: 0.5 BTC at 35,000 less 4%)', () => {
    expect(valueOf({ haircut: 0.04, currency: 'USD' }, { credit: 0.5, price: 35_000 })).toMatchObject({ market: 17_500, initial: 16_800, maintenance: 16_800 });
  });

  it('keeps initial and maintenance haircuts apart (Derive: ETH 7% and 5.6%)', () => {
    const { initial, maintenance } = valueOf({ haircut: { initial: 0.07, maintenance: 0.056 } }, { credit: 10, price: 1000 });
    expect(initial).toBeCloseTo(9300, 9);
    expect(maintenance).toBeCloseTo(9440, 9);
  });

  // Tiers of Bybit's example: 10 at 0.98, 10 at 0.95, the rest nothing. Price 2.
  const tiers = [{ upTo: 10, haircut: 0.02 }, { upTo: 20, haircut: 0.05 }, { upTo: null, haircut: 1 }];
  it.each([
    [5, 9.8], [10, 19.6], [11, 21.5], [20, 38.6], [21, 38.6], [1000, 38.6],
  ])('tiers are marginal: %d units are worth %d', (credit, expected) => {
    expect(valueOf({ tiers }, { credit, price: 2 }).initial).toBeCloseTo(expected, 12);
  });

  it('tiers by value count the same for any price', () => {
    // 100 of value in the first tier of 60 at 10% and the second at 50%: 54 + 20.
    const byValue = { tiersBy: 'value', tiers: [{ upTo: 60, haircut: 0.1 }, { upTo: null, haircut: 0.5 }] };
    for (const price of [0.5, 4, 100]) expect(valueOf(byValue, { credit: 100 / price, price }).initial).toBeCloseTo(74, 12);
  });

  it.each([
    // Account cap 100: nothing above counts. 10% haircut of what does.
    [50, 45, 0], [100, 90, 0], [101, 90, 1], [400, 90, 300],
  ])('cap of the account: market %d counts %d', (market, expected, capEffect) => {
    const { initial, item } = valueOf({ haircut: 0.1, accountCap: 100 }, { credit: market, price: 1 });
    expect(initial).toBeCloseTo(expected, 12);
    expect(item.capEffect).toBeCloseTo(capEffect, 12);
  });

  it('cap of the venue: everybody counts in proportion', () => {
    // 100 and 300 of 400 together; 200 may count.
    const { values } = valuesOf(rulesOf({ A: { haircut: 0.5, venueCap: 200 } }), [[{ credit: 100, price: 1 }], [{ credit: 300, price: 1 }]]);
    expect([...values.initial]).toEqual([25, 75]);
    const atCap = valuesOf(rulesOf({ A: { haircut: 0.5, venueCap: 400 } }), [[{ credit: 100, price: 1 }], [{ credit: 300, price: 1 }]]);
    expect([...atCap.values.initial]).toEqual([50, 150]);
  });

  it.each([[999, 800], [1000, 800], [2000, 400], [4000, 200]])('initial weight with %d deposited: %d', (deposits, expected) => {
    // Drift: weight 0.8 x start 1000 / deposits once they exceed it; maintenance stays.
    const value = valueOf({ haircut: { initial: 0.2, maintenance: 0.1 }, depositScaleStart: 1000 }, { credit: 1000, price: 1 }, {}, [deposits]);
    expect(value.initial).toBeCloseTo(expected, 9);
    expect(value.maintenance).toBeCloseTo(900, 9);
    expect(value.item.scaleEffect).toBeCloseTo(800 - expected, 9);
  });

  it('size penalty of Drift: weights at most 1.1 / (1 + k sqrt(amount)), of loans at least 0.8 w + k sqrt(amount)', () => {
    const asset = { haircut: { initial: 0.2, maintenance: 0.1 }, liabilityWeight: { initial: 1.2, maintenance: 1.1 }, imfFactor: 0.01 };
    // sqrt(10,000) = 100, k x 100 = 1: 1.1 / 2 = 0.55; 0.96 + 1 and 0.88 + 1.
    const long = valueOf(asset, { credit: 10_000, price: 1 });
    expect(long.initial).toBeCloseTo(5500, 9);
    expect(long.maintenance).toBeCloseTo(5500, 9);
    const short = valueOf(asset, { credit: 0, debt: 10_000, price: 1 });
    expect(short.initial).toBeCloseTo(-19_600, 9);
    expect(short.maintenance).toBeCloseTo(-18_800, 9);
    // Small ones: the plain weights.
    expect(valueOf(asset, { credit: 4, price: 1 }).initial).toBeCloseTo(3.2, 12);
    expect(valueOf(asset, { credit: 0, debt: 4, price: 1 }).initial).toBeCloseTo(-4.8, 12);
  });

  it('never takes a haircut off what is owed: min(E x rate, E)', () => {
    expect(valueOf({ haircut: 0.05 }, { credit: 2, debt: 5, price: 10 })).toMatchObject({ market: -30, initial: -30, maintenance: -30, owned: 20, owed: 50 });
    expect(valueOf({ haircut: 0.05 }, { credit: 5, debt: 2, price: 10 })).toMatchObject({ market: 30, initial: 28.5 });
    expect(valueOf({ haircut: 0.05, accountCap: 1 }, { credit: 0, debt: 2, price: 10 }).initial).toBe(-20);
  });

  it('adds the FX haircut where the asset is not in the collateral currency', () => {
    // Basel: C (1 - H - Hfx) = 100 (1 - 0.04 - 0.08).
    expect(valueOf({ haircut: 0.04, currency: 'EUR' }, { credit: 100, price: 1 }, { fxHaircut: 0.08 }).initial).toBeCloseTo(88, 12);
    expect(valueOf({ haircut: 0.04, currency: 'USD' }, { credit: 100, price: 1 }, { fxHaircut: 0.08 }).initial).toBeCloseTo(96, 12);
    expect(valueOf({ haircut: 0.96, currency: 'EUR' }, { credit: 100, price: 1 }, { fxHaircut: 0.08 }).initial).toBe(0);
  });

  it('limits an asset to its share of what counts', () => {
    const rules = rulesOf({ A: { haircut: 0, concentrationMax: 0.5 }, B: { haircut: 0 } });
    const of = (a: number, b: number): number[] => {
      const { items } = valuesOf(rules, [[{ credit: a, price: 1 }, { credit: b, price: 1 }]]);
      return items(0).map(({ initialValue }) => initialValue);
    };
    // Half of 100 + 100, of 300 + 100, of 100 + 0; a debt of B does not count as collateral.
    expect(of(100, 100)).toEqual([100, 100]);
    expect(of(300, 100)).toEqual([200, 100]);
    expect(of(100, 0)).toEqual([50, 0]);
  });

  it('margins loans gross, and limits them by what the assets allow', () => {
    const borrow = { curve: { form: 'slopes', minRate: 0, slope: 0, highSlope: 0, kink: 1 }, reserveShare: 0, marginRate: { initial: 0.1, maintenance: 0.02 } };
    // OKX: 2% and 10% of the loan. Hyperliquid: 10,000 x 40 x 0.5.
    expect(valueOf({ haircut: 0, borrow }, { credit: 20, debt: 15, price: 10 })).toMatchObject({ loanInitial: 15, loanMaintenance: 3 });
    expect(valueOf({ haircut: 0.3, ltv: 0.5 }, { credit: 10_000, price: 40 }).loanLimit).toBe(200_000);
    expect(valueOf({ haircut: 0.25 }, { credit: 4, price: 1 }).loanLimit).toBe(3);
  });

  it('a missing price makes the account unknown, unless it does not depend on it', () => {
    const rules = rulesOf({ A: { haircut: 0.1 }, B: { haircut: 0 } });
    const { values } = valuesOf(rules, [
      [{ credit: 1, price: NaN }, { credit: 5, price: 1 }], [{ credit: 0, price: NaN }, { credit: 5, price: 1 }], [{ credit: 2, debt: 2, price: NaN }, { credit: 5, price: 1 }],
    ]);
    expect([...values.initial]).toEqual([NaN, 5, NaN]);
    expect([...values.market]).toEqual([NaN, 5, NaN]);
    expect([...values.loanLimit]).toEqual([NaN, 5, NaN]);
  });

  it('counts it as nothing if the rules say so; what is owed stays unknown', () => {
    const rules = rulesOf({ A: { haircut: 0.1 }, B: { haircut: 0 } }, { missingPrice: 'zero' });
    const { values } = valuesOf(rules, [[{ credit: 1, price: NaN }, { credit: 5, price: 1 }], [{ credit: 0, debt: 1, price: NaN }, { credit: 5, price: 1 }]]);
    expect([...values.initial]).toEqual([5, NaN]);
  });

  it('itemises exactly what is added up', () => {
    const rules = rulesOf({
      A: { haircut: { initial: 0.2, maintenance: 0.1 }, accountCap: 500, concentrationMax: 0.6, depositScaleStart: 400 }, B: { haircut: 0.05 },
    });
    const { values, items } = valuesOf(rules, [[{ credit: 80, price: 10 }, { credit: 100, price: 1 }]]);
    const [a, b] = items(0);
    // 800 at market, 500 count; 400 after the haircut; deposits of 800 let half of 800 count: 320; 60% of 320 + 95: 249.
    expect(a).toMatchObject({ marketValue: 800, capEffect: 300, initialHaircut: 100, scaleEffect: 80, maintenanceHaircut: 50 });
    expect(a.initialValue).toBeCloseTo(249, 9);
    expect(a.initialConcentration).toBeCloseTo(71, 9);
    expect(a.initialValue + b.initialValue).toBe(values.initial[0]);
    expect(a.maintenanceValue + b.maintenanceValue).toBe(values.maintenance[0]);
  });
});

// Nothing, or a nano unit at least: products of subnormal numbers have no relative precision.
const unit = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true }));
const amount = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e6, noNaN: true }));
const price = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const asset = fc
  .record({ maintenance: unit, more: unit, edge: fc.double({ min: 1e-3, max: 1e6, noNaN: true }), imfFactor: fc.oneof(fc.constant(0), unit), cap: fc.option(amount), byValue: fc.boolean(), start: fc.option(amount), concentrationMax: fc.oneof(fc.constant(1), unit) })
  .map(({ maintenance, more, edge, imfFactor, cap, byValue, start, concentrationMax }) => {
    const haircut = { maintenance, initial: maintenance + (1 - maintenance) * more };
    return {
      tiersBy: byValue ? 'value' : 'amount', imfFactor, accountCap: cap, depositScaleStart: start, concentrationMax, currency: byValue ? 'EUR' : 'USD',
      // Haircuts grow from tier to tier; they need not for what is tested here.
      tiers: [{ upTo: edge, haircut: { initial: haircut.initial / 2, maintenance: haircut.maintenance / 2 } }, { upTo: null, haircut }],
    };
  });
const twoAssets = fc.record({ a: asset, b: asset, amounts: fc.tuple(amount, amount), prices: fc.tuple(price, price), fxHaircut: unit });
/** Products of some ten factors: their roundings. */
const rounding = 1e-12;

describe('properties of collateral values', () => {
  const totals = (rules: CollateralRules, [a, b]: readonly number[], [priceA, priceB]: readonly number[]) => {
    const { values } = valuesOf(rules, [[{ credit: a, price: priceA }, { credit: b, price: priceB }]]);
    return { market: values.market[0], initial: values.initial[0], maintenance: values.maintenance[0] };
  };

  it('0 <= initial <= maintenance <= market', () => {
    fc.assert(
      fc.property(twoAssets, ({ a, b, amounts, prices, fxHaircut }) => {
        const { market, initial, maintenance } = totals(rulesOf({ A: a, B: b }, { fxHaircut }), amounts, prices);
        expect(initial).toBeGreaterThanOrEqual(0);
        expect(initial).toBeLessThanOrEqual(maintenance * (1 + rounding));
        expect(maintenance).toBeLessThanOrEqual(market * (1 + rounding));
      }),
      { numRuns: 2000 },
    );
  });

  it('more of an asset, or a better price, never counts less', () => {
    fc.assert(
      fc.property(twoAssets, amount, fc.double({ min: 1, max: 10, noNaN: true }), ({ a, b, amounts, prices, fxHaircut }, extra, factor) => {
        const rules = rulesOf({ A: a, B: b }, { fxHaircut });
        const before = totals(rules, amounts, prices);
        const more = totals(rules, [amounts[0] + extra, amounts[1]], prices);
        const dearer = totals(rules, amounts, [prices[0] * factor, prices[1]]);
        for (const after of [more, dearer]) {
          expect(after.initial).toBeGreaterThanOrEqual(before.initial * (1 - rounding));
          expect(after.maintenance).toBeGreaterThanOrEqual(before.maintenance * (1 - rounding));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('what is owed counts in full, or more', () => {
    fc.assert(
      fc.property(asset, amount, price, ({ ...each }, debt, at) => {
        const value = valueOf({ ...each, liabilityWeight: { initial: 1.2, maintenance: 1 } }, { credit: 0, debt, price: at });
        expect(value.maintenance).toBeLessThanOrEqual(-debt * at * (1 - rounding));
        expect(value.initial).toBeLessThanOrEqual(value.maintenance);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('collateralPrice', () => {
  const quotes = (pairs: Record<string, number>) => ({ indexPrice: new Map(Object.entries(pairs)) });
  it.each([
    ['itself', {}, 'USD', 'USD', [], 1],
    ['its pair', { btc_usd: 5, btc_usdc: 6 }, 'BTC', 'USD', [], 5],
    ['the reverse pair', { usd_jpy: 200 }, 'JPY', 'USD', [], 1 / 200],
    ['both against the dollar', { eur_usd: 2, btc_usd: 10 }, 'BTC', 'EUR', [], 5],
    ['a dollar coin with a quote', { usdc_usd: 0.99, btc_usdc: 100 }, 'BTC', 'USD', [], 99],
    ['a dollar coin without a quote', {}, 'USDT', 'USD', [], NaN],
    ['a dollar coin at par by rule', {}, 'USDT', 'USD', ['USDT'], 1],
    ['at par by rule, but quoted', { usdt_usd: 0.9 }, 'USDT', 'USD', ['USDT'], 0.9],
    ['a bad quote is not replaced by par', { usdt_usd: NaN }, 'USDT', 'USD', ['USDT'], NaN],
    ['nor by another pair', { btc_usd: 0, btc_usdc: 6 }, 'BTC', 'USD', ['USDC'], NaN],
    ['nor by both against the dollar', { btc_eur: NaN, btc_usd: 10, eur_usd: 2 }, 'BTC', 'EUR', [], NaN],
    ['nor is a broken peg passed over', { usdc_usd: NaN, btc_usdc: 6 }, 'BTC', 'USD', ['USDC'], NaN],
    ['nothing', {}, 'BTC', 'USD', [], NaN],
  ] as const)('%s', (_title, pairs, name, currency, atPar, expected) => {
    expect(collateralPrice(quotes(pairs), name, currency, atPar)).toBe(expected);
  });
});
