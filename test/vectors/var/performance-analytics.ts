import { exactBinomialPValue } from '../../../src/backtest/binomial-test.ts';
import { exceptionsOf } from '../../../src/backtest/exceptions.ts';
import type { MeasureConvention } from '../../../src/risk/conventions.ts';
import { riskMeasures } from '../../../src/risk/measures.ts';
import { gaussianMeasures, modifiedMeasures } from '../../../src/risk/moment-measures.ts';
import { sampleMoments } from '../../../src/risk/moments.ts';
import {
  downsideDeviation, gainDeviation, lossDeviation, maximumDrawdown, semiDeviation,
} from '../../../src/risk/return-statistics.ts';
import type { Check } from '../check.ts';
import type { Content } from '../content.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, optionalNumber, textOf, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import { numbersOf, tablesBeside, type ColumnTable } from './files-beside.ts';
import type { VarFormat } from './formats.ts';
import { checkComputed, checkPrinted } from './printed.ts';

/** Returns of a month: annual rates in the names of statistics are divided by this unless the file has a `scale`. */
const monthsPerYear = 12;
/** Some hundred roundings of sums, and of fourth powers. */
const relativeTolerance = 1e-11;

const atOrBeyond: MeasureConvention = { quantile: 7, side: 'pnl', shortfall: 'at-or-beyond' };

/** Tables of PerformanceAnalytics: statistics by series of returns, which are in a file beside. VaR and ES negative. */
export const performanceAnalyticsFormat: VarFormat = {
  detect: (content) =>
    Object.entries(rootOf(content)).some(([name, value]) => tablePattern.test(name) && isFields(value)),
  run: (content) => {
    const root = rootOf(content);
    const level = optionalNumber(fieldsOf(root['conventions']), 'p') ?? 0.95;
    const scale = optionalNumber(root, 'scale') ?? monthsPerYear;
    const tables = Object.entries(root).flatMap(([name, table]): CaseOutcome[] => {
      const match = tablePattern.exec(name);
      if (match === null) return [];
      return Object.entries(fieldsOf(table)).map(([series, values]) =>
        attempt(`${name}, ${series}`, () => {
          const returns = seriesOf(content, series, Number(match[2]));
          const check = match[1] === 'published_table' ? checkPublished : checkRecomputed;
          return Object.entries(fieldsOf(values)).flatMap(([statistic, value]) =>
            check(statistic, value, returns, level, scale),
          );
        }),
      );
    });
    const blocks = Object.entries(root).flatMap(([name, value]) => blockCases(content, name, value, level));
    return { cases: [...tables, ...blocks], notCovered: [] };
  },
};

const tablePattern = /^(published_table|recomputed)_(\d+)$/;

function blockCases(content: Content, name: string, value: unknown, level: number): CaseOutcome[] {
  const first = /^baseline_first(\d+)$/.exec(name);
  if (first !== null) return baselineCases(content, fieldsOf(value), Number(first[1]), level);
  if (name !== 'backtest') return [];
  return [attempt('backtest', () => checkBacktest(content, fieldsOf(value)))];
}

/** The file beside with these columns and, where it is known, this number of rows. */
function tableWith(content: Content, series: readonly string[], rows?: number): ColumnTable {
  const [table] = tablesBeside(content, (each) =>
    series.every((name) => each.columns.includes(name)) && (rows === undefined || each.rows.length === rows));
  if (table !== undefined) return table;
  throw new CaseInputError(`no file beside has ${rows ?? 'some'} rows of ${series.join(', ')}`);
}

const seriesOf = (content: Content, series: string, rows: number): Float64Array =>
  numbersOf(tableWith(content, [series], rows), series);

function checkPublished(name: string, value: unknown, returns: Float64Array, level: number, scale: number): Check[] {
  const percent = /\((?:.*=)?([\d.]+)%\)$/.exec(name);
  const stated = percent === null ? level : Number(percent[1]) / 100;
  const base = name.replace(/ \(.*$/, '');
  const of: Readonly<Record<string, () => number>> = {
    'Semi Deviation': () => semiDeviation(returns),
    'Gain Deviation': () => gainDeviation(returns),
    'Loss Deviation': () => lossDeviation(returns),
    'Downside Deviation': () => downsideDeviation(returns, stated / scale),
    'Maximum Drawdown': () => maximumDrawdown(returns),
    'Historical VaR': () => -riskMeasures(returns, [stated], { convention: 'r' })[0].valueAtRisk,
    'Historical ES': () => -riskMeasures(returns, [stated], { convention: 'r' })[0].expectedShortfall,
    'Modified VaR': () => -modifiedMeasures(returns, { level: stated }).valueAtRisk,
    'Modified ES': () => -modifiedMeasures(returns, { level: stated }).expectedShortfall,
  };
  return base in of ? checkPrinted(base, of[base](), value) : [];
}

function checkRecomputed(name: string, value: unknown, returns: Float64Array, level: number): Check[] {
  const historical = (convention: MeasureConvention) => riskMeasures(returns, [level], { convention })[0];
  const of: Readonly<Record<string, () => number>> = {
    hVaR: () => -historical(atOrBeyond).valueAtRisk,
    hES: () => -historical(atOrBeyond).expectedShortfall,
    hESstrict: () => -historical({ ...atOrBeyond, shortfall: 'beyond' }).expectedShortfall,
    gVaR: () => -gaussianMeasures(returns, { level }).valueAtRisk,
    gES: () => -gaussianMeasures(returns, { level }).expectedShortfall,
    mVaR: () => -modifiedMeasures(returns, { level }).valueAtRisk,
    mES: () => -modifiedMeasures(returns, { level }).expectedShortfall,
    mESop: () => -modifiedMeasures(returns, { level }).expectedShortfall,
    skew: () => sampleMoments(returns).skewness,
    exk: () => sampleMoments(returns).excessKurtosis,
  };
  // A kurtosis less 3 near 0 cancels.
  return name in of ? checkComputed(name, of[name](), value, relativeTolerance, name === 'exk' ? 1e-12 : 0) : [];
}

/** `VaR gaussian col1`: of a column; `component gaussian portfolio VaR`: of the weighted sum, by sample covariances. */
function baselineCases(content: Content, block: Fields, rows: number, level: number): CaseOutcome[] {
  const columns = listOf(block['cols']).map(textOf);
  return Object.entries(fieldsOf(block['expected'])).map(([name, expected]) =>
    attempt(`first ${rows}, ${name}`, () => {
      const table = tableWith(content, columns);
      const firstOf = (column: string): Float64Array => numbersOf(table, column).subarray(0, rows);
      if (/^component gaussian portfolio VaR$/.test(name)) {
        const weights = listOf(block['weights']).map((weight) => numberOf(fieldsOf({ weight }), 'weight'));
        const portfolio = new Float64Array(rows);
        columns.forEach((column, index) => firstOf(column).forEach((each, row) => (portfolio[row] += weights[index] * each)));
        return checkPrinted(name, gaussianMeasures(portfolio, { level, variance: 'sample' }).valueAtRisk, expected);
      }
      const match = /^(VaR|ES) (gaussian|modified|historical) col(\d+)$/.exec(name);
      if (match === null) return [];
      const column = columns[Number(match[3]) - 1];
      if (column === undefined) throw new CaseInputError(`there is no column ${match[3]}`);
      const returns = firstOf(column);
      const measures = {
        gaussian: () => gaussianMeasures(returns, { level }),
        modified: () => modifiedMeasures(returns, { level }),
        historical: () => riskMeasures(returns, [level], { convention: 'r' })[0],
      }[match[2] as 'gaussian' | 'modified' | 'historical']();
      return checkPrinted(name, match[1] === 'VaR' ? -measures.valueAtRisk : -measures.expectedShortfall, expected);
    }),
  );
}

/** `series`: a column and its number of rows; exceptions of its own historical VaR. */
function checkBacktest(content: Content, block: Fields): Check[] {
  const match = /^(.*) (\d+)$/.exec(textOf(block['series']));
  if (match === null) throw new CaseInputError(`input series must be a column and a number of rows`);
  const returns = seriesOf(content, match[1], Number(match[2]));
  const level = numberOf(block, 'p');
  const [{ valueAtRisk }] = riskMeasures(returns, [level], { convention: 'r' });
  const exceptions = exceptionsOf(returns, new Float64Array(returns.length).fill(valueAtRisk)).reduce((sum, each) => sum + each, 0);
  return [
    ...checkPrinted('expected exceptions', returns.length * (1 - level), block['expected_exceedances'], 1e-9),
    ...checkPrinted('exceptions', exceptions, block['actual']),
    ...checkPrinted('binomial p-value', exactBinomialPValue(returns.length, exceptions, 1 - level), block['binomial p-value']),
  ];
}
