import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { CollateralModule } from '../../src/collateral/collateral-module.ts';
import type { Market } from '../../src/domain/market.ts';
import { LiquidationModule } from '../../src/liquidation/liquidation-module.ts';
import { shippedLiquidationStyle } from '../../src/liquidation/shipped-styles.ts';
import { shippedWaterfall } from '../../src/waterfall/venue-rules.ts';
import { WaterfallModule, type WaterfallOptions } from '../../src/waterfall/waterfall-module.ts';
import { bookOf, flatParams, perpetualMarket, startMs, type AccountText } from '../support/liquidation-book.ts';

const dollar = 1_000_000n;
const base = perpetualMarket({ BTC: 100 });
/** ETH is no instrument here, but collateral. */
const market: Market = { ...base, indexPrice: new Map([...base.indexPrice, ['eth_usdc', 10]]) };
const collateralRules = {
  venue: 'test', date: '2026-08-01', source: 'made up for tests', currency: 'USDC', assets: { USDC: { haircut: 0 }, ETH: { haircut: 0 } },
};
const held = (cash: number, quantity: number): AccountText => ({ cash, positions: [['BTC', quantity, 100]] });

interface Bench {
  readonly engine: AccountEngine;
  readonly waterfall: WaterfallModule;
  /** Kinds and reasons of the events of a command. */
  readonly at: (seconds: number, kind: string, fields?: object) => Promise<string[]>;
  readonly tick: (seconds: number, btc: number) => Promise<string[]>;
  readonly cash: (account: string) => number;
}

function benchOf(accounts: Readonly<Record<string, AccountText>>, before: readonly AccountModule[], options: Partial<WaterfallOptions> = {}): Bench {
  const waterfall = new WaterfallModule({ rules: shippedWaterfall('pro-rata'), ...options });
  const engine = AccountEngine.create({
    market, book: bookOf(market, accounts), model: 'hyperliquid', params: flatParams({ BTC: 10 }), modules: [...before, waterfall],
  });
  let ids = 0;
  const at = async (seconds: number, kind: string, fields: object = {}): Promise<string[]> => {
    const { batch } = await engine.apply({ id: `c${ids++}`, timeMs: startMs + seconds * 1000, kind, ...fields });
    return batch!.events.map(({ kind: name, data }) => [name, (data as { reason?: string }).reason].filter((each) => typeof each === 'string').join(': '));
  };
  return {
    engine, waterfall, at,
    tick: (seconds, btc) => at(seconds, 'tick', { quotes: { forward: { BTC: btc }, indexPrice: { btc_usdc: btc } } }),
    cash: (account) => engine.engine.heldBy(account).cash[0]?.amount ?? 0,
  };
}

describe('the waterfall and collateral outside the book', () => {
  it('does nothing for an account whose collateral is elsewhere: the fund would pay what the collateral covers', async () => {
    const { tick, at, cash, engine, waterfall } = benchOf({ long: held(-900, 10), short: held(2_000, -10) }, [new CollateralModule(collateralRules)], { funds: { USDC: 10_000n * dollar } });
    // 120 ETH are 1,200: balance 300 at 100; at 60 it is -900 - 400 + 1,200 = -100, of the book alone -1,300.
    await at(0, 'collateral.deposit', { account: 'long', asset: 'ETH', amount: '12000000000' });
    await tick(0, 100);
    expect(engine.status('long')[0]).toMatchObject({ balance: 300, level: 'healthy' });
    expect(await tick(1, 60)).toEqual(['skipped: a part of its balance is held outside the book: that must be sold first']);
    expect([waterfall.fundBalance('USDC'), cash('long'), engine.status('long')[0].level]).toEqual([10_000n * dollar, -900, 'bankrupt']);
    expect(engine.engine.heldBy('long').positions).toMatchObject([{ quantity: 10 }]);
    await engine.close();
  });

  it('counts that collateral as margin when money is withdrawn', async () => {
    const { tick, at, cash, engine } = benchOf({ long: held(50, 10) }, [new CollateralModule(collateralRules)]);
    // 50 + 10 ETH = 150 against 100.
    await at(0, 'collateral.deposit', { account: 'long', asset: 'ETH', amount: '1000000000' });
    await tick(0, 100);
    await at(1, 'waterfall.withdraw', { account: 'long', currency: 'USDC', amount: '49000000' });
    expect(cash('long')).toBe(1);
    await engine.close();
  });
});

describe('money that leaves an account by the waterfall\'s commands', () => {
  const accounts = { long: held(1_000, 10), short: held(1_000, -10) };

  it('leaves initial margin, and no account that is not healthy', async () => {
    const { tick, at, cash, engine, waterfall } = benchOf(accounts, []);
    // At 50: long 1,000 - 500 against an initial margin of 50; short 1,500 against 50.
    await tick(0, 50);
    const withdraw = (account: string, amount: string): Promise<string[]> => at(0, 'waterfall.withdraw', { account, currency: 'USDC', amount });
    await expect(withdraw('long', '1000000000')).rejects.toThrow('long: would have a margin balance of -500 USDC');
    await expect(withdraw('long', '450000001')).rejects.toThrow('needed for an initial margin of 50');
    await withdraw('long', '450000000');
    expect(cash('long')).toBe(550);
    // At 48: 550 - 520 = 30 against 48: called.
    await tick(1, 48);
    await expect(at(1, 'waterfall.withdraw', { account: 'long', currency: 'USDC', amount: '1' })).rejects.toThrow('long: is margin-call in USDC: nothing may leave');
    await expect(at(1, 'waterfall.fund', { fund: 'USDC', account: 'long', amount: '1' })).rejects.toThrow('nothing may leave');
    // The fund may pay it.
    await at(1, 'waterfall.fund', { fund: 'USDC', amount: '7000000' });
    await at(1, 'waterfall.fund', { fund: 'USDC', account: 'long', amount: '-7000000' });
    expect([cash('long'), waterfall.fundBalance('USDC')]).toEqual([557, 0n]);
    await engine.close();
  });

  it('is in cash: no account pays into the fund what it has not', async () => {
    const { tick, at, cash, engine, waterfall } = benchOf(accounts, []);
    await tick(0, 50);
    const pay = (account: string, amount: string): Promise<string[]> => at(0, 'waterfall.fund', { fund: 'USDC', account, amount });
    await expect(pay('short', '5000000000')).rejects.toThrow('must be at most the cash of short, 1000000000');
    await expect(pay('long', '451000000')).rejects.toThrow('initial margin');
    expect([cash('short'), cash('long'), waterfall.fundBalance('USDC')]).toEqual([1_000, 1_000, 0n]);
    await engine.close();
  });
});

describe('the waterfall after liquidations', () => {
  it('leaves an account alone while it is auctioned, and may be told to take it', async () => {
    const liquidation = new LiquidationModule({ style: shippedLiquidationStyle('derive'), securityModule: { USDC: 1_000n * dollar } });
    const { tick, at, engine, waterfall } = benchOf({ long: held(200, 10), short: held(1_000, -10) }, [liquidation], { rules: shippedWaterfall('derive') });
    // At 83: 200 - 170 = 30 of 41.5. At 79: -10.
    expect(await tick(0, 83)).toEqual(['opened', 'auction-started']);
    await tick(1, 79);
    expect(engine.status('long')[0].level).toBe('bankrupt');
    expect([liquidation.records[0].phase, waterfall.debt('USDC')]).toEqual(['auction', 0n]);
    expect(engine.engine.heldBy('long').positions).toMatchObject([{ quantity: 10 }]);
    expect(await at(2, 'waterfall.default', { account: 'long' })).toContain('default');
    await engine.close();
  });

  it('takes what is handed over, in the order in which it is', async () => {
    const liquidation = new LiquidationModule({ style: shippedLiquidationStyle('cheapest'), plansPerTick: 1 });
    const { tick, engine } = benchOf({ a: held(60, 10), b: held(50, 10), short: held(1_000, -20) }, [liquidation], { funds: { USDC: 1_000n * dollar } });
    // Both are bankrupt at 90: b, the worse, is handed over first, a waits a tick.
    const first = await tick(1, 90);
    expect([first.filter((kind) => kind === 'bankrupt').length, first.filter((kind) => kind === 'default').length]).toEqual([1, 1]);
    expect(engine.engine.heldBy('a').positions).toMatchObject([{ quantity: 10 }]);
    expect((await tick(2, 90)).filter((kind) => kind === 'default')).toEqual(['default']);
    await engine.close();
  });
});
