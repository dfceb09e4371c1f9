import { closeSync, openSync, writeSync } from 'node:fs';

type Column = Float64Array | Uint32Array | Int32Array | Uint8Array | BigInt64Array;

/** Writes columns one after another, each padded to whole 8 bytes: what entrants in other languages read. */
export function writeColumnFile(path: string, columns: readonly Column[]): void {
  const file = openSync(path, 'w');
  try {
    for (const column of columns) {
      writeAll(file, new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
      const rest = column.byteLength % 8;
      if (rest > 0) writeAll(file, new Uint8Array(8 - rest));
    }
  } finally {
    closeSync(file);
  }
}

/** One call writes at most two gigabytes. */
function writeAll(file: number, bytes: Uint8Array): void {
  const piece = 1 << 28;
  for (let from = 0; from < bytes.length; from += piece) {
    let rest = bytes.subarray(from, from + piece);
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
  }
}
