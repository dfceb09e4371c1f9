import type { Book, CashColumns } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { WriteOptions } from './atomic-file.ts';
import type { WriteColumn, WriteTable } from './result-table.ts';
import type { BookColumn } from './schema.ts';
import { writeColumns } from './write-table.ts';

/**
 * Writes a book file that `readBook` reads back to the same accounts and numbers: account by account, positions before
 * open orders before cash, each in the book's order. An account that holds nothing gets a cash row of 0, or the file
 * would lose it; so does an add-on in a currency of which the account has no cash, because it stands on that row.
 */
export async function writeBook(path: string, book: Book, market: Market, options: WriteOptions = {}): Promise<void> {
  if (book.quarantined.length > 0) {
    const message = `the book has ${book.quarantined.length} quarantined accounts, whose rows it does not hold`;
    throw new MargridError('OptionInvalid', `${path}: ${message}; a file of it would lose them`, { file: path });
  }
  if (book.currencies.length === 0 && idleAccounts(book).length > 0) {
    throw new MargridError('OptionInvalid', `${path}: the book has accounts that hold nothing, and no currency`, {
      file: path,
    });
  }
  await writeColumns(path, tableOf(book, market), options);
}

/** Every account of every row, in the order of the rows of one account. */
function accountColumns(book: Book): readonly (Uint32Array | readonly number[])[] {
  const { positions, orders, cash } = book;
  return [positions.accountIndex, orders?.accountIndex ?? [], cash.accountIndex, cashlessAddOns(book).accountIndex];
}

function tableOf(book: Book, market: Market): WriteTable {
  const { positions, orders, cash, addOns } = book;
  const idle = idleAccounts(book);
  const next = firstRows(book, idle);
  const rowCount = accountColumns(book).reduce((sum, { length }) => sum + length, idle.length);
  const account = new Int32Array(rowCount);
  const name = new Int32Array(rowCount);
  const quantity = new Float64Array(rowCount);
  const entryPrice = new Float64Array(rowCount);
  const hasOrders = (orders?.quantity.length ?? 0) > 0;
  const hasAddOns = (addOns?.amount.length ?? 0) > 0;
  const limitPrice = new Float64Array(hasOrders ? rowCount : 0).fill(NaN);
  const addOn = new Float64Array(hasAddOns ? rowCount : 0).fill(NaN);
  const instrumentCount = market.instruments.length;
  const put = (accountIndex: number, nameIndex: number, amount: number, price: number): number => {
    const row = next[accountIndex];
    next[accountIndex] = row + 1;
    account[row] = accountIndex;
    name[row] = nameIndex;
    quantity[row] = amount;
    entryPrice[row] = price;
    return row;
  };
  positions.accountIndex.forEach((accountIndex, at) => {
    put(accountIndex, positions.instrumentIndex[at], positions.quantity[at], positions.entryPrice[at]);
  });
  orders?.accountIndex.forEach((accountIndex, at) => {
    limitPrice[put(accountIndex, orders.instrumentIndex[at], orders.quantity[at], 0)] = orders.limitPrice[at];
  });
  const amountOf = addOnsByCurrency(book);
  const putCash = ({ accountIndex, currencyIndex }: CashColumns, of: (at: number) => number): void => {
    accountIndex.forEach((owner, at) => {
      const row = put(owner, instrumentCount + currencyIndex[at], of(at), 0);
      if (hasAddOns) addOn[row] = amountOf.get(keyOf(book, owner, currencyIndex[at])) ?? NaN;
    });
  };
  putCash(cash, (at) => cash.amount[at]);
  putCash(cashlessAddOns(book), () => 0);
  for (const accountIndex of idle) put(accountIndex, instrumentCount, 0, 0);
  const names = [...market.instruments.map((instrument) => instrument.name), ...book.currencies];
  const columns: (WriteColumn & { readonly name: BookColumn })[] = [
    { name: 'account', type: 'dictionary', values: account, dictionary: book.accountIds },
    { name: 'instrument', type: 'dictionary', values: name, dictionary: names },
    { name: 'quantity', type: 'f64', values: quantity },
    { name: 'entry_price', type: 'f64', values: entryPrice },
  ];
  if (hasOrders) columns.push({ name: 'limit_price', type: 'optional f64', values: limitPrice });
  if (hasAddOns) columns.push({ name: 'add_on', type: 'optional f64', values: addOn });
  return { rowCount, columns };
}

/** A number for an account and one of its currencies. */
function keyOf(book: Book, accountIndex: number, currencyIndex: number): number {
  return accountIndex * book.currencies.length + currencyIndex;
}

function addOnsByCurrency(book: Book): ReadonlyMap<number, number> {
  const { accountIndex, currencyIndex, amount } = book.addOns ?? noAmounts;
  const amounts = new Map<number, number>();
  accountIndex.forEach((owner, at) => amounts.set(keyOf(book, owner, currencyIndex[at]), amount[at]));
  return amounts;
}

const noAmounts: CashColumns = {
  accountIndex: new Uint32Array(0),
  currencyIndex: new Uint32Array(0),
  amount: new Float64Array(0),
};

/** Add-ons in currencies of which the account has no cash row. */
function cashlessAddOns(book: Book): CashColumns {
  const { addOns, cash } = book;
  if (addOns === undefined || addOns.amount.length === 0) return noAmounts;
  const paid = new Set<number>();
  cash.accountIndex.forEach((owner, at) => paid.add(keyOf(book, owner, cash.currencyIndex[at])));
  const rows = [...addOns.amount.keys()].filter(
    (at) => !paid.has(keyOf(book, addOns.accountIndex[at], addOns.currencyIndex[at])),
  );
  return {
    accountIndex: Uint32Array.from(rows, (at) => addOns.accountIndex[at]),
    currencyIndex: Uint32Array.from(rows, (at) => addOns.currencyIndex[at]),
    amount: Float64Array.from(rows, (at) => addOns.amount[at]),
  };
}

function idleAccounts(book: Book): number[] {
  const isActive = new Uint8Array(book.accountIds.length);
  for (const accounts of accountColumns(book)) for (const account of accounts) isActive[account] = 1;
  const idle: number[] = [];
  isActive.forEach((active, account) => {
    if (active === 0) idle.push(account);
  });
  return idle;
}

/** The row at which each account begins. */
function firstRows(book: Book, idle: readonly number[]): Float64Array {
  const counts = new Float64Array(book.accountIds.length + 1);
  for (const accounts of [...accountColumns(book), idle]) {
    for (const account of accounts) counts[account + 1] = counts[account + 1] + 1;
  }
  for (let account = 1; account < counts.length; account += 1) counts[account] = counts[account] + counts[account - 1];
  return counts;
}
