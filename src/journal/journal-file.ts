import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MargridError } from '../errors.ts';
import {
  chainHash,
  fileHeaderBytes,
  frameHeaderBytes,
  hashBytes,
  parseFileHeader,
  parseFrameHeader,
  type Receipt,
} from './frame.ts';

/** What stands at an offset where an entry should begin. */
export type FrameRead =
  | { readonly kind: 'frame'; readonly payload: Buffer; readonly hash: Buffer; readonly end: number }
  /** The end of the file. */
  | { readonly kind: 'end' }
  /** The beginning of an entry, or nothing but zeros: a write that was not completed. */
  | { readonly kind: 'torn'; readonly bytes: number }
  | { readonly kind: 'damaged'; readonly why: string };

/** Bytes read at once; an entry that is longer is read alone. */
const windowBytes = 1024 * 1024;
const noHandle = null;

/** One file of a journal, read by offset. A file that does not exist has no bytes. */
export class JournalFile {
  readonly path: string;
  /** Bytes of the file when it was opened. */
  readonly size: number;
  #handle: FileHandle | typeof noHandle;
  #window = Buffer.alloc(0);
  #windowAt = 0;

  private constructor(path: string, handle: FileHandle | null, size: number) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
  }

  /** `write`: for appending too. Throws `FileNotFound` for a file that is there and cannot be opened. */
  static async open(path: string, mode: 'read' | 'write'): Promise<JournalFile> {
    const handle = await openFile(path, mode === 'read' ? 'r' : 'r+');
    if (handle === null) return new JournalFile(path, null, 0);
    const status = await handle.stat();
    if (status.isFile()) return new JournalFile(path, handle, status.size);
    await handle.close();
    throw new MargridError('FileNotFound', `${path}: not a regular file`, { file: path });
  }

  get exists(): boolean {
    return this.#handle !== null;
  }

  /** The receipt that the first entry follows, or why the file has no valid header. */
  async base(): Promise<Receipt | string> {
    if (!this.exists) return 'it does not exist';
    return parseFileHeader(await this.bytesAt(0, Math.min(fileHeaderBytes, this.size)));
  }

  /** Reads the entry that begins at `offset`, is to be number `sequence` and to follow the chain hash `previous`. */
  async frameAt(offset: number, sequence: number, previous: Buffer): Promise<FrameRead> {
    const left = this.size - offset;
    if (left <= 0) return { kind: 'end' };
    if (left < frameHeaderBytes) return { kind: 'torn', bytes: left };
    const header = Buffer.from(await this.bytesAt(offset, frameHeaderBytes));
    const parsed = parseFrameHeader(header);
    if (typeof parsed === 'string') {
      return (await this.#isZeroFrom(offset)) ? { kind: 'torn', bytes: left } : { kind: 'damaged', why: parsed };
    }
    if (parsed.sequence !== sequence) return { kind: 'damaged', why: `it says that it is entry ${parsed.sequence}` };
    const end = offset + frameHeaderBytes + parsed.payloadBytes + hashBytes;
    if (end > this.size) return { kind: 'torn', bytes: left };
    const rest = await this.bytesAt(offset + frameHeaderBytes, parsed.payloadBytes + hashBytes);
    const payload = rest.subarray(0, parsed.payloadBytes);
    const hash = chainHash(previous, header, payload);
    if (hash.equals(rest.subarray(parsed.payloadBytes))) return { kind: 'frame', payload, hash, end };
    return { kind: 'damaged', why: 'its chain hash is wrong' };
  }

  /** Bytes of the file; valid until the next call. */
  async bytesAt(offset: number, length: number): Promise<Buffer> {
    const from = offset - this.#windowAt;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    const count = Math.min(Math.max(windowBytes, length), this.size - offset);
    // Fresh memory: what was given out before may still be in use by the caller's caller.
    const bytes = Buffer.allocUnsafeSlow(count);
    await this.#fill(bytes, offset);
    this.#window = bytes;
    this.#windowAt = offset;
    return bytes.subarray(0, length);
  }

  async #fill(bytes: Buffer, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.#open().read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) {
        throw new MargridError('FileUnreadable', `${this.path}: became shorter while it was read`, { file: this.path });
      }
      done += bytesRead;
    }
  }

  async #isZeroFrom(offset: number): Promise<boolean> {
    for (let at = offset; at < this.size;) {
      const bytes = await this.bytesAt(at, Math.min(windowBytes, this.size - at));
      if (bytes.some((byte) => byte !== 0)) return false;
      at += bytes.length;
    }
    return true;
  }

  /** Writes at an offset; not durable yet. Creates the file if it does not exist. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#handle ??= await open(this.path, constants.O_RDWR | constants.O_CREAT);
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    }
  }

  async truncate(size: number): Promise<void> {
    await this.#open().truncate(size);
  }

  async makeDurable(): Promise<void> {
    await this.#open().datasync();
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = noHandle;
    await handle?.close();
  }

  #open(): FileHandle {
    if (this.#handle !== null) return this.#handle;
    throw new MargridError('EngineState', `${this.path}: the journal is closed`, { file: this.path });
  }
}

async function openFile(path: string, flags: string): Promise<FileHandle | null> {
  try {
    return await open(path, flags);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new MargridError('FileNotFound', `${path}: ${message}`, { file: path });
  }
}
