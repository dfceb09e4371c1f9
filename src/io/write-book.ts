import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { WriteOptions } from './atomic-file.ts';
import type { WriteTable } from './result-table.ts';
import { writeColumns } from './write-table.ts';

/**
 * Writes a book file that `readBook` reads back to the same accounts and numbers: account by account, positions before
 * cash, each in the book's order. An account that holds nothing gets a cash row of 0, or the file would lose it. /
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
  if ((book.addOns?.amount.length ?? 0) > 0) {
    const message = 'the book has add-ons, which a book file has no place for';
    throw new MargridError('OptionInvalid', `${path}: ${message}; a file of it would lose them`, { file: path });
  }
  await writeColumns(path, tableOf(book, market), options);
}

function tableOf(book: Book, market: Market): WriteTable {
  const { positions, cash } = book;
  const idle = idleAccounts(book);
  const next = firstRows(book, idle);
  const rowCount = positions.quantity.length + cash.amount.length + idle.length;
  const account = new Int32Array(rowCount);
  const name = new Int32Array(rowCount);
  const quantity = new Float64Array(rowCount);
  const entryPrice = new Float64Array(rowCount);
  const instrumentCount = market.instruments.length;
  const put = (accountIndex: number, nameIndex: number, amount: number, price: number): void => {
    const row = next[accountIndex];
    next[accountIndex] = row + 1;
    account[row] = accountIndex;
    name[row] = nameIndex;
    quantity[row] = amount;
    entryPrice[row] = price;
  };
  positions.accountIndex.forEach((accountIndex, at) => {
    put(accountIndex, positions.instrumentIndex[at], positions.quantity[at], positions.entryPrice[at]);
  });
  cash.accountIndex.forEach((accountIndex, at) => {
    put(accountIndex, instrumentCount + cash.currencyIndex[at], cash.amount[at], 0);
  });
  for (const accountIndex of idle) put(accountIndex, instrumentCount, 0, 0);
  const names = [...market.instruments.map((instrument) => instrument.name), ...book.currencies];
  return {
    rowCount,
    columns: [
      { name: 'account', type: 'dictionary', values: account, dictionary: book.accountIds },
      { name: 'instrument', type: 'dictionary', values: name, dictionary: names },
      { name: 'quantity', type: 'f64', values: quantity },
      { name: 'entry_price', type: 'f64', values: entryPrice },
    ],
  };
}

function idleAccounts(book: Book): number[] {
  const isActive = new Uint8Array(book.accountIds.length);
  for (const account of book.positions.accountIndex) isActive[account] = 1;
  for (const account of book.cash.accountIndex) isActive[account] = 1;
  const idle: number[] = [];
  isActive.forEach((active, account) => {
    if (active === 0) idle.push(account);
  });
  return idle;
}

/** The row at which each account begins. */
function firstRows(book: Book, idle: readonly number[]): Float64Array {
  const counts = new Float64Array(book.accountIds.length + 1);
  const count = (account: number): void => {
    counts[account + 1] = counts[account + 1] + 1;
  };
  book.positions.accountIndex.forEach(count);
  book.cash.accountIndex.forEach(count);
  idle.forEach(count);
  for (let account = 1; account < counts.length; account += 1) counts[account] = counts[account] + counts[account - 1];
  return counts;
}
