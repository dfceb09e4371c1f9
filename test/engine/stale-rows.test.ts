import { describe, expect, it } from 'vitest';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const accounts = 40;
const book = bookOf(syntheticRows(market, accounts, 3, 5), accountNames(accounts));

/** Instruments whose rows kernel A was asked for in a tick. */
async function pricedRows(engine: Engine, quotes: Parameters<Engine['tick']>[0]): Promise<number> {
  const { row } = engine.arena.views.riskArray;
  const cells = row.length / market.instruments.length;
  const before = row.slice();
  row.fill(-12_345);
  await engine.tick(quotes);
  let priced = 0;
  for (let at = 0; at < row.length; at += cells) {
    if (row[at] !== -12_345) priced++;
    else row.set(before.subarray(at, at + cells), at);
  }
  return priced;
}

/** The state of an engine that is loaded with the same book and prices everything at these quotes alone. */
async function afreshHash(engine: Engine, at: Market): Promise<string> {
  const other = Engine.create({ market: at, book: engine.exportBook(), params });
  await other.tick();
  return other.stateHash();
}

function moved(forward: (price: number, index: number) => number): Market {
  return { ...market, forward: market.forward.map(forward) };
}

describe('rows of the risk array that a tick prices', () => {
  const heldCount = new Set(book.positions.instrumentIndex).size;

  it('are those that somebody holds, at the first tick', async () => {
    const engine = Engine.create({ market, book, params });
    expect(heldCount).toBeLessThan(market.instruments.length);
    expect(await pricedRows(engine, {})).toBe(heldCount);
  });

  it('are none where nothing has changed, and those that have', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const first = engine.stateHash();
    expect(await pricedRows(engine, {})).toBe(0);
    const held = book.positions.instrumentIndex[0];
    const one = moved((price, index) => (index === held ? price * 1.01 : price));
    expect(await pricedRows(engine, one)).toBe(1);
    await engine.tick(one);
    expect(engine.stateHash()).toBe(await afreshHash(engine, one));
    await engine.tick(market);
    expect(engine.stateHash()).toBe(first);
  });

  it('are all that depend on the time', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const later = { ...market, asOfMs: market.asOfMs + 3_600_000 };
    await engine.tick(later);
    expect(engine.stateHash()).toBe(await afreshHash(engine, later));
  });

  it('follow a price that goes bad and comes back', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const first = engine.stateHash();
    const held = book.positions.instrumentIndex[0];
    const bad = moved((price, index) => (index === held ? NaN : price));
    await engine.tick(bad);
    expect(engine.results.status.some((status) => status === 3)).toBe(true);
    expect(engine.stateHash()).toBe(await afreshHash(engine, bad));
    await engine.tick(bad);
    expect(engine.stateHash()).toBe(await afreshHash(engine, bad));
    await engine.tick(market);
    expect(engine.stateHash()).toBe(first);
  });

  it('follow an index that goes bad and comes back', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const first = engine.stateHash();
    const pair = [...market.indexPrice.keys()][0];
    const bad = { ...market, indexPrice: new Map([...market.indexPrice, [pair, NaN]]) };
    await engine.tick(bad);
    const afresh = Engine.create({ market: bad, book, params });
    await afresh.tick();
    for (const each of [engine, afresh]) each.priceAllRows();
    expect(engine.arena.views.riskArray.row).toEqual(afresh.arena.views.riskArray.row);
    expect(engine.stateHash()).toBe(await afreshHash(engine, bad));
    await engine.tick(market);
    expect(engine.stateHash()).toBe(first);
  });

  it('include what an update opens', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const held = new Set(book.positions.instrumentIndex);
    const fresh = market.instruments.findIndex(({ kind }, index) => kind === 'option' && !held.has(index));
    engine.update({ positions: [{ account: engine.accountIds[0], instrument: market.instruments[fresh].name, quantity: 7 }] });
    await engine.tick();
    expect(engine.stateHash()).toBe(await afreshHash(engine, market));
  });

  it('are priced for a question about an instrument that nobody holds', async () => {
    const engine = Engine.create({ market, book, params });
    const up = moved((price) => price * 1.02);
    await engine.tick();
    await engine.tick(up);
    const held = new Set(book.positions.instrumentIndex);
    const fresh = market.instruments.findIndex(({ kind }, index) => kind === 'option' && !held.has(index));
    const positions = [{ account: engine.accountIds[0], instrument: market.instruments[fresh].name, quantity: -7 }];
    const [account] = engine.accountIds;
    const answer = engine.preview(account, { positions });
    const other = Engine.create({ market: up, book: engine.exportBook(), params });
    other.update({ positions });
    await other.tick();
    expect(answer.map(({ initialMargin }) => initialMargin)).toEqual(
      other.accountMargins(account).map(({ initialMargin }) => initialMargin),
    );
  });

  it('are all there after priceAllRows', async () => {
    const engine = Engine.create({ market, book, params });
    expect(() => engine.priceAllRows()).toThrow(/call tick\(\) first/);
    await engine.tick();
    engine.priceAllRows();
    const all = Engine.create({ market, book: everything(), params });
    await all.tick();
    expect(engine.arena.views.riskArray.row).toEqual(all.arena.views.riskArray.row);
  });
});

/** One account that holds every instrument. */
function everything(): typeof book {
  const count = market.instruments.length;
  return {
    ...book,
    accountIds: ['A'],
    positions: {
      accountIndex: new Uint32Array(count),
      instrumentIndex: Uint32Array.from({ length: count }, (_, index) => index),
      quantity: new Float64Array(count).fill(1),
      entryPrice: market.forward.slice(),
    },
    cash: { accountIndex: new Uint32Array(0), currencyIndex: new Uint32Array(0), amount: new Float64Array(0) },
  };
}
