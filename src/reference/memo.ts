/** Results by key, each computed when first asked for. */
export class Memo<Key, Value> {
  readonly #known = new Map<Key, Value>();

  get(key: Key, compute: () => Value): Value {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const computed = compute();
    this.#known.set(key, computed);
    return computed;
  }
}
