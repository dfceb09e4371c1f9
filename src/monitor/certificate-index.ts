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
 * order of memory, and no others. Whoever has lost its certificate here, by the column of references, is left out: its
 * entry is made void when it is met, and goes when others are taken.
 *
 * A set whose radius is reached gets a second test, of its loads: what the market has used up of its health, kind of
 * movement by kind of movement, where a radius takes all kinds to be as large as the largest. Most are safe by it. An
 * entry has its loads beside it, because those of its set would have to be fetched from all over the memory.
 */
export class CertificateIndex {
  /** Classes that have sets here. */
  readonly classes: readonly number[];
  /** Per quadrant and class, its first entry: they are in the order of their buckets. */
  readonly #begin: Uint32Array;
  /** Per quadrant, class and bucket: where its entries end. */
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
    const blocks = QUADRANT_COUNT * order.length;
    this.#begin = new Uint32Array(blocks);
    this.#end = new Uint32Array(blocks * bucketCount);
    this.#firstBucket = new Uint16Array(blocks).fill(bucketCount);
    const quadrants = Uint8Array.from(order, quadrantsOf);
    const cellOf = this.#count(filed, places, quadrants);
    let top = 0;
    for (let block = 0; block < blocks; block++) {
      this.#begin[block] = top;
      for (let cell = block * bucketCount; cell < (block + 1) * bucketCount; cell++) {
        const count = this.#end[cell];
        this.#end[cell] = top;
        top += count;
      }
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
    const block = quadrant * this.classes.length + place;
    const cell = block * bucketCount + lastBucketOf(distance);
    const first = this.#begin[block];
    const end = this.#end[cell];
    // Of the last bucket some are beyond the distance.
    const beyond = cell > block * bucketCount ? this.#end[cell - 1] : first;
    let top = count;
    for (let entry = first; entry < end; entry++) {
      if (isSafe(entries, entry * entryFloats, price, volatility, rest, elapsed, largest)) continue;
      const set = this.#words[entry * entryFloats + entrySet];
      if (this.#reference[set] !== this.#number) {
        this.#void(entry);
        continue;
      }
      if (entry >= beyond && distance < this.#radiusOf(set, quadrant)) continue;
      if (top === found.length) return top;
      found[top++] = set;
    }
    return top;
  }

  /**
   * The same sets, taken out: they must lose their certificates. With them go the entries of those who have lost theirs
   * before, which would be read at every tick; what stays moves up to the end of its cells. Where `found` has no more room, the rest stay.
   */
  take(place: number, moved: Readonly<Displacement>, found: Uint32Array, count: number): number {
    const { quadrant, distance, price, volatility, rest, elapsed, largest } = moved;
    const entries = this.#entries;
    const block = quadrant * this.classes.length + place;
    const first = block * bucketCount + this.#firstBucket[block];
    const last = block * bucketCount + lastBucketOf(distance);
    if (last < first) return count;
    let top = count;
    let end = this.#end[last];
    let to = end;
    for (let cell = last; cell >= first; cell--) {
      const begin = cell === first ? this.#begin[block] : this.#end[cell - 1];
      this.#end[cell] = to;
      for (let entry = end - 1; entry >= begin; entry--) {
        const set = this.#words[entry * entryFloats + entrySet];
        if (this.#reference[set] !== this.#number) continue;
        const stays =
          top === found.length ||
          isSafe(entries, entry * entryFloats, price, volatility, rest, elapsed, largest) ||
          (cell === last && distance < this.#radiusOf(set, quadrant));
        if (stays) this.#move(entry, --to);
        else found[top++] = set;
      }
      end = begin;
    }
    this.#begin[block] = to;
    return top;
  }

  /** An entry of nobody, which whatever moves leaves safe. */
  #void(entry: number): void {
    const at = entry * entryFloats;
    this.#entries.fill(0, at, at + entryLimit);
    this.#entries[at + entryLimit] = Infinity;
    this.#words[at + entrySet] = noPlace;
  }

  #move(entry: number, to: number): void {
    if (entry !== to) this.#words.copyWithin(to * entryFloats, entry * entryFloats, (entry + 1) * entryFloats);
  }

  /** Every set that has its certificate here. */
  members(): number[] {
    const sets: number[] = [];
    for (let block = 0; block < this.classes.length; block++) {
      const end = this.#end[(block + 1) * bucketCount - 1];
      for (let entry = this.#begin[block]; entry < end; entry++) {
        const set = this.#words[entry * entryFloats + entrySet];
        if (this.#reference[set] === this.#number) sets.push(set);
      }
    }
    return sets;
  }

  /** After netting sets were opened and closed: `places[old]` is the new row, `noPlace` of one that is closed. */
  rearrange(places: Uint32Array): void {
    const words = this.#words;
    for (let entry = 0; entry < words.length / entryFloats; entry++) {
      const set = words[entry * entryFloats + entrySet];
      const next = set === noPlace ? noPlace : places[set];
      if (next === noPlace) this.#void(entry);
      else words[entry * entryFloats + entrySet] = next;
    }
  }
}

/**
 * The entry at a place, by its loads; not outside its box, and not where anything is not a number. Numbers, not their
 * object: in the innermost loop.
 */
function isSafe(
  entries: Float32Array, at: number, price: number, volatility: number, rest: number, elapsed: number, largest: number,
): boolean {
  const used =
    price * (entries[at] + price * entries[at + 1]) +
    volatility * entries[at + 2] +
    rest * entries[at + 3] +
    elapsed * entries[at + 4] +
    largest * entries[at + 5];
  return used * outward < 1 && largest <= entries[at + entryLimit];
}

/** Last bucket that may have radii which a distance reaches. */
function lastBucketOf(distance: number): number {
  return distance < 1 ? bucketOf(distance) : bucketCount - 1;
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
