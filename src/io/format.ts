import { extname } from 'node:path';
import { MargridError } from '../errors.ts';

/** The file formats; the extension alone decides which one a name means, the content is then checked against it. */
export type FileFormat = 'parquet' | 'csv' | 'json' | 'ndjson' | 'arrow';

const formatByExtension: Readonly<Record<string, FileFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.arrow': 'arrow',
  '.ipc': 'arrow',
  '.feather': 'arrow',
};

export function formatOf(path: string): FileFormat {
  const extension = extname(path).toLowerCase();
  const format = formatByExtension[extension];
  if (format === undefined) {
    const known = Object.keys(formatByExtension).join(' ');
    throw new MargridError(
      'FileFormatUnknown',
      `${path}: the extension ${JSON.stringify(extension)} names no supported format (${known})`,
      { file: path },
    );
  }
  return format;
}

/** First bytes of formats and compressions that are often met under a wrong name. */
const signatures: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'a Parquet file', bytes: [0x50, 0x41, 0x52, 0x31] },
  { name: 'an Arrow file', bytes: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31] },
  { name: 'an Arrow stream', bytes: [0xff, 0xff, 0xff, 0xff] },
  { name: 'gzip-compressed data', bytes: [0x1f, 0x8b] },
  { name: 'zstd-compressed data', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'a ZIP archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'UTF-16 text', bytes: [0xff, 0xfe] },
  { name: 'UTF-16 text', bytes: [0xfe, 0xff] },
];

const expected: Readonly<Record<FileFormat, readonly string[]>> = {
  parquet: ['a Parquet file'],
  arrow: ['an Arrow file', 'an Arrow stream'],
  csv: [],
  json: [],
  ndjson: [],
};

/** Says what is wrong with a file whose first bytes are `head`, or nothing if they fit the format. */
export function contentMismatch(format: FileFormat, head: Uint8Array): string | undefined {
  const found = signatures.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))?.name;
  if (expected[format].length > 0) {
    return found !== undefined && expected[format].includes(found)
      ? undefined
      : `expected ${expected[format].join(' or ')}, found ${found ?? describeText(head)}`;
  }
  if (found !== undefined) return `expected ${format} text, found ${found}`;
  if (format === 'csv' ? false : !/^[\s\uFEFF]*[[{]/.test(textOf(head)) && textOf(head).trim() !== '') {
    return `expected JSON objects, found ${describeText(head)}`;
  }
  return undefined;
}

function textOf(head: Uint8Array): string {
  return new TextDecoder('utf-8').decode(head);
}

function describeText(head: Uint8Array): string {
  return `bytes that begin ${JSON.stringify(textOf(head.subarray(0, 24)))}`;
}
