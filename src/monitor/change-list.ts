import type { StatusChanges } from './report.ts';

/** Status changes of one tick, in the order of sets. */
export class ChangeList {
  readonly #set: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  add(set: number, from: number, to: number): void {
    this.#set.push(set);
    this.#from.push(from);
    this.#to.push(to);
  }

  /** As columns, ascending by set: touched sets come in the order of their references. */
  sorted(): StatusChanges {
    const order = [...this.#set.keys()].sort((a, b) => this.#set[a] - this.#set[b]);
    return {
      set: Uint32Array.from(order, (index) => this.#set[index]),
      from: Uint8Array.from(order, (index) => this.#from[index]),
      to: Uint8Array.from(order, (index) => this.#to[index]),
    };
  }
}
