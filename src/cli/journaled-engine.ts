import { existsSync } from 'node:fs';
import type { AccountEngine, JournalSink } from '../account/account-engine.ts';
import { MargridError } from '../errors.ts';
import type { JournalReport } from '../journal/chain-reader.ts';
import { parseReceipt } from '../journal/frame.ts';
import { Journal } from '../journal/journal.ts';
import { recover } from '../journal/recover.ts';
import type { RestoreOptions } from '../journal/replay.ts';
import { writeSnapshot } from '../journal/snapshot-file.ts';
import { count } from './format.ts';
import type { Terminal } from './terminal.ts';

export interface JournalOptions {
  readonly journal?: string;
  readonly mirror?: string;
  readonly snapshot?: string;
  /** Receipt of an entry that was acknowledged: `12:ab34…`. */
  readonly expect?: string;
}

/** An account engine with its journal, if it has one. */
export interface JournaledEngine {
  readonly engine: AccountEngine;
  readonly journal: Journal | null;
  readonly close: () => Promise<void>;
}

/**
 * The engine that `create` makes, or, if there is a snapshot already, the one of the snapshot and its journal. Throws
 * `OptionInvalid` for a journal without snapshot: commands alone bring nothing back.
 */
export async function openJournaledEngine(
  options: JournalOptions,
  create: (sink?: JournalSink) => Promise<AccountEngine>,
  restoreOptions: RestoreOptions,
  terminal: Terminal,
): Promise<JournaledEngine> {
  const { journal: journalPath, mirror, snapshot: snapshotPath } = options;
  if (journalPath === undefined || snapshotPath === undefined) {
    const lone = (['journal', 'mirror', 'snapshot', 'expect'] as const).find((name) => options[name] !== undefined);
    if (lone !== undefined)
      throw new MargridError('OptionInvalid', `--${lone} needs --journal and --snapshot`, { column: lone });
    const engine = await create();
    return { engine, journal: null, close: () => engine.close() };
  }
  const copies = mirror === undefined ? {} : { mirror };
  if (existsSync(snapshotPath)) {
    const expect = options.expect === undefined ? {} : { expect: parseReceipt(options.expect) };
    const found = await recover({ ...restoreOptions, snapshotPath, journalPath, ...copies, ...expect });
    reportLines(found.report).forEach((line) => terminal.note(line));
    terminal.note(`${snapshotPath}: restored, ${count(found.replayed)} commands repeated`);
    return held(found.engine, found.journal);
  }
  const journal = await newJournal(journalPath, copies, snapshotPath);
  try {
    const engine = await create(journal);
    // Last of all: a journal without snapshot has no entries yet.
    await writeSnapshot(snapshotPath, engine.snapshot(), journal.receipt);
    return held(engine, journal);
  } catch (cause) {
    await journal.close();
    throw cause;
  }
}

/** A journal without entries: a new one, or one whose snapshot was never written. Throws `OptionInvalid` for others. */
async function newJournal(path: string, copies: { readonly mirror?: string }, snapshotPath: string): Promise<Journal> {
  if (!existsSync(path)) return Journal.create(path, copies);
  const journal = await Journal.open(path, copies);
  if (journal.receipt.sequence === 0) return journal;
  await journal.close();
  const message = `${path} has entries, but there is no snapshot ${snapshotPath} for them to follow`;
  throw new MargridError('OptionInvalid', message, { file: snapshotPath });
}

function held(engine: AccountEngine, journal: Journal): JournaledEngine {
  return {
    engine,
    journal,
    close: async () => {
      await engine.close();
      await journal.close();
    },
  };
}

/** What was found wrong in the files of a journal, a line each. */
export function reportLines({ torn, mended }: JournalReport): string[] {
  return [
    ...torn.map(
      ({ path, offset, bytes }) =>
        `${path}, byte ${offset}: an incomplete last entry of ${count(bytes)} bytes, never acknowledged`,
    ),
    ...mended.map(
      ({ path, offset, bytes }) =>
        `${path}, byte ${offset}: ${count(bytes)} bytes missing or damaged, good in the other file`,
    ),
  ];
}
