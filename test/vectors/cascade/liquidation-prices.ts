import type { Book } from '../../../src/domain/book.ts';
import type { Market } from '../../../src/domain/market.ts';
import { simulateCascade } from '../../../src/cascade/simulate.ts';
import type { CascadeResult } from '../../../src/cascade/result.ts';
import type { Impact } from '../../../src/cascade/impact.ts';
import { Engine } from '../../../src/engine/engine.ts';

/** An account of one position: the price at which it is liquidated, and base units (shorts negative). */
export type PricedAccount = readonly [number, number];

/** A power of two: the product with a value in dollars is exact, so that the boundary lies on the price to the bit. */
const maintenanceRate = 1 / 64;

const perpetual = {
  name: 'X-PERP', kind: 'perpetual', payoff: 'linear', baseCurrency: 'X', quoteCurrency: 'USDT', settlementCurrency: 'USDT',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
} as const;

const params = {
  source: 'one rate for all sizes', date: '2026-11-22', unconfirmed: [],
  symbols: { x_usdt: { brackets: [{ notionalFloor: 0, maintMarginRatio: maintenanceRate, cum: 0, initialLeverage: 32 }] } },
};

/**
 * An engine whose accounts meet their maintenance margin exactly at given prices: entered there, with the margin of that
 * price in cash. Equity - maintenance = size (P - L)(1 - rate) for a long.
 */
export function engineOfLiquidationPrices(price: number, accounts: readonly PricedAccount[], workers = 0): Engine {
  const held = accounts.flatMap(([, size], account) => (size === 0 ? [] : [account]));
  const market: Market = {
    asOfMs: Date.UTC(2026, 10, 22),
    instruments: [perpetual],
    forward: Float64Array.of(price),
    impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([['x_usdt', price]]),
    openInterest: Float64Array.of(0),
  };
  const book: Book = {
    accountIds: accounts.map((_, account) => `A${account}`),
    currencies: ['USDT'],
    positions: {
      accountIndex: Uint32Array.from(held),
      instrumentIndex: new Uint32Array(held.length),
      quantity: Float64Array.from(held, (account) => accounts[account][1]),
      entryPrice: Float64Array.from(held, (account) => accounts[account][0]),
    },
    cash: {
      accountIndex: Uint32Array.from(held),
      currencyIndex: new Uint32Array(held.length),
      amount: Float64Array.from(held, (account) => Math.abs(accounts[account][1]) * accounts[account][0] * maintenanceRate),
    },
    quarantined: [],
  };
  return Engine.create({ market, book, model: 'binance-usdm', params, workers });
}

/** The cascade of a book that is given by its liquidation prices. */
export async function cascadeOf(
  price: number, accounts: readonly PricedAccount[], shock: number, impact: Impact,
): Promise<CascadeResult> {
  const engine = engineOfLiquidationPrices(price, accounts);
  try {
    return await simulateCascade(engine, { shock: { X: shock }, impact: { X: impact }, roundsMax: accounts.length + 1 });
  } finally {
    await engine.close();
  }
}
