import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const book = bookOf(syntheticRows(market, 300, 12, 5), accountNames(300));
const engineOf = (): Engine => Engine.create({ market, book, params });

describe('sets reduced in place', () => {
  it('a half is what an update to half the quantities gives', async () => {
    const [reduced, updated] = [engineOf(), engineOf()];
    await updated.tick();
    const { accountIndex } = updated.results;
    const set = updated.arena.views.nettingSet.positionCount.findIndex((count, place) => count > 3 && accountIndex[place] > 10);
    const account = accountIndex[set];
    const { first, end } = updated.resultRange(accountNames(300)[account]);
    const sets = Uint32Array.from({ length: end - first }, (_, place) => first + place);
    const { cash } = reduced.arena.views.nettingSet;
    reduced.reduceSets({ sets, keep: new Float64Array(sets.length).fill(0.5), cash: cash.slice(first, end) });
    const { positions } = book;
    const held = [...positions.quantity.keys()].filter((row) => positions.accountIndex[row] === account);
    updated.update({
      positions: held.map((row) => ({
        account: accountNames(300)[account],
        instrument: market.instruments[positions.instrumentIndex[row]].name,
        quantity: positions.quantity[row] * 0.5,
        entryPrice: positions.entryPrice[row],
      })),
    });
    await Promise.all([reduced.tick(), updated.tick()]);
    expect(reduced.stateHash()).toBe(updated.stateHash());
  });

  it('orders and add-ons go with a part, stay with a payment, and come back', async () => {
    const withAddOn = engineOf();
    withAddOn.update({ addOns: [{ account: 'A12', currency: 'BTC', amount: 2 }], cash: [{ account: 'A12', currency: 'BTC', amount: 9 }] });
    await withAddOn.tick();
    const before = withAddOn.stateHash();
    const [set] = [withAddOn.resultRange('A12').first];
    const { addOn } = withAddOn.arena.views.nettingSet;
    const payment = withAddOn.reduceSets({ sets: Uint32Array.of(set), keep: Float64Array.of(1), cash: Float64Array.of(10) });
    expect(addOn[set]).toBe(2);
    withAddOn.reduceSets({ sets: Uint32Array.of(set), keep: Float64Array.of(0.25), cash: Float64Array.of(10) });
    withAddOn.reduceSets({ sets: Uint32Array.of(set), keep: Float64Array.of(0), cash: Float64Array.of(0) });
    expect(addOn[set]).toBe(0);
    await withAddOn.tick();
    expect(withAddOn.results.equity[set]).toBe(0);
    withAddOn.undoReductions(payment);
    await withAddOn.tick();
    expect(withAddOn.stateHash()).toBe(before);
  });

  it.each([
    [[5, 5], [0, 0], [1, 1], 'row 2, sets'],
    [[4_000_000], [0], [1], 'row 1, sets'],
    [[3], [1.5], [1], 'row 1, keep'],
    [[3], [NaN], [1], 'row 1, keep'],
    [[3, 4], [0, 0], [1, Infinity], 'row 2, cash'],
    [[3, 4], [0], [1, 1], 'row 2, keep'],
  ])('refuses sets %j, keep %j, cash %j and changes nothing', async (sets, keep, cash, place) => {
    const engine = engineOf();
    await engine.tick();
    const before = engine.stateHash();
    const columns = { sets: Uint32Array.from(sets), keep: Float64Array.from(keep), cash: Float64Array.from(cash) };
    expect(() => engine.reduceSets(columns)).toThrow(place);
    expect(engine.stateHash()).toBe(before);
  });

  it('cannot be taken back once the book has changed otherwise', () => {
    const engine = engineOf();
    const undo = engine.reduceSets({ sets: Uint32Array.of(3), keep: Float64Array.of(0), cash: Float64Array.of(0) });
    engine.update({ cash: [{ account: 'A1', currency: 'BTC', amount: 3 }] });
    expect(() => engine.undoReductions(undo)).toThrow('the book has changed');
  });
});
