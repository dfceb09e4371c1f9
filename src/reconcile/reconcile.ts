import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { DeribitPmParams } from '../margin/deribit-pm/params.ts';
import { ReferenceMarket } from '../reference/margin/deribit-pm/reference-market.ts';
import { compareAccount } from './compare-account.ts';
import { Comparison, type ComparisonResult } from './compare.ts';
import type { EngineRows } from './engine-rows.ts';
import type { ReconciliationReport } from './report.ts';
import { sampleAccounts } from './sample.ts';
import { sampledAccounts } from './sampled-account.ts';

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

/**
 * Recomputes a sample of the book in decimals and compares every column of the engine's results with it, on the calling
 * thread; `reconcileBookParallel` does the same on several.
 */
export function reconcileBook(input: ReconcileInput): ReconciliationReport {
  const startedAt = performance.now();
  const { market, params, book, engineRows, sample, seed, addOnOf, onProgress } = input;
  const accounts = sampledAccounts(book, engineRows, sampleAccounts(book.accountIds.length, sample, seed), addOnOf);
  const reference = new ReferenceMarket(market, params);
  const comparison = new Comparison(params.mmFactor);
  accounts.forEach((account, slot) => {
    compareAccount(comparison, account, reference);
    onProgress?.(slot + 1, accounts.length);
  });
  return reconciliationReport(input, comparison.result, performance.now() - startedAt);
}

export function reconciliationReport(
  { book, seed }: ReconcileInput,
  { columns, ...found }: ComparisonResult,
  elapsedMs: number,
): ReconciliationReport {
  const breachCount = columns.reduce((total, column) => total + column.breachCount, 0);
  return {
    model: 'deribit-pm',
    isReconciled: breachCount === 0,
    seed,
    accountCount: book.accountIds.length,
    ...found,
    elapsedMs,
    columns,
    breachCount,
  };
}
