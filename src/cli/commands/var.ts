import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import { MargridError } from '../../errors.ts';
import { writeTable, type ResultColumn } from '../../io/index.ts';
import type { AccountGroups } from '../../revaluation/book-portfolios.ts';
import { contributionsChart } from '../../report/bars.ts';
import type { Chart } from '../../report/chart.ts';
import type { Report, ReportTable } from '../../report/page.ts';
import { pnlDistributionChart } from '../../report/pnl-distribution.ts';
import { nettedBook } from '../../revaluation/netted-book.ts';
import { Revaluation } from '../../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { bookRisk, type BookRisk, type RiskColumns } from '../../risk/book-risk.ts';
import type { ConventionName } from '../../risk/conventions.ts';
import type { ScenarioSet } from '../../scenario/scenario-set.ts';
import { bookOfAccount } from '../../whatif/holdings.ts';
import { amount, count, table } from '../format.ts';
import { loadBook, loadMarket, requireAccount, requireWritable, type FileOptions } from '../inputs.ts';
import { noteHeldConstant } from '../held-constant.ts';
import { exitCodes } from '../interruption.ts';
import { noteLeftOut } from '../left-out.ts';
import { requirePictures, writePictures, type PictureOptions } from '../pictures.ts';
import { readPools } from '../pools-file.ts';
import { describeScenarios, scenariosOf, type ScenarioTexts } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';
import { isParametric, levelName, levelsOf, requireFitting, type VarMethodTexts } from '../var-options.ts';
import { approximateVar, requireNoAccounts } from './var-approximate.ts';
import {
  componentHeader, componentRows, componentsJson, findingsOf, measureHeader, measureRows, type Findings,
} from './var-findings.ts';
import { monteCarloCommand } from './var-monte-carlo.ts';
import { parametricVar } from './var-parametric.ts';

export interface VarCommandOptions extends FileOptions, PictureOptions, ScenarioTexts, VarMethodTexts {
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

/** `margrid var`: VaR and ES of a book by the method asked for. */
export async function valueAtRiskCommand(
  options: VarCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  requireFitting(options);
  [options.out, options.outPools].forEach(requireWritable);
  requirePictures(options);
  levelsOf(options.level);
  const { method, revaluation, account, currency, unmatched } = options;
  if (method === 'full' && revaluation !== 'full') requireNoAccounts(options);
  const market = await loadMarket(options, terminal);
  const { book: whole } = await loadBook(options, market);
  const book =
    account === undefined ? whole : bookOfAccount(whole, requireAccount(whole, { book: options.book, account }));
  const groups = options.pools === undefined ? undefined : await readPools(options.pools, book);
  const scenarios = await scenariosOf(options, market, book, terminal);
  const source = { market, book, scenarios, currency, unmatched, ...(groups === undefined ? {} : { groups }) };
  if (method === 'full' && revaluation === 'full') return revaluedVar(options, source, terminal, signal);
  const netted = nettedBook(source);
  noteHeldConstant(netted.heldConstant, terminal);
  const inputs = { market, scenarios, netted };
  if (isParametric(method)) await parametricVar(options, method, inputs, terminal, signal);
  else if (method === 'monte-carlo') await monteCarloCommand(options, inputs, terminal, signal);
  else if (revaluation !== 'full' && revaluation !== 'delta-gamma') await approximateVar(options, revaluation, inputs, terminal);
  return exitCodes.ok;
}

interface Source {
  readonly market: Market;
  readonly book: Book;
  readonly scenarios: ScenarioSet;
  readonly groups?: AccountGroups;
}

/** Every account, pool and the book in every scenario, by full revaluation. */
async function revaluedVar(options: VarCommandOptions, source: Source, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const { convention, beyondSample, currency, unmatched, workers, kernels } = options;
  const { market, book, scenarios } = source;
  const levels = levelsOf(options.level);
  const progress = terminal.progress('portfolios', 100);
  const risk = await bookRisk({
    ...source, levels, convention, beyondSample, currency, unmatched, workers, signal,
    ...(kernels === undefined ? {} : { kernels }),
    onProgress: ({ done, total }) => progress.update(Math.floor((100 * done) / total)),
  });
  progress.stop();
  noteHeldConstant(risk.heldConstant, terminal);
  noteLeftOut(reasonsOf(risk), terminal);
  if (options.out !== undefined) await writeTable(options.out, measureTable(risk, risk.accounts, 'account'), { signal });
  if (options.outPools !== undefined) await writePoolTable(options.outPools, risk, signal);
  // After the files: where every account is left out they say why, one by one.
  const netted = nettedBook({ market, book, scenarios, currency, unmatched });
  const revaluation = new Revaluation(market, scenarios, { currency, unmatched });
  const findings = findingsOf(options, market, netted.book, revaluation, risk.bookPnl, levels);
  if (options.json) terminal.print(JSON.stringify(jsonOf(options, scenarios, risk, findings)));
  else printFindings(options, scenarios, risk, findings, terminal);
  await writePictures(options, () => page(options, scenarios, risk, findings), terminal);
  return exitCodes.ok;
}

/** By account that is left out. */
function reasonsOf(risk: BookRisk): ReadonlyMap<number, string> {
  const { quarantined } = risk.accounts;
  return new Map([...quarantined.keys()].filter((row) => quarantined[row] === 1).map((row) => [row, risk.reasonOf(row) ?? '']));
}

async function writePoolTable(path: string, risk: BookRisk, signal: AbortSignal): Promise<void> {
  if (risk.groups === null) throw new MargridError('OptionInvalid', '--out-pools needs --pools');
  await writeTable(path, measureTable(risk, risk.groups, 'pool'), { signal });
}

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
  return {
    method: 'full', revaluation: 'full', currency, convention, observations, scenarios: describeScenarios(scenarios),
    ...counts, heldConstant, memoryBytes,
    account: options.account ?? null,
    book: { ...measuresOf(risk, risk.book, 0), measures: findings.measures },
    components: componentsJson(findings),
    ...(pools === undefined ? {} : { pools }),
    ...(options.out === undefined ? { largest: largestAccounts(risk, options.top).map((row) => accountOf(risk, row)) } : {}),
  };
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
  terminal.print(table([measureHeader, ...measureRows(findings.measures)]));
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
      rows: measureRows(findings.measures),
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
