import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { BookColumns } from '../engine/book-columns.ts';
import type { ExpiryRow } from '../margin/model.ts';

/**
 * Classes of netting sets: the risk groups of a set, and of each which categories of instruments it holds. A set is
 * moved by the instruments of its class only. Categories: spot and perpetuals; dated instruments by the time that is
 * left at the reference.
 */
export const categoryCount = 5;
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
  readonly #single: Uint16Array;
  readonly #mixed = new Map<string, number>();
  readonly #groupCount: number;
  readonly #book: BookColumns;

  constructor(book: BookColumns) {
    this.#book = book;
    this.#groupCount = book.rows.groups.length;
    this.#single = new Uint16Array(this.#groupCount * maskCount);
  }

  /** Class of a set; `category`: of every expiry row. 0 is the class of sets that hold nothing. */
  classOf(set: number, category: Uint8Array): number {
    const { nettingSet, position } = this.#book.arena.views;
    const { group, expiry } = this.#book.rows;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    if (first === end) return 0;
    const own = group[position.row[first] >>> FLAG_BITS];
    if (group[position.row[end - 1] >>> FLAG_BITS] !== own) return this.#mixedClass(first, end, category);
    let mask = 0;
    for (let slot = first; slot < end; slot++) mask |= 1 << category[expiry[position.row[slot] >>> FLAG_BITS]];
    const key = own * maskCount + mask;
    const known = this.#single[key];
    return known > 0 ? known : (this.#single[key] = this.#add([[own, mask]]));
  }

  #mixedClass(first: number, end: number, category: Uint8Array): number {
    const { position } = this.#book.arena.views;
    const { group, expiry } = this.#book.rows;
    const masks = new Map<number, number>();
    for (let slot = first; slot < end; slot++) {
      const row = position.row[slot] >>> FLAG_BITS;
      masks.set(group[row], (masks.get(group[row]) ?? 0) | (1 << category[expiry[row]]));
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
