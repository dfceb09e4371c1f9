import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { accountHoldings } from '../../src/whatif/account-holdings.ts';
import { parseLiquidationStyle, planLiquidation } from '../../src/liquidation/style.ts';
import type { LiquidationPlan } from '../../src/liquidation/plan.ts';

export const startMs = Date.UTC(2026, 7, 1, 8);

/** A linear perpetual of one coin per contract, settled in USDC. */
export function perpetual(base: string): Instrument {
  return {
    name: base, kind: 'perpetual', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
}

export function perpetualMarket(prices: Readonly<Record<string, number>>): Market {
  const names = Object.keys(prices);
  return {
    asOfMs: startMs, instruments: names.map(perpetual), forward: Float64Array.from(names, (name) => prices[name]),
    impliedVolatility: Float64Array.from(names, () => NaN),
    indexPrice: new Map(names.map((name) => [`${name.toLowerCase()}_usdc`, prices[name]])), openInterest: new Float64Array(names.length),
  };
}

/** `hyperliquid` with one tier: maintenance margin is notional / (2 x leverage). */
export function flatParams(leverages: Readonly<Record<string, number>>): unknown {
  return {
    source: 'made up for tests', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
    assets: Object.fromEntries(Object.entries(leverages).map(([base, maxLeverage]) =>
      [base.toLowerCase(), { marginTiers: [{ lowerBound: 0, maxLeverage }] }])),
  };
}

export interface AccountText {
  readonly cash: number;
  /** Instrument, contracts, entry price. */
  readonly positions: readonly (readonly [string, number, number])[];
  /** Instrument, contracts, limit. */
  readonly orders?: readonly (readonly [string, number, number])[];
}

export function bookOf(market: Market, accounts: Readonly<Record<string, AccountText>>): Book {
  const names = Object.keys(accounts);
  const row = (instrument: string): number => market.instruments.findIndex(({ name }) => name === instrument);
  const positions = names.flatMap((name, account) => accounts[name].positions.map((each) => [account, ...each] as const));
  const orders = names.flatMap((name, account) => (accounts[name].orders ?? []).map((each) => [account, ...each] as const));
  return {
    accountIds: names, currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(positions, ([account]) => account),
      instrumentIndex: Uint32Array.from(positions, ([, instrument]) => row(instrument)),
      quantity: Float64Array.from(positions, ([, , quantity]) => quantity),
      entryPrice: Float64Array.from(positions, ([, , , price]) => price),
    },
    ...(orders.length === 0 ? {} : {
      orders: {
        accountIndex: Uint32Array.from(orders, ([account]) => account),
        instrumentIndex: Uint32Array.from(orders, ([, instrument]) => row(instrument)),
        quantity: Float64Array.from(orders, ([, , quantity]) => quantity),
        limitPrice: Float64Array.from(orders, ([, , , price]) => price),
      },
    }),
    cash: {
      accountIndex: Uint32Array.from(names, (_, account) => account), currencyIndex: new Uint32Array(names.length),
      amount: Float64Array.from(names, (name) => accounts[name].cash),
    },
  };
}

export interface PlanInputs {
  readonly market: Market;
  readonly model: string;
  readonly params: unknown;
  readonly account: AccountText;
  readonly style: object;
}

/** The plan of one account, by an engine of its own. */
export async function planOf({ market, model, params, account, style }: PlanInputs): Promise<LiquidationPlan> {
  const engine = Engine.create({ market, book: bookOf(market, { alice: account }), model, params });
  try {
    await engine.tick();
    return planLiquidation(parseLiquidationStyle(style), {
      engine, market, params, account: 'alice', currency: 'USDC', holdings: accountHoldings(engine, 'alice'),
    });
  } finally {
    await engine.close();
  }
}

/** A style as in its file, for tests. */
export function styleOf(style: string, parameters: object, more: object = {}): object {
  return {
    venue: 'test', source: 'made up for tests', date: '2026-08-01', unconfirmed: [],
    target: { requirement: 'maintenance', multiple: 1 }, style, parameters, ...more,
  };
}
