import { FAULT_INPUT, FAULT_NONE } from '../../assembly/portable/layout.ts';
import { BadInputError, type Problem } from '../errors.ts';
import { limits, requireWithinLimit } from '../limits.ts';
import type { Book, CashColumns, OrderColumns } from '../domain/book.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/**
 * A book in the engine's order: positions by (account, instrument row), cash by (account, currency), netting sets laid
 * out.
 */
export interface SortedBook {
  readonly accountIds: readonly string[];
  /** Per position, in canonical order; open orders of a set follow its positions. */
  readonly row: Uint32Array;
  readonly quantity: Float64Array;
  /** Entry price of a position, limit price of an order. */
  readonly entryPrice: Float64Array;
  /** Per netting set, in (account, currency) order. */
  readonly sets: SortedSets;
  readonly setCount: number;
}

export interface SortedSets {
  readonly account: Uint32Array;
  readonly currency: Uint8Array;
  readonly firstPosition: Uint32Array;
  readonly positionCount: Uint32Array;
  readonly cashAmount: Float64Array;
  readonly addOn: Float64Array;
  /** Open orders, in the slots after the positions. */
  readonly orderCount: Uint32Array;
  /** 1 where the account was quarantined before the engine saw it. */
  readonly quarantined: Uint8Array;
}

/** Below this many positions an insertion sort beats everything else; most accounts hold fewer. */
const insertionSortMax = 24;
/** Rows are below 2^18 and positions of one account at most 2^20: both fit one exact f64 key. */
const indexBase = 2 ** 20;

/** Throws `BadInputError` on a duplicate position or cash row. */
export function sortBook(book: Book, rows: InstrumentRows): SortedBook {
  requireWithinLimit('accountCountMax', book.accountIds.length);
  requireWithinLimit('positionCountMax', book.positions.quantity.length + (book.orders?.quantity.length ?? 0));
  const { firstOf, row, quantity, entryPrice } = scatterPositions(book, rows);
  const accountCount = book.accountIds.length;
  for (let account = 0; account < accountCount; account++) {
    sortRange(row, quantity, entryPrice, firstOf[account], firstOf[account + 1]);
  }
  refuseDuplicates(book, rows, firstOf, row);
  const orders = sortOrders(book, rows);
  const sets = layOutSets(book, rows, { firstOf, row }, orders);
  const positions = { row, quantity, entryPrice };
  const slots = orders.row.length === 0 ? positions : withOrders(positions, orders, sets);
  return { accountIds: book.accountIds, ...slots, sets, setCount: sets.account.length };
}

interface Slots {
  readonly row: Uint32Array;
  readonly quantity: Float64Array;
  readonly entryPrice: Float64Array;
}

interface SortedOrders extends Slots {
  /** Account → its first order; one more element than accounts. */
  readonly firstOf: Uint32Array;
}

/** Orders by (account, instrument row, limit price, quantity): equal books have equal columns. */
function sortOrders(book: Book, rows: InstrumentRows): SortedOrders {
  const { accountIndex, instrumentIndex, quantity, limitPrice } = book.orders ?? noOrders;
  const firstOf = new Uint32Array(book.accountIds.length + 1);
  for (const account of accountIndex) firstOf[account + 1]++;
  for (let a = 0; a < book.accountIds.length; a++) firstOf[a + 1] += firstOf[a];
  const order = Uint32Array.from(quantity.keys()).sort(
    (a, b) =>
      accountIndex[a] - accountIndex[b] ||
      rows.rowOf[instrumentIndex[a]] - rows.rowOf[instrumentIndex[b]] ||
      limitPrice[a] - limitPrice[b] ||
      quantity[a] - quantity[b],
  );
  return {
    firstOf,
    row: order.map((from) => rows.rowOf[instrumentIndex[from]]),
    quantity: Float64Array.from(order, (from) => quantity[from]),
    entryPrice: Float64Array.from(order, (from) => limitPrice[from]),
  };
}

const noOrders: OrderColumns = {
  accountIndex: new Uint32Array(0),
  instrumentIndex: new Uint32Array(0),
  quantity: new Float64Array(0),
  limitPrice: new Float64Array(0),
};

/** Positions and orders of each set in one block; moves `sets.firstPosition` accordingly. Both lists are in set order. */
function withOrders(positions: Slots, orders: Slots, sets: SortedSets): Slots {
  const count = positions.row.length + orders.row.length;
  const merged = {
    row: new Uint32Array(count),
    quantity: new Float64Array(count),
    entryPrice: new Float64Array(count),
  };
  let to = 0;
  const copy = (from: Slots, first: number, end: number): void => {
    merged.row.set(from.row.subarray(first, end), to);
    merged.quantity.set(from.quantity.subarray(first, end), to);
    merged.entryPrice.set(from.entryPrice.subarray(first, end), to);
    to += end - first;
  };
  let order = 0;
  for (let set = 0; set < sets.account.length; set++) {
    const first = sets.firstPosition[set];
    sets.firstPosition[set] = to;
    copy(positions, first, first + sets.positionCount[set]);
    copy(orders, order, order + sets.orderCount[set]);
    order += sets.orderCount[set];
  }
  return merged;
}

/** Counting sort by account. */
function scatterPositions(book: Book, rows: InstrumentRows) {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const count = quantity.length;
  const firstOf = new Uint32Array(book.accountIds.length + 1);
  for (let p = 0; p < count; p++) firstOf[accountIndex[p] + 1]++;
  for (let a = 0; a < book.accountIds.length; a++) {
    requireWithinLimit('positionCountPerAccountMax', firstOf[a + 1]);
    firstOf[a + 1] += firstOf[a];
  }
  const next = firstOf.slice();
  const sorted = {
    firstOf,
    row: new Uint32Array(count),
    quantity: new Float64Array(count),
    entryPrice: new Float64Array(count),
  };
  for (let p = 0; p < count; p++) {
    const to = next[accountIndex[p]]++;
    sorted.row[to] = rows.rowOf[instrumentIndex[p]]!;
    sorted.quantity[to] = quantity[p]!;
    sorted.entryPrice[to] = entryPrice[p]!;
  }
  return sorted;
}

/** Sorts three parallel columns by `row` within [first, end). */
export function sortRange(
  row: Uint32Array,
  quantity: Float64Array,
  entryPrice: Float64Array,
  first: number,
  end: number,
): void {
  let sorted = first + 1;
  while (sorted < end && row[sorted - 1] <= row[sorted]) sorted++;
  // So it is in every book that an engine has written: a snapshot.
  if (sorted >= end) return;
  if (end - first <= insertionSortMax) {
    for (let i = first + 1; i < end; i++) {
      const [r, q, e] = [row[i], quantity[i], entryPrice[i]];
      let j = i - 1;
      for (; j >= first && row[j] > r; j--) {
        row[j + 1] = row[j]!;
        quantity[j + 1] = quantity[j]!;
        entryPrice[j + 1] = entryPrice[j]!;
      }
      row[j + 1] = r;
      quantity[j + 1] = q;
      entryPrice[j + 1] = e;
    }
    return;
  }
  const keys = Float64Array.from(row.subarray(first, end), (r, index) => r * indexBase + index).sort();
  const oldQuantity = quantity.slice(first, end);
  const oldEntry = entryPrice.slice(first, end);
  keys.forEach((key, i) => {
    const from = key % indexBase;
    row[first + i] = (key - from) / indexBase;
    quantity[first + i] = oldQuantity[from]!;
    entryPrice[first + i] = oldEntry[from]!;
  });
}

function refuseDuplicates(book: Book, rows: InstrumentRows, firstOf: Uint32Array, row: Uint32Array): void {
  const problems: Problem[] = [];
  let problemCount = 0;
  for (let account = 0; account < book.accountIds.length; account++) {
    for (let p = firstOf[account] + 1; p < firstOf[account + 1]; p++) {
      if (row[p] !== row[p - 1]) continue;
      problemCount++;
      if (problems.length === limits.problemCountMax) continue;
      const instrument = rows.instrumentOf[row[p]];
      problems.push({
        code: 'PositionDuplicate',
        column: 'instrument',
        value: instrument,
        message: `account ${book.accountIds[account]} holds instrument number ${instrument} twice`,
      });
    }
  }
  if (problemCount > 0) throw new BadInputError(problems, problemCount);
}

const noCash: CashColumns = {
  accountIndex: new Uint32Array(0),
  currencyIndex: new Uint32Array(0),
  amount: new Float64Array(0),
};

/** Cash or add-on rows by account (counting sort): `firstOf` delimits, `currency` is the engine's currency row. */
function scatterCash(book: Book, columns: CashColumns | undefined, rows: InstrumentRows) {
  const { accountIndex, currencyIndex, amount } = columns ?? noCash;
  const currencyOf = Uint8Array.from(book.currencies, (name) => rows.currencies.indexOf(name));
  const firstOf = new Uint32Array(book.accountIds.length + 1);
  for (let i = 0; i < amount.length; i++) firstOf[accountIndex[i] + 1]++;
  for (let a = 0; a < book.accountIds.length; a++) firstOf[a + 1] += firstOf[a];
  const next = firstOf.slice();
  const currency = new Uint8Array(amount.length);
  const sorted = new Float64Array(amount.length);
  for (let i = 0; i < amount.length; i++) {
    const to = next[accountIndex[i]]++;
    currency[to] = currencyOf[currencyIndex[i]]!;
    // Adding 0 turns -0 into 0: equal books have equal hashes.
    sorted[to] = amount[i] + 0;
  }
  return { firstOf, currency, amount: sorted };
}

function duplicateCash(account: string, currency: string): BadInputError {
  const message = `account ${account} has two cash rows in ${currency}`;
  return new BadInputError([{ code: 'PositionDuplicate', column: 'instrument', value: currency, message }]);
}

/** A netting set exists where there is a position or cash that is not zero; a quarantined account always has one. */
function layOutSets(
  book: Book,
  rows: InstrumentRows,
  { firstOf, row }: { readonly firstOf: Uint32Array; readonly row: Uint32Array },
  orders: SortedOrders,
): SortedSets {
  const currencyOf = (instrumentRow: number): number => rows.groupCurrency[rows.group[instrumentRow]];
  const cash = scatterCash(book, book.cash, rows);
  const addOns = scatterCash(book, book.addOns, rows);
  const quarantined = new Set(book.quarantined.map(({ accountIndex }) => accountIndex));
  const list = new GrowingSets();
  const amountOf = new Float64Array(rows.currencies.length);
  const addOnOf = new Float64Array(rows.currencies.length);
  for (let account = 0; account < book.accountIds.length; account++) {
    readAmounts(book, rows, cash, account, amountOf);
    readAmounts(book, rows, addOns, account, addOnOf);
    const fault = quarantined.has(account) ? FAULT_INPUT : FAULT_NONE;
    const before = list.count;
    let p = firstOf[account];
    let order = orders.firstOf[account];
    for (let currency = 0; currency < amountOf.length; currency++) {
      const first = p;
      while (p < firstOf[account + 1] && currencyOf(row[p]) === currency) p++;
      const firstOrder = order;
      while (order < orders.firstOf[account + 1] && currencyOf(orders.row[order]) === currency) order++;
      const isEmpty = p === first && order === firstOrder;
      if (isEmpty && amountOf[currency] === 0 && addOnOf[currency] === 0) continue;
      list.push({
        account,
        currency,
        first,
        count: p - first,
        cash: amountOf[currency],
        addOn: addOnOf[currency],
        orders: order - firstOrder,
        fault,
      });
    }
    if (fault !== FAULT_NONE && list.count === before)
      list.push({ account, currency: rows.emptyCurrency, first: p, count: 0, cash: 0, addOn: 0, orders: 0, fault });
  }
  return list.finish();
}

/** Amounts of one account per currency into `amounts`. Throws `BadInputError` if a currency occurs twice. */
function readAmounts(
  book: Book,
  rows: InstrumentRows,
  columns: ReturnType<typeof scatterCash>,
  account: number,
  amounts: Float64Array,
): void {
  amounts.fill(0);
  const first = columns.firstOf[account];
  for (let i = first; i < columns.firstOf[account + 1]; i++) {
    const currency = columns.currency[i];
    for (let other = first; other < i; other++) {
      if (columns.currency[other] === currency)
        throw duplicateCash(book.accountIds[account], rows.currencies[currency]);
    }
    amounts[currency] = columns.amount[i];
  }
}

interface LaidOutSet {
  readonly account: number;
  readonly currency: number;
  readonly first: number;
  readonly count: number;
  readonly cash: number;
  readonly addOn: number;
  readonly orders: number;
  readonly fault: number;
}

/** Columns that grow by doubling while their length is not known. */
class GrowingSets {
  count = 0;
  #capacity = 1024;
  #account = new Uint32Array(this.#capacity);
  #currency = new Uint8Array(this.#capacity);
  #first = new Uint32Array(this.#capacity);
  #positions = new Uint32Array(this.#capacity);
  #cash = new Float64Array(this.#capacity);
  #addOn = new Float64Array(this.#capacity);
  #orders = new Uint32Array(this.#capacity);
  #quarantined = new Uint8Array(this.#capacity);

  push(set: LaidOutSet): void {
    if (this.count === this.#capacity) this.#grow();
    const at = this.count++;
    this.#account[at] = set.account;
    this.#currency[at] = set.currency;
    this.#first[at] = set.first;
    this.#positions[at] = set.count;
    this.#cash[at] = set.cash;
    this.#addOn[at] = set.addOn;
    this.#orders[at] = set.orders;
    this.#quarantined[at] = set.fault;
  }

  finish(): SortedSets {
    return {
      account: this.#account.subarray(0, this.count),
      currency: this.#currency.subarray(0, this.count),
      firstPosition: this.#first.subarray(0, this.count),
      positionCount: this.#positions.subarray(0, this.count),
      cashAmount: this.#cash.subarray(0, this.count),
      addOn: this.#addOn.subarray(0, this.count),
      orderCount: this.#orders.subarray(0, this.count),
      quarantined: this.#quarantined.subarray(0, this.count),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    const wider = <T extends Uint8Array | Uint32Array | Float64Array>(old: T): T => {
      const column = new (old.constructor as new (length: number) => T)(this.#capacity);
      column.set(old);
      return column;
    };
    this.#account = wider(this.#account);
    this.#currency = wider(this.#currency);
    this.#first = wider(this.#first);
    this.#positions = wider(this.#positions);
    this.#cash = wider(this.#cash);
    this.#addOn = wider(this.#addOn);
    this.#orders = wider(this.#orders);
    this.#quarantined = wider(this.#quarantined);
  }
}
