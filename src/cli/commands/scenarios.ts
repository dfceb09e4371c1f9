import { parseVolatilityModel, startVarianceNames, type StartVariance } from '../../dynamic/volatility-model.ts';
import { MargridError } from '../../errors.ts';
import { combineScenarios } from '../../history/combine.ts';
import { crisisMoveAs, crisisScenarios, parseCrises, shippedCrises, type Crisis, type CrisisMove, type CrisisProxy } from '../../history/crises.ts';
import { filteredPaths } from '../../history/filtered-paths.ts';
import { gridScenarios, type AxisPoints } from '../../history/grid-scenarios.ts';
import { cryptoGrid, spanGrid, timsGrid } from '../../history/grid-presets.ts';
import { historicalScenarios, type HistoricalOptions } from '../../history/historical-scenarios.ts';
import type { MarketHistory } from '../../history/market-history.ts';
import { readScenarios, writeScenarios } from '../../history/scenario-file.ts';
import { findStressPeriods, meanOfWorst, stressedScenarios, type StressPeriod } from '../../history/stressed-scenarios.ts';
import type { FilterModel, VolatilityFilter } from '../../history/volatility-filter.ts';
import { factorName, movesOf, scenarioLabel, type FactorChange, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { count, percent, table } from '../format.ts';
import { historyOf, returnKindsOf, type HistoryTexts, type MoveTexts } from '../history-sources.ts';
import { requireWritable } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { readJson } from '../read-json.ts';
import type { Terminal } from '../terminal.ts';

interface OutputOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export interface HistoricalCommandOptions extends OutputOptions, HistoryTexts, MoveTexts {
  readonly ageLambda?: number;
  readonly days?: number;
}

export interface FilteredCommandOptions extends HistoricalCommandOptions {
  readonly filter: string;
  readonly startVariance?: string;
  readonly form?: 'ratio' | 'residual';
  readonly estimation: 'window' | 'history';
  readonly ratioFloor?: number;
  readonly ratioCap?: number;
  readonly paths?: number;
  readonly seed: number;
}

export interface StressedCommandOptions extends HistoricalCommandOptions {
  readonly period: readonly string[];
  readonly search?: number;
  readonly count: number;
  readonly exposure: readonly string[];
  readonly tail: number;
  readonly stressWeight?: number;
}

export interface GridCommandOptions extends OutputOptions {
  readonly underlyings: string;
  readonly price?: string;
  readonly volatility?: string;
  readonly days?: string;
  readonly volatilityChange: FactorChange;
  readonly preset?: string;
}

export interface CrisisCommandOptions extends OutputOptions {
  readonly names: string;
  readonly map: readonly string[];
  readonly missing: 'refuse' | 'hold' | 'drop';
  readonly volatilityChange: FactorChange;
  readonly file?: string;
}

/** `margrid scenarios historical`. */
export async function historicalCommand(options: HistoricalCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const { report, ...set } = historicalScenarios(await historyOf(options), historicalOptions(options));
  return finish(set, report, options, terminal, signal);
}

/** `margrid scenarios filtered`. */
export async function filteredCommand(options: FilteredCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const { paths, seed, startVariance, form, estimation, ratioFloor, ratioCap } = options;
  const filter: VolatilityFilter = {
    model: filterModel(options.filter), estimation,
    ...(startVariance === undefined ? {} : { start: startOf(startVariance) }),
    ...(form === undefined ? {} : { form }),
    ...(ratioFloor === undefined ? {} : { ratioFloor }),
    ...(ratioCap === undefined ? {} : { ratioCap }),
  };
  const history = await historyOf(options);
  const chosen = historicalOptions(options);
  const { report, ...set } = paths === undefined
    ? historicalScenarios(history, { ...chosen, filter })
    : filteredPaths(history, { ...chosen, filter, paths, seed, horizonDays: options.horizon });
  return finish(set, report, options, terminal, signal);
}

/** `margrid scenarios stressed`. */
export async function stressedCommand(options: StressedCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const history = await historyOf(options);
  const { lookback, ...chosen } = historicalOptions(options);
  const given = options.period.map(periodOf);
  const found = options.search === undefined ? [] : findStressPeriods(
    history, linearPnl(options.exposure), (pnl) => meanOfWorst(pnl, options.tail),
    { ...chosen, length: options.search, count: options.count },
  );
  const periods = [...given, ...found.map(({ from, to }) => ({ from, to }))];
  if (periods.length === 0) throw new MargridError('OptionInvalid', 'stressed scenarios need --period or --search');
  const { parts, ...stressed } = stressedScenarios(history, periods, chosen);
  const share = options.stressWeight;
  const plain = historicalScenarios(history, { ...chosen, ...(lookback === undefined ? {} : { lookback }) });
  const set = share === undefined ? stressed : combineScenarios([
    { set: plain, weight: 1 - share }, { set: stressed, weight: share, prefix: 'stress ' },
  ]);
  const report = { periods, found, parts: parts.map((part) => part.report), stressWeight: share ?? null };
  return finish(set, report, options, terminal, signal);
}

/** `margrid scenarios grid`. */
export async function gridCommand(options: GridCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const underlyings = options.underlyings.split(',').map((name) => name.trim());
  if (options.preset !== undefined) {
    return finish(presetGrid(options.preset, underlyings, options.volatilityChange), { preset: options.preset }, options, terminal, signal);
  }
  const points = (name: 'price' | 'volatility' | 'days') => {
    const text = options[name];
    return text === undefined ? {} : { [name]: pointsOf(`--${name}`, text) };
  };
  const { axes, ...set } = gridScenarios(
    { ...points('price'), ...points('volatility'), ...points('days') },
    { underlyings, change: { volatility: options.volatilityChange } },
  );
  return finish(set, { axes }, options, terminal, signal);
}

/** `margrid scenarios crisis`. */
export async function crisisCommand(options: CrisisCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const crises = await crisesOf(options.file);
  const names = options.names === 'all' ? crises.map(({ name }) => name) : options.names.split(',').map((name) => name.trim());
  if (options.map.length === 0) throw new MargridError('OptionInvalid', 'say what moves: --map price:SPX, --map price:BTC=price:SPX*1.5');
  const mapping = Object.fromEntries(options.map.map(proxyOf));
  const { report, ...set } = crisisScenarios(names, mapping, {
    crises, volatility: options.volatilityChange, missing: options.missing,
  });
  return finish(set, report, options, terminal, signal);
}

/** `margrid scenarios crises`. */
export async function crisesCommand(options: { readonly file?: string; readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const crises = await crisesOf(options.file);
  if (options.json) terminal.print(JSON.stringify({ crises }));
  else for (const crisis of crises) printCrisis(crisis, terminal);
  return exitCodes.ok;
}

/** `margrid scenarios show`. */
export async function showScenarios(file: string, options: { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const set = await readScenarios(file);
  if (options.json) terminal.print(JSON.stringify(plainSet(set)));
  else printSet(set, terminal);
  return exitCodes.ok;
}

async function crisesOf(file: string | undefined): Promise<readonly Crisis[]> {
  return file === undefined ? shippedCrises() : parseCrises(await readJson(file, 'crises'));
}

function historicalOptions({ returns, horizon, windows, lookback, ageLambda, days }: HistoricalCommandOptions): HistoricalOptions {
  return {
    horizonDays: horizon,
    ...(windows === undefined ? {} : { windows }),
    ...(returns === undefined ? {} : { returns: returnKindsOf(returns) }),
    ...(lookback === undefined ? {} : { lookback }),
    ...(ageLambda === undefined ? {} : { ageLambda }),
    ...(days === undefined ? {} : { days }),
  };
}

function filterModel(text: string): FilterModel {
  if (text === 'garch') return { kind: 'garch-fit' };
  if (text === 'garch-t') return { kind: 'garch-fit', innovation: 'student-t' };
  const [kind, rest = ''] = text.split(':');
  const [first, omega, alpha, beta] = rest.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return parseVolatilityModel(kind === 'ewma' ? { kind, lambda: first } : { kind, mu: first, omega, alpha, beta }, '--filter');
}

function startOf(text: string): StartVariance {
  const name = startVarianceNames.find((each) => each === text);
  if (name !== undefined) return name;
  if (text.trim() !== '' && Number(text) > 0) return Number(text);
  throw new MargridError('OptionInvalid', `--start-variance is ${startVarianceNames.join(', ')} or a number > 0, got '${text}'`, { value: text });
}

function periodOf(text: string): StressPeriod {
  const [from, to, more] = text.split('..');
  if (from && to && more === undefined) return { from, to };
  throw new MargridError('OptionInvalid', `--period is FROM..TO, got '${text}'`, { value: text });
}

/** P&L of exposures: the sum of amount times move. */
function linearPnl(exposures: readonly string[]): (set: ScenarioSet) => Float64Array {
  const parts = exposures.map((text) => {
    const at = text.lastIndexOf('=');
    const amount = at < 0 || text.slice(at + 1).trim() === '' ? NaN : Number(text.slice(at + 1));
    if (Number.isFinite(amount)) return { name: text.slice(0, at), amount };
    throw new MargridError('OptionInvalid', `--exposure is FACTOR=AMOUNT, got '${text}'`, { value: text });
  });
  if (parts.length === 0) throw new MargridError('OptionInvalid', 'a search needs --exposure: what gains from a move');
  return (set) => {
    const pnl = new Float64Array(set.count);
    for (const { name, amount } of parts) {
      const row = set.factors.findIndex((factor) => factorName(factor) === name);
      if (row < 0) throw new MargridError('FactorMissing', `no factor is named ${name}: there are ${set.factors.map(factorName).join(', ')}`, { value: name });
      movesOf(set, row).forEach((move, scenario) => (pnl[scenario] += amount * move));
    }
    return pnl;
  };
}

/** `FROM:TO:STEP` or a list. */
function pointsOf(name: string, text: string): AxisPoints {
  const numbers = text.split(/[:,]/).map((part) => (part.trim() === '' ? NaN : Number(part)));
  const isRange = text.includes(':');
  if (numbers.every(Number.isFinite) && (!isRange || (numbers.length === 3 && !text.includes(',')))) {
    return isRange ? { from: numbers[0], to: numbers[1], step: numbers[2] } : numbers;
  }
  throw new MargridError('OptionInvalid', `${name} is FROM:TO:STEP or a list of numbers, got '${text}'`, { value: text });
}

function presetGrid(text: string, underlyings: readonly string[], volatilityChange: FactorChange): ScenarioSet {
  const [name, ...rest] = text.split(':');
  const numbers = rest.map((part) => (part.trim() === '' ? NaN : Number(part)));
  const isGood = numbers.every(Number.isFinite);
  if (name === 'crypto' && numbers.length === 0) return cryptoGrid(underlyings);
  if (name === 'tims' && isGood && numbers.length === 1) return timsGrid(underlyings, numbers[0]);
  if (name === 'tims' && isGood && numbers.length === 2) return timsGrid(underlyings, { down: numbers[0], up: numbers[1] });
  if (name === 'span' && isGood && numbers.length === 2) {
    return spanGrid(underlyings, { price: numbers[0], volatility: numbers[1], volatilityChange });
  }
  throw new MargridError('OptionInvalid', `--preset is tims:RANGE, tims:DOWN:UP, span:PRICE:VOLATILITY or crypto, got '${text}'`, { value: text });
}

/** `price:BTC`, `price:BTC=price:SPX`, `price:BTC=price:SPX*1.5`. */
function proxyOf(text: string): [string, CrisisProxy] {
  const match = /^([^=*]+)(?:=([^=*]+))?(?:\*(-?[\d.]+))?$/.exec(text);
  if (match === null) throw new MargridError('OptionInvalid', `--map is FACTOR, FACTOR=FOLLOWS or FACTOR=FOLLOWS*BETA, got '${text}'`, { value: text });
  return [match[1], {
    ...(match[2] === undefined ? {} : { follows: match[2] }),
    ...(match[3] === undefined ? {} : { beta: Number(match[3]) }),
  }];
}

async function finish(
  set: ScenarioSet, report: unknown, options: OutputOptions, terminal: Terminal, signal: AbortSignal,
): Promise<number> {
  if (options.out !== undefined) await writeScenarios(options.out, set, signal);
  if (options.json) {
    // Written scenarios are in the file: the report says what they are.
    terminal.print(JSON.stringify(options.out === undefined ? { report, scenarios: plainSet(set) } : { report, out: options.out }));
    return exitCodes.ok;
  }
  printSet(set, terminal);
  printAlignment(report, terminal);
  if (options.out !== undefined) terminal.print(`written to ${options.out}`);
  return exitCodes.ok;
}

function plainSet(set: ScenarioSet): unknown {
  const { count: scenarios, factors, labels, weights, days } = set;
  return {
    count: scenarios, labels: labels ?? null,
    weights: weights === undefined ? null : [...weights], days: days === undefined ? null : [...days],
    factors: factors.map((factor, row) => ({ factor: factorName(factor), change: factor.change, moves: [...movesOf(set, row)] })),
  };
}

/** The least and greatest move of every factor, with what it is called. */
function printSet(set: ScenarioSet, terminal: Terminal): void {
  const { labels, weights } = set;
  const span = labels === undefined ? '' : `, ${labels[0]} to ${labels[set.count - 1]}`;
  terminal.print(`${count(set.count)} scenarios${span}${weights === undefined ? '' : ', weighted'}`);
  const rows = set.factors.map((factor, row) => {
    const moves = movesOf(set, row);
    let least = 0;
    let greatest = 0;
    moves.forEach((move, scenario) => {
      if (move < moves[least]) least = scenario;
      if (move > moves[greatest]) greatest = scenario;
    });
    const shown = (at: number): string => (factor.change === 'relative' ? percent(moves[at]) : String(moves[at]));
    return [factorName(factor), factor.change, shown(least), scenarioLabel(set, least), shown(greatest), scenarioLabel(set, greatest)];
  });
  terminal.print(table([['factor', 'change', 'least', 'in', 'greatest', 'in'], ...rows]));
}

/** What was dropped or carried to bring series onto the same dates, if anything was; what crises lack. */
function printAlignment(report: unknown, terminal: Terminal): void {
  const { alignment, held = [], dropped = [] } = report as Partial<{
    alignment: MarketHistory['alignment'] | null;
    held: readonly { crisis: string; factor: string }[];
    dropped: readonly { crisis: string; factor: string }[];
  }>;
  for (const { factor, source, quoted, unquoted, dropped: lost, carried } of alignment?.series ?? []) {
    terminal.note(`${factor} (${source}): ${quoted} dates, ${unquoted} rows without a value, ${lost} dates dropped, ${carried} carried`);
  }
  for (const { crisis, factor } of held) terminal.note(`${crisis}: no figure for ${factor}, it does not move`);
  for (const { crisis, factor } of dropped) terminal.note(`${crisis}: no figure for ${factor}, left out`);
}

function printCrisis({ name, title, from, to, moves, note }: Crisis, terminal: Terminal): void {
  terminal.print(`${name}: ${title} (${from} to ${to})`);
  terminal.print(table([['factor', 'move', 'measure', 'evidence', 'source'], ...moves.map(crisisRow)]));
  if (note !== null) terminal.print(note);
  terminal.print('');
}

function crisisRow(move: CrisisMove): string[] {
  const relative = crisisMoveAs(move, 'relative');
  const points = move.points === null ? 'no figure' : `${move.points} absolute`;
  return [move.factor, relative === null ? points : percent(relative), move.measure, move.evidence, move.source];
}
