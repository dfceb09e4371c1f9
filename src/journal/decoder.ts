import { isAscii } from 'node:buffer';
import { MargridError } from '../errors.ts';
import type { Storable } from '../account/events.ts';
import { depthMax, isIndexName, isInteger, nanUpperWord, stringsUnitsMax, tags } from './tags.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads what `Encoder` wrote, and nothing else: every value has one encoding, any other is refused. Throws
 * `EncodingInvalid` with the byte offset. Allocates no more than in proportion to the bytes that are there.
 */
export class Decoder {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;
  readonly #names: string[] = [];
  readonly #knownNames = new Set<string>();

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws if bytes are left over. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#invalid(`${this.#bytes.length - this.#at} bytes too many`);
  }

  read(): Storable {
    const tag = this.#byte();
    switch (tag) {
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.integer:
        return this.#integer();
      case tags.number:
        return this.#number();
      case tags.text:
        return this.#text();
      case tags.units:
        return this.#units();
      case tags.bigint:
        return this.#bigint();
      case tags.float64:
        return this.#float64();
      case tags.uint32:
        return this.#column(Uint32Array);
      case tags.int32:
        return this.#column(Int32Array);
      case tags.uint8:
        return this.#column(Uint8Array);
      case tags.bigint64:
        return this.#column(BigInt64Array);
      case tags.list:
        return this.#list();
      case tags.strings:
        return this.#strings();
      case tags.record:
        return this.#record();
      default:
        throw this.#invalid(`no value begins with byte ${tag}`);
    }
  }

  #integer(): number {
    const zigzag = this.#varint();
    const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    if (!isInteger(value)) throw this.#invalid('an integer out of range');
    return value;
  }

  #number(): number {
    const at = this.#take(8);
    const value = this.#bytes.readDoubleLE(at);
    if (Number.isNaN(value) && !this.#isCanonicalNan(at)) throw this.#invalid('a NaN of other bits');
    if (isInteger(value)) throw this.#invalid('a whole number written as a fraction');
    return value;
  }

  #isCanonicalNan(at: number): boolean {
    return this.#bytes.readUInt32LE(at) === 0 && this.#bytes.readUInt32LE(at + 4) === nanUpperWord;
  }

  #bigint(): bigint {
    const head = this.#varint();
    const byteCount = Math.floor(head / 2);
    const at = this.#take(byteCount);
    if (byteCount === 0 ? head !== 0 : this.#bytes[at + byteCount - 1] === 0)
      throw this.#invalid('a bigint padded with zeros');
    if (byteCount === 0) return 0n;
    const magnitude = BigInt(
      `0x${Buffer.from(this.#bytes.subarray(at, at + byteCount))
        .reverse()
        .toString('hex')}`,
    );
    return head % 2 === 0 ? magnitude : -magnitude;
  }

  #text(): string {
    const byteCount = this.#varint();
    const at = this.#take(byteCount);
    const bytes = this.#bytes.subarray(at, at + byteCount);
    if (isAscii(bytes)) return bytes.toString('latin1');
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.#invalid('a text that is no UTF-8');
    }
  }

  #units(): string {
    const count = this.#varint();
    const at = this.#take(count * 2);
    const text = this.#bytes.toString('utf16le', at, at + count * 2);
    if (!/\p{Surrogate}/u.test(text)) throw this.#invalid('a text that UTF-8 could hold');
    return text;
  }

  #float64(): Float64Array {
    const column = this.#column(Float64Array);
    const words = new Uint32Array(column.buffer);
    for (let row = 0; row < column.length; row++) {
      const value = column[row];
      if (value !== value && (words[2 * row] !== 0 || words[2 * row + 1] !== nanUpperWord)) {
        throw this.#invalid('a NaN of other bits in a column');
      }
    }
    return column;
  }

  /** A copy: the bytes need not be where a column may begin. */
  #column<T extends Float64Array | Uint32Array | Int32Array | Uint8Array | BigInt64Array>(Type: {
    new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
    readonly BYTES_PER_ELEMENT: number;
  }): T {
    const count = this.#varint();
    const byteCount = count * Type.BYTES_PER_ELEMENT;
    const at = this.#take(byteCount);
    // Memory of its own that nobody has cleared: it is written over at once.
    const copy = Buffer.allocUnsafeSlow(byteCount);
    copy.set(this.#bytes.subarray(at, at + byteCount));
    return new Type(copy.buffer, 0, count);
  }

  #list(): Storable[] {
    const count = this.#countOf();
    this.#enter();
    const list: Storable[] = [];
    let strings = 0;
    let units = 0;
    for (let index = 0; index < count; index++) {
      const value = this.read();
      if (typeof value === 'string') {
        strings++;
        units += value.length;
      }
      list.push(value);
    }
    this.#depth--;
    if (count > 0 && strings === count && units <= stringsUnitsMax) throw this.#invalid('strings in a plain list');
    return list;
  }

  #strings(): string[] {
    const count = this.#countOf();
    this.#enter();
    const lengths = this.#lengths(count);
    const tag = this.#byte();
    if (tag !== tags.text && tag !== tags.units) throw this.#invalid('a list of strings without text');
    const text = tag === tags.text ? this.#text() : this.#units();
    const strings: string[] = [];
    let from = 0;
    for (let index = 0; index < count; index++) {
      const to = from + lengths[index];
      strings.push(text.slice(from, to));
      from = to;
    }
    if (from !== text.length || from > stringsUnitsMax)
      throw this.#invalid('strings longer or shorter than their text');
    this.#depth--;
    return strings;
  }

  #lengths(count: number): ArrayLike<number> {
    const width = this.#byte();
    if (count === 0 || (width !== 1 && width !== 2 && width !== 4))
      throw this.#invalid('a list of strings of no width');
    const at = this.#take(count * width);
    const lengths = new Uint32Array(count);
    let longest = 0;
    for (let index = 0; index < count; index++) {
      lengths[index] = this.#bytes.readUIntLE(at + index * width, width);
      longest = Math.max(longest, lengths[index]);
    }
    const least = longest < 2 ** 8 ? 1 : longest < 2 ** 16 ? 2 : 4;
    if (width !== least) throw this.#invalid('string lengths wider than they need be');
    return lengths;
  }

  #record(): Record<string, Storable> {
    const count = this.#countOf();
    this.#enter();
    const record: Record<string, Storable> = {};
    let last: string | null = null;
    for (let index = 0; index < count; index++) {
      const name = this.#name();
      if (Object.hasOwn(record, name)) throw this.#invalid(`two fields called '${name.slice(0, 64)}'`);
      const isOrdered = !isIndexName(name) || last === null || (isIndexName(last) && Number(last) < Number(name));
      if (!isOrdered) throw this.#invalid(`the field '${name}' in a place where no object has it`);
      last = name;
      const value = this.read();
      if (name !== '__proto__') record[name] = value;
      else Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
    }
    this.#depth--;
    return record;
  }

  #name(): string {
    const place = this.#varint();
    if (place > 0) {
      if (place > this.#names.length) throw this.#invalid('a field name that was not written before');
      return this.#names[place - 1];
    }
    const tag = this.#byte();
    if (tag !== tags.text && tag !== tags.units) throw this.#invalid('a field name that is no text');
    const name = tag === tags.text ? this.#text() : this.#units();
    if (this.#knownNames.has(name)) throw this.#invalid('a field name written twice');
    this.#knownNames.add(name);
    this.#names.push(name);
    return name;
  }

  #enter(): void {
    if (++this.#depth > depthMax) throw this.#invalid(`nested deeper than ${depthMax}`);
  }

  /** Number of elements that follow; each takes a byte at least. */
  #countOf(): number {
    const count = this.#varint();
    if (count > this.#bytes.length - this.#at) throw this.#invalid(`${count} elements in the bytes that are left`);
    return count;
  }

  #varint(): number {
    let value = 0;
    let unit = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.#byte();
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (byte === 0 && count > 0) throw this.#invalid('a number padded with zeros');
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      unit *= 128;
    }
    throw this.#invalid('a number out of range');
  }

  #byte(): number {
    return this.#bytes[this.#take(1)];
  }

  /** Offset of the next `count` bytes. */
  #take(count: number): number {
    const at = this.#at;
    if (!(count <= this.#bytes.length - at)) throw this.#invalid('it ends too early');
    this.#at = at + count;
    return at;
  }

  #invalid(why: string): MargridError {
    return new MargridError('EncodingInvalid', `encoded value, byte ${this.#at}: ${why}`, { value: this.#at });
  }
}
