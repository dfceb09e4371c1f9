import { open } from 'node:fs/promises';
import type { Data, DataType, Table, Vector } from 'apache-arrow';
import { requireNotAborted } from './abort.ts';
import { loadArrow, type ArrowModule } from './arrow-table.ts';
import { nullEntry, type WriteColumn, type WriteTable } from './result-table.ts';

const partByteCount = 64 * 1024 ** 2;

export async function writeWithArrow(
  temporaryPath: string,
  table: WriteTable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const arrow = await loadArrow();
  const bytes = arrow.tableToIPC(tableOf(arrow, table), 'file');
  const handle = await open(temporaryPath, 'wx');
  try {
    for (let start = 0; start < bytes.length;) {
      requireNotAborted(signal);
      const { bytesWritten } = await handle.write(bytes, start, Math.min(partByteCount, bytes.length - start));
      start += bytesWritten;
    }
  } finally {
    await handle.close();
  }
}

/** Column by column in the given order: an object of columns would move names that look like integers to the front. */
function tableOf(arrow: ArrowModule, table: WriteTable): Table {
  const vectors = table.columns.map((column) => vectorOf(arrow, column));
  const fields = table.columns.map(({ name }, index) => new arrow.Field(name, vectors[index].type as DataType, true));
  const children = vectors.map((vector) => vector.data[0] as Data);
  const rows = arrow.makeData({ type: new arrow.Struct(fields), length: table.rowCount, nullCount: 0, children });
  return new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields), rows)]);
}

function vectorOf(arrow: ArrowModule, column: WriteColumn): Vector {
  const length = column.values.length;
  switch (column.type) {
    case 'string':
      return utf8Vector(arrow, column.values) as Vector;
    case 'f64':
      return new arrow.Vector([
        arrow.makeData({ type: new arrow.Float64(), length, nullCount: 0, data: column.values }),
      ]);
    case 'i32':
      return new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), length, nullCount: 0, data: column.values })]);
    case 'optional f64':
      return new arrow.Vector([
        arrow.makeData({
          type: new arrow.Float64(),
          length,
          ...nulls(column.values, Number.isNaN),
          data: column.values,
        }),
      ]);
    case 'time': {
      const type = new arrow.TimestampMillisecond('UTC');
      const data = BigInt64Array.from(column.values, (ms) => (Number.isNaN(ms) ? 0n : BigInt(ms)));
      return new arrow.Vector([arrow.makeData({ type, length, ...nulls(column.values, Number.isNaN), data: data })]);
    }
    case 'dictionary': {
      const dictionary = utf8Vector(arrow, column.dictionary);
      const type = new arrow.Dictionary(new arrow.Utf8() as DataType, new arrow.Int32());
      const isNull = (entry: number): boolean => entry === nullEntry;
      const data = column.values;
      return new arrow.Vector([arrow.makeData({ type, length, ...nulls(data, isNull), data, dictionary })]);
    }
  }
}

/** Validity bits as Arrow stores them: one per value, least significant first. */
function nulls(
  values: Float64Array | Int32Array,
  isNull: (value: number) => boolean,
): { nullCount: number; nullBitmap: Uint8Array | null } {
  const nullBitmap = new Uint8Array((values.length + 7) >> 3);
  let nullCount = 0;
  values.forEach((value, index) => {
    if (isNull(value)) nullCount += 1;
    else nullBitmap[index >> 3] |= 1 << (index & 7);
  });
  return nullCount === 0 ? { nullCount, nullBitmap: null } : { nullCount, nullBitmap };
}

/** Encodes straight into one buffer: the library's own builder takes several times as long for a million names. */
function utf8Vector(arrow: ArrowModule, values: readonly string[]): Vector<import('apache-arrow').Utf8> {
  const encoder = new TextEncoder();
  const valueOffsets = new Int32Array(values.length + 1);
  let data = new Uint8Array(Math.max(64, values.length * 16));
  let filled = 0;
  values.forEach((value, index) => {
    // A UTF-16 unit takes three bytes at most.
    if (data.length - filled < value.length * 3) {
      const larger = new Uint8Array(data.length * 2 + value.length * 3);
      larger.set(data);
      data = larger;
    }
    filled += encoder.encodeInto(value, data.subarray(filled)).written;
    valueOffsets[index + 1] = filled;
  });
  const type = new arrow.Utf8();
  const bytes = data.subarray(0, filled);
  return new arrow.Vector([arrow.makeData({ type, length: values.length, nullCount: 0, valueOffsets, data: bytes })]);
}
