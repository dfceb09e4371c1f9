import { FAULT_INPUT } from '../../assembly/portable/layout.ts';
import type { Book, CashColumns } from '../domain/book.ts';
import type { BookColumns } from './book-columns.ts';

/**
 * The book in the columns, in engine order, as a book of its own. `reasons`: why accounts were quarantined, by account
 * row.
 */
export function exportBook(book: BookColumns, reasons: ReadonlyMap<number, string>): Book {
  const { nettingSet, position } = book.arena.views;
  let count = 0;
  let orderCount = 0;
  for (let set = 0; set < book.setCount; set++) {
    count += nettingSet.positionCount[set];
    orderCount += nettingSet.orderCount[set];
  }
  const positions = {
    accountIndex: new Uint32Array(count),
    instrumentIndex: new Uint32Array(count),
    quantity: new Float64Array(count),
    entryPrice: new Float64Array(count),
  };
  const orders = {
    accountIndex: new Uint32Array(orderCount),
    instrumentIndex: new Uint32Array(orderCount),
    quantity: new Float64Array(orderCount),
    limitPrice: new Float64Array(orderCount),
  };
  const quarantined = new Map<number, string>();
  let to = 0;
  let toOrder = 0;
  for (let set = 0; set < book.setCount; set++) {
    const account = nettingSet.account[set];
    if (nettingSet.fault[set] === FAULT_INPUT) quarantined.set(account, reasons.get(account) ?? 'quarantined on input');
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    for (let slot = first; slot < end; slot++, to++) {
      positions.accountIndex[to] = account;
      positions.instrumentIndex[to] = book.rows.instrumentOf[book.rowAt(slot)]!;
      positions.quantity[to] = position.quantity[slot]!;
      positions.entryPrice[to] = book.entryPrice[slot]!;
    }
    for (let slot = end; slot < end + nettingSet.orderCount[set]; slot++, toOrder++) {
      orders.accountIndex[toOrder] = account;
      orders.instrumentIndex[toOrder] = book.rows.instrumentOf[book.rowAt(slot)]!;
      orders.quantity[toOrder] = position.quantity[slot]!;
      orders.limitPrice[toOrder] = book.entryPrice[slot]!;
    }
  }
  return {
    accountIds: [...book.accountIds],
    currencies: book.rows.currencies,
    positions,
    cash: amountColumns(book, nettingSet.cash),
    addOns: amountColumns(book, nettingSet.addOn),
    ...(orderCount === 0 ? {} : { orders }),
    quarantined: [...quarantined].map(([accountIndex, reason]) => ({ accountIndex, reason })),
  };
}

/** Amounts that are not zero, with their account and currency. */
function amountColumns({ arena, setCount }: BookColumns, amounts: Float64Array): CashColumns {
  const { account, currency } = arena.views.nettingSet;
  let count = 0;
  for (let set = 0; set < setCount; set++) if (amounts[set] !== 0) count++;
  const columns = {
    accountIndex: new Uint32Array(count),
    currencyIndex: new Uint32Array(count),
    amount: new Float64Array(count),
  };
  let to = 0;
  for (let set = 0; set < setCount; set++) {
    if (amounts[set] === 0) continue;
    columns.accountIndex[to] = account[set];
    columns.currencyIndex[to] = currency[set];
    columns.amount[to++] = amounts[set];
  }
  return columns;
}
