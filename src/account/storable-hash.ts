import type { Hash } from 'node:crypto';
import type { Storable } from './events.ts';

/** Adds a value to a hash: every value has one byte sequence; columns count with their type, and NaN as one NaN. */
export function hashStorable(hash: Hash, value: Storable | undefined): void {
  if (ArrayBuffer.isView(value)) {
    const column = value as Float64Array | Uint8Array;
    hash.update(`${column.constructor.name}:${column.length};`);
    const isFloat = column instanceof Float64Array;
    const plain =
      isFloat && column.some(Number.isNaN) ? column.map((each) => (Number.isNaN(each) ? NaN : each)) : column;
    hash.update(new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength));
    return;
  }
  if (Array.isArray(value)) {
    hash.update(`[${value.length};`);
    for (const each of value as readonly Storable[]) hashStorable(hash, each);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value as Readonly<Record<string, Storable | undefined>>);
    const present = fields.filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    hash.update(`{${present.length};`);
    for (const [name, field] of present) {
      hash.update(`${JSON.stringify(name)}:`);
      hashStorable(hash, field);
    }
    return;
  }
  const text =
    typeof value === 'bigint'
      ? `${value}n`
      : Object.is(value, -0)
        ? '-0'
        : typeof value === 'number'
          ? String(value)
          : JSON.stringify(value);
  hash.update(`${text ?? 'undefined'};`);
}
