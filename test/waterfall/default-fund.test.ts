import { describe, expect, it } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { membersByPrefix, membersByTable, singleMembers, type ClearingMembers } from '../../src/waterfall/clearing-members.ts';
import { sizeDefaultFund, StressBook, type DefaultFundOptions, type ScenarioLoss } from '../../src/waterfall/default-fund.ts';
import { reverseStress } from '../../src/waterfall/reverse-stress.ts';
import { stressedQuotes, type MarketMove } from '../../src/waterfall/stress-quotes.ts';

const perpetual: Instrument = {
  name: 'BTC-PERP', kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
};
const market: Market = {
  asOfMs: Date.UTC(2026, 7, 1), instruments: [perpetual], forward: Float64Array.of(100), impliedVolatility: Float64Array.of(NaN),
  indexPrice: new Map([['btc_usdc', 100], ['btc_usd', 100], ['eth_usd', 10]]), openInterest: Float64Array.of(1),
};
/** Initial margin is 10% of the notional. */
const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

const held: readonly (readonly [string, number])[] = [['A/1', 10], ['B/1', 5], ['C/2', -3], ['C/1', -12]];

function engine(): Engine {
  const rows = held.map((_, row) => row);
  const book: Book = {
    accountIds: held.map(([name]) => name), currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(rows), instrumentIndex: new Uint32Array(rows.length),
      quantity: Float64Array.from(held, ([, quantity]) => quantity), entryPrice: new Float64Array(rows.length).fill(100),
    },
    cash: { accountIndex: Uint32Array.from(rows), currencyIndex: new Uint32Array(rows.length), amount: new Float64Array(rows.length).fill(1_000) },
  };
  return Engine.create({ market, book, model: 'hyperliquid', params });
}

function settings(made: Engine, members: ClearingMembers, more: Partial<DefaultFundOptions> = {}): DefaultFundOptions {
  return { engine: made, members, rate: () => 1, cover: 2, resources: 'initial-margin', netting: 'member', ...more };
}

const moves: MarketMove[] = [-0.3, -0.05, 0.2, 0.3].map((spot) => ({ spot, volatility: 0 }));

describe('default fund', () => {
  it('is the largest sum of the two largest losses beyond margin', async () => {
    const made = engine();
    const fund = await sizeDefaultFund(settings(made, membersByPrefix(made.accountIds, '/')), moves);
    // -30%: A 300 - 100, B 150 - 50. -5%: nobody (A 50 - 100). +20%: C 300 - 150. +30%: C 450 - 150.
    expect(fund.scenarios.map(({ covered }) => Math.round(covered * 1e6) / 1e6)).toEqual([300, 0, 150, 300]);
    expect(fund.size).toBeCloseTo(300, 9);
    expect(fund.binding).toBe(0);
    expect(fund.scenarios[0].largest).toEqual([0, 1]);
    // By margin 100:50:150; by mean loss (200, 100, 450)/4. Cents.
    expect(fund.contributions.static).toEqual([10_000n, 5_000n, 15_000n]);
    expect(fund.contributions.dynamic).toEqual([8_000n, 4_000n, 18_000n]);
    // The engine stands where it stood.
    expect([...made.quotes.forward]).toEqual([100]);
    await made.close();
  });

  it('covers as many members as asked, each account for itself if they are not netted', async () => {
    const made = engine();
    const size = async (members: ClearingMembers, more: Partial<DefaultFundOptions>): Promise<number> =>
      Math.round((await sizeDefaultFund(settings(made, members, more), moves)).size * 1e6) / 1e6;
    expect(await size(membersByPrefix(made.accountIds, '/'), { cover: 1 })).toBe(300);
    // One by one at +30%: C/1 360 - 120, C/2 90 - 30.
    expect(await size(singleMembers(made.accountIds), { cover: 1 })).toBe(240);
    // A and C together: -30%: A 200 and C's gain of 450 within the member; none if accounts are not netted.
    const table = membersByTable(made.accountIds, new Map([['A/1', 'M'], ['C/1', 'M'], ['C/2', 'M']]));
    expect(await size(table, { cover: 1 })).toBe(100);
    expect(await size(table, { cover: 1, netting: 'account' })).toBe(300);
    // Against all equity, 1,000 each, nobody loses more.
    expect(await size(table, { resources: 'equity' })).toBe(0);
    await expect(size(table, { cover: 0 })).rejects.toThrow('cover must be a whole number >= 1, got 0');
    await expect(size(table, { rate: () => null })).rejects.toThrow('no rate for USDC');
    expect(() => membersByTable(made.accountIds, new Map([['Z', 'M']]))).toThrow("no account 'Z'");
    await made.close();
  });

  it('finds the smallest move that breaks it, by evaluation on both sides', async () => {
    const made = engine();
    const book = await StressBook.create(settings(made, membersByPrefix(made.accountIds, '/')));
    const options = { fund: 250, measure: 'covered', direction: { spot: -1, volatility: 0 }, resolution: 1e-6 } as const;
    const found = await reverseStress((move) => book.lossAt(move), options);
    // (1,000 t - 100) + (500 t - 50) = 250 at t = 400 / 1,500.
    expect(Math.abs(found.size! - 400 / 1_500)).toBeLessThanOrEqual(1e-6);
    expect(found.loss!).toBeGreaterThan(250);
    expect(found.lossHeld).toBeLessThanOrEqual(250);
    expect(found.size! - found.holdsAt).toBeLessThanOrEqual(1e-6);
    expect(found.evaluations).toBe(book.evaluations);
    const never = await reverseStress((move) => book.lossAt(move), { ...options, fund: 1e6 });
    expect([never.size, never.holdsAt]).toEqual([null, 1]);
    await made.close();
  });
});

describe('reverse stress', () => {
  const lossOf = (loss: (size: number) => number) => async (move: MarketMove): Promise<ScenarioLoss> =>
    ({ move, loss: new Float64Array(0), covered: loss(move.spot), total: loss(move.spot), largest: [], unvalued: 0 });
  const direction = { spot: 1, volatility: 0 };

  it('finds the first of several breaks, where bisection of the whole range would find the last', async () => {
    // Breaks from 0.22 to 0.31, and again from 0.8.
    const loss = lossOf((size) => ((size >= 0.22 && size < 0.31) || size >= 0.8 ? 2 : 0));
    const found = await reverseStress(loss, { fund: 1, measure: 'total', direction, resolution: 1e-9 });
    expect(Math.abs(found.size! - 0.22)).toBeLessThanOrEqual(1e-9);
    expect(found.size! >= 0.22).toBe(true);
    // A scan of two steps, 0.5 and 1, does not see the first.
    expect((await reverseStress(loss, { fund: 1, measure: 'total', direction, scan: 2 })).size).toBeCloseTo(0.8, 3);
  });

  it('refuses what it cannot search', async () => {
    await expect(reverseStress(lossOf(() => 0), { fund: -1, measure: 'total', direction })).rejects.toThrow('fund must be a number >= 0, got -1');
    await expect(reverseStress(lossOf(() => 0), { fund: 1, measure: 'total', direction, scan: 0 })).rejects.toThrow('scan must be');
    await expect(reverseStress(lossOf(() => 0), { fund: 1, measure: 'total', direction, resolution: 0 })).rejects.toThrow('resolution must be');
  });
});

describe('stressed quotes', () => {
  it('move every underlying by its beta, volatilities with them, and leave other pairs alone', () => {
    const option: Instrument = { ...perpetual, name: 'ETH-C', kind: 'option', baseCurrency: 'ETH', strike: 10, optionType: 'call', expiryMs: market.asOfMs + 30 * 86_400_000 };
    const both: Market = { ...market, instruments: [perpetual, option], forward: Float64Array.of(100, 10), impliedVolatility: Float64Array.of(NaN, 0.5), openInterest: Float64Array.of(1, 1), indexPrice: new Map([...market.indexPrice, ['usdc_usd', 1]]) };
    const quotes = stressedQuotes(both, { spot: -0.5, volatility: 0.2, betas: { ETH: 2 } });
    expect([...quotes.forward]).toEqual([50, 0]);
    expect(quotes.impliedVolatility[1]).toBeCloseTo(0.6, 12);
    expect(Object.fromEntries(quotes.indexPrice)).toEqual({ btc_usdc: 50, btc_usd: 50, eth_usd: 0, usdc_usd: 1 });
  });
});
