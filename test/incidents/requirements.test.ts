import { describe, expect, it } from 'vitest';
import type { AccountModule } from '../../src/account/module.ts';
import { AddOns } from '../../src/dynamic/add-ons.ts';
import { DynamicMargin } from '../../src/dynamic/dynamic-margin.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { command, eventsOf, perpetualEngine, perpetualMarket } from '../dynamic/fixtures.ts';

/** Incidents of requirements: what happened, and what this engine does when the same reaches it. Sources: docs/INCIDENTS.md. */

const parametersOf = (sections: Readonly<Record<string, unknown>>, dailyVolatility = 0.05): Record<string, unknown> => ({
  source: 'made up for this test', date: '2026-08-01', required: Object.keys(sections), underlyings: { btc: { dailyVolatility } }, ...sections,
});

describe('OCC, October 2019 to May 2021: the add-on for wrong-way risk was documented and never computed', () => {
  const concentration = { maintenanceShare: 1, instrument: { measure: 'openInterest', tiers: [{ from: 0.2, rate: 0.5 }] } };
  const wrongWayCollateral = { maintenanceShare: 1, assets: { usdc: { fall: 0.3, rate: 1, correlations: { btc: 1 } } } };
  const parameters = parametersOf({ concentration, wrongWayCollateral });

  it('what is required is there, or there is no engine', () => {
    for (const name of ['concentration', 'wrongWayCollateral']) {
      expect(() => new AddOns({ parameters: { ...parameters, [name]: undefined } }))
        .toThrow(expect.objectContaining({ code: 'ParameterInvalid', message: expect.stringContaining(`add-ons.${name} is required`) as string }));
    }
  });

  it('every result names each component, and the manifest says that all of them were computed', async () => {
    const module = new AddOns({ parameters });
    const engine = perpetualEngine([[10, 0, 500]], [module]);
    await engine.apply(command('tick'));
    // Cash and position fall by 0.3: 150 and 300, the smaller counts. 0.5 x (10 - 0.2 x 40) contracts at 100.
    expect(engine.status('account-0')[0].adjustments).toEqual({ concentration: 0, 'instrument-concentration': 100, 'wrong-way-collateral': 150 });
    expect(module.manifest).toMatchObject({
      required: ['concentration', 'wrongWayCollateral'],
      components: ['concentration', 'instrument-concentration', 'wrong-way-collateral'], accountsFailed: 0, missing: [],
    });
    await engine.close();
  });

  it('a component that cannot be computed is unknown, not zero: its account is quarantined and the reason is said', async () => {
    const module = new AddOns({ parameters });
    const engine = perpetualEngine([[10, 0, 500], [0, 10, 500]], [module], { ...perpetualMarket(), openInterest: Float64Array.of(NaN, 5000) });
    const outcome = await engine.apply(command('tick'));
    expect(engine.counts).toMatchObject({ quarantined: 1, healthy: 1 });
    expect(engine.status('account-0')[0].adjustments['instrument-concentration']).toBeNaN();
    expect(eventsOf(outcome)).toMatchObject([{ kind: 'input-missing', data: { inputs: ['concentration: openInterest of BTC'], accounts: 1 } }]);
    await engine.close();
  });
});

describe('OCC, February 2018: a model that ran into volatility asked for ten times the margin', () => {
  const btc = { volatility: { kind: 'ewma', lambda: 0.5 }, scaler: { referenceVolatility: 0.02, floor: 1, cap: 100 } };
  const alarm = { above: 2 };
  async function surge(tools: object) {
    const rules = { source: 'made up for this test', date: '2026-08-01', mix: 'largest', underlyings: { btc: { ...btc, tools } }, unscaled: ['eth'] };
    const engine = perpetualEngine([[10, 0, 400]], [new DynamicMargin(rules)]);
    await engine.apply(command('tick'));
    // Variance (0.02^2 + 0.0796) / 2 = 0.2^2: ten times the reference.
    const outcome = await engine.apply(command('dynamic.observe', 1, { returns: { btc: Math.sqrt(0.0796) } }));
    await engine.apply(command('tick', 1));
    const { initialMargin, level } = engine.status('account-0')[0];
    await engine.close();
    return { alarms: eventsOf(outcome).filter(({ kind }) => kind === 'responsiveness-alarm').length, initialMargin, level };
  }

  it('the speed limit lets through what it may, the alarm says what was asked, and nobody is liquidated by an error', async () => {
    const { alarms, initialMargin, level } = await surge({ speedLimit: { perDay: 0.2, shortfallMax: 0.8, shortfallDaysMax: 3 }, alarm });
    // 100 of margin; at most 80% below the 1,000 asked for.
    expect(initialMargin).toBeCloseTo(200, 8);
    expect({ alarms, level }).toEqual({ alarms: 1, level: 'healthy' });
  });

  it('without a limit it would be, but not in silence', async () => {
    const { alarms, initialMargin, level } = await surge({ alarm });
    // 400 of 500 as maintenance margin.
    expect(initialMargin).toBeCloseTo(1000, 8);
    expect({ alarms, level }).toEqual({ alarms: 1, level: 'liquidation' });
  });
});

describe('dYdX v3, YFI, 18 November 2023: most of the open interest of a thin market in one hand', () => {
  it('is charged until it cannot be held with the leverage of everybody else', async () => {
    const tiers = [{ from: 0.05, rate: 0.2 }, { from: 0.2, rate: 0.6 }];
    const concentration = { maintenanceShare: 1, instrument: { measure: 'openInterest', tiers } };
    const market = { ...perpetualMarket(), openInterest: Float64Array.of(10_000, 5000) };
    // Ten times leveraged, all of them: 9,000 contracts at 100 in one account, 400 in another, 40 in a third.
    const accounts = [[9000, 0, 108_000], [400, 0, 4800], [40, 0, 480]] as const;
    const plain = perpetualEngine(accounts, [], market);
    await plain.apply(command('tick'));
    expect(plain.counts).toMatchObject({ healthy: 3 });
    const charged = perpetualEngine(accounts, [new AddOns({ parameters: parametersOf({ concentration }) })], market);
    await charged.apply(command('tick'));
    // 0.2 x (9,000 - 500) + 0.4 x (9,000 - 2,000) = 4,500 contracts at 100: half of the position more, and no longer allowed.
    expect(charged.status('account-0')[0]).toMatchObject({ level: 'liquidation', adjustments: { 'instrument-concentration': 450_000 } });
    for (const account of ['account-1', 'account-2']) {
      expect(charged.status(account)[0]).toMatchObject({ level: 'healthy', adjustments: { 'instrument-concentration': 0 } });
    }
    await plain.close();
    await charged.close();
  });
});

describe('LME nickel, 8 March 2022: a short larger than its market, and nobody had asked it for more', () => {
  it('what takes days to buy back is charged by its days, while the same in ten hands is not', async () => {
    const concentration = { maintenanceShare: 0, underlying: { measure: 'averageDailyVolume', tiers: [{ from: 1, rate: 0.1 }, { from: 5, rate: 0.5 }] } };
    const market = perpetualMarket({ averageDailyVolume: [100, 1000] });
    const modules = (): AccountModule[] => [new AddOns({ parameters: parametersOf({ concentration }) })];
    const whole = perpetualEngine([[-1000, 0, 39_000]], modules(), market);
    await whole.apply(command('tick'));
    // 10% of 100,000, and 0.1 x (1,000 - 100) + 0.4 x (1,000 - 500) = 290 contracts at 100: 39,000, all that he has.
    expect(whole.status('account-0')[0]).toMatchObject({ level: 'healthy', initialMargin: 39_000, adjustments: { concentration: 29_000 } });
    // What the model alone asks for is gone at 110, 10%; this lasts to 130, where 9,000 are left against 6,500.
    await whole.apply(command('tick', 1, { quotes: { forward: { BTC: 130 }, indexPrice: { btc_usdc: 130 } } }));
    expect(whole.status('account-0')[0]).toMatchObject({ balance: 9000, maintenanceMargin: 6500, level: 'margin-call' });
    const parts = perpetualEngine(Array.from({ length: 10 }, () => [-100, 0, 1000] as const), modules(), market);
    await parts.apply(command('tick'));
    expect(parts.counts).toMatchObject({ healthy: 10 });
    await whole.close();
    await parts.close();
  });
});

describe('Hyperliquid, ETH, 12 March 2025: margin withdrawn from a position that moves the market when it is liquidated', () => {
  const liquidationCost = { maintenanceShare: 1, impact: 1, participation: 0.1, horizonDays: { min: 1, max: 10 }, priceRisk: 0 };
  // 64 contracts against 256 a day: 0.125 x sqrt(64 / 256) = 6.25% of 6,400 is what its liquidation costs; spread 64 / 16.
  const market = perpetualMarket({ averageDailyVolume: [256, 1000], halfSpread: [0.0625, 0.01] });
  const addOns = (): AddOns => new AddOns({ parameters: parametersOf({ liquidationCost }, 0.125) });
  const withdraw = (amount: string) => command('ledger.withdraw', 0, { account: 'account-0', currency: 'USDC', amount });

  /** What is left for whoever liquidates, after everything free was withdrawn and the price has fallen to 94. */
  async function leftForLiquidator(modules: readonly AccountModule[], free: bigint): Promise<number> {
    const engine = perpetualEngine([[64, 0, 2000]], [new LedgerModule(), ...modules], market);
    await engine.apply(command('tick'));
    await expect(engine.apply(withdraw(String(free + 1n)))).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await engine.apply(withdraw(String(free)));
    await engine.apply(command('tick', 0, { quotes: { forward: { BTC: 94 }, indexPrice: { btc_usdc: 94 } } }));
    const [{ level, balance }] = engine.status('account-0');
    expect(level).toBe('liquidation');
    await expect(engine.apply(withdraw('1'))).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await engine.close();
    // Selling 64 costs 6.25% of 6,016, and 4 of spread.
    return balance - (376 + 4);
  }

  it('what its liquidation will cost stays in the account: not a minor unit of it may be withdrawn', async () => {
    // 2,000 - 640 - (400 + 4). At 94: 1,044 - 384 = 660 <= 300.8 + 376 + 4.
    expect(await leftForLiquidator([addOns()], 956_000_000n)).toBe(280);
  });

  it('without the add-on the liquidator loses: that is what happened', async () => {
    // 2,000 - 640. At 94: 640 - 384 = 256 <= 300.8.
    expect(await leftForLiquidator([], 1_360_000_000n)).toBe(-124);
  });

  it('a hundredth of the size costs a thousandth', async () => {
    const small = perpetualEngine([[0.64, 0, 20]], [addOns()], market);
    await small.apply(command('tick'));
    expect(small.status('account-0')[0].adjustments['market-impact']).toBeCloseTo(0.4, 12);
    await small.close();
  });
});
