import type { Arena } from '../columns/arena.ts';
import type { CertificateIndex } from './certificate-index.ts';

/** Reference number of a set without a certificate: evaluated on every tick. */
export const UNCERTIFIED = 255;
/** Of a set that was quarantined on input: nothing that the market does can change its status. */
export const STANDING = 254;
/** Of a row that no update has told us of yet, as the status before the first. */
export const NEW_STATUS = 254;

/** What the monitor knows of every netting set, in the order of `Engine.results`. */
export class SetColumns {
  count = 0;
  /** Number of the reference of its certificate, or one of the codes above. */
  readonly reference: Uint8Array;
  /** Class and box of its certificate. */
  readonly class: Uint32Array;
  readonly box: Uint8Array;
  /** Box of its next certificate. */
  readonly nextBox: Uint8Array;
  readonly status: Uint8Array;
  /** Tick of its last evaluation; 0 before the first. */
  readonly asOfTick: Uint32Array;
  /** Sets by reference number. */
  readonly live = new Uint32Array(256);
  /** Index of the sets of a reference by its number, null if there is none. */
  readonly filed: (CertificateIndex | null)[] = new Array<null>(256).fill(null);
  #account = new Uint32Array(0);
  #currency = new Uint8Array(0);
  readonly #arena: Arena;

  constructor(arena: Arena, capacity: number, firstBox: number) {
    this.#arena = arena;
    this.reference = new Uint8Array(capacity).fill(UNCERTIFIED);
    this.class = new Uint32Array(capacity);
    this.box = new Uint8Array(capacity).fill(firstBox);
    this.nextBox = new Uint8Array(capacity).fill(firstBox);
    this.status = new Uint8Array(capacity).fill(NEW_STATUS);
    this.asOfTick = new Uint32Array(capacity);
  }

  /** The index of the reference that a set had drops it when it meets it. */
  setReference(set: number, reference: number): void {
    this.live[this.reference[set]]--;
    this.live[reference]++;
    this.reference[set] = reference;
  }

  /** The book as it was loaded: all sets uncertified. */
  load(setCount: number): void {
    this.count = setCount;
    this.live.fill(0);
    this.live[UNCERTIFIED] = setCount;
    this.keepKeys();
  }

  /** Account and currency of every set, to find it again after an update. */
  keepKeys(): void {
    const { account, currency } = this.#arena.views.nettingSet;
    this.#account = account.slice(0, this.count);
    this.#currency = currency.slice(0, this.count);
  }

  get keys(): { readonly account: Uint32Array; readonly currency: Uint8Array } {
    return { account: this.#account, currency: this.#currency };
  }

  /** Rows after netting sets were opened and closed: `sources[set]` is the old row, -1 of a new set. */
  rearrange(sources: Int32Array, firstBox: number): void {
    const { radius, health, loads } = this.#arena.views.certifiedSet;
    move(this.reference, sources, this.count, 1, UNCERTIFIED);
    move(this.class, sources, this.count, 1, 0);
    move(this.box, sources, this.count, 1, firstBox);
    move(this.nextBox, sources, this.count, 1, firstBox);
    move(this.status, sources, this.count, 1, NEW_STATUS);
    move(this.asOfTick, sources, this.count, 1, 0);
    if (radius.length > 0) {
      move(radius, sources, this.count, radius.length / this.reference.length, 0);
      move(loads, sources, this.count, loads.length / this.reference.length, Infinity);
      move(health, sources, this.count, health.length / this.reference.length, NaN);
    }
    this.count = sources.length;
    this.live.fill(0);
    for (let set = 0; set < this.count; set++) this.live[this.reference[set]]++;
    this.keepKeys();
  }
}

type Column = Uint8Array | Uint32Array | Float32Array | Float64Array;

function move(column: Column, sources: Int32Array, oldCount: number, width: number, none: number): void {
  const old = column.slice(0, oldCount * width);
  for (let set = 0; set < sources.length; set++) {
    for (let each = 0; each < width; each++) {
      column[set * width + each] = sources[set] < 0 ? none : old[sources[set] * width + each];
    }
  }
}
