import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { contentMismatch, formatOf, type FileFormat } from './format.ts';

/** What every reader accepts. */
export interface ReadOptions {
  /**
   * Rows of the file at most; checked from the file's own metadata before anything is decompressed, where it has any.
   */
  readonly rowCountMax?: number;
  /** Bytes of the file, and of its content once decompressed, at most. */
  readonly bytesMax?: number;
}

/** A file that exists, is not empty, is within the limits, and begins like its extension says. */
export interface InputFile {
  /** As the caller wrote it: messages show this one. */
  readonly path: string;
  readonly absolutePath: string;
  readonly format: FileFormat;
  readonly byteCount: number;
  readonly rowCountMax: number;
  readonly bytesMax: number;
}

const headByteCount = 64;

export async function openInput(path: string, options: ReadOptions): Promise<InputFile> {
  const rowCountMax = requireCount('rowCountMax', options.rowCountMax ?? limits.inputRowCountMax);
  const bytesMax = requireCount('bytesMax', options.bytesMax ?? limits.inputBytesMax);
  const format = formatOf(path);
  const byteCount = await byteCountOf(path);
  if (byteCount === 0) throw new MargridError('FileUnreadable', `${path}: the file is empty`, { file: path });
  if (byteCount > bytesMax) throw tooLarge(path, 'bytes', byteCount, 'bytesMax', bytesMax);
  const mismatch = contentMismatch(format, await headOf(path));
  if (mismatch !== undefined) throw new MargridError('FileUnreadable', `${path}: ${mismatch}`, { file: path });
  return { path, absolutePath: resolve(path), format, byteCount, rowCountMax, bytesMax };
}

export function requireRowCount(file: InputFile, rowCount: number): void {
  if (rowCount > file.rowCountMax) throw tooLarge(file.path, 'rows', rowCount, 'rowCountMax', file.rowCountMax);
}

/** For formats that are compressed inside: the size they say they expand to. */
export function requireContentBytes(file: InputFile, byteCount: number): void {
  if (byteCount > file.bytesMax) {
    throw tooLarge(file.path, 'bytes once decompressed', byteCount, 'bytesMax', file.bytesMax);
  }
}

/** Any failure of a parsing library becomes `FileUnreadable`, with the file's name and the library's own words. */
export function unreadable(file: InputFile, cause: unknown): MargridError {
  if (cause instanceof MargridError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new MargridError('FileUnreadable', `${file.path}: truncated or not a valid ${file.format} file: ${text}`, {
    file: file.path,
  });
}

async function byteCountOf(path: string): Promise<number> {
  try {
    const status = await stat(path);
    if (status.isFile()) return status.size;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'the file does not exist' : message;
    throw new MargridError('FileNotFound', `${path}: ${why}`, { file: path });
  }
  throw new MargridError('FileNotFound', `${path}: not a regular file`, { file: path });
}

async function headOf(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const head = new Uint8Array(headByteCount);
      const { bytesRead } = await handle.read(head, 0, headByteCount, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new MargridError('FileNotFound', `${path}: ${(cause as Error).message}`, { file: path });
  }
}

function requireCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new MargridError('OptionInvalid', `${name} must be a whole number >= 0, got ${value}`, { value });
}

function tooLarge(path: string, unit: string, count: number, name: string, limit: number): MargridError {
  return new MargridError('FileTooLarge', `${path}: ${count} ${unit} exceed ${name} = ${limit}`, {
    file: path,
    value: count,
  });
}
