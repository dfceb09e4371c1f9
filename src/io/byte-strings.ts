import { noCode } from './book-rows.ts';

/**
 * Numbers byte strings in order of first appearance, without making a JavaScript string of each occurrence: a book of
 * millions of rows names the same accounts and instruments over and over. /
 */
export class ByteStrings {
  readonly names: string[] = [];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  /** Open addressing; a slot holds an index into the three arrays below, or `noCode`. */
  #slots = new Int32Array(1024).fill(noCode);
  #hashes: number[] = [];
  #starts: number[] = [0];
  #bytes = new Uint8Array(16 * 1024);

  add(name: string): number {
    const bytes = this.#encoder.encode(name);
    return this.intern(bytes, 0, bytes.length);
  }

  /** The number of `bytes[start..end)`, a new one if it was not seen before. Throws if it is no UTF-8. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash);
    const found = this.#slots[slot];
    if (found !== noCode) return found;
    const index = this.names.length;
    this.names.push(this.#decoder.decode(bytes.subarray(start, end)));
    this.#slots[slot] = index;
    this.#hashes.push(hash);
    this.#store(bytes, start, end);
    if (this.names.length * 2 > this.#slots.length) this.#grow();
    return index;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))];
  }

  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot];
      if (index === noCode || (this.#hashes[index] === hash && this.#equals(index, bytes, start, end))) return slot;
    }
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index];
    if (this.#starts[index + 1] - from !== end - start) return false;
    for (let at = start; at < end; at += 1) {
      if (this.#bytes[from + at - start] !== bytes[at]) return false;
    }
    return true;
  }

  #store(bytes: Uint8Array, start: number, end: number): void {
    const from = this.#starts[this.#starts.length - 1];
    const to = from + end - start;
    if (to > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(to, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#starts.push(to);
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(noCode);
    const mask = this.#slots.length - 1;
    this.#hashes.forEach((hash, index) => {
      let slot = hash & mask;
      while (this.#slots[slot] !== noCode) slot = (slot + 1) & mask;
      this.#slots[slot] = index;
    });
  }
}

/** FNV-1a with a final mix, because the slots use the low bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d);
}
