import type { Book } from '../domain/book.ts';
import type { ReferenceAccount } from '../reference/margin/deribit-pm.ts';
import { bookAccounts } from './book-accounts.ts';
import { amountColumns, type AmountColumn, type EngineRows } from './engine-rows.ts';

/** One account to compare, with all that is needed for it: plain values, so it can be handed to a thread. */
export interface SampledAccount {
  readonly accountIndex: number;
  readonly accountId: string;
  /** Why the engine must not have margined it, or null. */
  readonly badInput: string | null;
  readonly held: ReferenceAccount;
  readonly rows: readonly EngineRow[];
}

/** One row of the engine's results. */
export interface EngineRow extends Readonly<Record<AmountColumn, number>> {
  /** Where it is in the results. */
  readonly row: number;
  readonly currency: string;
  readonly worstScenario: number;
  readonly status: number;
  readonly fault: number;
}

/** The chosen accounts with their positions, cash and engine rows; parallel to `accounts`. */
export function sampledAccounts(
  book: Book,
  engineRows: EngineRows,
  accounts: Uint32Array,
  addOnOf?: (accountIndex: number) => ReadonlyMap<string, number>,
): SampledAccount[] {
  const rows = rowsByAccount(book, engineRows, accounts);
  const bad = new Map(book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason]));
  return bookAccounts(book, accounts).map((held, slot) => {
    const accountIndex = accounts[slot];
    return {
      accountIndex,
      accountId: book.accountIds[accountIndex],
      badInput: bad.get(accountIndex) ?? null,
      held: addOnOf === undefined ? held : { ...held, addOn: addOnOf(accountIndex) },
      rows: rows[slot],
    };
  });
}

function rowsByAccount(book: Book, rows: EngineRows, accounts: Uint32Array): EngineRow[][] {
  const slotOf = new Int32Array(book.accountIds.length).fill(-1);
  accounts.forEach((accountIndex, slot) => {
    slotOf[accountIndex] = slot;
  });
  const found = Array.from(accounts, (): EngineRow[] => []);
  rows.accountIndex.forEach((accountIndex, row) => {
    const slot = slotOf[accountIndex] ?? -1;
    if (slot >= 0) found[slot].push(engineRow(book, rows, row));
  });
  return found;
}

function engineRow(book: Book, rows: EngineRows, row: number): EngineRow {
  const currencyIndex = rows.currencyIndex[row];
  const amounts = Object.fromEntries(amountColumns.map((column) => [column, rows[column][row]]));
  return {
    ...(amounts as Record<AmountColumn, number>),
    row,
    currency: book.currencies[currencyIndex] ?? `currency ${currencyIndex}`,
    worstScenario: rows.worstScenario[row],
    status: rows.status[row],
    fault: rows.fault[row],
  };
}
