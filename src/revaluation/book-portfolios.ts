import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { isFuture } from '../engine/valid-market.ts';
import { MargridError } from '../errors.ts';
import type { BookRows } from './book-rows.ts';
import type { SortedHoldings, SortedPositions } from './sorted-holdings.ts';

/** A partition of the accounts, or of some of them: pools, desks, clients. */
export interface AccountGroups {
  readonly names: readonly string[];
  /** Row of `names` of every account of the book; -1: in none. */
  readonly groupOf: Int32Array;
}

/** What is revalued as one: rows and quantities, currencies first, then instruments in market order. */
export interface Portfolios {
  readonly count: number;
  /** `firstPosition[p]` to `firstPosition[p + 1]`. */
  readonly firstPosition: Uint32Array;
  /** Row, above FLAG_BITS zero bits: as kernels read it. */
  readonly entry: Uint32Array;
  readonly quantity: Float64Array;
}

/** Accounts, then groups, then the whole book. */
export interface BookPortfolios extends Portfolios {
  readonly accountCount: number;
  readonly groupCount: number;
  /** Why an account is left out, of itself and of its group and the book. */
  readonly quarantined: ReadonlyMap<number, string>;
  /** Per group, then of the book: accounts in it, and how many of them are quarantined. */
  readonly members: Uint32Array;
  readonly quarantinedMembers: Uint32Array;
}

/** Throws `OptionInvalid` unless every account has a group or -1. */
export function requireGroups(groups: AccountGroups, accountCount: number): void {
  const { names, groupOf } = groups;
  const refuse = (message: string, value: unknown, row?: number): never => {
    throw new MargridError(
      'OptionInvalid', message, { column: 'groups', value, ...(row === undefined ? {} : { row: row + 1 }) },
    );
  };
  if (groupOf.length !== accountCount) {
    refuse(`groups: there are ${accountCount} accounts, got ${groupOf.length}`, groupOf.length);
  }
  const bad = groupOf.findIndex((group) => !(group >= -1 && group < names.length));
  if (bad >= 0) {
    refuse(
      `groups: account ${bad + 1} must be in a group below ${names.length} or -1, got ${groupOf[bad]}`, groupOf[bad],
      bad,
    );
  }
  if (new Set(names).size !== names.length) {
    refuse('groups: a name occurs twice', names.find((name, at) => names.indexOf(name) !== at));
  }
}

/**
 * Groups and book are netted: one quantity per row, a left fold over their accounts in account order, without those
 * that are quarantined. A row that nets to nothing is left out. Written to `to` where that is given, which has room for
 * `mostPositions`.
 */
export function portfoliosOf(
  book: Book, market: Market, holdings: SortedHoldings, rows: BookRows, groups: AccountGroups | null,
  to: Portfolios | null = null,
): BookPortfolios {
  const accountCount = book.accountIds.length;
  const groupCount = groups?.names.length ?? 0;
  const quarantined = quarantinedOf(book, market, holdings, rows);
  const columns = to ?? emptyColumns(accountCount + groupCount + 1, mostPositions(book, market, holdings, rows, groups));
  const bookSum = writeAccounts(columns, holdings, rows, quarantined);
  const members = new Uint32Array(groupCount + 1);
  const quarantinedMembers = new Uint32Array(groupCount + 1);
  const netting = new Netting(columns, rows.count);
  for (const [group, accounts] of (groups === null ? [] : byGroup(groups)).entries()) {
    members[group] = accounts.length;
    for (const account of accounts) {
      if (quarantined.has(account)) quarantinedMembers[group]++;
      else netting.add(account);
    }
    netting.close(accountCount + group);
  }
  members[groupCount] = accountCount;
  quarantinedMembers[groupCount] = quarantined.size;
  writeSums(columns, accountCount + groupCount, bookSum, Uint32Array.from(bookSum.keys()));
  return { ...withoutRest(columns), accountCount, groupCount, quarantined, members, quarantinedMembers };
}

/** Why accounts are left out: what the reader of the book has found, or else their first row with a fault. */
function quarantinedOf(book: Book, market: Market, holdings: SortedHoldings, rows: BookRows): Map<number, string> {
  const quarantined = new Map(book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason] as const));
  if (rows.faults.size === 0) return quarantined;
  const isFaulty = new Uint8Array(rows.count);
  for (const row of rows.faults.keys()) isFaulty[row] = 1;
  for (let account = 0; account < book.accountIds.length; account++) {
    if (quarantined.has(account)) continue;
    const fault = faultOf(market, holdings, rows, isFaulty, account);
    if (fault !== null) quarantined.set(account, fault);
  }
  return quarantined;
}

function faultOf(
  { instruments }: Market, holdings: SortedHoldings, rows: BookRows, isFaulty: Uint8Array, account: number,
): string | null {
  const { currencies, cash, firstPosition, instrument } = holdings;
  for (let c = 0; c < currencies.length; c++) {
    const row = rows.currencyRow[c];
    const isOwed = cash[account * currencies.length + c] !== 0;
    if (isFaulty[row] === 1 && isOwed) return `cash in ${currencies[c]}: ${rows.faults.get(row)!}`;
  }
  for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
    const row = rows.instrumentRow[instrument[p]];
    if (isFaulty[row] === 1) return `position in ${instruments[instrument[p]].name}: ${rows.faults.get(row)!}`;
  }
  return null;
}

/**
 * How many positions `portfoliosOf` makes at most: those of the accounts if none is quarantined; cash that some factor
 * moves, of every account and currency or, if there are fewer, of all rows of cash and all futures; as many again if
 * nothing cancels in groups, which have no account in common, but no group has a row twice; the book has every row once.
 */
export function mostPositions(
  book: Book, market: Market, { instrument, currencies }: Omit<SortedPositions, 'entryPrice'>,
  { currencyRow, count }: BookRows, groups: AccountGroups | null,
): number {
  const pays = Uint8Array.from(market.instruments, (each) =>
    (isFuture(each) && currencyRow[currencies.indexOf(each.settlementCurrency)] >= 0 ? 1 : 0));
  let cash = 0;
  for (const currency of book.cash.currencyIndex) if (currencyRow[currency] >= 0) cash++;
  for (let p = 0; p < instrument.length; p++) cash += pays[instrument[p]];
  const moved = currencyRow.reduce((sum, row) => (row >= 0 ? sum + 1 : sum), 0);
  const held = instrument.length + Math.min(cash, moved * book.accountIds.length);
  return held + (groups === null ? 0 : Math.min(held, groups.names.length * count)) + count;
}

function emptyColumns(portfolioCount: number, positionCount: number): Portfolios {
  return {
    count: portfolioCount,
    firstPosition: new Uint32Array(portfolioCount + 1),
    entry: new Uint32Array(positionCount),
    quantity: new Float64Array(positionCount),
  };
}

function withoutRest({ count, firstPosition, entry, quantity }: Portfolios): Portfolios {
  const end = firstPosition[count];
  return { count, firstPosition, entry: entry.subarray(0, end), quantity: quantity.subarray(0, end) };
}

/** One portfolio per account, an empty one where it is quarantined. Returns their sum, by row. */
function writeAccounts(
  { firstPosition: first, entry, quantity }: Portfolios, holdings: SortedHoldings,
  { currencyRow, instrumentRow, count: rowCount }: BookRows, quarantined: ReadonlyMap<number, string>,
): Float64Array {
  const { currencies, cash, firstPosition, instrument, quantity: held } = holdings;
  const sum = new Float64Array(rowCount);
  first[0] = 0;
  let end = 0;
  for (let account = 0; account + 1 < firstPosition.length; account++) {
    if (!quarantined.has(account)) {
      for (let c = 0; c < currencies.length; c++) {
        const amount = cash[account * currencies.length + c];
        if (currencyRow[c] < 0 || amount === 0) continue;
        entry[end] = currencyRow[c] << FLAG_BITS;
        quantity[end++] = amount;
        sum[currencyRow[c]] += amount;
      }
      const last = firstPosition[account + 1];
      for (let p = firstPosition[account]; p < last; p++, end++) {
        const at = instrumentRow[instrument[p]];
        entry[end] = at << FLAG_BITS;
        quantity[end] = held[p];
        sum[at] += held[p];
      }
    }
    first[account + 1] = end;
  }
  return sum;
}

/** The next portfolio: `rows`, ascending, where their sums are not zero. */
function writeSums(
  { firstPosition, entry, quantity }: Portfolios, portfolio: number, sum: Float64Array, rows: Uint32Array,
): void {
  let end = firstPosition[portfolio];
  for (const at of rows) {
    if (sum[at] === 0) continue;
    entry[end] = at << FLAG_BITS;
    quantity[end++] = sum[at];
  }
  firstPosition[portfolio + 1] = end;
}

/** Accounts of every group, ascending: a counting sort. */
function byGroup({ names, groupOf }: AccountGroups): Uint32Array[] {
  const size = new Uint32Array(names.length);
  for (const group of groupOf) if (group >= 0) size[group]++;
  const accounts = Array.from(size, (count) => new Uint32Array(count));
  size.fill(0);
  groupOf.forEach((group, account) => {
    if (group >= 0) accounts[group][size[group]++] = account;
  });
  return accounts;
}

/** Adds up portfolios that are written already into further ones: time and memory of the rows that they have. */
class Netting {
  readonly #columns: Portfolios;
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #touched: Uint32Array;
  #touchedCount = 0;

  constructor(columns: Portfolios, rowCount: number) {
    this.#columns = columns;
    this.#sum = new Float64Array(rowCount);
    this.#isTouched = new Uint8Array(rowCount);
    this.#touched = new Uint32Array(rowCount);
  }

  add(portfolio: number): void {
    const { firstPosition, entry, quantity } = this.#columns;
    const end = firstPosition[portfolio + 1];
    for (let p = firstPosition[portfolio]; p < end; p++) {
      const at = entry[p] >>> FLAG_BITS;
      if (this.#isTouched[at] === 0) {
        this.#isTouched[at] = 1;
        this.#touched[this.#touchedCount++] = at;
      }
      this.#sum[at] += quantity[p];
    }
  }

  /** Writes what has been added up as `portfolio`; the next one starts empty. */
  close(portfolio: number): void {
    const touched = this.#touched.subarray(0, this.#touchedCount).sort();
    writeSums(this.#columns, portfolio, this.#sum, touched);
    for (const at of touched) {
      this.#sum[at] = 0;
      this.#isTouched[at] = 0;
    }
    this.#touchedCount = 0;
  }
}
