import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { BookRows } from './book-rows.ts';
import type { SortedHoldings } from './sorted-holdings.ts';

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
  readonly row: Uint32Array;
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
 * that are quarantined. A row that nets to nothing is left out.
 */
export function portfoliosOf(
  book: Book, market: Market, holdings: SortedHoldings, rows: BookRows, groups: AccountGroups | null,
): BookPortfolios {
  const accountCount = book.accountIds.length;
  const quarantined = new Map(book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason] as const));
  const builder = new PortfolioBuilder(accountCount + (groups?.names.length ?? 0) + 1, rowsAtLeast(holdings, rows));
  for (let account = 0; account < accountCount; account++) {
    const fault = quarantined.get(account) ?? faultOf(market, holdings, rows, account);
    if (fault !== null) quarantined.set(account, fault);
    else addAccount(builder, holdings, rows, account);
    builder.close();
  }
  const groupCount = groups?.names.length ?? 0;
  const members = new Uint32Array(groupCount + 1);
  const quarantinedMembers = new Uint32Array(groupCount + 1);
  const netting = new Netting(builder, rows.count);
  const netAll = (accounts: Iterable<number>, place: number): void => {
    for (const account of accounts) {
      members[place]++;
      if (quarantined.has(account)) quarantinedMembers[place]++;
      else netting.add(account);
    }
    netting.flush();
  };
  if (groups !== null) byGroup(groups).forEach((accounts, group) => netAll(accounts, group));
  netAll(Array(accountCount).keys(), groupCount);
  return { ...builder.built(), accountCount, groupCount, quarantined, members, quarantinedMembers };
}

/** Rows of all accounts and of the book, if every account has cash in every currency that moves. */
function rowsAtLeast({ instrument, firstPosition }: SortedHoldings, { currencyRow, count }: BookRows): number {
  const currencies = currencyRow.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0);
  return instrument.length + (firstPosition.length - 1) * currencies + count;
}

function faultOf(market: Market, holdings: SortedHoldings, rows: BookRows, account: number): string | null {
  if (rows.faults.size === 0) return null;
  const { currencies, cash, firstPosition, instrument } = holdings;
  for (let c = 0; c < currencies.length; c++) {
    const fault = rows.faults.get(rows.currencyRow[c]);
    if (fault !== undefined && cash[account * currencies.length + c] !== 0) return `cash in ${currencies[c]}: ${fault}`;
  }
  for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
    const fault = rows.faults.get(rows.instrumentRow[instrument[p]]);
    if (fault !== undefined) return `position in ${market.instruments[instrument[p]].name}: ${fault}`;
  }
  return null;
}

function addAccount(builder: PortfolioBuilder, holdings: SortedHoldings, rows: BookRows, account: number): void {
  const { currencies, cash, firstPosition, instrument, quantity } = holdings;
  for (let c = 0; c < currencies.length; c++) {
    const amount = cash[account * currencies.length + c];
    if (rows.currencyRow[c] >= 0 && amount !== 0) builder.add(rows.currencyRow[c], amount);
  }
  for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
    builder.add(rows.instrumentRow[instrument[p]], quantity[p]);
  }
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

/** Columns that grow by doubling: netted portfolios have as many rows as turn out not to cancel. */
class PortfolioBuilder {
  readonly firstPosition: Uint32Array;
  #row: Uint32Array;
  #quantity: Float64Array;
  #closed = 0;
  #size = 0;

  constructor(portfolioCount: number, capacity: number) {
    this.firstPosition = new Uint32Array(portfolioCount + 1);
    this.#row = new Uint32Array(capacity + 16);
    this.#quantity = new Float64Array(capacity + 16);
  }

  add(row: number, quantity: number): void {
    if (this.#size === this.#row.length) this.#grow();
    this.#row[this.#size] = row;
    this.#quantity[this.#size++] = quantity;
  }

  close(): void {
    this.firstPosition[++this.#closed] = this.#size;
  }

  rowAt(position: number): number {
    return this.#row[position];
  }

  quantityAt(position: number): number {
    return this.#quantity[position];
  }

  built(): Portfolios {
    return {
      count: this.#closed,
      firstPosition: this.firstPosition,
      row: this.#row.subarray(0, this.#size),
      quantity: this.#quantity.subarray(0, this.#size),
    };
  }

  #grow(): void {
    const row = new Uint32Array(this.#row.length * 2);
    const quantity = new Float64Array(this.#quantity.length * 2);
    row.set(this.#row);
    quantity.set(this.#quantity);
    this.#row = row;
    this.#quantity = quantity;
  }
}

/** Adds up accounts that are built already. */
class Netting {
  readonly #builder: PortfolioBuilder;
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  #touched: number[] = [];

  constructor(builder: PortfolioBuilder, rowCount: number) {
    this.#builder = builder;
    this.#sum = new Float64Array(rowCount);
    this.#isTouched = new Uint8Array(rowCount);
  }

  add(account: number): void {
    const { firstPosition } = this.#builder;
    for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
      const row = this.#builder.rowAt(p);
      if (this.#isTouched[row] === 0) {
        this.#isTouched[row] = 1;
        this.#touched.push(row);
      }
      this.#sum[row] += this.#builder.quantityAt(p);
    }
  }

  /** The portfolio so far, rows ascending; the next one starts empty. */
  flush(): void {
    for (const row of this.#touched.sort((a, b) => a - b)) {
      if (this.#sum[row] !== 0) this.#builder.add(row, this.#sum[row]);
      this.#sum[row] = 0;
      this.#isTouched[row] = 0;
    }
    this.#touched = [];
    this.#builder.close();
  }
}
