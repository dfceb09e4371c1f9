import { AccountEngine, type AccountEngineOptions, type Outcome } from '../../src/account/account-engine.ts';
import type { TickCommand } from '../../src/account/command.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';

export const start = Date.UTC(2026, 7, 1, 8);
export const minute = 60_000;

/**
 * One linear perpetual. Under `hyperliquid` with one tier of leverage 10 a position needs 10% of its notional
 * initially and 5% (half of it) as maintenance.
 */
export const perpetual: Instrument = {
  name: 'BTC', kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
};
export const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

export function market(): Market {
  return {
    asOfMs: start, instruments: [perpetual], forward: Float64Array.of(100), impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([['btc_usdc', 100]]), openInterest: Float64Array.of(1),
  };
}

/** Each account is long 10 BTC at 100 with the cash given: at 100 it needs 100 initially and 50 as maintenance. */
export function book(cash: readonly number[]): Book {
  const rows = cash.map((_, row) => row);
  return {
    accountIds: cash.map((_, row) => `account-${row}`), currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(rows), instrumentIndex: Uint32Array.from(rows, () => 0),
      quantity: Float64Array.from(rows, () => 10), entryPrice: Float64Array.from(rows, () => 100),
    },
    cash: { accountIndex: Uint32Array.from(rows), currencyIndex: Uint32Array.from(rows, () => 0), amount: Float64Array.from(cash) },
  };
}

let ids = 0;
export function tick(minutes: number, price?: number | null): TickCommand {
  return {
    id: `tick-${ids++}`, timeMs: start + minutes * minute, kind: 'tick',
    ...(price === undefined ? {} : { quotes: { forward: { BTC: price }, indexPrice: { btc_usdc: price } } }),
  };
}

export const rules = {
  restricted: { enterBelow: 1, leaveAt: 1.1 },
  marginCall: { enterBelow: 0.9, afterMs: 0, cureTo: 1, dueMs: 10 * minute, graceMs: 5 * minute, minimumTransfer: {} },
  liquidation: { enterAt: 1, leaveAt: 1.2 },
};

export function create(cash: readonly number[], options: Partial<AccountEngineOptions> = {}): AccountEngine {
  return AccountEngine.create({ market: market(), book: book(cash), model: 'hyperliquid', params, rules, ...options });
}

/** Transitions of a command, one line each. */
export const words = (engine: AccountEngine, outcome: Outcome): string[] =>
  engine.transitions(outcome.batch!).map(({ account, from, to, reason }) => `${account} ${from} > ${to}: ${reason}`);
