import { afterEach, describe, expect, it } from 'vitest';
import { fundAndAdl } from '../../src/cascade/loss-absorption.ts';
import type { CascadeScenario } from '../../src/cascade/scenario.ts';
import { simulateCascade } from '../../src/cascade/simulate.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { engineOfLiquidationPrices, type PricedAccount } from '../vectors/cascade/liquidation-prices.ts';

/**
 * Books of one perpetual at 100; maintenance margin is 1/64 of notional; an account [L, size] meets it at the price L
 * exactly, where its equity is size x L / 64 (test/vectors/cascade).
 */
const open: Engine[] = [];
afterEach(async () => Promise.all(open.splice(0).map((engine) => engine.close())));

async function run(accounts: readonly PricedAccount[], scenario: CascadeScenario) {
  const engine = engineOfLiquidationPrices(100, accounts);
  open.push(engine);
  return simulateCascade(engine, scenario);
}

/** 4 at 99, 4 at 96, 8 at 90 in proportion to the mid of 100. */
const depth = {
  kind: 'depth',
  ladder: { mid: 100, bids: [[99, 4], [96, 4], [90, 8]], asks: [[101, 4], [104, 4], [110, 8]] },
} as const;

describe('cascades by hand', () => {
  it('without impact one round closes all who are below, at the shocked price', async () => {
    const result = await run([[95, 1], [90, 2], [89.9, 4]], { shock: { X: -0.1 } });
    expect(result.rounds.map(({ accounts }) => [...accounts])).toEqual([[0, 1]]);
    expect(result.lead).toMatchObject({ initial: 100, shocked: 90, final: 90, volume: 3 });
    expect(result.amplification).toBeCloseTo(1, 14);
    expect(result).toMatchObject({ converged: true, liquidatedAccounts: 2, notional: 270, slippage: 0, alreadyInLiquidation: 0 });
    // The first: 95/64 + 90 - 95 = -3.515625; the second: 2 x 90/64 > 0.
    expect(result.deficit).toBe(3.515625);
    expect(result.socialised).toBe(3.515625);
  });

  it('walks down an order book: sales, next price, next sales, until nobody is left below', async () => {
    // Shock to 95. Round 1: the 4 of 95.5 sell to the level 0.99: 94.05. Round 2: the 3 of 94.5 reach 0.96: 91.2.
    // Round 3: the 5 of 93 take it to the third level, 0.90: 85.5. The last is at 80.
    const result = await run([[95.5, 4], [94.5, 3], [93, 5], [80, 9]], { shock: { X: -0.05 }, impact: { X: depth } });
    expect(result.rounds.map(({ accounts }) => [...accounts])).toEqual([[0], [1], [2]]);
    const prices = result.rounds.map(({ prices: [price] }) => price);
    expect(prices.map(({ cumulative }) => cumulative)).toEqual([4, 7, 12]);
    [94.05, 91.2, 85.5].forEach((after, round) => expect(prices[round].after).toBeCloseTo(after, 12));
    // Units 8 to 12 of the order: one left at 0.96, four at 0.90.
    expect(prices[2].traded).toBeCloseTo((95 * (0.96 + 4 * 0.9)) / 5, 12);
    expect(result.amplification).toBeCloseTo(14.5 / 5, 12);
    expect(result.rounds[2].slippage).toBeCloseTo(5 * (91.2 - (95 * (0.96 + 4 * 0.9)) / 5), 10);
  });

  it('squeezes shorts upwards by the same rules', async () => {
    // Shock to 105; the short of 104 buys 4 at 1.01 (106.05), the short of 106 buys 4 more at 1.04: 109.2.
    const result = await run([[104, -4], [106, -4], [120, -9]], { shock: { X: 0.05 }, impact: { X: depth } });
    expect(result.rounds.map(({ accounts }) => [...accounts])).toEqual([[0], [1]]);
    expect(result.lead.final).toBeCloseTo(109.2, 12);
    expect(result.lead.volume).toBe(-8);
  });

  it('longs and shorts that go together push by their difference', async () => {
    const result = await run([[95.5, 4], [94, -3]], { shock: { X: -0.05 }, impact: { X: depth } });
    // The short went at 94 and above: at 95 it is liquidated as well.
    expect(result.rounds[0].prices[0]).toMatchObject({ sold: 4, bought: 3, cumulative: 1 });
    expect(result.rounds[0].notional).toBeCloseTo(7 * 95, 10);
  });

  it('a boundary that is met exactly is liquidated', async () => {
    const result = await run([[97.5, 1], [97.49999999999999, 1]], { shock: { X: -0.025 } });
    expect(result.rounds.map(({ accounts }) => [...accounts])).toEqual([[0]]);
  });

  it('a shock of nothing with nobody in liquidation ends at once', async () => {
    const result = await run([[95, 1]], { shock: { X: 0 }, impact: { X: depth } });
    expect(result).toMatchObject({ converged: true, amplification: null, liquidatedAccounts: 0, notional: 0 });
    expect(result.rounds).toEqual([]);
  });
});

describe('a shock in steps', () => {
  it('closes everybody at the first step below, not at the end of the fall', async () => {
    const accounts: PricedAccount[] = [[95, 64], [92, 64]];
    const gap = await run(accounts, { shock: { X: -0.1 } });
    // 95 - 64 x 5 = -225 and 92 - 64 x 2 = -36.
    expect(gap).toMatchObject({ deficit: 261, liquidatedAccounts: 2 });
    const steps = await run(accounts, { shock: { X: -0.1 }, steps: 10 });
    // At 95 the first has 95, at 92 the second 92: nothing is owed.
    expect(steps.rounds.map(({ step, accounts: [account] }) => [step, account])).toEqual([[5, 0], [8, 1]]);
    expect(steps).toMatchObject({ deficit: 0, converged: true });
    expect(steps.lead.final).toBe(gap.lead.final);
  });

  it('what was sold before still weighs on the price', async () => {
    // Four sold at the first step keep the price at 0.99 of wherever the shock puts it.
    const result = await run([[97.5, 4]], { shock: { X: -0.1 }, steps: 4, impact: { X: depth } });
    expect(result.rounds.map(({ step }) => step)).toEqual([1]);
    expect(result.lead.final).toBeCloseTo(90 * 0.99, 12);
  });
});

describe('closing rules', () => {
  it('a fixed share is closed round by round, the rest at once when little is left', async () => {
    // At 94.52: equity 24 - 16 x 1.48 = 0.32; a sixteenth of the position still needs 94.52 / 64 = 1.48.
    const result = await run([[96, 16]], { shock: { X: -0.0548 }, close: { kind: 'share', share: 0.5 } });
    // 8, 4, 2, 1; then 1/32 of the first would be left: all of it.
    expect(result.rounds.map(({ prices: [price] }) => price.sold)).toEqual([8, 4, 2, 1, 1]);
    expect(result).toMatchObject({ converged: true, liquidatedAccounts: 1 });
    expect(result.rounds.map(({ newAccounts }) => newAccounts)).toEqual([1, 0, 0, 0, 0]);
  });

  it('to the target: equity is the buffer times what margin is left', async () => {
    // [96, 64] at 95.5: equity 96 - 32 = 64, maintenance 95.5; 64 = 1.25 (1 - c) 95.5.
    const result = await run([[96, 64]], { shock: { X: -0.045 }, close: { kind: 'target', buffer: 1.25 } });
    expect(result.rounds).toHaveLength(1);
    expect(result.rounds[0].prices[0].sold).toBeCloseTo(64 * (1 - 64 / (1.25 * 95.5)), 10);
    expect(result.deficit).toBe(0);
  });

  it('a part is no escape for who has nothing left', async () => {
    // [96, 64] at 90: equity 96 - 384 < 0.
    const result = await run([[96, 64]], { shock: { X: -0.1 }, close: { kind: 'target', buffer: 1.25 } });
    expect(result.rounds.map(({ prices: [price] }) => price.sold)).toEqual([64]);
    expect(result.deficit).toBe(288);
    const shared = await run([[96, 64]], { shock: { X: -0.1 }, close: { kind: 'share', share: 0.5 } });
    expect(shared.rounds.map(({ prices: [price] }) => price.sold)).toEqual([64]);
  });
});

describe('failures', () => {
  const sqrt = { kind: 'sqrt', y: 1, sigma: 0.1, dailyVolume: 1_600 } as const;

  it('liquidity that is gone counts as so much more volume', async () => {
    // sqrt(4 / 1600) = 0.05, of 0.1: 0.5%; with a quarter of the depth twice that.
    const full = await run([[96, 4]], { shock: { X: -0.05 }, impact: { X: sqrt } });
    const thin = await run([[96, 4]], { shock: { X: -0.05 }, impact: { X: sqrt }, failures: { liquidityLoss: 0.75 } });
    expect(full.lead.final).toBeCloseTo(95 * 0.995, 12);
    expect(thin.lead.final).toBeCloseTo(95 * 0.99, 12);
    expect(thin.lead.volume).toBe(4);
  });

  it('makers leave once the price has moved far enough', async () => {
    const leave = (atMove: number) =>
      run([[96, 4]], { shock: { X: -0.05 }, impact: { X: sqrt }, failures: { makersLeave: { share: 0.75, atMove } } });
    expect((await leave(0.05 - 1e-9)).lead.final).toBeCloseTo(95 * 0.99, 12);
    expect((await leave(0.06)).lead.final).toBeCloseTo(95 * 0.995, 12);
  });

  it('a cap spreads liquidations over rounds, everybody in proportion', async () => {
    const result = await run([[96, 12], [95.5, 4]], { shock: { X: -0.05 }, impact: { X: { ...sqrt, y: 0 } }, failures: { roundCap: 0.005 } });
    // 0.005 x 1,600 = 8 a round of 16. The second is saved by its half: equity 5.97 - 2, maintenance 2 x 95/64 = 2.97.
    expect(result.rounds.map(({ prices: [price] }) => price.sold)).toEqual([8, 6]);
    expect(result).toMatchObject({ converged: true, liquidatedAccounts: 2 });
  });

  it('calls: those who pay reach initial margin, those who fail are closed', async () => {
    // [90, 64] at 95: equity 90 + 320 = 410; maintenance 95; initial 190: healthy. [94, 64]: equity 94 + 64 = 158: called.
    const called: PricedAccount[] = [[90, 64], [94, 64]];
    expect((await run(called, { shock: { X: -0.05 } })).rounds).toEqual([]);
    const paid = await run(called, { shock: { X: -0.05 }, failures: { callsMissed: 0 } });
    expect(paid.rounds).toHaveLength(1);
    expect(paid.rounds[0]).toMatchObject({ metCalls: 1, missedCalls: 0, nettingSets: 0, notional: 0 });
    expect(paid.paidIn).toBeCloseTo(190 - 158, 6);
    expect(paid.equityAfter - (410 + 158)).toBeCloseTo(32, 6);
    const missed = await run(called, { shock: { X: -0.05 }, failures: { callsMissed: 1 } });
    expect(missed.rounds[0]).toMatchObject({ metCalls: 0, missedCalls: 1, nettingSets: 1, notional: 64 * 95 });
  });

  it.each([
    [{ shock: {} }, 'shock'],
    [{ shock: { Y: -0.1 } }, "no underlying 'Y'"],
    [{ shock: { X: -1 } }, 'shock of X'],
    [{ shock: { X: NaN } }, 'shock of X'],
    [{ shock: { X: -0.1 }, close: { kind: 'share', share: 0 } }, 'close'],
    [{ shock: { X: -0.1 }, close: { kind: 'target', buffer: 0.9 } }, 'close target'],
    [{ shock: { X: -0.1 }, failures: { callsMissed: 1.1 } }, 'callsMissed'],
    [{ shock: { X: -0.1 }, failures: { liquidityLoss: 1 } }, 'liquidityLoss'],
    [{ shock: { X: -0.1 }, roundsMax: 0.5 }, 'roundsMax'],
    [{ shock: { X: -0.1 }, steps: 0 }, 'steps'],
    [{ shock: { X: -0.1 }, volatilityBeta: -1 }, 'volatilityBeta'],
  ] as const)('refuses %j', async (scenario, place) => {
    await expect(run([[95, 1]], scenario as CascadeScenario)).rejects.toThrow(place);
  });

  it('says so when it was cut off', async () => {
    const result = await run([[96, 16]], { shock: { X: -0.0548 }, close: { kind: 'share', share: 0.5 }, roundsMax: 2 });
    expect(result.converged).toBe(false);
    expect(result.rounds).toHaveLength(2);
  });
});

describe('who pays', () => {
  // At 90 the long [95, 64] is 95 - 320 = -225 in debt; the short [110, -64] has won 64 x 20 = 1,280.
  const accounts: PricedAccount[] = [[95, 64], [110, -64]];
  const pay = async (fund: bigint, adl: boolean) =>
    run(accounts, { shock: { X: -0.1 }, absorber: () => fundAndAdl({ fund: { USDT: fund }, adl }) });

  it('the fund, then winners, then everybody', async () => {
    expect(await pay(300_000_000n, true)).toMatchObject({ deficit: 225, fundUsed: 225, adlUsed: 0, socialised: 0 });
    expect(await pay(100_000_000n, true)).toMatchObject({ fundUsed: 100, adlUsed: 125, socialised: 0 });
    expect(await pay(100_000_000n, false)).toMatchObject({ fundUsed: 100, adlUsed: 0, socialised: 125 });
    expect(await pay(0n, true)).toMatchObject({ fundUsed: 0, adlUsed: 225, socialised: 0 });
  });

  it('winners give what they have won and no more', async () => {
    // Two shorts from 91 have won 2 x 1; the long [95, 1] owes 95/64 - 5 = -3.515625.
    const result = await run([[95, 1], [91, -2]], {
      shock: { X: -0.1 },
      absorber: () => fundAndAdl({ fund: { USDT: 500_000n }, adl: true }),
    });
    expect(result).toMatchObject({ deficit: 3.515625, fundUsed: 0.5, adlUsed: 2, socialised: 1.015625 });
  });

  it('what one round has used is gone in the next', () => {
    const absorber = fundAndAdl({ fund: { X: 10n }, adl: true });
    expect(absorber.absorbLoss('X', 6n, () => 5n)).toEqual({ fund: 6n, adl: 0n, socialised: 0n });
    expect(absorber.absorbLoss('X', 6n, () => 5n)).toEqual({ fund: 4n, adl: 2n, socialised: 0n });
    // Winners had 5 and have given 2.
    expect(absorber.absorbLoss('X', 6n, () => 5n)).toEqual({ fund: 0n, adl: 3n, socialised: 3n });
    expect(absorber.absorbLoss('X', 6n, () => 1n)).toEqual({ fund: 0n, adl: 0n, socialised: 6n });
    expect(absorber.absorbLoss('Y', 1n, () => 0n)).toEqual({ fund: 0n, adl: 0n, socialised: 1n });
  });

  it('in whole minor units that add up', async () => {
    const result = await run([[95.3, 0.7], [94.1, 0.3]], { shock: { X: -0.1 }, absorber: () => fundAndAdl({ fund: { USDT: 1n } }) });
    for (const { losses } of result.rounds) {
      for (const { deficit, fund, adl, socialised } of losses) expect(fund + adl + socialised).toBe(deficit);
    }
    expect(result.rounds[0].losses).toHaveLength(1);
  });
});
