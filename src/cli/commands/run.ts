import { appendFile, writeFile } from 'node:fs/promises';
import { AccountEngine, type JournalSink, type OutcomeOrRefusal } from '../../account/account-engine.ts';
import type { Command, TickCommand } from '../../account/command.ts';
import type { EventBatch, ModuleEvent, Transition } from '../../account/events.ts';
import { levelNames } from '../../account/status.ts';
import { MargridError } from '../../errors.ts';
import type { Receipt } from '../../journal/frame.ts';
import { accountModules } from '../account-modules.ts';
import { commandLines, type CommandLine } from '../command-lines.ts';
import { count, money, table } from '../format.ts';
import { inputsOfModel, loadBook, loadMarket, loadParams, requireParams, type InputOptions } from '../inputs.ts';
import { exitCodes, throwIfInterrupted } from '../interruption.ts';
import { openJournaledEngine, type JournalOptions } from '../journaled-engine.ts';
import { plainJson } from '../plain-json.ts';
import { readJson } from '../read-json.ts';
import { stateHashOf } from '../state-hash.ts';
import type { Terminal } from '../terminal.ts';

export interface RunOptions extends InputOptions, JournalOptions {
  readonly rules?: string;
  /** NDJSON, `-`: standard input; none: one tick at the market's quotes. */
  readonly commands?: string;
  /** Modules and their settings (JSON). */
  readonly modules?: string;
  /** Where events go, one JSON object per line. */
  readonly events?: string;
  readonly workers: number;
  readonly json?: boolean;
}

/** Commands applied with one wait for the journal. */
const groupSize = 64;
const shownTransitions = 20;

/** `margrid run`: a book with statuses, driven by commands. */
export async function run(options: RunOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const rules = options.rules === undefined ? undefined : await readJson(options.rules, 'rules');
  const settings = options.modules === undefined ? {} : await readJson(options.modules, 'modules');
  const modules = accountModules(settings);
  const { workers } = options;
  const create = async (journal?: JournalSink): Promise<AccountEngine> => {
    const market = await loadMarket(options, terminal);
    terminal.stage(`reading ${options.book}`);
    const { book } = await loadBook(options, market);
    terminal.stage(null);
    return AccountEngine.create({
      ...inputsOfModel(market, book, params, options),
      params,
      workers,
      modules,
      ...(options.model === undefined ? {} : { model: options.model }),
      ...(rules === undefined ? {} : { rules }),
      ...(journal === undefined ? {} : { journal }),
    });
  };
  const { engine, journal, close } = await openJournaledEngine(options, create, { workers, modules }, terminal);
  try {
    if (options.events !== undefined) await writeFile(options.events, '');
    const tally = await applyCommands(engine, options, terminal, signal);
    report(engine, tally, journal?.receipt ?? null, options, terminal);
    return exitCodes.ok;
  } finally {
    await close();
  }
}

/** What happened, for the summary. */
interface Tally {
  commands: number;
  repeated: number;
  events: number;
  transitions: number;
  /** The last ones. */
  shown: (Transition | ModuleEvent)[];
  refused: { readonly line: number; readonly code: string; readonly message: string }[];
}

async function applyCommands(engine: AccountEngine, options: RunOptions, terminal: Terminal, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { commands: 0, repeated: 0, events: 0, transitions: 0, shown: [], refused: [] };
  let group: CommandLine[] = [];
  const flush = async (): Promise<void> => {
    throwIfInterrupted(signal);
    const outcomes = await engine.applyAll(group.map(({ command }) => command));
    for (const [place, outcome] of outcomes.entries()) await take(engine, outcome, group[place].line, tally, options, terminal);
    group = [];
  };
  for await (const { line, command } of commandsOf(engine, options, signal)) {
    group.push({ line, command });
    // A tick may bring many events: it ends its group.
    if (group.length === groupSize || command.kind === 'tick') await flush();
  }
  throwIfInterrupted(signal);
  if (group.length > 0) await flush();
  return tally;
}

async function take(
  engine: AccountEngine, outcome: OutcomeOrRefusal, line: number, tally: Tally, options: RunOptions, terminal: Terminal,
): Promise<void> {
  if ('refused' in outcome) {
    const { code, message, place } = outcome.refused;
    const text = `${options.commands ?? 'commands'}, line ${line}: ${message}`;
    if (options.keepGoing !== true) throw new MargridError(code, text, { ...place, row: line });
    tally.refused.push({ line, code, message });
    terminal.note(`refused: ${text} [${code}]`);
    return;
  }
  tally.commands++;
  if (outcome.repeated) tally.repeated++;
  if (outcome.batch === null) return;
  const happened = wordsOf(engine, outcome.batch);
  tally.events += happened.length;
  tally.transitions += outcome.batch.transitions.count;
  tally.shown = [...tally.shown, ...happened.slice(-shownTransitions)].slice(-shownTransitions);
  if (options.events === undefined || happened.length === 0) return;
  const { sequence, timeMs } = outcome.batch;
  const lines = happened.map((event) => JSON.stringify({ sequence, timeMs, ...event }, plainJson));
  await appendFile(options.events, `${lines.join('\n')}\n`);
}

/** Events of a batch in words, numbered. */
function wordsOf(engine: AccountEngine, batch: EventBatch): (Transition | ModuleEvent)[] {
  return [...batch.events.map((event, place) => ({ event: batch.firstEvent + place, ...event })), ...engine.transitions(batch)];
}

async function* commandsOf(
  engine: AccountEngine, { commands }: RunOptions, signal: AbortSignal,
): AsyncGenerator<CommandLine> {
  if (commands !== undefined) {
    yield* commandLines(commands, signal);
    return;
  }
  const tick: TickCommand = { id: 'tick', timeMs: engine.clockMs, kind: 'tick' };
  yield { line: 1, command: tick as unknown as Command };
}

function report(engine: AccountEngine, tally: Tally, last: Receipt | null, { json, events }: RunOptions, terminal: Terminal): void {
  const receipt = last === null ? null : `${last.sequence}:${last.hash}`;
  const { counts, sequence, clockMs } = engine;
  const stateHash = stateHashOf(engine);
  const { shown, ...totals } = tally;
  if (json) {
    const body = { model: engine.engine.modelName, clock: new Date(clockMs).toISOString(), sequence, counts, ...totals, lastEvents: shown, stateHash, receipt };
    terminal.print(JSON.stringify(body, plainJson, 2));
    return;
  }
  terminal.print(`${engine.engine.modelName}, clock ${new Date(clockMs).toISOString()}, ${count(tally.commands)} commands, ${count(tally.events)} events`);
  terminal.print(`netting sets: ${levelNames.map((name) => `${name} ${count(counts[name])}`).join(', ')}`);
  if (shown.length > 0) terminal.print(eventLines(shown));
  if (tally.events > shown.length) terminal.print(`… ${count(tally.events - shown.length)} more before these${events === undefined ? ': use --events FILE' : `: ${events}`}`);
  terminal.print(`state hash ${stateHash ?? 'none until the next tick'}`);
  if (receipt !== null) terminal.print(`receipt ${receipt}`);
}

function eventLines(shown: readonly (Transition | ModuleEvent)[]): string {
  const lines = [['account', 'from', 'to', 'reason', 'balance', 'initial margin', 'maintenance margin', 'called', 'due']];
  for (const each of shown) {
    if ('module' in each) {
      lines.push([each.module, each.kind, JSON.stringify(each.data, plainJson).slice(0, 60), '', '', '', '', '', '']);
      continue;
    }
    const { account, currency, from, to, reason, after, call } = each;
    const shownMoney = (amount: number): string => (Number.isNaN(amount) ? '-' : money(amount, currency));
    lines.push([
      account, from, to, reason, shownMoney(after.balance), shownMoney(after.initialMargin), shownMoney(after.maintenanceMargin),
      call === null ? '' : shownMoney(call.amount), call === null ? '' : new Date(call.dueMs).toISOString(),
    ]);
  }
  return table(lines);
}
