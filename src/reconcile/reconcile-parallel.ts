import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { ReferenceMarket } from '../reference/margin/deribit-pm/reference-market.ts';
import { scenarioCountOf } from '../reference/margin/deribit-pm/scenarios.ts';
import { Comparison } from './compare.ts';
import { allocateOptionTable } from './option-table.ts';
import { reconcileBook, reconciliationReport, type ReconcileInput } from './reconcile.ts';
import type { ReconciliationReport } from './report.ts';
import { sampleAccounts } from './sample.ts';
import { sampledAccounts, type SampledAccount } from './sampled-account.ts';
import { createReconcilePool, type ReconcilePool } from './thread-pool.ts';

export interface ParallelReconcileInput extends ReconcileInput {
  /** Threads; 0: the calling thread. */
  readonly workers: number;
}

/** Small enough for an even load and a moving progress bar, large enough to be worth a message. */
const optionsPerTask = 64;
const accountsPerTask = 100;

/**
 * `reconcileBook` on several threads; the report is the same for any number of them (but for the time it took).
 *
 * Almost every account needs options that other accounts need too, so the options of the sample are priced first, each
 * by one thread, into shared memory; then the accounts are compared. Only the sampled accounts are handed to threads.
 */
export async function reconcileBookParallel(input: ParallelReconcileInput): Promise<ReconciliationReport> {
  const startedAt = performance.now();
  const { market, params, book, engineRows, sample, seed, addOnOf, workers } = input;
  requireWorkerCount(workers);
  if (workers === 0) return reconcileBook(input);
  const accounts = sampledAccounts(book, engineRows, sampleAccounts(book.accountIds.length, sample, seed), addOnOf);
  const reference = new ReferenceMarket(market, params);
  const options = allocateOptionTable(heldOptions(accounts, reference), scenarioCountOf(params.bucketsCount));
  const pool = createReconcilePool(workers, { market, params, options });
  try {
    const chunks = chunksOf(options.instruments, optionsPerTask);
    await Promise.all(chunks.map((instruments) => pool.run({ kind: 'price', instruments })));
    const comparison = await compareOnPool(pool, accounts, input);
    return reconciliationReport(input, comparison.result, performance.now() - startedAt);
  } finally {
    await pool.close();
  }
}

/** The results are added up in sample order, whichever thread is first. */
async function compareOnPool(
  pool: ReconcilePool,
  accounts: readonly SampledAccount[],
  { params, onProgress }: ReconcileInput,
): Promise<Comparison> {
  let done = 0;
  const results = await Promise.all(
    chunksOf(accounts, accountsPerTask).map(async (chunk) => {
      const result = await pool.run({ kind: 'compare', accounts: chunk });
      done += chunk.length;
      onProgress?.(done, accounts.length);
      return result;
    }),
  );
  const comparison = new Comparison(params.mmFactor);
  for (const result of results) comparison.add(result!);
  return comparison;
}

/** Options that can be priced, those of one strike next to each other: they share their time values. */
function heldOptions(accounts: readonly SampledAccount[], reference: ReferenceMarket): Uint32Array {
  const held = new Set(accounts.flatMap(({ held: { positions } }) => positions.map((row) => row.instrumentIndex)));
  const isOption = (index: number): boolean =>
    reference.problem(index) === null && reference.market.instruments[index].kind === 'option';
  return Uint32Array.from([...held].filter(isOption).sort(byStrike(reference.market)));
}

function byStrike({ instruments }: Market): (left: number, right: number) => number {
  return (left, right) => {
    const [a, b] = [instruments[left], instruments[right]];
    return a.expiryMs! - b.expiryMs! || a.strike! - b.strike! || left - right;
  };
}

function chunksOf<Items extends { readonly length: number; slice(start: number, end: number): Items }>(
  items: Items,
  size: number,
): Items[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, chunk) => items.slice(chunk * size, (chunk + 1) * size));
}

function requireWorkerCount(workers: number): void {
  if (Number.isInteger(workers) && workers >= 0 && workers <= limits.workerCountMax) return;
  const message = `workers must be an integer in [0, ${limits.workerCountMax}], got ${workers}`;
  throw new MargridError('OptionInvalid', message, { column: 'workers', value: workers });
}
