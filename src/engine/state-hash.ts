import { createHash } from 'node:crypto';
import type { Arena } from '../columns/arena.ts';
import type { BookColumns } from './book-columns.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/**
 * Bytes of a column as they lie in memory. All supported machines are little-endian; the hash is defined over
 * little-endian bytes.
 */
function bytesOf(column: Float64Array | Int32Array | Uint32Array | Uint8Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** What holds results: an engine's book, or one shard of it. */
export interface ResultHolder {
  readonly arena: Arena;
  readonly rows: InstrumentRows;
  readonly setCount: number;
  readonly accountCount: number;
}

/**
 * The currencies that netting sets are in, and the place of each currency row among them. Currency rows would not do:
 * they also count currencies that the market or the book names and nobody holds, so that the same book read from a
 * file could get another hash.
 */
function heldCurrencies(shards: readonly ResultHolder[]): {
  readonly names: readonly string[];
  readonly place: Uint8Array;
} {
  const { currencies } = shards[0].rows;
  const isHeld = new Uint8Array(currencies.length);
  for (const { arena, setCount } of shards) {
    for (const row of arena.views.nettingSet.currency.subarray(0, setCount)) isHeld[row] = 1;
  }
  const names = currencies.filter((_, row) => isHeld[row] === 1);
  return { names, place: Uint8Array.from(currencies, (name) => Math.max(names.indexOf(name), 0)) };
}

/**
 * SHA-256 of the results: every result column over all netting sets in (account, currency) order, with the account and
 * currency they belong to. Quarantined results hold the one canonical NaN that kernels store. Shards hold the accounts
 * of one book one after another, with equal currencies: the hash is that of the whole.
 */
export function resultHash(shards: readonly ResultHolder[]): string {
  const { names, place } = heldCurrencies(shards);
  const hash = createHash('sha256').update(JSON.stringify(names));
  let firstAccount = 0;
  for (const { arena, setCount, accountCount } of shards) {
    const account = arena.views.nettingSet.account.subarray(0, setCount);
    const base = firstAccount;
    hash.update(bytesOf(base === 0 ? account : account.map((row) => row + base)));
    firstAccount += accountCount;
  }
  for (const { arena, setCount } of shards) {
    hash.update(bytesOf(arena.views.nettingSet.currency.subarray(0, setCount).map((row) => place[row])));
  }
  const { components: _, ...columns } = shards[0].arena.views.result;
  for (const name of Object.keys(columns) as (keyof typeof columns)[]) {
    for (const { arena, setCount } of shards) hash.update(bytesOf(arena.views.result[name].subarray(0, setCount)));
  }
  for (const { arena, setCount } of shards) {
    hash.update(bytesOf(arena.views.result.components.subarray(0, setCount * arena.plan.counts.model.componentCount)));
  }
  return hash.digest('hex');
}

export function resultHolderOf({ arena, rows, setCount, accountIds }: BookColumns): ResultHolder {
  return { arena, rows, setCount, accountCount: accountIds.length };
}

/**
 * SHA-256 of the whole state: account names, positions, cash and add-ons in canonical order, market columns,
 * parameters, results.
 * Independent of where blocks of positions lie and of how the book came to be.
 */
export function stateHash(book: BookColumns, asOfMs: number, modelName: string, params: unknown): string {
  const { instrument, expiry, group, nettingSet, position, model, modelInstrument } = book.arena.views;
  const hash = createHash('sha256');
  const text = JSON.stringify({
    asOfMs,
    modelName,
    params: plainParams(params),
    groups: book.rows.groups,
    accounts: book.accountIds.length,
  });
  hash.update(text);
  for (const account of book.accountIds) hash.update(JSON.stringify(account));
  for (const column of [...Object.values(instrument), ...Object.values(expiry), ...Object.values(group)]) {
    hash.update(bytesOf(column));
  }
  if (book.arena.plan.counts.model.componentCount > 0) {
    for (const column of [...Object.values(model), ...Object.values(modelInstrument), nettingSet.orderCount])
      hash.update(bytesOf(column === nettingSet.orderCount ? column.subarray(0, book.setCount) : column));
  }
  for (const column of [nettingSet.addOn, nettingSet.fault, nettingSet.positionCount, nettingSet.cash]) {
    hash.update(bytesOf(column.subarray(0, book.setCount)));
  }
  for (const column of [position.row, position.quantity, book.entryPrice]) hash.update(positionHash(book, column));
  hash.update(resultHash([resultHolderOf(book)]));
  return hash.digest('hex');
}

/** Hash of one position column in netting set order. Blocks that follow each other in memory are hashed in one go. */
function positionHash(book: BookColumns, column: Float64Array | Uint32Array): Uint8Array {
  const { firstPosition, positionCount, orderCount } = book.arena.views.nettingSet;
  const hash = createHash('sha256');
  let first = 0;
  let end = 0;
  for (let set = 0; set < book.setCount; set++) {
    if (firstPosition[set] !== end) {
      hash.update(bytesOf(column.subarray(first, end)));
      first = firstPosition[set]!;
    }
    end = firstPosition[set] + positionCount[set] + orderCount[set];
  }
  hash.update(bytesOf(column.subarray(first, end)));
  return hash.digest();
}

/** Maps become arrays of pairs: JSON would drop them. */
function plainParams(params: unknown): unknown {
  if (params instanceof Map) {
    return [...(params as ReadonlyMap<unknown, unknown>).entries()].map(([key, value]): unknown[] => [
      key,
      plainParams(value),
    ]);
  }
  if (typeof params !== 'object' || params === null) return params;
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, plainParams(value)]));
}
