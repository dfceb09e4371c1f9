import { limitRange, overlappingLimits, type OverlappingLimits, type OverlappingOptions } from '../../../src/backtest/overlapping-traffic-light.ts';
import { trafficLight, trafficLightLimits } from '../../../src/backtest/traffic-light.ts';
import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import type { VarFormat } from './formats.ts';
import { checkPrinted } from './printed.ts';

/** Of a 99% VaR. */
const probability = 0.01;
const seed = 17;
/** Histories for the rows that are asserted, and for the long table, where each has thousands of days. */
const paths = 120_000;
const tablePaths = 4_000;
/** Of a range of simulated limits, on either side: four standard errors. */
const missed = 3e-5;

/** Traffic-light limits of overlapping returns; `iid_<days>` those of independent ones. */
export const stoplightFormat: VarFormat = {
  detect: (content) => Object.entries(rootOf(content)).some(([name, value]) => overlapPattern.test(name) && isFields(value)),
  run: (content) => {
    const root = rootOf(content);
    const horizon = Number(Object.keys(root).map((name) => overlapPattern.exec(name)?.[1]).find((days) => days !== undefined));
    const cases = Object.entries(root).flatMap(([name, value]): CaseOutcome[] => {
      const iid = /^iid_(\d+)$/.exec(name);
      if (iid !== null) return [attempt(name, () => checkIndependent(Number(iid[1]), fieldsOf(value)))];
      if (overlapPattern.test(name)) return tableCases(name, fieldsOf(value), horizon);
      if (name === 'asserted_by_ORE') return assertedCases(name, listOf(value), horizon);
      const several = /^(\w+)Portfolios_corr(\d)(\d*)_(\d+)obs_(\d+)day$/.exec(name);
      if (several === null) return [];
      const portfolios = numberWords.indexOf(several[1]);
      const correlation = Number(`${several[2]}.${several[3]}`);
      return [
        attempt(name, () => {
          const [limits] = simulated([Number(several[4])], { horizon: Number(several[5]), portfolios, correlation, paths });
          return checkLimits(limits, listOf(value));
        }),
      ];
    });
    return { cases, notCovered: [] };
  },
};

const overlapPattern = /^overlapping(\d+)day$/;
const numberWords = ['', 'one', 'two', 'three', 'four', 'five', 'six'];

function checkIndependent(days: number, fields: Record<string, unknown>): Check[] {
  const [green, yellow] = listOf(fields['limits']);
  const limits = trafficLightLimits(days, probability);
  return [
    ...(green === undefined ? [] : [checkEqual('iid green limit', limits.green, green)]),
    ...(yellow === undefined ? [] : [checkEqual('iid yellow limit', limits.yellow, yellow)]),
    ...Object.entries(fields).flatMap(([name, values]) =>
      /^cumulative_/.test(name)
        ? listOf(values).flatMap((each, count) => checkPrinted('iid P(X <= x)', trafficLight(days, count, probability).cumulative, each))
        : [],
    ),
  ];
}

function assertedCases(name: string, rows: readonly unknown[], horizon: number): CaseOutcome[] {
  const observations = rows.map((row) => numberOf(fieldsOf(row), 'obs'));
  const limits = simulated(observations, { horizon, paths });
  return rows.map((row, index) =>
    attempt(`${name}, ${observations[index]}`, () => checkLimits(limits[index], listOf(fieldsOf(row)['limits']))),
  );
}

/** One simulation serves all rows of the table. */
function tableCases(name: string, table: Record<string, unknown>, horizon: number): CaseOutcome[] {
  const observations = listOf(table['obs']).map((obs) => numberOf({ obs }, 'obs'));
  const limits = simulated(observations, { horizon, paths: tablePaths });
  return observations.map((count, row) =>
    attempt(`${name}, ${count}`, () => checkLimits(limits[row], [listOf(table['amberLimit'])[row], listOf(table['redLimit'])[row]])),
  );
}

function simulated(observations: readonly number[], options: Omit<OverlappingOptions, 'probability' | 'seed'>): OverlappingLimits[] {
  return overlappingLimits(observations, { ...options, probability, seed });
}

function checkLimits(limits: OverlappingLimits, [green, yellow]: readonly unknown[]): Check[] {
  return [...checkLimit('green limit', limits, 0.95, green), ...checkLimit('yellow limit', limits, 0.9999, yellow)];
}

function checkLimit(name: string, limits: OverlappingLimits, threshold: number, stated: unknown): Check[] {
  if (stated === undefined || stated === null) return [];
  if (typeof stated !== 'number') throw new CaseInputError(`a limit must be a number, got ${JSON.stringify(stated)}`);
  // What the simulation cannot tell apart counts as met: the distance is that from its range.
  const { least, most } = limitRange(limits, threshold, missed);
  const nearest = Math.max(least, Math.min(stated, most ?? stated));
  return [checkAbsolute(name, nearest, stated, 0)];
}
