import { Engine } from '../../engine/engine.ts';
import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import { formatProblem, MargridError } from '../../errors.ts';
import { generateMarginedBook } from '../../generate/margined-book.ts';
import { Monitor, type MonitorOptions } from '../../monitor/monitor.ts';
import { withRenewal } from '../../monitor/report.ts';
import { bookStages } from '../book-stages.ts';
import { openChangeFile, type ChangeFile } from '../change-file.ts';
import {
  inputsOfModel,
  limitsOf,
  loadBook,
  loadMarket,
  loadParams,
  requireParams,
  requireWritable,
  type InputOptions,
} from '../inputs.ts';
import { exitCodes, throwIfInterrupted } from '../interruption.ts';
import { MonitorBaseline } from '../monitor-baseline.ts';
import { printMonitored, progressLine, type Monitored } from '../monitor-report.ts';
import { MonitorTally } from '../monitor-tally.ts';
import { commandTicks, generatedTicks, refusalOf, type Step, type TickSource } from '../monitor-ticks.ts';
import { parseWatch } from '../monitor-watch.ts';
import { quoteTicks } from '../quote-file.ts';
import type { Terminal } from '../terminal.ts';

export interface MonitorCommandOptions extends Omit<InputOptions, 'book'> {
  /** A book file, or `accounts` of a generated book. */
  readonly book?: string;
  readonly accounts?: number;
  readonly positions: number;
  readonly seed: number;
  /** NDJSON, `-`: standard input. */
  readonly commands?: string;
  /** Recorded quotes; without these and commands: generated movement. */
  readonly quotes?: string;
  readonly ticks: number;
  readonly volatilityBp: number;
  readonly watch: string;
  readonly shadow?: boolean;
  readonly references: number;
  readonly baselineTicks: number;
  readonly workers: number;
  /** Where changes of status go. */
  readonly out?: string;
  /** The statuses of the first tick too, as changes from `new`. */
  readonly initial?: boolean;
  readonly progress?: boolean;
  readonly marginsOf: readonly string[];
  readonly margins: 'exact' | 'interval';
  readonly json?: boolean;
}

const quarantineNotes = 20;

/** What a run works on. */
interface Watching {
  readonly options: MonitorCommandOptions;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  readonly baseline: MonitorBaseline | null;
  readonly source: TickSource;
  readonly changes: ChangeFile | null;
  readonly tally: MonitorTally;
  readonly refused: { readonly line: number; readonly code: string; readonly message: string }[];
  asOfMs: number;
}

/**
 * `margrid monitor`: statuses of a whole book over a stream of ticks, by certificates. Exit code 1 if a status differs
 * from a full evaluation's (`--shadow`, `--baseline-ticks`, `--margins-of`). `create`: a monitor, for tests.
 */
export async function monitor(
  options: MonitorCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
  create: (given: MonitorOptions) => Monitor = (given) => Monitor.create(given),
): Promise<number> {
  requireWritable(options.out);
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const watch = parseWatch(options.watch, params, options.model);
  const quoted = await loadMarket(options, terminal);
  const { market, book } = inputsOfModel(quoted, await bookOf(options, quoted, params, terminal), params, options);
  throwIfInterrupted(signal);
  if (options.commands === undefined) requireAccounts(book, options);
  const source = await sourceOf(market, options, signal);
  const { workers, model, references, shadow = false } = options;
  const given = { market, book, params, workers, ...(model === undefined ? {} : { model }) };
  const watched = create({ ...given, watch, references, shadow });
  let baseline: MonitorBaseline | null = null;
  let changes: ChangeFile | null = null;
  try {
    if (options.baselineTicks > 0) {
      baseline = new MonitorBaseline(Engine.create(given), watch, options.baselineTicks, source.tickCount);
    }
    if (options.out !== undefined) changes = await openChangeFile(options.out);
    const watching: Watching = {
      options, terminal, signal, monitor: watched, baseline, source, changes,
      tally: new MonitorTally(), refused: [], asOfMs: market.asOfMs,
    };
    const difference = await watchOver(watching);
    await changes?.finish(signal);
    const found = monitoredOf(watching, { market, book, watch, difference });
    printMonitored(found, options, terminal);
    return found.difference === null ? exitCodes.ok : exitCodes.checkFailed;
  } finally {
    await changes?.close();
    await baseline?.engine.close();
    await watched.close();
  }
}

async function sourceOf(market: Market, options: MonitorCommandOptions, signal: AbortSignal): Promise<TickSource> {
  const { commands, quotes } = options;
  if (commands !== undefined) return commandTicks(market, commands, signal);
  return quotes === undefined ? generatedTicks(market, options) : quoteTicks(market, quotes, limitsOf(options));
}

/** Follows the stream to its end. Returns what differed from a full evaluation, null if nothing did. */
async function watchOver(watching: Watching): Promise<string | null> {
  const { source, terminal, signal, tally, options } = watching;
  const hasBar = source.tickCount !== null && options.progress !== true;
  const progress = hasBar ? terminal.progress('watching', source.tickCount) : null;
  try {
    for await (const step of source.steps()) {
      throwIfInterrupted(signal);
      await take(step, watching);
      progress?.update(tally.ticks);
    }
    throwIfInterrupted(signal);
    return null;
  } catch (error) {
    if (error instanceof MargridError && error.code === 'CertificateWrong') return error.message;
    throw error;
  } finally {
    progress?.stop();
  }
}

async function take(step: Step, watching: Watching): Promise<void> {
  if (step.kind === 'refused') return refuse(step, step.error, watching);
  if (step.kind === 'book') {
    try {
      watching.monitor.update(step.changes);
    } catch (error) {
      return refuse(step, refusalOf(error), watching);
    }
    watching.baseline?.update(step.changes);
    return step.accepted();
  }
  const { monitor: watched, baseline, changes, options, terminal, tally } = watching;
  const { quotes } = step;
  const isFirst = tally.ticks === 0;
  const evaluated = await watched.evaluate(quotes);
  step.accepted();
  watching.asOfMs = quotes.asOfMs;
  // Who waits for a change of status does not wait for certificates.
  if (changes !== null && (!isFirst || options.initial === true)) {
    await changes.add(evaluated.tick, quotes.asOfMs, evaluated.changes, watched);
  }
  const report = withRenewal(evaluated, await watched.renew());
  tally.add(report, quotes.asOfMs, watched);
  if (options.progress === true) terminal.note(progressLine(report, quotes.asOfMs));
  await baseline?.follow(report.tick, quotes, watched);
}

/** As `margrid run`: the end, or with `--keep-going` a remark. */
function refuse({ place }: Step, error: MargridError, { options, refused, terminal }: Watching): void {
  const text = place === null ? error.message : `${place.file}, line ${place.line}: ${error.message}`;
  if (options.keepGoing !== true || place === null) {
    throw new MargridError(error.code, text, place === null ? error.place : { ...error.place, row: place.line });
  }
  refused.push({ line: place.line, code: error.code, message: error.message });
  terminal.note(`refused: ${text} [${error.code}]`);
}

/** The book of a file, or a generated one. Throws `OptionInvalid` unless exactly one is asked for. */
async function bookOf(
  options: MonitorCommandOptions, market: Market, params: unknown, terminal: Terminal,
): Promise<Book> {
  const { book: file, accounts, positions, seed, model, workers } = options;
  if ((file === undefined) === (accounts === undefined)) {
    throw new MargridError('OptionInvalid', 'give a book: either --book FILE or --accounts N', { column: 'book' });
  }
  if (file !== undefined) {
    terminal.stage(`reading ${file}`);
    const { book, problems, problemCount } = await loadBook({ ...options, book: file }, market);
    terminal.stage(null);
    for (const problem of problems.slice(0, quarantineNotes)) terminal.note(`quarantined: ${formatProblem(problem)}`);
    if (problemCount > quarantineNotes) terminal.note(`quarantined: ${problemCount - quarantineNotes} more problems`);
    return book;
  }
  const { book, engine } = await generateMarginedBook(
    market,
    { accounts: accounts!, seed, meanPositions: positions },
    { params, workers, ...(model === undefined ? {} : { model }) },
    (stage) => terminal.stage(bookStages[stage]),
  );
  terminal.stage(null);
  await engine.close();
  return book;
}

/** Before the work and not after it. Throws `AccountUnknown`. */
function requireAccounts({ accountIds }: Book, { marginsOf }: MonitorCommandOptions): void {
  for (const account of marginsOf) {
    if (accountIds.includes(account)) continue;
    const message = `the book has no account '${account}'`;
    throw new MargridError('AccountUnknown', message, { column: 'account', value: account });
  }
}

/** Everything that is told at the end. */
function monitoredOf(
  { options, monitor: watched, baseline, source, tally, refused, asOfMs }: Watching,
  { market, book, watch, difference }: Pick<Monitored, 'watch' | 'difference'> & { market: Market; book: Book },
): Monitored {
  let differs = difference;
  let margins: Monitored['margins'] = [];
  if (differs === null && tally.ticks > 0) {
    try {
      margins = options.marginsOf.map((account) => ({
        account,
        sets:
          options.margins === 'exact' ? watched.marginsOf(account, 'exact') : watched.marginsOf(account, 'interval'),
      }));
    } catch (error) {
      if (!(error instanceof MargridError && error.code === 'CertificateWrong')) throw error;
      differs = error.message;
    }
  }
  return {
    model: options.model ?? 'deribit-pm',
    watch,
    source: source.words,
    asOf: new Date(asOfMs).toISOString(),
    accounts: watched.accountIds.length,
    positions: book.positions.quantity.length,
    instruments: market.instruments.length,
    workers: options.workers,
    shadow: options.shadow === true,
    difference: differs,
    ...tally.summary(watched.nettingSetCount, difference === null ? watched : null),
    baseline: baseline === null ? null : { timesMs: baseline.timesMs, compared: baseline.compared },
    lastChanges: tally.shown,
    margins,
    refused,
  };
}
