import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { generatePositions } from '../../src/generate/generate-positions.ts';
import { tinyMarket } from '../support/tiny-market.ts';

function columnsHash({ accountIndex, instrumentIndex, quantity, entryPrice }: Book['positions']): string {
  const hash = createHash('sha256');
  for (const column of [accountIndex, instrumentIndex, quantity, entryPrice]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}

interface AccountShape {
  positions: number;
  options: number;
  currencies: Set<string>;
}

function shapesOf(market: Market, book: Book): AccountShape[] {
  const shapes = book.accountIds.map((): AccountShape => ({ positions: 0, options: 0, currencies: new Set() }));
  book.positions.accountIndex.forEach((account, row) => {
    const instrument = market.instruments[book.positions.instrumentIndex[row]];
    shapes[account].positions += 1;
    shapes[account].options += Number(instrument.kind === 'option');
    shapes[account].currencies.add(instrument.settlementCurrency);
  });
  return shapes;
}

function shareOf<Item>(items: readonly Item[], isCounted: (item: Item) => boolean): number {
  return items.filter(isCounted).length / items.length;
}

const tiny = tinyMarket();

describe('generatePositions: determinism', () => {
  it('gives the same bits for the same seed (pinned)', () => {
    const book = generatePositions(tiny, { accounts: 2_000, seed: 7, meanPositions: 6 });
    expect(columnsHash(book.positions)).toBe('f3dd2f95de6bf2530ac4df49b9f337b2a4195b7fb23d58499eb922d80ce53f88');
  });

  it('gives another book for another seed', () => {
    const [first, second] = [7, 8].map((seed) => generatePositions(tiny, { accounts: 50, seed, meanPositions: 6 }));
    expect(columnsHash(first.positions)).not.toBe(columnsHash(second.positions));
  });

  it('starts a bigger book with the same accounts', () => {
    const small = generatePositions(tiny, { accounts: 300, seed: 3 });
    const big = generatePositions(tiny, { accounts: 1_000, seed: 3 });
    const count = small.positions.quantity.length;
    expect(big.accountIds.slice(0, 300)).toEqual(small.accountIds);
    expect(big.positions.accountIndex[count]).toBe(300);
    expect(big.positions.instrumentIndex.slice(0, count)).toEqual(small.positions.instrumentIndex);
    expect(big.positions.quantity.slice(0, count)).toEqual(small.positions.quantity);
    expect(big.positions.entryPrice.slice(0, count)).toEqual(small.positions.entryPrice);
  });

  it('generates a range of accounts alone', () => {
    const whole = generatePositions(tiny, { accounts: 1_000, seed: 3 });
    const range = generatePositions(tiny, { accounts: 100, seed: 3, firstAccount: 400 });
    const first = whole.positions.accountIndex.indexOf(400);
    const end = whole.positions.accountIndex.indexOf(500);
    expect(range.accountIds[0]).toBe('A0000401');
    expect(range.accountIds).toEqual(whole.accountIds.slice(400, 500));
    const accountsOfWhole = range.positions.accountIndex.map((account) => account + 400);
    expect(accountsOfWhole).toEqual(whole.positions.accountIndex.slice(first, end));
    expect(range.positions.instrumentIndex).toEqual(whole.positions.instrumentIndex.slice(first, end));
    expect(range.positions.quantity).toEqual(whole.positions.quantity.slice(first, end));
  });
});

describe('generatePositions: every book', () => {
  const book = generatePositions(tiny, { accounts: 20_000, seed: 11 });
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;

  it('never holds an instrument twice in an account', () => {
    const keyOf = (account: number, row: number): number => account * tiny.instruments.length + instrumentIndex[row];
    const keys = Float64Array.from(accountIndex, keyOf).sort();
    expect(keys.findIndex((key, place) => place > 0 && key === keys[place - 1])).toBe(-1);
  });

  it('is in account order, and every account has a position', () => {
    expect(accountIndex.every((account, row) => row === 0 || account - accountIndex[row - 1] <= 1)).toBe(true);
    expect([accountIndex[0], accountIndex[accountIndex.length - 1]]).toEqual([0, 19_999]);
  });

  it('has whole lots, long and short: 0.1 contract for Bitcoin options, else 1', () => {
    let long = 0;
    quantity.forEach((contracts, row) => {
      const instrument = tiny.instruments[instrumentIndex[row]];
      const lots = instrument.kind === 'option' && instrument.payoff === 'inverse' ? contracts * 10 : contracts;
      const isWhole = lots !== 0 && Math.abs(lots - Math.round(lots)) < 1e-9;
      if (!isWhole) throw new Error(`${contracts} of ${instrument.name}`);
      long += Number(contracts > 0);
    });
    expect(long / quantity.length).toBeGreaterThan(0.45);
    expect(long / quantity.length).toBeLessThan(0.55);
  });

  it('has positive entry prices in cents, near the mark for futures', () => {
    entryPrice.forEach((price, row) => {
      const isInCents = price > 0 && Math.abs(price * 100 - Math.round(price * 100)) < 1e-6;
      if (!isInCents) throw new Error(`entry price ${price}`);
      if (tiny.instruments[instrumentIndex[row]].kind !== 'option' && !(Math.abs(price / 60_000 - 1) < 0.12)) {
        throw new Error(`entry price ${price} of a future marked 60,000`);
      }
    });
  });

  it('holds no instrument without open interest except as the second leg of a spread', () => {
    const idle = instrumentIndex.filter((instrument) => tiny.openInterest[instrument] === 0);
    const futures = idle.filter((instrument) => tiny.instruments[instrument].kind !== 'option');
    expect(futures).toHaveLength(0);
    expect(idle.length / instrumentIndex.length).toBeLessThan(0.1);
  });

  it('has no cash yet and nothing quarantined', () => {
    expect(book.cash.amount).toHaveLength(0);
    expect(book.quarantined).toEqual([]);
    expect(book.currencies).toEqual(['BTC', 'USD']);
  });
});

describe('generatePositions: shape on the built-in market', () => {
  const { market } = loadBuiltInMarket();
  const accounts = 100_000;
  const book = generatePositions(market, { accounts, seed: 1 });
  const shapes = shapesOf(market, book);
  const holders = shapes.filter((shape) => shape.options > 0);

  // Standard deviations of the shares are at most 0.0016; the bounds are three or more of them.
  it('holds futures and perpetuals only in 60% of accounts, 1 to 4 of them', () => {
    const linearOnly = shapes.filter((shape) => shape.options === 0);
    expect(linearOnly.length / accounts).toBeCloseTo(0.6, 2);
    expect(new Set(linearOnly.map((shape) => shape.positions))).toEqual(new Set([1, 2, 3, 4]));
    expect(shareOf(linearOnly, (shape) => shape.positions === 1)).toBeCloseTo(0.5, 1);
  });

  it('has 12 positions per account, the median option holder 8, market makers several hundred', () => {
    expect(Math.abs(book.positions.quantity.length / accounts - 12)).toBeLessThan(0.5);
    const counts = Float64Array.from(holders, (shape) => shape.positions).sort();
    expect(counts[counts.length >> 1]).toBe(8);
    const big = shareOf(shapes, (shape) => shape.positions >= 150);
    expect(big).toBeGreaterThan(0.004);
    expect(big).toBeLessThan(0.03);
    expect(counts[counts.length - 1]).toBeGreaterThan(500);
  });

  it('settles most accounts in one currency, some in both', () => {
    const both = shareOf(shapes, (shape) => shape.currencies.size === 2);
    expect(both).toBeGreaterThan(0.03);
    expect(both).toBeLessThan(0.15);
    expect(shareOf(holders, (shape) => shape.currencies.has('BTC'))).toBeGreaterThan(0.4);
    expect(shareOf(holders, (shape) => shape.currencies.has('USD'))).toBeGreaterThan(0.4);
  });

  it('follows open interest: the most popular option is the one with most contracts outstanding', () => {
    const holdings = new Float64Array(market.instruments.length);
    for (const instrument of book.positions.instrumentIndex) holdings[instrument] += 1;
    const best = (column: Float64Array, kind: string, base: string): number =>
      market.instruments.reduce((winner, instrument, index) =>
        (instrument.kind === kind && instrument.baseCurrency === base && column[index] > (column[winner] ?? -1)
          ? index : winner), -1);
    expect(market.instruments[best(holdings, 'perpetual', 'BTC')].name).toBe('BTC-PERPETUAL');
    for (const base of ['BTC', 'SPX']) {
      expect(best(holdings, 'option', base)).toBe(best(market.openInterest, 'option', base));
    }
  });

  it('holds spreads: the option holder with two opposite legs of one type and size is common', () => {
    const { accountIndex, instrumentIndex, quantity } = book.positions;
    let verticals = 0;
    for (let row = 1; row < quantity.length; row++) {
      const [first, second] = [market.instruments[instrumentIndex[row - 1]], market.instruments[instrumentIndex[row]]];
      verticals += Number(accountIndex[row] === accountIndex[row - 1] && first.expiryMs === second.expiryMs
        && first.optionType !== null && first.optionType === second.optionType && quantity[row] === -quantity[row - 1]);
    }
    expect(verticals / quantity.length).toBeGreaterThan(0.1);
  });
});

describe('generatePositions: options', () => {
  it.each([
    [{ accounts: 0 }, 'accounts must be an integer in [1, 8000000], got 0'],
    [{ accounts: 1.5 }, 'accounts must be an integer in [1, 8000000], got 1.5'],
    [{ seed: -1 }, 'seed must be an integer in [0, 9007199254740991], got -1'],
    [{ accounts: 1, firstAccount: 10_000_000 }, 'firstAccount must be an integer in [0, 9999999], got 10000000'],
    [{ meanPositions: 2 }, 'meanPositions must be in [3, 30], got 2'],
    [{ meanPositions: NaN }, 'meanPositions must be in [3, 30], got NaN'],
  ])('refuses %j', (options, message) => {
    expect(() => generatePositions(tiny, options)).toThrow(expect.objectContaining({ code: 'OptionInvalid', message }));
  });

  it('refuses a market without options', () => {
    const instruments = tiny.instruments.slice(0, 4);
    expect(() => generatePositions({ ...tiny, instruments }, { accounts: 1 }))
      .toThrow(expect.objectContaining({ message: 'the market needs at least one option to generate a book' }));
  });

  it('works on a market of one perpetual and one option', () => {
    const market = { ...tiny, instruments: [tiny.instruments[0], tiny.instruments[4]] };
    const book = generatePositions(market, { accounts: 500, seed: 1 });
    expect(book.positions.quantity).toHaveLength(500);
  });

  it.each([3, 30])('keeps a mean of %j', (meanPositions) => {
    const book = generatePositions(loadBuiltInMarket().market, { accounts: 20_000, seed: 2, meanPositions });
    expect(Math.abs(book.positions.quantity.length / 20_000 / meanPositions - 1)).toBeLessThan(0.1);
  });
});
