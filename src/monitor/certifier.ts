import { LOAD_COUNT, LOAD_OTHER, QUADRANT_COUNT } from '../../assembly/portable/certificate-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { BookColumns } from '../engine/book-columns.ts';
import { boxSizes } from './box.ts';
import { CertificateIndex } from './certificate-index.ts';
import type { Evaluation } from './evaluation.ts';
import type { Reference } from './reference.ts';
import type { SetClasses } from './set-classes.ts';
import { STANDING, UNCERTIFIED, type SetColumns } from './set-columns.ts';

/** Radii are rounded down; this makes up for their product with the box. */
const inward = 1 - 1e-7;
/** A radius below this share of the box would be larger in the next smaller box: the boxes are a factor 4 or 5 apart. */
const smallRadius = 0.1;
/** Sets whose lines are asked for together: they are anywhere in their columns, and many misses take as long as one. */
const setsAhead = 32;
/** What is read only to have it near goes here, or nobody would read it. */
const sink = new Float64Array(1);
/** Certificates for more than this share of a book. */
const massShare = 0.1;

/** Who computes radii: the kernels of a model. */
export interface CertificateIssuer {
  /** Slopes of instrument rows in a box around the market of the time. */
  slopes(boxSize: number, rows: Uint32Array, asOfMs: number): Promise<void>;
  /** Radius and health of the sets, into the columns of the arena. */
  certify(sets: Uint32Array): Promise<void>;
}

/** Issues certificates at the market in the arena. */
export class Certifier {
  readonly #book: BookColumns;
  readonly #columns: SetColumns;
  readonly #classes: SetClasses;
  readonly #evaluation: Evaluation;
  readonly #issuer: CertificateIssuer;
  #asOfMs = NaN;

  constructor(
    book: BookColumns,
    columns: SetColumns,
    classes: SetClasses,
    evaluation: Evaluation,
    issuer: CertificateIssuer,
  ) {
    this.#book = book;
    this.#columns = columns;
    this.#classes = classes;
    this.#evaluation = evaluation;
    this.#issuer = issuer;
  }

  /** Radius of a set's certificate in units of price movement. */
  radiusOf(set: number, quadrant: number): number {
    const { radius } = this.#book.arena.views.certifiedSet;
    const share = radius[set * QUADRANT_COUNT + quadrant];
    return share > 0 ? share * boxSizes[this.#columns.box[set]] * inward : 0;
  }

  /** Sets that can be certified: not quarantined on input, and nothing that they hold has bad quotes. */
  candidates(sets: Uint32Array, isBad: Uint8Array): Uint32Array {
    const columns = this.#columns;
    const { nettingSet, position } = this.#book.arena.views;
    const anyBad = isBad.includes(1);
    const holdsBad = (set: number): boolean => {
      const end = nettingSet.firstPosition[set] + nettingSet.positionCount[set];
      for (let slot = nettingSet.firstPosition[set]; slot < end; slot++) {
        if (isBad[position.row[slot] >>> FLAG_BITS] === 1) return true;
      }
      return false;
    };
    const candidates = new Uint32Array(sets.length);
    let count = 0;
    for (let index = 0; index < sets.length; index++) {
      const set = sets[index];
      const isStanding = nettingSet.fault[set] !== 0;
      columns.setReference(set, isStanding ? STANDING : UNCERTIFIED);
      if (!isStanding && !(anyBad && holdsBad(set))) candidates[count++] = set;
    }
    return candidates.subarray(0, count);
  }

  /**
   * Certifies the sets, each in the box that should suit it by its last certificate, and files them with the reference.
   * Of most of a book, other boxes are tried at once.
   */
  async issue(sets: Uint32Array, reference: Reference, asOfMs: number): Promise<void> {
    const columns = this.#columns;
    this.#asOfMs = asOfMs;
    this.#classes.categorize(reference.category);
    for (let box = 0; box < boxSizes.length; box++) {
      await this.#certify(sets.filter((set) => columns.nextBox[set] === box), box);
    }
    if (sets.length > massShare * columns.count) {
      await this.#tryLarger(sets);
      await this.#trySmaller(sets);
    }
    this.#file(sets, reference.number);
  }

  #file(sets: Uint32Array, number: number): void {
    const columns = this.#columns;
    const { radius, loads, held } = this.#book.arena.views.certifiedSet;
    const { box, reference, filed } = columns;
    const { members } = this.#classes;
    const classes = new Uint32Array(sets.length);
    for (let index = 0; index < sets.length; index++) {
      if (index % setsAhead === 0) askFor(sets, index, radius, loads, held);
      const set = sets[index];
      const least = this.#leastRadius(set);
      const step = least === 1 ? 1 : least < smallRadius ? -1 : 0;
      columns.nextBox[set] = Math.min(Math.max(box[set] + step, 0), boxSizes.length - 1);
      classes[index] = columns.class[set] = this.#classes.classOf(set);
      // The groups of a set may move in different quadrants.
      if (members[classes[index]].length > 1) radius.fill(least, set * QUADRANT_COUNT, (set + 1) * QUADRANT_COUNT);
    }
    const radiusOf = (set: number, quadrant: number): number => this.radiusOf(set, quadrant);
    // Sets of several groups have one radius, for all quadrants: `Reference.displacementOf`.
    const quadrantsOf = (own: number): number => (members[own].length > 1 ? 1 : QUADRANT_COUNT);
    filed[number] = new CertificateIndex({ sets, classes, quadrantsOf, radiusOf, loads, box, reference, number });
    // Last: a set that has the number is in the index.
    for (const set of sets) columns.setReference(set, number);
  }

  async #certify(sets: Uint32Array, box: number): Promise<void> {
    if (sets.length === 0) return;
    this.#setBox(sets, box);
    const rows = await this.#evaluation.priceRowsOf(sets);
    await this.#issuer.slopes(boxSizes[box], rows, this.#asOfMs);
    await this.#issuer.certify(sets);
  }

  // A function of its own: V8 is slower with loops in asynchronous ones.
  #setBox(sets: Uint32Array, box: number): void {
    const columns = this.#columns;
    for (let index = 0; index < sets.length; index++) columns.box[sets[index]] = box;
  }

  /** Sets whose box is certified as a whole get the next larger one, unless that gives them less. */
  async #tryLarger(sets: Uint32Array): Promise<void> {
    const columns = this.#columns;
    const { radius, loads } = this.#book.arena.views.certifiedSet;
    for (let box = 0; box + 1 < boxSizes.length; box++) {
      const whole = sets.filter((set) => columns.box[set] === box && this.#leastRadius(set) === 1);
      await this.#certify(whole, box + 1);
      for (const set of whole) {
        if (this.#leastRadius(set) * boxSizes[box + 1] >= boxSizes[box]) continue;
        radius.fill(1, set * QUADRANT_COUNT, (set + 1) * QUADRANT_COUNT);
        // The whole of the smaller box is safe, however it is used.
        loads.fill(0, set * LOAD_COUNT, (set + 1) * LOAD_COUNT);
        loads[set * LOAD_COUNT + LOAD_OTHER] = 1;
        columns.box[set] = box;
      }
    }
  }

  async #trySmaller(sets: Uint32Array): Promise<void> {
    const columns = this.#columns;
    for (let box = boxSizes.length - 1; box > 0; box--) {
      const small = sets.filter((set) => columns.box[set] === box && this.#leastRadius(set) < smallRadius);
      await this.#certify(small, box - 1);
    }
  }

  #leastRadius(set: number): number {
    const { radius } = this.#book.arena.views.certifiedSet;
    let least = radius[set * QUADRANT_COUNT];
    for (let quadrant = 1; quadrant < QUADRANT_COUNT; quadrant++) {
      const other = radius[set * QUADRANT_COUNT + quadrant];
      if (!(other >= least)) least = other;
    }
    return least;
  }
}

/** Lines of the next sets, from place `first` of the list. */
function askFor(sets: Uint32Array, first: number, radius: Float32Array, loads: Float32Array, held: Int32Array): void {
  const end = Math.min(first + setsAhead, sets.length);
  let sum = 0;
  for (let index = first; index < end; index++) {
    sum += radius[sets[index] * QUADRANT_COUNT] + loads[sets[index] * LOAD_COUNT] + held[sets[index]];
  }
  sink[0] = sum;
}
