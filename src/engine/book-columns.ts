import { FLAG_BITS, FLAG_END_EXPIRY, FLAG_END_GROUP, FLAG_LINEAR, FLAG_MASK, SHAPE_CALL, SHAPE_FUTURE } from '../../assembly/portable/layout.ts';
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

/** A netting set as data, before it is placed in the columns. */
export interface HeldSet {
  readonly account: number;
  readonly currency: number;
  /** Sorted by row. */
  readonly positions: readonly HeldPosition[];
  readonly cashAmount: number;
  readonly addOn: number;
  readonly fault: number;
}

/** Slots of a block that grows: a quarter more than needed where there is room, as an account that grows once tends to grow again. */
function slotsOf(positionCount: number, spare: boolean): number {
  return spare ? positionCount + (positionCount >> 2) + 1 : positionCount;
}

/**
 * The book inside the arena, and the cold column beside it: entry prices, which no kernel reads.
 *
 * Netting sets stand in (account, currency) order without gaps, so that results, totals and hashes are those of a book built afresh.
 * Blocks of positions may lie anywhere: an update that outgrows its block moves to the free end, and the blocks are packed
 * again when the end is reached.
 */
export class BookColumns {
  readonly arena: Arena;
  readonly rows: InstrumentRows;
  readonly accountIds: string[];
  setCount = 0;
  /** First free position slot. */
  positionTop = 0;
  /** Host column parallel to the position slots. */
  readonly entryPrice: Float64Array;
  /** Position slots a set may use in place. */
  readonly slotCount: Uint32Array;
  /** Account → first netting set; one more element than accounts. */
  accountFirstSet: Uint32Array;
  readonly #rowEntry: Uint32Array;
  readonly #contractSize: Float64Array;

  constructor(arena: Arena, rows: InstrumentRows, instruments: readonly Instrument[], accountIds: readonly string[]) {
    const { counts } = arena.plan;
    this.arena = arena;
    this.rows = rows;
    this.accountIds = [...accountIds];
    this.entryPrice = new Float64Array(counts.positionCapacity);
    this.slotCount = new Uint32Array(counts.nettingSetCapacity);
    this.accountFirstSet = new Uint32Array(accountIds.length + 1);
    this.#rowEntry = Uint32Array.from(rows.shape, (shape, row) => (row << FLAG_BITS) | (shape < SHAPE_CALL ? FLAG_LINEAR : 0));
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
    this.slotCount.set(sets.positionCount);
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
    const positions: HeldPosition[] = [];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      positions.push({ row: this.rowAt(slot), quantity: position.quantity[slot], entryPrice: this.entryPrice[slot] });
    }
    return {
      account: nettingSet.account[set],
      currency: nettingSet.currency[set],
      positions,
      cashAmount: nettingSet.cash[set],
      addOn: nettingSet.addOn[set],
      fault: nettingSet.fault[set],
    };
  }

  /** Writes a netting set at `set`, reusing its block where it fits; the caller has reserved room at the free end. */
  writeSet(set: number, held: HeldSet, spare: boolean): void {
    const { nettingSet, position } = this.arena.views;
    const count = held.positions.length;
    if (count > this.slotCount[set]) {
      const slots = slotsOf(count, spare);
      nettingSet.firstPosition[set] = this.positionTop;
      this.slotCount[set] = slots;
      this.positionTop += slots;
    }
    const first = nettingSet.firstPosition[set];
    held.positions.forEach(({ row, quantity, entryPrice }, index) => {
      position.row[first + index] = this.#rowEntry[row]!;
      position.quantity[first + index] = quantity;
      this.entryPrice[first + index] = entryPrice;
    });
    nettingSet.account[set] = held.account;
    nettingSet.currency[set] = held.currency;
    nettingSet.positionCount[set] = count;
    nettingSet.addOn[set] = held.addOn;
    nettingSet.fault[set] = held.fault;
    nettingSet.cash[set] = held.cashAmount;
    this.#finishSet(set);
  }

  /** Cash of all sets at once. `currencyOf`: row of the cash columns' currencies in the engine's. */
  replaceCash(cash: CashColumns, currencyOf: Uint8Array): void {
    const { currency, cash: amounts } = this.arena.views.nettingSet;
    amounts.fill(0, 0, this.setCount);
    for (let i = 0; i < cash.amount.length; i++) {
      const account = cash.accountIndex[i];
      let set = this.accountFirstSet[account];
      const end = this.accountFirstSet[account + 1];
      while (set < end && currency[set] !== currencyOf[cash.currencyIndex[i]]) set++;
      if (set === end && cash.amount[i] !== 0) {
        throw new MargridError('EngineState', `account ${this.accountIds[account]} has no netting set for its cash: use update()`);
      }
      if (set < end) amounts[set] = cash.amount[i]!;
    }
  }

  /**
   * Makes room at the free end for blocks of these position counts. Returns whether there is room for spare slots too.
   * Throws `LimitExceeded` and changes nothing if even the positions do not fit.
   */
  reserveSlots(positionCounts: readonly number[]): boolean {
    const capacity = this.arena.views.position.row.length;
    const total = (spare: boolean): number => positionCounts.reduce((sum, count) => sum + slotsOf(count, spare), 0);
    if (this.positionTop + total(true) <= capacity) return true;
    let held = 0;
    for (let set = 0; set < this.setCount; set++) held += this.arena.views.nettingSet.positionCount[set];
    const slots = total(false);
    if (held + slots > capacity) {
      throw new MargridError(
        'LimitExceeded',
        `the update needs room for ${held + slots} positions, the engine was created with capacity for ${capacity} ` +
          '(option positionCapacity)',
      );
    }
    this.#pack();
    return this.positionTop + total(true) <= capacity;
  }

  /**
   * Opens and closes gaps in the netting set columns: `sources[i]` is the present index of the set that shall stand at i, or -1 for a
   * new one of account `accounts[i]`. Moves whole columns once, however many sets come and go.
   */
  rearrangeSets(sources: Int32Array, accounts: Uint32Array): void {
    const { nettingSet } = this.arena.views;
    const columns = [nettingSet.currency, nettingSet.fault, nettingSet.firstPosition,
      nettingSet.positionCount, nettingSet.cash, nettingSet.entryValue, nettingSet.addOn, this.slotCount];
    for (const column of columns) {
      const old = column.slice(0, this.setCount);
      for (let set = 0; set < sources.length; set++) column[set] = sources[set] < 0 ? 0 : old[sources[set]];
    }
    nettingSet.account.set(accounts);
    this.setCount = sources.length;
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

  /** Flags, and the entry value: what a future is worth besides its mark is a constant of the position, so it is summed once. */
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
    }
    nettingSet.entryValue[set] = entryValue;
  }

  /** Constant part of a future's value: inverse q·size/entry, linear -q·size·entry (docs/models/deribit-pm.md, section H). */
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
      const count = nettingSet.positionCount[set];
      position.row.set(oldRow.subarray(first, first + count), top);
      position.quantity.set(oldQuantity.subarray(first, first + count), top);
      this.entryPrice.set(oldEntry.subarray(first, first + count), top);
      nettingSet.firstPosition[set] = top;
      this.slotCount[set] = count;
      top += count;
    }
    this.positionTop = top;
  }
}
