import type { Book } from '../domain/book.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { isFuture } from '../engine/valid-market.ts';
import { BadInputError } from '../errors.ts';

/** A book account by account: positions in market order, cash by currency. */
export interface SortedHoldings {
  /** Those of the book, then those that futures settle in. */
  readonly currencies: readonly string[];
  /** Per account: its positions are `firstPosition[a]` to `firstPosition[a + 1]`. */
  readonly firstPosition: Uint32Array;
  /** Row of `Market.instruments`. */
  readonly instrument: Uint32Array;
  readonly quantity: Float64Array;
  /**
   * `cash[account * currencies.length + currency]`: cash, and what futures have gained since their entry, which is cash
   * in all but name. Units of the currency.
   */
  readonly cash: Float64Array;
  /** 1 where somebody holds the instrument. */
  readonly isHeld: Uint8Array;
}

/** Throws `PositionDuplicate` if an account has two positions in one instrument. */
export function sortHoldings(book: Book, market: Market): SortedHoldings {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const accountCount = book.accountIds.length;
  const order = isInOrder(accountIndex, instrumentIndex)
    ? rowNumbers(accountIndex.length)
    : countingSort(accountIndex, countingSort(instrumentIndex, null, market.instruments.length), accountCount);
  const firstPosition = new Uint32Array(accountCount + 1);
  for (let row = 0; row < accountIndex.length; row++) firstPosition[accountIndex[row] + 1]++;
  for (let account = 0; account < accountCount; account++) firstPosition[account + 1] += firstPosition[account];
  const isHeld = new Uint8Array(market.instruments.length);
  const sorted = { instrument: new Uint32Array(order.length), quantity: new Float64Array(order.length) };
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    sorted.instrument[place] = instrumentIndex[row];
    sorted.quantity[place] = quantity[row];
    isHeld[instrumentIndex[row]] = 1;
  }
  const currencies = currenciesOf(book, market, isHeld);
  const cash = new Float64Array(accountCount * currencies.length);
  book.cash.amount.forEach((amount, row) => {
    cash[book.cash.accountIndex[row] * currencies.length + book.cash.currencyIndex[row]] += amount;
  });
  const settlement = Int32Array.from(
    market.instruments, ({ settlementCurrency }) => currencies.indexOf(settlementCurrency),
  );
  const isFutureOf = Uint8Array.from(market.instruments, (each) => (isFuture(each) ? 1 : 0));
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    const index = sorted.instrument[place];
    const account = accountIndex[row];
    if (place > firstPosition[account] && sorted.instrument[place - 1] === index) throw duplicate(book, market, row);
    if (isFutureOf[index] === 0) continue;
    const gain = gainSinceEntry(market.instruments[index], market.forward[index], entryPrice[row]);
    cash[account * currencies.length + settlement[index]] += quantity[row] * gain;
  }
  return { currencies, firstPosition, ...sorted, cash, isHeld };
}

/** Of one future in its settlement currency; 0 where no price says: its row has a fault then. */
function gainSinceEntry({ payoff, contractSize }: Instrument, forward: number, entryPrice: number): number {
  if (!(forward > 0 && forward < Infinity)) return 0;
  return payoff === 'inverse' ? contractSize * (1 / entryPrice - 1 / forward) : contractSize * (forward - entryPrice);
}

function currenciesOf(book: Book, market: Market, isHeld: Uint8Array): string[] {
  const currencies = new Set(book.currencies);
  market.instruments.forEach((instrument, index) => {
    if (isHeld[index] === 1 && isFuture(instrument)) currencies.add(instrument.settlementCurrency);
  });
  return [...currencies];
}

/** Accounts ascending, and the instruments of each: as books often come. */
function isInOrder(accountIndex: Uint32Array, instrumentIndex: Uint32Array): boolean {
  for (let row = 1; row < accountIndex.length; row++) {
    if (accountIndex[row] > accountIndex[row - 1]) continue;
    if (accountIndex[row] < accountIndex[row - 1] || instrumentIndex[row] < instrumentIndex[row - 1]) return false;
  }
  return true;
}

function rowNumbers(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** Rows in ascending order of their keys, equal ones in the order of `before`; without it, as they stand. */
function countingSort(key: Uint32Array, before: Uint32Array | null, keyCount: number): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (let row = 0; row < key.length; row++) next[key[row] + 1]++;
  for (let each = 0; each < keyCount; each++) next[each + 1] += next[each];
  const order = new Uint32Array(key.length);
  for (let place = 0; place < key.length; place++) {
    const row = before === null ? place : before[place];
    order[next[key[row]]++] = row;
  }
  return order;
}

function duplicate(book: Book, market: Market, row: number): BadInputError {
  const { accountIndex, instrumentIndex } = book.positions;
  const [account, instrument] = [book.accountIds[accountIndex[row]], market.instruments[instrumentIndex[row]].name];
  const message = `account ${account} has two positions in ${instrument}`;
  return new BadInputError(
    [{ code: 'PositionDuplicate', row: row + 1, column: 'instrumentIndex', value: instrument, message }],
  );
}
