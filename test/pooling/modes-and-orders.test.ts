import { describe, expect, it } from 'vitest';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { PoolingEngine, type Held } from '../support/pooling-engines.ts';

async function ticked(accounts: Readonly<Record<string, Held>>, nettingSetCapacity = 64): Promise<PoolingEngine> {
  const engine = PoolingEngine.create({ accounts, nettingSetCapacity });
  await engine.tick();
  return engine;
}

const alice = { cash: 300, positions: { BTC: [10, 100], ETH: [5, 100] } } as const;

describe('isolated margin', () => {
  it('moves the position and its collateral; the rest is untouched by its end', async () => {
    const engine = await ticked({ alice });
    expect(engine.stand('alice')).toEqual(['healthy', 300, 150, 75]);
    await engine.do('mode.isolate', { account: 'alice', instrument: 'BTC', collateral: '120000000' });
    await engine.tick();
    expect(engine.stand('alice')).toEqual(['healthy', 180, 50, 25]);
    expect(engine.stand('alice::BTC')).toEqual(['healthy', 120, 100, 50]);
    // At 88 the isolated position has lost all of it; cross, the account would have 180 + 120 - 120 = 180.
    await engine.tick({ BTC: 88 });
    expect(engine.stand('alice::BTC')).toEqual(['liquidation', 0, 88, 44]);
    await engine.tick({ BTC: 80 });
    expect(engine.stand('alice::BTC')[0]).toBe('bankrupt');
    expect(engine.stand('alice')).toEqual(['healthy', 180, 50, 25]);
  });

  it('gets more, gives back what it can spare, and returns exactly', async () => {
    const engine = await ticked({ alice });
    const before = engine.engine.engine.exportBook();
    const hash = engine.engine.engine.resultHash();
    await engine.do('mode.isolate', { account: 'alice', instrument: 'BTC', collateral: '100000000' });
    await engine.do('mode.addIsolatedMargin', { account: 'alice', instrument: 'BTC', amount: '50000000' });
    await expect(engine.do('mode.addIsolatedMargin', { account: 'alice', instrument: 'BTC', amount: '100000001' })).rejects.toMatchObject({ code: 'MarginInsufficient' });
    await expect(engine.do('mode.removeIsolatedMargin', { account: 'alice', instrument: 'BTC', amount: '50000001' })).rejects.toMatchObject({ code: 'MarginInsufficient' });
    await engine.do('mode.removeIsolatedMargin', { account: 'alice', instrument: 'BTC', amount: '50000000' });
    await engine.tick();
    expect(engine.stand('alice::BTC')).toEqual(['healthy', 100, 100, 50]);
    await engine.do('mode.cross', { account: 'alice', instrument: 'BTC' });
    await engine.tick();
    // The name of the isolated account stays known; it holds nothing.
    expect(engine.engine.engine.exportBook()).toEqual({ ...before, accountIds: ['alice', 'alice::BTC'] });
    expect(engine.engine.engine.resultHash()).toBe(hash);
  });

  it('needs enough on both sides, a name that is free, and a position of an account', async () => {
    const engine = await ticked({ alice, 'alice::ETH': { cash: 5 } });
    const isolate = (fields: Readonly<Record<string, string>>) => engine.do('mode.isolate', { account: 'alice', instrument: 'BTC', collateral: '100000000', ...fields });
    await expect(isolate({ collateral: '99999999' })).rejects.toThrow("account 'alice::BTC' would have");
    await expect(isolate({ collateral: '250000001' })).rejects.toThrow("account 'alice' would have");
    await expect(isolate({ instrument: 'ETH' })).rejects.toThrow("the name 'alice::ETH' is taken");
    await expect(isolate({ account: 'bob' })).rejects.toMatchObject({ code: 'AccountUnknown' });
    await expect(isolate({ instrument: 'DOGE' })).rejects.toMatchObject({ code: 'InstrumentUnknown' });
    await expect(engine.do('mode.cross', { account: 'alice', instrument: 'BTC' })).rejects.toThrow('does not hold BTC isolated');
    await isolate({});
    await expect(isolate({})).rejects.toThrow('holds BTC isolated already');
    await expect(isolate({ account: 'alice::BTC' })).rejects.toThrow("is an isolated position of 'alice'");
    await expect(engine.do('pool.form', { pool: 'p', members: ['alice::BTC'] })).rejects.toThrow('cannot be pooled');
  });

  it('a member of a pool takes its isolated position out of the pool', async () => {
    const engine = await ticked({ alice, bob: { cash: 100, positions: { BTC: [-10, 100] } } });
    await engine.do('pool.form', { pool: 'desk', members: ['alice', 'bob'] });
    await engine.tick();
    expect(engine.stand('desk')).toEqual(['healthy', 400, 50, 25]);
    await engine.do('mode.isolate', { account: 'alice', instrument: 'BTC', collateral: '150000000' });
    await engine.tick();
    expect(engine.stand('desk')).toEqual(['healthy', 250, 150, 75]);
    expect(engine.stand('alice::BTC')).toEqual(['healthy', 150, 100, 50]);
  });
});

const buy = (quantity: number, limitPrice = 100, instrument = 'BTC') => ({ instrument, quantity, limitPrice });

describe('canPlace', () => {
  it('allows what initial margin leaves room for, to the boundary', async () => {
    const engine = await ticked({ alice: { cash: 150, positions: { BTC: [10, 100] } } });
    expect(engine.pooling.canPlace('alice', buy(5))).toEqual({
      allowed: true, reason: null, marginAccount: 'alice', currency: 'USDC', needed: 50, available: 50, freeMarginAfter: 0, reducesRisk: null,
    });
    expect(engine.pooling.canPlace('alice', buy(5.001))).toMatchObject({ allowed: false, reason: 'insufficient-margin', available: 50, reducesRisk: false });
    // Above the mark the fill loses 10 a contract; below it nothing is gained.
    // The averaged entry price rounds: an ulp of 110 on 11 contracts.
    expect(engine.pooling.canPlace('alice', buy(1, 110)).needed).toBeCloseTo(20, 12);
    expect(engine.pooling.canPlace('alice', buy(1, 90))).toMatchObject({ needed: 10 });
    expect(engine.pooling.canPlace('alice', { instrument: 'BTC', quantity: -1, limitPrice: 90 })).toMatchObject({ needed: 0 });
    expect(() => engine.pooling.canPlace('alice', buy(0))).toThrow('quantity of an order must be contracts, not 0');
    expect(() => engine.pooling.canPlace('alice', buy(1, NaN))).toThrow('limitPrice of an order must be > 0, got NaN');
    expect(() => engine.pooling.canPlace('alice', buy(1, 1, 'DOGE'))).toThrow("no instrument 'DOGE'");
  });

  it('an account without anything has nothing to place orders with', async () => {
    const engine = await ticked({ alice });
    expect(engine.pooling.canPlace('nobody', buy(1))).toMatchObject({ allowed: false, reason: 'insufficient-margin', needed: 10, available: 0 });
  });

  it('counts open orders at their worst: all buys or all sells, not their sum', async () => {
    const engine = await ticked({ alice: { cash: 150, positions: { BTC: [10, 100] } } });
    const place = (order: string, quantity: number) => engine.do('order.place', { account: 'alice', order, ...buy(quantity) });
    await place('1', 5);
    expect(engine.pooling.canPlace('alice', buy(0.01))).toMatchObject({ allowed: false, available: 0 });
    // Selling 25 leaves short 15, which needs what long 15 needs; 26 would need 10 more.
    expect(engine.pooling.canPlace('alice', buy(-25))).toMatchObject({ allowed: true, needed: 0 });
    expect(engine.pooling.canPlace('alice', buy(-26))).toMatchObject({ allowed: false, needed: 10 });
    await place('2', -25);
    await engine.tick();
    expect(engine.engine.status('alice')[0]).toMatchObject({ level: 'healthy', initialMargin: 150, maintenanceMargin: 50, freeMargin: 0, adjustments: { openOrders: 50 } });
    await expect(place('2', -1)).rejects.toThrow("order must be new to 'alice'");
    await expect(place('3', 1)).rejects.toThrow("order '3' of 'alice' is refused: insufficient-margin; it needs 10 USDC, available are 0");
    await engine.do('order.cancel', { account: 'alice', order: '1' });
    // Of the sells alone the worst is still short 15.
    expect(engine.pooling.canPlace('alice', buy(5))).toMatchObject({ available: 0, needed: 0 });
    await engine.do('order.cancel', { account: 'alice', order: '2' });
    expect(engine.pooling.canPlace('alice', buy(5))).toMatchObject({ available: 50 });
    await expect(engine.do('order.cancel', { account: 'alice', order: '2' })).rejects.toThrow("no open order '2'");
  });

  it('fills change position and cash, and free what the rest does not need', async () => {
    const engine = await ticked({ alice: { cash: 150, positions: { BTC: [10, 100] } } });
    await engine.do('order.place', { account: 'alice', order: '1', ...buy(-4, 105) });
    await engine.do('order.fill', { account: 'alice', order: '1', quantity: -3 });
    await engine.tick();
    // Three sold at 105: 15 realised.
    expect(engine.stand('alice')).toEqual(['healthy', 165, 70, 35]);
    expect(engine.pooling.structure.ordersOf('alice')).toEqual([{ id: '1', ...buy(-1, 105) }]);
    await expect(engine.do('order.fill', { account: 'alice', order: '1', quantity: -2 })).rejects.toThrow("must be of the order's side");
    await engine.do('order.fill', { account: 'alice', order: '1', price: 106 });
    expect(engine.pooling.structure.ordersOf('alice')).toEqual([]);
    await engine.tick();
    expect(engine.stand('alice')).toEqual(['healthy', 171, 60, 30]);
  });

  it('restricted and called accounts may only reduce risk; in liquidation, bankrupt or unknown nothing goes', async () => {
    const engine = await ticked({
      restricted: { cash: 95, positions: { BTC: [10, 100] } }, liquidated: { cash: 40, positions: { BTC: [10, 100] } },
      bankrupt: { cash: -1, positions: { BTC: [10, 100] } }, far: { cash: 500, positions: { ETH: [1, 100] } },
    });
    // By default a call follows at once: levels restricted and margin-call are treated alike.
    expect(engine.stand('restricted')[0]).toBe('margin-call');
    const ask = (account: string, quantity: number, instrument = 'BTC') => engine.pooling.canPlace(account, buy(quantity, 100, instrument));
    expect(ask('restricted', 1)).toMatchObject({ allowed: false, reason: 'not-risk-reducing', available: -5 });
    expect(ask('restricted', -1)).toMatchObject({ allowed: true, reducesRisk: true });
    expect(ask('restricted', -20)).toMatchObject({ allowed: true, reducesRisk: true });
    expect(ask('restricted', -21)).toMatchObject({ allowed: false, reason: 'not-risk-reducing' });
    expect(ask('restricted', -1, 'ETH')).toMatchObject({ allowed: false, reason: 'not-risk-reducing' });
    expect(ask('liquidated', -1)).toMatchObject({ allowed: false, reason: 'in-liquidation' });
    expect(ask('bankrupt', -1)).toMatchObject({ allowed: false, reason: 'bankrupt' });
    await engine.tick({ ETH: null });
    expect(ask('far', 1)).toMatchObject({ allowed: false, reason: 'quarantined', freeMarginAfter: NaN });
  });

  it('asks the pool for its members, and the collateral for an isolated position', async () => {
    const engine = await ticked({ alice, bob: { cash: 100, positions: { BTC: [-10, 100] } }, carl: alice });
    await engine.do('pool.form', { pool: 'desk', members: ['alice', 'bob'] });
    // Pool: 400 against 50 for ETH. Bob alone could place nothing.
    expect(engine.pooling.canPlace('bob', buy(-35))).toMatchObject({ allowed: true, marginAccount: 'desk', available: 350, needed: 350 });
    expect(engine.pooling.canPlace('bob', buy(-35.01))).toMatchObject({ allowed: false });
    await engine.do('mode.isolate', { account: 'carl', instrument: 'BTC', collateral: '130000000' });
    await engine.tick();
    expect(engine.pooling.canPlace('carl', buy(3))).toMatchObject({ allowed: true, marginAccount: 'carl::BTC', available: 30, needed: 30 });
    expect(engine.pooling.canPlace('carl', buy(3.01))).toMatchObject({ allowed: false });
    expect(engine.pooling.canPlace('carl', buy(12, 100, 'ETH'))).toMatchObject({ allowed: true, marginAccount: 'carl', available: 120 });
    await engine.do('order.place', { account: 'carl', order: '1', ...buy(3) });
    await engine.do('order.fill', { account: 'carl', order: '1' });
    await engine.tick();
    expect(engine.stand('carl::BTC')).toEqual(['healthy', 130, 130, 65]);
    expect(engine.stand('carl')).toEqual(['healthy', 170, 50, 25]);
  });

  it('in a gross pool every client is asked for itself, against the money of all', async () => {
    const engine = await ticked({ alice: { cash: 100, positions: { BTC: [10, 100] } }, bob: { cash: 130, positions: { BTC: [-10, 100] } } });
    await engine.do('pool.form', { pool: 'omnibus', members: ['alice', 'bob'], margin: 'gross' });
    await engine.tick();
    // 230 against 100 + 100. Alice's 3 more do not net with what Bob is short.
    expect(engine.pooling.canPlace('alice', buy(3))).toMatchObject({ allowed: true, marginAccount: 'omnibus', available: 30, needed: 30 });
    expect(engine.pooling.canPlace('alice', buy(3.1))).toMatchObject({ allowed: false });
    await engine.do('order.place', { account: 'alice', order: '1', ...buy(3) });
    expect(engine.pooling.canPlace('bob', buy(-1))).toMatchObject({ allowed: false, available: 0 });
    await engine.tick();
    expect(engine.stand('omnibus')).toEqual(['healthy', 230, 230, 100]);
  });
});

describe('settings and questions as commands', () => {
  it('answers by events', async () => {
    const engine = await ticked({ alice: { cash: 150, positions: { BTC: [10, 100] } } });
    const check = await engine.do('order.check', { account: 'alice', ...buy(6) });
    expect(check.batch!.events).toMatchObject([{ module: 'accounts', kind: 'order-check', data: { account: 'alice', quantity: 6, allowed: false, reason: 'insufficient-margin' } }]);
    await engine.do('pool.form', { pool: 'desk', members: ['alice'] });
    await engine.tick();
    const shares = await engine.do('pool.shares', { pool: 'desk' });
    expect(shares.batch!.events).toMatchObject([{ kind: 'shares', data: { currencies: [{ currency: 'USDC', initialMargin: 100_000_000n }] } }]);
    const report = await engine.do('accounts.report', { account: 'alice' });
    expect(report.batch!.events).toMatchObject([{ kind: 'report', data: { sets: [{ mode: 'pool-member' }, { mode: 'pool', freeMargin: 50 }] } }]);
  });

  it('refuses settings that it does not know', () => {
    expect(() => new PoolingModule({ openOrders: { exactSides: 11 } })).toThrow('openOrders.exactSides must be a number in [0, 10], got 11');
    expect(() => new PoolingModule({ openOrders: { refreshedPerTick: 1.5 } })).toThrow('must be a whole number, got 1.5');
    expect(() => new PoolingModule({ orders: {} })).toThrow('orders is not a setting of the accounts module');
    expect(() => new PoolingModule([])).toThrow('accounts must be an object');
  });

  it('with more accounts than a tick may look at, those with the least headroom come first and all get their turn', async () => {
    const names = Array.from({ length: 12 }, (_, place) => `a${place}`);
    const accounts = Object.fromEntries(names.map((name, place) => [name, { cash: 300 + 100 * place, positions: { BTC: [10, 100] as const } }] as const));
    const pooling = new PoolingModule({ openOrders: { refreshedPerTick: 4 } });
    const engine = PoolingEngine.create({ accounts, pooling });
    await engine.tick();
    for (const account of names) await engine.do('order.place', { account, order: '1', ...buy(10) });
    // At 200 ten more contracts need 200 instead of 100.
    const counted = () => names.map((account) => engine.engine.status(account)[0].adjustments['openOrders']);
    await engine.tick({ BTC: 200 });
    expect(counted().slice(0, 3)).toEqual([200, 200, 200]);
    expect(counted().filter((amount) => amount === 200).length).toBeLessThanOrEqual(4);
    for (let turn = 0; turn < 12; turn++) await engine.tick();
    expect(counted()).toEqual(names.map(() => 200));
  });
});

describe('summary', () => {
  it('has equity, free margin, ratio and leverage of account, isolated position and pool', async () => {
    const engine = await ticked({ alice, bob: { cash: 100, positions: { BTC: [-10, 100] } } });
    await engine.do('mode.isolate', { account: 'alice', instrument: 'ETH', collateral: '100000000' });
    await engine.do('pool.form', { pool: 'desk', members: ['alice', 'bob'] });
    await engine.tick({ BTC: 110 });
    const rows = engine.pooling.summary('alice').map(({ account, mode, level, equity, freeMargin, marginRatio, leverage }) => [account, mode, level, equity, freeMargin, marginRatio, leverage]);
    // Alice: 200 + 100; 1,100 notional. ETH: 100 against 50. Pool: flat, 300.
    expect(rows).toEqual([
      ['alice', 'pool-member', 'pooled', 300, 190, 55 / 300, 1_100 / 300],
      ['alice::ETH', 'isolated', 'healthy', 100, 50, 0.25, 5],
      ['desk', 'pool', 'healthy', 300, 300, 0, 0],
    ]);
    expect(() => engine.pooling.summary('nobody')).toThrow("no account 'nobody'");
  });
});
