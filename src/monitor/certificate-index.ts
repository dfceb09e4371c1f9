import {
  LOAD_COUNT,
  LOAD_OTHER,
  LOAD_PRICE_SQUARE,
  LOAD_REST,
  LOAD_TIME,
  QUADRANT_COUNT,
} from '../../assembly/portable/certificate-layout.ts';
import { MargridError } from '../errors.ts';
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
  /** Radius of a set in a quadrant, in units of price movement. */
  readonly radiusOf: (set: number, quadrant: number) => number;
  /** By set: `LOAD_COUNT` loads, and the box of its certificate. */
  readonly loads: Float32Array;
  readonly box: Uint8Array;
  /** By set and quadrant: its entry in the index that has it, written here. */
  readonly entryOf: Uint32Array;
}

/**
 * Netting sets of one reference by class, quadrant and radius: a tick reads the buckets below its displacement, in the
 * order of memory, and no others. Whoever loses the certificate must be removed.
 *
 * A set whose radius is reached gets a second test, of its loads: what the market has used up of its health, kind of
 * movement by kind of movement, where a radius takes all kinds to be as large as the largest. Most are safe by it. An
 * entry has its loads beside it, because those of its set would have to be fetched from all over the memory.
 */
export class CertificateIndex {
  /** Classes that have sets here. */
  readonly classes: readonly number[];
  readonly #placeOf: Uint32Array;
  /** Per quadrant, class and bucket: first entry, and where entries end that have not been removed. */
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  /** Per quadrant and class: first bucket that ever held anything. */
  readonly #firstBucket: Uint16Array;
  readonly #entries: Float32Array;
  /** The same memory. */
  readonly #words: Uint32Array;
  readonly #entryOf: Uint32Array;
  readonly #radiusOf: FiledSets['radiusOf'];

  constructor(filed: FiledSets) {
    const { sets, classes, radiusOf, entryOf } = filed;
    this.classes = [...new Set(classes)].sort((a, b) => a - b);
    this.#radiusOf = radiusOf;
    this.#entryOf = entryOf;
    this.#placeOf = new Uint32Array((this.classes.at(-1) ?? 0) + 1);
    this.classes.forEach((each, place) => (this.#placeOf[each] = place));
    const cells = QUADRANT_COUNT * this.classes.length * bucketCount;
    this.#start = new Uint32Array(cells);
    this.#end = new Uint32Array(cells);
    this.#firstBucket = new Uint16Array(QUADRANT_COUNT * this.classes.length).fill(bucketCount);
    this.#entries = new Float32Array(QUADRANT_COUNT * sets.length * entryFloats);
    this.#words = new Uint32Array(this.#entries.buffer);
    // Set by set, all quadrants at once: sets are anywhere in the book, and each is a few cache misses.
    const cellOf = new Uint32Array(QUADRANT_COUNT * sets.length);
    for (let index = 0; index < sets.length; index++) {
      for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
        const block = quadrant * this.classes.length + this.#placeOf[classes[index]];
        const bucket = bucketOf(radiusOf(sets[index], quadrant));
        cellOf[index * QUADRANT_COUNT + quadrant] = block * bucketCount + bucket;
        this.#end[block * bucketCount + bucket]++;
        if (bucket < this.#firstBucket[block]) this.#firstBucket[block] = bucket;
      }
    }
    let top = 0;
    for (let cell = 0; cell < cells; cell++) {
      const count = this.#end[cell];
      this.#start[cell] = this.#end[cell] = top;
      top += count;
    }
    for (let index = 0; index < sets.length; index++) {
      for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
        this.#write(this.#end[cellOf[index * QUADRANT_COUNT + quadrant]]++, sets[index], quadrant, filed);
      }
    }
  }

  #write(entry: number, set: number, quadrant: number, { loads, box }: FiledSets): void {
    const entries = this.#entries;
    const at = entry * entryFloats;
    const from = set * LOAD_COUNT;
    const size = boxSizes[box[set]];
    const perUnit = upward32 / size;
    entries[at] = loads[from + priceLoadOf(quadrant)] * perUnit;
    entries[at + 1] = loads[from + LOAD_PRICE_SQUARE] * perUnit * perUnit;
    entries[at + 2] = loads[from + volatilityLoadOf(quadrant)] * perUnit;
    entries[at + 3] = loads[from + LOAD_REST] * perUnit;
    entries[at + 4] = loads[from + LOAD_TIME] * upward32;
    entries[at + 5] = loads[from + LOAD_OTHER] * perUnit;
    entries[at + entryLimit] = size * downward32;
    this.#words[at + entrySet] = set;
    this.#entryOf[set * QUADRANT_COUNT + quadrant] = entry;
  }

  /**
   * Appends the sets of a class (place in `classes`) that the movements may take across a threshold: whose radius they
   * reach, and which their loads do not show to be safe; to `found` from `count`, stops at its end. Returns the new count.
   */
  collect(place: number, moved: Readonly<Displacement>, found: Uint32Array, count: number): number {
    const { quadrant, distance, price, volatility, rest, elapsed, largest } = moved;
    const entries = this.#entries;
    const starts = this.#start;
    const ends = this.#end;
    const block = quadrant * this.classes.length + place;
    const first = block * bucketCount;
    const last = first + (distance < 1 ? bucketOf(distance) : bucketCount - 1);
    let top = count;
    for (let cell = first + this.#firstBucket[block]; cell <= last; cell++) {
      const end = ends[cell] * entryFloats;
      for (let at = starts[cell] * entryFloats; at < end; at += entryFloats) {
        const used =
          price * (entries[at] + price * entries[at + 1]) +
          volatility * entries[at + 2] +
          rest * entries[at + 3] +
          elapsed * entries[at + 4] +
          largest * entries[at + 5];
        // Safe by its loads; not outside the box, and not where anything is not a number.
        if (used * outward < 1 && largest <= entries[at + entryLimit]) continue;
        const set = this.#words[at + entrySet];
        if (cell === last && distance < this.#radiusOf(set, quadrant)) continue;
        if (top === found.length) return top;
        found[top++] = set;
      }
    }
    return top;
  }

  /** The set has no certificate here any more. `class`: of the set, as it was filed. */
  remove(set: number, own: number): void {
    const words = this.#words;
    for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
      const entry = this.#entryOf[set * QUADRANT_COUNT + quadrant];
      const cell = this.#cellOf(entry, quadrant * this.classes.length + this.#placeOf[own]);
      const last = this.#end[cell] - 1;
      const at = entry * entryFloats;
      const isFiled = this.#start[cell] <= entry && entry <= last && words[at + entrySet] === set;
      if (!isFiled) throw new MargridError('EngineState', `netting set ${set} has no certificate of this reference`);
      this.#end[cell] = last;
      this.#entryOf[words[last * entryFloats + entrySet] * QUADRANT_COUNT + quadrant] = entry;
      words.copyWithin(at, last * entryFloats, (last + 1) * entryFloats);
    }
  }

  /** The bucket of a block that has the entry: the last one that starts no later. */
  #cellOf(entry: number, block: number): number {
    let low = block * bucketCount;
    let high = low + bucketCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#start[middle] <= entry) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Every set filed here. */
  members(): number[] {
    const sets: number[] = [];
    const cells = this.classes.length * bucketCount;
    for (let cell = 0; cell < cells; cell++) {
      for (let entry = this.#start[cell]; entry < this.#end[cell]; entry++) {
        sets.push(this.#words[entry * entryFloats + entrySet]);
      }
    }
    return sets;
  }

  /** After netting sets were opened and closed: `places[old]` is the new row, `noPlace` of one that is closed. */
  rearrange(places: Uint32Array): void {
    const words = this.#words;
    const perQuadrant = this.classes.length * bucketCount;
    for (let cell = 0; cell < this.#start.length; cell++) {
      const quadrant = Math.floor(cell / perQuadrant);
      let top = this.#start[cell];
      for (let entry = top; entry < this.#end[cell]; entry++) {
        const set = places[words[entry * entryFloats + entrySet]];
        if (set === noPlace) continue;
        words.copyWithin(top * entryFloats, entry * entryFloats, (entry + 1) * entryFloats);
        words[top * entryFloats + entrySet] = set;
        this.#entryOf[set * QUADRANT_COUNT + quadrant] = top++;
      }
      this.#end[cell] = top;
    }
  }
}

export const noPlace = 0xffff_ffff;
