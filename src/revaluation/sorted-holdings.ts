import type { Book } from '../domain/book.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
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
  const order = byAccount(accountIndex, byInstrument(instrumentIndex, market.instruments.length), accountCount);
  const firstPosition = new Uint32Array(accountCount + 1);
  for (const account of accountIndex) firstPosition[account + 1]++;
  for (let account = 0; account < accountCount; account++) firstPosition[account + 1] += firstPosition[account];
  const isHeld = new Uint8Array(market.instruments.length);
  const instrument = Uint32Array.from(order, (row) => instrumentIndex[row]);
  for (const each of instrument) isHeld[each] = 1;
  const currencies = currenciesOf(book, market, isHeld);
  const cash = new Float64Array(accountCount * currencies.length);
  book.cash.amount.forEach((amount, row) => {
    cash[book.cash.accountIndex[row] * currencies.length + book.cash.currencyIndex[row]] += amount;
  });
  const settlement = market.instruments.map(({ settlementCurrency }) => currencies.indexOf(settlementCurrency));
  order.forEach((row, place) => {
    const index = instrument[place];
    const account = accountIndex[row];
    if (place > firstPosition[account] && instrument[place - 1] === index) throw duplicate(book, market, row);
    const gain = gainSinceEntry(market.instruments[index], market.forward[index], entryPrice[row]);
    if (gain !== 0) cash[account * currencies.length + settlement[index]] += quantity[row] * gain;
  });
  return { currencies, firstPosition, instrument, quantity: Float64Array.from(order, (row) => quantity[row]), cash, isHeld };
}

/** Of one contract in its settlement currency; 0 where the whole value counts, and where no price says: its row does. */
function gainSinceEntry({ kind, payoff, contractSize }: Instrument, forward: number, entryPrice: number): number {
  if (kind !== 'future' && kind !== 'perpetual') return 0;
  if (!(forward > 0 && forward < Infinity)) return 0;
  return payoff === 'inverse' ? contractSize * (1 / entryPrice - 1 / forward) : contractSize * (forward - entryPrice);
}

function currenciesOf(book: Book, market: Market, isHeld: Uint8Array): string[] {
  const currencies = new Set(book.currencies);
  market.instruments.forEach(({ kind, settlementCurrency }, index) => {
    if (isHeld[index] === 1 && (kind === 'future' || kind === 'perpetual')) currencies.add(settlementCurrency);
  });
  return [...currencies];
}

/** Places of the positions in market order: a counting sort. */
function byInstrument(instrumentIndex: Uint32Array, instrumentCount: number): Uint32Array {
  return countingSort(instrumentIndex, null, instrumentCount);
}

/** Those places, account by account, otherwise as they were. */
function byAccount(accountIndex: Uint32Array, order: Uint32Array, accountCount: number): Uint32Array {
  return countingSort(accountIndex, order, accountCount);
}

function countingSort(key: Uint32Array, before: Uint32Array | null, keyCount: number): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (const each of key) next[each + 1]++;
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
  return new BadInputError([{ code: 'PositionDuplicate', row: row + 1, column: 'instrumentIndex', value: instrument, message }]);
}
