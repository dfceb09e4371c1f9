import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { decode } from './codec.ts';
import { fileHeaderBytes, type Receipt } from './frame.ts';
import { JournalFile, type FrameRead } from './journal-file.ts';

/** An entry whose bytes and place in the chain are proven. */
export interface JournalEntry extends Receipt {
  /** First byte of the entry in the file. */
  readonly offset: number;
  /** The encoded value; valid until the next entry is read. */
  readonly payload: Uint8Array;
}

/** Bytes of one file of a journal. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What stands in a journal. */
export interface JournalReport {
  /** What the first entry follows. */
  readonly base: Receipt;
  /** The last entry. */
  readonly last: Receipt;
  readonly entries: number;
  /** Bytes of all whole entries with the file header. */
  readonly bytes: number;
  /** Incomplete last entries: written when the process ended, and never acknowledged. */
  readonly torn: readonly FileRange[];
  /** What is missing or damaged in one file and good in the other. */
  readonly mended: readonly FileRange[];
}

/**
 * Reads the entries of a journal in order, from one file or from two that are copies of one another. Where one of two
 * is damaged, the other is read; entries are proven one by one, so that it may be now this one, now that.
 */
export class ChainReader {
  readonly #files: readonly JournalFile[];
  readonly #base: Receipt;
  readonly #torn: FileRange[] = [];
  readonly #mended: FileRange[] = [];
  #hash: Buffer;
  #sequence: number;
  #offset = fileHeaderBytes;

  private constructor(files: readonly JournalFile[], base: Receipt) {
    this.#files = files;
    this.#base = base;
    this.#hash = Buffer.from(base.hash, 'hex');
    this.#sequence = base.sequence;
  }

  /** Throws `FileNotFound` if none of the files exists, `JournalDamaged` if none has a valid header or they differ. */
  static async start(files: readonly JournalFile[]): Promise<ChainReader> {
    const paths = files.map(({ path }) => path).join(', ');
    if (!files.some((file) => file.exists)) {
      throw new MargridError('FileNotFound', `${paths}: the journal does not exist`, { file: files[0].path });
    }
    const bases = await Promise.all(files.map((file) => file.base()));
    const valid = bases.filter((base) => typeof base !== 'string');
    const [first] = bases;
    if (valid.length === 0) throw damaged(files[0].path, 0, 0, typeof first === 'string' ? first : '');
    if (valid.some(({ sequence, hash }) => sequence !== valid[0].sequence || hash !== valid[0].hash)) {
      throw damaged(paths, 0, 0, 'the two files begin at different entries: they are no copies of one another');
    }
    const reader = new ChainReader(files, valid[0]);
    bases.forEach((base, index) => {
      if (typeof base === 'string') reader.#mend(index, 0, fileHeaderBytes);
    });
    return reader;
  }

  /** The next entry, null at the end. Throws `JournalDamaged` with byte offset and sequence. */
  async next(): Promise<JournalEntry | null> {
    const sequence = this.#sequence + 1;
    const offset = this.#offset;
    const reads = await Promise.all(this.#files.map((file) => file.frameAt(offset, sequence, this.#hash)));
    const good = reads.filter((read) => read.kind === 'frame');
    if (good.length === 0) return this.#finish(reads);
    const [{ payload, hash, end }] = good;
    if (good.some((other) => !other.hash.equals(hash))) {
      const paths = this.#files.map(({ path }) => path).join(', ');
      throw damaged(paths, offset, sequence, 'the two files hold different entries, each with a valid hash');
    }
    reads.forEach((read, index) => {
      if (read.kind !== 'frame') this.#mend(index, offset, end - offset);
    });
    this.#hash = hash;
    this.#sequence = sequence;
    this.#offset = end;
    return { sequence, hash: hash.toString('hex'), offset, payload };
  }

  /** What was read so far; after `next` gave null, the whole journal. */
  report(): JournalReport {
    return {
      base: this.#base,
      last: { sequence: this.#sequence, hash: this.#hash.toString('hex') },
      entries: this.#sequence - this.#base.sequence,
      bytes: this.#offset,
      torn: this.#torn,
      mended: this.#mended,
    };
  }

  #finish(reads: readonly FrameRead[]): null {
    reads.forEach((read, index) => {
      const { path } = this.#files[index];
      if (read.kind === 'damaged') throw damaged(path, this.#offset, this.#sequence + 1, read.why);
      if (read.kind === 'torn') this.#torn.push({ path, offset: this.#offset, bytes: read.bytes });
    });
    return null;
  }

  /** Notes that a file must be mended; ranges that touch are one. */
  #mend(index: number, offset: number, bytes: number): void {
    const { path } = this.#files[index];
    const at = this.#mended.findIndex((range) => range.path === path && range.offset + range.bytes === offset);
    if (at < 0) this.#mended.push({ path, offset, bytes });
    else this.#mended[at] = { ...this.#mended[at], bytes: this.#mended[at].bytes + bytes };
  }
}

/** The value of an entry. Throws `JournalDamaged` if the bytes, though as written, are none. */
export function valueOf({ sequence, offset, payload }: JournalEntry, path: string): Storable {
  try {
    return decode(payload);
  } catch (cause) {
    throw damaged(path, offset, sequence, (cause as Error).message);
  }
}

function damaged(path: string, offset: number, sequence: number, why: string): MargridError {
  const entry = sequence === 0 ? '' : `, entry ${sequence}`;
  return new MargridError('JournalDamaged', `${path}, byte ${offset}${entry}: ${why}`, {
    file: path,
    row: sequence,
    value: offset,
  });
}

/** Holds a journal against what was acknowledged. */
export class ReceiptCheck {
  readonly #expected: readonly Receipt[];
  readonly #path: string;

  constructor(expected: readonly Receipt[], path: string) {
    this.#expected = expected;
    this.#path = path;
  }

  /** To be shown every entry. Throws `JournalLost` if the entry of a receipt is another one. */
  see({ sequence, hash }: Receipt): void {
    const other = this.#expected.find((receipt) => receipt.sequence === sequence && receipt.hash !== hash);
    if (other === undefined) return;
    throw this.#lost(other, `entry ${sequence} has the hash ${hash}, acknowledged was ${other.hash}`);
  }

  /** At the end. Throws `JournalLost` if the entry of a receipt was not there. */
  finish({ base, last }: JournalReport): void {
    for (const receipt of this.#expected) {
      const { sequence } = receipt;
      if (sequence > last.sequence) {
        throw this.#lost(receipt, `it ends with entry ${last.sequence}, entry ${sequence} was acknowledged`);
      }
      if (sequence < base.sequence) {
        throw this.#lost(receipt, `it begins after entry ${base.sequence}, entry ${sequence} is needed`);
      }
    }
  }

  #lost({ sequence }: Receipt, why: string): MargridError {
    return new MargridError('JournalLost', `${this.#path}: ${why}`, { file: this.#path, value: sequence });
  }
}
