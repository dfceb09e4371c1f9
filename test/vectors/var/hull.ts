import { variancePath, type StartVariance, type VolatilityModel } from '../../../src/dynamic/volatility-model.ts';
import { ageWeights } from '../../../src/risk/age-weights.ts';
import { riskMeasures, valueAtRisk } from '../../../src/risk/measures.ts';
import { gaussianMeasures } from '../../../src/risk/moment-measures.ts';
import { sampleMoments } from '../../../src/risk/moments.ts';
import { quantile, quantileTypes } from '../../../src/risk/quantile.ts';
import { normalQuantile } from '../../../assembly/portable/normal.ts';
import type { Check } from '../check.ts';
import type { Content } from '../content.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, optionalNumber, textOf, type Fields } from '../fields.ts';
import { rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import { numbersOf, tablesBeside, type ColumnTable } from './files-beside.ts';
import type { VarFormat } from './formats.ts';
import { checkComputed, checkPrinted } from './printed.ts';

/** Of the file, which names its level in `VaR99` and the like. */
const level = 0.99;
/** RiskMetrics' for daily returns, unless the file has an `ewmaLambda`. */
const defaultEwmaLambda = 0.94;
/** Some hundred roundings of doubles. */
const relativeTolerance = 1e-10;

/**
 * Four-index portfolio of Hull's chapter on VaR: prices in a file beside, `data` says which rows and how the series in
 * one currency follow from its columns (`A`, `A*B`, `A/B`; columns by their beginning). Numbers `published` to their
 * print rounding, `recomputed` ones to that of doubles.
 */
export const hullFormat: VarFormat = {
  detect: (content) => {
    const root = rootOf(content);
    return Array.isArray(root['weightsThousandUSD']) && (isFields(root['published']) || isFields(root['recomputed']));
  },
  run: (content) => {
    const root = rootOf(content);
    const blocks = ['published', 'recomputed'] as const;
    let portfolio: Portfolio | null = null;
    const cases = blocks.flatMap((block) =>
      Object.entries(fieldsOf(root[block])).map(([name, expected]) =>
        attempt(`${block} ${name}`, () => {
          portfolio ??= new Portfolio(content, root);
          return portfolio.checks(name, expected, block === 'published' ? printed : computed);
        }),
      ),
    );
    return { cases, notCovered: [] };
  },
};

type Compare = (name: string, actual: number, expected: unknown) => Check[];
const printed: Compare = (name, actual, expected) => checkPrinted(name, actual, expected);
const computed: Compare = (name, actual, expected) => checkComputed(name, actual, expected, relativeTolerance);

class Portfolio {
  readonly #model: VolatilityModel;
  readonly #weights: readonly number[];
  readonly #names: readonly string[];
  /** Simple returns by series and day. */
  readonly #returns: readonly Float64Array[];
  /** P&L of today's portfolio under each day's returns. */
  readonly #pnl: Float64Array;
  readonly #given: Fields;

  constructor(content: Content, root: Fields) {
    this.#given = fieldsOf(root['published']);
    this.#model = { kind: 'ewma', lambda: optionalNumber(root, 'ewmaLambda') ?? defaultEwmaLambda };
    this.#weights = listOf(root['weightsThousandUSD']).map((weight) => numberOf(fieldsOf({ weight }), 'weight'));
    const { names, prices } = pricesBeside(content, textOf(root['data']));
    if (prices.length !== this.#weights.length) throw new CaseInputError('there must be a weight for each series');
    this.#names = names;
    this.#returns = prices.map((series) => Float64Array.from({ length: series.length - 1 }, (_, day) => series[day + 1] / series[day] - 1));
    this.#pnl = this.#pnlOf(this.#returns);
  }

  #pnlOf(returns: readonly Float64Array[]): Float64Array {
    return returns[0].map((_, day) => returns.reduce((sum, series, index) => sum + this.#weights[index] * series[day], 0));
  }

  /** Moves scaled to tomorrow's volatility; the volatility of each day is the forecast made the day before. */
  #scaled(values: Float64Array): Float64Array {
    const variances = variancePath(this.#model, values, 'sample-variance');
    const next = variances[values.length];
    return values.map((value, day) => value * Math.sqrt(next / variances[day]));
  }

  #nextVariance(values: Float64Array, start: StartVariance = 'first-squared-return'): number {
    return variancePath(this.#model, values, start)[values.length];
  }

  checks(name: string, expected: unknown, compare: Compare): Check[] {
    const scaled = (): Float64Array => this.#pnlOf(this.#returns.map((series) => this.#scaled(series)));
    const gaussian = (variance: 'population' | 'sample'): number =>
      gaussianMeasures(this.#pnl, { level, variance, mean: 'zero' }).valueAtRisk;
    const [historical] = riskMeasures(this.#pnl, [level], { convention: 'hull' });
    const value = (actual: number): Check[] => compare(name, actual, expected);
    switch (name) {
      case 'lossTable': case 'worst15': return losses(name, this.#pnl, expected, compare);
      case 'volScaled': case 'volScaledTop': return losses(name, scaled(), expected, compare);
      case 'portfolioLevelScaled': case 'portfolioScaledTop':
        return ranked(name, this.#scaled(this.#pnl), expected, compare);
      case 'HS_VaR99': return value(historical.valueAtRisk);
      case 'ES_5worst': return value(historical.expectedShortfall);
      case 'volScaledVaR99': return value(valueAtRisk(scaled(), { level, convention: 'hull' }));
      case 'volScaledES': case 'volScaledES5':
        return value(riskMeasures(scaled(), [level], { convention: 'hull' })[0].expectedShortfall);
      case 'ageWeighted': return this.#ageWeighted(fieldsOf(expected), Array.isArray(expected) ? expected : null, compare);
      case 'ageWeightedVaR99': return value(this.#ageMeasure().valueAtRisk);
      case 'ageWeightedES99': return value(this.#ageMeasure().expectedShortfall);
      case 'modelBuildingEqualWeight': case 'modelBuildingPop': return value(gaussian('population'));
      case 'modelBuildingSample': return value(gaussian('sample'));
      case 'modelBuildingEWMA': return value(-normalQuantile(1 - level) * this.#ewmaDeviation());
      case 'ewmaPortfolioSd': return value(this.#ewmaDeviation());
      case 'quantiles99': return this.#quantiles(fieldsOf(expected), compare);
      case 'ewma': return this.#ewmaBlock(fieldsOf(expected), compare);
      case 'dailyVolEqualPct':
        return this.#perSeries(name, expected, compare, (series) => 100 * Math.sqrt(sampleMoments(series).variance));
      case 'dailyVolEWMAPct':
        return this.#perSeries(name, expected, compare, (series) => 100 * Math.sqrt(this.#nextVariance(series)));
      default: return this.#correlation(name, expected, compare);
    }
  }

  /** The EWMA of covariances is that of the portfolio's squares: w'Sw of sums is the sum of squares of w'r. */
  #ewmaDeviation(): number {
    return Math.sqrt(this.#nextVariance(this.#pnl));
  }

  #ageLambda(): number {
    return optionalNumber(fieldsOf(this.#given['ageWeighted']), 'lambda_') ?? 0.995;
  }

  #ageMeasure() {
    const weights = ageWeights(this.#pnl.length, this.#ageLambda());
    return riskMeasures(this.#pnl, [level], { convention: 'hull', weights })[0];
  }

  #ageWeighted(fields: Fields, rows: readonly unknown[] | null, compare: Compare): Check[] {
    const weights = ageWeights(this.#pnl.length, this.#ageLambda());
    if (rows !== null) {
      let cumulative = 0;
      return rows.flatMap((each) => {
        const row = fieldsOf(each);
        const scenario = numberOf(row, 'scenario') - 1;
        cumulative += weights[scenario];
        return [
          ...compare('age-weighted loss', -this.#pnl[scenario], row['loss']),
          ...compare('age weight', weights[scenario], row['weight']),
          ...compare('cumulative age weight', cumulative, row['cumulative']),
        ];
      });
    }
    const measure = this.#ageMeasure();
    return [
      ...listOf(fields['weights']).flatMap((pair) => {
        const [scenario, weight] = listOf(pair);
        return compare('age weight', weights[numberOf({ scenario }, 'scenario') - 1], weight);
      }),
      ...compare('age-weighted VaR99', measure.valueAtRisk, fields['VaR99']),
      ...compare('age-weighted ES99', measure.expectedShortfall, fields['ES99']),
    ];
  }

  /** Of the losses at the level, not of the P&L at the rest. */
  #quantiles(fields: Fields, compare: Compare): Check[] {
    const losses = this.#pnl.map((each) => -each).sort();
    return quantileTypes.flatMap((type) =>
      compare(`loss quantile type${type}`, valueAtRisk(this.#pnl, {
        level, convention: { quantile: type, side: 'loss', shortfall: 'acerbi-tasche' },
      }), fields[`type${type}`]).concat(compare(`quantile type${type}`, quantile(losses, level, type), fields[`type${type}`])),
    );
  }

  #ewmaBlock(fields: Fields, compare: Compare): Check[] {
    return [
      ...compare('ewma sd', this.#ewmaDeviation(), fields['sd']),
      ...compare('ewma VaR', -normalQuantile(1 - level) * this.#ewmaDeviation(), fields['var99']),
      ...this.#perSeries('ewma vols', fields['vols'], compare, (series) => Math.sqrt(this.#nextVariance(series))),
      ...Object.entries(fields).flatMap(([name, expected]) => this.#correlation(name, expected, compare)),
    ];
  }

  #perSeries(name: string, expected: unknown, compare: Compare, of: (series: Float64Array) => number): Check[] {
    return listOf(expected).flatMap((each, index) => {
      if (this.#returns[index] === undefined) throw new CaseInputError(`there is no series ${index + 1}`);
      return compare(name, of(this.#returns[index]), each);
    });
  }

  /** `corr…A_B`: from the variances of A, B and their sum. */
  #correlation(name: string, expected: unknown, compare: Compare): Check[] {
    const match = /^corr(?:EWMA_)?(\w+?)_(\w+)$/.exec(name);
    if (match === null) return [];
    const [a, b] = [match[1], match[2]].map((start) => {
      const series = this.#returns[this.#names.findIndex((each) => each.startsWith(start))];
      if (series === undefined) throw new CaseInputError(`there is no series ${start}`);
      return series;
    });
    const both = this.#nextVariance(a.map((each, day) => each + b[day]));
    const [first, second] = [this.#nextVariance(a), this.#nextVariance(b)];
    return compare('ewma correlation', (both - first - second) / (2 * Math.sqrt(first * second)), expected);
  }
}

/** Pairs of scenario (from 1) and loss, or objects, from the worst on. */
function losses(name: string, pnl: Float64Array, expected: unknown, compare: Compare): Check[] {
  const worst = Array.from(pnl.keys()).sort((a, b) => pnl[a] - pnl[b]);
  return listOf(expected).flatMap((each, rank) => {
    const [scenario, loss] = isFields(each) ? [each['scenario'], each['loss']] : listOf(each);
    return [
      ...(scenario === undefined ? [] : checkComputed(`${name}, scenario`, worst[rank] + 1, scenario, 0)),
      ...compare(name, -pnl[worst[rank]], loss),
    ];
  });
}

function ranked(name: string, pnl: Float64Array, expected: unknown, compare: Compare): Check[] {
  const sorted = Float64Array.from(pnl).sort();
  return listOf(expected).flatMap((loss, rank) => compare(name, -sorted[rank], loss));
}

interface Prices {
  readonly names: readonly string[];
  readonly prices: readonly Float64Array[];
}

/** `… rows 0..500; series in USD = DJIA, FTSE*USDGBP, CAC40/EURUSD`. */
function pricesBeside(content: Content, data: string): Prices {
  const rows = /rows (\d+)\.\.(\d+)/.exec(data);
  const series = /series in \w+ = (.+)$/.exec(data)?.[1].split(/\s*,\s*/) ?? [];
  if (rows === null || series.length === 0) throw new CaseInputError('input data must name rows and series');
  const terms = series.map((term) => {
    const match = /^(\w+)(?:([*/])(\w+))?$/.exec(term.trim());
    if (match === null) throw new CaseInputError(`input data: '${term}' is no series`);
    return match;
  });
  const starts = terms.flatMap((match) => [match[1], match[3]].filter((each) => each !== undefined));
  const [table] = tablesBeside(content, ({ columns }) => starts.every((start) => columnsOf(columns, start).length === 1));
  if (table === undefined) throw new CaseInputError(`no file beside has columns ${starts.join(', ')}`);
  const read = (start: string): Float64Array =>
    numbersOf(headOf(table, Number(rows[1]), Number(rows[2])), columnsOf(table.columns, start)[0]);
  return {
    names: terms.map((match) => match[1]),
    prices: terms.map(([, first, operator, second]) => {
      if (operator === undefined) return read(first);
      const by = read(second);
      return read(first).map((each, day) => (operator === '*' ? each * by[day] : each / by[day]));
    }),
  };
}

function columnsOf(columns: readonly string[], start: string): readonly string[] {
  return columns.includes(start) ? [start] : columns.filter((column) => column.startsWith(start));
}

function headOf({ columns, rows }: ColumnTable, first: number, last: number): ColumnTable {
  if (rows.length <= last) throw new CaseInputError(`the file beside has ${rows.length} rows, not ${last + 1}`);
  return { columns, rows: rows.slice(first, last + 1) };
}
