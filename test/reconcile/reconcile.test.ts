import { describe, expect, test } from 'vitest';
import { amountColumns, type EngineRows } from '../../src/reconcile/engine-rows.ts';
import { reconcileBook } from '../../src/reconcile/reconcile.ts';
import { renderReconciliation, type ReconciliationReport } from '../../src/reconcile/report.ts';
import { sampleAccounts } from '../../src/reconcile/sample.ts';
import { accountCount, book, market, params, perfectRows } from './small-book.ts';

const perfect = perfectRows();

function reconcile(engineRows: EngineRows, of = book): ReconciliationReport {
  return reconcileBook({ market, params, book: of, engineRows, sample: 'all', seed: 1 });
}

function rowOf(accountIndex: number, currencyIndex: number): number {
  return perfect.accountIndex.findIndex(
    (account, row) => account === accountIndex && perfect.currencyIndex[row] === currencyIndex,
  );
}

/** `column` of the row changed; the original is left alone. */
function planted(column: keyof EngineRows, row: number, value: number): EngineRows {
  const values = perfect[column].slice();
  values[row] = value;
  return { ...perfect, [column]: values };
}

describe('a perfect engine', () => {
  const report = reconcile(perfect);

  test('is reconciled, and everything was compared', () => {
    expect(report.breaches).toEqual([]);
    expect(report.isReconciled).toBe(true);
    expect(report.comparedAccountCount).toBe(accountCount);
    const rowCount = perfect.accountIndex.length;
    for (const { column, comparedCount } of report.columns) expect(comparedCount, column).toBe(rowCount);
  });

  test('its errors are those of rounding to floats', () => {
    for (const { column, worstErrorToValue } of report.columns.slice(0, amountColumns.length)) {
      expect(worstErrorToValue, column).toBeLessThanOrEqual(2 ** -53);
    }
  });

  test('the report survives JSON and is printed as a table', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(renderReconciliation(report)).toMatch(/initialMargin +\d+ .*\n[^]*RECONCILED: no breach$/);
  });
});

describe('a planted error is found, in the right account and column', () => {
  const row = rowOf(17, 1);
  const notional = 1; // of account A17 in BTC: at least one coin, so 1e-6 is far outside

  test.each(amountColumns)('%s', (column) => {
    const report = reconcile(planted(column, row, perfect[column][row] + 1e-6 * notional));
    expect(report.isReconciled).toBe(false);
    expect(report.breachCount).toBe(1);
    expect(report.breaches[0]).toMatchObject({ column, accountIndex: 17, accountId: 'A17', currency: 'BTC' });
    expect(report.columns.find((candidate) => candidate.column === column)!.worstAccount!.accountId).toBe('A17');
    expect(renderReconciliation(report)).toMatch(new RegExp(`A17 BTC ${column}: engine`));
  });

  test.each([NaN, Infinity])('%d in an amount', (value) => {
    expect(reconcile(planted('equity', row, value)).breaches[0]).toMatchObject({ column: 'equity', accountId: 'A17' });
  });

  test.each([
    ['status', (perfect.status[row] + 1) % 3],
    ['worstScenario', (perfect.worstScenario[row] + 13) % 35],
    ['fault', 1],
  ] as const)('%s', (column, value) => {
    const { breaches } = reconcile(planted(column, row, value));
    expect(breaches).toMatchObject([{ column, accountId: 'A17', currency: 'BTC' }]);
  });

  test('a netting set quarantined without reason', () => {
    const report = reconcile({ ...planted('status', row, 3), fault: planted('fault', row, 2).fault });
    expect(report.breaches.map(({ column }) => column)).toEqual(['fault', 'status']);
  });

  test('a missing row and a surplus row', () => {
    const report = reconcile(planted('currencyIndex', rowOf(3, 0), 2));
    const found = report.breaches.filter(({ column }) => column === 'row');
    expect(found[0]).toMatchObject({ accountId: 'A3', currency: 'USDC', engine: null });
    expect(report.isReconciled).toBe(false);
  });
});

describe('quarantine', () => {
  const bad = { ...book, quarantined: [{ accountIndex: 5, reason: 'book.csv, row 9: quantity' }] };

  test('an account with bad input must be quarantined by the engine', () => {
    const report = reconcile(perfect, bad);
    expect(report.breaches.every(({ accountId }) => accountId === 'A5')).toBe(true);
    expect(report.breaches.map(({ column }) => column)).toContain('status');
  });

  test('and then it is counted, not compared', () => {
    const rows = { ...perfect, status: perfect.status.slice(), fault: perfect.fault.slice() };
    perfect.accountIndex.forEach((account, row) => {
      if (account === 5) [rows.status[row], rows.fault[row]] = [3, 1];
    });
    const report = reconcile(rows, bad);
    expect(report.isReconciled).toBe(true);
    expect(report.quarantinedCount).toBeGreaterThan(0);
    expect(report.comparedNettingSetCount + report.quarantinedCount).toBe(perfect.accountIndex.length);
  });
});

describe('sample', () => {
  test('the seed decides, members differ and ascend', () => {
    const first = sampleAccounts(1_000_000, 500, 42);
    expect(sampleAccounts(1_000_000, 500, 42)).toEqual(first);
    expect(sampleAccounts(1_000_000, 500, 43)).not.toEqual(first);
    expect(new Set(first).size).toBe(500);
    expect([...first].every((account, index) => index === 0 || account > first[index - 1])).toBe(true);
  });

  test('every account is drawn equally often', () => {
    const counts = new Float64Array(20);
    for (let seed = 0; seed < 4_000; seed++) for (const account of sampleAccounts(20, 5, seed)) counts[account] += 1;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150); // 5 standard deviations
  });

  test('more than there are is all; nonsense is refused', () => {
    expect([...sampleAccounts(3, 10, 0)]).toEqual([0, 1, 2]);
    expect([...sampleAccounts(3, 'all', 0)]).toEqual([0, 1, 2]);
    expect(() => sampleAccounts(3, -1, 0)).toThrow(/sample/);
    expect(() => sampleAccounts(3, 1.5, 0)).toThrow(/sample/);
  });

  test('only the sample is compared, with progress to the end', () => {
    const steps: number[] = [];
    const onProgress = (done: number, total: number): void => void steps.push(done / total);
    const report = reconcileBook({ market, params, book, engineRows: perfect, sample: 6, seed: 9, onProgress });
    expect(report.comparedAccountCount).toBe(6);
    expect(steps).toHaveLength(6);
    expect(steps.at(-1)).toBe(1);
  });
});
