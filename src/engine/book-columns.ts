import {
  FAULT_NONE,
  FAULT_REFUSED,
  FLAG_BITS,
  FLAG_END_EXPIRY,
  FLAG_END_GROUP,
  FLAG_LINEAR,
  FLAG_MASK,
  SHAPE_CALL,
  SHAPE_FUTURE,
} from '../../assembly/portable/layout.ts';
import { headerWords, type Arena } from '../columns/arena.ts';
import type { CashColumns } from '../domain/book.ts';
import type { Instrument } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import type { InstrumentRows } from './instrument-rows.ts';
import type { SortedBook } from './sorted-book.ts';

/** One position as the engine holds it. */
export interface HeldPosition {
  readonly row: number;
  readonly quantity: number;
  readonly entryPrice: number;
}

export interface BookColumnsOptions {
  /** Of the market. */
  readonly instruments: readonly Instrument[];
  readonly accountIds: readonly string[];
  /** If the model has no margin for open orders, an account that has any is refused. */
  readonly ordersMargined: boolean;
  /** Entry prices of options are kept; else they are dropped, as those of spot are. */
  readonly optionEntries: boolean;
  readonly pooled: string | null;
}

/** A netting set as data, before it is placed in the columns. */
export interface HeldSet {
  readonly account: number;
  readonly currency: number;
  /** Sorted by row. */
  readonly positions: readonly HeldPosition[];
  /** Open orders, `entryPrice` their limit; sorted by row, limit, quantity. */
  readonly orders: readonly HeldPosition[];
  readonly cashAmount: number;
  readonly addOn: number;
  readonly fault: number;
}

/** A netting set that will be written: its present index, -1 if it is new, and how many positions it will hold. */
export interface BlockChange {
  readonly set: number;
  readonly count: number;
}

/**
 * Slots of a block that grows: a quarter more than needed where there is room, as an account that grows once tends to
 * grow again.
 */
function slotsOf(positionCount: number, spare: boolean): number {
  return spare ? positionCount + (positionCount >> 2) + 1 : positionCount;
}

/**
 * The book inside the arena, and the cold column beside it: entry prices, which no kernel reads.
 *
 * Netting sets stand in (account, currency) order without gaps, so that results, totals and hashes are those of a book
 * built afresh.
 * Blocks of positions may lie anywhere: an update that outgrows its block moves to the free end, and the blocks are
 * packed
 * again when the end is reached.
 */
export class BookColumns {
  readonly arena: Arena;
  readonly rows: InstrumentRows;
  readonly accountIds: string[];
  setCount = 0;
  /** Raised whenever netting sets are opened or closed: rows of columns kept elsewhere are then others. */
  structureVersion = 0;
  /** First free position slot. */
  positionTop = 0;
  /** Host column parallel to the position slots. */
  readonly entryPrice: Float64Array;
  /** Position slots a set may use in place. */
  readonly slotCount: Uint32Array;
  /** Netting sets that fit; the row after them is for `writeVisitor`. */
  readonly setCapacity: number;
  /** Reporting currency if accounts are pooled, else null. */
  readonly pooled: string | null;
  /** Account → first netting set; one more element than accounts. */
  accountFirstSet: Uint32Array;
  readonly #rowEntry: Uint32Array;
  readonly #contractSize: Float64Array;
  readonly #ordersMargined: boolean;
  readonly #optionEntries: boolean;

  constructor(arena: Arena, rows: InstrumentRows, options: BookColumnsOptions) {
    const { instruments, accountIds, ordersMargined, optionEntries, pooled } = options;
    this.#ordersMargined = ordersMargined;
    this.#optionEntries = optionEntries;
    this.pooled = pooled;
    this.setCapacity = arena.plan.counts.nettingSetCapacity - 1;
    const { counts } = arena.plan;
    this.arena = arena;
    this.rows = rows;
    this.accountIds = [...accountIds];
    this.entryPrice = new Float64Array(counts.positionCapacity);
    this.slotCount = new Uint32Array(counts.nettingSetCapacity);
    this.accountFirstSet = new Uint32Array(accountIds.length + 1);
    this.#rowEntry = Uint32Array.from(
      rows.shape,
      (shape, row) => (row << FLAG_BITS) | (shape < SHAPE_CALL ? FLAG_LINEAR : 0),
    );
    this.#contractSize = Float64Array.from(rows.instrumentOf, (instrument) => instruments[instrument].contractSize);
  }

  load(sorted: SortedBook): void {
    const { nettingSet, position } = this.arena.views;
    const { sets, setCount } = sorted;
    nettingSet.account.set(sets.account);
    nettingSet.currency.set(sets.currency);
    nettingSet.fault.set(sets.quarantined);
    nettingSet.firstPosition.set(sets.firstPosition);
    nettingSet.positionCount.set(sets.positionCount);
    nettingSet.cash.set(sets.cashAmount);
    nettingSet.addOn.set(sets.addOn);
    nettingSet.orderCount.set(sets.orderCount);
    this.slotCount.set(sets.positionCount.map((count, set) => count + sets.orderCount[set]));
    position.quantity.set(sorted.quantity);
    this.entryPrice.set(sorted.entryPrice);
    for (let p = 0; p < sorted.row.length; p++) position.row[p] = this.#rowEntry[sorted.row[p]]!;
    this.positionTop = sorted.row.length;
    this.setCount = setCount;
    for (let set = 0; set < setCount; set++) this.#finishSet(set);
    this.indexAccounts();
  }

  /** Row of the instrument in a position slot. */
  rowAt(slot: number): number {
    return this.arena.views.position.row[slot] >>> FLAG_BITS;
  }

  readSet(set: number): HeldSet {
    const { nettingSet, position } = this.arena.views;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    const held: HeldPosition[] = [];
    for (let slot = first; slot < end + nettingSet.orderCount[set]; slot++) {
      held.push({ row: this.rowAt(slot), quantity: position.quantity[slot], entryPrice: this.entryPrice[slot] });
    }
    const fault = nettingSet.fault[set];
    return {
      account: nettingSet.account[set],
      currency: nettingSet.currency[set],
      positions: held.slice(0, end - first),
      orders: held.slice(end - first),
      cashAmount: nettingSet.cash[set],
      addOn: nettingSet.addOn[set],
      // A refusal follows from what is held: it is found again when the set is written.
      fault: fault === FAULT_REFUSED ? FAULT_NONE : fault,
    };
  }

  /** Writes a netting set at `set`, reusing its block where it fits; the caller has reserved room at the free end. */
  writeSet(set: number, held: HeldSet, spare: boolean): void {
    const { nettingSet } = this.arena.views;
    const count = held.positions.length + held.orders.length;
    if (count > this.slotCount[set]) {
      const slots = slotsOf(count, spare);
      nettingSet.firstPosition[set] = this.positionTop;
      this.slotCount[set] = slots;
      this.positionTop += slots;
    }
    this.#fillSet(set, held);
  }

  /**
   * Writes a netting set in the row after the last, in free slots, so that a kernel can margin it although the book
   * does not hold it; the next call overwrites it. Returns the row. Throws `LimitExceeded` without room for the slots.
   */
  writeVisitor(held: HeldSet): number {
    const { nettingSet, position } = this.arena.views;
    const count = held.positions.length + held.orders.length;
    if (this.positionTop + count > position.row.length) this.#pack();
    if (this.positionTop + count > position.row.length) {
      throw new MargridError(
        'LimitExceeded',
        `${count} positions need more room than the engine has left (option positionCapacity)`,
      );
    }
    nettingSet.firstPosition[this.setCount] = this.positionTop;
    this.#fillSet(this.setCount, held);
    return this.setCount;
  }

  /** Writes what the set holds into its slots. */
  #fillSet(set: number, held: HeldSet): void {
    const { nettingSet, position } = this.arena.views;
    const first = nettingSet.firstPosition[set];
    const write = ({ row, quantity, entryPrice }: HeldPosition, slot: number): void => {
      position.row[slot] = this.#rowEntry[row]!;
      position.quantity[slot] = quantity;
      this.entryPrice[slot] = entryPrice;
    };
    const firstOrder = first + held.positions.length;
    held.positions.forEach((each, index) => write(each, first + index));
    held.orders.forEach((each, index) => write(each, firstOrder + index));
    nettingSet.account[set] = held.account;
    nettingSet.currency[set] = held.currency;
    nettingSet.positionCount[set] = held.positions.length;
    nettingSet.orderCount[set] = held.orders.length;
    nettingSet.addOn[set] = held.addOn;
    nettingSet.fault[set] = held.fault;
    nettingSet.cash[set] = held.cashAmount;
    this.#finishSet(set);
  }

  /**
   * Keeps a share of every position of a set (0: none, 1: all) and sets its cash. A set that loses positions loses its
   * open orders and its add-on as well. Its block stays as it is: `restoreSet` can put back what was there.
   */
  reduceSet(set: number, keep: number, cash: number): void {
    const { nettingSet, position } = this.arena.views;
    nettingSet.cash[set] = cash + 0;
    if (keep === 1) return;
    if (keep === 0) nettingSet.positionCount[set] = 0;
    nettingSet.orderCount[set] = 0;
    nettingSet.addOn[set] = 0;
    const first = nettingSet.firstPosition[set];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) position.quantity[slot] *= keep;
    this.#finishSet(set);
  }

  /** What a set held before `reduceSet`: its counts, cash and add-on have been put back already. */
  restoreSet(set: number, quantities: Float64Array | null): void {
    const { nettingSet, position } = this.arena.views;
    if (quantities !== null) position.quantity.set(quantities, nettingSet.firstPosition[set]);
    this.#finishSet(set);
  }

  /**
   * Cash of all sets at once; sets without a row get none, and a set that then holds nothing goes. `currencyOf`: row of
   * the cash columns'
   * currencies in the engine's. Throws `EngineState` and changes nothing if a row has no netting set or one set has two
   * rows.
   */
  replaceCash(cash: CashColumns, currencyOf: Uint8Array): void {
    const { nettingSet } = this.arena.views;
    const amounts = new Float64Array(this.setCount).fill(NaN);
    for (let i = 0; i < cash.amount.length; i++) {
      const set = this.#setOf(cash.accountIndex[i], currencyOf[cash.currencyIndex[i]]);
      const amount = cash.amount[i] + 0;
      if (set < 0 && amount === 0) continue;
      if (set < 0 || !Number.isNaN(amounts[set]) || !Number.isFinite(amount)) {
        const account = this.accountIds[cash.accountIndex[i]] ?? `number ${cash.accountIndex[i]}`;
        throw new MargridError(
          'EngineState',
          `cash row ${i + 1}: account ${account} has no netting set for it, or two rows, or no finite amount`,
        );
      }
      amounts[set] = amount;
    }
    nettingSet.cash.set(amounts.map((amount) => (Number.isNaN(amount) ? 0 : amount)));
    this.#dropEmptySets();
  }

  /** Netting set of an account and currency, -1 if there is none. */
  #setOf(account: number, currency: number): number {
    if (!(account < this.accountIds.length)) return -1;
    const { currency: currencies } = this.arena.views.nettingSet;
    for (let set = this.accountFirstSet[account]; set < this.accountFirstSet[account + 1]; set++) {
      if (currencies[set] === currency) return set;
    }
    return -1;
  }

  #dropEmptySets(): void {
    const { nettingSet } = this.arena.views;
    const kept: number[] = [];
    for (let set = 0; set < this.setCount; set++) {
      const isEmpty =
        this.#blockCount(set) === 0 &&
        nettingSet.cash[set] === 0 &&
        nettingSet.addOn[set] === 0 &&
        nettingSet.fault[set] === 0;
      if (!isEmpty) kept.push(set);
    }
    if (kept.length === this.setCount) return;
    this.rearrangeSets(
      Int32Array.from(kept),
      Uint32Array.from(kept, (set) => nettingSet.account[set]),
    );
    this.indexAccounts();
  }

  /**
   * Makes room at the free end for the changes; returns whether there is room for spare slots too. Blocks that still
   * fit stay where they are.
   * If the free end is too short, the blocks are packed and those of the changed sets dropped, because all of them will
   * be written anew.
   * Throws `LimitExceeded` and changes nothing if even then the positions do not fit.
   */
  reserveSlots(changes: readonly BlockChange[]): boolean {
    const { nettingSet, position } = this.arena.views;
    const capacity = position.row.length;
    const isOutgrown = ({ set, count }: BlockChange): boolean => count > (set < 0 ? 0 : this.slotCount[set]);
    const needed = (spare: boolean): number =>
      changes.filter(isOutgrown).reduce((sum, { count }) => sum + slotsOf(count, spare), 0);
    if (this.positionTop + needed(true) <= capacity) return true;
    if (this.positionTop + needed(false) <= capacity) return false;
    let total = 0;
    for (let set = 0; set < this.setCount; set++) total += this.#blockCount(set);
    for (const { set, count } of changes) total += count - (set < 0 ? 0 : this.#blockCount(set));
    if (total > capacity) {
      throw new MargridError(
        'LimitExceeded',
        `the changed book has ${total} positions, the engine was created with room for ${capacity} (option positionCapacity)`,
      );
    }
    for (const { set } of changes) if (set >= 0) nettingSet.positionCount[set] = nettingSet.orderCount[set] = 0;
    this.#pack();
    return this.positionTop + needed(true) <= capacity;
  }

  /**
   * Opens and closes gaps in the netting set columns: `sources[i]` is the present index of the set that shall stand at
   * i, or -1 for a
   * new one of account `accounts[i]`. Moves whole columns once, however many sets come and go.
   */
  rearrangeSets(sources: Int32Array, accounts: Uint32Array): void {
    const { nettingSet } = this.arena.views;
    const columns = [
      nettingSet.currency,
      nettingSet.fault,
      nettingSet.firstPosition,
      nettingSet.positionCount,
      nettingSet.cash,
      nettingSet.entryValue,
      nettingSet.addOn,
      nettingSet.orderCount,
      this.slotCount,
    ];
    for (const column of columns) {
      const old = column.slice(0, this.setCount);
      for (let set = 0; set < sources.length; set++) column[set] = sources[set] < 0 ? 0 : old[sources[set]];
    }
    nettingSet.account.set(accounts);
    this.setCount = sources.length;
    this.structureVersion++;
  }

  /** Recomputes `accountFirstSet` from the sets. */
  indexAccounts(): void {
    const { account } = this.arena.views.nettingSet;
    const firstSet = new Uint32Array(this.accountIds.length + 1);
    let set = 0;
    for (let index = 0; index < this.accountIds.length; index++) {
      firstSet[index] = set;
      while (set < this.setCount && account[set] === index) set++;
    }
    firstSet[this.accountIds.length] = set;
    this.accountFirstSet = firstSet;
    this.arena.header[headerWords.nettingSetCount] = this.setCount;
    this.arena.header[headerWords.accountCount] = this.accountIds.length;
  }

  /**
   * Flags; no entry price where none matters, so that equal books are equal; and the entry value: what a future is
   * worth besides its mark is a constant of the position, so it is summed once.
   */
  #finishSet(set: number): void {
    const { nettingSet, position } = this.arena.views;
    const { group, expiry, shape } = this.rows;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    let entryValue = 0;
    for (let slot = first; slot < end; slot++) {
      const entry = position.row[slot];
      const row = entry >>> FLAG_BITS;
      const next = slot + 1 < end ? this.rowAt(slot + 1) : -1;
      const endGroup = next < 0 || group[next] !== group[row];
      const isOption = shape[row] >= SHAPE_CALL;
      let flags = isOption ? 0 : FLAG_LINEAR;
      if (endGroup) flags |= FLAG_END_GROUP;
      if (isOption && (endGroup || expiry[next] !== expiry[row])) flags |= FLAG_END_EXPIRY;
      position.row[slot] = (entry & ~FLAG_MASK) | flags;
      if (shape[row] === SHAPE_FUTURE) entryValue += this.#entryValue(row, position.quantity[slot], this.entryPrice[slot]);
      else if (!isOption || !this.#optionEntries) this.entryPrice[slot] = 0;
    }
    nettingSet.entryValue[set] = entryValue;
    const orderEnd = end + nettingSet.orderCount[set];
    for (let slot = end; slot < orderEnd; slot++) position.row[slot] = position.row[slot] & ~FLAG_MASK;
    if (position.price.length > 0) position.price.set(this.entryPrice.subarray(first, orderEnd), first);
    const isRefused = orderEnd > end && !this.#ordersMargined;
    if (isRefused && nettingSet.fault[set] === FAULT_NONE) nettingSet.fault[set] = FAULT_REFUSED;
  }

  /** Positions and orders of a set: the slots that it uses. */
  #blockCount(set: number): number {
    const { positionCount, orderCount } = this.arena.views.nettingSet;
    return positionCount[set] + orderCount[set];
  }

  /**
   * Constant part of a future's value: inverse q·size/entry, linear -q·size·entry (docs/models/deribit-pm.md, section
   * H).
   */
  #entryValue(row: number, quantity: number, entryPrice: number): number {
    const size = quantity * this.#contractSize[row];
    return this.arena.views.group.inverse[this.rows.group[row]] === 1 ? size / entryPrice : -(size * entryPrice);
  }

  /** Packs the position blocks in netting set order. */
  #pack(): void {
    const { nettingSet, position } = this.arena.views;
    const oldRow = position.row.slice(0, this.positionTop);
    const oldQuantity = position.quantity.slice(0, this.positionTop);
    const oldEntry = this.entryPrice.slice(0, this.positionTop);
    let top = 0;
    for (let set = 0; set < this.setCount; set++) {
      const first = nettingSet.firstPosition[set];
      const count = this.#blockCount(set);
      position.row.set(oldRow.subarray(first, first + count), top);
      position.quantity.set(oldQuantity.subarray(first, first + count), top);
      this.entryPrice.set(oldEntry.subarray(first, first + count), top);
      if (position.price.length > 0) position.price.set(this.entryPrice.subarray(top, top + count), top);
      nettingSet.firstPosition[set] = top;
      this.slotCount[set] = count;
      top += count;
    }
    this.positionTop = top;
  }
}
