import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package throughout.
import {
  cascadeDistribution, contributions, drawnShocks, Engine, fundAndAdl, generateMarginedBook, liquidationLadder,
  loadBuiltInMarket, shippedParams, simulateCascade, type Book, type CascadeScenario, type Market,
} from '../../build/js/src/index.js';

const accounts = 20_000;
const params = shippedParams('deribit-pm');
let market: Market;
let book: Book;
let engine: Engine;

beforeAll(async () => {
  ({ market } = loadBuiltInMarket());
  const options = { accounts, meanPositions: 12, seed: 7 };
  ({ book, engine } = await generateMarginedBook(market, options, { params, workers: 0 }));
});
afterAll(() => engine.close());

/** Enough impact for several rounds. */
const scenario: CascadeScenario = {
  shock: { btc_usd: -0.15 },
  impact: { BTC: { kind: 'sqrt', y: 1, sigma: 0.1, dailyVolume: 20_000 } },
  volatilityBeta: 1,
  absorber: () => fundAndAdl({ fund: { BTC: 1_000_000_000n, USD: 1_000_000_000_000n }, adl: true }),
};

function comparable(result: Awaited<ReturnType<typeof simulateCascade>>): string {
  return JSON.stringify(result, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

describe('twenty thousand accounts with options, two currencies', () => {
  it('runs to the fixed point over several rounds', async () => {
    const result = await simulateCascade(engine, scenario);
    expect(result.converged).toBe(true);
    expect(result.rounds.length).toBeGreaterThan(2);
    expect(result.liquidatedAccounts).toBeGreaterThan(100);
    expect(result.amplification).toBeGreaterThan(1);
    expect(result.quarantinedSets).toBe(0);
    const byAccount = result.notionalOfAccount.reduce((sum, amount) => sum + amount, 0);
    // Two sums of the same thousands of terms.
    expect(Math.abs(byAccount / result.notional - 1)).toBeLessThan(1e-12);
  });

  it('is the same bits for any number of workers and either engine', async () => {
    const expected = comparable(await simulateCascade(engine, scenario));
    for (const options of [{ workers: 2 }, { workers: 1 }, { kernels: 'javascript' as const }]) {
      const other = Engine.create({ market, book, params, ...options });
      expect(comparable(await simulateCascade(other, scenario))).toBe(expected);
      await other.close();
    }
  });

  it.each([
    { kind: 'full' } as const,
    { kind: 'share', share: 0.2 } as const,
    { kind: 'target', buffer: 1.1 } as const,
  ])('%j: the reduced engine is an engine that was built with what is left', async (close) => {
    await engine.tick({ forward: market.forward, impliedVolatility: market.impliedVolatility, indexPrice: market.indexPrice });
    const sets = engine.results.status.reduce<number[]>((found, _, set) => (set % 7 === 3 ? [...found, set] : found), []).slice(0, 2_500);
    const keep = close.kind === 'full' ? 0 : close.kind === 'share' ? 1 - close.share : 1 / close.buffer;
    const { cash } = engine.arena.views.nettingSet;
    const before = engine.stateHash();
    const undo = engine.reduceSets({
      sets: Uint32Array.from(sets),
      keep: new Float64Array(sets.length).fill(keep),
      cash: Float64Array.from(sets, (set) => cash[set] + 1.25),
    });
    const moved = { forward: market.forward.map((price) => price * 0.93) };
    await engine.tick(moved);
    const rebuilt = Engine.create({ market, book: engine.exportBook(), params, workers: 0 });
    await rebuilt.tick(moved);
    expect(rebuilt.stateHash()).toBe(engine.stateHash());
    await rebuilt.close();
    engine.undoReductions(undo);
    await engine.tick(market);
    expect(engine.stateHash()).toBe(before);
  });

  it('ends where nobody who was left alone is in liquidation, by an engine with the first book', async () => {
    const { lead, rounds } = await simulateCascade(engine, scenario);
    const closed = new Set(rounds.flatMap((round) => [...round.accounts]));
    const factor = lead.final / lead.initial;
    const isBitcoin = market.instruments.map(({ baseCurrency }) => baseCurrency === 'BTC');
    const again = Engine.create({ market, book, params, workers: 0 });
    await again.tick({
      forward: market.forward.map((price, row) => (isBitcoin[row] ? price * factor : price)),
      impliedVolatility: market.impliedVolatility.map((sigma, row) => (isBitcoin[row] ? sigma * (2 - factor) : sigma)),
      indexPrice: new Map([...market.indexPrice].map(([pair, price]) => [pair, pair.startsWith('btc') ? price * factor : price])),
    });
    const { status, accountIndex } = again.results;
    const inLiquidation = new Set<number>();
    status.forEach((code, set) => {
      if (code === 2) inLiquidation.add(accountIndex[set]);
    });
    expect(inLiquidation.size).toBeGreaterThan(100);
    expect([...inLiquidation].filter((account) => !closed.has(account))).toEqual([]);
    await again.close();
  });

  it('calls that are missed or met change the outcome, the same way every time', async () => {
    const failing = { ...scenario, failures: { callsMissed: 0.5, seed: 3 } };
    const result = await simulateCascade(engine, failing);
    expect(result.rounds.some(({ missedCalls }) => missedCalls > 0)).toBe(true);
    expect(result.paidIn).toBeGreaterThan(0);
    expect(comparable(await simulateCascade(engine, failing))).toBe(comparable(result));
    const other = await simulateCascade(engine, { ...failing, failures: { callsMissed: 0.5, seed: 4 } });
    expect(comparable(other)).not.toBe(comparable(result));
  });

  it('finds fragile levels, quantiles and contributors, and leaves the book alone', async () => {
    await engine.tick(market);
    const before = engine.stateHash();
    const moves = [-0.02, -0.04, -0.06, -0.08, -0.1];
    const ladder = await liquidationLadder(engine, { underlying: 'BTC', moves, impact: scenario.impact!['BTC'] });
    expect(ladder.levels.map(({ move }) => move)).toEqual([0, ...moves]);
    const noImpact = await simulateCascade(engine, { shock: { BTC: -0.1 } });
    // Without impact a shock liquidates whoever stands on the ladder down to it.
    expect(ladder.levels.reduce((sum, level) => sum + level.accounts, 0)).toBeGreaterThanOrEqual(noImpact.liquidatedAccounts);
    const shocks = [...drawnShocks({ kind: 'student-t', scale: 0.05, degrees: 3, count: 3, seed: 1 })].map((BTC) => ({ BTC }));
    const { outcomes, quantiles } = await cascadeDistribution(engine, scenario, shocks);
    expect(outcomes).toHaveLength(3);
    expect(quantiles.notional[3]).toBe(outcomes.map(({ notional }) => notional).sort((a, b) => a - b)[1]);
    const base = await simulateCascade(engine, scenario);
    const found = await contributions(engine, scenario, base, { top: 3 });
    expect(found.map(({ ownNotional }) => ownNotional)).toEqual([...base.notionalOfAccount].sort((a, b) => b - a).slice(0, 3));
    await engine.tick(market);
    expect(engine.stateHash()).toBe(before);
  });
});
