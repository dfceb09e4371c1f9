import { open } from 'node:fs/promises';
import type { Data, DataType, Table, Vector } from 'apache-arrow';
import { MargridError } from '../errors.ts';
import { requireRowCount, unreadable, type InputFile } from './input-file.ts';
import { loadOptional } from './optional-package.ts';
import type { ColumnKind, SourceColumn } from './schema.ts';

export type ArrowModule = typeof import('apache-arrow');

export interface ArrowTable {
  readonly arrow: ArrowModule;
  readonly columns: readonly SourceColumn[];
  readonly rowCount: number;
  column(name: string): Vector;
}

export function loadArrow(): Promise<ArrowModule> {
  return loadOptional('apache-arrow', 'reading and writing Arrow files', () => import('apache-arrow'));
}

/** Opens an Arrow IPC file or stream. Its numbers stay where they are in the file's bytes. */
export async function openArrowTable(file: InputFile): Promise<ArrowTable> {
  const arrow = await loadArrow();
  const bytes = await readWhole(file);
  requireEnd(file, bytes);
  let table: Table;
  try {
    table = arrow.tableFromIPC(bytes);
  } catch (cause) {
    const compressed = cause instanceof Error && cause.message.includes('codec not found');
    throw unreadable(file, compressed ? new Error('its buffers are compressed; write it uncompressed') : cause);
  }
  requireRowCount(file, table.numRows);
  const columns = table.schema.fields.map((field) => {
    const type = field.type as DataType & { toString(): string };
    return { name: field.name, type: type.toString(), kind: kindOf(arrow, type) };
  });
  return {
    arrow,
    columns,
    rowCount: table.numRows,
    column: (name) => {
      const vector = table.getChildAt(columns.findIndex((column) => column.name === name))!;
      for (const data of vector.data) requireBuffers(file, name, data as Data);
      return vector;
    },
  };
}

/** In parts, because one read call is limited to 2 GiB. */
async function readWhole(file: InputFile): Promise<Uint8Array> {
  const partByteCount = 1024 ** 3;
  const handle = await open(file.absolutePath, 'r');
  try {
    const bytes = new Uint8Array(file.byteCount);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, Math.min(partByteCount, bytes.length - filled), filled);
      if (bytesRead === 0) throw unreadable(file, new Error('the file became shorter while it was read'));
      filled += bytesRead;
    }
    return bytes;
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new MargridError(
        'FileTooLarge',
        `${file.path}: ${file.byteCount} bytes are more than one buffer may hold`,
        {
          file: file.path,
        },
      );
    }
    throw cause;
  } finally {
    await handle.close();
  }
}

/**
 * The library reads a file that was cut between two batches without complaint, and a book would silently lose
 * accounts. So the end must be there: the closing magic of a file, the end-of-stream marker of a stream. /
 */
function requireEnd(file: InputFile, bytes: Uint8Array): void {
  const isFile = bytes[0] === 0x41;
  const end = isFile ? [...'ARROW1'].map((letter) => letter.charCodeAt(0)) : [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
  const tail = bytes.subarray(bytes.length - end.length);
  if (bytes.length >= 2 * end.length && end.every((byte, index) => tail[index] === byte)) return;
  throw unreadable(file, new Error(`the ${isFile ? 'closing ARROW1' : 'end-of-stream marker'} is missing`));
}

function kindOf(arrow: ArrowModule, type: DataType): ColumnKind {
  const { DataType: is } = arrow;
  if (is.isDictionary(type)) return kindOf(arrow, type.dictionary as DataType) === 'string' ? 'string' : 'other';
  if (is.isUtf8(type) || is.isLargeUtf8(type) || is.isUtf8View(type)) return 'string';
  if (is.isInt(type)) return 'integer';
  // Half floats are stored as integers that the library does not convert in bulk; nobody keeps prices in them.
  if (is.isFloat(type)) return type.precision === arrow.Precision.HALF ? 'other' : 'number';
  if (is.isTimestamp(type) || is.isDate(type)) return 'time';
  return 'other';
}

/**
 * A batch may declare more rows than its buffers hold; reading past their end would yield `undefined`, not an error.
 */
function requireBuffers(file: InputFile, column: string, data: Data): void {
  const { length, offset, nullCount, nullBitmap } = data;
  const values = data.values as ArrayLike<unknown> | null | undefined;
  const valueOffsets = data.valueOffsets as ArrayLike<unknown> | undefined;
  const slots = length + offset;
  const short =
    (valueOffsets !== undefined && length > 0 && valueOffsets.length < slots + 1) ||
    (valueOffsets === undefined && values !== undefined && values !== null && values.length < slots) ||
    (nullCount > 0 && (nullBitmap?.length ?? 0) * 8 < slots);
  if (short) throw unreadable(file, new Error(`column ${column} declares more rows than it holds`));
}
