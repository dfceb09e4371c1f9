import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { transitionReasons } from '../../src/account/status.ts';
import type { PoolShares } from '../../src/pooling/pool-shares.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { bookOf, perpetualMarket, perpetualParams, PoolingEngine } from '../support/pooling-engines.ts';

const twoSides = {
  long: { cash: 200, positions: { BTC: [10, 100] } },
  short: { cash: 70, positions: { BTC: [-6, 120] } },
  other: { cash: 50, positions: { ETH: [1, 100] } },
} as const;

async function pooled(accounts: Parameters<typeof PoolingEngine.create>[0]['accounts'] = twoSides): Promise<PoolingEngine> {
  const engine = PoolingEngine.create({ accounts });
  await engine.tick();
  return engine;
}

const totals = ([{ members }]: readonly PoolShares[]) => members.map(({ initialMargin }) => initialMargin.total);

describe('pools', () => {
  it('margins the members as one, at their status, with everyone still margined alone', async () => {
    const engine = await pooled();
    expect(engine.stand('long')).toEqual(['healthy', 200, 100, 50]);
    // Short 6 at 120, mark 100: 70 + 120.
    expect(engine.stand('short')).toEqual(['healthy', 190, 60, 30]);
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    const { batch } = await engine.tick();
    expect(engine.engine.transitions(batch!).map(({ account, to, reason }) => `${account} ${to} ${reason}`)).toEqual([
      'long pooled joined-pool',
      'short pooled joined-pool',
    ]);
    // Long 4 at 100; cash 270 and the 6 x (120 - 100) that the short locked in.
    expect(engine.stand('desk')).toEqual(['healthy', 390, 40, 20]);
    expect(engine.stand('long')).toEqual(['pooled', 200, 100, 50]);
    // At 90 the long alone has 100, the pool 390 - 40 against 36.
    await engine.tick({ BTC: 90 });
    expect(engine.stand('desk')).toEqual(['healthy', 350, 36, 18]);
    expect(engine.stand('long')).toEqual(['pooled', 100, 90, 45]);
  });

  it('divides the requirement: a model without scenarios pro rata to what the members need alone', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    await engine.tick();
    // 40 by 100 : 60 in millionths; maintenance 20.
    expect(totals(engine.pooling.shares('desk'))).toEqual([25_000_000n, 15_000_000n]);
    expect(engine.pooling.shares('desk')[0].maintenanceMargin).toBe(20_000_000n);
  });

  it('follows every change of a member in the same command', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    await engine.change({ positions: [{ account: 'short', instrument: 'BTC', quantity: -10, entryPrice: 110 }], cash: [{ account: 'long', currency: 'USDC', amount: 30 }] });
    await engine.tick();
    // Flat: 30 + 70 + 10 x (110 - 100).
    expect(engine.stand('desk')).toEqual(['healthy', 200, 0, 0]);
  });

  it('is at every tick what its members hold, even if nobody said that they changed', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    engine.engine.engine.update({ cash: [{ account: 'long', currency: 'USDC', amount: 1_200 }] });
    await engine.tick();
    expect(engine.stand('desk')).toEqual(['healthy', 1_390, 40, 20]);
  });

  it('undoes what is done to the pool itself, and says so', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    const { batch } = await engine.change({ cash: [{ account: 'desk', currency: 'USDC', amount: 1e6 }] });
    expect(batch!.events).toEqual([{ module: 'accounts', kind: 'pool-restored', data: { pool: 'desk' } }]);
    await engine.tick();
    expect(engine.stand('desk')).toEqual(['healthy', 390, 40, 20]);
  });

  it('grows, shrinks and ends; members get their levels back', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    await engine.do('pool.join', { pool: 'desk', member: 'other' });
    await engine.tick();
    expect(engine.stand('desk')).toEqual(['healthy', 440, 50, 25]);
    await engine.do('pool.leave', { pool: 'desk', member: 'long' });
    await engine.do('pool.dissolve', { pool: 'desk' });
    const { batch } = await engine.tick();
    expect([...batch!.transitions.reason].map((reason) => transitionReasons[reason])).toEqual(['left-pool', 'left-pool', 'left-pool']);
    expect(engine.stand('long')).toEqual(['healthy', 200, 100, 50]);
    expect(engine.engine.status('desk')).toEqual([]);
  });

  it('forming and dissolving gives back the very state: results, book, hash of the engine', async () => {
    const engine = await pooled();
    const results = engine.engine.engine.resultHash();
    const cycle = async () => {
      await engine.do('pool.form', { pool: 'desk', members: ['short', 'long'] });
      await engine.tick();
      expect(engine.engine.engine.resultHash()).not.toBe(results);
      await engine.do('pool.dissolve', { pool: 'desk' });
      await engine.tick();
    };
    await cycle();
    expect(engine.engine.engine.resultHash()).toBe(results);
    expect(engine.pooling.state()).toEqual(new PoolingModule().state());
    // The state hash counts account names, to which the pool's was added once.
    const first = engine.engine.engine.exportBook();
    await cycle();
    expect(engine.engine.engine.exportBook()).toEqual(first);
    expect(engine.engine.engine.resultHash()).toBe(results);
  });

  it('refuses what cannot be a pool, and changes nothing', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    const hash = engine.pooling.state();
    await expect(engine.do('pool.form', { pool: 'desk', members: ['other'] })).rejects.toMatchObject({ code: 'PoolInvalid' });
    await expect(engine.do('pool.form', { pool: 'x', members: ['long'] })).rejects.toThrow("account 'long' is in pool 'desk' already");
    await expect(engine.do('pool.form', { pool: 'x', members: ['desk'] })).rejects.toMatchObject({ code: 'PoolInvalid' });
    await expect(engine.do('pool.form', { pool: 'other', members: ['other'] })).rejects.toMatchObject({ code: 'PoolInvalid' });
    await expect(engine.do('pool.form', { pool: 'x', members: ['nobody'] })).rejects.toMatchObject({ code: 'AccountUnknown' });
    await expect(engine.do('pool.form', { pool: 'x', members: ['other', 'other'] })).rejects.toMatchObject({ code: 'ValueInvalid' });
    await expect(engine.do('pool.form', { pool: 'x', members: ['other'], margin: 'both' })).rejects.toThrow('margin must be net or gross, got "both"');
    await expect(engine.do('pool.dissolve', { pool: 'x' })).rejects.toThrow("there is no pool 'x'");
    expect(engine.pooling.state()).toEqual(hash);
  });

  it('nobody leaves uncovered, or leaves the others uncovered', async () => {
    const engine = await pooled({ poor: { cash: 10, positions: { BTC: [10, 100] } }, rich: { cash: 500, positions: { BTC: [-10, 100] } } });
    await engine.do('accounts.transfer', { from: 'rich', to: 'poor', currency: 'USDC', amount: '100000000' });
    await engine.tick();
    await engine.do('pool.form', { pool: 'desk', members: ['poor', 'rich'] });
    // Inside a pool that needs nothing the money may go back: 110 - 100.
    await engine.do('accounts.transfer', { from: 'poor', to: 'rich', currency: 'USDC', amount: '100000000' });
    await engine.tick();
    await expect(engine.do('pool.leave', { pool: 'desk', member: 'poor' })).rejects.toMatchObject({ code: 'MarginInsufficient' });
    await expect(engine.do('pool.leave', { pool: 'desk', member: 'rich' })).rejects.toThrow("account 'desk' would have -90 USDC of free margin");
  });

  it('a trade of the pool is divided among those whom it reduces', async () => {
    const engine = await pooled({ a: { cash: 200, positions: { BTC: [10, 100] } }, b: { cash: 200, positions: { BTC: [5, 100] } }, c: { cash: 200, positions: { BTC: [-3, 100] } } });
    await engine.do('pool.form', { pool: 'desk', members: ['a', 'b', 'c'] });
    // 7 by 10 : 5 = 4.67 and 2.33 contracts: whole ones, the larger remainder up.
    await engine.do('pool.trade', { pool: 'desk', instrument: 'BTC', quantity: -7, price: 90 });
    await engine.tick();
    const held = engine.engine.engine.exportBook().positions;
    expect([...held.quantity]).toEqual([5, 3, -3, 5]);
    // Realised at 90: 200 - 5 x 10; 200 - 2 x 10.
    expect(engine.stand('a').slice(1, 2)).toEqual([150]);
    expect(engine.stand('b').slice(1, 2)).toEqual([180]);
    expect(engine.stand('desk').slice(1, 2)).toEqual([530]);
    await expect(engine.do('pool.trade', { pool: 'desk', instrument: 'BTC', quantity: -9, price: 90 })).rejects.toThrow('who can trade 8 contracts');
  });
});

describe('segregation', () => {
  it('house and client money never net and never mix', async () => {
    const engine = await pooled();
    await engine.do('accounts.classify', { account: 'long', class: 'house' });
    await expect(engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] })).rejects.toMatchObject({ code: 'SegregationViolated' });
    const transfer = { from: 'long', to: 'short', currency: 'USDC', amount: '1' };
    await expect(engine.do('accounts.transfer', transfer)).rejects.toThrow("'long' (house) and 'short' (client) are segregated");
    await engine.do('pool.form', { pool: 'desk', members: ['other', 'short'] });
    await expect(engine.do('pool.join', { pool: 'desk', member: 'long' })).rejects.toMatchObject({ code: 'SegregationViolated' });
    await expect(engine.do('accounts.classify', { account: 'other', class: 'house' })).rejects.toMatchObject({ code: 'SegregationViolated' });
    await expect(engine.do('accounts.classify', { account: 'other', class: 'both' })).rejects.toThrow('class must be house or client, got "both"');
  });

  it('an omnibus account is margined net, or gross: the sum of its clients', async () => {
    const engine = await pooled();
    await engine.do('pool.form', { pool: 'omnibus', members: ['long', 'short'], margin: 'gross' });
    await engine.tick();
    // 100 + 60 and 50 + 30, not 40 and 20.
    expect(engine.stand('omnibus')).toEqual(['healthy', 390, 160, 80]);
    expect(engine.engine.status('omnibus')[0].adjustments).toMatchObject({ omnibusGross: 120 });
    expect(totals(engine.pooling.shares('omnibus'))).toEqual([100_000_000n, 60_000_000n]);
    await engine.do('accounts.classify', { account: 'other', class: 'house' });
    await expect(engine.do('pool.form', { pool: 'x', members: ['other'], margin: 'gross' })).rejects.toThrow('is for clients');
  });

  it('moves cash exactly, and only what the payer can spare', async () => {
    const engine = await pooled({ a: { cash: 0.3, positions: {} }, b: { cash: 0.1, positions: {} } });
    await engine.do('accounts.transfer', { from: 'a', to: 'b', currency: 'USDC', amount: '200000' });
    await engine.tick();
    // In doubles 0.3 - 0.2 is not 0.1.
    expect([engine.stand('a')[1], engine.stand('b')[1]]).toEqual([0.1, 0.3]);
    await expect(engine.do('accounts.transfer', { from: 'a', to: 'b', currency: 'USDC', amount: '100001' })).rejects.toMatchObject({ code: 'MarginInsufficient' });
    for (const amount of ['0', '-5', '1.5', 5, null]) {
      await expect(engine.do('accounts.transfer', { from: 'a', to: 'b', currency: 'USDC', amount })).rejects.toThrow('amount must be minor units > 0');
    }
  });
});

describe('a pooling module survives', () => {
  it('a snapshot: pools, classes, isolated positions and open orders', async () => {
    // One account with open orders a tick: whose turn it is must survive too.
    const settings = { openOrders: { refreshedPerTick: 1 } };
    const engine = PoolingEngine.create({ pooling: new PoolingModule(settings), accounts: { ...twoSides, rich: { cash: 1_000, positions: { BTC: [2, 100], ETH: [3, 100] } } } });
    await engine.tick();
    await engine.do('accounts.classify', { account: 'rich', class: 'house' });
    await engine.do('pool.form', { pool: 'desk', members: ['long', 'short'] });
    await engine.do('mode.isolate', { account: 'rich', instrument: 'BTC', collateral: '100000000' });
    await engine.do('order.place', { account: 'rich', order: '1', instrument: 'ETH', quantity: 3, limitPrice: 99 });
    await engine.do('order.place', { account: 'long', order: '1', instrument: 'BTC', quantity: 5, limitPrice: 99 });
    await engine.tick({ BTC: 95 });
    await engine.do('order.place', { account: 'long', order: '2', instrument: 'ETH', quantity: 2, limitPrice: 99 });
    await engine.tick({ BTC: 96 });
    const pooling = new PoolingModule(settings);
    const again = new PoolingEngine(await AccountEngine.restore(engine.engine.snapshot(), { modules: [pooling] }), pooling, engine.minutes);
    expect(again.engine.stateHash()).toBe(engine.engine.stateHash());
    for (const each of [engine, again]) {
      await each.do('order.fill', { account: 'long', order: '2', quantity: 1 });
      await each.tick({ BTC: 90, ETH: 101 });
      await each.do('pool.dissolve', { pool: 'desk' });
      await each.tick({ BTC: 91 });
    }
    expect(again.engine.stateHash()).toBe(engine.engine.stateHash());
    expect(again.pooling.canPlace('rich', { instrument: 'BTC', quantity: 1, limitPrice: 90 })).toEqual(
      engine.pooling.canPlace('rich', { instrument: 'BTC', quantity: 1, limitPrice: 90 }),
    );
  });

  it('belongs to one engine', async () => {
    const pooling = new PoolingModule();
    expect(() => pooling.canPlace('a', { instrument: 'BTC', quantity: 1, limitPrice: 1 })).toThrow('belongs to no account engine yet');
    const market = perpetualMarket();
    const options = { market, book: bookOf(market, {}), model: 'hyperliquid', params: perpetualParams, modules: [pooling] };
    await AccountEngine.create(options).close();
    expect(() => AccountEngine.create(options)).toThrow('belongs to one account engine');
  });
});
