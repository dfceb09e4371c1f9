/**
 * Brings lists of netting sets into ascending order: what is read of them lies in columns, and changes are told in it.
 * A bit per set, so that the cost is a few operations per set of the list and a pass over the bits.
 */
export class SetOrder {
  readonly #bits: Uint32Array;

  constructor(capacity: number) {
    this.#bits = new Uint32Array(Math.ceil(capacity / 32));
  }

  /** In place; no set may be in the list twice. */
  ascend(sets: Uint32Array): void {
    const bits = this.#bits;
    for (let index = 0; index < sets.length; index++) bits[sets[index] >>> 5] |= 1 << (sets[index] & 31);
    let top = 0;
    for (let word = 0; top < sets.length; word++) {
      for (let left = bits[word]; left !== 0; left &= left - 1) {
        sets[top++] = (word << 5) + 31 - Math.clz32(left & -left);
      }
      bits[word] = 0;
    }
  }
}
