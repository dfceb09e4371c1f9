import { describe, expect, it } from 'vitest';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import { Engine } from '../../src/engine/engine.ts';
import { BadInputError } from '../../src/errors.ts';
import {
  accountNames,
  bookOf,
  params,
  randomNumbers,
  syntheticMarket,
  syntheticRows,
} from '../support/synthetic-book.ts';

const market = syntheticMarket();

function engineOf(accounts: number, seed: number, capacity: { positions?: number; sets?: number } = {}): Engine {
  const book = bookOf(syntheticRows(market, accounts, 12, seed), accountNames(accounts));
  return Engine.create({
    market,
    book,
    params,
    ...(capacity.positions === undefined ? {} : { positionCapacity: capacity.positions }),
    ...(capacity.sets === undefined ? {} : { nettingSetCapacity: capacity.sets }),
  });
}

/**
 * Random adds, changes, removals, openings; every few rounds a burst on few accounts, so that blocks outgrow their
 * slots.
 */
function randomChanges(random: () => number, accounts: number): BookChanges {
  const pick = (): string => `A${Math.floor(random() * (accounts + 3))}`;
  const positions = Array.from({ length: Math.floor(random() * 60) }, () => {
    const index = Math.floor(random() * market.instruments.length);
    return {
      account: random() < 0.5 ? pick() : 'A1',
      instrument: market.instruments[index].name,
      quantity: random() < 0.4 ? 0 : Math.round(random() * 40 - 20) / 2,
      entryPrice: market.forward[index] * (1 + 0.02 * random()),
    };
  });
  const cash = Array.from({ length: Math.floor(random() * 8) }, () => ({
    account: pick(),
    currency: random() < 0.5 ? 'BTC' : 'USD',
    amount: random() < 0.3 ? 0 : Math.round(random() * 1e6) / 1e3,
  }));
  const addOns = Array.from({ length: Math.floor(random() * 3) }, () => ({
    account: pick(),
    currency: 'BTC',
    amount: Math.round(random() * 1e6) / 1e6,
  }));
  return { positions, cash, addOns };
}

describe('book updates', () => {
  it.each([1, 2, 3, 4])('equal a rebuild of the same book, bit for bit (history %i)', async (seed) => {
    const accounts = 60;
    const random = randomNumbers(seed * 7919);
    const engine = engineOf(accounts, seed, { positions: 1_200, sets: 300 });
    const shadow = new Map<string, { quantity: number; entryPrice: number }>();
    for (let round = 0; round < 40; round++) {
      const changes = randomChanges(random, accounts);
      engine.update(changes);
      for (const change of changes.positions!) {
        const key = `${change.account} ${change.instrument}`;
        if (change.quantity === 0) shadow.delete(key);
        else shadow.set(key, { quantity: change.quantity, entryPrice: change.entryPrice! });
      }
    }
    await engine.tick();

    const exported = engine.exportBook();
    const rebuilt = Engine.create({ market, book: exported, params });
    await rebuilt.tick();
    expect(rebuilt.stateHash()).toBe(engine.stateHash());

    // The exported book really is what the changes say, not merely consistent with itself.
    for (let p = 0; p < exported.positions.quantity.length; p++) {
      const name = exported.accountIds[exported.positions.accountIndex[p]];
      const key = `${name} ${market.instruments[exported.positions.instrumentIndex[p]].name}`;
      const expected = shadow.get(key);
      if (expected === undefined) continue;
      expect(exported.positions.quantity[p]).toBe(expected.quantity);
      shadow.delete(key);
    }
    expect([...shadow.keys()]).toEqual([]);
  });

  it('a change and its reversal leave the hash as it was', async () => {
    const engine = engineOf(50, 9);
    await engine.tick();
    const before = engine.stateHash();
    engine.update({ positions: [{ account: 'A4', instrument: 'BTC-PERPETUAL', quantity: 123, entryPrice: 60_000 }] });
    await engine.tick();
    expect(engine.stateHash()).not.toBe(before);
    const held = bookOf(syntheticRows(market, 50, 12, 9), accountNames(50)).positions;
    const index = held.accountIndex.findIndex((account, p) => account === 4 && held.instrumentIndex[p] === 0);
    engine.update({
      positions: [
        {
          account: 'A4',
          instrument: 'BTC-PERPETUAL',
          quantity: index < 0 ? 0 : held.quantity[index],
          entryPrice: index < 0 ? 1 : held.entryPrice[index],
        },
      ],
    });
    await engine.tick();
    expect(engine.stateHash()).toBe(before);
  });

  it('refuses bad changes with every problem named, and changes nothing', async () => {
    const engine = engineOf(5, 1);
    await engine.tick();
    const before = engine.stateHash();
    const bad: BookChanges = {
      positions: [
        { account: 'A0', instrument: 'NO-SUCH', quantity: 1 },
        { account: 'A0', instrument: 'BTC-PERPETUAL', quantity: NaN, entryPrice: 1 },
        { account: 'A0', instrument: 'BTC-PERPETUAL', quantity: 1 },
      ],
      cash: [{ account: 'A0', currency: 'DOGE', amount: 1 }],
      addOns: [{ account: 'A0', currency: 'BTC', amount: -1 }],
    };
    let caught: unknown = null;
    try {
      engine.update(bad);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(BadInputError);
    const problems = (caught as BadInputError).problems.map(({ code, row, column }) => `${code} ${row} ${column}`);
    expect(problems).toEqual([
      'InstrumentUnknown 1 instrument',
      'ValueNotFinite 2 quantity',
      'ValueOutOfRange 3 entryPrice',
      'CurrencyUnknown 1 currency',
      'ValueOutOfRange 1 amount',
    ]);
    await engine.tick();
    expect(engine.stateHash()).toBe(before);
  });

  it('refuses an update that does not fit, naming the limit, and changes nothing', async () => {
    const engine = engineOf(20, 5, { positions: 160 });
    await engine.tick();
    const before = engine.stateHash();
    const names = market.instruments.map(({ name }) => name);
    const positions = names.map((instrument) => ({ account: 'A7', instrument, quantity: 1, entryPrice: 1_000 }));
    expect(() => engine.update({ positions })).toThrow(/positionCapacity/);
    await engine.tick();
    expect(engine.stateHash()).toBe(before);
  });
});
