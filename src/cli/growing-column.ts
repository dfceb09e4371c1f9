type Numbers = Float64Array | Uint32Array | Uint8Array;

const firstCapacity = 1_024;

/** A typed column of which nobody knows how long it will be: memory at most twice what it holds. */
export class GrowingColumn<Column extends Numbers> {
  readonly #make: new (capacity: number) => Column;
  #values: Column;
  #length = 0;

  constructor(make: new (capacity: number) => Column) {
    this.#make = make;
    this.#values = new make(firstCapacity);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new this.#make(2 * this.#length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = value;
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was pushed. */
  get values(): Column {
    return this.#values.subarray(0, this.#length) as Column;
  }
}
