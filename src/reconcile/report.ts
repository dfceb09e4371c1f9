import { textTable } from './text-table.ts';
import type { ReconciledColumn } from './tolerance.ts';

/** Result of comparing the engine with the reference; plain values, so `JSON.stringify` keeps all of it. */
export interface ReconciliationReport {
  readonly model: string;
  /** True if there is no breach. */
  readonly isReconciled: boolean;
  readonly seed: number;
  readonly accountCount: number;
  readonly comparedAccountCount: number;
  readonly comparedNettingSetCount: number;
  /** Netting sets (or accounts) that both sides leave out. */
  readonly quarantinedCount: number;
  readonly elapsedMs: number;
  readonly columns: readonly ColumnReport[];
  readonly breachCount: number;
  /** The first ones, in account order. */
  readonly breaches: readonly Breach[];
}

export interface ColumnReport {
  readonly column: ReconciledColumn;
  readonly rule: string;
  readonly reason: string;
  readonly comparedCount: number;
  /** Settlement currency; null for columns that are no amounts. */
  readonly worstAbsoluteError: number | null;
  readonly worstErrorToNotional: number | null;
  readonly worstErrorToValue: number | null;
  /** Where the error relative to the notional is largest; null if there is none. */
  readonly worstAccount: RowName | null;
  /** Rounded amounts that differ by more than the plain tolerance, next to a tie: accepted. */
  readonly roundingFlipCount: number;
  /** The reference's own decision is within the tolerance of its boundary. */
  readonly undecidedCount: number;
  /** Of these, decided otherwise by the engine. */
  readonly undecidedDifferentCount: number;
  readonly breachCount: number;
}

export interface RowName {
  readonly accountIndex: number;
  readonly accountId: string;
  readonly currency: string;
}

export interface Breach extends RowName {
  readonly column: ReconciledColumn;
  /** null if the engine has no such row. */
  readonly engine: number | string | null;
  readonly reference: string;
  /** What would have been accepted. */
  readonly accepted: string;
}

const shownBreaches = 10;

/** A table of the columns, then the first breaches. */
export function renderReconciliation(report: ReconciliationReport): string {
  const errors = ['max error', '/notional', '/value', 'worst account'];
  const header = ['column', 'compared', ...errors, 'flips', 'undecided', 'breaches'];
  const rows = report.columns.map((column) => [
    column.column,
    String(column.comparedCount),
    amount(column.worstAbsoluteError),
    amount(column.worstErrorToNotional),
    amount(column.worstErrorToValue),
    column.worstAccount === null ? '-' : `${column.worstAccount.accountId} ${column.worstAccount.currency}`,
    String(column.roundingFlipCount),
    undecided(column),
    String(column.breachCount),
  ]);
  const { comparedAccountCount, accountCount, comparedNettingSetCount, quarantinedCount } = report;
  const lines = [
    `${report.model}: engine against decimal reference, ${comparedAccountCount} of ${accountCount} accounts ` +
      `(seed ${report.seed}), ${comparedNettingSetCount} netting sets, ${quarantinedCount} quarantined, ` +
      `${(report.elapsedMs / 1000).toFixed(1)} s`,
    textTable(header, rows),
    report.isReconciled ? 'RECONCILED: no breach' : `NOT RECONCILED: ${report.breachCount} breaches`,
    ...report.breaches.slice(0, shownBreaches).map(breachLine),
  ];
  return lines.join('\n');
}

function breachLine(breach: Breach): string {
  const { accountId, currency, column, engine, reference, accepted } = breach;
  return `  ${accountId} ${currency} ${column}: engine ${engine}, reference ${reference}, accepted ${accepted}`;
}

function undecided(column: ColumnReport): string {
  return column.undecidedCount === 0 ? '0' : `${column.undecidedCount} (${column.undecidedDifferentCount} differ)`;
}

function amount(value: number | null): string {
  return value === null ? '-' : value === 0 ? '0' : value.toExponential(1);
}
