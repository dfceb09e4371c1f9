import { describe, expect, it } from 'vitest';
import { AddOns } from '../../src/dynamic/add-ons.ts';
import { command, perpetualEngine, perpetualMarket } from './fixtures.ts';

/** Incidents that these add-ons are there for: the essence of each. OCC's two are in the tests of manifest and alarm. */
const parametersOf = (sections: Record<string, unknown>): unknown => ({
  source: 'made up for this test', date: '2026-08-01', required: Object.keys(sections), underlyings: { btc: { dailyVolatility: 0.05 } }, ...sections,
});

describe('museum', () => {
  it('dYdX v3, YFI, November 2023: most of the open interest of a thin market in one hand', async () => {
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

  it('Hyperliquid, ETH, March 2025: margin withdrawn from a position that moves the market when it is liquidated', async () => {
    const liquidationCost = { maintenanceShare: 1, impact: 1, participation: 0.1, horizonDays: { min: 1, max: 10 }, priceRisk: 0 };
    // 64 contracts against 100 a day: 0.05 x sqrt(0.64) = 4% of 6,400 is what its liquidation costs; spread 3.2.
    const market = perpetualMarket({ averageDailyVolume: [100, 1000] });
    const modules = (): AddOns[] => [new AddOns({ parameters: parametersOf({ liquidationCost }) })];
    const engine = perpetualEngine([[64, 0, 2000]], modules(), market);
    await engine.apply(command('tick'));
    expect(engine.status('account-0')[0].maintenanceMargin).toBeCloseTo(320 + 256 + 3.2, 9);
    // Down to what the model alone asks for: 320 + 10. Without the add-on that would be healthy enough; with it there is
    // something left to liquidate with.
    await engine.apply(command('book', 0, { changes: { cash: [{ account: 'account-0', currency: 'USDC', amount: 330 }] } }));
    await engine.apply(command('tick'));
    expect(engine.status('account-0')[0].level).toBe('liquidation');
    // Of a hundredth of the size the impact is a thousandth: 0.256.
    const small = perpetualEngine([[0.64, 0, 20]], modules(), market);
    await small.apply(command('tick'));
    expect(small.status('account-0')[0].adjustments['market-impact']).toBeCloseTo(0.256, 12);
    await engine.close();
    await small.close();
  });
});
