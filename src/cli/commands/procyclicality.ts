import { readFileSync } from 'node:fs';
import { columnName } from '../../domain/column-name.ts';
import { parseAntiProcyclicality } from '../../dynamic/anti-procyclicality-rules.ts';
import { runTools, toolsNamed, type NamedTools, type ToolOutcome, type Window } from '../../dynamic/compare-tools.ts';
import { fitGarch, type GarchFit, type Innovation } from '../../dynamic/garch-fit.ts';
import { defaultMeasure, marginHistory, type MarginHistory, type MarginMeasure } from '../../dynamic/margin-history.ts';
import { logReturns } from '../../dynamic/return-series.ts';
import { parseVolatilityModel, type VolatilityModel } from '../../dynamic/volatility-model.ts';
import { MargridError } from '../../errors.ts';
import { readPriceHistory, writeTable, type PriceHistory, type ResultColumn } from '../../io/index.ts';
import { section } from '../../margin/fields.ts';
import { amount, count, percent, table } from '../format.ts';
import { requireWritable } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface ProcyclicalityCommandOptions {
  readonly prices: string;
  readonly dateColumn: string;
  readonly priceColumn: string;
  /** `column=value`. */
  readonly where?: string;
  /** First and last day that is measured. */
  readonly from?: string;
  readonly to?: string;
  /** `ewma:0.97`, `garch` (fitted to the warm-up), `garch:mu,omega,alpha,beta`. */
  readonly volatility: string;
  readonly innovation: Innovation;
  readonly tail: MarginMeasure['tail'];
  readonly distribution: MarginMeasure['distribution'];
  readonly side: MarginMeasure['side'];
  readonly holding: MarginMeasure['holding'];
  readonly confidence: number;
  readonly liquidationDays: number;
  readonly warmUp: number;
  /** Names, comma-separated. */
  readonly tools: string;
  /** JSON file: tools by name. */
  readonly rules?: string;
  /** Days of the rises, comma-separated. */
  readonly days: string;
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * `margrid procyclicality`: what anti-procyclicality tools do to the margin of one holding over a history of prices.
 */
export async function procyclicalityCommand(
  options: ProcyclicalityCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  requireWritable(options.out);
  const tools = [...options.tools.split(',').map((name) => toolsNamed(name.trim())), ...toolsOfFile(options.rules)];
  const days = options.days.split(',').map(wholeDays);
  const history = await readPriceHistory(options.prices, {
    dateColumn: options.dateColumn,
    priceColumn: options.priceColumn,
    ...(options.where === undefined ? {} : { where: conditionOf(options.where) }),
  });
  const { model, fit } = volatilityOf(options, history);
  const margins = marginHistory(history.prices, {
    ...defaultMeasure,
    volatility: model,
    tail: options.tail,
    distribution: options.distribution,
    side: options.side,
    holding: options.holding,
    confidence: options.confidence,
    liquidationDays: options.liquidationDays,
    warmUpDays: options.warmUp,
  });
  const window = windowOf(options, history, margins);
  const outcomes = tools.map((each) => runTools(margins, each, days, window));
  const dates = history.dates.slice(margins.first + window.from, margins.first + window.end);
  if (options.out !== undefined) await writePaths(options.out, dates, outcomes, signal);
  if (options.json) terminal.print(JSON.stringify(report(options, history, dates, fit, model, outcomes)));
  else printTable(terminal, dates, fit, outcomes);
  return exitCodes.ok;
}

function wholeDays(text: string): number {
  const value = Number(text);
  if (/^\s*\d+\s*$/.test(text) && value >= 1) return value;
  throw new MargridError('OptionInvalid', `--days must be whole numbers >= 1, comma-separated, got '${text}'`, {
    value: text,
  });
}

function conditionOf(text: string): { column: string; value: string } {
  const at = text.indexOf('=');
  if (at > 0) return { column: text.slice(0, at), value: text.slice(at + 1) };
  throw new MargridError('OptionInvalid', `--where must be COLUMN=VALUE, got '${text}'`, { value: text });
}

/** `{ "name": { "buffer": {...}, ... }, ... }`. */
function toolsOfFile(path: string | undefined): NamedTools[] {
  if (path === undefined) return [];
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new MargridError('FileUnreadable', `${path}: ${(cause as Error).message}`, { file: path });
  }
  const fields = section(input, path);
  return Object.keys(fields).map((name) => ({ name, rules: parseAntiProcyclicality(fields[name], name) }));
}

/** A model that is fitted sees the warm-up only: no margin depends on a day after it. */
function volatilityOf(
  options: ProcyclicalityCommandOptions,
  history: PriceHistory,
): { model: VolatilityModel; fit: GarchFit | null } {
  const [kind, ...rest] = options.volatility.split(':');
  if (kind === 'garch' && rest.length === 0) {
    const fit = fitGarch(logReturns(history.prices.subarray(0, options.warmUp + 1)), {
      innovation: options.innovation,
    });
    return { model: fit.model, fit };
  }
  const numbers = rest
    .join(':')
    .split(',')
    .map((text) => (text.trim() === '' ? NaN : Number(text)));
  const [mu, omega, alpha, beta] = numbers;
  const input = kind === 'ewma' ? { kind, lambda: numbers[0] } : { kind, mu, omega, alpha, beta };
  return { model: parseVolatilityModel(input, '--volatility'), fit: null };
}

function windowOf(
  { from, to }: ProcyclicalityCommandOptions,
  history: PriceHistory,
  { first, base }: MarginHistory,
): Window {
  const dates = history.dates.slice(first);
  const start = from === undefined ? 0 : dates.findIndex((date) => date >= from);
  const after = to === undefined ? -1 : dates.findIndex((date) => date > to);
  const end = after < 0 ? base.length : after;
  if (start >= 0 && end > start) return { from: start, end };
  throw new MargridError(
    'OptionInvalid',
    `no margins from ${from ?? 'the start'} to ${to ?? 'the end'}: there are some from ${dates[0]} to ${dates.at(-1)}`,
  );
}

function printTable(
  terminal: Terminal,
  dates: readonly string[],
  fit: GarchFit | null,
  outcomes: readonly ToolOutcome[],
): void {
  terminal.print(`${dates.length} days, ${dates[0]} to ${dates.at(-1)}`);
  if (fit !== null) {
    const { mu, omega, alpha, beta } = fit.model;
    const ended = fit.isConverged ? '' : ' (not converged)';
    terminal.print(
      `GARCH(1,1) of ${fit.count} returns: mu ${mu}, omega ${omega}, alpha ${alpha}, beta ${beta}${ended}`,
    );
  }
  const rises = outcomes[0].rises.map(({ days }) => `${days}-day rise`);
  const header = [
    'tools',
    'mean',
    'cost',
    'peak/trough',
    ...rises,
    'std dev',
    'at floor',
    'below base',
    'breaches',
    'worst shortfall',
    'alarms',
  ];
  const rate = (value: number | null): string => (value === null ? '-' : percent(value, 1));
  const rows = outcomes.map((each) => [
    each.name,
    amount(each.mean, 4),
    rate(each.relativeCost),
    amount(each.peakToTrough, 2),
    ...each.rises.map(({ ratio }) => rate(ratio)),
    each.standardDeviation === null ? '-' : amount(each.standardDeviation, 4),
    count(each.daysAtFloor ?? 0),
    count(each.daysBelowBase),
    `${each.breaches}/${each.observed}`,
    amount(each.worstShortfall, 4),
    count(each.alarms),
  ]);
  terminal.print(table([header, ...rows]));
}

function report(
  options: ProcyclicalityCommandOptions,
  history: PriceHistory,
  dates: readonly string[],
  fit: GarchFit | null,
  volatility: VolatilityModel,
  outcomes: readonly ToolOutcome[],
): unknown {
  const { tail, distribution, side, holding, confidence, liquidationDays, warmUp } = options;
  return {
    prices: {
      file: options.prices,
      column: options.priceColumn,
      days: history.dates.length,
      unquoted: history.unquoted,
    },
    measured: { from: dates[0], to: dates.at(-1), days: dates.length },
    measure: { volatility, tail, distribution, side, holding, confidence, liquidationDays, warmUpDays: warmUp },
    ...(fit === null ? {} : { fit }),
    tools: outcomes.map((each) => ({ ...each, items: undefined })),
  };
}

/** One row per day and set of tools, itemised. */
async function writePaths(
  path: string,
  dates: readonly string[],
  outcomes: readonly ToolOutcome[],
  signal: AbortSignal,
): Promise<void> {
  const rows = outcomes.flatMap((outcome) =>
    outcome.items.map((items, day) => ({ date: dates[day], tools: outcome.name, ...items })),
  );
  const numbers = ['base', 'stress', 'buffer', 'floor', 'limit', 'margin', 'bufferShare'] as const;
  const columns: ResultColumn[] = [
    { name: 'date', type: 'string', values: rows.map(({ date }) => date) },
    { name: 'tools', type: 'string', values: rows.map((row) => row.tools) },
    ...numbers.map((name) => ({
      name: columnName(name),
      type: 'f64' as const,
      values: Float64Array.from(rows, (row) => row[name]),
    })),
    { name: 'buffer_phase', type: 'string', values: rows.map(({ bufferPhase }) => bufferPhase) },
  ];
  await writeTable(path, { rowCount: rows.length, columns }, { signal });
}
