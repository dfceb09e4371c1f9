import { coverageBacktest, type CoverageRun, type TestedModel } from '../../backtest/coverage/coverage-backtest.ts';
import { coverageReport, exceedancesOf, type CoverageReport } from '../../backtest/coverage/coverage-report.ts';
import { standardPortfolios, type TestPortfolio } from '../../backtest/coverage/test-portfolios.ts';
import type { ListingTerms } from '../../backtest/coverage/listing.ts';
import type { ArrayScaling } from '../../backtest/coverage/venue.ts';
import { defaultVolatilityPolicy, type VolatilityPolicy } from '../../backtest/coverage/volatility-policy.ts';
import type { Payoff } from '../../domain/instrument.ts';
import { MargridError } from '../../errors.ts';
import { valuesOf, type MarketHistory } from '../../history/market-history.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import { modelByName, modelNames } from '../../margin/registry.ts';
import { factorName } from '../../scenario/scenario-set.ts';
import { checkFailure, levelsOf, progressOf, type SharedBacktestOptions } from '../backtest-shared.ts';
import { coverageMatrix, overviewHeader, overviewRow, portfolioHeader, portfolioRow, refusalTexts } from '../coverage-tables.ts';
import { count, percent, table } from '../format.ts';
import { loadParams, requireParams } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { writePictures } from '../pictures.ts';
import type { Terminal } from '../terminal.ts';
import { coveragePage } from './backtest-coverage-page.ts';

export interface CoverageCommandOptions {
  /** `span,regt`, `old=deribit-pm`, `all`. */
  readonly model?: string;
  /** `label=file`. */
  readonly params: readonly string[];
  readonly underlying: string;
  readonly warmUp: number;
  readonly volatility: string;
  /** Near and far. */
  readonly tenors: string;
  readonly moneyness: string;
  /** Names of standard portfolios. */
  readonly portfolios?: string;
  readonly random: number;
  readonly notional: number;
  readonly arrays: ArrayScaling;
  readonly payoff?: Payoff;
  /** Portfolio by portfolio, for several models too. */
  readonly details?: boolean;
  /** Portfolio whose days are drawn; default: of each model the one that is covered least. */
  readonly draw?: string;
}

type Options = CoverageCommandOptions & SharedBacktestOptions;

/** `margrid backtest --model`: initial margin against realised losses. */
export async function backtestCoverage(
  options: Options,
  history: MarketHistory,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const [level, ...more] = levelsOf(options.level ?? '0.99');
  if (more.length > 0) throw new MargridError('OptionInvalid', '--level must be one level with --model', { value: options.level });
  const portfolios = chosenPortfolios(options.portfolios);
  requireDrawable(options, portfolios);
  const models = await testedModels(options);
  const prices = factorValues(history, 'price');
  const progress = progressOf(terminal, 'margining', signal);
  const run = await coverageBacktest({
    models,
    path: { dates: history.dates, prices },
    underlyings: options.underlying.split(',').map((name) => name.trim()),
    horizonDays: options.horizon,
    warmUpDays: options.warmUp,
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
    volatility: volatilityPolicy(options.volatility, history),
    terms: termsOf(options),
    portfolios,
    randomCount: options.random,
    seed: options.seed,
    notional: options.notional,
    arrayScaling: options.arrays,
    ...(options.payoff === undefined ? {} : { payoff: options.payoff }),
    onDay: progress.onDay,
  }).finally(progress.stop);
  const report = coverageReport(run, { level, seed: options.seed, ...(options.paths === undefined ? {} : { paths: options.paths }) });
  if (options.out !== undefined) await writeDays(options.out, run, signal);
  if (options.json) terminal.print(JSON.stringify(report));
  else printReport(report, options.details === true || report.models.length === 1, terminal);
  await writePictures(options, () => coveragePage(run, report, options.draw ?? null), terminal);
  return checked(report, options, terminal);
}

async function testedModels({ model, params }: Options): Promise<TestedModel[]> {
  const entries = model!.trim() === 'all' ? modelNames() : model!.split(',').map((each) => each.trim()).filter((each) => each !== '');
  const files = new Map(params.map((entry) => keyValue(entry)));
  const named = entries.map((entry) => {
    const [label, name] = entry.includes('=') ? keyValue(entry) : [entry, entry];
    return { label, model: modelByName(name).name };
  });
  const unknown = [...files.keys()].find((label) => !named.some((each) => each.label === label));
  if (unknown !== undefined) {
    throw new MargridError('OptionInvalid', `--params names '${unknown}', which is not among --model ${model}`, { value: unknown });
  }
  return Promise.all(
    named.map(async (each) => {
      const file = files.get(each.label);
      const loaded = await loadParams(file, each.model);
      requireParams(loaded, { model: each.model, ...(file === undefined ? {} : { params: file }) });
      return { ...each, params: loaded };
    }),
  );
}

function keyValue(entry: string): [string, string] {
  const at = entry.indexOf('=');
  if (at > 0) return [entry.slice(0, at), entry.slice(at + 1)];
  throw new MargridError('OptionInvalid', `must be NAME=VALUE, got '${entry}'`, { value: entry });
}

/** The one series of a kind. */
function factorValues(history: MarketHistory, kind: 'price' | 'volatility'): Float64Array {
  const found = [...history.factors.keys()].filter((index) => history.factors[index].kind === kind);
  if (found.length === 1) return valuesOf(history, found[0]);
  const names = history.factors.map(factorName).join(', ');
  throw new MargridError('OptionInvalid', `--model needs one --factor ${kind}:NAME, there are ${names}`, { column: 'factor' });
}

/** `constant:0.6`, `realised`, `realised:LAMBDA,FACTOR,FLOOR`, `series`. */
function volatilityPolicy(text: string, history: MarketHistory): VolatilityPolicy {
  const [kind, rest = ''] = text.split(':');
  if (kind === 'series' && rest === '') return { kind, volatilities: factorValues(history, 'volatility') };
  const numbers = rest === '' ? [] : rest.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (kind === 'constant' && numbers.length === 1) return { kind, volatility: numbers[0] };
  if (kind === 'realised' && numbers.length <= 3 && defaultVolatilityPolicy.kind === 'realised') {
    const [lambda = defaultVolatilityPolicy.lambda, factor = defaultVolatilityPolicy.factor] = numbers;
    return { kind, lambda, factor, floor: numbers[2] ?? defaultVolatilityPolicy.floor };
  }
  const message = `--volatility must be constant:VOLATILITY, realised[:LAMBDA,FACTOR,FLOOR] or series, got '${text}'`;
  throw new MargridError('OptionInvalid', message, { column: 'volatility', value: text });
}

function termsOf(options: Options): ListingTerms {
  const [near, far] = numbersOf('tenors', options.tenors, 2);
  const [low, middle, high] = numbersOf('moneyness', options.moneyness, 3);
  return { tenorDays: [near, far], moneyness: [low, middle, high] };
}

function numbersOf(option: string, text: string, length: number): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const isAscending = values.every((value, index) => value > (index === 0 ? 0 : values[index - 1]) && value < Infinity);
  if (values.length === length && isAscending) return values;
  const message = `--${option} must be ${length} ascending numbers > 0, comma-separated, got '${text}'`;
  throw new MargridError('OptionInvalid', message, { column: option, value: text });
}

function chosenPortfolios(text: string | undefined): readonly TestPortfolio[] {
  if (text === undefined) return standardPortfolios;
  return text.split(',').map((part) => {
    const found = standardPortfolios.find(({ name }) => name === part.trim());
    if (found !== undefined) return found;
    const known = standardPortfolios.map(({ name }) => name).join(', ');
    throw new MargridError('OptionInvalid', `--portfolios must be of ${known}, got '${part}'`, { column: 'portfolios', value: part });
  });
}

/** Before the work: a name that no portfolio will have. */
function requireDrawable({ draw, random }: Options, portfolios: readonly TestPortfolio[]): void {
  if (draw === undefined) return;
  const names = [...portfolios.map(({ name }) => name), ...Array.from({ length: random }, (_, index) => `random-${index + 1}`)];
  if (names.includes(draw)) return;
  throw new MargridError('OptionInvalid', `--draw must be one of ${names.join(', ')}, got '${draw}'`, { column: 'draw', value: draw });
}

/** A model that margins nothing has covered nothing: it fails a check. */
function checked(report: CoverageReport, options: Options, terminal: Terminal): number {
  if (options.requireCoverage === undefined && options.requireZone === undefined) return exitCodes.ok;
  const failures = report.models.flatMap(({ label, portfolios, refused }) => {
    if (portfolios.length === 0) return [`${label}: ${refused[0]?.reason ?? 'nothing was margined'}`];
    return portfolios.flatMap(({ portfolio, coverage, tests }) => {
      const failure = checkFailure(`${label}, ${portfolio}`, coverage, tests, options);
      return failure === null ? [] : [failure];
    });
  });
  for (const failure of failures) terminal.note(`check failed: ${failure}`);
  return failures.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
}

function printReport(report: CoverageReport, isDetailed: boolean, terminal: Terminal): void {
  const { days, from, to, horizonDays, level } = report;
  const horizon = horizonDays === 1 ? '1 day' : `${horizonDays} days, overlapping`;
  terminal.print(`${count(days)} days, ${from} to ${to}; margin period of risk ${horizon}; standard ${percent(level, 1)}`);
  terminal.print('');
  terminal.print(table([overviewHeader, ...report.models.map(overviewRow)]));
  if (report.models.length > 1) {
    terminal.print('');
    terminal.print('coverage by portfolio');
    terminal.print(table(coverageMatrix(report.models)));
  }
  for (const model of report.models) {
    if (isDetailed && model.portfolios.length > 0) {
      terminal.print('');
      terminal.print(`${model.label}: ${model.listing}, in ${model.currency}; parameters of ${model.parameters?.date}`);
      terminal.print(table([portfolioHeader, ...model.portfolios.map(portfolioRow)]));
    }
    for (const text of refusalTexts(model)) terminal.print(text);
  }
}

/** One row per model, portfolio and day. */
async function writeDays(path: string, run: CoverageRun, signal: AbortSignal): Promise<void> {
  const parts = run.models.flatMap((model) => model.portfolios.map((own) => ({ model, own, exceeded: exceedancesOf(own, model.notional) })));
  const text = (name: string, of: (part: (typeof parts)[number], day: number) => string): ResultColumn => ({
    name, type: 'string', values: parts.flatMap((part) => run.dates.map((_, day) => of(part, day))),
  });
  const number = (name: string, of: (part: (typeof parts)[number]) => ArrayLike<number>): ResultColumn => ({
    name, type: 'f64', values: Float64Array.from(parts.flatMap((part) => Array.from(of(part)))),
  });
  const columns = [
    text('date', (_part, day) => run.dates[day]),
    text('end_date', (_part, day) => run.endDates[day]),
    text('model', ({ model }) => model.label),
    text('portfolio', ({ own }) => own.portfolio),
    text('currency', ({ model }) => model.currency!),
    number('notional', ({ model }) => model.notional),
    number('initial_margin', ({ own }) => own.initialMargin),
    number('cover', ({ own }) => own.cover),
    number('loss', ({ own }) => own.loss),
    number('exceeded', ({ exceeded }) => exceeded),
  ];
  await writeTable(path, { rowCount: parts.length * run.dates.length, columns }, { signal });
}
