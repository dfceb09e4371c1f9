import type { Market } from '../../domain/market.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import { contributionsChart } from '../../report/bars.ts';
import type { Chart } from '../../report/chart.ts';
import { pnlDensityChart } from '../../report/density.ts';
import type { Report } from '../../report/page.ts';
import type { NettedBook, NettedPortfolio } from '../../revaluation/netted-book.ts';
import { densityCurve } from '../../risk/parametric/density-curve.ts';
import {
  parametricComponents, type ParametricComponents, type ParametricParts,
} from '../../risk/parametric/portfolio-components.ts';
import {
  parametricRisk, type ParametricMethod, type ParametricPortfolio, type PortfolioLevelRisk,
} from '../../risk/parametric/portfolio-risk.ts';
import { portfolioSensitivities } from '../../risk/parametric/sensitivities.ts';
import type { TailDistribution } from '../../risk/parametric/tail-distribution.ts';
import { commonDays, type ScenarioMoments } from '../../risk/scenario-moments.ts';
import { factorName, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { MargridError } from '../../errors.ts';
import { amount, percent, table } from '../format.ts';
import { writePictures } from '../pictures.ts';
import { describeScenarios } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';
import { degreesOf, levelName, levelsOf, momentsOf } from '../var-options.ts';
import type { VarCommandOptions } from './var.ts';

/** What every method but the scenario ones works with. */
export interface VarInputs {
  readonly market: Market;
  readonly scenarios: ScenarioSet;
  readonly netted: NettedBook;
}

interface Result {
  readonly portfolio: NettedPortfolio;
  readonly model: ParametricPortfolio;
  readonly levels: readonly PortfolioLevelRisk[];
}

/** `margrid var --method delta-normal | delta-gamma | delta-gamma-normal | cornish-fisher`. */
export async function parametricVar(
  options: VarCommandOptions, method: ParametricMethod, inputs: VarInputs, terminal: Terminal, signal: AbortSignal,
): Promise<void> {
  const { scenarios, netted } = inputs;
  const distribution = distributionOf(options);
  const moments = momentsOf(scenarios, options);
  const levels = levelsOf(options.level);
  const results = [netted.book, ...netted.groups].map((portfolio): Result => {
    const model = modelOf(options, inputs, moments, portfolio);
    return { portfolio, model, levels: levels.map((level) => parametricRisk(method, model, level, distribution)) };
  });
  const [book] = results;
  const components = parametricComponents(method, book.model, levels[0], distribution);
  if (options.out !== undefined) await writeTable(options.out, levelTable(results), { signal });
  if (options.json) terminal.print(JSON.stringify(jsonOf(options, method, inputs, results, components)));
  else print(options, method, inputs, results, components, terminal);
  await writePictures(options, () => page(options, method, distribution, inputs, results, components), terminal);
}

/** The book's normal or Student t moves. */
function distributionOf({ model }: VarCommandOptions): TailDistribution {
  if (model === 'normal') return { kind: 'normal' };
  if (model.startsWith('t:')) return { kind: 'student-t', degreesOfFreedom: degreesOf('--model', model) };
  throw new MargridError('OptionInvalid', `--model must be normal or t:DEGREES for --method delta-normal, got '${model}'`, {
    value: model,
  });
}

/** Delta-gamma expansion of a portfolio with the moments of the scenarios. */
export function modelOf(
  { currency, unmatched }: Pick<VarCommandOptions, 'currency' | 'unmatched'>,
  { market, scenarios }: VarInputs,
  { means, covariance }: ScenarioMoments,
  { holdings, cash }: NettedPortfolio,
): ParametricPortfolio {
  const { delta, gamma, theta } = portfolioSensitivities(market, scenarios.factors, holdings, cash, { currency, unmatched });
  const days = commonDays(scenarios);
  const isDrifting = means.some((each) => each !== 0);
  return {
    delta, gamma, covariance, names: scenarios.factors.map(factorName),
    ...(days === 0 ? {} : { constant: theta * days }),
    ...(isDrifting ? { means } : {}),
  };
}

function levelTable(results: readonly Result[]): Parameters<typeof writeTable>[1] {
  const rows = results.flatMap(({ portfolio, levels }) => levels.map((each) => ({ portfolio: portfolio.name, ...each })));
  const text = (name: string, of: (row: (typeof rows)[number]) => string): ResultColumn =>
    ({ name, type: 'string', values: rows.map(of) });
  const f64 = (name: string, of: (row: (typeof rows)[number]) => number): ResultColumn =>
    ({ name, type: 'f64', values: Float64Array.from(rows, of) });
  return {
    rowCount: rows.length,
    columns: [
      text('portfolio', ({ portfolio }) => portfolio),
      f64('level', ({ level }) => level),
      f64('value_at_risk', ({ valueAtRisk }) => valueAtRisk),
      f64('expected_shortfall', ({ expectedShortfall }) => expectedShortfall),
      text('method', ({ used }) => used),
      text('fallback_reason', ({ fallbackReason }) => fallbackReason ?? ''),
    ],
  };
}

function jsonOf(
  options: VarCommandOptions, method: ParametricMethod, { scenarios, netted }: VarInputs, results: readonly Result[],
  components: ParametricComponents,
): unknown {
  const [book, ...pools] = results;
  const describe = ({ portfolio: { members, quarantinedMembers, equity }, model, levels }: Result): object => ({
    accounts: members, quarantined: quarantinedMembers, equity,
    sensitivities: { delta: [...Array.from(model.delta)], gamma: [...Array.from(model.gamma)], constant: model.constant ?? 0 },
    levels,
  });
  return {
    method, currency: options.currency, account: options.account ?? null, model: options.model,
    scenarios: describeScenarios(scenarios), observations: scenarios.count,
    covariance: {
      estimator: options.covariance, mean: options.mean, factors: book.model.names,
      matrix: [...Array.from(book.model.covariance)],
    },
    heldConstant: netted.heldConstant,
    book: describe(book),
    components: components.parts.map((part, row) => ({
      part, valueAtRisk: partOf(components.valueAtRisk, row), expectedShortfall: partOf(components.expectedShortfall, row),
    })),
    ...(pools.length === 0 ? {} : { pools: pools.map((each) => ({ pool: each.portfolio.name, ...describe(each) })) }),
  };
}

function partOf({ component, marginal, standalone, incremental }: ParametricParts, row: number): unknown {
  return { component: component[row], marginal: marginal[row], standalone: standalone[row], incremental: incremental[row] };
}

const header = ['portfolio', 'level', 'VaR', 'ES', 'error bounds', 'by'];

function levelRows(results: readonly Result[]): string[][] {
  return results.flatMap(({ portfolio, levels }) => levels.map((each) => [
    portfolio.name, percent(each.level, 2), amount(each.valueAtRisk, 2), amount(each.expectedShortfall, 2),
    [each.valueAtRiskError, each.expectedShortfallError].map((bound) => bound?.toExponential(1) ?? '-').join(', '),
    each.used,
  ]));
}

/** Why Cornish-Fisher was not used, and what it would have said. */
function fallbacks(results: readonly Result[]): string[] {
  return results.flatMap(({ portfolio, levels }) => levels.flatMap(({ level, fallbackReason, expansion }) =>
    fallbackReason === null ? [] : [
      `${portfolio.name}, ${levelName(level)}%: ${fallbackReason}; exact figures stand in its place ` +
        `(the expansion says VaR ${amount(expansion!.valueAtRisk, 2)}, ES ${amount(expansion!.expectedShortfall, 2)})`,
    ]));
}

const partHeader = ['part', 'component VaR', 'marginal', 'stand-alone', 'incremental', 'component ES'];

function partRows({ parts, valueAtRisk, expectedShortfall }: ParametricComponents): string[][] {
  const order = [...parts.keys()].sort((a, b) => valueAtRisk.component[b] - valueAtRisk.component[a] || a - b);
  return order.map((row) => [
    parts[row],
    amount(valueAtRisk.component[row], 2), valueAtRisk.marginal[row].toPrecision(4),
    ...[valueAtRisk.standalone, valueAtRisk.incremental, expectedShortfall.component].map((each) => amount(each[row], 2)),
  ]);
}

function basisOf(options: VarCommandOptions, method: ParametricMethod, { scenarios, netted }: VarInputs): string {
  const { members, quarantinedMembers } = netted.book;
  const moves = method === 'delta-normal' && options.model !== 'normal' ? `Student ${options.model}` : 'normal';
  const center = options.mean === 'zero' ? 'about zero' : 'about the sample mean';
  return `${method}, ${moves} moves, ${options.covariance} covariance ${center} of ${describeScenarios(scenarios)}; ` +
    `${members} accounts, ${quarantinedMembers} left out; ${options.currency}`;
}

function print(
  options: VarCommandOptions, method: ParametricMethod, inputs: VarInputs, results: readonly Result[],
  components: ParametricComponents, terminal: Terminal,
): void {
  terminal.print(basisOf(options, method, inputs));
  terminal.print(table([header, ...levelRows(results)]));
  for (const line of fallbacks(results)) terminal.print(line);
  terminal.print('');
  terminal.print(table([partHeader, ...partRows(components).slice(0, options.top)]));
}

function page(
  options: VarCommandOptions, method: ParametricMethod, distribution: TailDistribution, inputs: VarInputs,
  results: readonly Result[], components: ParametricComponents,
): Report {
  const { currency } = options;
  const [{ model, levels }] = results;
  const used = levels[0].used;
  const points = densityCurve(used, model, distribution);
  const measure = `VaR ${levelName(levels[0].level)}%`;
  const charts: Chart[] = [
    ...(points.length === 0
      ? []
      : [pnlDensityChart({ points, measures: levels, currency, distribution: `P&L as ${used} has it` })]),
    contributionsChart({ measure, names: components.parts, parts: components.valueAtRisk.component, currency }),
  ];
  const notes = fallbacks(results);
  return {
    title: 'Value at risk and expected shortfall',
    facts: [
      ['book', options.book], ['account', options.account ?? 'all'], ['method', basisOf(options, method, inputs)],
      ['currency', currency],
    ],
    sections: [
      { title: 'VaR and ES', header, rows: levelRows(results), ...(notes.length === 0 ? {} : { note: notes.join('. ') }) },
      { title: `Parts at ${levelName(levels[0].level)}%`, header: partHeader, rows: partRows(components).slice(0, options.top) },
      ...charts,
    ],
  };
}
