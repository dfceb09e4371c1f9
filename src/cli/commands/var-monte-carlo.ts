import { writeTable, type ResultColumn } from '../../io/index.ts';
import type { Report } from '../../report/page.ts';
import { pnlDistributionChart } from '../../report/pnl-distribution.ts';
import { monteCarloVar, type MonteCarloVar, type MonteCarloVarOptions } from '../../montecarlo/monte-carlo-var.ts';
import type { MonteCarloPortfolio } from '../../montecarlo/portfolio.ts';
import { pathPnl } from '../../montecarlo/path-pnl.ts';
import type { NettedPortfolio } from '../../revaluation/netted-book.ts';
import { commonDays } from '../../risk/scenario-moments.ts';
import { MargridError } from '../../errors.ts';
import { amount, count, percent, table } from '../format.ts';
import { writePictures } from '../pictures.ts';
import { describeScenarios } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';
import { factorModelOf, levelsOf, momentsOf } from '../var-options.ts';
import type { VarCommandOptions } from './var.ts';
import { modelOf, type VarInputs } from './var-parametric.ts';

interface Result {
  readonly portfolio: NettedPortfolio;
  readonly found: MonteCarloVar;
}

type ModelAndDraws = Omit<MonteCarloVarOptions, 'portfolio' | 'paths'>;

/** Paths whose P&L is drawn in the picture. */
const picturePathsMax = 20_000;

/** `margrid var --method monte-carlo`: every portfolio over the same paths. */
export async function monteCarloCommand(
  options: VarCommandOptions, inputs: VarInputs, terminal: Terminal, signal: AbortSignal,
): Promise<void> {
  const { netted, scenarios } = inputs;
  const { paths, control, workers } = options;
  const levels = levelsOf(options.level);
  const model = modelAndDraws(options, inputs);
  const results: Result[] = [];
  for (const portfolio of [netted.book, ...netted.groups]) {
    const progress = terminal.progress(`paths, ${portfolio.name}`, paths);
    const found = await monteCarloVar({
      ...model, paths, levels, control, workers, signal,
      portfolio: portfolioOf(options, inputs, portfolio),
      progress: (now) => progress.update(now.paths),
    });
    progress.stop();
    results.push({ portfolio, found });
  }
  const { repairDistance } = results[0].found;
  if (repairDistance > 0) terminal.note(`the correlation matrix was repaired: Frobenius distance ${repairDistance.toPrecision(6)}`);
  if (options.out !== undefined) await writeTable(options.out, levelTable(results), { signal });
  if (options.json) {
    const [book, ...pools] = results;
    const describe = ({ portfolio: { members, quarantinedMembers, equity }, found }: Result): object =>
      ({ accounts: members, quarantined: quarantinedMembers, equity, ...found });
    terminal.print(JSON.stringify({
      method: 'monte-carlo', currency: options.currency, account: options.account ?? null, model: options.model,
      revaluation: options.revaluation, generator: options.generator, seed: options.seed, paths,
      scenarios: describeScenarios(scenarios), observations: scenarios.count, heldConstant: netted.heldConstant,
      book: describe(book),
      ...(pools.length === 0 ? {} : { pools: pools.map((each) => ({ pool: each.portfolio.name, ...describe(each) })) }),
    }));
  } else print(options, inputs, results, terminal);
  await writePictures(options, () => page(options, inputs, model, results), terminal);
}

/** The model of the factors with the moments of the scenarios, and the random numbers. */
function modelAndDraws(options: VarCommandOptions, { scenarios }: VarInputs): ModelAndDraws {
  const { draw, generator, scramble, antithetic, seed, repairCorrelation } = options;
  const factors = scenarios.factors;
  const model = factorModelOf(options, factors.length);
  const isEmpirical = options.marginals?.includes('empirical') === true;
  if (isEmpirical && scenarios.weights !== undefined) {
    throw new MargridError('OptionInvalid', '--marginals empirical takes every scenario alike: these have weights', {
      value: 'empirical',
    });
  }
  const { means, covariance } = momentsOf(scenarios, options, draw === 'log' ? 'log' : 'moves');
  return {
    factors, model, covariance, returns: draw, seed, generator,
    ...(means.every((each) => each === 0) ? {} : { mean: means }),
    ...(isEmpirical ? { history: scenarios } : {}),
    ...(scramble === undefined ? {} : { scramble }),
    ...(antithetic === undefined ? {} : { antithetic }),
    ...(repairCorrelation === undefined ? {} : { repairCorrelation }),
  };
}

function portfolioOf(options: VarCommandOptions, inputs: VarInputs, portfolio: NettedPortfolio): MonteCarloPortfolio {
  const { market, scenarios } = inputs;
  const { currency, unmatched } = options;
  const n = scenarios.factors.length;
  if (options.revaluation === 'delta-gamma') {
    const none = { means: new Float64Array(n), covariance: new Float64Array(n * n) };
    const { delta, gamma, constant } = modelOf(options, inputs, none, portfolio);
    return { kind: 'delta-gamma', delta, gamma, ...(constant === undefined ? {} : { constant }) };
  }
  const { holdings, cash } = portfolio;
  return { kind: 'revaluation', market, holdings, cash, currency, unmatched, days: commonDays(scenarios) };
}

function levelTable(results: readonly Result[]): Parameters<typeof writeTable>[1] {
  const rows = results.flatMap(({ portfolio, found }) => found.measures.map((each) => ({ portfolio: portfolio.name, ...each })));
  const f64 = (name: string, of: (row: (typeof rows)[number]) => number | null): ResultColumn =>
    ({ name, type: 'f64', values: Float64Array.from(rows, (row) => of(row) ?? NaN) });
  return {
    rowCount: rows.length,
    columns: [
      { name: 'portfolio', type: 'string', values: rows.map(({ portfolio }) => portfolio) },
      f64('level', ({ level }) => level),
      f64('value_at_risk', ({ valueAtRisk }) => valueAtRisk),
      f64('value_at_risk_error', ({ valueAtRiskError }) => valueAtRiskError),
      f64('value_at_risk_lower', ({ valueAtRiskInterval }) => valueAtRiskInterval?.[0] ?? null),
      f64('value_at_risk_upper', ({ valueAtRiskInterval }) => valueAtRiskInterval?.[1] ?? null),
      f64('expected_shortfall', ({ expectedShortfall }) => expectedShortfall),
      f64('expected_shortfall_error', ({ expectedShortfallError }) => expectedShortfallError),
    ],
  };
}

const header = ['portfolio', 'level', 'VaR', 'std error', '95% interval', 'ES', 'std error'];

function levelRows(results: readonly Result[]): string[][] {
  const shown = (value: number | null): string => (value === null ? '-' : amount(value, 2));
  return results.flatMap(({ portfolio, found }) => found.measures.map((each) => [
    portfolio.name, percent(each.level, 2), amount(each.valueAtRisk, 2), shown(each.valueAtRiskError),
    each.valueAtRiskInterval === null ? '-' : each.valueAtRiskInterval.map((end) => amount(end, 2)).join(' to '),
    amount(each.expectedShortfall, 2), shown(each.expectedShortfallError),
  ]));
}

function basisOf(options: VarCommandOptions, { scenarios, netted }: VarInputs): string {
  const { members, quarantinedMembers } = netted.book;
  const draws = [options.generator, ...(options.antithetic === true ? ['antithetic'] : []), `seed ${options.seed}`].join(', ');
  const control = options.control === 'none' ? '' : ', delta control';
  return `monte-carlo, ${count(options.paths)} paths (${draws})${control}, model ${options.model}, ` +
    `revaluation ${options.revaluation}, moments of ${describeScenarios(scenarios)}; ${members} accounts, ${quarantinedMembers} left out; ${options.currency}`;
}

function totalsOf({ found }: Result): string {
  const { mean, meanError, standardDeviation, worst, controlCorrelation, errorMethod } = found;
  const error = meanError === null ? '' : ` (std error ${amount(meanError, 2)})`;
  const control = controlCorrelation === null ? '' : `; correlation with the control ${controlCorrelation.toFixed(4)}`;
  return `mean P&L ${amount(mean, 2)}${error}, standard deviation ${amount(standardDeviation, 2)}; worst path ${worst.path} ` +
    `loses ${amount(worst.loss, 2)}${control}; errors by ${errorMethod}`;
}

function print(options: VarCommandOptions, inputs: VarInputs, results: readonly Result[], terminal: Terminal): void {
  terminal.print(basisOf(options, inputs));
  terminal.print(table([header, ...levelRows(results)]));
  terminal.print(totalsOf(results[0]));
}

function page(options: VarCommandOptions, inputs: VarInputs, model: ModelAndDraws, results: readonly Result[]): Report {
  const { currency, paths } = options;
  const [{ found }] = results;
  const shown = Math.min(paths, picturePathsMax);
  const pnl = pathPnl({ ...model, paths: shown, portfolio: portfolioOf(options, inputs, inputs.netted.book) });
  const chart = pnlDistributionChart({ pnl, measures: found.measures, currency });
  return {
    title: 'Value at risk and expected shortfall',
    facts: [
      ['book', options.book], ['account', options.account ?? 'all'], ['method', basisOf(options, inputs)],
      ['currency', currency],
    ],
    sections: [
      { title: 'VaR and ES', header, rows: levelRows(results), note: totalsOf(results[0]) },
      {
        ...chart, title: 'P&L by path, with VaR and ES',
        caption: `The first ${count(shown)} of ${count(paths)} paths; losses on the left. Lines: VaR and ES of all paths.`,
      },
    ],
  };
}
