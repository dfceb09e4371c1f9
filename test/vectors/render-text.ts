import type { Report } from './report.ts';
import { short, type FileSummary, type QuantitySummary } from './summary.ts';

/** More failures of one file than this are counted, not listed (all are in the JSON output). */
const failuresShownMax = 20;

/** The last line is the counts alone. */
export function renderText(report: Report): string {
  return [
    ...report.files.flatMap(fileLines),
    ...report.noSuite.map((file) => `no suite  ${file}`),
    `${report.passed} passed, ${report.failed} failed`,
  ].join('\n');
}

function fileLines({ file, suite, passed, failed, quantities, failures, notCovered }: FileSummary): string[] {
  const hidden = failures.length - failuresShownMax;
  return [
    `${suite}  ${file}: ${passed} passed, ${failed} failed`,
    ...tableLines(quantities),
    ...failures.slice(0, failuresShownMax).map((failure) => `  FAILED ${failure.case}: ${failure.message}`),
    ...(hidden > 0 ? [`  FAILED ... and ${hidden} more`] : []),
    ...notCovered.map((part) => `  no suite for ${part}`),
  ];
}

function tableLines(quantities: readonly QuantitySummary[]): string[] {
  if (quantities.length === 0) return [];
  const rows = [
    ['quantity', 'checks', 'worst error', 'tolerance', '', 'at'],
    ...quantities.map((each) => [
      each.quantity,
      String(each.checks),
      short(each.worstError),
      short(each.tolerance),
      each.unit,
      each.worstCase,
    ]),
  ];
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
}
