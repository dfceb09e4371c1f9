import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { marginAccount, type AccountMargin } from '../../src/engine/account-margin.ts';
import { parseVarParams } from '../../src/margin/var/params.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';

const dayMs = 86_400_000;
const asOfMs = Date.UTC(2026, 10, 23);

function instrument(name: string, base: string, more: Partial<Instrument> = {}): Instrument {
  return {
    name, kind: 'perpetual', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USD', settlementCurrency: 'USD',
    contractSize: 1, expiryMs: null, strike: null, optionType: null, ...more,
  };
}

const instruments: readonly Instrument[] = [
  instrument('BTC', 'BTC'),
  instrument('ETH', 'ETH'),
  instrument('SPX', 'SPX'),
  instrument('BTC-CALL', 'BTC', { kind: 'option', expiryMs: asOfMs + 30 * dayMs, strike: 105, optionType: 'call' }),
  instrument('ETH-PUT', 'ETH', { kind: 'option', expiryMs: asOfMs + 30 * dayMs, strike: 95, optionType: 'put' }),
  instrument('BTC-INV', 'BTC', { payoff: 'inverse', settlementCurrency: 'BTC', contractSize: 100 }),
  instrument('BTC-SPOT', 'BTC', { kind: 'spot' }),
];
const market: Market = {
  asOfMs,
  instruments,
  forward: new Float64Array(instruments.length).fill(100),
  impliedVolatility: Float64Array.from(instruments, ({ kind }) => (kind === 'option' ? 0.5 : NaN)),
  indexPrice: new Map([['btc_usd', 100], ['eth_usd', 100], ['spx_usd', 100]]),
  openInterest: new Float64Array(instruments.length),
};

const moves = {
  'price:BTC': [-0.1, 0.05, 0, 0.02], 'price:ETH': [0.04, -0.2, 0, 0.01], 'price:SPX': [-0.05, -0.01, 0.1, 0],
  'volatility:BTC': [0.2, 0.1, 0, -0.1], 'volatility:ETH': [0.1, 0.5, 0, -0.1], 'volatility:SPX': [0, 0, 0, 0],
};

type Tail = Record<string, unknown>;
function setOf(role: string, tail: Tail, of: Readonly<Record<string, readonly number[]>> = moves): object {
  return { name: role, role, tail, factors: Object.entries(of).map(([name, each]) => ({ name, moves: each })) };
}

function params(changes: object = {}): object {
  return {
    source: 'by hand', date: '2026-11-23', reportingCurrency: 'USD',
    sets: [setOf('historical', { measure: 'worst' })],
    combination: { rule: 'max', historicalWeight: 1, stressedWeight: 0, subSamples: 'mean' },
    diversification: { account: 1, groups: {} },
    antiProcyclicality: { buffer: 0, stressWeight: 0, longRunMultiple: 0 },
    gridMultiple: 0, riskFactors: {}, volatilityMinimum: 0.01, underlyings: {}, concentration: 'none',
    maintenanceFraction: 0.75, ...changes,
  };
}

type Held = Readonly<Record<string, number>>;
async function margin(held: Held, changes: object = {}, cash = 0): Promise<AccountMargin> {
  const positions = Object.entries(held).map(([name, quantity]) => ({ instrument: name, quantity, entryPrice: 100 }));
  const [result] = await marginAccount({
    market, model: 'var', params: params(changes), positions, cash: { USD: cash }, kernels: 'javascript',
  });
  return result;
}

describe('VaR margin by hand', () => {
  it('nets a class and offsets between classes up to the cap', async () => {
    const held = { BTC: 1, ETH: 1 };
    // Joint P&L -6, -15, 0, 3; alone 10 and 20.
    expect((await margin(held)).initialMargin).toBeCloseTo(15, 10);
    // At most 30% of 30 may be offset: 21.
    const capped = await margin(held, { diversification: { account: 0.3, groups: {} } });
    expect(capped.components['historicalTail']).toBeCloseTo(15, 10);
    expect(capped.components['historicalDiversification']).toBeCloseTo(6, 10);
    expect(capped.initialMargin).toBeCloseTo(21, 10);
    expect(capped.maintenanceMargin).toBeCloseTo(15.75, 10);
    expect(capped.worstScenario).toBe(1);
  });

  it('caps inside offset groups first, then between them', async () => {
    const groups = { coins: { offset: 0.2, underlyings: ['btc', 'eth'] } };
    // SPX alone 10 (short: gains 5, 1, loses 10); coins max(15, 0.8 * 30) = 24; joint -1, -14, -10, 3: 14.
    const inside = await margin({ BTC: 1, ETH: 1, SPX: -1 }, { diversification: { account: 1, groups } });
    expect(inside.components['historicalTail']).toBeCloseTo(14, 10);
    expect(inside.initialMargin).toBeCloseTo(14, 10);
    // 0.75 * (24 + 10) = 25.5.
    const both = await margin({ BTC: 1, ETH: 1, SPX: -1 }, { diversification: { account: 0.25, groups } });
    expect(both.initialMargin).toBeCloseTo(25.5, 10);
  });

  it('applies weights, stress, buffer and floor in this order', async () => {
    const stress = { ...moves, 'price:BTC': [-0.5, 0, 0, 0] };
    const sets = [
      setOf('historical', { measure: 'worst' }), setOf('stressed', { measure: 'worst' }, stress),
      setOf('grid', { measure: 'worst' }, { ...moves, 'price:BTC': [-0.3, 0, 0, 0] }),
    ];
    const rule = { rule: 'max', historicalWeight: 1.5, stressedWeight: 0.2, subSamples: 'mean' };
    const tools = { buffer: 0.25, stressWeight: 0.25, longRunMultiple: 0 };
    // Long BTC: historical 10, stressed 50; base max(15, 10) = 15; 0.75 * 15 + 0.25 * 50 = 23.75; * 1.25 = 29.6875.
    const result = await margin({ BTC: 1 }, { sets, combination: rule, antiProcyclicality: tools, gridMultiple: 0.5 });
    expect(result.components).toMatchObject({ base: 15, stressWeight: 8.75, buffer: 5.9375, gridMargin: 15, floor: 0 });
    expect(result.initialMargin).toBeCloseTo(29.6875, 10);
    const floored = await margin({ BTC: 1 }, { sets, combination: rule, antiProcyclicality: tools, gridMultiple: 1.5 });
    expect(floored.initialMargin).toBeCloseTo(45, 10);
    expect(floored.components['floor']).toBeCloseTo(15.3125, 10);
    const blend = await margin({ BTC: 1 }, { sets, combination: { ...rule, rule: 'blend' } });
    expect(blend.initialMargin).toBeCloseTo(15 + 10, 10);
  });

  it('reproduces the arithmetic of the three tools of Article 28(1) of Regulation (EU) 153/2013', async () => {
    // Base 10, stressed 18, long run 9: 1.25 * 10; 0.75 * 10 + 0.25 * 18; max(10, 9).
    const sets = [
      setOf('historical', { measure: 'worst' }),
      setOf('stressed', { measure: 'worst' }, { ...moves, 'price:BTC': [-0.18, 0, 0, 0] }),
      setOf('longRun', { measure: 'worst' }, { ...moves, 'price:BTC': [-0.09, 0, 0, 0] }),
    ];
    const of = async (buffer: number, stressWeight: number, longRunMultiple: number): Promise<number> =>
      (await margin({ BTC: 1 }, { sets, antiProcyclicality: { buffer, stressWeight, longRunMultiple } })).initialMargin;
    expect(await of(0.25, 0, 0)).toBeCloseTo(12.5, 10);
    expect(await of(0, 0.25, 0)).toBeCloseTo(12, 10);
    expect(await of(0, 0, 1)).toBeCloseTo(10, 10);
    expect(await of(0, 0, 2)).toBeCloseTo(18, 10);
  });

  it('charges size, spread and concentration', async () => {
    const underlyings = { btc: { dailyVolume: 1000, halfSpread: 0.001, concentration: { threshold: 150, rate: 0.1 } } };
    const result = await margin({ BTC: 2 }, {
      underlyings, concentration: 'underlying', bidAsk: { multiple: 2, spread: 'underlying' },
      liquidity: { table: [[0.1, 0], [0.3, 0.4]], netFloor: 0, volume: 'underlying' },
    });
    // Notional 200 is 0.2 of a day: factor 0.2 of the tail 20. Spread 2 * 0.001 * 200. Above the threshold: 50.
    expect(result.components['liquidity']).toBeCloseTo(4, 10);
    expect(result.components['bidAsk']).toBeCloseTo(0.4, 10);
    expect(result.components['concentration']).toBeCloseTo(5, 10);
    expect(result.initialMargin).toBeCloseTo(29.4, 10);
  });

  it('revalues as the scenario kernels do', async () => {
    const { sets } = parseVarParams(params());
    const plain = new Revaluation(market, sets[0].scenarios);
    // Two kernels, each within 4 units of 2^-52 max(F, K) of a price: two prices of each in a P&L. Prices are below 200.
    const bound = 16 * 2 ** -52 * 200;
    for (const { name } of instruments) {
      const row = instruments.findIndex((each) => each.name === name);
      const pnl = plain.instrumentPnl(row);
      (await margin({ [name]: 1 })).scenarioPnl.forEach((each, s) => expect(Math.abs(each - pnl[s])).toBeLessThan(bound));
    }
  });
});

const names = instruments.map(({ name }) => name);
const seventeen = Array.from({ length: 17 }, (_, s) => s);
/** Seventeen scenarios that have nothing to do with each other. */
const wide = Object.fromEntries(Object.keys(moves).map((name, index) => [
  name, seventeen.map((s) => (((s * 7 + index * 5 + s * s * (index + 1)) % 17) - 8) / (index < 3 ? 40 : 60)),
]));
const shortfall = { sets: [setOf('historical', { measure: 'expectedShortfall', level: 0.8 }, wide)] };
const portfolio = fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: -20, max: 20 })])));
const heldOf = (quantities: Record<string, number>): Held =>
  Object.fromEntries(Object.entries(quantities).filter(([, quantity]) => quantity !== 0));
const tailOf = async (quantities: Record<string, number>): Promise<number> =>
  (await margin(heldOf(quantities), shortfall)).components['historicalTail'] ?? 0;
/** Rounding of sums of a few thousand dollars. */
const rounding = 1e-8;

describe('properties of the tail', () => {
  it('expected shortfall of two portfolios is at most the sum of theirs', async () => {
    await fc.assert(fc.asyncProperty(portfolio, portfolio, async (a, b) => {
      const both = Object.fromEntries(names.map((name) => [name, a[name] + b[name]]));
      if (Object.keys(heldOf(a)).length * Object.keys(heldOf(b)).length * Object.keys(heldOf(both)).length === 0) return;
      expect(await tailOf(both)).toBeLessThanOrEqual((await tailOf(a)) + (await tailOf(b)) + rounding);
    }), { numRuns: 40 });
  });

  it('is homogeneous, and cash moves the equity alone', async () => {
    await fc.assert(fc.asyncProperty(portfolio, fc.integer({ min: 2, max: 9 }), async (quantities, times) => {
      const held = heldOf(quantities);
      if (Object.keys(held).length === 0) return;
      const single = await margin(held, shortfall);
      const scaled = await margin(Object.fromEntries(Object.entries(held).map(([name, each]) => [name, each * times])), shortfall);
      expect(scaled.initialMargin).toBeCloseTo(times * single.initialMargin, 6);
      const rich = await margin(held, shortfall, 1000);
      expect(rich.initialMargin).toBe(single.initialMargin);
      expect(rich.equity).toBeCloseTo(single.equity + 1000, 6);
    }), { numRuns: 25 });
  });

  it('VaR is at most expected shortfall, and a worse scenario lowers neither', async () => {
    await fc.assert(fc.asyncProperty(portfolio, fc.integer({ min: 0, max: 16 }), async (quantities, scenario) => {
      const held = heldOf(quantities);
      if (Object.keys(held).length === 0) return;
      const of = async (tail: Tail, set = wide): Promise<AccountMargin> => margin(held, { sets: [setOf('historical', tail, set)] });
      const quantile = { measure: 'valueAtRisk', level: 0.8, quantileType: 1 };
      const expected = { measure: 'expectedShortfall', level: 0.8 };
      const plain = await of(expected);
      expect((await of(quantile)).initialMargin).toBeLessThanOrEqual(plain.initialMargin + rounding);
      // Once more the worst scenario, in the place of another one.
      const worst = plain.worstScenario;
      if (worst < 0) return;
      const worse = Object.fromEntries(Object.entries(wide).map(([name, each]) => [name, each.with(scenario, each[worst])]));
      expect((await of(expected, worse)).initialMargin).toBeGreaterThanOrEqual(plain.initialMargin - rounding);
    }), { numRuns: 25 });
  });
});
