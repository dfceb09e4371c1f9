import { describe, expect, it } from 'vitest';
import { compareModels, type ComparedModel } from '../../src/compare/compare-models.ts';
import { legBook } from '../../src/compare/legs-alone.ts';
import { linearMarket } from '../../src/convert/linear-market.ts';
import type { Book } from '../../src/domain/book.ts';
import { marginAccount } from '../../src/engine/account-margin.ts';
import { Engine } from '../../src/engine/engine.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { bookOf, market as marketOf } from '../convert/dollar-book.ts';

const market = marketOf();
const book = bookOf({
  accountIds: ['both', 'coin', 'index', 'idle', 'bad', 'trader'],
  positions: [
    [0, 0, 1_000, 48_000],
    [0, 3, -2],
    [1, 2, -3],
    [1, 0, 500, 51_000],
    [2, 3, 4],
    [5, 0, 10, 50_000],
  ],
  orders: [[5, 0, 10, 49_000]],
  cash: [
    [0, 0, 2],
    [0, 1, 10_000],
    [1, 0, 0.5],
    [2, 1, 100_000],
  ],
  quarantined: [{ accountIndex: 4, reason: 'book.csv, row 9: bad' }],
});

type Params = Record<string, Record<string, unknown>>;

function paramsWith(change: (params: Params) => void): Params {
  const params = structuredClone(shippedParams()) as Params;
  change(params);
  return params;
}

function compared(label: string, params: unknown, part: Partial<ComparedModel> = {}): ComparedModel {
  return { label, model: 'deribit-pm', params, market, book, ...part };
}

/** What one account comes to, from the engine's own netting sets and the index price of 50,000. */
async function expected(of: Book, account: number): Promise<number[]> {
  const engine = Engine.create({ market, book: of, params: shippedParams() });
  await engine.tick();
  const sums = [0, 0, 0, 0];
  const { accountIndex, currencyIndex, equity, initialMargin, maintenanceMargin, status } = engine.results;
  accountIndex.forEach((owner, set) => {
    if (owner !== account) return;
    const rate = engine.currencies[currencyIndex[set]] === 'BTC' ? 50_000 : 1;
    [equity, initialMargin, maintenanceMargin].forEach((column, at) => (sums[at] += column[set] * rate));
    sums[3] = Math.max(sums[3], status[set]);
  });
  return sums;
}

describe('compareModels', () => {
  it('adds up the netting sets of each account in dollars', async () => {
    const { models, rates, accountIds } = await compareModels({ market, models: [compared('pm', shippedParams())] });
    expect(accountIds).toEqual(book.accountIds);
    expect(rates).toEqual([
      { currency: 'BTC', rate: 50_000, source: 'btc_usd' },
      { currency: 'USD', rate: 1, source: '1:1' },
    ]);
    const [{ equity, initialMargin, maintenanceMargin, status, reasons }] = models;
    for (const account of [0, 1, 2, 3]) {
      const found = [equity[account], initialMargin[account], maintenanceMargin[account], status[account]];
      expect(found).toEqual(await expected(book, account));
    }
    // An account is as bad as its worst netting set: `both` has coins enough and owes dollars.
    expect([...status]).toEqual([2, 1, 0, 0, 3, 3]);
    expect([equity[3], initialMargin[3]]).toEqual([0, 0]);
    expect([equity[4], initialMargin[5]]).toEqual([NaN, NaN]);
    expect([...reasons]).toEqual([
      [4, 'book.csv, row 9: bad'],
      [5, 'the account has open orders, which the model deribit-pm has no margin for'],
    ]);
  });

  it('margins every leg alone', async () => {
    const { models } = await compareModels({ market, models: [compared('pm', shippedParams())] });
    const alone = async (instrument: string, quantity: number, entryPrice = 0): Promise<number> => {
      const request = { market, model: 'deribit-pm', params: shippedParams() };
      const [set] = await marginAccount({ ...request, positions: [{ instrument, quantity, entryPrice }] });
      return set.initialMargin * (set.currency === 'BTC' ? 50_000 : 1);
    };
    const standAlone = models[0].standAlone!;
    expect(standAlone[0]).toBe((await alone('BTC-PERP', 1_000, 48_000)) + (await alone('SPX-DEC-7000-P', -2)));
    expect(standAlone[1]).toBe((await alone('BTC-DEC-60000-C', -3)) + (await alone('BTC-PERP', 500, 51_000)));
    expect([standAlone[3], standAlone[4], standAlone[5]]).toEqual([0, NaN, NaN]);
    // A long perpetual hedges the calls that were sold.
    expect(models[0].initialMargin[1]).toBeLessThan(standAlone[1]);
    const without = await compareModels({ market, models: [compared('pm', shippedParams())], standAlone: false });
    expect(without.models[0].standAlone).toBeUndefined();
  });

  it('sets models side by side: the maintenance factor, and an index it has no parameters for', async () => {
    const half = paramsWith((params) => (params['general']['mm_factor'] = 0.4));
    const coins = paramsWith((params) => delete params['currency_pair']['spx_usd']);
    const models = [compared('pm', shippedParams()), compared('half', half), compared('coins', coins)];
    const told: string[] = [];
    const result = await compareModels({ market, models, onModel: (label) => told.push(label) });
    const [pm, lower, coinsOnly] = result.models;
    expect(told).toEqual(['pm', 'half', 'coins']);
    expect(lower.initialMargin).toEqual(pm.initialMargin);
    for (const account of [0, 1, 2]) {
      // mm_factor 0.8 as shipped.
      expect(lower.maintenanceMargin[account] / pm.maintenanceMargin[account]).toBeCloseTo(0.5, 12);
    }
    expect([...coinsOnly.reasons.entries()].sort(([a], [b]) => a - b)).toEqual([
      [0, 'SPX-DEC-7000-P: the parameters have no section currency_pair.spx_usd'],
      [2, 'SPX-DEC-7000-P: the parameters have no section currency_pair.spx_usd'],
      [4, 'book.csv, row 9: bad'],
      [5, 'the account has open orders, which the model deribit-pm has no margin for'],
    ]);
    expect([coinsOnly.initialMargin[0], coinsOnly.initialMargin[1]]).toEqual([NaN, pm.initialMargin[1]]);
    expect(coinsOnly.standAlone![1]).toBe(pm.standAlone![1]);
  });

  it('parameters for nothing in the market refuse everybody', async () => {
    const nothing = paramsWith((params) => (params['currency_pair'] = {}));
    const { models } = await compareModels({ market, models: [compared('nothing', nothing)] });
    expect(new Set(models[0].reasons.values())).toEqual(
      new Set(['the model has parameters for no instrument of the market']),
    );
    expect(models[0].reasons.size).toBe(6);
  });

  it('a market of its own for a model: the equity stays, but for the basis of options', async () => {
    const linear = linearMarket(market, book);
    const { models } = await compareModels({
      market,
      models: [
        compared('inverse', shippedParams()),
        compared('linear', shippedParams(), { market: linear.market, book: linear.book }),
      ],
    });
    expect(models[1].equity[0]).toBeCloseTo(models[0].equity[0], 6);
    // Three calls: in coin they are worth V / 52,000, at the index V · 50,000 / 52,000 dollars; in dollars V.
    const [calls] = await marginAccount({
      market,
      model: 'deribit-pm',
      params: shippedParams(),
      positions: [{ instrument: 'BTC-DEC-60000-C', quantity: -3 }],
    });
    const basis = calls.equity * (52_000 - 50_000);
    expect(models[1].equity[1] - models[0].equity[1]).toBeCloseTo(basis, 6);
  });

  it('a currency without a price refuses who holds it', async () => {
    const unpriced = bookOf({ currencies: ['BTC', 'USD', 'SPX', 'XYZ'], cash: [[0, 3, 5], [1, 1, 7]] });
    const { models } = await compareModels({ market, models: [compared('pm', shippedParams(), { book: unpriced })] });
    expect([...models[0].reasons]).toEqual([[0, 'no index price says what XYZ is worth in USD']]);
    expect([...models[0].equity]).toEqual([NaN, 7]);
  });
});

describe('legBook', () => {
  it('cuts positions and orders into parts that together are all legs', () => {
    const parts = [legBook(book, 0, 4), legBook(book, 4, 4)];
    expect(parts.map(({ ownerOf }) => [...ownerOf])).toEqual([
      [0, 0, 1, 1],
      [2, 5, 5],
    ]);
    expect(parts.map(({ book: legs }) => [...legs.positions.quantity])).toEqual([
      [1_000, -2, -3, 500],
      [4, 10],
    ]);
    expect(parts.map(({ book: legs }) => [...legs.orders!.accountIndex])).toEqual([[], [2]]);
    expect(parts[1].book.accountIds).toHaveLength(3);
  });
});
