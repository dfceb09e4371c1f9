import type { Command } from '../../account/command.ts';
import {
  transitionOf,
  type EventBatch,
  type ModuleEvent,
  type Transition,
  type TransitionNames,
} from '../../account/events.ts';
import { MargridError, type ErrorCode } from '../../errors.ts';
import { valueOf, type JournalReport } from '../../journal/chain-reader.ts';
import { parseReceipt, type Receipt } from '../../journal/frame.ts';
import { repairJournal } from '../../journal/journal.ts';
import { readJournal, verifyJournal } from '../../journal/read-journal.ts';
import { Replay } from '../../journal/replay.ts';
import { writeSnapshot } from '../../journal/snapshot-file.ts';
import { count, money } from '../format.ts';
import { exitCodes } from '../interruption.ts';
import { reportLines } from '../journaled-engine.ts';
import { readJson } from '../read-json.ts';
import { stateHashOf } from '../state-hash.ts';
import { accountModules } from '../account-modules.ts';
import { plainJson } from '../plain-json.ts';
import type { Terminal } from '../terminal.ts';
import { namesIn } from '../transition-names.ts';

export interface JournalCheckOptions {
  readonly mirror?: string;
  readonly expect?: string;
  readonly json?: boolean;
}

export interface ShowOptions extends JournalCheckOptions {
  readonly from: number;
  readonly to: number;
  readonly account?: string;
  readonly snapshot?: string;
  readonly modules?: string;
  readonly workers: number;
}

export interface ReplayOptions extends JournalCheckOptions {
  readonly snapshot: string;
  /** Where to write a snapshot of the state after the last entry. */
  readonly out?: string;
  readonly modules?: string;
  readonly workers: number;
}

/** What says that a journal is not what it should be; anything else says that it could not be looked at. */
const findings: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['JournalDamaged', 'JournalLost', 'ReplayDiffers']);

/** `margrid journal verify`: exit code 1 if it is damaged or lacks what was acknowledged. */
export async function verify(path: string, options: JournalCheckOptions, terminal: Terminal): Promise<number> {
  return checked(path, options, terminal, async () => {
    const report = await verifyJournal(path, readOptions(options));
    tell(
      path,
      report,
      options,
      terminal,
      report.mended.length === 0 ? 'unbroken' : 'unbroken in one file or the other: repair it',
    );
    return report.mended.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  });
}

/** `margrid journal repair`: mends the two files from one another and cuts off an incomplete last entry. */
export async function repair(path: string, options: JournalCheckOptions, terminal: Terminal): Promise<number> {
  return checked(path, options, terminal, async () => {
    const report = await repairJournal(path, readOptions(options));
    tell(
      path,
      report,
      options,
      terminal,
      report.mended.length + report.torn.length === 0 ? 'nothing to repair' : 'repaired',
    );
    return exitCodes.ok;
  });
}

/** `margrid journal replay`: proves that the commands lead to the events of the journal. */
export async function replay(path: string, options: ReplayOptions, terminal: Terminal): Promise<number> {
  return checked(path, options, terminal, async () => {
    const repeated = await startReplay(path, options.snapshot, options);
    try {
      const expect = [repeated.snapshot, ...(readOptions(options).expect ?? [])];
      const entries = readJournal(path, { ...readOptions(options), expect });
      let last = repeated.snapshot;
      for await (const entry of entries) {
        await repeated.take(entry);
        last = { sequence: entry.sequence, hash: entry.hash };
      }
      if (options.out !== undefined) await writeSnapshot(options.out, repeated.engine.snapshot(), last);
      const { sequence } = repeated.engine;
      const stateHash = stateHashOf(repeated.engine);
      const found = { replayed: repeated.applied, sequence, stateHash };
      const what = `${count(found.replayed)} commands repeated, same events`;
      const hash = `state hash ${stateHash ?? 'none until the next tick'}`;
      if (options.json !== true) terminal.print(`${path}: ${what}; command ${sequence}, ${hash}`);
      else terminal.print(JSON.stringify({ file: path, snapshot: repeated.snapshot, ...found }, null, 2));
      return exitCodes.ok;
    } finally {
      await repeated.engine.close();
    }
  });
}

/** `margrid journal show`: commands and events in words, one entry at a time. */
export async function show(path: string, options: ShowOptions, terminal: Terminal): Promise<number> {
  const known = options.snapshot === undefined ? null : await namesOf(path, options.snapshot, options);
  for await (const entry of readJournal(path, readOptions(options))) {
    if (entry.sequence < options.from) continue;
    if (entry.sequence > options.to) break;
    const { command, batch } = valueOf(entry, path) as unknown as {
      readonly command: Command;
      readonly batch: EventBatch;
    };
    const named = namesIn(batch, known);
    const transitions = Array.from({ length: batch.transitions.count }, (_, index) =>
      transitionOf(batch, index, named),
    );
    const shown = chosen({ command, events: batch.events, transitions }, options.account);
    if (shown === null) continue;
    const { sequence, hash, offset } = entry;
    if (options.json === true)
      terminal.print(JSON.stringify({ sequence, hash, offset, timeMs: batch.timeMs, ...shown }, plainJson));
    else printEntry(sequence, batch, shown, terminal);
  }
  return exitCodes.ok;
}

interface Shown {
  readonly command: Command;
  readonly events: readonly ModuleEvent[];
  readonly transitions: readonly Transition[];
}

/** What concerns an account; null if nothing does. */
function chosen(shown: Shown, account: string | undefined): Shown | null {
  if (account === undefined) return shown;
  const transitions = shown.transitions.filter((transition) => transition.account === account);
  const events = shown.events.filter(({ data }) => mentions(data, account));
  return transitions.length + events.length > 0 || mentions(shown.command, account)
    ? { ...shown, events, transitions }
    : null;
}

/** Whether a text stands somewhere in a value. */
function mentions(value: unknown, text: string): boolean {
  if (value === text) return true;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some((each) => mentions(each, text));
}

const commandTextMax = 200;

function printEntry(sequence: number, { timeMs, firstEvent }: EventBatch, shown: Shown, terminal: Terminal): void {
  const { id, kind, ...rest } = shown.command;
  const text = JSON.stringify({ ...rest, timeMs: undefined }, plainJson);
  const cut = text.length > commandTextMax ? `${text.slice(0, commandTextMax)} …` : text;
  terminal.print(`${sequence}  ${new Date(timeMs).toISOString()}  ${kind} ${id}  ${cut}`);
  shown.events.forEach(({ module, kind: what, data }, place) => {
    terminal.print(`  event ${firstEvent + place}: ${module} ${what} ${JSON.stringify(data, plainJson)}`);
  });
  for (const transition of shown.transitions) terminal.print(`  event ${transition.event}: ${wordsOf(transition)}`);
}

function wordsOf({ account, currency, from, to, reason, price, before, after, call }: Transition): string {
  const amountOf = (amount: number): string => (Number.isNaN(amount) ? '-' : money(amount, currency));
  const parts = [
    `${account} ${currency} ${from} > ${to}: ${reason}`,
    `balance ${amountOf(before.balance)} > ${amountOf(after.balance)}`,
    `initial margin ${amountOf(after.initialMargin)}`,
    `maintenance margin ${amountOf(after.maintenanceMargin)}`,
  ];
  if (price !== null) parts.push(`by ${price.instrument} ${price.before} > ${price.after}`);
  if (call !== null) parts.push(`called ${amountOf(call.amount)} until ${new Date(call.dueMs).toISOString()}`);
  return parts.join(', ');
}

async function startReplay(
  path: string,
  snapshot: string,
  options: { modules?: string; workers: number },
): Promise<Replay> {
  const settings = options.modules === undefined ? {} : await readJson(options.modules, 'modules');
  return Replay.start(snapshot, path, { workers: options.workers, modules: accountModules(settings) });
}

/** A journal names accounts by their row: a snapshot knows the names. */
async function namesOf(path: string, snapshot: string, options: ShowOptions): Promise<TransitionNames> {
  const { engine } = await startReplay(path, snapshot, options);
  const { accountIds, currencies, componentNames } = engine.engine;
  const known = {
    accountIds: [...accountIds],
    currencies,
    components: componentNames,
    instruments: engine.market.instruments,
  };
  await engine.close();
  return known;
}

function readOptions({ mirror, expect }: JournalCheckOptions): { mirror?: string; expect?: readonly Receipt[] } {
  return {
    ...(mirror === undefined ? {} : { mirror }),
    ...(expect === undefined ? {} : { expect: [parseReceipt(expect)] }),
  };
}

function tell(
  path: string,
  report: JournalReport,
  options: JournalCheckOptions,
  terminal: Terminal,
  verdict: string,
): void {
  const { entries, base, last, bytes } = report;
  const receipt = `${last.sequence}:${last.hash}`;
  if (options.json === true) {
    terminal.print(
      JSON.stringify(
        {
          file: path,
          ...(options.mirror === undefined ? {} : { mirror: options.mirror }),
          verdict,
          receipt,
          ...report,
        },
        null,
        2,
      ),
    );
    return;
  }
  const first = entries === 0 ? 'no entries' : `${count(entries)} entries, ${base.sequence + 1} to ${last.sequence}`;
  terminal.print(`${path}: ${verdict}; ${first}, ${count(bytes)} bytes`);
  reportLines(report).forEach((line) => terminal.print(line));
  terminal.print(`receipt ${receipt}`);
}

/** A finding is a result, and exit code 1. */
async function checked(
  path: string,
  options: JournalCheckOptions,
  terminal: Terminal,
  check: () => Promise<number>,
): Promise<number> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof MargridError) || !findings.has(error.code)) throw error;
    const { code, message, place } = error;
    if (options.json === true) {
      terminal.print(
        JSON.stringify(
          { file: path, verdict: code, message, sequence: place.row ?? null, offset: place.value ?? null },
          null,
          2,
        ),
      );
    } else terminal.print(`${message} [${code}]`);
    return exitCodes.checkFailed;
  }
}
