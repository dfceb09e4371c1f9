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

/** Loads of an entry, per unit of movement: price, its square, volatility, rest, time, other. */
const entryLoads = 6;
/** Rounding of quotients to 32 bits; of the products and the sum of the second test. */
const upward32 = 1 + 2 ** -22;
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
}

/**
 * Netting sets of one reference by class, quadrant and radius: a tick reads the buckets below its displacement, and no
 * others. Entries of sets that have a newer certificate are dropped as they are met.
 *
 * A set whose radius is reached gets a second test, of its loads: what the market has used up of its health, kind of
 * movement by kind of movement, where a radius takes all kinds to be as large as the largest. Most are safe by it. An
 * entry has its loads beside it, because those of its set would have to be fetched from all over the memory.
 */
export class CertificateIndex {
  /** Classes that have sets here. */
  readonly classes: readonly number[];
  /** Per quadrant, class and bucket: first entry; entries end at `#end`. */
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  readonly #entries: Uint32Array;
  readonly #loads: Float32Array;
  readonly #box: Uint8Array;
  /** Per quadrant and class: first bucket that holds anything. */
  readonly #firstBucket: Uint16Array;
  readonly #count: number;
  readonly #radiusOf: FiledSets['radiusOf'];

  constructor({ sets, classes, radiusOf, loads, box }: FiledSets) {
    this.classes = [...new Set(classes)].sort((a, b) => a - b);
    this.#count = sets.length;
    this.#radiusOf = radiusOf;
    const place = new Uint32Array((this.classes.at(-1) ?? 0) + 1);
    this.classes.forEach((each, index) => (place[each] = index));
    const cells = QUADRANT_COUNT * this.classes.length * bucketCount;
    this.#start = new Uint32Array(cells);
    this.#end = new Uint32Array(cells);
    this.#entries = new Uint32Array(QUADRANT_COUNT * sets.length);
    this.#loads = new Float32Array(entryLoads * this.#entries.length);
    this.#box = new Uint8Array(this.#entries.length);
    const cellOf = (index: number, quadrant: number): number =>
      (quadrant * this.classes.length + place[classes[index]]) * bucketCount + bucketOf(radiusOf(sets[index], quadrant));
    for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
      for (let index = 0; index < sets.length; index++) this.#end[cellOf(index, quadrant)]++;
    }
    this.#firstBucket = new Uint16Array(QUADRANT_COUNT * this.classes.length).fill(bucketCount);
    let top = 0;
    for (let cell = 0; cell < cells; cell++) {
      const count = this.#end[cell];
      const block = Math.floor(cell / bucketCount);
      if (count > 0 && this.#firstBucket[block] === bucketCount) this.#firstBucket[block] = cell - block * bucketCount;
      this.#start[cell] = this.#end[cell] = top;
      top += count;
    }
    for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
      for (let index = 0; index < sets.length; index++) {
        const at = this.#end[cellOf(index, quadrant)]++;
        this.#entries[at] = sets[index];
        this.#box[at] = box[sets[index]];
        this.#keepLoads(at, quadrant, loads, sets[index] * LOAD_COUNT);
      }
    }
  }

  #keepLoads(at: number, quadrant: number, loads: Float32Array, from: number): void {
    const perUnit = upward32 / boxSizes[this.#box[at]];
    const to = at * entryLoads;
    this.#loads[to] = loads[from + priceLoadOf(quadrant)] * perUnit;
    this.#loads[to + 1] = loads[from + LOAD_PRICE_SQUARE] * perUnit * perUnit;
    this.#loads[to + 2] = loads[from + volatilityLoadOf(quadrant)] * perUnit;
    this.#loads[to + 3] = loads[from + LOAD_REST] * perUnit;
    this.#loads[to + 4] = loads[from + LOAD_TIME] * upward32;
    this.#loads[to + 5] = loads[from + LOAD_OTHER] * perUnit;
  }

  /**
   * Appends the sets of a class (place in `classes`) that the movements may take across a threshold: whose radius they
   * reach, and which their loads do not show to be safe; to `found` from `count`, stops at its end. Returns the new count.
   */
  collect(place: number, moved: Readonly<Displacement>, owner: Owner, found: Uint32Array, count: number): number {
    const { quadrant, distance, price, volatility, rest, elapsed, largest } = moved;
    const { column, reference } = owner;
    const entries = this.#entries;
    const loads = this.#loads;
    const boxes = this.#box;
    const ends = this.#end;
    const block = quadrant * this.classes.length + place;
    const first = block * bucketCount;
    const last = first + (distance < 1 ? bucketOf(distance) : bucketCount - 1);
    let top = count;
    for (let cell = first + this.#firstBucket[block]; cell <= last; cell++) {
      for (let at = this.#start[cell]; at < ends[cell]; at++) {
        const set = entries[at];
        if (column[set] !== reference) {
          this.#move(--ends[cell], at--);
          continue;
        }
        const from = at * entryLoads;
        const used =
          price * (loads[from] + price * loads[from + 1]) +
          volatility * loads[from + 2] +
          rest * loads[from + 3] +
          elapsed * loads[from + 4] +
          largest * loads[from + 5];
        // Safe by its loads; not outside the box, and not where anything is not a number.
        if (used * outward < 1 && largest <= boxSizes[boxes[at]]) continue;
        if (cell === last && distance < this.#radiusOf(set, quadrant)) continue;
        if (top === found.length) return top;
        found[top++] = set;
      }
    }
    return top;
  }

  #move(from: number, to: number): void {
    this.#entries[to] = this.#entries[from];
    this.#box[to] = this.#box[from];
    this.#loads.copyWithin(to * entryLoads, from * entryLoads, (from + 1) * entryLoads);
  }

  /** Every set filed here that still belongs to the reference. */
  *members(owner: Owner): Generator<number> {
    const cells = this.classes.length * bucketCount;
    for (let cell = 0; cell < cells; cell++) {
      for (let at = this.#start[cell]; at < this.#end[cell]; at++) {
        if (owner.column[this.#entries[at]] === owner.reference) yield this.#entries[at];
      }
    }
  }

  /** After netting sets were opened and closed: `places[old]` is the new row, beyond all rows if there is none. */
  rearrange(places: Uint32Array): void {
    const entries = this.#entries;
    for (let at = 0; at < QUADRANT_COUNT * this.#count; at++) entries[at] = places[entries[at]] ?? noPlace;
  }
}

/** The column that says which reference a set's certificate is of, and the number of this one. */
export interface Owner {
  readonly column: Uint8Array;
  readonly reference: number;
}

export const noPlace = 0xffff_ffff;
