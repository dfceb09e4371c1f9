import type { Command } from 'commander';
import { Option } from 'commander';
import { instrumentUnderlyings } from '../domain/held-underlyings.ts';
import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { crisisScenarios, shippedCrises, type CrisisProxy } from '../history/crises.ts';
import { historicalScenarios, type HistoricalOptions } from '../history/historical-scenarios.ts';
import { readScenarios } from '../history/scenario-file.ts';
import { factorName, type FactorChange, type ScenarioSet } from '../scenario/scenario-set.ts';
import {
  addHistoryOptions, addMoveOptions, historyOf, noteAlignment, returnKindsOf, type HistoryTexts, type MoveTexts, type SourceText,
} from './history-sources.ts';
import { collected, decimalNumber } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** How scenarios are made of a history. */
export const historyMethods = ['historical', 'age-weighted', 'filtered-ewma', 'filtered-garch'] as const;
export type HistoryMethod = (typeof historyMethods)[number];

/** Where scenarios come from, as commander gives it: exactly one of a file, crises and a history. */
export interface ScenarioTexts extends HistoryTexts, MoveTexts {
  readonly scenarios?: string;
  readonly crisis?: string;
  /** `price:SOL=price:BTC*1.5`. */
  readonly follow: readonly string[];
  readonly missing: 'refuse' | 'hold' | 'drop';
  readonly volatilityMoves: FactorChange;
  readonly simulation: HistoryMethod;
  readonly lambda?: number;
}

/** Default lambdas: RiskMetrics for daily volatilities (1996), Hull's example for weights by age. */
const ewmaLambda = 0.94;
const ageLambda = 0.995;

/** Options of `ScenarioTexts`; the list that is returned fills while the command line is read. */
export function addScenarioOptions(command: Command): SourceText[] {
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
    );
  const sources = addHistoryOptions(command, { from: 'first day of the history', to: 'last day of the history' });
  command
    .addOption(
      new Option('--simulation <name>', 'how a history becomes scenarios').choices(historyMethods).default('historical'),
    )
    .option('--lambda <n>', `decay: of weights (default ${ageLambda}), of EWMA (${ewmaLambda})`, decimalNumber(0.5, 1));
  addMoveOptions(command, { returns: 'relative', lookback: 'all' });
  return sources;
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
  const history = await historyOf(texts);
  noteAlignment(history, terminal);
  return historicalScenarios(history, historicalOptions(texts));
}

function historicalOptions(texts: ScenarioTexts): HistoricalOptions {
  const { simulation, lambda, lookback, horizon, windows, returns } = texts;
  return {
    horizonDays: horizon,
    ...(windows === undefined ? {} : { windows }),
    ...(returns === undefined ? {} : { returns: returnKindsOf(returns) }),
    ...(lookback === undefined ? {} : { lookback }),
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
