import { compareModels, type ComparedModel, type Comparison, type ModelColumn } from '../../compare/compare-models.ts';
import { ratio, summarise, type ComparisonSummary } from '../../compare/summary.ts';
import { linearMarket, settledIn } from '../../convert/linear-market.ts';
import type { Converted } from '../../convert/converted.ts';
import type { Book } from '../../domain/book.ts';
import { dollars } from '../../domain/dollar-rates.ts';
import type { Market } from '../../domain/market.ts';
import { statusNames } from '../../engine/totals.ts';
import { formatProblem, MargridError } from '../../errors.ts';
import { writeTable, type ResultColumn, type ResultTable } from '../../io/index.ts';
import { modelByName } from '../../margin/registry.ts';
import { amount, count, money, percent, table } from '../format.ts';
import { loadBook, loadMarket, loadParams, requireParams, requireWritable, type FileOptions } from '../inputs.ts';
import { exitCodes, throwIfInterrupted } from '../interruption.ts';
import { jsonRows } from '../margin-table.ts';
import type { Terminal } from '../terminal.ts';

export interface CompareCommandOptions extends FileOptions {
  /** `deribit-pm,old=deribit-pm`. */
  readonly models: string;
  /** `label=file`. */
  readonly params: readonly string[];
  /** Labels, or true for all. */
  readonly linear?: string | true;
  /** `currency` or `label=currency`. */
  readonly settle: readonly string[];
  readonly standAlone: boolean;
  readonly workers: number;
  readonly out?: string;
  readonly json?: boolean;
}

const shownAccounts = 20;
const shownReasons = 5;

/** `margrid compare`: the same book under several models, in US dollars. */
export async function compare(
  options: CompareCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  requireWritable(options.out);
  const chosen = await chosenModels(options);
  const market = await loadMarket(options, terminal);
  terminal.stage(`reading ${options.book}`);
  const { book, problems } = await loadBook(options, market);
  terminal.stage(null);
  for (const problem of problems.slice(0, shownAccounts)) terminal.note(`quarantined: ${formatProblem(problem)}`);
  const { models, notes } = converted(chosen, market, book, options);
  const comparison = await compareModels({
    models,
    market,
    workers: options.workers,
    standAlone: options.standAlone,
    onModel: (label) => {
      throwIfInterrupted(signal);
      terminal.stage(`margining under ${label}`);
    },
  });
  terminal.stage(null);
  throwIfInterrupted(signal);
  const rows = comparisonTable(comparison);
  if (options.out !== undefined) await writeTable(options.out, rows, { signal });
  const names = new Set(models.flatMap((each) => each.market.instruments.map(({ name }) => name)));
  const summary = { ...summarise(comparison, names), notes };
  if (options.json) printJson(comparison, summary, market, rows, options.out, terminal);
  else printText(comparison, summary, market, options.out, terminal);
  return exitCodes.ok;
}

interface ChosenModel {
  readonly label: string;
  readonly model: string;
  readonly params: unknown;
}

/** Names and files are checked before anything is read. */
async function chosenModels(options: CompareCommandOptions): Promise<ChosenModel[]> {
  const named = listOf(options.models).map((entry) => {
    const { key, value } = keyValue(entry);
    return { label: key, model: modelByName(value ?? key).name };
  });
  if (named.length === 0) throw new MargridError('OptionInvalid', '--models must name at least one model');
  const labels = named.map(({ label }) => label);
  const repeated = labels.find((label, place) => labels.indexOf(label) < place);
  if (repeated !== undefined) {
    const message = `--models names ${repeated} twice: give one a name of its own, as in 'old=${repeated}'`;
    throw new MargridError('OptionInvalid', message, { value: repeated });
  }
  if (typeof options.linear === 'string') requireLabels('--linear', listOf(options.linear), labels);
  for (const { key, value } of options.settle.map(keyValue)) {
    if (value !== undefined) requireLabels('--settle', [key], labels);
    if (dollars.includes(value ?? key)) continue;
    const message = `--settle must be one of ${dollars.join(', ')}, got '${value ?? key}'`;
    throw new MargridError('OptionInvalid', message, { value: value ?? key });
  }
  const files = new Map<string, string>();
  for (const entry of options.params) {
    const { key, value } = keyValue(entry);
    requireLabels('--params', [key], labels);
    if (value === undefined) {
      throw new MargridError('OptionInvalid', `--params must be MODEL=FILE, got '${entry}'`, { value: entry });
    }
    files.set(key, value);
  }
  return Promise.all(
    named.map(async ({ label, model }) => {
      const file = files.get(label);
      const params = await loadParams(file, model);
      requireParams(params, { model, ...(file === undefined ? {} : { params: file }) });
      return { label, model, params };
    }),
  );
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function keyValue(entry: string): { key: string; value: string | undefined } {
  const at = entry.indexOf('=');
  return at < 0 ? { key: entry, value: undefined } : { key: entry.slice(0, at), value: entry.slice(at + 1) };
}

function requireLabels(option: string, given: readonly string[], labels: readonly string[]): void {
  const unknown = given.find((label) => !labels.includes(label));
  if (unknown === undefined) return;
  const message = `${option} names '${unknown}', which is not among --models ${labels.join(',')}`;
  throw new MargridError('OptionInvalid', message, { value: unknown });
}

/** Market and book of each model, converted as `--linear` and `--settle` say. Equal conversions are made once. */
function converted(
  chosen: readonly ChosenModel[],
  market: Market,
  book: Book,
  options: CompareCommandOptions,
): { models: ComparedModel[]; notes: string[] } {
  const known = new Map<string, Converted>();
  const models = chosen.map((model) => {
    const linear = isLinear(model.label, options);
    const settle = settledAs(model.label, options);
    const key = `${linear} ${settle ?? ''}`;
    const inputs = known.get(key) ?? convert(market, book, linear, settle);
    known.set(key, inputs);
    return { ...model, market: inputs.market, book: inputs.book };
  });
  return { models, notes: [...new Set([...known.values()].flatMap(({ notes }) => notes))] };
}

function convert(market: Market, book: Book, linear: boolean, settle: string | undefined): Converted {
  const exposures = linear ? linearMarket(market, book) : { market, book, notes: [] };
  if (settle === undefined) return exposures;
  const settled = settledIn(exposures.market, exposures.book, settle);
  return { ...settled, notes: [...exposures.notes, ...settled.notes] };
}

function isLinear(label: string, { linear }: CompareCommandOptions): boolean {
  return linear === true || (typeof linear === 'string' && listOf(linear).includes(label));
}

/** `model=USDC` is for that model, `USDC` for all that `--linear` is for, without `--linear` for all. */
function settledAs(label: string, options: CompareCommandOptions): string | undefined {
  const entries = options.settle.map(keyValue);
  const own = entries.find(({ key, value }) => key === label && value !== undefined);
  if (own !== undefined) return own.value;
  const general = entries.find(({ value }) => value === undefined);
  return options.linear === undefined || isLinear(label, options) ? general?.key : undefined;
}

/** One row per account and model. */
function comparisonTable({ accountIds, models, currency }: Comparison): ResultTable {
  const rowCount = accountIds.length * models.length;
  const modelOf = (row: number): ModelColumn => models[row % models.length];
  const accountOf = (row: number): number => Math.floor(row / models.length);
  const numbers = (of: (model: ModelColumn, account: number) => number): Float64Array =>
    Float64Array.from({ length: rowCount }, (_, row) => of(modelOf(row), accountOf(row)));
  const strings = (of: (model: ModelColumn, account: number) => string): string[] =>
    Array.from({ length: rowCount }, (_, row) => of(modelOf(row), accountOf(row)));
  const first = models[0].initialMargin;
  const alone: ResultColumn[] = [
    { name: 'stand_alone', type: 'f64', values: numbers((model, account) => model.standAlone?.[account] ?? NaN) },
    {
      name: 'ratio_to_stand_alone',
      type: 'f64',
      values: numbers((model, account) => ratio(model.initialMargin[account], model.standAlone?.[account] ?? NaN)),
    },
  ];
  return {
    rowCount,
    columns: [
      { name: 'account', type: 'string', values: strings((_model, account) => accountIds[account]) },
      { name: 'model', type: 'string', values: strings(({ label }) => label) },
      { name: 'currency', type: 'string', values: strings(() => currency) },
      { name: 'equity', type: 'f64', values: numbers((model, account) => model.equity[account]) },
      { name: 'initial_margin', type: 'f64', values: numbers((model, account) => model.initialMargin[account]) },
      {
        name: 'maintenance_margin',
        type: 'f64',
        values: numbers((model, account) => model.maintenanceMargin[account]),
      },
      {
        name: 'ratio_to_first',
        type: 'f64',
        values: numbers((model, account) => ratio(model.initialMargin[account], first[account])),
      },
      ...(models[0].standAlone === undefined ? [] : alone),
      { name: 'status', type: 'string', values: strings((model, account) => statusNames[model.status[account]]) },
      { name: 'reason', type: 'string', values: strings((model, account) => model.reasons.get(account) ?? '') },
    ],
  };
}

type Summary = ComparisonSummary & { readonly notes: readonly string[] };

function printJson(
  comparison: Comparison,
  summary: Summary,
  market: Market,
  rows: ResultTable,
  out: string | undefined,
  terminal: Terminal,
): void {
  const { currency, rates, accountIds } = comparison;
  const asOf = new Date(market.asOfMs).toISOString();
  const body = JSON.stringify({ currency, rates, asOf, accounts: accountIds.length, ...summary }, null, 2);
  if (out !== undefined) return terminal.print(body);
  terminal.print(`${body.slice(0, -2)},\n  "margins": [`);
  for (const line of jsonRows(rows)) terminal.print(line);
  terminal.print('  ]\n}');
}

function printText(
  comparison: Comparison,
  summary: Summary,
  market: Market,
  out: string | undefined,
  terminal: Terminal,
): void {
  const { rates, accountIds, models } = comparison;
  const asOf = new Date(market.asOfMs).toISOString();
  terminal.print(`${count(accountIds.length)} accounts, market of ${asOf}, amounts in US dollars`);
  for (const { currency, rate, source } of rates) {
    if (currency === 'USD') continue;
    terminal.print(`${currency} at ${rate} (${source === '1:1' ? '1 : 1' : `index ${source}`})`);
  }
  for (const note of new Set([...summary.notes, ...summary.models.flatMap(({ notes }) => notes)])) terminal.print(note);
  terminal.print(`\ninitial margin by account\n${accountLines(comparison)}`);
  if (out !== undefined) terminal.print(`all ${count(accountIds.length * models.length)} rows: ${out}`);
  else if (accountIds.length > shownAccounts)
    terminal.print(`… ${count(accountIds.length - shownAccounts)} more: use --out FILE or --json`);
  terminal.print(`\n${count(summary.commonAccounts)} accounts that all models margin\n${totalLines(summary)}`);
  if (models.length > 2) {
    terminal.print(`\neach beside ${models[0].label}, on the accounts that both margin\n${pairLines(summary)}`);
  }
  for (const { label, reasons, counts } of summary.models) {
    if (counts.quarantined === 0) continue;
    terminal.print(`\n${label} refuses ${count(counts.quarantined)} accounts`);
    for (const each of reasons.slice(0, shownReasons)) terminal.print(`  ${count(each.accounts)}: ${each.reason}`);
    if (reasons.length > shownReasons) terminal.print(`  … ${reasons.length - shownReasons} more reasons: --json`);
  }
}

function accountLines({ accountIds, models }: Comparison): string {
  const others = models.slice(1);
  const header = ['account', ...models.map(({ label }) => label), ...others.map(({ label }) => `${label} / first`)];
  const rows = accountIds.slice(0, shownAccounts).map((id, account) => [
    id,
    ...models.map(({ initialMargin, status }) =>
      statusNames[status[account]] === 'quarantined' ? 'refused' : money(initialMargin[account], 'USD'),
    ),
    ...others.map(({ initialMargin }) => share(ratio(initialMargin[account], models[0].initialMargin[account]))),
  ]);
  return table([header, ...rows]);
}

function totalLines({ common, models }: Summary): string {
  const hasAlone = common[0].standAlone !== undefined;
  const header = ['model', 'equity', 'initial margin', 'maintenance margin', 'to first'];
  if (hasAlone) header.push('legs alone', 'to legs alone');
  header.push('refused');
  const rows = common.map((total, place) => [
    total.label,
    money(total.equity, 'USD'),
    money(total.initialMargin, 'USD'),
    money(total.maintenanceMargin, 'USD'),
    share(total.ratioToFirst),
    ...(hasAlone ? [amount(total.standAlone!, 2), share(total.ratioToStandAlone!)] : []),
    count(models[place].counts.quarantined),
  ]);
  return table([header, ...rows]);
}

function pairLines({ models }: Summary): string {
  const rows = models.slice(1).map(({ label, besideFirst }) => [
    label,
    count(besideFirst.accounts),
    money(besideFirst.initialMargin, 'USD'),
    money(besideFirst.firstInitialMargin, 'USD'),
    share(besideFirst.ratio),
  ]);
  return table([['model', 'accounts', 'initial margin', `of ${models[0].label}`, 'ratio'], ...rows]);
}

function share(value: number): string {
  return Number.isFinite(value) ? percent(value) : '-';
}
