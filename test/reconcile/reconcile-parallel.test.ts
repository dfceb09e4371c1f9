import { describe, expect, test } from 'vitest';
// Worker threads run built files, so this test uses the built package.
import { reconcileBook, reconcileBookParallel } from '../../build/js/src/index.js';
import type { EngineRows } from '../../src/reconcile/engine-rows.ts';
import type { ReconciliationReport } from '../../src/reconcile/report.ts';
import { accountCount, book, market, params, perfectRows } from './small-book.ts';

/** 240 accounts: the small book six times, so that there is more than one task for a thread. */
const copies = 6;
const small = perfectRows();

function repeated(values: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: values.length * copies }, (_, row) => {
    return values[row % values.length] + accountCount * Math.floor(row / values.length);
  });
}

function tiled<Column extends Float64Array | Uint32Array | Int32Array | Uint8Array>(column: Column): Column {
  const tiles = new (column.constructor as new (length: number) => Column)(column.length * copies);
  for (let copy = 0; copy < copies; copy++) tiles.set(column, copy * column.length);
  return tiles;
}

const bigBook: typeof book = {
  ...book,
  accountIds: Array.from({ length: accountCount * copies }, (_, index) => `A${index}`),
  positions: {
    accountIndex: repeated(book.positions.accountIndex),
    instrumentIndex: tiled(book.positions.instrumentIndex),
    quantity: tiled(book.positions.quantity),
    entryPrice: tiled(book.positions.entryPrice),
  },
  cash: {
    accountIndex: repeated(book.cash.accountIndex),
    currencyIndex: tiled(book.cash.currencyIndex),
    amount: tiled(book.cash.amount),
  },
};

function bigRows(): EngineRows {
  const tiles = Object.fromEntries(Object.entries(small).map(([name, column]) => [name, tiled(column)]));
  return { ...(tiles as unknown as EngineRows), accountIndex: repeated(small.accountIndex) };
}

const withoutTime = (report: ReconciliationReport) => ({ ...report, elapsedMs: 0 });

async function parallel(engineRows: EngineRows, workers: number): Promise<ReconciliationReport> {
  return reconcileBookParallel({ market, params, book: bigBook, engineRows, sample: 'all', seed: 1, workers });
}

function sequential(engineRows: EngineRows): ReconciliationReport {
  return reconcileBook({ market, params, book: bigBook, engineRows, sample: 'all', seed: 1 });
}

describe('reconciliation on threads', () => {
  test('the report of a good engine is the one of a single thread, for any number of threads', async () => {
    const expected = withoutTime(sequential(bigRows()));
    expect(expected.isReconciled).toBe(true);
    for (const workers of [0, 1, 2, 3]) expect(withoutTime(await parallel(bigRows(), workers))).toEqual(expected);
  });

  test('planted errors are found, in order, in every task', async () => {
    const rows = bigRows();
    const planted = [3, 150, rows.equity.length - 1];
    for (const row of planted) rows.worstCase[row] += 1e-4;
    rows.status[200] = (rows.status[200] + 1) % 3;
    const expected = withoutTime(sequential(rows));
    const found = withoutTime(await parallel(rows, 2));
    expect(found).toEqual(expected);
    expect(found.breachCount).toBe(4);
    const accounts = [3, 150, 200, rows.equity.length - 1].map((row) => rows.accountIndex[row]);
    expect(found.breaches.map(({ accountIndex }) => accountIndex)).toEqual(accounts);
    expect(found.breaches.map(({ column }) => column)).toEqual(['worstCase', 'worstCase', 'status', 'worstCase']);
  });

  test('bad market data and bad accounts are quarantined there as well', async () => {
    const forward = market.forward.map((price, index) => (index === 1 ? NaN : price));
    const quarantined = [{ accountIndex: 7, reason: 'book.csv, row 9: quantity' }];
    const input = { market: { ...market, forward }, params, book: { ...bigBook, quarantined }, engineRows: bigRows() };
    const expected = withoutTime(reconcileBook({ ...input, sample: 100, seed: 3 }));
    expect(expected.quarantinedCount).toBeGreaterThan(1);
    expect(withoutTime(await reconcileBookParallel({ ...input, sample: 100, seed: 3, workers: 2 }))).toEqual(expected);
  });

  test('progress reaches the end, and may stop the run', async () => {
    const steps: number[] = [];
    const input = { market, params, book: bigBook, engineRows: bigRows(), sample: 'all', seed: 1, workers: 2 } as const;
    await reconcileBookParallel({ ...input, onProgress: (done, total) => void steps.push(done / total) });
    expect(steps.at(-1)).toBe(1);
    const stop = (): never => {
      throw new Error('stopped');
    };
    await expect(reconcileBookParallel({ ...input, onProgress: stop })).rejects.toThrow('stopped');
  });

  test.each([-1, 1.5, 1e6])('%d workers are refused', async (workers) => {
    await expect(parallel(bigRows(), workers)).rejects.toThrow(/workers/);
  });
});
