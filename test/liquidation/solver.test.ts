import { describe, expect, it } from 'vitest';
import {
  MargridError, shippedParams, solveLiquidationPrice, type Book, type LiquidationRequest, type Market,
} from '../../src/index.ts';
import { tinyMarket } from '../support/tiny-market.ts';
import { linearMarket, type LinearQuote } from '../vectors/tiered/linear-market.ts';

type Holding = readonly [instrument: string, quantity: number, entryPrice: number];

function bookOf(market: Market, holdings: readonly Holding[], cash: Readonly<Record<string, number>>): Book {
  const currencies = Object.keys(cash);
  const names = market.instruments.map(({ name }) => name);
  return {
    accountIds: ['other', 'A'], currencies,
    positions: {
      accountIndex: Uint32Array.from([0, ...holdings.map(() => 1)]),
      instrumentIndex: Uint32Array.from([0, ...holdings.map(([name]) => names.indexOf(name))]),
      quantity: Float64Array.from([7, ...holdings.map(([, quantity]) => quantity)]),
      entryPrice: Float64Array.from([50, ...holdings.map(([, , entry]) => entry)]),
    },
    cash: {
      accountIndex: new Uint32Array(currencies.length).fill(1),
      currencyIndex: Uint32Array.from(currencies.keys()),
      amount: Float64Array.from(Object.values(cash)),
    },
    quarantined: [],
  };
}

const bitcoin: LinearQuote = { name: 'BTC', baseCurrency: 'BTC', quoteCurrency: 'USDT', price: 100 };
/** One bracket of 1%. */
const flat = {
  source: 'test', date: '2026-08-01',
  symbols: { btc_usdt: { brackets: [{ notionalFloor: 0, maintMarginRatio: 0.01, initialLeverage: 50 }] } },
};

function solve(holdings: readonly Holding[], cash: number, more: Partial<LiquidationRequest> = {}) {
  const market = more.market ?? linearMarket([bitcoin]);
  return solveLiquidationPrice({
    market, book: bookOf(market, holdings, { USDT: cash }), account: 'A', instrument: 'BTC', model: 'binance-usdm',
    params: flat, ...more,
  });
}

describe('solving for the liquidation price', () => {
  it('of a long position: below the mark, and nothing above', async () => {
    // 20 + (P - 100) = 0.01 P; 20 + (P - 100) = 0.
    const found = await solve([['BTC', 1, 100]], 20);
    expect(found).toMatchObject({ instrument: 'BTC', currency: 'USDT', mark: 100, equity: 20, maintenanceMargin: 1 });
    expect(found.liquidationBelow).toBeCloseTo(80 / 0.99, 11);
    expect(found.bankruptcyBelow).toBeCloseTo(80, 11);
    expect(found.liquidationAbove).toBeNull();
    expect(found.bankruptcyAbove).toBeNull();
  });

  it('of a short position: above the mark', async () => {
    const found = await solve([['BTC', -1, 100]], 20);
    expect(found.liquidationAbove).toBeCloseTo(120 / 1.01, 11);
    expect(found.bankruptcyAbove).toBeCloseTo(120, 11);
    expect(found.liquidationBelow).toBeNull();
  });

  it('of an account that cannot be liquidated: none', async () => {
    expect(await solve([['BTC', 1, 100]], 200)).toMatchObject({ liquidationBelow: null, liquidationAbove: null });
    expect(await solve([], 5)).toMatchObject({ maintenanceMargin: 0, liquidationBelow: null, bankruptcyAbove: null });
  });

  it('of an account that is liquidated already: where it is safe again', async () => {
    const found = await solve([['BTC', 1, 110]], 10.5);
    expect(found.equity).toBeLessThan(found.maintenanceMargin);
    expect(found.liquidationAbove).toBeCloseTo(99.5 / 0.99, 11);
    expect(found.bankruptcyBelow).toBeCloseTo(99.5, 11);
  });

  it('across a tier: the notional at the price decides, not that at the mark', async () => {
    const brackets = [
      { notionalFloor: 0, maintMarginRatio: 0.01, initialLeverage: 50 },
      { notionalFloor: 110, maintMarginRatio: 0.2, initialLeverage: 2 },
    ];
    const params = { ...flat, symbols: { btc_usdt: { brackets } } };
    const found = await solve([['BTC', -1, 100]], 20, { params });
    // 120 - P = 0.2 P - 110 (0.2 - 0.01)
    expect(found.liquidationAbove).toBeCloseTo((120 + 20.9) / 1.2, 11);
  });

  it('of a calendar spread, when one leg moves and when both do', async () => {
    const far: LinearQuote = { ...bitcoin, name: 'FAR', price: 103 };
    const market = linearMarket([bitcoin, far]);
    const holdings: Holding[] = [['BTC', 5, 100], ['FAR', -5, 103]];
    const alone = await solve(holdings, 30, { market, moved: 'instrument' });
    expect(alone.liquidationBelow).not.toBeNull();
    expect(alone.liquidationAbove).toBeNull();
    const together = await solve(holdings, 30, { market });
    // In proportion x: 30 - 15 (x - 1) = 10.15 x.
    expect(together.liquidationBelow).toBeNull();
    expect(together.liquidationAbove).toBeCloseTo(4_500 / 25.15, 10);
  });

  it('has a price on either side for a short straddle', async () => {
    const market = tinyMarket();
    const strike = 60_000;
    const names = market.instruments
      .filter((each) => each.strike === strike && each.baseCurrency === 'BTC')
      .slice(0, 2)
      .map(({ name }) => name);
    const book = bookOf(market, names.map((name) => [name, -10, 0] as const), { BTC: 8 });
    const found = await solveLiquidationPrice({
      market, book, account: 'A', instrument: names[0], model: 'deribit-pm', params: shippedParams('deribit-pm'),
    });
    expect(found.mark).toBe(60_000);
    expect(found.liquidationBelow).toBeLessThan(60_000);
    expect(found.liquidationAbove).toBeGreaterThan(60_000);
    expect(found.bankruptcyBelow).toBeLessThan(found.liquidationBelow!);
    expect(found.bankruptcyAbove).toBeGreaterThan(found.liquidationAbove!);
  });

  it('moves the mark of an option with its underlying', async () => {
    const base = tinyMarket();
    const put = base.instruments.find(
      (each) => each.baseCurrency === 'SPX' && each.optionType === 'put' && each.strike === 7_500,
    )!;
    const currencies = { baseCurrency: 'BTC', quoteCurrency: 'USDT', settlementCurrency: 'USDT' };
    const option = { ...put, ...currencies, contractSize: 1 };
    const market: Market = {
      asOfMs: base.asOfMs, instruments: [option], forward: Float64Array.of(7_500),
      impliedVolatility: Float64Array.of(0.4), openInterest: new Float64Array(1),
      indexPrice: new Map([['btc_usdt', 7_500]]), fields: new Map([['markPrice', Float64Array.of(165)]]),
    };
    const found = await solveLiquidationPrice({
      market, book: bookOf(market, [[option.name, -1, 165]], { USDT: 1_000 }), account: 'A', instrument: option.name,
      model: 'bybit-linear', params: shippedParams('bybit-linear'),
    });
    // Maintenance 0.032 index + mark: 1,000 is reached when the put is some 760 in the money.
    expect(found.liquidationBelow).toBeGreaterThan(6_700);
    expect(found.liquidationBelow).toBeLessThan(6_800);
  });

  it('is the same on both engines', async () => {
    const [wasm, javascript] = await Promise.all(
      (['wasm', 'javascript'] as const).map((kernels) => solve([['BTC', 1.5, 99]], 33.25, { kernels })),
    );
    expect(javascript).toEqual(wasm);
  });

  it('names what is unknown, and why an account cannot be margined', async () => {
    const code = async (attempt: Promise<unknown>): Promise<string> => {
      const error: unknown = await attempt.catch((cause: unknown) => cause);
      return error instanceof MargridError ? `${error.code}: ${error.message}` : String(error);
    };
    expect(await code(solve([['BTC', 1, 100]], 1, { account: 'nobody' }))).toMatch(/AccountUnknown: .*'nobody'/);
    expect(await code(solve([['BTC', 1, 100]], 1, { instrument: 'XYZ' }))).toMatch(/InstrumentUnknown: .*'XYZ'/);
    const unknown = { ...flat, symbols: {} };
    const refused = await code(solve([['BTC', 1, 100]], 1, { params: unknown }));
    expect(refused).toMatch(/ComponentUnknown: .*symbols\.btc_usdt/);
  });
});
