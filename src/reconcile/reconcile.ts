import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { DeribitPmParams } from '../margin/deribit-pm/params.ts';
import { referenceAccount, type ReferenceAccount } from '../reference/margin/deribit-pm.ts';
import { ReferenceMarket } from '../reference/margin/deribit-pm/reference-market.ts';
import { bookAccounts } from './book-accounts.ts';
import { Comparison } from './compare.ts';
import type { EngineRows } from './engine-rows.ts';
import type { ReconciliationReport, RowName } from './report.ts';
import { sampleAccounts } from './sample.ts';

export interface ReconcileInput {
  readonly market: Market;
  readonly params: DeribitPmParams;
  readonly book: Book;
  readonly engineRows: EngineRows;
  /** Accounts to compare. */
  readonly sample: number | 'all';
  readonly seed: number;
  /** Add-on by settlement currency, if the engine was given one. */
  readonly addOnOf?: (accountIndex: number) => ReadonlyMap<string, number>;
  readonly onProgress?: (comparedCount: number, totalCount: number) => void;
}

/** Recomputes a sample of the book in decimals and compares every column of the engine's results with it. */
export function reconcileBook(input: ReconcileInput): ReconciliationReport {
  const startedAt = performance.now();
  const { market, params, book, engineRows, sample, seed } = input;
  const accounts = sampleAccounts(book.accountIds.length, sample, seed);
  const reference = new ReferenceMarket(market, params);
  const comparison = new Comparison(params.mmFactor);
  const rowsOf = rowsByAccount(engineRows, accounts, book.accountIds.length);
  const quarantined = new Map(book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason]));
  const held = bookAccounts(book, accounts);
  accounts.forEach((accountIndex, slot) => {
    const reason = quarantined.get(accountIndex);
    const account: NamedAccount = { accountIndex, rows: rowsOf[slot], book, engineRows };
    if (reason !== undefined) compareQuarantinedAccount(comparison, account, reason);
    else compareAccount(comparison, account, reference, withAddOn(held[slot], input.addOnOf?.(accountIndex)));
    input.onProgress?.(slot + 1, accounts.length);
  });
  const breachCount = comparison.columns.reduce((total, column) => total + column.breachCount, 0);
  return {
    model: 'deribit-pm',
    isReconciled: breachCount === 0,
    seed,
    accountCount: book.accountIds.length,
    comparedAccountCount: accounts.length,
    comparedNettingSetCount: comparison.comparedNettingSetCount,
    quarantinedCount: comparison.quarantinedCount,
    elapsedMs: performance.now() - startedAt,
    columns: comparison.columns,
    breachCount,
    breaches: comparison.breaches,
  };
}

interface NamedAccount {
  readonly accountIndex: number;
  /** Rows of the account in `engineRows`. */
  readonly rows: readonly number[];
  readonly book: Book;
  readonly engineRows: EngineRows;
}

function compareAccount(
  comparison: Comparison,
  { accountIndex, rows, book, engineRows }: NamedAccount,
  reference: ReferenceMarket,
  account: ReferenceAccount,
): void {
  const unmatched = new Set(rows);
  for (const set of referenceAccount(reference, account).nettingSets) {
    const name = rowName(book, accountIndex, set.settlementCurrency);
    const row = rows.find((candidate) => book.currencies[engineRows.currencyIndex[candidate]] === name.currency);
    if (row === undefined) {
      comparison.missingRow(name);
      continue;
    }
    unmatched.delete(row);
    comparison.compare(name, engineRows, row, set);
  }
  for (const row of unmatched) {
    comparison.surplusRow(rowName(book, accountIndex, currencyOf(book, engineRows, row)), row);
  }
}

function compareQuarantinedAccount(comparison: Comparison, account: NamedAccount, reason: string): void {
  const { accountIndex, rows, book, engineRows } = account;
  for (const row of rows) {
    const name = rowName(book, accountIndex, currencyOf(book, engineRows, row));
    comparison.compareQuarantinedRow(name, engineRows, row, reason);
  }
}

function rowName(book: Book, accountIndex: number, currency: string): RowName {
  return { accountIndex, accountId: book.accountIds[accountIndex], currency };
}

function currencyOf(book: Book, engineRows: EngineRows, row: number): string {
  return book.currencies[engineRows.currencyIndex[row]] ?? `currency ${engineRows.currencyIndex[row]}`;
}

function withAddOn(account: ReferenceAccount, addOn: ReadonlyMap<string, number> | undefined): ReferenceAccount {
  return addOn === undefined ? account : { ...account, addOn };
}

/** Engine rows of each chosen account, parallel to `accounts`. */
function rowsByAccount(rows: EngineRows, accounts: Uint32Array, accountCount: number): number[][] {
  const slotOf = new Int32Array(accountCount).fill(-1);
  accounts.forEach((accountIndex, slot) => {
    slotOf[accountIndex] = slot;
  });
  const found = Array.from(accounts, (): number[] => []);
  rows.accountIndex.forEach((accountIndex, row) => {
    const slot = slotOf[accountIndex] ?? -1;
    if (slot >= 0) found[slot].push(row);
  });
  return found;
}
