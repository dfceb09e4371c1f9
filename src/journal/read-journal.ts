import { ChainReader, ReceiptCheck, type JournalEntry, type JournalReport } from './chain-reader.ts';
import type { Receipt } from './frame.ts';
import { JournalFile } from './journal-file.ts';

export interface ReadJournalOptions {
  /** The second copy. */
  readonly mirror?: string;
  /** Entries that were acknowledged and must therefore be there. */
  readonly expect?: readonly Receipt[];
}

/**
 * The entries of a journal in order, one at a time, proven; gives a report at the end. Nothing is changed; a journal
 * that is being written may be read. Throws `FileNotFound`, `JournalDamaged`, `JournalLost`.
 */
export async function* readJournal(
  path: string,
  options: ReadJournalOptions = {},
): AsyncGenerator<JournalEntry, JournalReport> {
  const paths = options.mirror === undefined ? [path] : [path, options.mirror];
  const files: JournalFile[] = [];
  try {
    for (const each of paths) files.push(await JournalFile.open(each, 'read'));
    const chain = await ChainReader.start(files);
    const check = new ReceiptCheck(options.expect ?? [], path);
    check.see(chain.report().base);
    for (let entry = await chain.next(); entry !== null; entry = await chain.next()) {
      check.see(entry);
      yield entry;
    }
    check.finish(chain.report());
    return chain.report();
  } finally {
    for (const file of files) await file.close();
  }
}

/** Proves a journal unbroken. Throws as `readJournal`. */
export async function verifyJournal(path: string, options: ReadJournalOptions = {}): Promise<JournalReport> {
  const entries = readJournal(path, options);
  for (;;) {
    const { done, value } = await entries.next();
    if (done) return value;
  }
}
