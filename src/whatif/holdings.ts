import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';

/** What one account holds, by name. */
export interface Holdings {
  readonly positions: ReadonlyMap<string, HeldPosition>;
  /** By instrument. */
  readonly orders: ReadonlyMap<string, readonly HeldOrder[]>;
  readonly cash: ReadonlyMap<string, number>;
}

export interface HeldPosition {
  /** Signed contracts. */
  readonly quantity: number;
  /** Quote currency per base unit. */
  readonly entryPrice: number;
}

export interface HeldOrder {
  readonly quantity: number;
  readonly limitPrice: number;
}

/** The holdings of one account of a book. */
export function holdingsOf(book: Book, market: Market, accountIndex: number): Holdings {
  const { positions, orders, cash } = book;
  const nameOf = (index: number): string => market.instruments[index].name;
  const held = new Map<string, HeldPosition>();
  const placed = new Map<string, HeldOrder[]>();
  const paid = new Map<string, number>();
  rowsOf(positions.accountIndex, accountIndex, (row) =>
    held.set(nameOf(positions.instrumentIndex[row]), {
      quantity: positions.quantity[row],
      entryPrice: positions.entryPrice[row],
    }),
  );
  if (orders !== undefined) {
    rowsOf(orders.accountIndex, accountIndex, (row) => {
      const name = nameOf(orders.instrumentIndex[row]);
      const order = { quantity: orders.quantity[row], limitPrice: orders.limitPrice[row] };
      placed.set(name, [...(placed.get(name) ?? []), order]);
    });
  }
  rowsOf(cash.accountIndex, accountIndex, (row) =>
    paid.set(book.currencies[cash.currencyIndex[row]], cash.amount[row]),
  );
  return { positions: held, orders: placed, cash: paid };
}

function rowsOf(accounts: Uint32Array, account: number, visit: (row: number) => void): void {
  for (let row = accounts.indexOf(account); row >= 0; row = accounts.indexOf(account, row + 1)) visit(row);
}

/** The changes that make one account's holdings out of others. */
export function changesBetween(account: string, before: Holdings, after: Holdings): Omit<BookChanges, 'addOns'> {
  const namesOf = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] =>
    [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
  return {
    positions: namesOf(before.positions, after.positions).map((instrument) => {
      const position = after.positions.get(instrument) ?? { quantity: 0, entryPrice: 0 };
      return { account, instrument, ...position };
    }),
    orders: namesOf(before.orders, after.orders).flatMap((instrument) =>
      (after.orders.get(instrument) ?? [{ quantity: 0, limitPrice: 0 }]).map((order) => ({
        account,
        instrument,
        ...order,
      })),
    ),
    cash: namesOf(before.cash, after.cash).map((currency) => ({
      account,
      currency,
      amount: after.cash.get(currency) ?? 0,
    })),
  };
}

/** The book of one account alone; `accountIndex` is 0 there. */
export function bookOfAccount(book: Book, accountIndex: number): Book {
  const { positions, orders, cash, addOns } = book;
  const rows = (accounts: Uint32Array): number[] => {
    const found: number[] = [];
    rowsOf(accounts, accountIndex, (row) => found.push(row));
    return found;
  };
  const u32 = (chosen: readonly number[], column: Uint32Array): Uint32Array =>
    Uint32Array.from(chosen, (row) => column[row]);
  const f64 = (chosen: readonly number[], column: Float64Array): Float64Array =>
    Float64Array.from(chosen, (row) => column[row]);
  const amounts = (columns: Book['cash']): Book['cash'] => {
    const chosen = rows(columns.accountIndex);
    return {
      accountIndex: new Uint32Array(chosen.length),
      currencyIndex: u32(chosen, columns.currencyIndex),
      amount: f64(chosen, columns.amount),
    };
  };
  const held = rows(positions.accountIndex);
  const placed = orders === undefined ? [] : rows(orders.accountIndex);
  return {
    accountIds: [book.accountIds[accountIndex]],
    currencies: book.currencies,
    positions: {
      accountIndex: new Uint32Array(held.length),
      instrumentIndex: u32(held, positions.instrumentIndex),
      quantity: f64(held, positions.quantity),
      entryPrice: f64(held, positions.entryPrice),
    },
    cash: amounts(cash),
    ...(addOns === undefined ? {} : { addOns: amounts(addOns) }),
    ...(orders === undefined
      ? {}
      : {
          orders: {
            accountIndex: new Uint32Array(placed.length),
            instrumentIndex: u32(placed, orders.instrumentIndex),
            quantity: f64(placed, orders.quantity),
            limitPrice: f64(placed, orders.limitPrice),
          },
        }),
    quarantined: book.quarantined
      .filter((each) => each.accountIndex === accountIndex)
      .map(({ reason }) => ({ accountIndex: 0, reason })),
  };
}
