import { procyclicality, type Procyclicality } from '../../dynamic/procyclicality.ts';
import { MargridError } from '../../errors.ts';
import { ExceptionTester, type ExceptionTests } from '../exception-tests.ts';
import type { CoverageRun, ModelRun, PortfolioRun, Refused } from './coverage-backtest.ts';

export interface CoverageReportOptions {
  /**
   * Part of the losses that margin must cover: 0.99 for listed derivatives, 0.995 for others (EU 153/2013 Article 24).
   */
  readonly level?: number;
  /** Days of the rises of margin; default 1, 5 and 30. */
  readonly riseDays?: readonly number[];
  /** Of the traffic light of overlapping days; default 10,000. */
  readonly paths?: number;
  readonly seed?: number;
}

/** A loss that the account's cover did not reach. In the currency of the model. */
export interface Exceedance {
  readonly date: string;
  readonly endDate: string;
  readonly initialMargin: number;
  readonly cover: number;
  readonly loss: number;
  /** Loss less cover. */
  readonly shortfall: number;
  /** The same in units of the cover; null if that is not > 0. */
  readonly ratio: number | null;
}

export interface PortfolioCoverage {
  readonly portfolio: string;
  readonly legs: string;
  readonly observations: number;
  readonly exceedances: readonly Exceedance[];
  /** Part of the observations whose loss was covered. */
  readonly coverage: number;
  /** Whether that is the level at least. */
  readonly meetsLevel: boolean;
  /** Means, as parts of the notional of a unit. */
  readonly meanMargin: number;
  readonly meanCover: number;
  /** Largest shortfall in units of cover; null without exceedances, or if no cover was > 0. */
  readonly largestShortfall: Exceedance | null;
  /** Of cover as a part of the notional; null if it was negative on some day. */
  readonly procyclicality: Procyclicality | null;
  readonly tests: ExceptionTests;
  /** Days without a margin, by reason. */
  readonly refusedDays: readonly { readonly reason: string; readonly days: number }[];
}

export interface ModelCoverage {
  readonly label: string;
  readonly model: string;
  readonly parameters: { readonly source: string; readonly date: string } | null;
  readonly listing: string | null;
  readonly currency: string | null;
  readonly portfolios: readonly PortfolioCoverage[];
  readonly refused: readonly Refused[];
  /**
   * All portfolios together; null if the model margined none. Not independent of each other: no test is made of them.
   */
  readonly overall: OverallCoverage | null;
}

export interface OverallCoverage {
  readonly observations: number;
  readonly exceedances: number;
  readonly coverage: number;
  /** Days on which some portfolio exceeded. */
  readonly daysWithExceedance: number;
  readonly portfoliosBelowLevel: number;
  readonly meanMargin: number;
  readonly worstPortfolio: string;
  readonly largestShortfall: (Exceedance & { readonly portfolio: string }) | null;
}

export interface CoverageReport {
  readonly level: number;
  readonly horizonDays: number;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly models: readonly ModelCoverage[];
}

/** Parts of the notional by which a loss must be greater than the cover: above the rounding of a margin of as much. */
const roundingShare = 1e-9;

/** Exceedances, coverage, tests and procyclicality of a run. Throws `OptionInvalid`. */
export function coverageReport(run: CoverageRun, options: CoverageReportOptions = {}): CoverageReport {
  const { level = 0.99 } = options;
  if (!(level > 0 && level < 1)) {
    throw new MargridError(
      'OptionInvalid', `the coverage level must be in (0, 1), got ${level}`, { column: 'level', value: level },
    );
  }
  const tester = new ExceptionTester({
    probability: 1 - level, horizonDays: run.horizonDays,
    ...(options.paths === undefined ? {} : { paths: options.paths }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  return {
    level, horizonDays: run.horizonDays, from: run.dates[0], to: run.dates.at(-1)!, days: run.dates.length,
    models: run.models.map((model) => modelCoverage(run, model, { level, tester, riseDays: options.riseDays })),
  };
}

/** 1 where the loss was greater than the cover, by measured day; 0 on days without a margin. */
export function exceedancesOf({ cover, loss }: PortfolioRun, notional: Float64Array): Uint8Array {
  return Uint8Array.from(loss, (each, day) => (each > cover[day] + roundingShare * notional[day] ? 1 : 0));
}

interface ReportSetting {
  readonly level: number;
  readonly tester: ExceptionTester;
  readonly riseDays: readonly number[] | undefined;
}

function modelCoverage(run: CoverageRun, model: ModelRun, setting: ReportSetting): ModelCoverage {
  const portfolios = model.portfolios.map((each) => portfolioCoverage(run, each, model.notional, setting));
  const { label, listing, currency, refused, parameters } = model;
  return {
    label, model: model.model, listing, currency, portfolios, refused,
    parameters: parameters === null ? null : { source: parameters.source, date: parameters.date },
    overall: portfolios.length === 0 ? null : overallCoverage(run, portfolios),
  };
}

function portfolioCoverage(
  run: CoverageRun, own: PortfolioRun, notional: Float64Array, { level, tester, riseDays }: ReportSetting,
): PortfolioCoverage {
  const exceeded = exceedancesOf(own, notional);
  const days = [...own.loss.keys()].filter((day) => !Number.isNaN(own.loss[day]));
  const exceedances = days.filter((day) => exceeded[day] === 1).map((day) => exceedanceOn(run, own, day));
  const coverage = 1 - exceedances.length / days.length;
  const shares = (column: Float64Array): Float64Array => Float64Array.from(days, (day) => column[day] / notional[day]);
  const cover = shares(own.cover);
  return {
    portfolio: own.portfolio,
    legs: own.legs,
    observations: days.length,
    exceedances,
    coverage,
    meetsLevel: coverage >= level,
    meanMargin: meanOf(shares(own.initialMargin)),
    meanCover: meanOf(cover),
    largestShortfall: largestOf(exceedances),
    procyclicality: cover.every((each) => each >= 0)
      ? procyclicality(cover, riseDays === undefined ? {} : { days: riseDays })
      : null,
    tests: tester.test(Uint8Array.from(days, (day) => exceeded[day])),
    refusedDays: [...own.refusals].map(([reason, count]) => ({ reason, days: count })),
  };
}

function exceedanceOn(
  { dates, endDates }: CoverageRun, { initialMargin, cover, loss }: PortfolioRun, day: number,
): Exceedance {
  const shortfall = loss[day] - cover[day];
  return {
    date: dates[day], endDate: endDates[day], initialMargin: initialMargin[day], cover: cover[day], loss: loss[day],
    shortfall,
    ratio: cover[day] > 0 ? shortfall / cover[day] : null,
  };
}

function largestOf<Each extends Exceedance>(exceedances: readonly Each[]): Each | null {
  const rated = exceedances.filter(({ ratio }) => ratio !== null);
  return rated.length === 0 ? null : rated.reduce((left, right) => (right.ratio! > left.ratio! ? right : left));
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function overallCoverage(run: CoverageRun, portfolios: readonly PortfolioCoverage[]): OverallCoverage {
  const count = (of: (portfolio: PortfolioCoverage) => number): number =>
    portfolios.reduce((sum, each) => sum + of(each), 0);
  const observations = count((each) => each.observations);
  const exceedances = count((each) => each.exceedances.length);
  const dates = new Set(portfolios.flatMap((each) => each.exceedances.map(({ date }) => date)));
  const all = portfolios.flatMap(({ portfolio, largestShortfall }) =>
    largestShortfall === null ? [] : [{ ...largestShortfall, portfolio }],
  );
  return {
    observations,
    exceedances,
    coverage: 1 - exceedances / observations,
    daysWithExceedance: run.dates.filter((date) => dates.has(date)).length,
    portfoliosBelowLevel: portfolios.filter(({ meetsLevel }) => !meetsLevel).length,
    meanMargin: count((each) => each.meanMargin * each.observations) / observations,
    worstPortfolio: portfolios.reduce((left, right) => (right.coverage < left.coverage ? right : left)).portfolio,
    largestShortfall: largestOf(all),
  };
}
