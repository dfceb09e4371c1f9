import {
  LOAD_COUNT,
  LOAD_OTHER,
  LOAD_PRICE_SQUARE,
  LOAD_REST,
  LOAD_TIME,
  QUADRANT_COUNT,
} from '../../assembly/portable/certificate-layout.ts';
import { boxSizes } from './box.ts';
import type { Displacement } from './reference.ts';
import { priceLoadOf, volatilityLoadOf } from './set-loads.ts';

/** Buckets per octave of radius: sixteen, by the first four bits of the mantissa. */
const mantissaBits = 4;
const bucketShift = 23 - mantissaBits;
/** Radii from 2^-20 to 1; smaller ones share the first bucket. */
const leastExponent = 127 - 20;
const bucketCount = (20 << mantissaBits) + 2;

/**
 * An entry: loads per unit of movement, of price, its square, volatility, rest, time, other; how far its box reaches;
 * its netting set, a whole number of 32 bits. Half a cache line.
 */
const entryFloats = 8;
const entryLimit = 6;
const entrySet = 7;
/** Rounding of quotients to 32 bits, upward and downward; of the products and the sum of the second test. */
const upward32 = 1 + 2 ** -22;
const downward32 = 1 - 2 ** -22;
const outward = 1 + 1e-12;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Ascends with the radius: the bits of a positive float ascend with it. */
function bucketOf(radius: number): number {
  float[0] = radius;
  const place = (bits[0] >>> bucketShift) - (leastExponent << mantissaBits) + 1;
  return place < 0 ? 0 : place >= bucketCount ? bucketCount - 1 : place;
}

/** Sets certified at one reference, as `CertificateIndex` reads them. */
export interface FiledSets {
  /** Netting sets. */
  readonly sets: Uint32Array;
  /** Class of each of them. */
  readonly classes: Uint32Array;
  /** Quadrants that a class moves in: the first alone, or all. */
  readonly quadrantsOf: (own: number) => number;
  /** Radius of a set in a quadrant, in units of price movement. */
  readonly radiusOf: (set: number, quadrant: number) => number;
  /** By set: `LOAD_COUNT` loads, and the box of its certificate. */
  readonly loads: Float32Array;
  readonly box: Uint8Array;
  /** By set: number of the reference that its certificate is of; this one's. */
  readonly reference: Uint8Array;
  readonly number: number;
}

/**
 * Netting sets of one reference by class, quadrant and radius: a tick reads the buckets below its displacement, in the
 * order of memory, and no others. Whoever has lost its certificate here, by the column of references, is left out when
 * its entry is met, and the entry dropped: most lose it at once with many others, and hardly any entry is met again.
 *
 * A set whose radius is reached gets a second test, of its loads: what the market has used up of its health, kind of
 * movement by kind of movement, where a radius takes all kinds to be as large as the largest. Most are safe by it. An
 * entry has its loads beside it, because those of its set would have to be fetched from all over the memory.
 */
export class CertificateIndex {
  /** Classes that have sets here. */
  readonly classes: readonly number[];
  /** Per quadrant, class and bucket: first entry, and where entries end that have not been removed. */
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  /** Per quadrant and class: first bucket that ever held anything. */
  readonly #firstBucket: Uint16Array;
  readonly #entries: Float32Array;
  /** The same memory. */
  readonly #words: Uint32Array;
  readonly #radiusOf: FiledSets['radiusOf'];
  readonly #reference: Uint8Array;
  readonly #number: number;

  constructor(filed: FiledSets) {
    const { sets, classes, quadrantsOf } = filed;
    this.#radiusOf = filed.radiusOf;
    this.#reference = filed.reference;
    this.#number = filed.number;
    const { order, places } = placesOf(classes);
    this.classes = order;
    const cells = QUADRANT_COUNT * order.length * bucketCount;
    this.#start = new Uint32Array(cells);
    this.#end = new Uint32Array(cells);
    this.#firstBucket = new Uint16Array(QUADRANT_COUNT * order.length).fill(bucketCount);
    const quadrants = Uint8Array.from(order, quadrantsOf);
    const cellOf = this.#count(filed, places, quadrants);
    let top = 0;
    for (let cell = 0; cell < cells; cell++) {
      const count = this.#end[cell];
      this.#start[cell] = this.#end[cell] = top;
      top += count;
    }
    this.#entries = new Float32Array(top * entryFloats);
    this.#words = new Uint32Array(this.#entries.buffer);
    for (let index = 0; index < sets.length; index++) this.#write(index, quadrants[places[index]], cellOf, filed);
  }

  /** Counts the entries of every cell in `#end`; returns the cells of each set, by quadrant. */
  #count({ sets, radiusOf }: FiledSets, places: Uint32Array, quadrants: Uint8Array): Uint32Array {
    const ends = this.#end;
    const firsts = this.#firstBucket;
    const classCount = this.classes.length;
    const cellOf = new Uint32Array(QUADRANT_COUNT * sets.length);
    for (let index = 0; index < sets.length; index++) {
      for (let quadrant = 0; quadrant < quadrants[places[index]]; quadrant++) {
        const block = quadrant * classCount + places[index];
        const bucket = bucketOf(radiusOf(sets[index], quadrant));
        const cell = block * bucketCount + bucket;
        cellOf[index * QUADRANT_COUNT + quadrant] = cell;
        ends[cell]++;
        if (bucket < firsts[block]) firsts[block] = bucket;
      }
    }
    return cellOf;
  }

  /** The entries of a set, at the ends of its cells. */
  #write(index: number, quadrants: number, cellOf: Uint32Array, { sets, loads, box }: FiledSets): void {
    const entries = this.#entries;
    const set = sets[index];
    const from = set * LOAD_COUNT;
    const size = boxSizes[box[set]];
    const perUnit = upward32 / size;
    const square = loads[from + LOAD_PRICE_SQUARE] * perUnit * perUnit;
    const rest = loads[from + LOAD_REST] * perUnit;
    const time = loads[from + LOAD_TIME] * upward32;
    const other = loads[from + LOAD_OTHER] * perUnit;
    const limit = size * downward32;
    for (let quadrant = 0; quadrant < quadrants; quadrant++) {
      const at = this.#end[cellOf[index * QUADRANT_COUNT + quadrant]]++ * entryFloats;
      entries[at] = loads[from + priceLoadOf(quadrant)] * perUnit;
      entries[at + 1] = square;
      entries[at + 2] = loads[from + volatilityLoadOf(quadrant)] * perUnit;
      entries[at + 3] = rest;
      entries[at + 4] = time;
      entries[at + 5] = other;
      entries[at + entryLimit] = limit;
      this.#words[at + entrySet] = set;
    }
  }

  /**
   * Appends the sets of a class (place in `classes`) that the movements may take across a threshold: whose radius they
   * reach, and which their loads do not show to be safe; to `found` from `count`, stops at its end. Returns the new count.
   */
  collect(place: number, moved: Readonly<Displacement>, found: Uint32Array, count: number): number {
    const { quadrant, distance, price, volatility, rest, elapsed, largest } = moved;
    const entries = this.#entries;
    const words = this.#words;
    const reference = this.#reference;
    const starts = this.#start;
    const ends = this.#end;
    const block = quadrant * this.classes.length + place;
    const first = block * bucketCount;
    const last = first + (distance < 1 ? bucketOf(distance) : bucketCount - 1);
    let top = count;
    for (let cell = first + this.#firstBucket[block]; cell <= last; cell++) {
      let end = ends[cell] * entryFloats;
      for (let at = starts[cell] * entryFloats; at < end; at += entryFloats) {
        const used =
          price * (entries[at] + price * entries[at + 1]) +
          volatility * entries[at + 2] +
          rest * entries[at + 3] +
          elapsed * entries[at + 4] +
          largest * entries[at + 5];
        // Safe by its loads; not outside the box, and not where anything is not a number.
        if (used * outward < 1 && largest <= entries[at + entryLimit]) continue;
        const set = words[at + entrySet];
        if (reference[set] !== this.#number) {
          ends[cell]--;
          end -= entryFloats;
          for (let each = 0; each < entryFloats; each++) words[at + each] = words[end + each];
          at -= entryFloats;
          continue;
        }
        if (cell === last && distance < this.#radiusOf(set, quadrant)) continue;
        if (top === found.length) return top;
        found[top++] = set;
      }
    }
    return top;
  }

  /** Every set that has its certificate here. */
  members(): number[] {
    const sets: number[] = [];
    const cells = this.classes.length * bucketCount;
    for (let cell = 0; cell < cells; cell++) {
      for (let entry = this.#start[cell]; entry < this.#end[cell]; entry++) {
        const set = this.#words[entry * entryFloats + entrySet];
        if (this.#reference[set] === this.#number) sets.push(set);
      }
    }
    return sets;
  }

  /** After netting sets were opened and closed: `places[old]` is the new row, `noPlace` of one that is closed. */
  rearrange(places: Uint32Array): void {
    const words = this.#words;
    for (let cell = 0; cell < this.#start.length; cell++) {
      let top = this.#start[cell];
      for (let entry = top; entry < this.#end[cell]; entry++) {
        const set = places[words[entry * entryFloats + entrySet]];
        if (set === noPlace) continue;
        words.copyWithin(top * entryFloats, entry * entryFloats, (entry + 1) * entryFloats);
        words[top * entryFloats + entrySet] = set;
        top++;
      }
      this.#end[cell] = top;
    }
  }
}

/** Classes in the order in which they first come, and of each set the place of its class there. */
function placesOf(classes: Uint32Array): { readonly order: number[]; readonly places: Uint32Array } {
  const order: number[] = [];
  const placeOf: number[] = [];
  const places = new Uint32Array(classes.length);
  for (let index = 0; index < classes.length; index++) {
    const own = classes[index];
    places[index] = placeOf[own] ??= order.push(own) - 1;
  }
  return { order, places };
}

export const noPlace = 0xffff_ffff;
