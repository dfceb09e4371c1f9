import { SHAPE_FUTURE } from '../../assembly/portable/layout.ts';
import { BadInputError, type ErrorCode, type Problem } from '../errors.ts';
import { limits, requireWithinLimit } from '../limits.ts';
import type { BlockChange, BookColumns, HeldPosition, HeldSet } from './book-columns.ts';

/** A position as it shall be from now on: quantity 0 removes it. */
export interface PositionChange {
  readonly account: string;
  readonly instrument: string;
  /** Signed contracts after the change. */
  readonly quantity: number;
  /** Quote currency per base unit; needed (> 0) for futures and perpetuals. */
  readonly entryPrice?: number;
}

/** A cash balance as it shall be from now on. */
export interface CashChange {
  readonly account: string;
  readonly currency: string;
  readonly amount: number;
}

/**
 * Margin added to the initial margin of a netting set (open orders, market-maker protection, spot orders), from now on.
 */
export interface AddOnChange {
  readonly account: string;
  readonly currency: string;
  /** Settlement currency, >= 0. */
  readonly amount: number;
}

/**
 * An open order. The orders given for one account and instrument replace all that it has there; quantity 0 stands for
 * no order.
 */
export interface OrderChange {
  readonly account: string;
  readonly instrument: string;
  /** Signed contracts that remain to be filled: buy > 0. */
  readonly quantity: number;
  /** Quote currency per base unit, > 0. */
  readonly limitPrice: number;
}

/** Changes to a book between two ticks; unknown accounts are opened. Of several changes to one item the last counts. */
export interface BookChanges {
  readonly positions?: readonly PositionChange[];
  readonly cash?: readonly CashChange[];
  readonly addOns?: readonly AddOnChange[];
  readonly orders?: readonly OrderChange[];
}

/** What becomes of one account. */
export interface AccountChange {
  readonly positions: Map<number, HeldPosition>;
  readonly cash: Map<number, number>;
  readonly addOns: Map<number, number>;
  /** By instrument row: all orders there. */
  readonly orders: Map<number, HeldPosition[]>;
}

/** No change yet. */
export function noChange(): AccountChange {
  return { positions: new Map(), cash: new Map(), addOns: new Map(), orders: new Map() };
}

/** What names mean to a book: account → row, instrument → row, currency → row. */
export interface Directory {
  readonly accountRow: ReadonlyMap<string, number>;
  readonly instrumentRow: ReadonlyMap<string, number>;
  readonly currencyRow: ReadonlyMap<string, number>;
}

/**
 * Applies changes; returns the accounts that were opened. All or nothing: bad changes throw `BadInputError` (rows are
 * 1-based positions in
 * the list given) and a full arena throws `LimitExceeded` before anything is written.
 */
export function applyBookChanges(book: BookColumns, directory: Directory, changes: BookChanges): string[] {
  requireValid(book, directory, changes);
  const opened: string[] = [];
  const byAccount = new Map<number, AccountChange>();
  const newRow = new Map<string, number>();
  const changeOf = (account: string): AccountChange => {
    let row = directory.accountRow.get(account) ?? newRow.get(account);
    if (row === undefined) {
      row = book.accountIds.length + opened.length;
      newRow.set(account, row);
      opened.push(account);
    }
    let change = byAccount.get(row);
    if (change === undefined) byAccount.set(row, (change = noChange()));
    return change;
  };
  collect(directory, changes, changeOf);
  requireWithinLimit('accountCountMax', book.accountIds.length + opened.length);
  write(book, byAccount, opened);
  return opened;
}

/** Sorts valid changes by what they change. */
function collect(directory: Directory, changes: BookChanges, changeOf: (account: string) => AccountChange): void {
  for (const { account, instrument, quantity, entryPrice } of changes.positions ?? []) {
    const row = directory.instrumentRow.get(instrument)!;
    changeOf(account).positions.set(row, { row, quantity, entryPrice: entryPrice ?? 0 });
  }
  // Adding 0 turns -0 into 0: equal books have equal hashes.
  for (const { account, currency, amount } of changes.cash ?? []) {
    changeOf(account).cash.set(directory.currencyRow.get(currency)!, amount + 0);
  }
  for (const { account, currency, amount } of changes.addOns ?? []) {
    changeOf(account).addOns.set(directory.currencyRow.get(currency)!, amount + 0);
  }
  for (const { account, instrument, quantity, limitPrice } of changes.orders ?? []) {
    const row = directory.instrumentRow.get(instrument)!;
    const { orders } = changeOf(account);
    const placed = orders.get(row) ?? [];
    if (quantity !== 0) placed.push({ row, quantity, entryPrice: limitPrice });
    orders.set(row, placed);
  }
}

/** The changes of one account. Throws `BadInputError`, also for a change that names another account. */
export function changeOfAccount(
  book: BookColumns,
  directory: Directory,
  account: string,
  changes: BookChanges,
): AccountChange {
  requireValid(book, directory, changes);
  const problems = Object.values(changes).flatMap((list: readonly { readonly account: string }[] | undefined) =>
    (list ?? []).flatMap(({ account: named }, row): Problem[] => {
      if (named === account) return [];
      const message = `must be ${account}, whose margin is asked for, got ${named}`;
      return [{ code: 'ValueInvalid', row: row + 1, column: 'account', value: named, message }];
    }),
  );
  if (problems.length > 0) throw new BadInputError(problems);
  const change = noChange();
  collect(directory, changes, () => change);
  return change;
}

function requireValid(book: BookColumns, directory: Directory, changes: BookChanges): void {
  const problems: Problem[] = [];
  const refuse = (code: ErrorCode, row: number, column: string, value: unknown, message: string): void => {
    problems.push({ code, row: row + 1, column, value, message });
  };
  const requireFinite = (row: number, column: string, value: number, max: number): void => {
    if (!(Math.abs(value) <= max))
      refuse('ValueNotFinite', row, column, value, `must be a number of at most ${max}, got ${value}`);
  };
  const requireAccount = (row: number, account: unknown): void => {
    if (typeof account === 'string' && account !== '') return;
    refuse('ValueMissing', row, 'account', account, `must be a name, got ${JSON.stringify(account) ?? 'nothing'}`);
  };
  changes.positions?.forEach(({ account, instrument, quantity, entryPrice }, row) => {
    requireAccount(row, account);
    const known = directory.instrumentRow.get(instrument);
    if (known === undefined) {
      refuse('InstrumentUnknown', row, 'instrument', instrument, `the market has no instrument '${instrument}'`);
      return;
    }
    requireFinite(row, 'quantity', quantity, limits.quantityMax);
    const price = entryPrice ?? 0;
    const needed = book.rows.shape[known] === SHAPE_FUTURE && quantity !== 0;
    if (!(price >= 0 && price <= limits.priceMax) || (needed && price === 0)) {
      refuse(
        'ValueOutOfRange',
        row,
        'entryPrice',
        entryPrice,
        `must be ${needed ? '> 0' : '>= 0'}, got ${String(entryPrice)}`,
      );
    }
  });
  const requireCurrency = (row: number, currency: string): void => {
    if (!directory.currencyRow.has(currency))
      refuse('CurrencyUnknown', row, 'currency', currency, `the market has no currency '${currency}'`);
    else if (book.pooled !== null && book.pooled !== currency)
      refuse('CurrencyUnknown', row, 'currency', currency, pooledCashRule(book.pooled, currency));
  };
  changes.cash?.forEach(({ account, currency, amount }, row) => {
    requireAccount(row, account);
    requireCurrency(row, currency);
    requireFinite(row, 'amount', amount, limits.quantityMax);
  });
  changes.orders?.forEach(({ account, instrument, quantity, limitPrice }, row) => {
    requireAccount(row, account);
    if (!directory.instrumentRow.has(instrument))
      refuse('InstrumentUnknown', row, 'instrument', instrument, `the market has no instrument '${instrument}'`);
    requireFinite(row, 'quantity', quantity, limits.quantityMax);
    if (!(limitPrice > 0 && limitPrice <= limits.priceMax) && quantity !== 0)
      refuse('ValueOutOfRange', row, 'limitPrice', limitPrice, `must be > 0, got ${limitPrice}`);
  });
  changes.addOns?.forEach(({ account, currency, amount }, row) => {
    requireAccount(row, account);
    requireCurrency(row, currency);
    if (!(amount >= 0 && amount <= limits.quantityMax)) {
      refuse('ValueOutOfRange', row, 'amount', amount, `must be >= 0, got ${amount}`);
    }
  });
  if (problems.length > 0) throw new BadInputError(problems.slice(0, limits.problemCountMax), problems.length);
}

/** Why cash in another currency than the reporting one cannot stand in a pooled account. */
export function pooledCashRule(pooled: string, currency: string): string {
  return `the model pools accounts in ${pooled}: cash in ${currency} must be a position in a spot instrument`;
}

/** New netting sets of one account after a change. */
export function changedSets(book: BookColumns, account: number, change: AccountChange): HeldSet[] {
  const held: HeldSet[] = [];
  if (account < book.accountIds.length) {
    for (let set = book.accountFirstSet[account]; set < book.accountFirstSet[account + 1]; set++)
      held.push(book.readSet(set));
  }
  const positions = new Map<number, HeldPosition>();
  for (const set of held) for (const position of set.positions) positions.set(position.row, position);
  for (const [row, position] of change.positions) {
    if (position.quantity === 0) positions.delete(row);
    else positions.set(row, position);
  }
  const sorted = [...positions.values()].sort((a, b) => a.row - b.row);
  const orders = held.flatMap((set) => set.orders.filter(({ row }) => !change.orders.has(row)));
  for (const placed of change.orders.values()) orders.push(...placed);
  orders.sort((a, b) => a.row - b.row || a.entryPrice - b.entryPrice || a.quantity - b.quantity);
  const currencyOf = ({ row }: HeldPosition): number => book.rows.groupCurrency[book.rows.group[row]];
  const fault = held.some((set) => set.fault !== 0) ? 1 : 0;
  const sets: HeldSet[] = [];
  for (let currency = 0; currency < book.rows.currencies.length; currency++) {
    const old = held.find((set) => set.currency === currency);
    const next: HeldSet = {
      account,
      currency,
      positions: sorted.filter((each) => currencyOf(each) === currency),
      orders: orders.filter((each) => currencyOf(each) === currency),
      cashAmount: change.cash.get(currency) ?? old?.cashAmount ?? 0,
      addOn: change.addOns.get(currency) ?? old?.addOn ?? 0,
      fault,
    };
    if (next.positions.length > 0 || next.orders.length > 0 || next.cashAmount !== 0 || next.addOn !== 0) sets.push(next);
  }
  if (sets.length === 0 && fault !== 0)
    sets.push({ account, currency: book.rows.emptyCurrency, positions: [], orders: [], cashAmount: 0, addOn: 0, fault });
  return sets;
}

function write(book: BookColumns, byAccount: ReadonlyMap<number, AccountChange>, opened: readonly string[]): void {
  const accounts = [...byAccount.keys()].sort((a, b) => a - b);
  const next = new Map(
    accounts.map((account) => [account, changedSets(book, account, byAccount.get(account)!)] as const),
  );
  const plan = planSets(book, accounts, next);
  if (plan !== null) requireSetCapacity(book, plan.sources.length);
  const spare = book.reserveSlots([...blockChanges(book, next)]);
  book.accountIds.push(...opened);
  if (plan !== null) {
    book.rearrangeSets(plan.sources, plan.accounts);
    book.indexAccounts();
  }
  for (const [account, sets] of next) {
    sets.forEach((set, index) => book.writeSet(book.accountFirstSet[account] + index, set, spare));
  }
}

/** Every set that will be written, and every present set of a changed account that will go. */
function* blockChanges(book: BookColumns, next: ReadonlyMap<number, readonly HeldSet[]>): Generator<BlockChange> {
  const { currency } = book.arena.views.nettingSet;
  for (const [account, sets] of next) {
    const isOpen = account < book.accountIds.length;
    const first = isOpen ? book.accountFirstSet[account] : 0;
    const end = isOpen ? book.accountFirstSet[account + 1] : 0;
    const seen = new Set<number>();
    for (const set of sets) {
      const old = currency.subarray(first, end).indexOf(set.currency);
      if (old >= 0) seen.add(first + old);
      yield { set: old < 0 ? -1 : first + old, count: set.positions.length + set.orders.length };
    }
    for (let set = first; set < end; set++) if (!seen.has(set)) yield { set, count: 0 };
  }
}

function requireSetCapacity(book: BookColumns, setCount: number): void {
  const capacity = book.setCapacity;
  if (setCount <= capacity) return;
  throw new BadInputError([
    {
      code: 'LimitExceeded',
      column: 'account',
      value: setCount,
      message: `the update makes ${setCount} netting sets, the engine was created for ${capacity} (option nettingSetCapacity)`,
    },
  ]);
}

interface SetPlan {
  /**
   * Present index of each set of the new table, -1 for a new one. A set that keeps its (account, currency) keeps its
   * block of positions.
   */
  readonly sources: Int32Array;
  readonly accounts: Uint32Array;
}

/** The new table of netting sets, or null if every account keeps its sets. */
function planSets(
  book: BookColumns,
  accounts: readonly number[],
  next: ReadonlyMap<number, readonly HeldSet[]>,
): SetPlan | null {
  const { account: owner, currency } = book.arena.views.nettingSet;
  const isOpen = (account: number): boolean => account < book.accountIds.length;
  const firstOf = (account: number): number => (isOpen(account) ? book.accountFirstSet[account] : book.setCount);
  const endOf = (account: number): number => (isOpen(account) ? book.accountFirstSet[account + 1] : book.setCount);
  const isSame = (account: number): boolean => {
    const sets = next.get(account)!;
    const first = firstOf(account);
    const kept = sets.length === endOf(account) - first && sets.every((set, i) => set.currency === currency[first + i]);
    return isOpen(account) && kept;
  };
  if (accounts.every(isSame)) return null;
  const sources: number[] = [];
  const owners: number[] = [];
  let copied = 0;
  const copyUntil = (end: number): void => {
    for (; copied < end; copied++) {
      sources.push(copied);
      owners.push(owner[copied]);
    }
  };
  for (const account of accounts) {
    copyUntil(firstOf(account));
    for (const set of next.get(account)!) {
      const old = currency.subarray(firstOf(account), endOf(account)).indexOf(set.currency);
      sources.push(old < 0 ? -1 : firstOf(account) + old);
      owners.push(account);
    }
    copied = endOf(account);
  }
  copyUntil(book.setCount);
  return { sources: Int32Array.from(sources), accounts: Uint32Array.from(owners) };
}
