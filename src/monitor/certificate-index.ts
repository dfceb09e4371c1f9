import { QUADRANT_COUNT } from '../../assembly/portable/certificate-layout.ts';

/** Buckets per octave of radius: sixteen, by the first four bits of the mantissa. */
const mantissaBits = 4;
const bucketShift = 23 - mantissaBits;
/** Radii from 2^-20 to 1; smaller ones share the first bucket. */
const leastExponent = 127 - 20;
const bucketCount = (20 << mantissaBits) + 2;

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
  readonly classes: Uint16Array;
  /** Radius of a set in a quadrant, in units of price movement. */
  radiusOf(set: number, quadrant: number): number;
}

/**
 * Netting sets of one reference by class, quadrant and radius: a tick reads the buckets below its displacement, and no
 * others. Entries of sets that have a newer certificate are dropped as they are met.
 */
export class CertificateIndex {
  /** Classes that have sets here. */
  readonly classes: readonly number[];
  /** Per quadrant, class and bucket: first entry; entries end at `#end`. */
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  readonly #entries: Uint32Array;
  readonly #count: number;
  readonly #radiusOf: FiledSets['radiusOf'];

  constructor({ sets, classes, radiusOf }: FiledSets) {
    this.classes = [...new Set(classes)].sort((a, b) => a - b);
    this.#count = sets.length;
    this.#radiusOf = radiusOf;
    const place = new Uint16Array((this.classes.at(-1) ?? 0) + 1);
    this.classes.forEach((each, index) => (place[each] = index));
    const cells = QUADRANT_COUNT * this.classes.length * bucketCount;
    this.#start = new Uint32Array(cells);
    this.#end = new Uint32Array(cells);
    this.#entries = new Uint32Array(QUADRANT_COUNT * sets.length);
    const cellOf = (index: number, quadrant: number): number =>
      (quadrant * this.classes.length + place[classes[index]]) * bucketCount + bucketOf(radiusOf(sets[index], quadrant));
    for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
      for (let index = 0; index < sets.length; index++) this.#end[cellOf(index, quadrant)]++;
    }
    let top = 0;
    for (let cell = 0; cell < cells; cell++) {
      const count = this.#end[cell];
      this.#start[cell] = this.#end[cell] = top;
      top += count;
    }
    for (let quadrant = 0; quadrant < QUADRANT_COUNT; quadrant++) {
      for (let index = 0; index < sets.length; index++) {
        this.#entries[this.#end[cellOf(index, quadrant)]++] = sets[index];
      }
    }
  }

  /**
   * Appends the sets of a class (place in `classes`) whose radius in the quadrant does not exceed the displacement, to
   * `found` from `count`; stops at its end. Returns the new count.
   */
  collect(place: number, quadrant: number, displacement: number, owner: Owner, found: Uint32Array, count: number): number {
    const entries = this.#entries;
    const first = (quadrant * this.classes.length + place) * bucketCount;
    const last = displacement < 1 ? bucketOf(displacement) : bucketCount - 1;
    let top = count;
    for (let cell = first; cell <= first + last; cell++) {
      for (let at = this.#start[cell]; at < this.#end[cell]; at++) {
        const set = entries[at];
        if (owner.column[set] !== owner.reference) {
          entries[at--] = entries[--this.#end[cell]];
          continue;
        }
        if (cell === first + last && displacement < this.#radiusOf(set, quadrant)) continue;
        if (top === found.length) return top;
        found[top++] = set;
      }
    }
    return top;
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
