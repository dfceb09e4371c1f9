import type { CoverageRun, ModelRun } from '../../backtest/coverage/coverage-backtest.ts';
import { exceedancesOf, type CoverageReport, type ModelCoverage } from '../../backtest/coverage/coverage-report.ts';
import { coverageChart } from '../../report/bars.ts';
import type { Chart } from '../../report/chart.ts';
import { exceptionsChart } from '../../report/exceptions.ts';
import type { Report, ReportTable } from '../../report/page.ts';
import { coverageMatrix, overviewHeader, overviewRow, portfolioHeader, portfolioRow, refusalTexts } from '../coverage-tables.ts';
import { count, percent } from '../format.ts';

type Section = ReportTable | Chart;

/** The report of a coverage backtest. `draw`: portfolio whose days are drawn, null: of each model the one covered least. */
export function coveragePage(run: CoverageRun, report: CoverageReport, draw: string | null): Report {
  const { days, from, to, horizonDays, level, models } = report;
  const refusals = models.flatMap(refusalTexts);
  const overview: Section[] = [
    {
      title: 'Models',
      header: overviewHeader,
      rows: models.map(overviewRow),
      note:
        'An exceedance is a loss greater than the cover: initial margin and what else stands against a loss. Shortfalls are in ' +
        'units of the cover. Portfolios are not independent: no test is made of them together.',
    },
    ...(models.length > 1 ? comparison(models, level) : []),
  ];
  const byModel = models.flatMap((model, index) => modelSections(run, run.models[index], model, { level, draw }));
  return {
    title: 'Coverage backtest of margin models',
    facts: [
      ['days', `${count(days)}, ${from} to ${to}`],
      ['margin period of risk', horizonDays === 1 ? '1 day' : `${horizonDays} days, overlapping`],
      ['standard', percent(level, 1)],
      ['models', models.map(({ label }) => label).join(', ')],
    ],
    sections: [
      ...overview, ...byModel,
      ...(refusals.length === 0 ? [] : [{ title: 'Refused', header: ['what, and why'], rows: refusals.map((text) => [text]) }]),
    ],
  };
}

/** Coverage of all portfolios together by model, and the table of both. */
function comparison(models: readonly ModelCoverage[], standard: number): Section[] {
  const tested = models.filter(({ overall }) => overall !== null);
  const [header, ...rows] = coverageMatrix(models);
  const matrix = { title: 'Coverage by model and portfolio', header, rows, note: '! marks what is below the standard.' };
  if (tested.length === 0) return [matrix];
  const chart = coverageChart({
    names: tested.map(({ label }) => label), coverage: tested.map(({ overall }) => overall!.coverage), standard,
  });
  return [{ ...chart, id: 'coverage-models', title: `Coverage by model, against the standard of ${percent(standard, 1)}` }, matrix];
}

function modelSections(
  run: CoverageRun, own: ModelRun, { label, listing, portfolios, currency, parameters }: ModelCoverage,
  { level, draw }: { readonly level: number; readonly draw: string | null },
): Section[] {
  if (portfolios.length === 0) return [];
  const name = fileName(label);
  const bars = coverageChart({
    names: portfolios.map(({ portfolio }) => portfolio), coverage: portfolios.map(({ coverage }) => coverage), standard: level,
  });
  const tested: ReportTable = {
    title: `${label}: portfolios`,
    header: portfolioHeader,
    rows: portfolios.map(portfolioRow),
    note: `${listing}, in ${currency}; parameters of ${parameters?.date}. Margin and cover are means, as parts of the notional.`,
  };
  const least = portfolios.reduce((left, right) => (right.coverage < left.coverage ? right : left)).portfolio;
  const drawn = own.portfolios.find(({ portfolio }) => portfolio === (draw ?? least));
  const charts: Chart[] = [{ ...bars, id: `coverage-${name}`, title: `${label}: ${bars.title.toLowerCase()}` }];
  if (drawn !== undefined) {
    const chart = exceptionsChart({
      dates: run.dates,
      pnl: drawn.loss.map((loss) => -loss),
      limit: drawn.cover,
      limitName: 'cover',
      currency: currency!,
      exceptions: exceedancesOf(drawn, own.notional),
    });
    charts.push({ ...chart, id: `exceptions-${name}`, title: `${label}, ${drawn.portfolio}: P&L against the cover of the day` });
  }
  return [...charts, tested];
}

/** A label as an id of a picture: letters, digits and hyphens. */
function fileName(label: string): string {
  return label.replaceAll(/[^A-Za-z0-9]+/g, '-');
}
