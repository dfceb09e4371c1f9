import { afterEach, describe, expect, it } from 'vitest';
import { contributions } from '../../src/cascade/contributions.ts';
import { cascadeDistribution, quantileOf } from '../../src/cascade/distribution.ts';
import { drawnShocks } from '../../src/cascade/drawn-shocks.ts';
import { liquidationLadder } from '../../src/cascade/liquidation-ladder.ts';
import type { CascadeScenario } from '../../src/cascade/scenario.ts';
import { simulateCascade } from '../../src/cascade/simulate.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { engineOfLiquidationPrices, type PricedAccount } from '../vectors/cascade/liquidation-prices.ts';

const open: Engine[] = [];
afterEach(async () => Promise.all(open.splice(0).map((engine) => engine.close())));

function engineOf(accounts: readonly PricedAccount[]): Engine {
  const engine = engineOfLiquidationPrices(100, accounts);
  open.push(engine);
  return engine;
}

describe('liquidation ladder', () => {
  it('counts every account at the first level below its price', async () => {
    const accounts: PricedAccount[] = [[98, 1], [96, 2], [96, 4], [91, 8], [101, 16]];
    const { levels, price } = await liquidationLadder(engineOf(accounts), { underlying: 'x_usdt', moves: [-0.1, -0.03, -0.05] });
    expect(price).toBe(100);
    expect(levels.map(({ move, accounts: count, volume, cumulative }) => [move, count, volume, cumulative])).toEqual([
      [0, 1, 16, 16], [-0.03, 1, 1, 17], [-0.05, 2, 6, 23], [-0.1, 1, 8, 31],
    ]);
    expect(levels[2].notional).toBeCloseTo(6 * 95, 10);
    expect(levels[3].cumulativeNotional).toBeCloseTo(16 * 100 + 97 + 570 + 720, 10);
  });

  it('goes upwards for shorts', async () => {
    const { levels } = await liquidationLadder(engineOf([[103, -1], [110, -2]]), { underlying: 'X', moves: [0.05, 0.1] });
    expect(levels.map(({ volume }) => volume)).toEqual([0, -1, -2]);
  });

  it('gain of the linear law: lambda Q\'(P) P / V', async () => {
    // Between 95 and 94: 20 units; lambda / V = 0.001: 1 - exp(-0.02) = 1.98% over a step of 1/95 = 1.05%.
    const impact = { kind: 'linear', lambda: 1, dailyVolume: 1_000 } as const;
    const { levels } = await liquidationLadder(engineOf([[94.5, 20], [93.5, 5]]), { underlying: 'X', moves: [-0.05, -0.06, -0.07], impact });
    expect(levels[1].gain).toBeCloseTo(0, 15);
    expect(levels[2].gain).toBeCloseTo((1 - Math.exp(-0.02)) * 95, 10);
    expect(levels[3].gain).toBeCloseTo((1 - Math.exp(-0.005)) * 94, 10);
  });

  it('where the gain is above one a shock to the level goes through it', async () => {
    const ladder: PricedAccount[] = [95.9, 95.7, 95.5, 95.3, 95.1, 94.9].map((price) => [price, 4]);
    const impact = (lambda: number) => ({ kind: 'linear', lambda, dailyVolume: 1_000 }) as const;
    // 4 units every 0.2: gain lambda x 0.02 x 95.5.
    const through = await simulateCascade(engineOf(ladder), { shock: { X: -0.0411 }, impact: { X: impact(0.7) } });
    expect(through.liquidatedAccounts).toBe(6);
    const stopped = await simulateCascade(engineOf(ladder), { shock: { X: -0.0411 }, impact: { X: impact(0.4) } });
    expect(stopped.liquidatedAccounts).toBe(1);
  });

  it.each([[[]], [[-0.1, 0.1]], [[-1]], [[NaN]]])('refuses moves %j', async (moves) => {
    await expect(liquidationLadder(engineOf([[90, 1]]), { underlying: 'X', moves })).rejects.toThrow('moves of a ladder');
  });
});

describe('distribution', () => {
  it('quantiles interpolate between order statistics', () => {
    // R: quantile(c(1, 2, 4, 8), c(0, .25, .5, 1)) = 1, 1.75, 3, 8.
    expect([0, 0.25, 0.5, 1].map((level) => quantileOf([8, 1, 4, 2], level))).toEqual([1, 1.75, 3, 8]);
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  it('runs every shock from the same book', async () => {
    const engine = engineOf([[96, 1], [92, 2], [85, 4]]);
    const shocks = [-0.05, -0.1, -0.2, -0.05].map((X) => ({ X }));
    const { outcomes, quantiles, levels } = await cascadeDistribution(engine, {}, shocks);
    expect(outcomes.map(({ liquidatedAccounts }) => liquidatedAccounts)).toEqual([1, 2, 3, 1]);
    expect(outcomes[3]).toEqual(outcomes[0]);
    expect(levels[3]).toBe(0.5);
    expect(quantiles.liquidatedAccounts[3]).toBe(1.5);
    await expect(cascadeDistribution(engine, {}, [])).rejects.toThrow('a shock at least');
  });

  it('draws have the moments of their law and depend on seed and place alone', () => {
    const normal = drawnShocks({ kind: 'normal', scale: 0.01, count: 100_000, seed: 4 });
    const mean = normal.reduce((sum, move) => sum + move, 0) / normal.length;
    const variance = normal.reduce((sum, move) => sum + move * move, 0) / normal.length;
    // Four standard errors: 0.01 / sqrt(1e5), and 1e-4 sqrt(2 / 1e5).
    expect(Math.abs(mean)).toBeLessThan(4 * 3.2e-5);
    expect(Math.abs(variance - 1e-4)).toBeLessThan(4 * 4.5e-7);
    expect(drawnShocks({ kind: 'normal', scale: 0.01, count: 10, seed: 4 })).toEqual(normal.slice(0, 10));
    expect(drawnShocks({ kind: 'normal', scale: 0.01, count: 10, seed: 5 })).not.toEqual(normal.slice(0, 10));
    // Tables of Student's t with 4 degrees of freedom: P(|t| > 2.776) = 0.05, P(|t| > 4.604) = 0.01.
    const student = drawnShocks({ kind: 'student-t', scale: 0.01, degrees: 4, count: 100_000, seed: 4 });
    const beyond = (quantile: number): number => student.filter((move) => Math.abs(move) > 0.01 * quantile).length / student.length;
    expect(Math.abs(beyond(2.776) - 0.05)).toBeLessThan(4 * 7e-4);
    expect(Math.abs(beyond(4.604) - 0.01)).toBeLessThan(4 * 3.2e-4);
  });

  it.each([[{ scale: 0 }, 'scale'], [{ degrees: 0 }, 'degrees'], [{ count: 0 }, 'count'], [{ seed: -1 }, 'seed']])('refuses %j', (wrong, field) => {
    expect(() => drawnShocks({ kind: 'student-t', scale: 0.1, degrees: 3, count: 1, seed: 1, ...wrong })).toThrow(field);
  });
});

describe('contributions', () => {
  // At 95 the 8 of 95.2 sell: 95 exp(-0.008) = 94.24: the 4 of 94.5 follow, 93.87; the 2 of 93 stay.
  const accounts: PricedAccount[] = [[95.2, 8], [94.5, 4], [93, 2]];
  const scenario: CascadeScenario = { shock: { X: -0.05 }, impact: { X: { kind: 'linear', lambda: 1, dailyVolume: 1_000 } } };

  it('leaving one out: what it causes besides its own', async () => {
    const engine = engineOf(accounts);
    const base = await simulateCascade(engine, scenario);
    expect(base.liquidatedAccounts).toBe(2);
    const [first, second, ...rest] = await contributions(engine, scenario, base, { top: 5 });
    expect(rest).toEqual([]);
    const follower = 4 * 95 * Math.exp(-0.008);
    expect(first).toMatchObject({ account: 'A0', liquidatedAccounts: 2 });
    expect(first.ownNotional).toBeCloseTo(760, 10);
    expect(first.contagion).toBeCloseTo(follower, 9);
    expect(second).toMatchObject({ account: 'A1', liquidatedAccounts: 1 });
    expect(second.contagion).toBeCloseTo(0, 9);
  });

  it('halved: half its sales push less', async () => {
    const engine = engineOf(accounts);
    const base = await simulateCascade(engine, scenario);
    // Half of it has twice the margin for its size: it is healthy, and so is everybody.
    const [first] = await contributions(engine, scenario, base, { top: 1, removed: 0.5 });
    expect(first.liquidatedAccounts).toBe(2);
    await expect(contributions(engine, scenario, base, { top: 1, removed: 0 })).rejects.toThrow('removed');
  });

  it('what is taken away is closed at the marks before the shock', async () => {
    // [95.2, 8] from 100 to 80: 11.9 - 8 x 15.2 = -109.7. Half of it closed at 100: 11.9 + 4 x 4.8 - 4 x 15.2 = -29.7.
    const engine = engineOf([[95.2, 8]]);
    const fall: CascadeScenario = { shock: { X: -0.2 } };
    const [found] = await contributions(engine, fall, await simulateCascade(engine, fall), { top: 1, removed: 0.5 });
    expect(found.deficit).toBeCloseTo(109.7 - 29.7, 10);
  });

  it('Shapley values add up to the effect of all together', async () => {
    const engine = engineOf(accounts);
    const base = await simulateCascade(engine, scenario);
    const found = await contributions(engine, scenario, base, { top: 2, permutations: 7, seed: 3 });
    const total = found.reduce((sum, { shapley }) => sum + shapley!, 0);
    expect(total).toBeCloseTo(base.notional, 8);
    // Alone the second stays: it brings nothing unless the first is there.
    const [first, second] = found;
    expect(first.shapley).toBeGreaterThanOrEqual(760 - 1e-9);
    expect(second.shapley).toBeLessThanOrEqual(4 * 95 * Math.exp(-0.008) + 1e-9);
  });
});
