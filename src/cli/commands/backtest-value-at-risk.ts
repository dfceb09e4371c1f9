import { rollingBacktest, type RollingRun } from '../../backtest/rolling/rolling-backtest.ts';
import { rollingReport, type LevelReport, type RollingReport, type ShortfallTest } from '../../backtest/rolling/rolling-report.ts';
import { defaultMethods, varMethodNames, type VarMethod } from '../../backtest/rolling/var-method.ts';
import { weightedPortfolio } from '../../backtest/rolling/weights-market.ts';
import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import type { Innovation } from '../../dynamic/garch-fit.ts';
import { MargridError } from '../../errors.ts';
import type { MarketHistory } from '../../history/market-history.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import type { Holding } from '../../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { measureConventions, type ConventionName } from '../../risk/conventions.ts';
import { checkFailure, levelsOf, progressOf, pValueText, type SharedBacktestOptions } from '../backtest-shared.ts';
import { amount, count, money, percent, table } from '../format.ts';
import { loadBook, loadMarket, requireAccount } from '../inputs.ts';
import { returnKindsOf } from '../history-sources.ts';
import { exitCodes } from '../interruption.ts';
import { writePictures } from '../pictures.ts';
import type { Terminal } from '../terminal.ts';
import { valueAtRiskPage } from './backtest-value-at-risk-page.ts';

export interface ValueAtRiskCommandOptions {
  readonly book?: string;
  readonly market: string;
  /** One account of the book; default: all of them together. */
  readonly account?: string;
  /** `BTC=1000000`. */
  readonly weight: readonly string[];
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  /** `fhs-ewma:0.97`. */
  readonly method?: string;
  readonly innovation: Innovation;
  readonly quantile: string;
  readonly beyondSample: 'refuse' | 'worst';
  /** Of a right model to be rejected, in the tests of ES. */
  readonly size: number;
}

type Options = ValueAtRiskCommandOptions & SharedBacktestOptions;

/** `margrid backtest` without a model: rolling VaR and ES of a portfolio against its P&L. */
export async function backtestValueAtRisk(
  options: Options,
  history: MarketHistory,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const levels = levelsOf(options.level ?? '0.975,0.99');
  const method = methodOf(options);
  const convention = conventionNamed(options.quantile);
  const portfolio = await portfolioOf(options, terminal);
  const progress = progressOf(terminal, 'backtesting', signal);
  let run: RollingRun;
  try {
    run = rollingBacktest({
      ...portfolio, history, method, levels, convention,
      currency: options.currency, unmatched: options.unmatched, beyondSample: options.beyondSample,
      lookback: options.lookback ?? 500, horizonDays: options.horizon,
      windows: options.windows ?? 'overlapping', returns: returnKindsOf(options.returns ?? 'log'),
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
      onDay: progress.onDay,
    });
  } finally {
    progress.stop();
  }
  terminal.stage('simulating critical values');
  const report = rollingReport(run, {
    size: options.size, seed: options.seed, ...(options.paths === undefined ? {} : { paths: options.paths }),
  });
  terminal.stage(null);
  if (options.out !== undefined) await writeDays(options.out, run, signal);
  if (options.json) terminal.print(JSON.stringify(report));
  else printReport(report, terminal);
  await writePictures(options, () => valueAtRiskPage(run, report, portfolioText(options)), terminal);
  return checked(report, options, terminal);
}

/** `BTC=1000000`, `book.parquet, account 7`. */
function portfolioText({ book, account, weight }: Options): string {
  if (book === undefined) return weight.join(', ');
  return account === undefined ? book : `${book}, account ${account}`;
}

function methodOf({ method: text = 'historical', innovation }: Options): VarMethod {
  const [name, rest] = text.split(':');
  const known = varMethodNames.find((each) => each === name);
  const value = rest === undefined ? null : rest.trim() === '' ? NaN : Number(rest);
  const fail = (rule: string): never => {
    throw new MargridError('OptionInvalid', `--method ${rule}, got '${text}'`, { column: 'method', value: text });
  };
  if (known === undefined) return fail(`must be one of ${varMethodNames.join(', ')}, some with ':NUMBER'`);
  const method = defaultMethods[known];
  if (method.kind === 'fhs-garch') {
    if (value !== null && !(Number.isInteger(value) && value >= 1)) return fail('fhs-garch:DAYS needs a whole number of days >= 1');
    return { ...method, innovation, ...(value === null ? {} : { refitDays: value }) };
  }
  if (value === null) return method;
  if (method.kind === 'historical') return fail('historical takes no number');
  if (!(value > 0 && value < 1)) return fail(`${known}:LAMBDA needs a number in (0, 1)`);
  return { ...method, lambda: value };
}

function conventionNamed(text: string): ConventionName {
  const names = Object.keys(measureConventions) as ConventionName[];
  const known = names.find((name) => name === text);
  if (known !== undefined) return known;
  throw new MargridError('OptionInvalid', `--quantile must be one of ${names.join(', ')}, got '${text}'`, { value: text });
}

interface Portfolio {
  readonly market: Market;
  readonly holdings: readonly Holding[];
  readonly cash?: ReadonlyMap<string, number>;
}

async function portfolioOf(options: Options, terminal: Terminal): Promise<Portfolio> {
  const { book: file, weight, account, returns = 'log' } = options;
  if ((file === undefined) === (weight.length === 0)) {
    throw new MargridError('OptionInvalid', 'VaR needs a portfolio: either --book FILE or --weight NAME=AMOUNT', { column: 'book' });
  }
  if (file === undefined) {
    const kinds = returnKindsOf(returns);
    // An amount has no price of which a move in currency could be a part.
    if ((typeof kinds === 'string' ? kinds : kinds.price) === 'absolute') {
      throw new MargridError('OptionInvalid', '--weight needs relative or log returns of prices, got absolute', { column: 'returns', value: returns });
    }
    return weightedPortfolio(new Map(weight.map(weightOf)), options.currency);
  }
  const inputs = { market: options.market, book: file };
  const market = await loadMarket(inputs, terminal);
  const { book } = await loadBook(inputs, market);
  const row = account === undefined ? null : requireAccount(book, { book: file, account });
  return { market, ...netHoldings(book, row) };
}

function weightOf(entry: string): [string, number] {
  const at = entry.lastIndexOf('=');
  const value = entry.slice(at + 1).trim();
  if (at > 0 && value !== '' && Number.isFinite(Number(value))) return [entry.slice(0, at), Number(value)];
  throw new MargridError('OptionInvalid', `--weight must be NAME=AMOUNT, got '${entry}'`, { column: 'weight', value: entry });
}

/** Positions and cash of an account, or of all of them netted. */
function netHoldings({ positions, cash, currencies }: Book, account: number | null): Omit<Portfolio, 'market'> {
  const held = new Map<number, number>();
  positions.instrumentIndex.forEach((instrument, row) => {
    if (account !== null && positions.accountIndex[row] !== account) return;
    held.set(instrument, (held.get(instrument) ?? 0) + positions.quantity[row]);
  });
  const amounts = new Map<string, number>();
  cash.amount.forEach((each, row) => {
    if (account !== null && cash.accountIndex[row] !== account) return;
    const currency = currencies[cash.currencyIndex[row]];
    amounts.set(currency, (amounts.get(currency) ?? 0) + each);
  });
  return { holdings: [...held].map(([instrument, quantity]) => ({ instrument, quantity })), cash: amounts };
}

function checked(report: RollingReport, options: Options, terminal: Terminal): number {
  const failures = report.levels.flatMap(({ level, coverage, tests }) => {
    const failure = checkFailure(`VaR ${percent(level, 1)}`, coverage, tests, options);
    return failure === null ? [] : [failure];
  });
  for (const failure of failures) terminal.note(`check failed: ${failure}`);
  return failures.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
}

function printReport(report: RollingReport, terminal: Terminal): void {
  const { method, lookback, horizonDays, days, from, to, currency, worstPnl } = report;
  const horizon = horizonDays === 1 ? '1 day' : `${horizonDays} days, overlapping`;
  terminal.print(`${method}, ${count(lookback)} scenarios; horizon ${horizon}`);
  terminal.print(`${count(days)} forecasts, ${from} to ${to}; worst P&L ${money(worstPnl, currency)} ${currency}`);
  terminal.print('');
  const header = [
    'level', 'exceptions', 'expected', 'coverage', 'zone', 'Kupiec p', 'independence p', 'Christoffersen p', 'duration p',
    'Z1', 'Z2', `mean VaR ${currency}`, `mean ES ${currency}`,
  ];
  terminal.print(table([header, ...report.levels.map((level) => levelRow(level, currency))]));
  terminal.print('');
  terminal.print('Z1, Z2 (Acerbi and Szekely): statistic (p if P&L is normal / Student-t with 3 degrees of freedom)');
  for (const { level, exceptions } of report.levels) {
    const worst = [...exceptions].sort((a, b) => a.pnl - b.pnl).slice(0, 5);
    const text = worst.map(({ date, pnl, valueAtRisk }) => `${date} ${money(pnl, currency)} (VaR ${money(valueAtRisk, currency)})`);
    if (text.length > 0) terminal.print(`largest losses beyond VaR ${percent(level, 1)}: ${text.join('; ')}`);
  }
}

function levelRow({ level, exceptions, coverage, tests, z1, z2, meanValueAtRisk, meanExpectedShortfall }: LevelReport, currency: string): string[] {
  return [
    percent(level, 1), count(exceptions.length), amount(tests.expected, 1), percent(coverage, 3), tests.trafficLight.zone,
    pValueText(tests.kupiec), pValueText(tests.independence), pValueText(tests.conditional), pValueText(tests.duration),
    shortfallText(z1), shortfallText(z2), money(meanValueAtRisk, currency), money(meanExpectedShortfall, currency),
  ];
}

function shortfallText(test: ShortfallTest): string {
  if ('refused' in test) return '-';
  return `${amount(test.statistic, 3)} (${test.normal.pValue.toFixed(3)} / ${test.studentT.pValue.toFixed(3)})`;
}

/** One row per day and level. */
async function writeDays(path: string, run: RollingRun, signal: AbortSignal): Promise<void> {
  const { levels, dates, endDates, pnl } = run;
  const days = dates.length;
  const number = (name: string, of: (level: RollingRun['levels'][number]) => ArrayLike<number>): ResultColumn => ({
    name, type: 'f64', values: Float64Array.from(levels.flatMap((level) => Array.from(of(level)))),
  });
  const columns: ResultColumn[] = [
    { name: 'date', type: 'string', values: levels.flatMap(() => [...dates]) },
    { name: 'end_date', type: 'string', values: levels.flatMap(() => [...endDates]) },
    number('level', ({ level }) => new Float64Array(days).fill(level)),
    number('pnl', () => pnl),
    number('value_at_risk', ({ valueAtRisk }) => valueAtRisk),
    number('expected_shortfall', ({ expectedShortfall }) => expectedShortfall),
    number('exception', ({ exceptions }) => exceptions),
  ];
  await writeTable(path, { rowCount: days * levels.length, columns }, { signal });
}
