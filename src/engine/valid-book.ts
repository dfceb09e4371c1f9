import type { Book, CashColumns } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { BadInputError, type ErrorCode, type Problem } from '../errors.ts';
import { limits } from '../limits.ts';
import { isFuture } from './valid-market.ts';

/**
 * What a book that was made by hand must keep to; a book from a file has been checked already, with file and row.
 * Throws `BadInputError`: rows
 * are 1-based places in the columns.
 */
export function requireValidBook(book: Book, market: Market): void {
  const log = new BookProblems();
  checkPositions(book, market, log);
  checkAmounts(book, book.cash, 'cash', -limits.quantityMax, log);
  if (book.addOns !== undefined) checkAmounts(book, book.addOns, 'addOns', 0, log);
  checkOrders(book, market, log);
  for (const { accountIndex } of book.quarantined) {
    if (!(accountIndex < book.accountIds.length))
      log.add('AccountUnknown', undefined, 'quarantined', accountIndex, accountRule(book));
  }
  log.throwIfAny();
}

class BookProblems {
  readonly #problems: Problem[] = [];
  #count = 0;

  add(code: ErrorCode, row: number | undefined, column: string, value: unknown, rule: string): void {
    this.#count++;
    if (this.#problems.length === limits.problemCountMax) return;
    const message = `${rule}, got ${String(value)}`;
    this.#problems.push({ code, column, value, message, ...(row === undefined ? {} : { row: row + 1 }) });
  }

  throwIfAny(): void {
    if (this.#count > 0) throw new BadInputError(this.#problems, this.#count);
  }
}

function accountRule(book: Book): string {
  return `must be an account below ${book.accountIds.length}`;
}

function checkPositions(book: Book, market: Market, log: BookProblems): void {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const count = quantity.length;
  for (const [name, column] of Object.entries(book.positions) as [string, ArrayLike<number>][]) {
    if (column.length !== count)
      log.add('OptionInvalid', undefined, `positions.${name}`, column.length, `must have ${count} values`);
  }
  log.throwIfAny();
  const needsEntry = Uint8Array.from(market.instruments, (instrument) => (isFuture(instrument) ? 1 : 0));
  const accountCount = book.accountIds.length;
  const { quantityMax, priceMax } = limits;
  // Millions of positions are right: a column at a time is fast, and which rule is broken is asked only if one is.
  let isValid = true;
  for (let p = 0; p < count; p++) {
    isValid = isValid && accountIndex[p] < accountCount && instrumentIndex[p] < needsEntry.length;
  }
  for (let p = 0; p < count; p++) isValid = isValid && Math.abs(quantity[p]) <= quantityMax;
  for (let p = 0; isValid && p < count; p++) {
    isValid = needsEntry[instrumentIndex[p]] === 0 || (entryPrice[p] > 0 && entryPrice[p] <= priceMax);
  }
  if (isValid) return;
  for (let p = 0; p < count; p++) logPosition(book, needsEntry, p, log);
}

function logPosition(book: Book, needsEntry: Uint8Array, p: number, log: BookProblems): void {
  const { positions, accountIds } = book;
  const [account, index] = [positions.accountIndex[p], positions.instrumentIndex[p]];
  const [quantity, entry] = [positions.quantity[p], positions.entryPrice[p]];
  if (!(account < accountIds.length))
    log.add('AccountUnknown', p, 'accountIndex', account, accountRule(book));
  if (!(index < needsEntry.length)) {
    log.add('InstrumentUnknown', p, 'instrumentIndex', index, `must be an instrument below ${needsEntry.length}`);
  }
  if (!(Math.abs(quantity) <= limits.quantityMax))
    log.add('ValueNotFinite', p, 'quantity', quantity, 'must be a finite number');
  if (needsEntry[index] === 1 && !(entry > 0 && entry <= limits.priceMax)) {
    log.add('ValueOutOfRange', p, 'entryPrice', entry, 'must be > 0 for a future or perpetual');
  }
}

function checkOrders({ orders, accountIds }: Book, market: Market, log: BookProblems): void {
  if (orders === undefined) return;
  const count = orders.quantity.length;
  for (const [name, column] of Object.entries(orders) as [string, ArrayLike<number>][]) {
    if (column.length !== count)
      log.add('OptionInvalid', undefined, `orders.${name}`, column.length, `must have ${count} values`);
  }
  log.throwIfAny();
  orders.quantity.forEach((quantity, row) => {
    const [account, instrument, limit] = [orders.accountIndex[row], orders.instrumentIndex[row], orders.limitPrice[row]];
    if (!(account < accountIds.length))
      log.add('AccountUnknown', row, 'orders.accountIndex', account, `must be an account below ${accountIds.length}`);
    if (!(instrument < market.instruments.length)) {
      const rule = `must be an instrument below ${market.instruments.length}`;
      log.add('InstrumentUnknown', row, 'orders.instrumentIndex', instrument, rule);
    }
    if (!(Math.abs(quantity) <= limits.quantityMax && quantity !== 0))
      log.add('ValueNotFinite', row, 'orders.quantity', quantity, 'must be a finite number, not zero');
    if (!(limit > 0 && limit <= limits.priceMax)) log.add('ValueOutOfRange', row, 'orders.limitPrice', limit, 'must be > 0');
  });
}

function checkAmounts(book: Book, columns: CashColumns, name: string, least: number, log: BookProblems): void {
  const { accountIndex, currencyIndex, amount } = columns;
  if (accountIndex.length !== amount.length || currencyIndex.length !== amount.length) {
    log.add('OptionInvalid', undefined, name, accountIndex.length, `columns must all have ${amount.length} values`);
    return;
  }
  for (let i = 0; i < amount.length; i++) {
    if (!(accountIndex[i] < book.accountIds.length))
      log.add('AccountUnknown', i, `${name}.accountIndex`, accountIndex[i], accountRule(book));
    if (!(currencyIndex[i] < book.currencies.length)) {
      log.add(
        'CurrencyUnknown',
        i,
        `${name}.currencyIndex`,
        currencyIndex[i],
        `must be a currency below ${book.currencies.length}`,
      );
    }
    if (!(amount[i] >= least && amount[i] <= limits.quantityMax)) {
      log.add('ValueNotFinite', i, `${name}.amount`, amount[i], `must be a finite number >= ${least}`);
    }
  }
}
