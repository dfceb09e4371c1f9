import type { Command } from 'commander';
import { Option } from 'commander';
import { instrumentUnderlyings } from '../domain/held-underlyings.ts';
import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { DatePolicy } from '../history/align.ts';
import { crisisScenarios, shippedCrises, type CrisisProxy } from '../history/crises.ts';
import { historicalScenarios, type HistoricalOptions, type WindowRule } from '../history/historical-scenarios.ts';
import { readMarketHistory } from '../history/read-market-history.ts';
import { returnKinds, type ReturnKind } from '../history/returns.ts';
import { readScenarios } from '../history/scenario-file.ts';
import { limits } from '../limits.ts';
import { factorName, type FactorChange, type ScenarioSet } from '../scenario/scenario-set.ts';
import { historySources, type SourceText } from './history-sources.ts';
import { collected, decimalNumber, wholeNumber } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** How scenarios are made of a history. */
export const historyMethods = ['historical', 'age-weighted', 'filtered-ewma', 'filtered-garch'] as const;
export type HistoryMethod = (typeof historyMethods)[number];

/** Where scenarios come from, as commander gives it: exactly one of a file, crises and a history. */
export interface ScenarioTexts {
  readonly scenarios?: string;
  readonly crisis?: string;
  /** `price:SOL=price:BTC*1.5`. */
  readonly follow: readonly string[];
  readonly missing: 'refuse' | 'hold' | 'drop';
  readonly volatilityMoves: FactorChange;
  readonly sources: readonly SourceText[];
  readonly simulation: HistoryMethod;
  readonly lambda?: number;
  readonly lookback?: number;
  readonly horizon: number;
  readonly windows: WindowRule;
  readonly returns: ReturnKind;
  readonly from?: string;
  readonly to?: string;
  readonly mismatch: DatePolicy;
  readonly carryDays?: number;
}

/** Default lambdas: RiskMetrics for daily volatilities (1996), Hull's example for weights by age. */
const ewmaLambda = 0.94;
const ageLambda = 0.995;

/** Options of `ScenarioTexts`; the list that is returned fills while the command line is read. */
export function addScenarioOptions(command: Command): SourceText[] {
  const sources: SourceText[] = [];
  const source =
    (option: SourceText['option']) =>
    (text: string): SourceText[] => {
      sources.push({ option, text });
      return sources;
    };
  command
    .option('--scenarios <file>', 'scenario file (docs/SCENARIOS.md); or --crisis, or --prices')
    .option('--crisis <list>', "named crises, comma-separated, or 'all' (margrid scenarios crises)")
    .option('--follow <factor=factor*beta>', 'crises: price:SOL=price:BTC*1.5; repeat', collected, [])
    .addOption(
      new Option('--missing <policy>', 'crises: a factor that a crisis has no figure for')
        .choices(['refuse', 'hold', 'drop'])
        .default('refuse'),
    )
    .addOption(
      new Option('--volatility-moves <change>', 'crises: how volatilities move')
        .choices(['relative', 'absolute'])
        .default('relative'),
    )
    .option('--prices <file>', 'history of prices (.csv, .csv.gz, .parquet, .json, .arrow); repeat', source('prices'))
    .option('--factor <name=column>', 'of the file before: price:BTC=close; repeat', source('factor'))
    .option('--date-column <name>', 'of the file before (default: date)', source('date-column'))
    .option('--date-format <format>', 'of the file before: iso (default), mdy or dmy', source('date-format'))
    .option('--intraday <policy>', 'rows of one day: refuse (default), last or times', source('intraday'))
    .option('--symbol-column <name>', 'of the file before: it has a row per day and symbol', source('symbol-column'))
    .option('--value-column <name>', 'values of such a file (default: close)', source('value-column'));
  addSimulationOptions(command);
  return sources;
}

function addSimulationOptions(command: Command): void {
  command
    .addOption(
      new Option('--simulation <name>', 'how a history becomes scenarios').choices(historyMethods).default('historical'),
    )
    .option('--lambda <n>', `decay: of weights (default ${ageLambda}), of EWMA (${ewmaLambda})`, decimalNumber(0.5, 1))
    .option('--lookback <n>', 'scenarios, the newest ones (default: all)', wholeNumber(1, limits.scenarioSetCountMax))
    .option('--horizon <n>', 'days (rows of the history) of a move', wholeNumber(1, 1000), 1)
    .addOption(
      new Option('--windows <rule>', 'how several days make a horizon')
        .choices(['overlapping', 'non-overlapping', 'square-root'])
        .default('overlapping'),
    )
    .addOption(new Option('--returns <kind>', 'of a history').choices(returnKinds).default('relative'))
    .option('--from <date>', 'first day of the history')
    .option('--to <date>', 'last day of the history')
    .addOption(
      new Option('--mismatch <policy>', 'dates that some series lack')
        .choices(['refuse', 'intersect', 'carry'])
        .default('refuse'),
    )
    .option('--carry-days <n>', 'how old a carried value may be', wholeNumber(0, 3660));
}

/** Throws `OptionInvalid` unless there is exactly one source, and what reading it throws. */
export async function scenariosOf(
  texts: ScenarioTexts,
  market: Market,
  book: Book,
  terminal: Terminal,
): Promise<ScenarioSet> {
  const given = [texts.scenarios, texts.crisis, texts.sources.length === 0 ? undefined : 'prices'];
  if (given.filter((each) => each !== undefined).length !== 1) {
    throw new MargridError('OptionInvalid', 'scenarios come from one of --scenarios, --crisis and --prices');
  }
  if (texts.scenarios !== undefined) return readScenarios(texts.scenarios);
  if (texts.crisis !== undefined) return crisesOf(texts.crisis, texts, market, book, terminal);
  const history = await readMarketHistory(historySources(texts.sources), {
    mismatch: texts.mismatch,
    ...(texts.carryDays === undefined ? {} : { carryDaysMax: texts.carryDays }),
  });
  for (const { factor, unquoted, carried, dropped } of history.alignment?.series ?? []) {
    if (carried + dropped + unquoted === 0) continue;
    terminal.note(`${factor}: ${dropped} dates dropped, ${carried} carried forward, ${unquoted} rows without a value`);
  }
  return historicalScenarios(history, historicalOptions(texts));
}

function historicalOptions(texts: ScenarioTexts): HistoricalOptions {
  const { simulation, lambda, lookback, horizon, windows, returns, from, to } = texts;
  return {
    returns,
    horizonDays: horizon,
    windows,
    ...(lookback === undefined ? {} : { lookback }),
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
    ...(simulation === 'age-weighted' ? { ageLambda: lambda ?? ageLambda } : {}),
    ...(simulation === 'filtered-ewma' ? { filter: { model: { kind: 'ewma', lambda: lambda ?? ewmaLambda } } } : {}),
    ...(simulation === 'filtered-garch' ? { filter: { model: { kind: 'garch-fit' } } } : {}),
  };
}

/** Every factor that the book depends on; a proxy only where `--follow` names it. */
function crisesOf(
  names: string,
  { follow, missing, volatilityMoves }: ScenarioTexts,
  market: Market,
  book: Book,
  terminal: Terminal,
): ScenarioSet {
  const proxies = Object.fromEntries(follow.map(proxyOf));
  const { priced, optioned } = instrumentUnderlyings(market, book);
  const factors = [
    ...priced.map((underlying) => `price:${underlying}`),
    ...optioned.map((underlying) => `volatility:${underlying}`),
  ];
  const mapping = { ...Object.fromEntries(factors.map((name) => [name, proxies[name] ?? {}])), ...proxies };
  const chosen = names === 'all' ? shippedCrises().map(({ name }) => name) : names.split(',').map((name) => name.trim());
  const { report, ...scenarios } = crisisScenarios(chosen, mapping, { volatility: volatilityMoves, missing });
  for (const { crisis, factor } of report.held) terminal.note(`${crisis}: no figure for ${factor}, which does not move`);
  for (const { crisis, factor } of report.dropped) terminal.note(`${crisis}: left out, no figure for ${factor}`);
  for (const { factor, follows, beta } of report.proxies) terminal.note(`${factor} follows ${follows} times ${beta}`);
  return scenarios;
}

/** `price:SOL=price:BTC*1.5`, `price:SOL=price:BTC`. */
function proxyOf(text: string): readonly [string, CrisisProxy] {
  const match = /^([^=]+)=([^*]+)(?:\*(-?[\d.]+))?$/.exec(text);
  const beta = match?.[3] === undefined ? 1 : Number(match[3]);
  if (match !== null && Number.isFinite(beta)) return [match[1].trim(), { follows: match[2].trim(), beta }];
  throw new MargridError('OptionInvalid', `--follow must be FACTOR=FACTOR*BETA, as in price:SOL=price:BTC*1.5, got '${text}'`, {
    value: text,
  });
}

/** What a set of scenarios is, for people: `12 scenarios of price:BTC, volatility:BTC`. */
export function describeScenarios({ count, factors, labels }: ScenarioSet): string {
  const names = factors.map(factorName);
  const some = names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
  const span = labels === undefined ? '' : `, ${labels[0]} to ${labels[count - 1]}`;
  return `${count} scenarios of ${some}${span}`;
}
