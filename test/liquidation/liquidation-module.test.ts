import { describe, expect, it } from 'vitest';
import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { CollateralModule } from '../../src/collateral/collateral-module.ts';
import { LiquidationModule, type LiquidationOptions } from '../../src/liquidation/liquidation-module.ts';
import { shippedLiquidationStyle } from '../../src/liquidation/shipped-styles.ts';
import { bookOf, flatParams, perpetualMarket, startMs, styleOf, type AccountText } from '../support/liquidation-book.ts';

const second = 1000;
const params = flatParams({ BTC: 10, ETH: 10 });
const market = perpetualMarket({ BTC: 100, ETH: 50 });
const cheapest = styleOf('cheapest', { evaluationsMax: 1000, intervalMs: second }, { costs: { default: { lot: 1 } } });
const rules = { liquidation: { enterAt: 1, leaveAt: 1 } };

interface Fixture {
  readonly engine: AccountEngine;
  readonly module: LiquidationModule;
  /** Applies a command at a second; what it led to, in words. */
  readonly at: (seconds: number, kind: string, fields?: object) => Promise<string[]>;
  readonly tick: (seconds: number, btc?: number) => Promise<string[]>;
  readonly cash: (account: string) => number;
  readonly quantity: (account: string, instrument?: string) => number;
}

function fixture(accounts: Readonly<Record<string, AccountText>>, options: Partial<LiquidationOptions> = {}): Fixture {
  const module = new LiquidationModule({ style: cheapest, ...options });
  const engine = AccountEngine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params, rules, modules: [module] });
  return over(engine, module);
}

/** `applied`: how many commands the engine has had, whose ids are taken. */
function over(engine: AccountEngine, module: LiquidationModule, applied = 0): Fixture {
  let ids = applied;
  const at = async (seconds: number, kind: string, fields: object = {}): Promise<string[]> => {
    const command = { id: `c${ids++}-${seconds}`, timeMs: startMs + seconds * second, kind, ...fields } as Command;
    return words(await engine.apply(command));
  };
  return {
    engine, module, at,
    tick: (seconds, btc) => at(seconds, 'tick', btc === undefined ? {} : { quotes: { forward: { BTC: btc } } }),
    cash: (account) => engine.engine.heldBy(account).cash[0]?.amount ?? 0,
    quantity: (account, name = 'BTC') => engine.engine.heldBy(account).positions.find(({ instrument }) => instrument === name)?.quantity ?? 0,
  };
}

function words({ batch }: Outcome): string[] {
  return batch!.events.map(({ kind, data }) => {
    const { account, accounts, signal, trades, reason, waiting, planned, deficit } = data as Record<string, never>;
    const trade = ((trades as { instrument: string; quantity: number }[] | undefined) ?? []).map((each) => `${each.instrument} ${each.quantity}`);
    return [kind, (accounts as string[] | undefined)?.join(' '), account, kind === 'plan' ? undefined : signal, ...trade, reason, waiting, planned, deficit].filter((each) => each !== undefined && each !== null).join(' ');
  });
}

const long = (cash: number, quantity = 10): AccountText => ({ cash, positions: [['BTC', quantity, 100]] });

/** Requires twice what the model does. */
const twice: AccountModule = {
  name: 'twice',
  adjustments: [{
    name: 'twice', counts: 'requirement',
    compute: ({ engine }, amounts, maintenance) => {
      amounts.set(engine.results.initialMargin);
      maintenance.set(engine.results.maintenanceMargin);
    },
  }],
  state: () => null,
  restore: () => undefined,
};

describe('liquidation module', () => {
  it('opens, plans, signals once, books the fill in minor units, and ends', async () => {
    // At 98: balance 65 - 20 = 45 against 49: contracts of 4.9 each; one is enough (44.1).
    const { tick, at, cash, quantity, engine, module } = fixture({ alice: long(65), bob: { cash: 1000, positions: [] } });
    expect(await tick(0)).toEqual([]);
    expect(await tick(1, 98)).toEqual(['opened alice', 'plan alice', 'signal alice L1/1 BTC -1']);
    // The same signal is not given again while it is open.
    expect(await tick(2)).toEqual([]);
    const fill = { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -1, price: 98, fee: '500000', signal: 'L1/1', counterparty: 'bob' };
    expect(await at(3, 'liquidation.fill', fill)).toEqual(['filled alice L1/1']);
    // Realised -2, fee 0.5.
    expect([cash('alice'), cash('bob'), quantity('alice'), quantity('bob')]).toEqual([62.5, 1000, 9, 1]);
    expect(module.money).toMatchObject({ clearing: new Map([['USDC', 2_000_000n]]), fund: new Map([['USDC', 500_000n]]) });
    // Balance 62.5 - 18 = 44.5 against 44.1.
    expect(await tick(4)).toEqual(['ended alice']);
    expect(module.records).toEqual([]);
    await engine.close();
  });

  it('waits between signals, and gives up one that nobody fills', async () => {
    const { tick, at } = fixture({ alice: long(65) }, { signalIntervalMs: 10 * second, signalTimeoutMs: 20 * second });
    expect(await tick(1, 97)).toEqual(['opened alice', 'plan alice', 'signal alice L1/1 BTC -3']);
    expect(await at(2, 'liquidation.fill', { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -3, price: 97, signal: 'L1/1' })).toEqual(['filled alice L1/1']);
    // 35 of balance against 33.95; then 34 x 7: 28 < 32.9.
    expect(await tick(3, 96)).toEqual([]);
    expect(await tick(10.9)).toEqual([]);
    expect(await tick(11)).toEqual(['signal alice L1/2 BTC -2']);
    expect(await tick(30.9)).toEqual([]);
    expect(await tick(31)).toEqual(['signal-expired L1/2', 'signal alice L1/3 BTC -2']);
  });

  it('stops when a fill leaves more missing than before, until it is resumed', async () => {
    const { tick, at, module } = fixture({ alice: long(65) });
    await tick(1, 98);
    const fill = { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -1, price: 80, signal: 'L1/1' };
    expect(await at(2, 'liquidation.fill', fill)).toEqual(['filled alice L1/1', 'halted alice no-progress']);
    expect(await tick(5)).toEqual([]);
    expect(module.records[0]).toMatchObject({ phase: 'halted', reason: 'no-progress' });
    expect(await at(6, 'liquidation.resume', { account: 'alice', currency: 'USDC' })).toEqual(['resumed alice']);
    expect((await tick(7)).at(-1)).toContain('signal alice L1/2');
    expect(await at(8, 'liquidation.cancel', { account: 'alice', currency: 'USDC', reason: 'by hand' })).toEqual(['halted alice by hand']);
  });

  it('plans the worst first, and counts those that wait', async () => {
    const { tick } = fixture({ a: long(62), b: long(61), c: long(64), d: long(63) }, { plansPerTick: 2 });
    // At 98: 42, 41, 44, 43 against 49.
    expect(await tick(1, 98)).toEqual([
      'opened a b c d',
      'plan b', 'signal b L2/1 BTC -2', 'plan a', 'signal a L1/1 BTC -2', 'backlog 2 2',
    ]);
    expect(await tick(2)).toEqual(['plan d', 'signal d L4/1 BTC -2', 'plan c', 'signal c L3/1 BTC -2']);
  });

  it('hands over who is bankrupt, with what is missing in minor units', async () => {
    const { tick, module } = fixture({ alice: { cash: 75, positions: [['BTC', 10, 100], ['ETH', 10, 50]] } });
    // At 90: -25; maintenance 45 + 25: the deficit is shared 45 : 25.
    expect(await tick(1, 90)).toEqual(['opened alice', 'bankrupt alice 25000000']);
    const [handOver] = module.handOvers;
    expect(handOver).toMatchObject({ account: 'alice', currency: 'USDC', deficit: 25_000_000n });
    expect(handOver.positions.map(({ deficit }) => deficit)).toEqual([16_071_429n, 8_928_571n]);
    // Better prices than the marks: 90 + 25 x 45 / 70 / 10.
    expect(handOver.positions[0].bankruptcyPrice).toBeCloseTo(90 + (25 * 45) / 70 / 10, 10);
    await tick(2);
    expect(module.handOvers).toEqual([]);
    expect(module.records[0].phase).toBe('handed-over');
    // Above water again: planned as any other.
    expect(await tick(3, 95)).toEqual(['plan alice', expect.stringContaining('signal alice L1/1')]);
  });

  it('knows that a multiple of the requirement shrinks with the position', async () => {
    const module = new LiquidationModule({ style: cheapest });
    const engine = AccountEngine.create({ market, book: bookOf(market, { alice: long(95) }), model: 'hyperliquid', params, rules, modules: [twice, module] });
    // At 98: 75 against 2 x 49; contracts of 9.8 each: 7 are 68.6, 8 are 78.4. 49 that stayed would leave room for 5.
    expect(await over(engine, module).tick(1, 98)).toEqual(['opened alice', 'plan alice', 'signal alice L1/1 BTC -3']);
    await engine.close();
  });

  it('pays a negative fee out of what the fund has, and no more', async () => {
    const { tick, at, cash, module } = fixture({ alice: long(65) }, { fund: { USDC: 500_000n } });
    await tick(1, 98);
    const fill = { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -1, price: 98, signal: 'L1/1' };
    await expect(at(2, 'liquidation.fill', { ...fill, fee: '-500001' })).rejects.toThrow('fee must be 0 or more, or out of the fund, which has 500000, got -500001');
    await at(2, 'liquidation.fill', { ...fill, fee: '-500000' });
    // Realised -2, and half a dollar from the fund.
    expect([cash('alice'), module.money.fund.get('USDC')]).toEqual([63.5, 0n]);
  });

  it('leaves a quarantined account alone', async () => {
    const { tick, module } = fixture({ alice: long(65) }, { signalTimeoutMs: second });
    await tick(1, 98);
    const engineTick = await tick(2, NaN).catch(() => []);
    expect(engineTick.filter((word) => word.startsWith('signal alice'))).toEqual([]);
    expect(module.records).toHaveLength(1);
  });

  it.each([
    [{ account: 'bob' }, 'account must be an account under liquidation'],
    [{ quantity: 0 }, 'quantity must be contracts, not 0'],
    [{ quantity: 1 }, 'quantity must be at most what signal L1/1 leaves'],
    [{ quantity: -2 }, 'quantity must be at most what signal L1/1 leaves'],
    [{ price: -1 }, 'price must be a price >= 0'],
    [{ fee: '0.5' }, 'fee must be whole minor units'],
    [{ signal: 'L1/7' }, 'signal must be the open signal of the account, L1/1'],
    [{ instrument: 'ETH' }, 'instrument must be one of signal L1/1'],
    [{ signal: undefined, quantity: -11 }, 'quantity must be a reduction of the position of 10'],
    [{ signal: undefined, quantity: 1 }, 'quantity must be a reduction of the position of 10'],
    [{ counterparty: 'alice' }, 'counterparty must be another account'],
  ])('refuses a fill with %j and changes nothing', async (change, message) => {
    const { tick, at, engine, module } = fixture({ alice: long(65), bob: { cash: 1, positions: [] } });
    await tick(1, 98);
    const before = engine.stateHash();
    const state = JSON.stringify(module.state(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const fill = { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -1, price: 98, signal: 'L1/1' };
    await expect(at(2, 'liquidation.fill', { ...fill, ...change })).rejects.toThrow(message);
    expect(engine.stateHash()).toBe(before);
    expect(JSON.stringify(module.state(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toBe(state);
  });

  it('never closes more than is held, whatever was signalled before', async () => {
    const { tick, at } = fixture({ alice: long(65) });
    expect(await tick(1, 97)).toEqual(['opened alice', 'plan alice', 'signal alice L1/1 BTC -3']);
    await at(2, 'book', { changes: { positions: [{ account: 'alice', instrument: 'BTC', quantity: 2, entryPrice: 100 }] } });
    const fill = { account: 'alice', currency: 'USDC', instrument: 'BTC', quantity: -3, price: 97, signal: 'L1/1' };
    await expect(at(3, 'liquidation.fill', fill)).rejects.toThrow('quantity must be a reduction of the position of 2');
  });

  it('goes on after a snapshot as it would have, bit for bit', async () => {
    const first = fixture({ a: long(62), b: long(61), c: long(64) }, { plansPerTick: 1 });
    await first.tick(1, 98);
    const snapshot = first.engine.snapshot();
    const module = new LiquidationModule({ style: cheapest, plansPerTick: 1 });
    const restored = over(await AccountEngine.restore(snapshot, { modules: [module] }), module, 1);
    expect(restored.engine.stateHash()).toBe(first.engine.stateHash());
    const fill = { account: 'b', currency: 'USDC', instrument: 'BTC', quantity: -2, price: 97.5, fee: '1', signal: 'L2/1' };
    for (const each of [first, restored]) {
      await each.at(2, 'liquidation.fill', fill);
      await each.tick(3, 97);
    }
    expect(restored.engine.stateHash()).toBe(first.engine.stateHash());
    expect(module.records).toEqual(first.module.records);
  });
});

describe('auctions of the module', () => {
  const style = {
    ...(shippedLiquidationStyle('derive') as object),
    parameters: {
      startFraction: 0.98, fastEndFraction: 0.8, fastLengthMs: 100 * second, slowLengthMs: 14_400 * second,
      insolventLengthMs: 600 * second, feeRate: 0.02, bufferScale: 0.2, insolventOffer: 'to-maintenance',
    },
  };
  const inDollars = { venue: 'test', date: '2026-08-01', source: 'made up for tests', currency: 'USDC', assets: { USDC: { haircut: 0 } } };
  const accounts = { alice: long(265, 40), bob: { cash: 10_000, positions: [] }, poor: { cash: 1, positions: [] } } satisfies Record<string, AccountText>;

  it('charges the fee, sells a share, ends when buffer margin is there', async () => {
    const { tick, at, cash, quantity, module, engine } = fixture(accounts, { style });
    // At 98: balance 185 of 196. MM -11, buffer -11 - 0.2 x 196 = -50.2; fee 50.2 / (50.2 + 185) x 185 x 2% = 0.789710...
    expect(await tick(0, 98)).toEqual(['opened alice', 'auction-started alice']);
    const fee = Math.floor((50.2 / 235.2) * 185 * 0.02 * 1e6) / 1e6;
    expect(cash('alice')).toBeCloseTo(265 - fee, 9);
    expect(module.money.securityModule.get('USDC')).toBe(BigInt(Math.round(fee * 1e6)));
    // 30 s later at 92.6% of the value.
    const worth = 185 - fee;
    const buffer = worth - 196 - 0.2 * 196;
    const share = buffer / (buffer - 0.926 * worth);
    await expect(at(30, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'poor', share: 1 })).rejects.toThrow('bidder poor needs');
    expect(await at(30, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1 })).toEqual(['bid alice', 'auction-ended alice']);
    expect(quantity('alice')).toBeCloseTo(40 * (1 - share), 9);
    expect(quantity('alice') + quantity('bob')).toBeCloseTo(40, 12);
    // He gets a share of the cash and pays for it all; with the positions go their losses.
    const [alice] = engine.engine.preview('alice', {});
    expect(alice.equity - 1.2 * alice.maintenanceMargin).toBeCloseTo(0, 5);
    const [bob] = engine.engine.preview('bob', {});
    expect(bob.equity - 10_000).toBeCloseTo(share * worth * (1 - 0.926), 5);
    expect(await tick(31)).toEqual(['ended alice']);
    await engine.close();
  });

  it('gives an insolvent account away with a payment of the security module, the rest owed by all', async () => {
    const { tick, at, quantity, module, engine } = fixture({ ...accounts, alice: long(65, 40) }, { style, securityModule: { USDC: 10_000_000n } });
    // At 98: 65 - 80 = -15, maintenance 196: MM -211. After 300 of 600 s: -15 - 0.5 x 196 = -113.
    expect(await tick(0, 98)).toEqual(['opened alice', 'auction-started alice']);
    expect(await at(300, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1 })).toEqual(['bid alice', 'auction-ended alice']);
    expect(quantity('alice')).toBe(0);
    expect(module.money.securityModule.get('USDC')).toBe(0n);
    expect(module.money.uncovered.get('USDC')).toBe(-103_000_000n);
    const [bob] = engine.engine.preview('bob', {});
    expect(bob.equity).toBeCloseTo(10_000 - 15 + 113, 9);
    await engine.close();
  });

  it('takes what funds hold at the start as texts of digits, as JSON has them, and refuses anything else', async () => {
    const { module, engine } = fixture(accounts, { style, securityModule: { USDC: '10000000' }, fund: { USDC: '25' } });
    expect(module.money.securityModule.get('USDC')).toBe(10_000_000n);
    expect(module.money.fund.get('USDC')).toBe(25n);
    await engine.close();
    for (const amount of ['1.5', '-1', -1n, 7 as never]) {
      expect(() => fixture(accounts, { style, fund: { USDC: amount } })).toThrow(/fund\.USDC .*minor units/);
    }
  });

  it('auctions nobody whose collateral is outside the book: no bidder would get it', async () => {
    const module = new LiquidationModule({ style });
    const modules = [new CollateralModule(inDollars), module];
    const engine = AccountEngine.create({ market, book: bookOf(market, { ...accounts, alice: long(165, 40) }), model: 'hyperliquid', params, rules, modules });
    const { at, tick, cash } = over(engine, module);
    await at(0, 'collateral.deposit', { account: 'alice', asset: 'USDC', amount: '100000000' });
    // 165 - 80 + 100 = 185 of 196.
    expect(await tick(0, 98)).toEqual(['opened alice', 'halted alice a part of its balance is held outside the book, which no bidder would get']);
    expect([cash('alice'), module.records[0].phase]).toEqual([165, 'halted']);
    await expect(at(1, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1 })).rejects.toThrow('account must be an account in an auction');
    await engine.close();
  });

  it('refuses bids for collateral that came in during the auction', async () => {
    const module = new LiquidationModule({ style });
    const modules = [new CollateralModule(inDollars), module];
    const engine = AccountEngine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params, rules, modules });
    const { at, tick, quantity } = over(engine, module);
    expect(await tick(0, 98)).toEqual(['opened alice', 'auction-started alice']);
    await at(1, 'collateral.deposit', { account: 'alice', asset: 'USDC', amount: '1000000' });
    await tick(2);
    await expect(at(3, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1 })).rejects.toThrow('account must be an account that can be delivered');
    expect([quantity('alice'), quantity('bob')]).toEqual([40, 0]);
    await engine.close();
  });

  it('refuses bids where there is no auction', async () => {
    const plain = fixture({ alice: long(65), bob: long(1000) });
    await plain.tick(1, 98);
    await expect(plain.at(2, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1 })).rejects.toThrow('bids belong to the style auction');
    const { tick, at } = fixture(accounts, { style });
    await tick(0, 98);
    for (const [change, message] of [[{ share: 2 }, 'share must be'], [{ bidder: 'alice' }, 'bidder must be another account'], [{ account: 'bob' }, 'account must be']] as const) {
      await expect(at(1, 'liquidation.bid', { account: 'alice', currency: 'USDC', bidder: 'bob', share: 1, ...change })).rejects.toThrow(message);
    }
  });
});
