import type { Market } from '../../domain/market.ts';
import type { NettedPortfolio } from '../../revaluation/netted-book.ts';
import type { Revaluation } from '../../revaluation/revaluation.ts';
import { portfolioRisk, type PortfolioRisk } from '../../risk/incremental.ts';
import { riskMeasures } from '../../risk/measures.ts';
import { orderStatisticInterval, quantileStandardError, shortfallStandardError } from '../../risk/standard-errors.ts';
import type { ScenarioSet } from '../../scenario/scenario-set.ts';
import { amount, percent } from '../format.ts';
import type { VarCommandOptions } from './var.ts';

/** What is said of the P&L of one portfolio by scenario. */
export interface Findings {
  readonly pnl: Float64Array;
  readonly measures: readonly LevelFindings[];
  readonly parts: readonly string[];
  /** At the first level. */
  readonly components: PortfolioRisk;
}

export interface LevelFindings {
  readonly level: number;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  /** Null with weights: the interval is one of equal ones. */
  readonly interval: { readonly lower: number | null; readonly upper: number | null } | null;
  readonly valueAtRiskError: number;
  readonly expectedShortfallError: number;
}

/** Confidence of the intervals that are printed. */
const intervalConfidence = 0.95;

/** VaR and ES of P&L by scenario, with errors. Throws as `riskMeasures`. */
export function levelFindings(
  { convention, beyondSample }: Pick<VarCommandOptions, 'convention' | 'beyondSample'>,
  { weights }: ScenarioSet,
  pnl: Float64Array,
  levels: readonly number[],
): LevelFindings[] {
  const options = { convention, beyondSample, ...(weights === undefined ? {} : { weights }) };
  return riskMeasures(pnl, levels, options).map(({ level, ...values }) => ({
    level,
    ...values,
    interval: weights === undefined ? orderStatisticInterval(pnl, level, intervalConfidence) : null,
    valueAtRiskError: quantileStandardError(pnl, { ...options, level }),
    expectedShortfallError: shortfallStandardError(pnl, { ...options, level }),
  }));
}

/** P&L taken apart, by underlying or by instrument, at the first level. */
export function findingsOf(
  options: VarCommandOptions, market: Market, portfolio: NettedPortfolio, revaluation: Revaluation, pnl: Float64Array,
  levels: readonly number[],
): Findings {
  const { scenarios } = revaluation;
  const { weights } = scenarios;
  const { convention, beyondSample } = options;
  const rows = partsOf(market, portfolio, revaluation, options.parts);
  const names = [...rows.keys()].sort();
  return {
    pnl,
    measures: levelFindings(options, scenarios, pnl, levels),
    parts: names,
    components: portfolioRisk(
      { parts: names.length, scenarios: scenarios.count, pnlOf: (part) => rows.get(names[part])! },
      { convention, beyondSample, ...(weights === undefined ? {} : { weights }), level: levels[0] },
    ),
  };
}

/** P&L of each part. Cash of a coin belongs to that coin. */
function partsOf(
  market: Market, { holdings, cash }: NettedPortfolio, revaluation: Revaluation, by: VarCommandOptions['parts'],
): Map<string, Float64Array> {
  const rows = new Map<string, Float64Array>();
  const add = (name: string, held: number, unit: Float64Array): void => {
    const row = rows.get(name) ?? new Float64Array(unit.length);
    for (let s = 0; s < unit.length; s++) row[s] += held * unit[s];
    rows.set(name, row);
  };
  for (const [currency, held] of cash) {
    add(by === 'instrument' ? `cash ${currency}` : currency, held, revaluation.currencyPnl(currency));
  }
  for (const { instrument, quantity } of holdings) {
    const { name, baseCurrency } = market.instruments[instrument];
    add(by === 'instrument' ? name : baseCurrency, quantity, revaluation.instrumentPnl(instrument));
  }
  return rows;
}

export const measureHeader = ['level', 'VaR', 'std error', `${intervalConfidence * 100}% interval`, 'ES', 'std error'];
export const componentHeader = [
  'part', 'component VaR', 'stand-alone', 'incremental', 'component ES', 'stand-alone', 'incremental',
];

export function measureRows(measures: readonly LevelFindings[]): string[][] {
  const bound = (value: number | null): string => (value === null ? '-' : amount(value, 2));
  return measures.map(({ level, valueAtRisk, expectedShortfall, interval, valueAtRiskError, expectedShortfallError }) => [
    percent(level, 2), amount(valueAtRisk, 2), amount(valueAtRiskError, 2),
    interval === null ? '-' : `${bound(interval.lower)} to ${bound(interval.upper)}`,
    amount(expectedShortfall, 2), amount(expectedShortfallError, 2),
  ]);
}

export function componentRows({ parts, components: { valueAtRisk, expectedShortfall } }: Findings): string[][] {
  const cells = (of: PortfolioRisk['valueAtRisk'], row: number): string[] =>
    [of.components, of.standalone, of.incremental].map((column) => amount(column[row], 2));
  const order = [...parts.keys()].sort((a, b) => expectedShortfall.components[b] - expectedShortfall.components[a]);
  return order.map((row) => [parts[row], ...cells(valueAtRisk, row), ...cells(expectedShortfall, row)]);
}

/** Parts as JSON. */
export function componentsJson({ parts, components: { valueAtRisk, expectedShortfall } }: Findings): unknown {
  const of = ({ components, standalone, incremental }: PortfolioRisk['valueAtRisk'], row: number): unknown =>
    ({ component: components[row], standalone: standalone[row], incremental: incremental[row] });
  return parts.map((part, row) => ({ part, valueAtRisk: of(valueAtRisk, row), expectedShortfall: of(expectedShortfall, row) }));
}
