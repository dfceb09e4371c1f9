import type { Book, PositionColumns } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { isFuture } from '../engine/valid-market.ts';
import { BadInputError } from '../errors.ts';

/** A book account by account: positions in market order, cash by currency. */
export interface SortedHoldings {
  /** Those of the book, then those that futures settle in. */
  readonly currencies: readonly string[];
  /** Per account: its positions are `firstPosition[a]` to `firstPosition[a + 1]`. */
  readonly firstPosition: Uint32Array;
  /** Row of `Market.instruments`. Not to be written to: the book's own column where that is in order. */
  readonly instrument: Uint32Array;
  /** Likewise. */
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
  return withCash(book, market, sortPositions(book, market));
}

/** All but cash. Throws `PositionDuplicate`. */
export function sortPositions(book: Book, market: Market): SortedPositions {
  const isHeld = new Uint8Array(market.instruments.length);
  const positions = inOrder(book.positions, book.accountIds.length, isHeld) ?? sorted(book, market, isHeld);
  return { ...positions, currencies: currenciesOf(book, market, isHeld), isHeld };
}

export function withCash(book: Book, market: Market, positions: SortedPositions): SortedHoldings {
  const { currencies, firstPosition, instrument, quantity, isHeld } = positions;
  const cash = cashOf(book, currencies.length);
  addGains(cash, currencies, positions, market);
  return { currencies, firstPosition, instrument, quantity, cash, isHeld };
}

/** A book account by account without its cash: positions in market order. */
export interface SortedPositions extends Omit<SortedHoldings, 'cash'> {
  readonly entryPrice: Float64Array;
}

type PositionsInOrder = Pick<SortedPositions, 'firstPosition' | 'instrument' | 'quantity' | 'entryPrice'>;

/**
 * Positions as they stand, if accounts ascend and the instruments of each, none twice, as books often come; or null.
 * Marks what is held, all of it or some.
 */
function inOrder(
  { accountIndex, instrumentIndex, quantity, entryPrice }: PositionColumns, accountCount: number, isHeld: Uint8Array,
): PositionsInOrder | null {
  const count = accountIndex.length;
  const firstPosition = new Uint32Array(accountCount + 1);
  if (count === 0) return { firstPosition, instrument: instrumentIndex, quantity, entryPrice };
  isHeld[instrumentIndex[0]] = 1;
  for (let row = 1; row < count; row++) {
    const [account, before] = [accountIndex[row], accountIndex[row - 1]];
    if (account === before) {
      if (instrumentIndex[row] <= instrumentIndex[row - 1]) return null;
    } else {
      if (account < before) return null;
      for (let begun = before + 1; begun <= account; begun++) firstPosition[begun] = row;
    }
    isHeld[instrumentIndex[row]] = 1;
  }
  firstPosition.fill(count, accountIndex[count - 1] + 1);
  return { firstPosition, instrument: instrumentIndex, quantity, entryPrice };
}

/** Positions in that order. Marks what is held. */
function sorted(book: Book, market: Market, isHeld: Uint8Array): PositionsInOrder {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const accountCount = book.accountIds.length;
  const order = countingSort(accountIndex, countingSort(instrumentIndex, null, market.instruments.length), accountCount);
  const firstPosition = new Uint32Array(accountCount + 1);
  for (let row = 0; row < accountIndex.length; row++) firstPosition[accountIndex[row] + 1]++;
  for (let account = 0; account < accountCount; account++) firstPosition[account + 1] += firstPosition[account];
  const positions = {
    firstPosition,
    instrument: new Uint32Array(order.length),
    quantity: new Float64Array(order.length),
    entryPrice: new Float64Array(order.length),
  };
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    const index = instrumentIndex[row];
    const isFirst = place === firstPosition[accountIndex[row]];
    if (!isFirst && positions.instrument[place - 1] === index) throw duplicate(book, market, row);
    positions.instrument[place] = index;
    positions.quantity[place] = quantity[row];
    positions.entryPrice[place] = entryPrice[row];
    isHeld[index] = 1;
  }
  return positions;
}

function cashOf({ cash: { accountIndex, currencyIndex, amount }, accountIds }: Book, currencyCount: number): Float64Array {
  const cash = new Float64Array(accountIds.length * currencyCount);
  for (let row = 0; row < amount.length; row++) cash[accountIndex[row] * currencyCount + currencyIndex[row]] += amount[row];
  return cash;
}

/** What futures have gained since their entry, in the currency that they settle in. */
function addGains(
  cash: Float64Array, currencies: readonly string[], positions: SortedPositions, market: Market,
): void {
  const { firstPosition, instrument, quantity, entryPrice } = positions;
  const { settlement, contractSize, forward, inverse } = futuresOf(market, currencies);
  for (let account = 0; account + 1 < firstPosition.length; account++) {
    const own = account * currencies.length;
    const end = firstPosition[account + 1];
    for (let p = firstPosition[account]; p < end; p++) {
      const index = instrument[p];
      if (settlement[index] < 0) continue;
      const entry = entryPrice[p];
      const move = inverse[index] > 0 ? 1 / entry - inverse[index] : forward[index] - entry;
      cash[own + settlement[index]] += quantity[p] * (contractSize[index] * move);
    }
  }
}

/** By instrument of the market. */
interface Futures {
  /** Currency of `SortedHoldings.currencies`; -1: no future, or no price says what it has gained: its row has a fault. */
  readonly settlement: Int32Array;
  readonly contractSize: Float64Array;
  readonly forward: Float64Array;
  /** 1 / forward of those that are worth the difference of inverse prices; 0 of others. */
  readonly inverse: Float64Array;
}

function futuresOf({ instruments, forward }: Market, currencies: readonly string[]): Futures {
  const settlement = new Int32Array(instruments.length).fill(-1);
  const inverse = new Float64Array(instruments.length);
  instruments.forEach((instrument, index) => {
    if (!isFuture(instrument) || !(forward[index] > 0 && forward[index] < Infinity)) return;
    settlement[index] = currencies.indexOf(instrument.settlementCurrency);
    if (instrument.payoff === 'inverse') inverse[index] = 1 / forward[index];
  });
  return { settlement, contractSize: Float64Array.from(instruments, (each) => each.contractSize), forward, inverse };
}

function currenciesOf(book: Book, market: Market, isHeld: Uint8Array): string[] {
  const currencies = new Set(book.currencies);
  market.instruments.forEach((instrument, index) => {
    if (isHeld[index] === 1 && isFuture(instrument)) currencies.add(instrument.settlementCurrency);
  });
  return [...currencies];
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
