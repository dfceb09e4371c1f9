import type { Book, CashColumns, OrderColumns, PositionColumns, QuarantinedAccount } from '../domain/book.ts';
import { isOrder, type BookRows } from './book-rows.ts';

/** Splits good rows into positions, open orders, cash and add-ons, each in file order. */
export function buildBook(
  rows: BookRows,
  instrumentCount: number,
  currencies: readonly string[],
  quarantined: readonly QuarantinedAccount[],
): Book {
  const leftOut = new Uint8Array(rows.accountIds.length);
  for (const { accountIndex } of quarantined) leftOut[accountIndex] = 1;
  const counts = countHoldings(rows, instrumentCount, leftOut);
  const positions = allocatePositions(counts.position);
  const orders = allocateOrders(counts.order);
  const cash = allocateAmounts(counts.cash);
  const addOns = allocateAmounts(counts.addOn);
  const next = { position: 0, order: 0, cash: 0, addOn: 0 };
  for (let row = 0; row < rows.rowCount; row += 1) {
    const account = rows.accountIndex[row];
    if (leftOut[account] === 1) continue;
    const code = rows.instrumentCode[row];
    const quantity = rows.quantity[row];
    if (isOrder(rows, row)) {
      orders.accountIndex[next.order] = account;
      orders.instrumentIndex[next.order] = code;
      orders.quantity[next.order] = quantity;
      orders.limitPrice[next.order] = rows.limitPrice![row];
      next.order += 1;
    } else if (code < instrumentCount) {
      positions.accountIndex[next.position] = account;
      positions.instrumentIndex[next.position] = code;
      positions.quantity[next.position] = quantity;
      positions.entryPrice[next.position] = rows.entryPrice[row];
      next.position += 1;
    } else {
      putAmount(cash, next.cash++, account, code - instrumentCount, quantity);
      if (hasAddOn(rows, row)) putAmount(addOns, next.addOn++, account, code - instrumentCount, rows.addOn![row]);
    }
  }
  return {
    accountIds: rows.accountIds,
    currencies,
    positions,
    cash,
    ...(counts.addOn === 0 ? {} : { addOns }),
    ...(counts.order === 0 ? {} : { orders }),
    quarantined,
  };
}

function hasAddOn({ addOn }: BookRows, row: number): boolean {
  return addOn !== undefined && addOn[row] !== 0;
}

type Counts = Record<'position' | 'order' | 'cash' | 'addOn', number>;

function countHoldings(rows: BookRows, instrumentCount: number, leftOut: Uint8Array): Counts {
  const counts: Counts = { position: 0, order: 0, cash: 0, addOn: 0 };
  for (let row = 0; row < rows.rowCount; row += 1) {
    if (leftOut[rows.accountIndex[row]] === 1) continue;
    if (isOrder(rows, row)) counts.order += 1;
    else if (rows.instrumentCode[row] < instrumentCount) counts.position += 1;
    else {
      counts.cash += 1;
      if (hasAddOn(rows, row)) counts.addOn += 1;
    }
  }
  return counts;
}

function putAmount(to: CashColumns, at: number, account: number, currency: number, amount: number): void {
  to.accountIndex[at] = account;
  to.currencyIndex[at] = currency;
  to.amount[at] = amount;
}

function allocatePositions(count: number): PositionColumns {
  return {
    accountIndex: new Uint32Array(count),
    instrumentIndex: new Uint32Array(count),
    quantity: new Float64Array(count),
    entryPrice: new Float64Array(count),
  };
}

function allocateOrders(count: number): OrderColumns {
  return {
    accountIndex: new Uint32Array(count),
    instrumentIndex: new Uint32Array(count),
    quantity: new Float64Array(count),
    limitPrice: new Float64Array(count),
  };
}

function allocateAmounts(count: number): CashColumns {
  return {
    accountIndex: new Uint32Array(count),
    currencyIndex: new Uint32Array(count),
    amount: new Float64Array(count),
  };
}
