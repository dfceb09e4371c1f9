import { AccountEngine, type AccountEngineOptions, type Outcome } from '../../src/account/account-engine.ts';
import type { Storable } from '../../src/account/events.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';

export const start = Date.UTC(2026, 7, 1, 8);

const perpetual = (baseCurrency: string): Instrument => ({
  name: baseCurrency, kind: 'perpetual', payoff: 'linear', baseCurrency, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
});

/** Two linear perpetuals, both at 100. */
export function perpetualMarket(): Market {
  return {
    asOfMs: start, instruments: [perpetual('BTC'), perpetual('ETH')], forward: Float64Array.of(100, 100),
    impliedVolatility: Float64Array.of(NaN, NaN), indexPrice: new Map([['btc_usdc', 100], ['eth_usdc', 100]]), openInterest: Float64Array.of(1, 1),
  };
}

/** Under `hyperliquid` with one tier of leverage 10: 10% of the notional initially, half of it as maintenance. */
export const perpetualParams = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] }, eth: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

export interface Held {
  readonly cash?: number;
  /** Currency of the cash; USDC unless given. */
  readonly currency?: string;
  /** [quantity, entry price] by instrument. */
  readonly positions?: Readonly<Record<string, readonly [number, number]>>;
}

export function bookOf(market: Market, accounts: Readonly<Record<string, Held>>): Book {
  const held = Object.values(accounts);
  const currencies = [...new Set(['USDC', ...market.instruments.map(({ settlementCurrency }) => settlementCurrency), ...held.map(({ currency = 'USDC' }) => currency)])];
  const positions = held.flatMap(({ positions: own = {} }, account) =>
    Object.entries(own).map(([name, [quantity, entryPrice]]) => {
      const instrument = market.instruments.findIndex((each) => each.name === name);
      if (instrument < 0) throw new Error(`no instrument ${name}`);
      return { account, instrument, quantity, entryPrice };
    }),
  );
  return {
    accountIds: Object.keys(accounts), currencies, quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(positions, ({ account }) => account), instrumentIndex: Uint32Array.from(positions, ({ instrument }) => instrument),
      quantity: Float64Array.from(positions, ({ quantity }) => quantity), entryPrice: Float64Array.from(positions, ({ entryPrice }) => entryPrice),
    },
    cash: {
      accountIndex: Uint32Array.from(held, (_, row) => row), currencyIndex: Uint32Array.from(held, ({ currency = 'USDC' }) => currencies.indexOf(currency)),
      amount: Float64Array.from(held, ({ cash = 0 }) => cash),
    },
  };
}

/** An account engine with the pooling module, and short words for its commands. */
export class PoolingEngine {
  readonly engine: AccountEngine;
  readonly pooling: PoolingModule;
  #minutes = 0;

  constructor(engine: AccountEngine, pooling: PoolingModule, minutes = 0) {
    this.engine = engine;
    this.pooling = pooling;
    this.#minutes = minutes;
  }

  static create(options: Partial<AccountEngineOptions> & { readonly accounts: Readonly<Record<string, Held>>; readonly pooling?: PoolingModule }): PoolingEngine {
    const { accounts, market = perpetualMarket(), model = 'hyperliquid', params = perpetualParams, pooling = new PoolingModule(), ...rest } = options;
    const engine = AccountEngine.create({ market, book: bookOf(market, accounts), model, params, modules: [pooling], ...rest });
    return new PoolingEngine(engine, pooling);
  }

  get minutes(): number {
    return this.#minutes;
  }

  /** Applies a command a minute later. */
  async do(kind: string, fields: Readonly<Record<string, Storable>> = {}): Promise<Outcome> {
    const minutes = ++this.#minutes;
    return this.engine.apply({ id: `command-${minutes}`, timeMs: start + minutes * 60_000, kind, ...fields });
  }

  async tick(prices: Readonly<Record<string, number | null>> = {}): Promise<Outcome> {
    const indexPrice = Object.fromEntries(Object.entries(prices).map(([name, price]) => [`${name.toLowerCase()}_usdc`, price]));
    return this.do('tick', Object.keys(prices).length === 0 ? {} : { quotes: { forward: prices, indexPrice } });
  }

  async change(changes: Storable): Promise<Outcome> {
    return this.do('book', { changes });
  }

  /** The one netting set of an account, rounded for reading: level, balance, initial and maintenance margin. */
  stand(account: string): readonly [string, number, number, number] {
    const [{ level, balance, initialMargin, maintenanceMargin }] = this.engine.status(account);
    return [level, balance, initialMargin, maintenanceMargin];
  }
}
