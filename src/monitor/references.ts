import type { Arena } from '../columns/arena.ts';
import { boxSizes } from './box.ts';
import type { Displacement, Reference } from './reference.ts';
import { loadsUsed } from './set-loads.ts';
import type { SetClasses } from './set-classes.ts';
import { UNCERTIFIED, type SetColumns } from './set-columns.ts';

/** The reference markets alive, and the sets that the present market touches from them. */
export class References {
  alive: Reference[] = [];
  readonly #max: number;
  readonly #columns: SetColumns;
  readonly #classes: SetClasses;
  readonly #loads: Float32Array;
  readonly #displacement: Displacement = { distance: 0, quadrant: 0, price: 0, volatility: 0, rest: 0, elapsed: 0, largest: 0 };

  constructor(max: number, columns: SetColumns, classes: SetClasses, loads: Float32Array) {
    this.#loads = loads;
    this.#max = max;
    this.#columns = columns;
    this.#classes = classes;
  }

  /** Where the market in the arena is, seen from every reference; those without sets end. */
  measure(arena: Arena, asOfMs: number, hasOneForward: Uint8Array): void {
    const { live } = this.#columns;
    for (const reference of this.alive) if (live[reference.number] === 0) this.#end(reference);
    for (const reference of this.alive) reference.measure(arena, asOfMs, hasOneForward);
  }

  /**
   * Sets that may have changed their status, at the last `measure`, into `found` from `count`; stops at its end. Returns
   * the new count.
   */
  collect(found: Uint32Array, count: number): number {
    return this.#gather('collect', 1, found, count);
  }

  /**
   * The same with movements `reach` times as far, sets that are nearly touched too: they leave the indexes, and must lose
   * their certificates.
   */
  take(found: Uint32Array, count: number, reach: number): number {
    return this.#gather('take', reach, found, count);
  }

  #gather(how: 'collect' | 'take', reach: number, found: Uint32Array, count: number): number {
    let top = count;
    const moved = this.#displacement;
    for (const reference of this.alive) {
      const index = this.#columns.filed[reference.number]!;
      for (let place = 0; place < index.classes.length; place++) {
        reference.displacementOf(this.#classes.members[index.classes[place]], moved);
        stretch(moved, reach);
        if (moved.distance > 0) top = index[how](place, moved, found, top);
      }
      if (top === found.length) return top;
    }
    return top;
  }

  /** What the market has used up of a set's certificate, as a share; NaN without one. */
  shareOfRadius(set: number, radiusOf: (set: number, quadrant: number) => number): number {
    const reference = this.alive.find(({ number }) => number === this.#columns.reference[set]);
    if (reference === undefined) return NaN;
    reference.displacementOf(this.#classes.members[this.#columns.class[set]], this.#displacement);
    const { distance, quadrant } = this.#displacement;
    const size = boxSizes[this.#columns.box[set]];
    const used = loadsUsed(this.#displacement, this.#loads, set, size);
    return distance === 0 ? 0 : Math.min(distance / radiusOf(set, quadrant), used);
  }

  /**
   * A number for a new reference. If all are taken, the reference with the fewest sets ends, and its sets, which lose
   * their certificates, are added to `released`.
   */
  nextNumber(released: number[]): number {
    if (this.alive.length >= this.#max) {
      const { live } = this.#columns;
      const [ending] = [...this.alive].sort((a, b) => live[a.number] - live[b.number] || a.tick - b.tick);
      const members = this.#columns.filed[ending.number]!.members();
      this.#end(ending);
      for (const set of members) {
        this.#columns.setReference(set, UNCERTIFIED);
        released.push(set);
      }
    }
    const taken = new Set(this.alive.map(({ number }) => number));
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }

  #end(ending: Reference): void {
    this.#columns.filed[ending.number] = null;
    this.alive = this.alive.filter((each) => each !== ending);
  }

  /** After netting sets were opened and closed. */
  rearrange(places: Uint32Array): void {
    for (const { number } of this.alive) this.#columns.filed[number]!.rearrange(places);
  }
}

function stretch(displacement: Displacement, reach: number): void {
  displacement.distance *= reach;
  displacement.price *= reach;
  displacement.volatility *= reach;
  displacement.rest *= reach;
  displacement.elapsed *= reach;
  displacement.largest *= reach;
}
