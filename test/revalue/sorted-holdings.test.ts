import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortHoldings } from '../../src/revaluation/sorted-holdings.ts';
import { riskBook, riskMarket, rowOf, type BookRow } from '../support/risk-market.ts';

const accounts = 7;
const market = riskMarket();
const row = fc.record({
  account: fc.nat(accounts - 1), instrument: fc.nat(5), quantity: fc.integer({ min: -9, max: 9 }),
  entryPrice: fc.integer({ min: 50, max: 150 }),
});
const rows = fc.uniqueArray(row, { selector: ({ account, instrument }) => account * 6 + instrument, maxLength: 30 });
const ascending = (a: BookRow, b: BookRow): number => a.account - b.account || a.instrument - b.instrument;

describe('holdings of a book', () => {
  it('are by account and instrument, whatever the order of the rows', () => {
    fc.assert(fc.property(rows, fc.nat(), (given, turn) => {
      const inOrder = [...given].sort(ascending);
      const turned = inOrder.map((_, index) => inOrder[(index + turn) % inOrder.length]);
      for (const order of [inOrder, given, turned]) {
        const { firstPosition, instrument, quantity, isHeld } = sortHoldings(riskBook(accounts, order), market);
        // An account begins where all rows of those before it end.
        const expected = Array.from({ length: accounts + 1 }, (_, end) => given.filter(({ account }) => account < end).length);
        expect([...firstPosition]).toEqual(expected);
        expect([...instrument]).toEqual(inOrder.map((each) => each.instrument));
        expect([...quantity]).toEqual(inOrder.map((each) => each.quantity));
        expect([...isHeld]).toEqual([0, 1, 2, 3, 4, 5].map((index) => (given.some((each) => each.instrument === index) ? 1 : 0)));
      }
    }));
  });

  it('count what futures have gained as cash, unless no price says what that is', () => {
    const held: BookRow[] = [
      { account: 1, instrument: rowOf.linearPerpetual, quantity: 3, entryPrice: 80 },
      { account: 1, instrument: rowOf.inversePerpetual, quantity: 4, entryPrice: 80 },
      { account: 1, instrument: rowOf.call, quantity: 2, entryPrice: 80 },
    ];
    const book = riskBook(2, held, [[1, 0, 5]]);
    // USD: 5 + 3 * (100 - 80). BTC: 4 * 10 USD * (1/80 - 1/100).
    const { cash, currencies } = sortHoldings(book, market);
    expect(currencies).toEqual(['USD', 'BTC', 'ETH']);
    expect([...cash.subarray(0, 4)]).toEqual([0, 0, 0, 65]);
    expect(cash[4]).toBeCloseTo(0.1, 15);
    const reversed = riskBook(2, [...held].reverse(), [[1, 0, 5]]);
    expect(sortHoldings(reversed, market).cash).toEqual(cash);
    const unpriced = { ...market, forward: market.forward.with(rowOf.linearPerpetual, NaN).with(rowOf.inversePerpetual, 0) };
    expect([...sortHoldings(book, unpriced).cash]).toEqual([0, 0, 0, 5, 0, 0]);
  });

  it('refuses two positions in one instrument, with the row of the second, in order or not', () => {
    const twice = (instruments: readonly number[]): unknown => {
      const book = riskBook(1, instruments.map((instrument) => ({ account: 0, instrument, quantity: 1 })));
      try {
        return sortHoldings(book, market);
      } catch (error) {
        return error;
      }
    };
    const problemOf = (instruments: readonly number[]) => twice(instruments) as { problems: readonly unknown[] };
    expect(problemOf([1, 3, 3]).problems).toMatchObject([{ code: 'PositionDuplicate', row: 3, value: 'CALL' }]);
    expect(problemOf([3, 1, 3]).problems).toMatchObject([{ code: 'PositionDuplicate', row: 3, value: 'CALL' }]);
    expect(problemOf([3, 3, 1]).problems).toMatchObject([{ code: 'PositionDuplicate', row: 2, value: 'CALL' }]);
  });
});
