import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';

import type { ModuleEvent, Storable } from '../../src/account/events.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import type { BookkeepingOptions } from '../../src/ledger/bookkeeping.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { params } from '../support/synthetic-book.ts';

export const start = Date.UTC(2026, 7, 1, 8);
export const expiry = start + 86_400_000;
const far = expiry + 30 * 86_400_000;

const none = { expiryMs: null, strike: null, optionType: null } as const;
const coin = { payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC' } as const;
const stock = { payoff: 'linear', baseCurrency: 'SPX', quoteCurrency: 'USD', settlementCurrency: 'USD' } as const;

const european = { exercise: 'european' } as const;

function option(name: string, terms: typeof coin | typeof stock, contractSize: number, strike: number, optionType: 'call' | 'put', expiryMs = expiry): Instrument {
  const style = terms === stock ? { exercise: 'american' as const } : {};
  return { name, kind: 'option', ...terms, contractSize, expiryMs, strike, optionType, ...style };
}

/** One of each: BTC inverse (perpetual, future, options), a stock with linear futures, American options and itself. */
export const instruments: readonly Instrument[] = [
  { name: 'BTC-PERP', kind: 'perpetual', ...coin, ...none, contractSize: 10 },
  { name: 'BTC-FUT', kind: 'future', ...coin, ...none, contractSize: 10, expiryMs: expiry },
  option('BTC-C', coin, 1, 50_000, 'call'),
  option('BTC-P', coin, 1, 50_000, 'put'),
  { name: 'SPX', kind: 'spot', ...stock, ...none, contractSize: 1 },
  { name: 'SPX-PERP', kind: 'perpetual', ...stock, ...none, contractSize: 0.1 },
  { name: 'SPX-FUT', kind: 'future', ...stock, ...none, contractSize: 50, expiryMs: expiry },
  option('SPX-C', stock, 100, 90, 'call'),
  option('SPX-P', stock, 100, 90, 'put'),
  option('SPX-C-45', stock, 100, 45, 'call'),
  option('SPX-C-60', stock, 150, 60, 'call'),
  option('SPX-C-88', stock, 100, 88, 'call'),
  option('SPX-C-900', stock, 10, 900, 'call'),
  { name: 'SPX-NEW', kind: 'spot', ...stock, ...none, contractSize: 1 },
  { name: 'SPX-FUT-5', kind: 'future', ...stock, ...none, contractSize: 5, expiryMs: expiry },
  { name: 'BTC-FUT-100', kind: 'future', ...coin, ...none, contractSize: 100, expiryMs: expiry },
  { ...option('SPX-EUR', stock, 100, 90, 'call', far), ...european },
];

export function market(): Market {
  const isCoin = ({ baseCurrency }: Instrument): boolean => baseCurrency === 'BTC';
  return {
    asOfMs: start,
    instruments,
    forward: Float64Array.from(instruments, (each) => (isCoin(each) ? 50_000 : 100)),
    impliedVolatility: Float64Array.from(instruments, ({ kind }) => (kind === 'option' ? 0.5 : NaN)),
    indexPrice: new Map([['btc_usd', 50_000], ['spx_usd', 100]]),
    openInterest: new Float64Array(instruments.length),
    fields: new Map([['fundingRate', Float64Array.from(instruments, ({ kind }) => (kind === 'perpetual' ? 0.0002 : NaN))]]),
  };
}

export type Holding = readonly [account: string, instrument: string, quantity: number, entryPrice: number];
export type Cash = readonly [account: string, currency: string, amount: number];

export function bookOf(accountIds: readonly string[], holdings: readonly Holding[], cash: readonly Cash[]): Book {
  const currencies = ['BTC', 'USD'];
  return {
    accountIds,
    currencies,
    positions: {
      accountIndex: Uint32Array.from(holdings, ([account]) => accountIds.indexOf(account)),
      instrumentIndex: Uint32Array.from(holdings, ([, name]) => instruments.findIndex((each) => each.name === name)),
      quantity: Float64Array.from(holdings, ([, , quantity]) => quantity),
      entryPrice: Float64Array.from(holdings, ([, , , entryPrice]) => entryPrice),
    },
    cash: {
      accountIndex: Uint32Array.from(cash, ([account]) => accountIds.indexOf(account)),
      currencyIndex: Uint32Array.from(cash, ([, currency]) => currencies.indexOf(currency)),
      amount: Float64Array.from(cash, ([, , amount]) => amount),
    },
    quarantined: [],
  };
}

/** An account engine with a ledger, and short ways to ask it. */
export class LedgerBench {
  readonly module: LedgerModule;
  readonly engine: AccountEngine;
  #ids = 0;

  constructor(book: Book, options: BookkeepingOptions = {}, engine?: { readonly module: LedgerModule; readonly engine: AccountEngine }) {
    this.module = engine?.module ?? new LedgerModule(options);
    this.engine = engine?.engine ?? AccountEngine.create({
      market: market(), book, params, modules: [this.module]
    });
  }

  async apply(kind: string, fields: Readonly<Record<string, Storable>> = {}, timeMs = this.engine.clockMs): Promise<Outcome> {
    return this.engine.apply({ ...fields, id: `${kind}-${this.#ids++}`, timeMs, kind });
  }

  /** Minor units. */
  balance(account: string, currency: string): bigint {
    const { ledger } = this.module;
    const row = ledger.isHouse(account) ? ledger.houseRow(account) : this.engine.engine.accountRow(account);
    return row < 0 && !ledger.isHouse(account) ? 0n : ledger.balance(row, ledger.currencyRow(currency));
  }

  position(account: string, name: string): readonly [quantity: number, entryPrice: number] {
    const book = this.engine.engine.exportBook();
    const row = book.accountIds.indexOf(account);
    const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
    const place = accountIndex.findIndex((each, at) => each === row && instruments[instrumentIndex[at]].name === name);
    return place < 0 ? [0, 0] : [quantity[place], entryPrice[place]];
  }

  /** Postings of a batch in the order of their entries: `kind account currency amount`. */
  static readonly entries = ({ batch }: Outcome): string[] => batch!.events.filter(({ kind }) => kind === 'posting').flatMap(wordsOf);

  /** That all balances add up to zero, that cash of the book is what the ledger says. */
  requireConserved(): void {
    const { ledger } = this.module;
    ledger.assertConserved();
    const { engine } = this.engine;
    const { account, currency } = engine.setKeys;
    account.forEach((row, set) => {
      const cash = engine.arena.views.nettingSet.cash[set];
      if (cash !== ledger.amount(row, currency[set])) throw new Error(`cash of ${engine.accountIds[row]} is ${cash}, not ${ledger.amount(row, currency[set])}`);
    });
  }
}

function wordsOf({ data }: ModuleEvent): string[] {
  const entries = data['entries'] as readonly { account: string; currency: string; amount: string }[];
  return entries.map(({ account, currency, amount }) => `${data['kind'] as string} ${account} ${currency} ${amount}`);
}
