import { AccountEngine, type AccountEngineOptions, type JournalSink } from '../account/account-engine.ts';
import type { Command } from '../account/command.ts';
import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { valueOf, type JournalEntry } from './chain-reader.ts';
import { encode } from './codec.ts';
import { firstDifference } from './difference.ts';
import type { Receipt } from './frame.ts';
import { readSnapshot } from './snapshot-file.ts';

/** What a snapshot does not hold of an account engine. */
export type RestoreOptions = Omit<AccountEngineOptions, 'market' | 'book' | 'params' | 'model' | 'rules' | 'journal'>;

/** Collects what an engine would write while the past is repeated, and hands on what it writes afterwards. */
class SwitchedSink implements JournalSink {
  target: JournalSink | null = null;
  produced: Storable[] = [];

  async append(entries: readonly Storable[]): Promise<void> {
    if (this.target !== null) return this.target.append(entries);
    this.produced.push(...entries);
  }
}

/** An engine restored from a snapshot, which repeats the commands of a journal. */
export class Replay {
  readonly engine: AccountEngine;
  /** The entry after which the snapshot was taken. */
  readonly snapshot: Receipt;
  readonly #sink: SwitchedSink;
  readonly #path: string;
  #applied = 0;

  private constructor(engine: AccountEngine, snapshot: Receipt, sink: SwitchedSink, path: string) {
    this.engine = engine;
    this.snapshot = snapshot;
    this.#sink = sink;
    this.#path = path;
  }

  /** `journalPath` for messages. Throws `FileNotFound`, `SnapshotInvalid`. */
  static async start(snapshotPath: string, journalPath: string, options: RestoreOptions = {}): Promise<Replay> {
    const { state, receipt } = await readSnapshot(snapshotPath);
    const sink = new SwitchedSink();
    const engine = await AccountEngine.restore(state, { ...options, journal: sink });
    if (engine.sequence === receipt.sequence) return new Replay(engine, receipt, sink, journalPath);
    await engine.close();
    const message = `${snapshotPath}: a state after command ${engine.sequence} with the receipt of ${receipt.sequence}`;
    throw new MargridError('SnapshotInvalid', message, { file: snapshotPath });
  }

  /** Commands repeated so far. */
  get applied(): number {
    return this.#applied;
  }

  /**
   * Repeats the command of an entry; entries before the snapshot are passed over. Throws `ReplayDiffers` with the
   * sequence and the first field that differs, `JournalLost` if entries between snapshot and journal are missing.
   */
  async take(entry: JournalEntry): Promise<void> {
    const { sequence, payload } = entry;
    if (sequence <= this.engine.sequence) return;
    if (sequence !== this.engine.sequence + 1) {
      const needed = this.engine.sequence + 1;
      const message = `${this.#path}: begins with entry ${sequence}, the snapshot needs entry ${needed}`;
      throw new MargridError('JournalLost', message, { file: this.#path, value: sequence });
    }
    const journaled = valueOf(entry, this.#path);
    this.#sink.produced = [];
    try {
      await this.engine.apply(commandOf(journaled));
    } catch (cause) {
      throw this.#differs(sequence, `the command fails: ${(cause as Error).message}`);
    }
    const [produced] = this.#sink.produced;
    if (produced === undefined) throw this.#differs(sequence, 'a command with the same id was applied before');
    if (Buffer.compare(encode(produced), payload) !== 0) throw this.#differs(sequence, describe(journaled, produced));
    this.#applied++;
  }

  /** From now on the engine writes into a journal. */
  continueIn(journal: JournalSink): void {
    this.#sink.target = journal;
  }

  #differs(sequence: number, why: string): MargridError {
    return new MargridError('ReplayDiffers', `${this.#path}, entry ${sequence}: ${why}`, {
      file: this.#path,
      row: sequence,
    });
  }
}

function commandOf(entry: Storable): Command {
  // What is missing in a command, the engine says.
  return (entry as { readonly command?: Command } | null)?.command ?? ({} as Command);
}

function describe(journaled: Storable, produced: Storable): string {
  const difference = firstDifference(journaled, produced);
  if (difference === null) return 'the fields are in another order';
  const { field, expected, found } = difference;
  return `${field} was ${expected}, is now ${found}`;
}
