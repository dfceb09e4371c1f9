/**
 * Brings lists of netting sets into ascending order: what is read of them lies in columns, and changes are told in it.
 * A bit per set, and one for each word of those: the cost is a few operations per set of the list.
 */
export class SetOrder {
  readonly #bits: Uint32Array;
  readonly #words: Uint32Array;

  constructor(capacity: number) {
    this.#bits = new Uint32Array(Math.ceil(capacity / 32));
    this.#words = new Uint32Array(Math.ceil(capacity / 1_024));
  }

  /** In place; no set may be in the list twice. */
  ascend(sets: Uint32Array): void {
    const bits = this.#bits;
    const words = this.#words;
    for (let index = 0; index < sets.length; index++) {
      const word = sets[index] >>> 5;
      bits[word] |= 1 << (sets[index] & 31);
      words[word >>> 5] |= 1 << (word & 31);
    }
    let top = 0;
    for (let block = 0; top < sets.length; block++) {
      for (let some = words[block]; some !== 0; some &= some - 1) {
        const word = (block << 5) + 31 - Math.clz32(some & -some);
        for (let left = bits[word]; left !== 0; left &= left - 1) {
          sets[top++] = (word << 5) + 31 - Math.clz32(left & -left);
        }
        bits[word] = 0;
      }
      words[block] = 0;
    }
  }
}
