import type { TestResult } from '../../backtest/exception-tests.ts';
import type { RollingRun } from '../../backtest/rolling/rolling-backtest.ts';
import type { LevelReport, RollingReport, ShortfallTest } from '../../backtest/rolling/rolling-report.ts';
import type { Chart } from '../../report/chart.ts';
import { exceptionsChart } from '../../report/exceptions.ts';
import type { Report, ReportTable } from '../../report/page.ts';
import { pValueText } from '../backtest-shared.ts';
import { amount, count, money, percent } from '../format.ts';

/** Exceptions that are listed, the largest losses first. */
const listedMax = 50;

/** The report of a backtest of VaR and ES. */
export function valueAtRiskPage(run: RollingRun, report: RollingReport, portfolio: string): Report {
  const { method, lookback, horizonDays, days, from, to, currency, levels, worstPnl } = report;
  return {
    title: 'Backtest of VaR and ES',
    facts: [
      ['portfolio', portfolio],
      ['method', `${method}, ${count(lookback)} scenarios`],
      ['horizon', horizonDays === 1 ? '1 day' : `${horizonDays} days, overlapping`],
      ['forecasts', `${count(days)}, ${from} to ${to}`],
      ['worst P&L', `${money(worstPnl, currency)} ${currency}`],
    ],
    sections: [
      testTable(levels, currency),
      ...levels.flatMap((level, index) => [levelChart(run, index), exceptionTable(level, currency)]),
    ],
  };
}

const levelText = (level: number): string => `${Number((level * 100).toPrecision(12))}%`;

/** A test a row, a level a column. */
function testTable(levels: readonly LevelReport[], currency: string): ReportTable {
  const row = (name: string, of: (level: LevelReport) => string): string[] => [name, ...levels.map(of)];
  const reasons = levels.flatMap(({ level, tests, z1, z2 }) =>
    [tests.kupiec, tests.independence, tests.conditional, tests.duration, z1, z2].flatMap((test) =>
      'refused' in test ? [`${levelText(level)}: ${test.refused}`] : [],
    ),
  );
  const without = reasons.length === 0 ? '' : ` Not made (-): ${[...new Set(reasons)].join('; ')}.`;
  return {
    title: 'Tests',
    header: ['', ...levels.map(({ level }) => levelText(level))],
    rows: [
      row('forecasts', ({ tests }) => count(tests.observations)),
      row('exceptions', ({ tests }) => count(tests.exceptions)),
      row('expected', ({ tests }) => amount(tests.expected, 1)),
      row('coverage', ({ coverage }) => percent(coverage, 3)),
      row('traffic light', ({ tests: { trafficLight } }) => `${trafficLight.zone} (P ${trafficLight.cumulative.toFixed(4)})`),
      row('plus factor', ({ tests: { trafficLight } }) => (trafficLight.plusFactor === null ? '-' : amount(trafficLight.plusFactor, 2))),
      row('Kupiec', ({ tests }) => testText(tests.kupiec)),
      row('Christoffersen, independence', ({ tests }) => testText(tests.independence)),
      row('Christoffersen, conditional coverage', ({ tests }) => testText(tests.conditional)),
      row('duration', ({ tests }) => testText(tests.duration)),
      row('Acerbi-Szekely Z1', ({ z1 }) => shortfallText(z1)),
      row('Acerbi-Szekely Z2', ({ z2 }) => shortfallText(z2)),
      row(`mean VaR, ${currency}`, ({ meanValueAtRisk }) => money(meanValueAtRisk, currency)),
      row(`mean ES, ${currency}`, ({ meanExpectedShortfall }) => money(meanExpectedShortfall, currency)),
    ],
    note:
      'Statistic and p-value; of Z1 and Z2 the p-values if P&L is normal and if it is Student-t with 3 degrees of freedom, and what the ' +
      `tests at their size say. The traffic light's P is that of as many exceptions or fewer in a right model.${without}`,
  };
}

function testText(test: TestResult): string {
  return 'refused' in test ? '-' : `${amount(test.statistic, 3)}, p ${pValueText(test)}`;
}

function shortfallText(test: ShortfallTest): string {
  if ('refused' in test) return '-';
  const { statistic, normal, studentT } = test;
  const verdict = normal.isRejected && studentT.isRejected ? 'rejected' : normal.isRejected ? 'rejected if normal' : 'not rejected';
  return `${amount(statistic, 3)}, p ${normal.pValue.toFixed(3)} / ${studentT.pValue.toFixed(3)}, ${verdict}`;
}

function levelChart({ dates, pnl, currency, levels }: RollingRun, index: number): Chart {
  const { level, valueAtRisk, exceptions } = levels[index];
  const name = levelText(level);
  const chart = exceptionsChart({ dates, pnl, limit: valueAtRisk, limitName: `VaR ${name}`, currency, exceptions });
  return { ...chart, id: `exceptions-${name.replace('%', '').replace('.', '-')}` };
}

function exceptionTable({ level, exceptions }: LevelReport, currency: string): ReportTable {
  const worst = [...exceptions].sort((a, b) => a.pnl - b.pnl).slice(0, listedMax);
  const left = exceptions.length - worst.length;
  return {
    title: `Exceptions of VaR ${levelText(level)}`,
    header: ['forecast', 'horizon ends', `P&L, ${currency}`, `VaR, ${currency}`, `ES, ${currency}`],
    rows: worst.map(({ date, endDate, pnl, valueAtRisk, expectedShortfall }) => [
      date, endDate, ...[pnl, valueAtRisk, expectedShortfall].map((each) => money(each, currency)),
    ]),
    ...(left > 0 ? { note: `The largest losses first; ${left} more are not listed.` } : {}),
  };
}
