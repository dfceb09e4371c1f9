import { describe, expect, it } from 'vitest';
import { Revaluation, type RevaluationOptions } from '../../src/revaluation/revaluation.ts';
import type { ScenarioSet } from '../../src/scenario/scenario-set.ts';
import { randomCase } from '../support/random-scenario-market.ts';

const { market, scenarios } = randomCase(21, { instruments: 14, scenarios: 60 });

/** The same scenarios with all moves scaled, and no time that passes. */
function scaled(factor: number): ScenarioSet {
  const { factors, count, moves } = scenarios;
  return { factors, count, moves: moves.map((move) => move * factor) };
}

function worst(set: ScenarioSet, options: RevaluationOptions): number {
  const revaluation = new Revaluation(market, set, options);
  market.instruments.forEach((_, row) => revaluation.instrumentPnl(row));
  const { instruments } = revaluation.errorReport();
  expect(instruments).toHaveLength(14);
  return Math.max(...instruments.map(({ largest }) => largest));
}

describe('delta-gamma-vega', () => {
  it('misses by the third power of the moves', () => {
    const [one, half] = [0.02, 0.01].map((factor) => worst(scaled(factor), { method: 'delta-gamma-vega' }));
    // Second order leaves cubic terms and the pure second order of volatility (volga), which delta-gamma-vega has not.
    expect(half).toBeLessThan(one / 3.5);
    expect(half).toBeGreaterThan(one / 16);
  });

  it('is better with the mixed term, and with time, where there are both', () => {
    const set = { ...scaled(0.05), days: new Float64Array(60).fill(0.5) };
    const full = worst(set, { method: 'delta-gamma-vega' });
    expect(full).toBeLessThan(worst(set, { method: 'delta-gamma-vega', theta: false }));
    expect(worst(scaled(0.1), { method: 'delta-gamma-vega' })).not.toBe(worst(scaled(0.1), { method: 'delta-gamma-vega', cross: false }));
  });

  it('has the derivatives of the price: a call at the money', () => {
    const instrument = {
      ...market.instruments[0], kind: 'option' as const, payoff: 'linear' as const, settlementCurrency: 'USD', baseCurrency: 'BTC',
      contractSize: 1, strike: 100, optionType: 'call' as const, expiryMs: market.asOfMs + 365 * 86_400_000, exercise: 'european' as const,
    };
    const one = { ...market, instruments: [instrument], forward: Float64Array.of(100), impliedVolatility: Float64Array.of(0.2) };
    const set: ScenarioSet = {
      factors: [{ kind: 'price', underlying: 'BTC', expiry: null, change: 'relative' }, { kind: 'volatility', underlying: 'BTC', expiry: null, change: 'absolute' }],
      count: 4, moves: Float64Array.of(0.1, -0.1, 0, 0, 0, 0, 0.05, -0.05),
    };
    const pnl = new Revaluation(one, set, { method: 'delta-gamma-vega' }).instrumentPnl(0);
    // N(0.1) = 0.5398278372770290; phi(0.1) = 0.3969525474770118: delta, gamma = phi / (100 * 0.2), vega = 100 phi.
    const gamma = 0.3969525474770118 / 20;
    // Central differences at 0.1% of the price: 1e-5 of each derivative.
    expect(pnl[0]).toBeCloseTo(10 * 0.539827837277029 + 50 * gamma, 3);
    expect(pnl[1]).toBeCloseTo(-10 * 0.539827837277029 + 50 * gamma, 3);
    expect(pnl[2]).toBeCloseTo(0.05 * 39.69525474770118, 3);
    expect(pnl[3]).toBeCloseTo(-0.05 * 39.69525474770118, 3);
  });
});

describe('interpolated', () => {
  it('converges as the fourth power of the distance of the nodes', () => {
    const smooth = scaled(0.3);
    const coarse = worst(smooth, { method: 'interpolated', priceNodes: 17, volatilityNodes: 9 });
    const fine = worst(smooth, { method: 'interpolated', priceNodes: 65, volatilityNodes: 33 });
    expect(fine).toBeLessThan(coarse / 30);
    expect(fine).toBeGreaterThan(0);
  });

  it('is full revaluation where every scenario is a node', () => {
    const { factors } = scenarios;
    const nodes = [-0.3, -0.1, 0.1, 0.3];
    const relative = factors.map((factor) => ({ ...factor, change: 'relative' as const }));
    const set: ScenarioSet = {
      factors: relative, count: 4, moves: Float64Array.from(relative.flatMap(() => nodes)), days: Float64Array.of(0, 5, 5, 0),
    };
    const approximate = new Revaluation(market, set, { method: 'interpolated', priceNodes: 4, volatilityNodes: 4 });
    const full = new Revaluation(market, set);
    market.instruments.forEach((_, row) => {
      const expected = full.instrumentPnl(row);
      approximate.instrumentPnl(row).forEach((cell, s) => {
        // A node's move is least + step * index: an ulp or two of the move, on values of up to 1e6.
        expect(Math.abs(cell - expected[s])).toBeLessThan(1e-8);
      });
    });
  });

  it('refuses too few nodes and too many different days', () => {
    const make = (options: RevaluationOptions, set: ScenarioSet = scenarios) => () => new Revaluation(market, set, options).portfolioPnl(
      market.instruments.map((_, instrument) => ({ instrument, quantity: 1 })),
    );
    expect(make({ method: 'interpolated', priceNodes: 3 })).toThrow('priceNodes must be a whole number, at least 4, got 3');
    const days = Float64Array.from({ length: 60 }, (_, s) => s);
    expect(make({ method: 'interpolated' }, { ...scenarios, days })).toThrow('60 different days times 297 nodes are too many');
    expect(make({ method: 'taylor' as 'full' })).toThrow("method must be one of full, delta-gamma-vega, interpolated, got 'taylor'");
  });
});

describe('the error report', () => {
  const holdings = market.instruments.map((_, instrument) => ({ instrument, quantity: (instrument % 3) - 1.5 }));
  const cash = new Map([['BTC', 0.5]]);

  it('is what full revaluation minus approximation gives', () => {
    for (const method of ['delta-gamma-vega', 'interpolated'] as const) {
      const approximate = new Revaluation(market, scenarios, { method });
      const pnl = approximate.portfolioPnl(holdings, cash);
      const full = new Revaluation(market, scenarios);
      const expected = full.portfolioPnl(holdings, cash);
      const errors = pnl.map((cell, s) => Math.abs(cell - expected[s]));
      const report = approximate.errorReport();
      expect(report).toMatchObject({ method, isComplete: true });
      expect(report.portfolio!.largest).toBe(Math.max(...errors));
      expect(report.portfolio!.scenario).toBe(errors.indexOf(Math.max(...errors)));
      expect(report.portfolio!.rms).toBe(Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / 60));
      for (const { instrument, largest } of report.instruments) {
        const row = full.instrumentPnl(instrument);
        expect(largest).toBe(Math.max(...approximate.instrumentPnl(instrument).map((cell, s) => Math.abs(cell - row[s]))));
      }
      const options = report.instruments.filter(({ largest }) => largest > 0).map(({ instrument }) => market.instruments[instrument].kind);
      expect(new Set(options)).toEqual(new Set(['option']));
    }
  });

  it('compares chosen scenarios and always the worst of the portfolio', () => {
    const approximate = new Revaluation(market, scenarios, { method: 'delta-gamma-vega' });
    const pnl = approximate.portfolioPnl(holdings, cash);
    const order = [...pnl.keys()].sort((a, b) => pnl[a] - pnl[b]);
    const report = approximate.errorReport({ scenarios: [7], tail: 3 });
    expect([...report.scenarios]).toEqual([...new Set([7, ...order.slice(0, 3)])].sort((a, b) => a - b));
    expect(report.isComplete).toBe(false);
    expect(() => approximate.errorReport({ scenarios: [60] })).toThrow('there is no scenario 60: they are 0 to 59');
  });

  it('is all zeros for full revaluation', () => {
    const full = new Revaluation(market, scenarios);
    full.portfolioPnl(holdings, cash);
    const { portfolio, instruments } = full.errorReport();
    expect([portfolio!.largest, portfolio!.rms, ...instruments.map(({ largest }) => largest)].every((error) => error === 0)).toBe(true);
  });
});
