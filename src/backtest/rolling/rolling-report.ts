import { MargridError } from '../../errors.ts';
import {
  acerbiSzekely, simulateAcerbiSzekely, testAgainst, type SimulatedStatistics, type SimulatedTest,
} from '../acerbi-szekely.ts';
import { ExceptionTester, type ExceptionTests } from '../exception-tests.ts';
import { normalModel, studentTModel } from '../null-models.ts';
import type { LevelRun, RollingRun } from './rolling-backtest.ts';

export interface RollingReportOptions {
  /** Probability of rejecting a right model, of the tests of ES; default 0.05. */
  readonly size?: number;
  /**
   * Simulated backtests for critical values of ES tests (default 2,000) and traffic lights of overlapping days
   * (10,000).
   */
  readonly paths?: number;
  readonly seed?: number;
}

/** Acerbi and Szekely's statistic against backtests simulated from right models. */
export interface ShortfallStatistic {
  readonly statistic: number;
  /** If P&L is normal, and if it is Student-t with three degrees of freedom. */
  readonly normal: SimulatedTest;
  readonly studentT: SimulatedTest;
}

export type ShortfallTest = ShortfallStatistic | { readonly refused: string };

export interface RollingException {
  readonly date: string;
  readonly endDate: string;
  readonly pnl: number;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

export interface LevelReport {
  readonly level: number;
  readonly exceptions: readonly RollingException[];
  readonly coverage: number;
  readonly meanValueAtRisk: number;
  readonly meanExpectedShortfall: number;
  readonly tests: ExceptionTests;
  readonly z1: ShortfallTest;
  readonly z2: ShortfallTest;
}

export interface RollingReport {
  readonly method: string;
  readonly currency: string;
  readonly lookback: number;
  readonly horizonDays: number;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly worstPnl: number;
  readonly levels: readonly LevelReport[];
}

const defaultSize = 0.05;
const defaultPaths = 2_000;
/** The heavy tail of Acerbi and Szekely's own table. */
const heavyTailDegrees = 3;

/** Every test of every level. Throws `OptionInvalid`. */
export function rollingReport(run: RollingRun, options: RollingReportOptions = {}): RollingReport {
  const { paths, seed } = options;
  return {
    method: run.method, currency: run.currency, lookback: run.lookback, horizonDays: run.horizonDays,
    from: run.dates[0], to: run.dates.at(-1)!, days: run.dates.length,
    worstPnl: run.pnl.reduce((least, each) => Math.min(least, each), Infinity),
    levels: run.levels.map((level) => {
      const tester = new ExceptionTester({
        probability: 1 - level.level, horizonDays: run.horizonDays,
        ...(paths === undefined ? {} : { paths }), ...(seed === undefined ? {} : { seed }),
      });
      return levelReport(run, level, tester, options);
    }),
  };
}

function levelReport(
  run: RollingRun, own: LevelRun, tester: ExceptionTester, options: RollingReportOptions,
): LevelReport {
  const { valueAtRisk, expectedShortfall, exceptions } = own;
  const days = [...exceptions.keys()].filter((day) => exceptions[day] === 1);
  const mean = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  return {
    level: own.level,
    exceptions: days.map((day) => ({
      date: run.dates[day], endDate: run.endDates[day], pnl: run.pnl[day],
      valueAtRisk: valueAtRisk[day], expectedShortfall: expectedShortfall[day],
    })),
    coverage: 1 - days.length / exceptions.length,
    meanValueAtRisk: mean(valueAtRisk),
    meanExpectedShortfall: mean(expectedShortfall),
    tests: tester.test(exceptions),
    ...shortfallTests(run, own, options),
  };
}

/**
 * Of overlapping days the statistics run on every h-th day, for each day to start on; the one with the least p-value
 * under normal P&L counts, at a size divided by h (Bonferroni).
 */
function shortfallTests(
  run: RollingRun, own: LevelRun, { size = defaultSize, paths = defaultPaths, seed = 1 }: RollingReportOptions,
): { z1: ShortfallTest; z2: ShortfallTest } {
  const { horizonDays, pnl } = run;
  const { level, valueAtRisk, expectedShortfall } = own;
  const phases = Math.min(horizonDays, pnl.length);
  const simulated = new Map<number, { normal: SimulatedStatistics; studentT: SimulatedStatistics }>();
  const worst: { z1: ShortfallStatistic | null; z2: ShortfallStatistic | null } = { z1: null, z2: null };
  try {
    for (let phase = 0; phase < phases; phase++) {
      const thin = (values: Float64Array): Float64Array => values.filter((_each, day) => day % horizonDays === phase);
      const statistics = acerbiSzekely(thin(pnl), thin(valueAtRisk), thin(expectedShortfall), level);
      const observations = thin(pnl).length;
      let right = simulated.get(observations);
      if (right === undefined) {
        const simulation = { level, observations, paths, seed };
        right = {
          normal: simulateAcerbiSzekely(normalModel(level), simulation),
          studentT: simulateAcerbiSzekely(studentTModel(level, heavyTailDegrees), simulation),
        };
        simulated.set(observations, right);
      }
      for (const name of ['z1', 'z2'] as const) {
        const statistic = statistics[name];
        if (statistic === null) continue;
        const normal = testAgainst(right.normal[name], statistic, size / phases);
        if (worst[name] !== null && normal.pValue >= worst[name].normal.pValue) continue;
        worst[name] = { statistic, normal, studentT: testAgainst(right.studentT[name], statistic, size / phases) };
      }
    }
  } catch (error) {
    if (!(error instanceof MargridError) || !['ValueOutOfRange', 'ObservationsMissing'].includes(error.code)) {
      throw error;
    }
    return { z1: { refused: error.message }, z2: { refused: error.message } };
  }
  const without = { refused: 'there is no exception' };
  return { z1: worst.z1 ?? without, z2: worst.z2 ?? without };
}
