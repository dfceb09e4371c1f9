import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';

export const asOfMs = Date.UTC(2026, 7, 1, 12);
export const expiryMs = Date.UTC(2026, 11, 25, 8);

export function instrument(name: string, part: Partial<Instrument> = {}): Instrument {
  return {
    name,
    kind: 'perpetual',
    payoff: 'inverse',
    baseCurrency: 'BTC',
    quoteCurrency: 'USD',
    settlementCurrency: 'BTC',
    contractSize: 10,
    expiryMs: null,
    strike: null,
    optionType: null,
    ...part,
  };
}

const option = { kind: 'option', contractSize: 1, expiryMs, strike: 60_000 } as const;
const linear = { payoff: 'linear', settlementCurrency: 'USD' } as const;

/** Round numbers: the perpetual and the index at 50,000, the future at 52,000. */
export const instruments: readonly Instrument[] = [
  instrument('BTC-PERP'),
  instrument('BTC-DEC', { kind: 'future', expiryMs }),
  instrument('BTC-DEC-60000-C', { ...option, optionType: 'call' }),
  instrument('SPX-DEC-7000-P', {
    ...option,
    ...linear,
    optionType: 'put',
    baseCurrency: 'SPX',
    contractSize: 100,
    strike: 7_000,
  }),
];

export function market(part: Partial<Market> = {}): Market {
  return {
    asOfMs,
    instruments,
    forward: Float64Array.of(50_000, 52_000, 52_000, 7_500),
    impliedVolatility: Float64Array.of(NaN, NaN, 0.5, 0.2),
    indexPrice: new Map([
      ['btc_usd', 50_000],
      ['spx_usd', 7_450],
    ]),
    openInterest: new Float64Array(instruments.length),
    ...part,
  };
}

export type Rows = readonly (readonly [account: number, of: number, quantity: number, price?: number])[];

export interface BookParts {
  readonly accountIds?: readonly string[];
  readonly currencies?: readonly string[];
  /** Account, instrument, contracts, entry price. */
  readonly positions?: Rows;
  /** Account, instrument, contracts, limit price. */
  readonly orders?: Rows;
  /** Account, currency, amount. */
  readonly cash?: Rows;
  readonly addOns?: Rows;
  readonly quarantined?: Book['quarantined'];
}

export function bookOf(parts: BookParts): Book {
  const { accountIds = ['a', 'b'], currencies = ['BTC', 'USD', 'SPX'] } = parts;
  const { positions = [], cash = [], orders, addOns } = parts;
  const u32 = (rows: Rows, column: 0 | 1): Uint32Array => Uint32Array.from(rows, (row) => row[column]);
  const f64 = (rows: Rows, column: 2 | 3): Float64Array => Float64Array.from(rows, (row) => row[column] ?? 0);
  const rows = (list: Rows) => ({ accountIndex: u32(list, 0), instrumentIndex: u32(list, 1), quantity: f64(list, 2) });
  const amounts = (list: Rows) => ({ accountIndex: u32(list, 0), currencyIndex: u32(list, 1), amount: f64(list, 2) });
  return {
    accountIds,
    currencies,
    positions: { ...rows(positions), entryPrice: f64(positions, 3) },
    ...(orders === undefined ? {} : { orders: { ...rows(orders), limitPrice: f64(orders, 3) } }),
    cash: amounts(cash),
    ...(addOns === undefined ? {} : { addOns: amounts(addOns) }),
    quarantined: parts.quarantined ?? [],
  };
}

/** The rows of a book in words: `a BTC-PERP 5 @ 50000`. */
export function shown(book: Book, { instruments: list }: Market): string[] {
  const { positions, orders, cash, addOns } = book;
  const nameOf = (account: number): string => book.accountIds[account];
  return [
    ...Array.from(positions.quantity, (quantity, row) =>
      [nameOf(positions.accountIndex[row]), list[positions.instrumentIndex[row]].name, quantity, '@',
        positions.entryPrice[row]].join(' '),
    ),
    ...Array.from(orders?.quantity ?? [], (quantity, row) =>
      ['order', nameOf(orders!.accountIndex[row]), list[orders!.instrumentIndex[row]].name, quantity, '@',
        orders!.limitPrice[row]].join(' '),
    ),
    ...Array.from(cash.amount, (amount, row) =>
      [nameOf(cash.accountIndex[row]), amount, book.currencies[cash.currencyIndex[row]]].join(' '),
    ),
    ...Array.from(addOns?.amount ?? [], (amount, row) =>
      ['add-on', nameOf(addOns!.accountIndex[row]), amount, book.currencies[addOns!.currencyIndex[row]]].join(' '),
    ),
  ];
}
