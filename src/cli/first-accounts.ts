import type { Book } from '../domain/book.ts';

/** The first accounts of a book, as a book. */
export function firstAccounts(book: Book, accounts: number): Book {
  if (accounts >= book.accountIds.length) return book;
  const { positions, cash } = book;
  const kept = (accountIndex: Uint32Array): number[] =>
    [...accountIndex.keys()].filter((row) => accountIndex[row] < accounts);
  const held = kept(positions.accountIndex);
  const paid = kept(cash.accountIndex);
  return {
    accountIds: book.accountIds.slice(0, accounts),
    currencies: book.currencies,
    positions: {
      accountIndex: Uint32Array.from(held, (row) => positions.accountIndex[row]),
      instrumentIndex: Uint32Array.from(held, (row) => positions.instrumentIndex[row]),
      quantity: Float64Array.from(held, (row) => positions.quantity[row]),
      entryPrice: Float64Array.from(held, (row) => positions.entryPrice[row]),
    },
    cash: {
      accountIndex: Uint32Array.from(paid, (row) => cash.accountIndex[row]),
      currencyIndex: Uint32Array.from(paid, (row) => cash.currencyIndex[row]),
      amount: Float64Array.from(paid, (row) => cash.amount[row]),
    },
    quarantined: book.quarantined.filter(({ accountIndex }) => accountIndex < accounts),
  };
}
