import type { ModelCoverage, PortfolioCoverage } from '../backtest/coverage/coverage-report.ts';
import { pValueText } from './backtest-shared.ts';
import { amount, count, percent } from './format.ts';

export const overviewHeader = [
  'model', 'listing', 'parameters', 'portfolios', 'refused', 'observations', 'exceedances', 'coverage', 'below standard',
  'worst portfolio', 'mean margin', 'largest shortfall',
];

export function overviewRow({ label, listing, parameters, portfolios, refused, overall }: ModelCoverage): string[] {
  const start = [label, (listing ?? '-').replace(/^contracts of the risk-parameter file, ([^,]+).*/, 'file, $1'), parameters?.date ?? '-'];
  if (overall === null) return [...start, '0', count(refused.length), '0', '-', '-', '-', '-', '-', '-'];
  const { largestShortfall } = overall;
  return [
    ...start, count(portfolios.length), count(refused.length), count(overall.observations), count(overall.exceedances),
    percent(overall.coverage, 3), count(overall.portfoliosBelowLevel), overall.exceedances === 0 ? '-' : overall.worstPortfolio, percent(overall.meanMargin, 1),
    largestShortfall === null ? '-' : `${amount(largestShortfall.ratio!, 2)}x ${largestShortfall.portfolio} ${largestShortfall.date}`,
  ];
}

/** Models by portfolios; `!` marks what is below the level. */
export function coverageMatrix(models: readonly ModelCoverage[]): string[][] {
  const names = [...new Set(models.flatMap(({ portfolios }) => portfolios.map(({ portfolio }) => portfolio)))];
  const rows = models.map(({ label, portfolios }) => [
    label,
    ...names.map((name) => {
      const found = portfolios.find(({ portfolio }) => portfolio === name);
      return found === undefined ? '-' : `${percent(found.coverage, 2)}${found.meetsLevel ? '' : '!'}`;
    }),
  ]);
  return [['model', ...names], ...rows];
}

export const portfolioHeader = [
  'portfolio', 'legs', 'observed', 'exceeded', 'expected', 'coverage', 'zone', 'Kupiec p', 'Christoffersen p', 'margin', 'cover',
  'peak/trough', '30-day rise', 'largest shortfall',
];

export function portfolioRow(each: PortfolioCoverage): string[] {
  const { tests, procyclicality: path, largestShortfall } = each;
  const rise = path?.rises.at(-1)?.ratio ?? null;
  return [
    each.portfolio, each.legs, count(each.observations), count(each.exceedances.length), amount(tests.expected, 1),
    percent(each.coverage, 3), tests.trafficLight.zone, pValueText(tests.kupiec), pValueText(tests.conditional),
    percent(each.meanMargin, 2), percent(each.meanCover, 2),
    path === null ? '-' : amount(path.peakToTrough, 2), rise === null ? '-' : percent(rise, 0),
    largestShortfall === null ? '-' : `${amount(largestShortfall.ratio!, 2)}x on ${largestShortfall.date}`,
  ];
}

/** What a model refuses, one line per reason. */
export function refusalTexts({ label, refused, portfolios }: ModelCoverage): string[] {
  const byReason = new Map<string, string[]>();
  for (const { portfolio, reason } of refused) {
    const text = reason.replace(/^[a-z-]+: /, '');
    byReason.set(text, [...(byReason.get(text) ?? []), portfolio ?? 'everything']);
  }
  return [
    ...Array.from(byReason, ([reason, names]) => `${label} refuses ${names.join(', ')}: ${reason}`),
    ...portfolios.flatMap(({ portfolio, refusedDays }) =>
      refusedDays.map(({ reason, days }) => `${label} refuses ${portfolio} on ${days} days: ${reason}`),
    ),
  ];
}
