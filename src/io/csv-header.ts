import { open } from 'node:fs/promises';
import { MargridError } from '../errors.ts';
import type { InputFile } from './input-file.ts';

const headerByteCountMax = 1024 * 1024;

/**
 * The column names of a CSV file, read here because DuckDB silently renames duplicates and guesses whether there is a
 * header at all: the first line always is one. /
 */
export async function readCsvHeader(file: InputFile): Promise<string[]> {
  const handle = await open(file.absolutePath, 'r');
  try {
    const bytes = new Uint8Array(Math.min(headerByteCountMax, file.byteCount));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const names = parseCsvRecord(new TextDecoder('utf-8').decode(bytes.subarray(0, bytesRead)));
    if (names !== undefined) return names;
  } finally {
    await handle.close();
  }
  throw new MargridError('FileUnreadable', `${file.path}: the first line is not a CSV header`, { file: file.path });
}

/** Fields of the first record (RFC 4180: commas, double quotes). Undefined if a quoted field never ends. */
export function parseCsvRecord(text: string): string[] | undefined {
  const fieldPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const fields: string[] = [];
  for (;;) {
    const match = fieldPattern.exec(text);
    if (match === null) return undefined;
    fields.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') return fields;
  }
}
