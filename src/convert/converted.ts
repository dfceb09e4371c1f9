import type { Book, CashColumns, PositionColumns, QuarantinedAccount } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';

/** A market and a book that were changed together. */
export interface Converted {
  readonly market: Market;
  readonly book: Book;
  /** What was decided where the numbers left a choice, in words. */
  readonly notes: readonly string[];
}

/** Amounts per (account, currency), in order of first appearance, as they are collected. */
export class Amounts {
  readonly #accounts: number[] = [];
  readonly #currencies: number[] = [];
  readonly #amounts: number[] = [];
  readonly #place = new Map<number, number>();
  readonly #currencyCount: number;

  /** `currencyCount`: more than the largest currency index. */
  constructor(currencyCount: number) {
    this.#currencyCount = currencyCount;
  }

  add(account: number, currency: number, amount: number): void {
    const key = account * this.#currencyCount + currency;
    const place = this.#place.get(key);
    if (place !== undefined) {
      this.#amounts[place] += amount;
      return;
    }
    this.#place.set(key, this.#amounts.length);
    this.#accounts.push(account);
    this.#currencies.push(currency);
    this.#amounts.push(amount);
  }

  get size(): number {
    return this.#amounts.length;
  }

  columns(): CashColumns {
    return {
      accountIndex: Uint32Array.from(this.#accounts),
      currencyIndex: Uint32Array.from(this.#currencies),
      amount: Float64Array.from(this.#amounts),
    };
  }
}

export function forEachAmount(
  columns: CashColumns | undefined,
  visit: (account: number, currency: number, amount: number) => void,
): void {
  columns?.amount.forEach((amount, row) => visit(columns.accountIndex[row], columns.currencyIndex[row], amount));
}

/** Positions with amounts added to those in the same instrument, or as rows of their own at the end. Zero rows go. */
export function withAddedPositions(positions: PositionColumns, added: CashColumns): PositionColumns {
  if (added.amount.length === 0) return positions;
  const changed = new Set(added.currencyIndex);
  const rowOf = new Map<string, number>();
  positions.instrumentIndex.forEach((instrument, row) => {
    if (changed.has(instrument)) rowOf.set(`${positions.accountIndex[row]} ${instrument}`, row);
  });
  const quantity = positions.quantity.slice();
  const appended: number[] = [];
  forEachAmount(added, (account, instrument, amount) => {
    const row = rowOf.get(`${account} ${instrument}`);
    if (row !== undefined) quantity[row] += amount;
  });
  added.amount.forEach((amount, place) => {
    const isHeld = rowOf.has(`${added.accountIndex[place]} ${added.currencyIndex[place]}`);
    if (!isHeld && amount !== 0) appended.push(place);
  });
  const isKept = (_value: number, row: number): boolean => quantity[row] !== 0;
  const whole = quantity.every((value) => value !== 0);
  const join = <Column extends Uint32Array | Float64Array>(column: Column, more: (place: number) => number): Column => {
    const old = (whole ? column : column.filter(isKept)) as Column;
    const result = new (column.constructor as new (length: number) => Column)(old.length + appended.length);
    result.set(old);
    appended.forEach((place, at) => (result[old.length + at] = more(place)));
    return result;
  };
  return {
    accountIndex: join(positions.accountIndex, (place) => added.accountIndex[place]),
    instrumentIndex: join(positions.instrumentIndex, (place) => added.currencyIndex[place]),
    quantity: join(quantity, (place) => added.amount[place]),
    entryPrice: join(positions.entryPrice, () => 0),
  };
}

/** The first reason of an account stays. */
export function withQuarantined(book: Book, reasons: ReadonlyMap<number, string>): readonly QuarantinedAccount[] {
  if (reasons.size === 0) return book.quarantined;
  const known = new Set(book.quarantined.map(({ accountIndex }) => accountIndex));
  const added = [...reasons].filter(([accountIndex]) => !known.has(accountIndex));
  return [...book.quarantined, ...added.map(([accountIndex, reason]) => ({ accountIndex, reason }))].sort(
    (a, b) => a.accountIndex - b.accountIndex,
  );
}
