import { workerData } from 'node:worker_threads';
import type { Market } from '../domain/market.ts';
import type { DeribitPmParams } from '../margin/deribit-pm/params.ts';
import { ReferenceMarket } from '../reference/margin/deribit-pm/reference-market.ts';
import { compareAccount } from './compare-account.ts';
import { Comparison, type ComparisonResult } from './compare.ts';
import { OptionTable, type OptionTableMemory } from './option-table.ts';
import type { SampledAccount } from './sampled-account.ts';

/** What a thread is started with. */
export interface ReconcileSetup {
  readonly market: Market;
  readonly params: DeribitPmParams;
  readonly options: OptionTableMemory;
}

/** First options are priced into the table; when all of them are there, accounts are compared. */
export type ReconcileTask =
  | { readonly kind: 'price'; readonly instruments: Uint32Array }
  | { readonly kind: 'compare'; readonly accounts: readonly SampledAccount[] };

interface ThreadState {
  readonly reference: ReferenceMarket;
  readonly table: OptionTable;
}

let state: ThreadState | null = null;

function setUp(): ThreadState {
  if (state === null) {
    const { market, params, options } = workerData as ReconcileSetup;
    const table = new OptionTable(options);
    state = { table, reference: new ReferenceMarket(market, params, table) };
  }
  return state;
}

/** Nothing for a pricing task. */
export default function runTask(task: ReconcileTask): ComparisonResult | null {
  const { reference, table } = setUp();
  if (task.kind === 'price') {
    for (const instrumentIndex of task.instruments) table.store(instrumentIndex, reference.risk(instrumentIndex));
    return null;
  }
  const comparison = new Comparison(reference.params.mmFactor);
  for (const account of task.accounts) compareAccount(comparison, account, reference);
  return comparison.result;
}
