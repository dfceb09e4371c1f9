import { contributionsChart } from '../../report/bars.ts';
import type { Report } from '../../report/page.ts';
import { pnlDistributionChart } from '../../report/pnl-distribution.ts';
import type { ErrorReport } from '../../revaluation/error-report.ts';
import type { NettedPortfolio } from '../../revaluation/netted-book.ts';
import { Revaluation } from '../../revaluation/revaluation.ts';
import type { RevaluationMethod } from '../../revaluation/approximate-rows.ts';
import { scenarioLabel } from '../../scenario/scenario-set.ts';
import { MargridError } from '../../errors.ts';
import { amount, table } from '../format.ts';
import { writePictures } from '../pictures.ts';
import { describeScenarios } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';
import { levelName, levelsOf } from '../var-options.ts';
import type { VarCommandOptions } from './var.ts';
import {
  componentHeader, componentRows, componentsJson, findingsOf, measureHeader, measureRows, type Findings,
} from './var-findings.ts';
import type { VarInputs } from './var-parametric.ts';

interface Result {
  readonly portfolio: NettedPortfolio;
  readonly findings: Findings;
  readonly error: ErrorReport;
}

/** Instruments whose approximation errors are printed. */
const instrumentsShown = 5;

/** Figures of every account are made by full revaluation alone. Throws `OptionInvalid`. */
export function requireNoAccounts({ revaluation, out, outPools }: VarCommandOptions): void {
  if (out === undefined && outPools === undefined) return;
  const message = `--revaluation ${revaluation} is for the book as a whole, one --account or --pools: ` +
    'a row for every account (--out, --out-pools) takes --revaluation full';
  throw new MargridError('OptionInvalid', message, { value: revaluation });
}

/** `margrid var --revaluation delta-gamma-vega | interpolated`: scenarios with approximated options, and by how much they miss. */
export async function approximateVar(
  options: VarCommandOptions, method: RevaluationMethod, { market, scenarios, netted }: VarInputs, terminal: Terminal,
): Promise<void> {
  const { currency, unmatched, kernels } = options;
  const levels = levelsOf(options.level);
  const revaluation = new Revaluation(market, scenarios, {
    currency, unmatched, method, ...(kernels === undefined ? {} : { kernels }),
  });
  const results = [...netted.groups, netted.book].map((portfolio): Result => {
    const pnl = revaluation.portfolioPnl(portfolio.holdings, portfolio.cash);
    // Before what the parts ask for: the report is about the portfolio asked for last.
    const error = revaluation.errorReport();
    return { portfolio, findings: findingsOf(options, market, portfolio, revaluation, pnl, levels), error };
  });
  const book = results[results.length - 1];
  const pools = results.slice(0, -1);
  const labelOf = (scenario: number): string => scenarioLabel(scenarios, scenario);
  if (options.json) {
    const describe = ({ portfolio: { members, quarantinedMembers }, findings, error }: Result): object => ({
      accounts: members, quarantined: quarantinedMembers, measures: findings.measures,
      approximationError: {
        ...error.portfolio, scenario: labelOf(error.portfolio!.scenario), compared: error.scenarios.length,
        isComplete: error.isComplete,
      },
    });
    terminal.print(JSON.stringify({
      method: 'full', revaluation: method, currency, account: options.account ?? null, scenarios: describeScenarios(scenarios),
      observations: scenarios.count, heldConstant: netted.heldConstant,
      book: describe(book), components: componentsJson(book.findings), instrumentErrors: largestErrors(book.error),
      ...(pools.length === 0 ? {} : { pools: pools.map((each) => ({ pool: each.portfolio.name, ...describe(each) })) }),
    }));
  } else {
    terminal.print(`${describeScenarios(scenarios)}; revaluation ${method}; ${currency}`);
    for (const { portfolio, findings, error } of [book, ...pools]) {
      if (pools.length > 0) terminal.print(`\n${portfolio.name}`);
      terminal.print(table([measureHeader, ...measureRows(findings.measures)]));
      terminal.print(missOf(error, labelOf));
    }
    terminal.print('');
    terminal.print(table([componentHeader, ...componentRows(book.findings).slice(0, options.top)]));
    const rows = largestErrors(book.error).map(({ name, largest, rms }) => [name, amount(largest, 2), amount(rms, 2)]);
    if (rows.length > 0) terminal.print(`\n${table([['approximated, one contract', 'largest error', 'rms'], ...rows])}`);
  }
  await writePictures(options, () => page(options, book, describeScenarios(scenarios), missOf(book.error, labelOf)), terminal);
}

function missOf({ portfolio, scenarios, isComplete }: ErrorReport, labelOf: (scenario: number) => string): string {
  const { largest, rms, scenario } = portfolio!;
  const compared = isComplete ? `all ${scenarios.length} scenarios` : `${scenarios.length} scenarios, the worst among them`;
  return `against full revaluation in ${compared}: largest error ${amount(largest, 2)} (${labelOf(scenario)}), ` +
    `rms ${amount(rms, 2)}`;
}

function largestErrors({ instruments }: ErrorReport): ErrorReport['instruments'] {
  return [...instruments].filter(({ largest }) => largest > 0).sort((a, b) => b.largest - a.largest).slice(0, instrumentsShown);
}

function page(options: VarCommandOptions, { findings, error }: Result, scenarios: string, miss: string): Report {
  const { currency } = options;
  const level = levelName(findings.measures[0].level);
  return {
    title: 'Value at risk and expected shortfall',
    facts: [
      ['book', options.book], ['account', options.account ?? 'all'], ['scenarios', scenarios], ['currency', currency],
      ['revaluation', error.method],
    ],
    sections: [
      { title: 'VaR and ES', header: measureHeader, rows: measureRows(findings.measures), note: miss },
      { title: `Parts at ${level}%`, header: componentHeader, rows: componentRows(findings).slice(0, options.top) },
      pnlDistributionChart({ pnl: findings.pnl, measures: findings.measures, currency }),
      contributionsChart({
        measure: `ES ${level}%`, names: findings.parts, parts: findings.components.expectedShortfall.components, currency,
      }),
    ],
  };
}
