import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import type { ScenarioSet } from '../../src/scenario/scenario-set.ts';

export const dayMs = 86_400_000;
const asOfMs = Date.UTC(2026, 7, 1, 8);
const linear = { payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'USD' } as const;
const inverse = { payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC' } as const;
const plain = { expiryMs: null, strike: null, optionType: null } as const;

/** Row of each instrument of `riskMarket`. */
export const rowOf = { spot: 0, linearPerpetual: 1, inversePerpetual: 2, call: 3, inversePut: 4, ether: 5 } as const;

/** One of each kind, BTC at 100 and ETH at 10. */
export function riskMarket(): Market {
  const option = { kind: 'option', contractSize: 1, expiryMs: asOfMs + 30 * dayMs, strike: 100 } as const;
  const instruments: Instrument[] = [
    { name: 'SPOT', kind: 'spot', ...linear, contractSize: 1, ...plain },
    { name: 'PERP', kind: 'perpetual', ...linear, contractSize: 1, ...plain },
    { name: 'INVERSE', kind: 'perpetual', ...inverse, contractSize: 10, ...plain },
    { name: 'CALL', ...option, ...linear, optionType: 'call' },
    { name: 'INVERSE-PUT', ...option, ...inverse, optionType: 'put' },
    { name: 'ETHER', kind: 'spot', ...linear, baseCurrency: 'ETH', contractSize: 1, ...plain },
  ];
  return {
    asOfMs,
    instruments,
    forward: Float64Array.of(100, 100, 100, 100, 100, 10),
    impliedVolatility: Float64Array.of(NaN, NaN, NaN, 0.5, 0.5, NaN),
    indexPrice: new Map([['btc_usd', 100], ['eth_usd', 10]]),
    openInterest: new Float64Array(6),
  };
}

/** Moves of BTC, its volatility and ETH, one row each. */
export function riskScenarios(moves: readonly (readonly number[])[], rest: Partial<ScenarioSet> = {}): ScenarioSet {
  const factor = (kind: 'price' | 'volatility', underlying: string) =>
    ({ kind, underlying, expiry: null, change: 'relative' }) as const;
  return {
    factors: [factor('price', 'BTC'), factor('volatility', 'BTC'), factor('price', 'ETH')].slice(0, moves.length),
    count: moves[0].length,
    moves: Float64Array.from(moves.flat()),
    ...rest,
  };
}

export interface BookRow {
  readonly account: number;
  readonly instrument: number;
  readonly quantity: number;
  readonly entryPrice?: number;
}

/** Cash: account, row of `currencies`, amount. */
export function riskBook(
  accounts: number, rows: readonly BookRow[], cash: readonly (readonly [number, number, number])[] = [], rest: Partial<Book> = {},
): Book {
  return {
    accountIds: Array.from({ length: accounts }, (_, index) => `A${index}`),
    currencies: ['USD', 'BTC', 'ETH'],
    positions: {
      accountIndex: Uint32Array.from(rows, ({ account }) => account),
      instrumentIndex: Uint32Array.from(rows, ({ instrument }) => instrument),
      quantity: Float64Array.from(rows, ({ quantity }) => quantity),
      entryPrice: Float64Array.from(rows, ({ entryPrice = 100 }) => entryPrice),
    },
    cash: {
      accountIndex: Uint32Array.from(cash, ([account]) => account),
      currencyIndex: Uint32Array.from(cash, ([, currency]) => currency),
      amount: Float64Array.from(cash, ([, , amount]) => amount),
    },
    quarantined: [],
    ...rest,
  };
}
