import type { Market } from '../../domain/market.ts';
import { MargridError } from '../../errors.ts';
import { historicalScenarios, requireWhole, type WindowRule } from '../../history/historical-scenarios.ts';
import { requireHistory, type MarketHistory } from '../../history/market-history.ts';
import type { ReturnKinds } from '../../history/returns.ts';
import type { Holding } from '../../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import type { MeasureOptions } from '../../risk/measures.ts';
import { measuresOf, pnlUnder, type MeasuredPortfolio } from './method-measures.ts';
import { methodText, type VarMethod } from './var-method.ts';

export interface RollingOptions {
  /** What the holdings are worth and how: the same market on every day, moved by what then happened. */
  readonly market: Market;
  readonly holdings: readonly Holding[];
  readonly cash?: ReadonlyMap<string, number>;
  /** Of VaR, ES and P&L; default USD. */
  readonly currency?: string;
  /** What the history has no factor for: refused (default) or held. */
  readonly unmatched?: UnmatchedPolicy;
  readonly history: MarketHistory;
  /** Default `log`: whatever a return is scaled with, no more than everything is lost. */
  readonly returns?: ReturnKinds;
  readonly method: VarMethod;
  /** Confidence levels in (0, 1); default 0.99. */
  readonly levels?: readonly number[];
  /** Scenarios of each day; default 500. */
  readonly lookback?: number;
  /** Rows of the history over which risk is measured and P&L realised; default 1. */
  readonly horizonDays?: number;
  /** How scenarios of the horizon are made of days; default `overlapping`. */
  readonly windows?: WindowRule;
  /** How VaR and ES are read off the scenarios; default `acerbi-tasche`. */
  readonly convention?: MeasureOptions['convention'];
  /** A lookback too short for a level: refused (default), or its worst scenario. */
  readonly beyondSample?: MeasureOptions['beyondSample'];
  /** First and last day of a forecast (ISO); default: all that have a lookback and a horizon. */
  readonly from?: string;
  readonly to?: string;
  /** Told after each day; may throw to stop. */
  readonly onDay?: (done: number, total: number) => void;
}

/** VaR and ES of one level, by day; losses are positive. */
export interface LevelRun {
  readonly level: number;
  readonly valueAtRisk: Float64Array;
  readonly expectedShortfall: Float64Array;
  /** 1 where the loss is greater than VaR. */
  readonly exceptions: Uint8Array;
}

/** Forecasts and what followed: what tests and pictures are made of. */
export interface RollingRun {
  readonly method: string;
  readonly currency: string;
  readonly lookback: number;
  readonly horizonDays: number;
  /** Days of the forecasts, made after their close. */
  readonly dates: readonly string[];
  /** Last day of the horizon of each. */
  readonly endDates: readonly string[];
  /** Of the same holdings over the horizon (hypothetical P&L); gains are positive. */
  readonly pnl: Float64Array;
  readonly levels: readonly LevelRun[];
}

/**
 * VaR and ES of a portfolio on every day of a history, from scenarios of the days up to it, against what the same
 * portfolio then made over the horizon. The portfolio and its market are those given, on every day: the moves are those
 * of the history. Nothing of a day's forecast comes from a later day.
 *
 * Throws `ObservationsMissing`, `OptionInvalid`, `FactorMissing`, and what reading the history throws.
 */
export function rollingBacktest(options: RollingOptions): RollingRun {
  const portfolio = portfolioOf(options);
  const { history, horizonDays, lookback, levels, currency } = portfolio;
  const days = forecastDays(options, portfolio);
  const realised = pnlUnder(portfolio, historicalScenarios(history, { returns: portfolio.returns, horizonDays }));
  const measuresOn = measuresOf(portfolio, options.method);
  const runs = levels.map((level) => ({
    level,
    valueAtRisk: new Float64Array(days.length),
    expectedShortfall: new Float64Array(days.length),
    exceptions: new Uint8Array(days.length),
  }));
  // The window that ends on row d + h is number d.
  const pnl = Float64Array.from(days, (day) => realised[day]);
  days.forEach((day, place) => {
    measuresOn(day).forEach(({ valueAtRisk, expectedShortfall }, index) => {
      runs[index].valueAtRisk[place] = valueAtRisk;
      runs[index].expectedShortfall[place] = expectedShortfall;
      runs[index].exceptions[place] = pnl[place] < -valueAtRisk ? 1 : 0;
    });
    options.onDay?.(place + 1, days.length);
  });
  return {
    method: methodText(options.method), currency, lookback, horizonDays,
    dates: days.map((day) => history.dates[day]),
    endDates: days.map((day) => history.dates[day + horizonDays]),
    pnl, levels: runs,
  };
}

function portfolioOf(options: RollingOptions): MeasuredPortfolio {
  const { convention, beyondSample } = options;
  const levels = options.levels ?? [0.99];
  const bad = levels.find((level) => !(level > 0.5 && level < 1));
  if (bad !== undefined || levels.length === 0) {
    const message = `levels must be in (0.5, 1), at least one, got ${levels.join(', ') || 'none'}`;
    throw new MargridError('OptionInvalid', message, { column: 'levels', value: bad ?? null });
  }
  if (options.holdings.length === 0 && (options.cash?.size ?? 0) === 0) {
    throw new MargridError('OptionInvalid', 'the portfolio is empty', { column: 'holdings' });
  }
  return {
    market: options.market, holdings: options.holdings, cash: options.cash ?? new Map<string, number>(),
    currency: options.currency ?? 'USD', unmatched: options.unmatched ?? 'refuse',
    history: requireHistory(options.history),
    returns: options.returns ?? 'log',
    horizonDays: requireWhole('horizonDays', options.horizonDays ?? 1),
    windows: options.windows ?? 'overlapping',
    lookback: requireWhole('lookback', options.lookback ?? 500),
    levels,
    measure: {
      ...(convention === undefined ? {} : { convention }), ...(beyondSample === undefined ? {} : { beyondSample }),
    },
  };
}

/** Rows that a forecast is made on: the lookback is behind them, the horizon ahead. */
function forecastDays({ from, to, method }: RollingOptions, portfolio: MeasuredPortfolio): number[] {
  const { history: { dates }, lookback, horizonDays, windows } = portfolio;
  const isDaily = windows === 'square-root' || method.kind === 'delta-normal';
  const length = isDaily ? 1 : horizonDays;
  const step = windows === 'non-overlapping' && !isDaily ? horizonDays : 1;
  const first = length + (lookback - 1) * step;
  const days: number[] = [];
  for (let day = first; day < dates.length - horizonDays; day++) {
    if ((from === undefined || dates[day] >= from) && (to === undefined || dates[day] <= to)) days.push(day);
  }
  if (days.length > 0) return days;
  const asked = from === undefined && to === undefined ? '' : ` from ${from ?? 'the start'} to ${to ?? 'the end'}`;
  const message =
    `no day${asked} can be tested: the history has ${dates.length} days (${dates[0]} to ${dates.at(-1)}), ` +
    `${lookback} scenarios need ${first + 1} of them, ${horizonDays} must follow`;
  throw new MargridError('ObservationsMissing', message, { column: 'days', value: dates.length });
}
