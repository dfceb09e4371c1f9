import { MargridError } from '../errors.ts';

/**
 * The k smallest of any number of values, exactly, whatever the order they come in: a buffer of 2 k values; once it is
 * full it is sorted and its upper half forgotten, and from then on only what is below its greatest enters. A value of
 * the tail of n comes in with probability k / n, so that n values cost n comparisons and about ln(n / k) sorts.
 *
 * Memory: 16 k bytes.
 */
export class TailSelector {
  readonly capacity: number;
  readonly #buffer: Float64Array;
  #held = 0;
  #limit = Infinity;
  #worst = Infinity;
  #worstPath = -1;
  #offered = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#buffer = new Float64Array(2 * capacity);
  }

  /** How many values were offered. */
  get offered(): number {
    return this.#offered;
  }

  /** The smallest value and its path, the first of equal ones; path -1 if there is none. */
  get worst(): { readonly value: number; readonly path: number } {
    return { value: this.#worst, path: this.#worstPath };
  }

  clear(): void {
    this.#held = 0;
    this.#offered = 0;
    this.#limit = Infinity;
    this.#worst = Infinity;
    this.#worstPath = -1;
  }

  /** Throws `ValueNotFinite` for a NaN, which has no place in any order. */
  offer(value: number, path: number): void {
    this.#offered++;
    if (value >= this.#limit) return;
    if (!(value >= -Infinity)) {
      throw new MargridError('ValueNotFinite', `the P&L of path ${path} is ${value}`, { row: path + 1, value });
    }
    if (value < this.#worst || (value === this.#worst && path < this.#worstPath)) {
      this.#worst = value;
      this.#worstPath = path;
    }
    this.#buffer[this.#held++] = value;
    if (this.#held === this.#buffer.length) this.#shrink();
  }

  /** Ascending, at most `capacity` of them. */
  sorted(): Float64Array {
    this.#shrink();
    return this.#buffer.slice(0, this.#held);
  }

  #shrink(): void {
    this.#buffer.subarray(0, this.#held).sort();
    if (this.#held < this.capacity) return;
    this.#held = this.capacity;
    this.#limit = this.capacity === 0 ? -Infinity : this.#buffer[this.capacity - 1];
  }
}
