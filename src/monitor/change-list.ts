import type { StatusChanges } from './report.ts';

/** Status changes of one tick, ascending by set: a crash changes hundreds of thousands. */
export class ChangeList {
  #set = new Uint32Array(64);
  #from = new Uint8Array(64);
  #to = new Uint8Array(64);
  #count = 0;

  /** `set` is above those added before. */
  add(set: number, from: number, to: number): void {
    if (this.#count === this.#set.length) this.#grow();
    this.#set[this.#count] = set;
    this.#from[this.#count] = from;
    this.#to[this.#count++] = to;
  }

  #grow(): void {
    const old = { set: this.#set, from: this.#from, to: this.#to };
    const room = 4 * this.#count;
    (this.#set = new Uint32Array(room)).set(old.set);
    (this.#from = new Uint8Array(room)).set(old.from);
    (this.#to = new Uint8Array(room)).set(old.to);
  }

  columns(): StatusChanges {
    const count = this.#count;
    return { set: this.#set.slice(0, count), from: this.#from.slice(0, count), to: this.#to.slice(0, count) };
  }
}
