import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { MarginRegimes } from '../../src/pooling/margin-regimes.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { bookOf, perpetualMarket, perpetualParams, start, type Held } from '../support/pooling-engines.ts';

const market = perpetualMarket();
/** Twice the leverage: half of the requirement. */
const looseParams = { ...perpetualParams, assets: Object.fromEntries(Object.keys(perpetualParams.assets).map((asset) => [asset, { marginTiers: [{ lowerBound: 0, maxLeverage: 20 }] }])) };

function create(strict: Readonly<Record<string, Held>>, loose: Readonly<Record<string, Held>>): MarginRegimes {
  const engine = (accounts: Readonly<Record<string, Held>>, params: unknown): AccountEngine =>
    AccountEngine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params, modules: [new PoolingModule()], nettingSetCapacity: 64 });
  return new MarginRegimes({ strict: engine(strict, perpetualParams), loose: engine(loose, looseParams) });
}

const held = { cash: 120, positions: { BTC: [10, 100] } } as const;
let ids = 0;
const next = () => ({ id: `c${ids}`, timeMs: start + 60_000 * ids++ });
const tick = (BTC: number) => ({ ...next(), kind: 'tick', quotes: { forward: { BTC }, indexPrice: { btc_usdc: BTC } } }) as const;
const stand = (regimes: MarginRegimes, account: string) => {
  const { regime, sets } = regimes.status(account);
  return [regime, ...sets.flatMap(({ level, balance, initialMargin }) => [level, balance, initialMargin])];
};

describe('MarginRegimes', () => {
  it('margins each account under its regime, all at the same quotes, and reports together', async () => {
    const regimes = create({ alice: held }, { bob: held });
    await regimes.apply(tick(100));
    expect(stand(regimes, 'alice')).toEqual(['strict', 'healthy', 120, 100]);
    expect(stand(regimes, 'bob')).toEqual(['loose', 'healthy', 120, 50]);
    await regimes.apply(tick(94));
    expect([...regimes.counts].map(([regime, { healthy, 'margin-call': called }]) => [regime, healthy, called])).toEqual([['strict', 0, 1], ['loose', 1, 0]]);
    await regimes.close();
  });

  it('sends book changes to where their accounts are, and refuses commands across regimes', async () => {
    const regimes = create({ alice: held }, { bob: held });
    await regimes.apply(tick(100));
    const cash = ['alice', 'bob', 'carl'].map((account) => ({ account, currency: 'USDC', amount: 500 }));
    await regimes.apply({ ...next(), kind: 'book', changes: { cash } });
    const transfer = { ...next(), kind: 'accounts.transfer', from: 'alice', to: 'bob', currency: 'USDC', amount: '1' };
    await expect(regimes.apply(transfer)).rejects.toThrow('are in different regimes: strict, loose');
    await regimes.apply({ ...next(), kind: 'pool.form', pool: 'desk', members: ['alice', 'carl'] });
    await regimes.apply(tick(100));
    expect(stand(regimes, 'desk')).toEqual(['strict', 'healthy', 1_000, 100]);
    expect(stand(regimes, 'bob')).toEqual(['loose', 'healthy', 500, 50]);
    await expect(regimes.move({ ...next(), account: 'alice', to: 'loose' })).rejects.toThrow('it cannot move');
  });

  it('moves an account with all it has, there and back to the same state', async () => {
    const regimes = create({ alice: held, anna: held }, { bob: { ...held, cash: 70 } });
    await regimes.apply(tick(100));
    const before = stand(regimes, 'alice');
    await regimes.move({ ...next(), account: 'alice', to: 'loose' });
    await regimes.apply(tick(100));
    expect(stand(regimes, 'alice')).toEqual(['loose', 'healthy', 120, 50]);
    expect(regimes.engine('strict').status('alice')).toEqual([]);
    await regimes.move({ ...next(), account: 'alice', to: 'strict' });
    await regimes.apply(tick(100));
    expect(stand(regimes, 'alice')).toEqual(before);
    await expect(regimes.move({ ...next(), account: 'bob', to: 'strict' })).rejects.toThrow("'bob' would have 70 USDC against an initial margin of 100 under 'strict'");
    await expect(regimes.move({ ...next(), account: 'anna', to: 'strict' })).rejects.toThrow('is in regime');
    await expect(regimes.move({ ...next(), account: 'anna', to: 'other' })).rejects.toThrow("there is no regime 'other'; there are strict, loose");
    await regimes.apply(tick(94));
    await expect(regimes.move({ ...next(), account: 'anna', to: 'loose' })).rejects.toThrow("'anna' is at level margin-call");
    expect(regimes.stateHash()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('finishes a move that was interrupted after the new regime had taken the account in', async () => {
    const regimes = create({ alice: held }, {});
    await regimes.apply(tick(100));
    const move = { ...next(), account: 'alice', to: 'loose' };
    const source = regimes.engine('strict');
    const apply = source.apply.bind(source);
    source.apply = () => Promise.reject(new Error('power cut'));
    await expect(regimes.move(move)).rejects.toThrow('power cut');
    source.apply = apply;
    await regimes.move(move);
    await regimes.apply(tick(100));
    expect(stand(regimes, 'alice')).toEqual(['loose', 'healthy', 120, 50]);
    expect(source.status('alice')).toEqual([]);
  });

  it('refuses engines that do not fit together', () => {
    expect(() => new MarginRegimes({})).toThrow('one regime at least');
    expect(() => create({ alice: held }, { alice: held })).toThrow("account 'alice' holds something under 'strict' and under 'loose'");
    const other = AccountEngine.create({ market: perpetualMarket(), book: bookOf(market, {}), model: 'hyperliquid', params: perpetualParams });
    const own = AccountEngine.create({ market, book: bookOf(market, {}), model: 'hyperliquid', params: perpetualParams });
    expect(() => new MarginRegimes({ own, other })).toThrow('must have the same market');
  });
});
