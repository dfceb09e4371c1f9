import type { Book, CashColumns, OrderColumns, PositionColumns } from '../domain/book.ts';
import { marketOfInstruments } from '../domain/chosen-instruments.ts';
import type { Market } from '../domain/market.ts';

/** A market and a book of one account. */
export interface OneAccount {
  readonly market: Market;
  readonly book: Book;
}

/**
 * One account of a book, with the instruments that it holds or has orders in, and those that `keep` names: what it
 * takes to margin it alone. The account keeps its order of rows.
 */
export function oneAccount(market: Market, book: Book, account: number, keep: ReadonlySet<number>): OneAccount {
  const positions = rowsOf(book.positions.accountIndex, account);
  const orders = rowsOf(book.orders?.accountIndex, account);
  const held = new Set([
    ...keep,
    ...positions.map((row) => book.positions.instrumentIndex[row]),
    ...orders.map((row) => book.orders!.instrumentIndex[row]),
  ]);
  const kept = [...held].sort((a, b) => a - b);
  const placeOf = new Map(kept.map((instrument, place) => [instrument, place] as const));
  return {
    market: marketOfInstruments(market, kept),
    book: {
      accountIds: [book.accountIds[account]],
      currencies: book.currencies,
      positions: positionsOf(book.positions, positions, placeOf),
      cash: cashOf(book.cash, account),
      ...(book.addOns === undefined ? {} : { addOns: cashOf(book.addOns, account) }),
      ...(book.orders === undefined ? {} : { orders: ordersOf(book.orders, orders, placeOf) }),
      quarantined: book.quarantined
        .filter(({ accountIndex }) => accountIndex === account)
        .map(({ reason }) => ({ accountIndex: 0, reason })),
    },
  };
}

function rowsOf(accountIndex: Uint32Array | undefined, account: number): number[] {
  const rows: number[] = [];
  accountIndex?.forEach((index, row) => {
    if (index === account) rows.push(row);
  });
  return rows;
}

function positionsOf(
  all: PositionColumns,
  rows: readonly number[],
  placeOf: ReadonlyMap<number, number>,
): PositionColumns {
  return {
    accountIndex: new Uint32Array(rows.length),
    instrumentIndex: Uint32Array.from(rows, (row) => placeOf.get(all.instrumentIndex[row])!),
    quantity: Float64Array.from(rows, (row) => all.quantity[row]),
    entryPrice: Float64Array.from(rows, (row) => all.entryPrice[row]),
  };
}

function ordersOf(
  all: OrderColumns,
  rows: readonly number[],
  placeOf: ReadonlyMap<number, number>,
): OrderColumns {
  return {
    accountIndex: new Uint32Array(rows.length),
    instrumentIndex: Uint32Array.from(rows, (row) => placeOf.get(all.instrumentIndex[row])!),
    quantity: Float64Array.from(rows, (row) => all.quantity[row]),
    limitPrice: Float64Array.from(rows, (row) => all.limitPrice[row]),
  };
}

function cashOf(all: CashColumns, account: number): CashColumns {
  const rows = rowsOf(all.accountIndex, account);
  return {
    accountIndex: new Uint32Array(rows.length),
    currencyIndex: Uint32Array.from(rows, (row) => all.currencyIndex[row]),
    amount: Float64Array.from(rows, (row) => all.amount[row]),
  };
}
