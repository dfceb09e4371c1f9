import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { loadGoldenPortfolios } from '../support/golden-portfolio.ts';
import { bookOf, PoolingEngine, type Held } from '../support/pooling-engines.ts';

async function ticked(accounts: Readonly<Record<string, Held>>): Promise<PoolingEngine> {
  const engine = PoolingEngine.create({ accounts, nettingSetCapacity: 64 });
  await engine.tick();
  return engine;
}

const buy = (quantity: number, instrument = 'BTC') => ({ instrument, quantity, limitPrice: 100 });
const long = { cash: 300, positions: { BTC: [10, 100] } } as const;

describe('a price that is missing', () => {
  it('quarantines who has an open order there, and nobody else, until it is back', async () => {
    const engine = await ticked({ alice: long, bob: long });
    await engine.do('order.place', { account: 'alice', order: '1', ...buy(5, 'ETH') });
    await engine.tick();
    expect(engine.stand('alice')).toEqual(['healthy', 300, 150, 50]);
    await engine.tick({ ETH: null });
    expect([engine.stand('alice')[0], engine.stand('bob')[0]]).toEqual(['quarantined', 'healthy']);
    expect(engine.pooling.canPlace('alice', buy(1))).toMatchObject({ allowed: false, reason: 'quarantined' });
    await expect(engine.do('order.place', { account: 'alice', order: '2', ...buy(1) })).rejects.toThrow('is refused: quarantined');
    // Back at 120: five would need 60, not 50; and lose nothing, being filled at the mark.
    await engine.tick({ ETH: 120 });
    expect(engine.stand('alice')).toEqual(['healthy', 300, 160, 50]);
    await engine.tick({ ETH: null });
    await engine.do('order.cancel', { account: 'alice', order: '1' });
    await engine.tick();
    expect(engine.stand('alice')).toEqual(['healthy', 300, 100, 50]);
  });

  it('refuses an order there, reducing or not, of any account', async () => {
    const engine = await ticked({ alice: long, called: { cash: 95, positions: { BTC: [10, 100] } } });
    await engine.tick({ ETH: null });
    expect(engine.pooling.canPlace('alice', buy(1, 'ETH'))).toMatchObject({ allowed: false, reason: 'quarantined', needed: NaN });
    expect(engine.pooling.canPlace('called', buy(1, 'ETH'))).toMatchObject({ allowed: false, reason: 'quarantined', reducesRisk: false });
    expect(engine.pooling.canPlace('alice', buy(1))).toMatchObject({ allowed: true });
  });
});

describe('a gross pool between ticks', () => {
  it('needs what its clients need now, not what they needed at the tick', async () => {
    const engine = await ticked({ a: { cash: 100 }, b: { cash: 130, positions: { BTC: [-10, 100] } }, sink: { cash: 1 } });
    await engine.do('pool.form', { pool: 'o', members: ['a', 'b'], margin: 'gross' });
    await engine.tick();
    expect(engine.pooling.canPlace('a', buy(1)).available).toBe(130);
    await engine.do('order.place', { account: 'a', order: '1', ...buy(10) });
    await engine.do('order.fill', { account: 'a', order: '1' });
    // Netted the pool is flat; its clients need 100 each of the 230.
    expect(engine.pooling.canPlace('a', buy(1)).available).toBe(30);
    const pay = (amount: string) => engine.do('accounts.transfer', { from: 'a', to: 'sink', currency: 'USDC', amount });
    await expect(pay('30000001')).rejects.toMatchObject({ code: 'MarginInsufficient' });
    await pay('30000000');
    const pooling = new PoolingModule();
    const again = await AccountEngine.restore(engine.engine.snapshot(), { modules: [pooling], nettingSetCapacity: 64 });
    expect(pooling.canPlace('a', buy(1))).toEqual(engine.pooling.canPlace('a', buy(1)));
    await again.close();
    expect(engine.pooling.canPlace('a', buy(1)).available).toBe(0);
    await engine.tick();
    expect(engine.stand('o')).toEqual(['healthy', 200, 200, 100]);
    expect(engine.pooling.canPlace('a', buy(1)).available).toBe(0);
  });

  it('releases what a client needs who leaves', async () => {
    const engine = await ticked({ a: { cash: 100, positions: { BTC: [10, 100] } }, b: { cash: 100, positions: { BTC: [-10, 100] } } });
    await engine.do('pool.form', { pool: 'o', members: ['a', 'b'], margin: 'gross' });
    await engine.tick();
    await engine.do('pool.leave', { pool: 'o', member: 'a' });
    await engine.tick();
    expect([engine.stand('a'), engine.stand('o')]).toEqual([['healthy', 100, 100, 50], ['healthy', 100, 100, 50]]);
  });
});

describe('deadlines and liquidations', () => {
  it('are not left behind by joining a pool', async () => {
    const engine = await ticked({ called: { cash: 95, positions: { BTC: [10, 100] } }, low: { cash: 40, positions: { BTC: [10, 100] } }, good: { cash: 500 } });
    await expect(engine.do('pool.form', { pool: 'p', members: ['called'] })).rejects.toThrow("account 'called' is under a margin call: it cannot be pooled");
    await expect(engine.do('pool.form', { pool: 'p', members: ['good', 'low'] })).rejects.toThrow("account 'low' is in liquidation: it cannot be pooled");
    await engine.do('pool.form', { pool: 'p', members: ['good'] });
    await expect(engine.do('pool.join', { pool: 'p', member: 'called' })).rejects.toMatchObject({ code: 'PoolInvalid' });
  });

  it('are not left behind by changing a pool', async () => {
    const engine = await ticked({ a: { cash: 110, positions: { BTC: [10, 100] } }, b: { cash: 0.5 }, c: { cash: 1 } });
    await engine.do('pool.form', { pool: 'p', members: ['a', 'b'] });
    await engine.tick();
    // 110.5 - 20 = 90.5 against 98.
    await engine.tick({ BTC: 98 });
    expect(engine.stand('p')[0]).toBe('margin-call');
    const due = engine.engine.status('p')[0].call!.dueMs;
    for (const word of ['under a margin call', 'in liquidation', 'bankrupt', 'quarantined']) {
      for (const kind of ['pool.dissolve', 'pool.leave', 'pool.join']) {
        // Default resources pay for accounts: a bankrupt pool must be taken apart for them.
        if (kind === 'pool.dissolve' && word === 'bankrupt') continue;
        await expect(engine.do(kind, { pool: 'p', member: kind === 'pool.join' ? 'c' : 'b' })).rejects.toThrow(`pool 'p' is ${word}: nobody joins`);
      }
      if (word === 'under a margin call') expect(engine.engine.status('p')[0].call!.dueMs).toBe(due);
      // 110.5 - 80 = 30.5 against 46 of maintenance; then less than nothing; then unknown.
      await engine.tick({ BTC: { 'under a margin call': 92, 'in liquidation': 80 }[word] ?? null });
    }
  });

  it('do not bar a healthy account that has left a pool since the last tick', async () => {
    const engine = await ticked({ a: { cash: 120, positions: { BTC: [10, 100] } }, b: { cash: 500 } });
    await engine.do('pool.form', { pool: 'p', members: ['a', 'b'] });
    await engine.tick();
    await engine.do('pool.leave', { pool: 'p', member: 'a' });
    // Pooled until the next tick, at a level before that was healthy.
    await engine.do('pool.form', { pool: 'q', members: ['a'] });
    await engine.tick();
    expect(engine.stand('q')).toEqual(['healthy', 120, 100, 50]);
  });
});

describe('open orders that move', () => {
  it('must be covered by the collateral of the isolated position', async () => {
    const engine = await ticked({ a: { cash: 400, positions: { BTC: [10, 100] } } });
    await engine.do('order.place', { account: 'a', order: '1', ...buy(20) });
    await engine.tick();
    const isolate = (collateral: string) => engine.do('mode.isolate', { account: 'a', instrument: 'BTC', collateral });
    await expect(isolate('100000000')).rejects.toThrow("account 'a::BTC' would have -200 USDC of free margin");
    await expect(isolate('299999999')).rejects.toMatchObject({ code: 'MarginInsufficient' });
    // All 400 may go: what stays has neither positions nor orders.
    await isolate('400000000');
    await engine.tick();
    expect(engine.stand('a::BTC')).toEqual(['healthy', 400, 300, 50]);
    expect(engine.engine.status('a')).toEqual([]);
  });

  it('come back only to an account that can have them', async () => {
    const engine = await ticked({ a: { cash: 320, positions: { BTC: [10, 100], ETH: [10, 100] } } });
    await engine.do('mode.isolate', { account: 'a', instrument: 'BTC', collateral: '200000000' });
    await engine.do('order.place', { account: 'a', order: '1', ...buy(10) });
    await engine.tick();
    // Worth 7 less each: 93 isolated, still 120 - 0 for ETH. Together 250 against 93 + 100 and 93 for the order.
    await engine.tick({ BTC: 93 });
    await expect(engine.do('mode.cross', { account: 'a', instrument: 'BTC' })).rejects.toMatchObject({ code: 'MarginInsufficient' });
    await engine.do('order.cancel', { account: 'a', order: '1' });
    await engine.do('mode.cross', { account: 'a', instrument: 'BTC' });
    await engine.tick();
    expect(engine.stand('a').slice(0, 3)).toEqual(['healthy', 250, 193]);
  });

  it('count for whoever leaves a pool, not for those who stay', async () => {
    const engine = await ticked({ a: { cash: 150, positions: { BTC: [10, 100] } }, b: { cash: 100, positions: { ETH: [10, 100] } } });
    await engine.do('pool.form', { pool: 'p', members: ['a', 'b'] });
    await engine.tick();
    await engine.do('order.place', { account: 'a', order: '1', ...buy(5) });
    await engine.do('pool.leave', { pool: 'p', member: 'a' });
    await engine.do('pool.join', { pool: 'p', member: 'a' });
    await engine.do('order.cancel', { account: 'a', order: '1' });
    await engine.do('accounts.transfer', { from: 'b', to: 'a', currency: 'USDC', amount: '10000000' });
    await engine.do('accounts.transfer', { from: 'a', to: 'b', currency: 'USDC', amount: '60000000' });
    await engine.do('order.place', { account: 'a', order: '2', ...buy(5) });
    await expect(engine.do('pool.leave', { pool: 'p', member: 'a' })).rejects.toThrow("account 'a' would have -50 USDC of free margin");
  });
});

it('a trade of a pool reaches fractions that its members hold', async () => {
  const half = { cash: 95, positions: { BTC: [0.5, 100] } } as const;
  const engine = await ticked({ a: half, b: half });
  await engine.do('pool.form', { pool: 'p', members: ['a', 'b'] });
  await engine.do('pool.trade', { pool: 'p', instrument: 'BTC', quantity: -1, price: 100 });
  await engine.tick();
  expect(engine.stand('p')).toEqual(['healthy', 190, 0, 0]);
});

describe('orders that came into the book by other ways, by a model that margins them', () => {
  const { market, params } = loadGoldenPortfolios('paradex-pm').filter(({ expected, market: each }) => expected !== null && each.instruments.length > 3)[0];
  const index = market.instruments.findIndex(({ kind }) => kind === 'perpetual');
  const instrument = market.instruments[index].name;
  const limitPrice = market.forward[index];
  const order = (id: string, quantity: number) => ({ account: 'a', order: id, instrument, quantity, limitPrice });

  async function engineWithOrder(): Promise<{ apply: (kind: string, fields?: object) => Promise<unknown>; orders: () => number[]; pooling: PoolingModule }> {
    const pooling = new PoolingModule();
    const capacities = { nettingSetCapacity: 64, positionCapacity: 64 };
    const engine = AccountEngine.create({ market, book: bookOf(market, { a: { cash: 1e7 } }), model: 'paradex-pm', params, modules: [pooling], ...capacities });
    let count = 0;
    const apply = (kind: string, fields: object = {}) => engine.apply({ id: `${count}`, timeMs: market.asOfMs + 60_000 * count++, kind, ...fields });
    await apply('tick');
    await apply('book', { changes: { orders: [{ account: 'a', instrument, quantity: 50, limitPrice }] } });
    return { apply, orders: () => engine.engine.heldBy('a').orders.map(({ quantity }) => quantity).sort((one, other) => one - other), pooling };
  }

  it('stay when others are placed, filled and cancelled', async () => {
    const { apply, orders } = await engineWithOrder();
    await apply('order.place', order('1', 1));
    expect(orders()).toEqual([1, 50]);
    await apply('order.place', order('2', 50));
    expect(orders()).toEqual([1, 50, 50]);
    await apply('order.fill', { account: 'a', order: '2', quantity: 20 });
    expect(orders()).toEqual([1, 30, 50]);
    await apply('order.cancel', { account: 'a', order: '2' });
    await apply('order.cancel', { account: 'a', order: '1' });
    expect(orders()).toEqual([50]);
  });

  it('are what is open: an order that a book change left out is gone', async () => {
    const { apply, orders, pooling } = await engineWithOrder();
    await apply('order.place', order('1', 1));
    await apply('order.place', order('2', 2));
    await apply('book', { changes: { orders: [{ account: 'a', instrument, quantity: 2, limitPrice }] } });
    expect(pooling.structure.ordersOf('a').map(({ id }) => id)).toEqual(['2']);
    await apply('order.place', order('1', 3));
    expect(orders()).toEqual([2, 3]);
  });
});
