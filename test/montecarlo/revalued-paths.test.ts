import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as built from '../../build/js/src/index.js';
import { pathModel } from '../../src/montecarlo/model.ts';
import { monteCarloVar, type MonteCarloVarOptions } from '../../src/montecarlo/monte-carlo-var.ts';
import { PathDrawer } from '../../src/montecarlo/path-drawer.ts';
import { RevaluedPaths } from '../../src/montecarlo/revalued-paths.ts';
import { monteCarloScenarios } from '../../src/montecarlo/scenarios.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { parseFactor, type RiskFactor } from '../../src/scenario/scenario-set.ts';
import { randomCase } from '../support/random-scenario-market.ts';

/** A tenth of what the factor moves: nothing reaches zero. */
const deviationOf = ({ change, kind, underlying }: RiskFactor): number =>
  change === 'relative' ? 0.1 : kind === 'volatility' ? 0.002 : underlying === 'BTC' ? 3_000 : 150;

function portfolioOf(seed: number, instruments: number, european: boolean) {
  const { market, scenarios } = randomCase(seed, { instruments, scenarios: 1, european });
  // The first instrument twice: rows are those of holdings, not of the market.
  const holdings = [...market.instruments.map((_, instrument) => ({ instrument, quantity: (instrument % 3) - 1.25 })),
    { instrument: 0, quantity: 0.5 }];
  const cash = new Map([['BTC', 0.75], ['USD', 1_000], ['ETH', -3]]);
  const days = seed % 3 === 0 ? undefined : (seed % 3) * 30;
  const model = { factors: scenarios.factors, volatilities: scenarios.factors.map(deviationOf), seed };
  return { model, portfolio: { kind: 'revaluation' as const, market, holdings, cash, ...(days === undefined ? {} : { days }) } };
}

describe('full revaluation of drawn paths', () => {
  it('has the bits of Revaluation for every instrument type, block size and engine', () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2_600 }), fc.boolean(),
      (seed, instruments, paths, isLong) => {
        const count = isLong ? paths : Math.min(paths, 15);
        const { model, portfolio } = portfolioOf(seed, instruments, isLong);
        const { market, holdings, cash, days } = portfolio;
        const set = monteCarloScenarios({ ...model, paths: count, ...(days === undefined ? {} : { days }) });
        const expected = new Revaluation(market, set).portfolioPnl(holdings, cash);
        for (const [engine, block] of [['wasm', count], ['wasm', 1 + (seed % 77)], ['javascript', 1 + (seed % 1_999)]] as const) {
          const drawer = new PathDrawer(pathModel(model), model, block, engine);
          const revalued = new RevaluedPaths(portfolio, drawer, engine);
          const pnl = new Float64Array(count);
          for (let first = 0; first < count; first += block) {
            const size = Math.min(block, count - first);
            drawer.drawReturns(first, size);
            drawer.toMoves(size);
            pnl.set(revalued.pnl(size, first), first);
          }
          expect(pnl).toEqual(expected);
        }
      }), { numRuns: 30, seed: 3 });
  });

  it.each([['philox', {}], ['sobol', { generator: 'sobol' }], ['control', { control: 'delta', antithetic: true }]] as const)(
    'the same VaR for every block size, engine and number of threads: %s', async (_, changes) => {
      const { model, portfolio } = portfolioOf(8, 9, true);
      const options: MonteCarloVarOptions = { ...model, portfolio, paths: 6_001, batches: 5, levels: [0.95, 0.99], ...changes };
      const expected = await monteCarloVar(options);
      expect(expected.standardDeviation).toBeGreaterThan(0);
      expect(await monteCarloVar({ ...options, blockPaths: 333 })).toEqual(expected);
      expect(await monteCarloVar({ ...options, blockPaths: 5_000, engine: 'javascript' })).toEqual(expected);
      expect(await built.monteCarloVar({ ...options, workers: 2 })).toEqual(expected);
    });

  it('names the path whose price falls to zero or below, and the factor', async () => {
    const { market } = randomCase(5, { instruments: 4, scenarios: 1, european: true });
    const portfolio = { kind: 'revaluation', market, holdings: [{ instrument: 0, quantity: 1 }], unmatched: 'hold' } as const;
    const base = market.instruments[0].baseCurrency;
    const options = { portfolio, paths: 6_400, seed: 1, levels: [0.95], blockPaths: 100 } as const;
    const relative = { ...options, factors: [parseFactor(`price:${base}`)], volatilities: [0.3], returns: 'relative' } as const;
    const { moves } = monteCarloScenarios({ ...relative, volatilities: [0.1], paths: 6_400 });
    const path = moves.findIndex((move) => move <= -1 / 3);
    expect(path).toBeGreaterThan(100);
    const message = `scenario ${path}, price:${base}: the move must be finite and > -1, got ${3 * moves[path]}`;
    await expect(monteCarloVar(relative)).rejects.toThrow(message.slice(0, -4));
    const absolute = { ...options, factors: [parseFactor(`price:${base}`, 'absolute')], volatilities: [market.forward[0] * 0.3] };
    await expect(monteCarloVar(absolute)).rejects.toThrow(/^scenario \d+ makes the price of .* -\d.*: it must stay > 0 and finite/);
  });

  it('refuses what cannot be revalued before it starts, threads or not', async () => {
    const { model, portfolio } = portfolioOf(8, 3, true);
    const run = (changes: object) => monteCarloVar({ ...model, paths: 6_400, portfolio: { ...portfolio, ...changes }, workers: 2 });
    await expect(run({ holdings: [{ instrument: 3, quantity: 1 }] })).rejects.toThrow('instrument must be a row of the market: 0 to 2, got 3');
    await expect(run({ holdings: [{ instrument: 1, quantity: NaN }] })).rejects.toThrow(/quantity of \w+-1 must be finite, got NaN/);
    await expect(run({ cash: new Map([['BTC', Infinity]]) })).rejects.toThrow('cash in BTC must be finite, got Infinity');
    await expect(run({ cash: new Map([['XYZ', 1]]) })).rejects.toThrow(/XYZ/);
    await expect(run({ days: -1 })).rejects.toThrow(/days must be finite and >= 0, got -1/);
    const other = { ...model, factors: [parseFactor('price:XRP')], volatilities: [0.1] };
    await expect(monteCarloVar({ ...other, paths: 6_400, portfolio })).rejects.toMatchObject({ code: 'FactorMissing' });
  });

  it('cash alone', async () => {
    const { model, portfolio } = portfolioOf(8, 3, true);
    const cash = new Map([['BTC', 1]]);
    const { measures: [one] } = await monteCarloVar({ ...model, paths: 6_400, portfolio: { ...portfolio, holdings: [], cash } });
    const { measures: [two] } = await monteCarloVar({
      ...model, paths: 6_400, portfolio: { kind: 'function', pnl: ({ count, moves, factors }) =>
        moves.slice(0, count).map((move) => (factors[0].change === 'relative' ? 60_000 * (1 + move) - 60_000 : 60_000 + move - 60_000)) },
    });
    expect(one).toEqual(two);
  });
});
