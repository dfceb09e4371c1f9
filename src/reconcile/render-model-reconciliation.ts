import type { ModelReconciliation } from './reconcile-model.ts';
import { textTable } from './text-table.ts';

const shownBreaches = 10;

function verdict({ isReconciled, breachCount, quarantinedCount }: ModelReconciliation): string {
  if (isReconciled) return 'RECONCILED: no breach';
  if (breachCount > 0) return `NOT RECONCILED: ${breachCount} breaches`;
  return `NOTHING COMPARED: ${quarantinedCount} netting sets quarantined, none margined`;
}

/** A table of the columns, then the first breaches. */
export function renderModelReconciliation(report: ModelReconciliation): string {
  const rows = report.columns.map((column) => [
    column.column,
    String(column.comparedCount),
    column.worstAbsoluteError.toExponential(1),
    column.worstErrorToScale.toExponential(1),
    column.worstAccount ?? '-',
    String(column.breachCount),
  ]);
  return [
    `${report.model}: engine against decimal reference, ${report.comparedAccountCount} of ${report.accountCount} accounts ` +
      `(seed ${report.seed}), ${report.comparedNettingSetCount} netting sets, ${report.quarantinedCount} quarantined, ` +
      `${(report.elapsedMs / 1000).toFixed(1)} s`,
    textTable(['column', 'compared', 'max error', '/scale', 'worst account', 'breaches'], rows),
    verdict(report),
    ...report.breaches
      .slice(0, shownBreaches)
      .map((each) => `  ${each.account} ${each.currency} ${each.column}: engine ${each.engine}, reference ${each.reference}`),
  ].join('\n');
}
