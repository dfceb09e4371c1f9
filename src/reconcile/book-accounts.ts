import type { Book } from '../domain/book.ts';
import type { ReferenceAccount, ReferenceOrder, ReferencePosition } from '../reference/margin/account.ts';

interface CollectedAccount {
  readonly positions: ReferencePosition[];
  readonly orders: ReferenceOrder[];
  readonly cash: Map<string, number>;
}

/** Positions, open orders and cash of the chosen accounts, in one pass over the book; the result is parallel to `accounts`. */
export function bookAccounts(book: Book, accounts: Uint32Array): ReferenceAccount[] {
  const collected = Array.from(accounts, (): CollectedAccount => ({ positions: [], orders: [], cash: new Map() }));
  const slotOf = new Int32Array(book.accountIds.length).fill(-1);
  accounts.forEach((accountIndex, slot) => {
    slotOf[accountIndex] = slot;
  });
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  for (let row = 0; row < accountIndex.length; row++) {
    const slot = slotOf[accountIndex[row]];
    if (slot < 0) continue;
    collected[slot].positions.push({
      instrumentIndex: instrumentIndex[row],
      quantity: quantity[row],
      entryPrice: entryPrice[row],
    });
  }
  const { orders } = book;
  orders?.quantity.forEach((remaining, row) => {
    const slot = slotOf[orders.accountIndex[row]];
    if (slot < 0) return;
    collected[slot].orders.push({
      instrumentIndex: orders.instrumentIndex[row],
      quantity: remaining,
      limitPrice: orders.limitPrice[row],
    });
  });
  for (let row = 0; row < book.cash.accountIndex.length; row++) {
    const slot = slotOf[book.cash.accountIndex[row]];
    // A balance of nothing makes no netting set.
    if (slot < 0 || book.cash.amount[row] === 0) continue;
    collected[slot].cash.set(book.currencies[book.cash.currencyIndex[row]], book.cash.amount[row]);
  }
  return collected;
}
