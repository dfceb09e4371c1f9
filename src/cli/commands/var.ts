import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import { MargridError } from '../../errors.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import { contributionsChart } from '../../report/bars.ts';
import type { Chart } from '../../report/chart.ts';
import type { Report, ReportTable } from '../../report/page.ts';
import { pnlDistributionChart } from '../../report/pnl-distribution.ts';
import { Revaluation } from '../../revaluation/revaluation.ts';
import { sortHoldings } from '../../revaluation/sorted-holdings.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { bookRisk, type BookRisk, type RiskColumns } from '../../risk/book-risk.ts';
import type { ConventionName } from '../../risk/conventions.ts';
import { portfolioRisk, type PortfolioRisk } from '../../risk/incremental.ts';
import { riskMeasures } from '../../risk/measures.ts';
import { orderStatisticInterval, quantileStandardError, shortfallStandardError } from '../../risk/standard-errors.ts';
import type { ScenarioSet } from '../../scenario/scenario-set.ts';
import { bookOfAccount } from '../../whatif/holdings.ts';
import { amount, count, percent, table } from '../format.ts';
import { loadBook, loadMarket, requireAccount, requireWritable, type FileOptions } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { requirePictures, writePictures, type PictureOptions } from '../pictures.ts';
import { readPools } from '../pools-file.ts';
import { describeScenarios, scenariosOf, type ScenarioTexts } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';

export interface VarCommandOptions extends FileOptions, PictureOptions, ScenarioTexts {
  /** One account instead of the book. */
  readonly account?: string;
  readonly pools?: string;
  /** Comma-separated confidence levels. */
  readonly level: string;
  readonly convention: ConventionName;
  readonly beyondSample: 'refuse' | 'worst';
  readonly parts: 'underlying' | 'instrument';
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  readonly workers: number;
  readonly kernels?: 'wasm' | 'javascript';
  /** Accounts that are printed, those with the largest VaR. */
  readonly top: number;
  readonly out?: string;
  readonly outPools?: string;
  readonly json?: boolean;
}

/** What is said of the P&L of one portfolio: the book, or one account. */
interface Findings {
  readonly pnl: Float64Array;
  readonly measures: readonly LevelFindings[];
  readonly parts: readonly string[];
  /** At the first level. */
  readonly components: PortfolioRisk;
}

interface LevelFindings {
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

/** `margrid var`: VaR and ES of every account, of pools and of the whole book, by full revaluation. */
export async function valueAtRiskCommand(
  options: VarCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  [options.out, options.outPools].forEach(requireWritable);
  requirePictures(options);
  const levels = levelsOf(options.level);
  const market = await loadMarket(options, terminal);
  const { book: whole } = await loadBook(options, market);
  const { account } = options;
  const book =
    account === undefined ? whole : bookOfAccount(whole, requireAccount(whole, { book: options.book, account }));
  const groups = options.pools === undefined ? undefined : await readPools(options.pools, book);
  const scenarios = await scenariosOf(options, market, book, terminal);
  const { convention, beyondSample, currency, unmatched, workers, kernels } = options;
  const progress = terminal.progress('portfolios', 100);
  const risk = await bookRisk({
    market, book, scenarios, levels, convention, beyondSample, currency, unmatched, workers, signal,
    ...(groups === undefined ? {} : { groups }),
    ...(kernels === undefined ? {} : { kernels }),
    onProgress: ({ done, total }) => progress.update(Math.floor((100 * done) / total)),
  });
  progress.stop();
  for (const name of risk.heldConstant) terminal.note(`not moved: ${name}`);
  const findings = findingsOf(options, market, book, scenarios, risk);
  if (options.out !== undefined) await writeTable(options.out, measureTable(risk, risk.accounts, 'account'), { signal });
  if (options.outPools !== undefined) await writePoolTable(options.outPools, risk, signal);
  if (options.json) terminal.print(JSON.stringify(jsonOf(options, scenarios, risk, findings)));
  else printFindings(options, scenarios, risk, findings, terminal);
  await writePictures(options, () => page(options, scenarios, risk, findings), terminal);
  return exitCodes.ok;
}

function levelsOf(text: string): number[] {
  const levels = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (levels.every((level) => level > 0 && level < 1)) return levels;
  throw new MargridError('OptionInvalid', `--level must be numbers in (0, 1), comma-separated, got '${text}'`, { value: text });
}

async function writePoolTable(path: string, risk: BookRisk, signal: AbortSignal): Promise<void> {
  if (risk.groups === null) throw new MargridError('OptionInvalid', '--out-pools needs --pools');
  await writeTable(path, measureTable(risk, risk.groups, 'pool'), { signal });
}

/** The book's P&L, taken apart: by underlying or by instrument, at the first level. */
function findingsOf(
  { currency, unmatched, convention, beyondSample, parts }: VarCommandOptions,
  market: Market,
  book: Book,
  scenarios: ScenarioSet,
  { bookPnl: pnl, levels, accounts }: BookRisk,
): Findings {
  const { weights } = scenarios;
  const options = { convention, beyondSample, ...(weights === undefined ? {} : { weights }) };
  const rows = partsOf(market, book, accounts, new Revaluation(market, scenarios, { currency, unmatched }), parts);
  const names = [...rows.keys()].sort();
  return {
    pnl,
    measures: riskMeasures(pnl, levels, options).map(({ level, ...values }) => ({
      level,
      ...values,
      interval: weights === undefined ? orderStatisticInterval(pnl, level, intervalConfidence) : null,
      valueAtRiskError: quantileStandardError(pnl, { ...options, level }),
      expectedShortfallError: shortfallStandardError(pnl, { ...options, level }),
    })),
    parts: names,
    components: portfolioRisk(
      { parts: names.length, scenarios: scenarios.count, pnlOf: (part) => rows.get(names[part])! },
      { ...options, level: levels[0] },
    ),
  };
}

/** P&L of each part of the book, without the accounts that are left out. Cash of a coin belongs to that coin. */
function partsOf(
  market: Market,
  book: Book,
  { quarantined }: RiskColumns,
  revaluation: Revaluation,
  by: VarCommandOptions['parts'],
): Map<string, Float64Array> {
  const { currencies, cash, firstPosition, instrument, quantity } = sortHoldings(book, market);
  const net = new Float64Array(market.instruments.length);
  const paid = new Float64Array(currencies.length);
  for (let account = 0; account < book.accountIds.length; account++) {
    if (quarantined[account] === 1) continue;
    for (let c = 0; c < currencies.length; c++) paid[c] += cash[account * currencies.length + c];
    for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) net[instrument[p]] += quantity[p];
  }
  const rows = new Map<string, Float64Array>();
  const add = (name: string, held: number, unit: Float64Array): void => {
    const row = rows.get(name) ?? new Float64Array(unit.length);
    for (let s = 0; s < unit.length; s++) row[s] += held * unit[s];
    rows.set(name, row);
  };
  paid.forEach((held, c) => {
    const unit = held === 0 ? null : revaluation.currencyPnl(currencies[c]);
    if (unit?.some((each) => each !== 0) === true) add(by === 'instrument' ? `cash ${currencies[c]}` : currencies[c], held, unit);
  });
  net.forEach((held, index) => {
    const { name, baseCurrency } = market.instruments[index];
    if (held !== 0) add(by === 'instrument' ? name : baseCurrency, held, revaluation.instrumentPnl(index));
  });
  return rows;
}

const levelName = (level: number): string => `${Number((level * 100).toPrecision(12))}`;

function measureTable(risk: BookRisk, columns: RiskColumns, first: string): Parameters<typeof writeTable>[1] {
  const { names, quarantined, expectedPnl, valueAtRisk, expectedShortfall, worstPnl, worstScenario } = columns;
  const f64 = (name: string, values: Float64Array): ResultColumn => ({ name, type: 'f64', values });
  const suffixes = risk.levels.map((level) => levelName(level).replace('.', '_'));
  const result: ResultColumn[] = [
    { name: first, type: 'string', values: [...names] },
    { name: 'status', type: 'string', values: names.map((_, row) => (quarantined[row] === 1 ? 'quarantined' : 'ok')) },
    f64('expected_pnl', expectedPnl),
    ...valueAtRisk.map((values, place) => f64(`var_${suffixes[place]}`, values)),
    ...expectedShortfall.map((values, place) => f64(`es_${suffixes[place]}`, values)),
    f64('worst_pnl', worstPnl),
    { name: 'worst_scenario', type: 'string', values: Array.from(worstScenario, (s) => (s < 0 ? '' : risk.labelOf(s))) },
    ...(first === 'account'
      ? [{ name: 'reason', type: 'string' as const, values: names.map((_, row) => risk.reasonOf(row) ?? '') }]
      : []),
  ];
  return { rowCount: names.length, columns: result };
}

function jsonOf(options: VarCommandOptions, scenarios: ScenarioSet, risk: BookRisk, findings: Findings): unknown {
  const { groups, counts, currency, convention, observations, heldConstant, memoryBytes } = risk;
  const pools = groups?.names.map((pool, row) => ({
    pool, accounts: groups.members[row], quarantined: groups.quarantinedMembers[row], ...measuresOf(risk, groups, row),
  }));
  const { valueAtRisk, expectedShortfall } = findings.components;
  return {
    currency, convention, observations, scenarios: describeScenarios(scenarios), ...counts, heldConstant, memoryBytes,
    account: options.account ?? null,
    book: { ...measuresOf(risk, risk.book, 0), measures: findings.measures },
    components: findings.parts.map((part, row) => ({
      part,
      valueAtRisk: componentOf(valueAtRisk, row),
      expectedShortfall: componentOf(expectedShortfall, row),
    })),
    ...(pools === undefined ? {} : { pools }),
    ...(options.out === undefined ? { largest: largestAccounts(risk, options.top).map((row) => accountOf(risk, row)) } : {}),
  };
}

function componentOf({ components, standalone, incremental }: PortfolioRisk['valueAtRisk'], row: number): unknown {
  return { component: components[row], standalone: standalone[row], incremental: incremental[row] };
}

function accountOf(risk: BookRisk, row: number): object {
  return { account: risk.accounts.names[row], ...measuresOf(risk, risk.accounts, row) };
}

function measuresOf(risk: BookRisk, columns: RiskColumns, row: number): object {
  return {
    expectedPnl: columns.expectedPnl[row],
    levels: risk.levels.map((level, place) => ({
      level,
      valueAtRisk: columns.valueAtRisk[place][row],
      expectedShortfall: columns.expectedShortfall[place][row],
    })),
    worstPnl: columns.worstPnl[row],
    worstScenario: columns.worstScenario[row] < 0 ? null : risk.labelOf(columns.worstScenario[row]),
  };
}

/** Rows of the accounts with the largest VaR at the first level. */
function largestAccounts({ accounts: { names, quarantined, valueAtRisk } }: BookRisk, top: number): number[] {
  const rows = [...names.keys()].filter((row) => quarantined[row] === 0);
  return rows.sort((a, b) => valueAtRisk[0][b] - valueAtRisk[0][a] || a - b).slice(0, top);
}

function measureRows({ measures }: Findings): string[][] {
  const bound = (value: number | null): string => (value === null ? '-' : amount(value, 2));
  return measures.map(({ level, valueAtRisk, expectedShortfall, interval, valueAtRiskError, expectedShortfallError }) => [
    percent(level, 2), amount(valueAtRisk, 2), amount(valueAtRiskError, 2),
    interval === null ? '-' : `${bound(interval.lower)} to ${bound(interval.upper)}`,
    amount(expectedShortfall, 2), amount(expectedShortfallError, 2),
  ]);
}

const measureHeader = ['level', 'VaR', 'std error', `${intervalConfidence * 100}% interval`, 'ES', 'std error'];
const componentHeader = ['part', 'component VaR', 'stand-alone', 'incremental', 'component ES', 'stand-alone', 'incremental'];

function componentRows({ parts, components: { valueAtRisk, expectedShortfall } }: Findings): string[][] {
  const cells = (of: PortfolioRisk['valueAtRisk'], row: number): string[] =>
    [of.components, of.standalone, of.incremental].map((column) => amount(column[row], 2));
  const order = [...parts.keys()].sort((a, b) => expectedShortfall.components[b] - expectedShortfall.components[a]);
  return order.map((row) => [parts[row], ...cells(valueAtRisk, row), ...cells(expectedShortfall, row)]);
}

function accountRows(risk: BookRisk, rows: readonly number[], columns: RiskColumns): string[][] {
  return rows.map((row) => [
    columns.names[row],
    ...risk.levels.flatMap((_, place) => [columns.valueAtRisk[place][row], columns.expectedShortfall[place][row]].map((each) => amount(each, 2))),
    columns.worstScenario[row] < 0 ? '-' : risk.labelOf(columns.worstScenario[row]),
  ]);
}

const accountHeader = (risk: BookRisk, first: string): string[] => [
  first, ...risk.levels.flatMap((level) => [`VaR ${levelName(level)}%`, `ES ${levelName(level)}%`]), 'worst scenario',
];

function printFindings(
  options: VarCommandOptions,
  scenarios: ScenarioSet,
  risk: BookRisk,
  findings: Findings,
  terminal: Terminal,
): void {
  const { accounts, quarantined } = risk.counts;
  terminal.print(`${describeScenarios(scenarios)}; ${count(accounts)} accounts, ${count(quarantined)} left out; ${risk.currency}`);
  terminal.print(table([measureHeader, ...measureRows(findings)]));
  terminal.print('');
  terminal.print(table([componentHeader, ...componentRows(findings).slice(0, options.top)]));
  if (risk.groups !== null) {
    const rows = [...risk.groups.names.keys()];
    terminal.print('');
    terminal.print(table([accountHeader(risk, 'pool'), ...accountRows(risk, rows, risk.groups)]));
  }
  if (options.account !== undefined) return;
  terminal.print('');
  terminal.print(table([accountHeader(risk, 'account'), ...accountRows(risk, largestAccounts(risk, options.top), risk.accounts)]));
}

function page(options: VarCommandOptions, scenarios: ScenarioSet, risk: BookRisk, findings: Findings): Report {
  const { currency, counts, convention, levels } = risk;
  const { quantile, side, shortfall } = convention;
  const measure = `ES ${levelName(levels[0])}%`;
  const tables: ReportTable[] = [
    {
      title: 'VaR and ES',
      header: measureHeader,
      rows: measureRows(findings),
      note: `Losses positive. Quantile type ${quantile} of Hyndman and Fan on the ${side} side, ES ${shortfall}.`,
    },
    { title: `Parts at ${levelName(levels[0])}%`, header: componentHeader, rows: componentRows(findings).slice(0, options.top) },
  ];
  const charts: Chart[] = [
    pnlDistributionChart({ pnl: findings.pnl, measures: findings.measures, currency }),
    contributionsChart({ measure, names: findings.parts, parts: findings.components.expectedShortfall.components, currency }),
  ];
  const largest: ReportTable[] = options.account !== undefined ? [] : [
    {
      title: 'Largest accounts',
      header: accountHeader(risk, 'account'),
      rows: accountRows(risk, largestAccounts(risk, options.top), risk.accounts),
    },
  ];
  return {
    title: 'Value at risk and expected shortfall',
    facts: [
      ['book', `${options.book}, ${options.account ?? `${count(counts.accounts)} accounts, ${count(counts.quarantined)} left out`}`],
      ['scenarios', describeScenarios(scenarios)],
      ['currency', currency],
      ['revaluation', 'full'],
    ],
    sections: [...tables, ...charts, ...largest],
  };
}
