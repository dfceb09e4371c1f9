import { Option, type Command } from 'commander';
import { MargridError } from '../errors.ts';
import { datePolicies, type DatePolicy } from '../history/align.ts';
import { windowRules, type WindowRule } from '../history/historical-scenarios.ts';
import type { MarketHistory } from '../history/market-history.ts';
import {
  dateFormats, intradayPolicies, parseFactorColumn, readMarketHistory,
  type DateFormat, type FactorColumn, type HistorySource, type IntradayPolicy,
} from '../history/read-market-history.ts';
import { returnKinds, type ReturnKind, type ReturnKinds } from '../history/returns.ts';
import { limits } from '../limits.ts';
import { wholeNumber } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** An option about price files: they are kept in the order of the command line. */
export interface SourceText {
  readonly option:
    | 'prices' | 'factor' | 'date-column' | 'date-format' | 'intraday' | 'symbol-column' | 'value-column' | 'missing-text';
  readonly text: string;
}

/** Which files, which columns, which dates. */
export interface HistoryTexts {
  readonly sources: readonly SourceText[];
  readonly mismatch: DatePolicy;
  readonly carryDays?: number;
  readonly from?: string;
  readonly to?: string;
}

/** How a history is cut into moves. */
export interface MoveTexts {
  /** `log`, or by kind of factor. */
  readonly returns?: string;
  readonly horizon: number;
  readonly windows?: WindowRule;
  readonly lookback?: number;
}

const horizonMax = 10_000;
const carryDaysMax = 36_500;

/** Options of `HistoryTexts`; the list that is returned fills while the command line is read. */
export function addHistoryOptions(command: Command, period: { readonly from: string; readonly to: string }): SourceText[] {
  const sources: SourceText[] = [];
  const source =
    (option: SourceText['option']) =>
    (text: string): SourceText[] => {
      sources.push({ option, text });
      return sources;
    };
  command
    .option('--prices <file>', 'price histories (.csv, .csv.gz, .parquet, .json, .ndjson, .arrow); repeat', source('prices'))
    .option(
      '--factor <factor=column>',
      "'price:BTC=btc_close', 'volatility:SPX=VIX*0.01', 'price:ETH=close@file'; repeat", source('factor'),
    )
    .option('--date-column <name>', 'column of dates (default: date)', source('date-column'))
    .option('--date-format <format>', `of dates: ${dateFormats.join(', ')} (default: iso)`, source('date-format'))
    .option('--symbol-column <name>', 'of a long file: the columns of factors are then symbols', source('symbol-column'))
    .option('--value-column <name>', 'of a long file (default: close)', source('value-column'))
    .option('--intraday <rule>', `several rows of a day: ${intradayPolicies.join(', ')} (default: refuse)`, source('intraday'))
    .option('--missing-text <text>', "stands for no value, beside an empty cell: '.', NA", source('missing-text'))
    .addOption(new Option('--mismatch <rule>', 'dates that a series lacks').choices(datePolicies).default('refuse'))
    .option('--carry-days <n>', 'calendar days that a carried value may be old', wholeNumber(0, carryDaysMax))
    .option('--from <date>', period.from)
    .option('--to <date>', period.to);
  return sources;
}

/** Options of `MoveTexts`. Defaults are in words: whether something was given is then known. */
export function addMoveOptions(command: Command, defaults: { readonly returns: ReturnKind; readonly lookback: string }): void {
  command
    .option(
      '--returns <kinds>', `relative, absolute, log, or by kind 'price=log,volatility=absolute' (default: ${defaults.returns})`,
    )
    .option('--horizon <n>', 'days (rows of the history) of a move, or of risk', wholeNumber(1, horizonMax), 1)
    .addOption(new Option('--windows <rule>', 'how several days make a horizon (default: overlapping)').choices(windowRules))
    .option('--lookback <n>', `scenarios, the newest ones (default: ${defaults.lookback})`, wholeNumber(1, limits.scenarioSetCountMax));
}

/** `log`, or `price=log,volatility=absolute`. Throws `OptionInvalid`. */
export function returnKindsOf(text: string): ReturnKinds {
  const kindOf = (name: string | undefined): ReturnKind => {
    const kind = returnKinds.find((each) => each === name);
    if (kind !== undefined) return kind;
    const message = `--returns is ${returnKinds.join(', ')} or price=...,volatility=..., got '${text}'`;
    throw new MargridError('OptionInvalid', message, { value: text });
  };
  if (!text.includes('=')) return kindOf(text);
  const byKind = new Map(text.split(',').map((part) => part.split('=') as [string, string]));
  return { price: kindOf(byKind.get('price')), volatility: kindOf(byKind.get('volatility')) };
}

/** Reads the files that the options name. Throws what `historySources` and `readMarketHistory` throw. */
export async function historyOf({ sources, mismatch, carryDays, from, to }: HistoryTexts): Promise<MarketHistory> {
  return readMarketHistory(historySources(sources), {
    mismatch,
    ...(carryDays === undefined ? {} : { carryDaysMax: carryDays }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

/** Says which dates were dropped or carried forward to bring the series onto the same ones. */
export function noteAlignment({ alignment }: MarketHistory, terminal: Terminal): void {
  for (const { factor, unquoted, carried, dropped } of alignment?.series ?? []) {
    if (carried + dropped + unquoted === 0) continue;
    terminal.note(`${factor}: ${dropped} dates dropped, ${carried} carried forward, ${unquoted} rows without a value`);
  }
}

type Settings = Omit<HistorySource, 'path' | 'factors'>;

interface OpenFile {
  readonly path: string;
  settings: Settings;
  readonly factors: FactorColumn[];
}

/**
 * Files of price histories with their factors. What stands before the first `--prices` is about all files, what stands
 * after one is about that file; if there is only one, the order does not matter. A factor may name its file,
 * `price:ETH=close@file`: one of `--prices`, or another one, read as the file before it.
 *
 * Throws `OptionInvalid`, and `ScenarioInvalid` for a factor's name.
 */
export function historySources(texts: readonly SourceText[]): HistorySource[] {
  const isSingle = texts.filter(({ option }) => option === 'prices').length === 1;
  const files: OpenFile[] = [];
  const mentions: { readonly text: string; readonly after: OpenFile | null }[] = [];
  let shared: Settings = {};
  let after: OpenFile | null = null;
  for (const { option, text } of texts) {
    if (option === 'prices') files.push((after = { path: text, settings: {}, factors: [] }));
    else if (option === 'factor') mentions.push({ text, after });
    else if (after === null || isSingle) shared = { ...shared, ...settingOf(option, text) };
    else after.settings = { ...after.settings, ...settingOf(option, text) };
  }
  for (const mention of mentions) enterFactor(files, mention.text, mention.after ?? (isSingle ? files[0] : null));
  if (files.length === 0) throw new MargridError('OptionInvalid', '--prices must name a history of prices');
  const bare = files.find(({ factors }) => factors.length === 0);
  if (bare === undefined) return files.map(({ path, settings, factors }) => ({ path, ...shared, ...settings, factors }));
  const message = `${bare.path}: say what its columns are, as in --factor price:BTC=btc_close`;
  throw new MargridError('OptionInvalid', message, { file: bare.path });
}

function enterFactor(files: OpenFile[], text: string, before: OpenFile | null): void {
  const at = text.indexOf('@', text.indexOf('='));
  const [mapping, path] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  let file = path === null ? before : (files.find((each) => each.path === path) ?? null);
  if (file === null && path === null) {
    throw new MargridError('OptionInvalid', `--factor ${text} must follow the --prices that it is about, or name its file: ${text}@FILE`, {
      value: text,
    });
  }
  if (file === null) files.push((file = { path: path!, settings: before?.settings ?? {}, factors: [] }));
  file.factors.push(parseFactorColumn(mapping));
}

function settingOf(option: Exclude<SourceText['option'], 'prices' | 'factor'>, text: string): Settings {
  if (option === 'date-column') return { dateColumn: text };
  if (option === 'symbol-column') return { symbolColumn: text };
  if (option === 'value-column') return { valueColumn: text };
  if (option === 'missing-text') return { missingText: text };
  if (option === 'date-format') return { dateFormat: requireChoice<DateFormat>(option, text, dateFormats) };
  return { intraday: requireChoice<IntradayPolicy>(option, text, intradayPolicies) };
}

function requireChoice<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === text);
  if (known !== undefined) return known;
  throw new MargridError('OptionInvalid', `--${option} must be one of ${names.join(', ')}, got '${text}'`, { value: text });
}
