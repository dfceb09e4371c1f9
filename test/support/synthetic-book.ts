import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument, OptionType } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { packageRoot } from '../../src/package-root.ts';

export const asOfMs = Date.UTC(2026, 7, 1, 18);
const dayMs = 86_400_000;

export const params: unknown = JSON.parse(
  readFileSync(join(packageRoot, 'data', 'params', 'deribit-pm-2024-06-17.json'), 'utf8'),
);

/** Numbers in [0, 1): a linear congruential generator is enough to scatter test books. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const btc = { baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC', payoff: 'inverse' } as const;
const spx = { baseCurrency: 'SPX', quoteCurrency: 'USD', settlementCurrency: 'USD', payoff: 'linear' } as const;

interface Quoted {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly volatility: number;
}

function futures(expiries: number): Quoted[] {
  const none = { strike: null, optionType: null, contractSize: 10 } as const;
  const perpetual = { ...btc, ...none, name: 'BTC-PERPETUAL', kind: 'perpetual', expiryMs: null } as const;
  const dated = Array.from({ length: expiries }, (_, e) => ({
    instrument: {
      ...btc,
      ...none,
      name: `BTC-F${e}`,
      kind: 'future',
      expiryMs: asOfMs + (e + 1) ** 2 * 3 * dayMs,
    } as const,
    forward: 62_688 * (1 + 0.002 * (e + 1)),
    volatility: NaN,
  }));
  return [{ instrument: perpetual, forward: 62_688, volatility: NaN }, ...dated];
}

function options(
  base: typeof btc | typeof spx,
  size: number,
  spot: number,
  expiries: number,
  strikes: number,
): Quoted[] {
  const quoted: Quoted[] = [];
  for (let e = 0; e < expiries; e++) {
    const forward = spot * (1 + 0.002 * (e + 1));
    for (let k = 0; k < strikes; k++) {
      const strike = Math.round(spot * (0.5 + (1.5 * k) / strikes));
      for (const optionType of ['call', 'put'] as readonly OptionType[]) {
        const name = `${base.baseCurrency}-${e}-${strike}-${optionType}`;
        const expiryMs = asOfMs + (e + 1) ** 2 * 3 * dayMs;
        const instrument: Instrument = {
          ...base,
          name,
          kind: 'option',
          contractSize: size,
          expiryMs,
          strike,
          optionType,
        };
        quoted.push({ instrument, forward, volatility: 0.2 + 0.3 * Math.abs(strike / forward - 1) });
      }
    }
  }
  return quoted;
}

/** Inverse BTC futures and options, linear SPX options: two risk groups, two settlement currencies. */
export function syntheticMarket(expiries = 5, strikes = 12): Market {
  const quoted = [
    ...futures(expiries),
    ...options(btc, 1, 62_688, expiries, strikes),
    ...options(spx, 100, 7_489.72, expiries, strikes),
  ];
  return {
    asOfMs,
    instruments: quoted.map(({ instrument }) => instrument),
    forward: Float64Array.from(quoted, ({ forward }) => forward),
    impliedVolatility: Float64Array.from(quoted, ({ volatility }) => volatility),
    indexPrice: new Map([
      ['btc_usd', 62_650],
      ['spx_usd', 7_489.72],
    ]),
    openInterest: new Float64Array(quoted.length),
  };
}

export interface Row {
  readonly account: number;
  readonly instrument: number;
  readonly quantity: number;
  readonly entryPrice: number;
}

/** Up to `positionsMax` positions per account, some accounts with futures only, some with cash only. */
export function syntheticRows(market: Market, accounts: number, positionsMax: number, seed: number): Row[] {
  const random = randomNumbers(seed);
  const rows: Row[] = [];
  const linear = market.instruments.flatMap(({ kind }, index) => (kind === 'option' ? [] : [index]));
  for (let account = 0; account < accounts; account++) {
    const used = new Set<number>();
    const linearOnly = random() < 0.4;
    const count = Math.floor(random() * (positionsMax + 1));
    for (let i = 0; i < count; i++) {
      const instrument = linearOnly
        ? linear[Math.floor(random() * linear.length)]
        : Math.floor(random() * market.instruments.length);
      const quantity = Math.round(random() * 200 - 100) / 4;
      const entryPrice = market.forward[instrument] * (1 + 0.04 * (random() - 0.5));
      if (used.has(instrument) || quantity === 0) continue;
      used.add(instrument);
      rows.push({ account, instrument, quantity, entryPrice });
    }
  }
  return rows;
}

export function bookOf(rows: readonly Row[], accountIds: readonly string[], cash: readonly number[] = []): Book {
  const amounts = accountIds.map((_, account) => cash[account] ?? 25);
  return {
    accountIds,
    currencies: ['BTC', 'USD'],
    positions: {
      accountIndex: Uint32Array.from(rows, ({ account }) => account),
      instrumentIndex: Uint32Array.from(rows, ({ instrument }) => instrument),
      quantity: Float64Array.from(rows, ({ quantity }) => quantity),
      entryPrice: Float64Array.from(rows, ({ entryPrice }) => entryPrice),
    },
    cash: {
      accountIndex: Uint32Array.from(amounts.keys()),
      currencyIndex: Uint32Array.from(amounts, (_, account) => account % 2),
      amount: Float64Array.from(amounts),
    },
    quarantined: [],
  };
}

export function accountNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `A${index}`);
}
