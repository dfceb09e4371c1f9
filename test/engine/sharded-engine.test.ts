import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ShardedEngine } from '../../src/engine/sharded-engine.ts';
import { splitBook } from '../../src/engine/split-book.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const accounts = 9_000;
const plain = bookOf(syntheticRows(market, accounts, 20, 20261123), accountNames(accounts));
/** With quarantined accounts on both sides of a cut, and add-ons. */
const book: Book = {
  ...plain,
  addOns: {
    accountIndex: Uint32Array.of(2_999, 3_000),
    currencyIndex: Uint32Array.of(0, 0),
    amount: Float64Array.of(1, 2),
  },
  quarantined: [
    { accountIndex: 2_998, reason: 'bad input' },
    { accountIndex: 3_001, reason: 'worse input' },
  ],
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function whole(of: Book = book): Promise<Engine> {
  const engine = Engine.create({ market, book: of, params });
  open.push(engine);
  return engine;
}

async function sharded(accountsPerShard: number, of: Book = book): Promise<ShardedEngine> {
  const engine = await ShardedEngine.create({ market, book: of, params, accountsPerShard });
  open.push(engine);
  return engine;
}

describe('a book in shards', () => {
  it.each([9_000, 4_500, 3_000, 2_117, 100])('of %i accounts gives the hash and totals of one engine', async (size) => {
    const [one, several] = [await whole(), await sharded(size)];
    expect(several.shards).toHaveLength(Math.ceil(accounts / size));
    const [expected, got] = [await one.tick(), await several.tick()];
    expect(got.totals).toEqual(expected.totals);
    expect(expected.totals.quarantined).toBeGreaterThan(0);
    expect(several.resultHash()).toBe(one.resultHash());
    expect(several.nettingSetCount).toBe(one.nettingSetCount);
    expect(several.positionCount).toBe(one.positionCount);
    expect(several.accountCount).toBe(accounts);
  });

  it('follows quotes and updates', async () => {
    const [one, several] = [await whole(), await sharded(2_117)];
    const account = book.accountIds[5_000];
    const quotes = { forward: market.forward.map((price) => price * 1.05) };
    const cash = [{ account, currency: book.currencies[0], amount: 123.5 }];
    one.update({ cash });
    several.shardOf(account).update({ cash });
    await one.tick(quotes);
    expect(() => several.resultHash()).toThrow('call tick() first');
    await several.tick(quotes);
    expect(several.resultHash()).toBe(one.resultHash());
    expect(several.accountMargins(account)).toEqual(one.accountMargins(account));
  });

  it('depends on a quantity in the last shard', async () => {
    const several = await sharded(2_117);
    await several.tick();
    const before = several.resultHash();
    const quantity = book.positions.quantity.slice();
    quantity[book.positions.accountIndex.lastIndexOf(accounts - 1)] *= 2;
    const changed = await sharded(2_117, { ...book, positions: { ...book.positions, quantity } });
    await changed.tick();
    expect(changed.resultHash()).not.toBe(before);
  });

  it('takes engines that were loaded one by one', async () => {
    const one = await whole();
    await one.tick();
    const parts = [...splitBook(book, { accountsPerShard: 4_000 })];
    const engines = parts.map((part) => Engine.create({ market, book: part, params }));
    const several = ShardedEngine.over(engines);
    open.push(several);
    await several.tick();
    expect(several.resultHash()).toBe(one.resultHash());
  });
});

describe('refused', () => {
  it('engines of different markets, none at all, one of them twice', async () => {
    const [one, other] = [await whole(), Engine.create({ market: { ...market }, book, params })];
    open.push(other);
    for (const shards of [[], [one, other], [one, one]]) {
      expect(() => ShardedEngine.over(shards)).toThrow('shards must be different engines of one market');
    }
  });

  it('accounts that no shard knows, and names that two have', async () => {
    const several = await sharded(4_500);
    expect(() => several.shardOf('nobody')).toThrow("the book has no account 'nobody'");
    const twins = ShardedEngine.over([await whole(), await whole()]);
    expect(() => twins.shardOf(book.accountIds[0])).toThrow('several shards have an account');
  });

  it.each([0, -1, 1.5, NaN])('shards of %d accounts', async (accountsPerShard) => {
    const created = ShardedEngine.create({ market, book, params, accountsPerShard });
    await expect(created).rejects.toThrow('accountsPerShard must be');
    expect(() => [...splitBook(book, { positionsPerShard: accountsPerShard })]).toThrow('positionsPerShard must be');
  });
});

describe('splitting a book', () => {
  it('keeps every row in its account, in order, whatever the sizes', () => {
    const small = bookOf(syntheticRows(market, 40, 6, 7), accountNames(40));
    fc.assert(
      fc.property(upTo(50), upTo(40), (accountsPerShard, positionsPerShard) => {
        const parts = [...splitBook(small, { accountsPerShard, positionsPerShard })];
        expect(parts.flatMap(({ accountIds }) => accountIds)).toEqual(small.accountIds);
        let before = 0;
        const rows = parts.flatMap(({ accountIds, positions }) => {
          const base = before;
          before += accountIds.length;
          expect(accountIds.length).toBeLessThanOrEqual(accountsPerShard);
          expect(accountIds.length === 1 || positions.quantity.length <= positionsPerShard).toBe(true);
          return [...positions.quantity].map((quantity, p) => [
            base + positions.accountIndex[p], positions.instrumentIndex[p], quantity, positions.entryPrice[p],
          ]);
        });
        const { positions } = small;
        const wanted = [...positions.quantity].map((quantity, p) => [
          positions.accountIndex[p], positions.instrumentIndex[p], quantity, positions.entryPrice[p],
        ]);
        expect(rows.sort(byNumbers)).toEqual(wanted.sort(byNumbers));
      }),
    );
  });

  it('an empty book is one empty part', () => {
    const none = bookOf([], []);
    expect([...splitBook(none)].map(({ accountIds }) => accountIds)).toEqual([[]]);
  });
});

function upTo(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max });
}

function byNumbers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}
