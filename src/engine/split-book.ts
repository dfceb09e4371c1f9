import type { Book } from '../domain/book.ts';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';

/** How much one shard may hold. */
export interface ShardSize {
  /** Accounts of a shard at most; default 4,000,000. */
  readonly accountsPerShard?: number;
  /** Positions and open orders of a shard at most, unless a single account has more; default 80,000,000. */
  readonly positionsPerShard?: number;
}

const accountsDefault = 4_000_000;
const positionsDefault = 80_000_000;

/**
 * A book in parts of whole accounts, in account order: each part is a book by itself, with the same currencies. Parts
 * are made one at a time, so that no more than one of them need be held beside the whole. Throws `OptionInvalid`.
 */
export function* splitBook(book: Book, size: ShardSize = {}): Generator<Book> {
  const { accountsPerShard = accountsDefault, positionsPerShard = positionsDefault } = size;
  requireAtLeastOne('accountsPerShard', accountsPerShard, limits.accountCountMax);
  requireAtLeastOne('positionsPerShard', positionsPerShard, limits.positionCountMax);
  const held = new Uint32Array(book.accountIds.length);
  for (const account of book.positions.accountIndex) held[account]++;
  for (const account of book.orders?.accountIndex ?? []) held[account]++;
  let first = 0;
  do {
    let end = first;
    let positions = 0;
    while (end < held.length && end - first < accountsPerShard) {
      if (end > first && positions + held[end] > positionsPerShard) break;
      positions += held[end++];
    }
    yield partOf(book, first, end);
    first = end;
  } while (first < held.length);
}

function requireAtLeastOne(name: keyof ShardSize, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new MargridError('OptionInvalid', `${name} must be a whole number in [1, ${most}], got ${value}`, {
    column: name,
    value,
  });
}

/** Accounts [first, end) of a book, numbered from 0. */
function partOf(book: Book, first: number, end: number): Book {
  const { accountIds, currencies, positions, cash, addOns, orders, quarantined } = book;
  const part = <T extends AccountColumns>(columns: T): T => selectAccounts(columns, first, end);
  return {
    accountIds: accountIds.slice(first, end),
    currencies,
    positions: part(positions),
    cash: part(cash),
    ...(addOns === undefined ? {} : { addOns: part(addOns) }),
    ...(orders === undefined ? {} : { orders: part(orders) }),
    quarantined: quarantined
      .filter(({ accountIndex }) => accountIndex >= first && accountIndex < end)
      .map(({ accountIndex, reason }) => ({ accountIndex: accountIndex - first, reason })),
  };
}

type AccountColumns = { readonly accountIndex: Uint32Array };

/** The rows of the accounts [first, end), in the order they had. */
function selectAccounts<T extends AccountColumns>(columns: T, first: number, end: number): T {
  const { accountIndex } = columns;
  let count = 0;
  for (const account of accountIndex) if (account >= first && account < end) count++;
  const rows = new Uint32Array(count);
  let to = 0;
  for (let row = 0; row < accountIndex.length; row++) {
    if (accountIndex[row] >= first && accountIndex[row] < end) rows[to++] = row;
  }
  const picked = Object.entries(columns).map(([name, column]) => [name, pick(column as Column, rows)] as const);
  const selected = Object.fromEntries(picked) as T;
  for (let row = 0; row < count; row++) selected.accountIndex[row] -= first;
  return selected;
}

type Column = Uint32Array | Float64Array;

function pick(column: Column, rows: Uint32Array): Column {
  const picked = column instanceof Float64Array ? new Float64Array(rows.length) : new Uint32Array(rows.length);
  for (let row = 0; row < rows.length; row++) picked[row] = column[rows[row]];
  return picked;
}
