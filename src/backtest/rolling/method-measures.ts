import { normalPdf, normalQuantile } from '../../../assembly/portable/normal.ts';
import { fitGarch } from '../../dynamic/garch-fit.ts';
import type { GarchModel } from '../../dynamic/volatility-model.ts';
import { MargridError } from '../../errors.ts';
import { historicalScenarios } from '../../history/historical-scenarios.ts';
import { valuesOf, type MarketHistory } from '../../history/market-history.ts';
import { changeOf, dayReturns, returnKindOf } from '../../history/returns.ts';
import { ageWeights } from '../../history/age-weights.ts';
import type { WindowRule } from '../../history/historical-scenarios.ts';
import type { ReturnKinds } from '../../history/returns.ts';
import { Revaluation, type Holding } from '../../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { riskMeasures, type MeasureOptions, type RiskMeasure } from '../../risk/measures.ts';
import { factorName, type ScenarioSet } from '../../scenario/scenario-set.ts';
import type { Market } from '../../domain/market.ts';
import type { VarMethod } from './var-method.ts';

/** What is held, how the market moves, and how risk is read off. */
export interface MeasuredPortfolio {
  readonly market: Market;
  readonly holdings: readonly Holding[];
  readonly cash: ReadonlyMap<string, number>;
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  readonly history: MarketHistory;
  readonly returns: ReturnKinds;
  readonly horizonDays: number;
  readonly windows: WindowRule;
  readonly lookback: number;
  readonly levels: readonly number[];
  readonly measure: Pick<MeasureOptions, 'convention' | 'beyondSample'>;
}

/** VaR and ES of the portfolio on a day (row of the history), from that day and those before it. */
export type MeasuresOn = (day: number) => readonly RiskMeasure[];

/** Full revaluation of the portfolio under scenarios. */
export function pnlUnder(portfolio: MeasuredPortfolio, scenarios: ScenarioSet): Float64Array {
  const { market, currency, unmatched, holdings, cash } = portfolio;
  return new Revaluation(market, scenarios, { currency, unmatched }).portfolioPnl(holdings, cash);
}

export function measuresOf(portfolio: MeasuredPortfolio, method: VarMethod): MeasuresOn {
  if (method.kind === 'delta-normal') return deltaNormalMeasures(portfolio, method.lambda);
  if (method.kind === 'fhs-ewma' || method.kind === 'fhs-garch') return filteredMeasures(portfolio, method);
  return historicalMeasures(portfolio, method.kind === 'age-weighted' ? method.lambda : null);
}

/**
 * The scenarios of a day are the windows that end on it or before: what a window does to the portfolio is the same on
 * every day, so each is revalued once.
 */
function historicalMeasures(portfolio: MeasuredPortfolio, lambda: number | null): MeasuresOn {
  const { history, returns, horizonDays, windows, lookback, levels, measure } = portfolio;
  const isOverlapping = windows !== 'square-root';
  const scenarios = historicalScenarios(history, {
    returns, horizonDays, windows: isOverlapping ? 'overlapping' : 'square-root',
  });
  const pnl = pnlUnder(portfolio, scenarios);
  // The first window ends on this row.
  const firstEnd = isOverlapping ? horizonDays : 1;
  const step = windows === 'non-overlapping' ? horizonDays : 1;
  const weights = lambda === null ? {} : { weights: ageWeights(lookback, lambda) };
  return (day) => {
    const last = day - firstEnd;
    requireWindows(history, day, last < 0 ? 0 : Math.floor(last / step) + 1, lookback);
    const sample = Float64Array.from({ length: lookback }, (_, index) => pnl[last - (lookback - 1 - index) * step]);
    return riskMeasures(sample, levels, { ...measure, ...weights });
  };
}

function requireWindows({ dates }: MarketHistory, day: number, found: number, needed: number): void {
  if (found >= needed) return;
  const message = `${needed} scenarios are needed up to ${dates[day]}, the history has ${found}`;
  throw new MargridError('ObservationsMissing', message, { column: 'lookback', value: found });
}

function filteredMeasures(
  portfolio: MeasuredPortfolio,
  method: VarMethod & { readonly kind: 'fhs-ewma' | 'fhs-garch' },
): MeasuresOn {
  const { history, returns, horizonDays, windows, lookback, levels, measure } = portfolio;
  const modelOn = method.kind === 'fhs-garch' ? garchModels(portfolio, method) : null;
  return (day) => {
    const model = modelOn === null
      ? ({ kind: 'ewma', lambda: (method as { lambda: number }).lambda } as const)
      : modelOn(day);
    const scenarios = historicalScenarios(history, {
      endDate: history.dates[day], returns, horizonDays, windows, lookback, filter: { model },
    });
    return riskMeasures(pnlUnder(portfolio, scenarios), levels, measure);
  };
}

/**
 * Models by name of factor, fitted to the returns of the lookback on the first day asked for and every so often after.
 */
function garchModels(
  { history, returns, lookback, horizonDays, windows }: MeasuredPortfolio,
  { refitDays, innovation }: VarMethod & { readonly kind: 'fhs-garch' },
): (day: number) => Readonly<Record<string, GarchModel>> {
  const step = windows === 'non-overlapping' ? horizonDays : 1;
  const length = windows === 'square-root' ? 1 : horizonDays;
  let fittedOn = -Infinity;
  let models: Record<string, GarchModel> = {};
  return (day) => {
    if (day >= fittedOn && day - fittedOn < refitDays) return models;
    // The first day of the first window.
    const from = day - (lookback - 1) * step - length;
    models = Object.fromEntries(
      history.factors.map((factor, index) => {
        const own = dayReturns(history, index, returnKindOf(returns, factor), from, day);
        return [factorName(factor), fitGarch(own, { innovation }).model];
      }),
    );
    fittedOn = day;
    return models;
  };
}

/** Move by which deltas are measured: part of the value of a factor. */
const deltaStep = 1e-4;

function deltaNormalMeasures(portfolio: MeasuredPortfolio, lambda: number | null): MeasuresOn {
  const { history, returns, horizonDays, lookback, levels } = portfolio;
  const deltas = deltasOf(portfolio);
  const last = history.dates.length - 1;
  const rows = history.factors.map(
    (factor, index) => dayReturns(history, index, returnKindOf(returns, factor), 0, last),
  );
  // First-order P&L of each day: its variance is that of the covariance matrix, without the matrix.
  const pnl = Float64Array.from({ length: last }, (_, day) =>
    rows.reduce((sum, own, factor) => sum + deltas[factor] * own[day], 0),
  );
  const weights = ageWeights(lookback, lambda ?? 1);
  return (day) => {
    requireWindows(history, day, day, lookback);
    let variance = 0;
    for (let index = 0; index < lookback; index++) {
      const each = pnl[day - lookback + index];
      variance += weights[index] * each * each;
    }
    const deviation = Math.sqrt(variance * horizonDays);
    return levels.map((level) => {
      const z = normalQuantile(level);
      return { level, valueAtRisk: z * deviation, expectedShortfall: (normalPdf(z) / (1 - level)) * deviation };
    });
  };
}

/** P&L per unit of move of each factor, the others still: central differences. */
function deltasOf(portfolio: MeasuredPortfolio): Float64Array {
  const { history, returns } = portfolio;
  const count = history.factors.length;
  const factors = history.factors.map((factor) => ({ ...factor, change: changeOf(returnKindOf(returns, factor)) }));
  const moves = new Float64Array(count * 2 * count);
  // An absolute move is a part of the value that it changes; of the first day, so that nothing later is looked at.
  const steps = factors.map(
    ({ change }, index) => (change === 'relative' ? 1 : valuesOf(history, index)[0]) * deltaStep,
  );
  steps.forEach((step, index) => {
    moves[index * 2 * count + 2 * index] = step;
    moves[index * 2 * count + 2 * index + 1] = -step;
  });
  const pnl = pnlUnder(portfolio, { factors, count: 2 * count, moves });
  return Float64Array.from(steps, (step, index) => (pnl[2 * index] - pnl[2 * index + 1]) / (2 * step));
}
