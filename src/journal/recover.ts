import type { AccountEngine } from '../account/account-engine.ts';
import type { JournalReport } from './chain-reader.ts';
import type { Receipt } from './frame.ts';
import { Journal } from './journal.ts';
import { Replay, type RestoreOptions } from './replay.ts';

export interface RecoverOptions extends RestoreOptions {
  readonly snapshotPath: string;
  readonly journalPath: string;
  /** The second copy of the journal. */
  readonly mirror?: string;
  /** The last entry that is known to have been acknowledged. */
  readonly expect?: Receipt;
}

export interface Recovery {
  /** Writes what it does from now on into the journal. Close both. */
  readonly engine: AccountEngine;
  readonly journal: Journal;
  /** What was cut off or mended. */
  readonly report: JournalReport;
  /** Commands repeated after the snapshot. */
  readonly replayed: number;
}

/**
 * The engine as it was when its last command was acknowledged: the snapshot, and the commands of the journal after it,
 * each of which must lead to the events that the journal holds. Throws what `readSnapshot`, `AccountEngine.restore` and
 * `Journal.open` throw, and `ReplayDiffers`; then no file has changed.
 */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const { snapshotPath, journalPath, mirror, expect, ...engineOptions } = options;
  const replay = await Replay.start(snapshotPath, journalPath, engineOptions);
  try {
    const journal = await Journal.open(journalPath, {
      ...(mirror === undefined ? {} : { mirror }),
      expect: expect === undefined ? [replay.snapshot] : [replay.snapshot, expect],
      each: (entry) => replay.take(entry),
    });
    replay.continueIn(journal);
    return { engine: replay.engine, journal, report: journal.report, replayed: replay.applied };
  } catch (cause) {
    await replay.engine.close();
    throw cause;
  }
}
