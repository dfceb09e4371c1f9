import { access } from 'node:fs/promises';
import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { writeAtomically } from '../io/atomic-file.ts';
import { ChainReader, ReceiptCheck, type FileRange, type JournalEntry, type JournalReport } from './chain-reader.ts';
import { encode } from './codec.ts';
import { fileHeader, frameOf, noReceipt, type Frame, type Receipt } from './frame.ts';
import { JournalFile } from './journal-file.ts';
import { WriterLock } from './writer-lock.ts';

export interface CreateJournalOptions {
  /** A second copy, best on another disk: every entry is durable in both before it is acknowledged. */
  readonly mirror?: string;
  /** The entry that the first one follows; default: none, the first is number 1. */
  readonly base?: Receipt;
}

export interface OpenJournalOptions {
  readonly mirror?: string;
  /** Entries that were acknowledged and must therefore be there. */
  readonly expect?: readonly Receipt[];
  /** Is shown every entry, in order, before the journal takes new ones; what it throws, `open` throws. */
  readonly each?: (entry: JournalEntry) => Promise<void> | void;
}

interface Waiting {
  readonly frames: readonly Frame[];
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/**
 * An append-only file of entries, each with the hash of everything before it; optionally in two copies. One process
 * writes it at a time.
 */
export class Journal {
  readonly path: string;
  /** What `open` found; of a new journal, nothing. */
  readonly report: JournalReport;
  readonly #files: readonly JournalFile[];
  readonly #locks: readonly WriterLock[];
  /** Last entry that was framed, acknowledged or not. */
  #sequence: number;
  #hash: Buffer;
  #end: number;
  #acknowledged: Receipt;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #failure: MargridError | null = null;
  #isClosed = false;

  private constructor(
    path: string,
    files: readonly JournalFile[],
    locks: readonly WriterLock[],
    report: JournalReport,
  ) {
    this.path = path;
    this.report = report;
    this.#files = files;
    this.#locks = locks;
    this.#sequence = report.last.sequence;
    this.#hash = Buffer.from(report.last.hash, 'hex');
    this.#end = report.bytes;
    this.#acknowledged = report.last;
  }

  /** A new, empty journal. Throws `FileUnwritable` if one of the files exists, `JournalLocked`. */
  static async create(path: string, options: CreateJournalOptions = {}): Promise<Journal> {
    const { mirror, base = noReceipt } = options;
    const paths = pathsOf(path, mirror);
    const locks = lockAll(paths);
    try {
      for (const each of paths) await requireAbsent(each);
      for (const each of paths) {
        await writeAtomically(each, async (temporaryPath) => {
          const file = await JournalFile.open(temporaryPath, 'write');
          await file.write(fileHeader(base), 0);
          await file.close();
        });
      }
    } catch (cause) {
      locks.forEach((lock) => lock.release());
      throw cause;
    }
    return Journal.#open(path, paths, locks, {});
  }

  /**
   * Opens a journal to append to it. An incomplete last entry is cut off; with a mirror, what is missing or damaged in
   * one file is taken from the other: `report` says so. Before that nothing is changed, so that a journal that is
   * refused stays as it was. Throws `FileNotFound`, `JournalDamaged`, `JournalLost`, `JournalLocked`.
   */
  static async open(path: string, options: OpenJournalOptions = {}): Promise<Journal> {
    const paths = pathsOf(path, options.mirror);
    return Journal.#open(path, paths, lockAll(paths), options);
  }

  static async #open(
    path: string,
    paths: readonly string[],
    locks: readonly WriterLock[],
    options: OpenJournalOptions,
  ): Promise<Journal> {
    const files: JournalFile[] = [];
    try {
      for (const each of paths) files.push(await JournalFile.open(each, 'write'));
      const report = await readAll(files, options);
      await mend(files, report);
      return new Journal(path, files, locks, report);
    } catch (cause) {
      for (const file of files) await file.close();
      locks.forEach((lock) => lock.release());
      throw cause;
    }
  }

  /** The last acknowledged entry: keep it elsewhere, and a journal that lost its end will be found out. */
  get receipt(): Receipt {
    return this.#acknowledged;
  }

  /**
   * Appends entries; resolves when they are durable in every file. Calls that come while a write is under way are
   * written together. Rejects with `JournalFailed` when a write failed: from then on nothing more is accepted, because
   * nobody knows what stands in the file. Entries are encoded at once; the caller may change them afterwards.
   */
  async append(entries: readonly Storable[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#isClosed)
      throw new MargridError('EngineState', `${this.path}: the journal is closed`, { file: this.path });
    const frames: Frame[] = [];
    let hash = this.#hash;
    for (const payload of entries.map(encode)) {
      const frame = frameOf(this.#sequence + frames.length + 1, payload, hash);
      frames.push(frame);
      hash = frame.hash;
    }
    this.#sequence += frames.length;
    this.#hash = hash;
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ frames, resolve, reject }));
    this.#writing ??= this.#drain();
    await written;
  }

  /** Waits for what was appended, then closes the files. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    for (const file of this.#files) await file.close();
    this.#locks.forEach((lock) => lock.release());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group.flatMap(({ frames }) => frames));
      } catch (cause) {
        const message = `${this.path}: a write failed, nothing more is accepted: ${(cause as Error).message}`;
        const failure = new MargridError('JournalFailed', message, { file: this.path });
        this.#failure = failure;
        [...group, ...this.#waiting].forEach(({ reject }) => reject(failure));
        this.#waiting = [];
        break;
      }
      group.forEach(({ resolve }) => resolve());
    }
    this.#writing = null;
  }

  async #write(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames.flatMap(({ header, payload, hash }) => [header, payload, hash]));
    await Promise.all(
      this.#files.map(async (file) => {
        await file.write(bytes, this.#end);
        await file.makeDurable();
      }),
    );
    this.#end += bytes.length;
    const sequence = this.#acknowledged.sequence + frames.length;
    this.#acknowledged = { sequence, hash: frames[frames.length - 1].hash.toString('hex') };
  }
}

/** Mends the files of a journal from one another and cuts off an incomplete last entry. Throws as `Journal.open`. */
export async function repairJournal(
  path: string,
  options: Omit<OpenJournalOptions, 'each'> = {},
): Promise<JournalReport> {
  const journal = await Journal.open(path, options);
  await journal.close();
  return journal.report;
}

function pathsOf(path: string, mirror: string | undefined): string[] {
  if (mirror === path)
    throw new MargridError('OptionInvalid', `${path}: the mirror must be another file`, { file: path });
  return mirror === undefined ? [path] : [path, mirror];
}

function lockAll(paths: readonly string[]): WriterLock[] {
  const locks: WriterLock[] = [];
  try {
    for (const path of paths) locks.push(WriterLock.acquire(path));
  } catch (cause) {
    locks.forEach((lock) => lock.release());
    throw cause;
  }
  return locks;
}

async function requireAbsent(path: string): Promise<void> {
  try {
    await access(path);
  } catch {
    return;
  }
  throw new MargridError('FileUnwritable', `${path}: exists already; open it`, { file: path });
}

async function readAll(files: readonly JournalFile[], options: OpenJournalOptions): Promise<JournalReport> {
  const chain = await ChainReader.start(files);
  const check = new ReceiptCheck(options.expect ?? [], files[0].path);
  check.see(chain.report().base);
  for (let entry = await chain.next(); entry !== null; entry = await chain.next()) {
    check.see(entry);
    await options.each?.(entry);
  }
  check.finish(chain.report());
  return chain.report();
}

/**
 * Takes from the other file what is missing or damaged in one, and cuts off what was not completed. Whatever is
 * interrupted here can be done again: only bytes that are no good are written over.
 */
async function mend(files: readonly JournalFile[], { mended, bytes }: JournalReport): Promise<void> {
  for (const range of mended) {
    const target = files.find(({ path }) => path === range.path)!;
    const source = files.find(({ path }) => path !== range.path)!;
    await copyRange(source, target, range);
  }
  for (const file of files) {
    if (file.size !== bytes) await file.truncate(bytes);
    // Also what a process wrote and could not make durable before it ended: from now on it counts.
    await file.makeDurable();
  }
}

const copyBytes = 1024 * 1024;

async function copyRange(source: JournalFile, target: JournalFile, range: FileRange): Promise<void> {
  for (let at = range.offset; at < range.offset + range.bytes; at += copyBytes) {
    const count = Math.min(copyBytes, range.offset + range.bytes - at);
    await target.write(Buffer.from(await source.bytesAt(at, count)), at);
  }
}
