import { CATEGORY_BITS, HELD_NOTHING, HELD_SEVERAL } from '../../assembly/portable/certificate-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { BookColumns } from '../engine/book-columns.ts';
import type { ExpiryRow } from '../margin/model.ts';

/**
 * Classes of netting sets: the risk groups of a set, and of each which categories of instruments it holds. A set is
 * moved by the instruments of its class only. Categories: spot and perpetuals; dated instruments by the time that is
 * left at the reference.
 */
export const categoryCount = CATEGORY_BITS;
const hourMs = 3_600_000;
const tenorsMs = [6 * hourMs, 36 * hourMs, 240 * hourMs];
const maskCount = 1 << categoryCount;
/** More combinations of several groups than this are taken together: all groups of a book, all categories. */
const mixedClassesMax = 4_096;

export function categoryOf({ kind, expiryMs }: ExpiryRow, asOfMs: number): number {
  if (kind !== 'dated' || expiryMs === null) return 0;
  const left = expiryMs - asOfMs;
  const tenor = tenorsMs.findIndex((limit) => left <= limit);
  return 1 + (tenor < 0 ? tenorsMs.length : tenor);
}

/** A class: pairs of risk group and mask of categories. */
export type ClassMembers = readonly (readonly [group: number, mask: number])[];

export class SetClasses {
  readonly members: ClassMembers[] = [[]];
  readonly #single: Uint32Array;
  readonly #mixed = new Map<string, number>();
  readonly #groupCount: number;
  readonly #book: BookColumns;
  /** What kernel `markRows` has found that every set holds. */
  readonly #held: Int32Array;

  constructor(book: BookColumns) {
    this.#book = book;
    this.#held = book.arena.views.certifiedSet.held;
    this.#groupCount = book.rows.groups.length;
    this.#single = new Uint32Array(this.#groupCount * maskCount);
  }

  /** Tells kernel `markRows` the category of every expiry row, by which the classes of what it marks are told apart. */
  categorize(category: Uint8Array): void {
    const { category: ofRow } = this.#book.arena.views.certifiedInstrument;
    const { expiry } = this.#book.rows;
    for (let row = 0; row < ofRow.length; row++) ofRow[row] = 1 << category[expiry[row]];
  }

  /** Class of a set that has been marked since `categorize`. 0 is the class of sets that hold nothing. */
  classOf(set: number): number {
    const key = this.#held[set];
    if (key === HELD_NOTHING) return 0;
    if (key === HELD_SEVERAL) return this.#mixedClass(set);
    const known = this.#single[key];
    return known > 0 ? known : (this.#single[key] = this.#add([[key >>> CATEGORY_BITS, key & (maskCount - 1)]]));
  }

  #mixedClass(set: number): number {
    const { nettingSet, position, certifiedInstrument } = this.#book.arena.views;
    const { group } = this.#book.rows;
    const { category } = certifiedInstrument;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    const masks = new Map<number, number>();
    for (let slot = first; slot < end; slot++) {
      const row = position.row[slot] >>> FLAG_BITS;
      masks.set(group[row], (masks.get(group[row]) ?? 0) | category[row]);
    }
    let members: ClassMembers = [...masks];
    const key = members.join(';');
    const known = this.#mixed.get(key);
    if (known !== undefined) return known;
    if (this.#mixed.size >= mixedClassesMax) members = Array.from({ length: this.#groupCount }, (_, g) => [g, maskCount - 1]);
    const everything = members.length === this.#groupCount ? members.join(';') : key;
    const added = this.#mixed.get(everything) ?? this.#add(members);
    if (this.#mixed.size < mixedClassesMax) this.#mixed.set(key, added);
    this.#mixed.set(everything, added);
    return added;
  }

  #add(members: ClassMembers): number {
    return this.members.push(members) - 1;
  }
}
