import { MargridError } from '../errors.ts';
import type { Storable } from '../account/events.ts';
import { depthMax, isInteger, nanUpperWord, stringsUnitsMax, tags } from './tags.ts';

type Column = Float64Array | Uint32Array | Int32Array | Uint8Array | BigInt64Array;

/** Columns of at least so many bytes are not copied but handed on as they are. */
const sharedBytesMin = 64 * 1024;
const firstBufferBytes = 1024;

/** Writes values one after the other; one encoder makes one payload. Throws `ValueInvalid` naming the field. */
export class Encoder {
  #bytes = Buffer.allocUnsafeSlow(firstBufferBytes);
  #length = 0;
  readonly #parts: Uint8Array[] = [];
  /** Field names are written once; later ones refer to them by number. */
  readonly #names = new Map<string, number>();
  /** Where in the value we are, for messages. */
  readonly #path: (string | number)[] = [];

  /** What was written, in order. Large columns are views of the caller's memory. */
  finish(): Uint8Array[] {
    this.#flush();
    return this.#parts;
  }

  write(value: Storable): void {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return this.#byte(value ? tags.true : tags.false);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        if (value === null) return this.#byte(tags.null);
        return this.#object(value);
      case 'undefined':
      case 'function':
      case 'symbol':
        throw this.#unstorable(value);
    }
  }

  #object(value: Exclude<Storable, null | boolean | number | string | bigint>): void {
    if (value instanceof Float64Array) return this.#column(tags.float64, value, canonicalBytes(value));
    if (value instanceof Uint32Array) return this.#column(tags.uint32, value, bytesOf(value));
    if (value instanceof Int32Array) return this.#column(tags.int32, value, bytesOf(value));
    if (value instanceof Uint8Array) return this.#column(tags.uint8, value, value);
    if (value instanceof BigInt64Array) return this.#column(tags.bigint64, value, bytesOf(value));
    if (this.#path.length >= depthMax) throw this.#unstorable(value, `is nested deeper than ${depthMax}`);
    if (Array.isArray(value)) return this.#list(value as readonly Storable[]);
    if (!isPlain(value)) throw this.#unstorable(value);
    return this.#record(value as Readonly<Record<string, Storable | undefined>>);
  }

  #list(list: readonly Storable[]): void {
    if (isStrings(list)) return this.#strings(list);
    this.#byte(tags.list);
    this.#varint(list.length);
    for (let index = 0; index < list.length; index++) {
      this.#path.push(index);
      this.write(list[index]);
      this.#path.pop();
    }
  }

  /** Lengths in UTF-16 code units, so that the reader cuts the text without looking at it. */
  #strings(list: readonly string[]): void {
    const longest = list.reduce((most, { length }) => Math.max(most, length), 0);
    const lengths = list.map(({ length }) => length);
    const width = longest < 2 ** 8 ? 1 : longest < 2 ** 16 ? 2 : 4;
    this.#byte(tags.strings);
    this.#varint(list.length);
    this.#byte(width);
    const column =
      width === 1 ? Uint8Array.from(lengths) : width === 2 ? Uint16Array.from(lengths) : Uint32Array.from(lengths);
    this.#raw(new Uint8Array(column.buffer));
    this.#text(list.join(''));
  }

  #record(record: Readonly<Record<string, Storable | undefined>>): void {
    const names = Object.keys(record);
    let count = 0;
    for (const name of names) if (record[name] !== undefined) count++;
    this.#byte(tags.record);
    this.#varint(count);
    for (const name of names) {
      const value = record[name];
      if (value === undefined) continue;
      this.#name(name);
      this.#path.push(name);
      this.write(value);
      this.#path.pop();
    }
  }

  #name(name: string): void {
    const known = this.#names.get(name);
    if (known !== undefined) return this.#varint(known);
    this.#names.set(name, this.#names.size + 1);
    this.#varint(0);
    this.#text(name);
  }

  #number(value: number): void {
    if (isInteger(value)) {
      this.#byte(tags.integer);
      return this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
    }
    this.#byte(tags.number);
    this.#room(8);
    if (Number.isNaN(value)) {
      this.#bytes.writeUInt32LE(0, this.#length);
      this.#bytes.writeUInt32LE(nanUpperWord, this.#length + 4);
    } else {
      this.#bytes.writeDoubleLE(value, this.#length);
    }
    this.#length += 8;
  }

  #bigint(value: bigint): void {
    const hex = (value < 0n ? -value : value).toString(16);
    const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
    const count = value === 0n ? 0 : magnitude.length;
    this.#byte(tags.bigint);
    this.#varint(count * 2 + (value < 0n ? 1 : 0));
    this.#raw(magnitude.subarray(0, count));
  }

  #text(text: string): void {
    const byteCount = Buffer.byteLength(text, 'utf8');
    // One byte per code unit: ASCII, and no surrogate in it.
    if (byteCount !== text.length && /\p{Surrogate}/u.test(text)) return this.#units(text);
    this.#byte(tags.text);
    this.#varint(byteCount);
    this.#room(byteCount);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  #units(text: string): void {
    this.#byte(tags.units);
    this.#varint(text.length);
    this.#room(text.length * 2);
    this.#length += this.#bytes.write(text, this.#length, 'utf16le');
  }

  #column(tag: number, column: Column, bytes: Uint8Array): void {
    this.#byte(tag);
    this.#varint(column.length);
    if (bytes.length < sharedBytesMin) return this.#raw(bytes);
    this.#flush();
    this.#parts.push(bytes);
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Seven bits a byte, low ones first. */
  #varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 2 ** 31) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#parts.push(this.#bytes.subarray(0, this.#length));
    this.#bytes = Buffer.allocUnsafeSlow(firstBufferBytes);
    this.#length = 0;
  }

  #unstorable(value: unknown, why = 'is no JSON value, bigint or column'): MargridError {
    const column = this.#path.slice(0, 16).join('.');
    const shown =
      typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
    return new MargridError('ValueInvalid', `${column === '' ? 'value' : column}: ${shown} ${why}`, { column, value });
  }
}

/** Bytes as they lie in memory: all supported machines are little-endian. */
function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** Bytes of a column with every NaN the same: its other bits say nothing, and differ between machines. */
function canonicalBytes(column: Float64Array): Uint8Array {
  const words = new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
  let other = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (value !== value && (words[2 * row] !== 0 || words[2 * row + 1] !== nanUpperWord)) other++;
  }
  if (other === 0) return bytesOf(column);
  const copy = words.slice();
  for (let row = 0; row < column.length; row++) {
    if (Number.isNaN(column[row])) {
      copy[2 * row] = 0;
      copy[2 * row + 1] = nanUpperWord;
    }
  }
  return new Uint8Array(copy.buffer);
}

function isStrings(list: readonly Storable[]): list is readonly string[] {
  if (typeof list[0] !== 'string') return false;
  let units = 0;
  for (const each of list) {
    if (typeof each !== 'string') return false;
    units += each.length;
  }
  return units <= stringsUnitsMax;
}

/** Made by braces or by JSON, here or in another realm; not a Map, a Date, a class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
