import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { PartialStage, PartialTicks } from '../engine/partial-ticks.ts';

/**
 * How stages are handed out, by their items: at most `inline` on the calling thread, `tiny` and `short` as in
 * src/engine/pool.ts. Chunks are small enough that all threads finish together, and no larger than `most`.
 */
interface Dispatch {
  readonly inline: number;
  readonly tiny: number;
  readonly short: number;
  readonly chunk: { readonly least: number; readonly most: number };
}
const rowDispatch: Dispatch = { inline: 24, tiny: 96, short: 16_384, chunk: { least: 16, most: 64 } };
const setDispatch: Dispatch = { inline: 16, tiny: 512, short: 16_384, chunk: { least: 8, most: 256 } };
const markDispatch: Dispatch = { inline: 64, tiny: 2_048, short: 131_072, chunk: { least: 32, most: 1_024 } };
/** Chunks of a stage, if that makes them neither too small nor too large. */
const chunkCount = 96;

/**
 * Positions that are walked in the time that it takes to price a row: where the sets hold more than these for every row
 * that has no price yet, all rows are priced without asking who holds them.
 */
const positionsPerRow = 48;

/** Prices and margins some of an engine's netting sets, at the quotes of the tick that is running. */
export class Evaluation {
  readonly #ticks: PartialTicks;
  /** Stamp of the pricing that a row is of. */
  readonly #priced: Uint32Array;
  /** Rows that have a price. */
  #pricedCount = 0;
  /** Rows that the sets marked last hold, in row order. */
  readonly #held: Uint32Array;
  /** So many of them are priced at the next tick before anybody knows who is touched. */
  #aheadCount = 0;
  /** 1: listed; the kernels mark, and the pass that takes the list clears. Four a word. */
  readonly #mark: Uint8Array;
  readonly #markWords: Uint32Array;
  readonly #rowList: Uint32Array;
  readonly #setList: Uint32Array;
  readonly #rowListAddress: number;
  readonly #setListAddress: number;
  #pricing = 0;

  constructor(ticks: PartialTicks) {
    this.#ticks = ticks;
    const { certifiedInstrument, certifiedSet, instrument } = ticks.setup.arena.views;
    this.#priced = new Uint32Array(instrument.shape.length);
    this.#held = new Uint32Array(instrument.shape.length);
    this.#mark = certifiedInstrument.mark;
    this.#markWords = new Uint32Array(this.#mark.buffer, this.#mark.byteOffset, this.#mark.length >>> 2);
    this.#rowList = certifiedInstrument.list;
    this.#setList = certifiedSet.list;
    this.#rowListAddress = certifiedInstrument.list.byteOffset;
    this.#setListAddress = certifiedSet.list.byteOffset;
  }

  /** New quotes: no row has a price. */
  startTick(): void {
    this.#pricing++;
    this.#pricedCount = 0;
  }

  /** The engine has priced every row that anybody holds: no other is asked for before the next tick. */
  allPriced(): void {
    this.#priced.fill(this.#pricing);
    this.#pricedCount = this.#priced.length;
  }

  /**
   * Prices what the sets of the last tick held, which most of this one's will hold, on the other threads while the
   * calling one does what there is to do on one thread; returns what that returned.
   */
  async priceAhead<T>(meanwhile: () => T): Promise<T> {
    const count = this.#listMissing(this.#held.subarray(0, this.#aheadCount));
    this.#aheadCount = 0;
    const kernel = this.#ticks.model.rowKernel;
    const done: T[] = [];
    const stage = { kernel, itemCount: count, list: this.#rowListAddress, meanwhile: () => void done.push(meanwhile()) };
    await this.#stage(stage, rowDispatch);
    return done[0];
  }

  /** Prices what the sets hold and is not priced yet, or all there is; returns how many rows have a price then. */
  async price(sets: Uint32Array): Promise<number> {
    const missing = this.#priced.length - this.#pricedCount;
    if (missing === 0) return this.#pricedCount;
    const kernel = this.#ticks.model.rowKernel;
    if (this.#holdMoreThan(missing * positionsPerRow, sets)) {
      await this.#stage({ kernel, itemCount: this.#priced.length }, rowDispatch);
      this.allPriced();
      return this.#pricedCount;
    }
    const held = await this.#rowsOf(sets);
    this.#aheadCount = held.length;
    await this.#priceMissing(held);
    return this.#pricedCount;
  }

  /**
   * Prices what the sets hold and is not priced yet; returns all rows that they hold, in row order. For sets that get
   * certificates, and will not be touched at the next tick: nothing is priced ahead there.
   */
  async priceRowsOf(sets: Uint32Array): Promise<Uint32Array> {
    this.#aheadCount = 0;
    const held = (await this.#rowsOf(sets)).slice();
    await this.#priceMissing(held);
    return held;
  }

  async #priceMissing(rows: Uint32Array): Promise<void> {
    const count = this.#listMissing(rows);
    await this.#stage({ kernel: this.#ticks.model.rowKernel, itemCount: count, list: this.#rowListAddress }, rowDispatch);
  }

  // Loops have functions of their own: V8 is slower with them in asynchronous ones.

  /** Lists those of the rows that have no price, as if they had one now; returns how many. */
  #listMissing(rows: Uint32Array): number {
    let count = 0;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (this.#priced[row] === this.#pricing) continue;
      this.#priced[row] = this.#pricing;
      this.#rowList[count++] = row;
    }
    this.#pricedCount += count;
    return count;
  }

  async runRows(kernel: PartialTicks['model']['rowKernel'], rows: Uint32Array): Promise<void> {
    this.#rowList.set(rows);
    await this.#stage({ kernel, itemCount: rows.length, list: this.#rowListAddress }, rowDispatch);
  }

  async margin(sets: Uint32Array): Promise<void> {
    this.#setList.set(sets);
    const { kernel } = this.#ticks.model;
    await this.#stage({ kernel, itemCount: sets.length, list: this.#setListAddress }, setDispatch);
  }

  /** The same for one set, on the calling thread, outside ticks. */
  priceAlone(set: number): void {
    const { arena } = this.#ticks.setup;
    const { position, nettingSet } = arena.views;
    const first = nettingSet.firstPosition[set];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      const row = position.row[slot] >>> FLAG_BITS;
      if (this.#priced[row] === this.#pricing) continue;
      this.#priced[row] = this.#pricing;
      this.#pricedCount++;
      this.#ticks.kernels[this.#ticks.model.rowKernel](arena.plan.context, row, 1, arena.plan.scratch[0]);
    }
  }

  #holdMoreThan(positions: number, sets: Uint32Array): boolean {
    const { positionCount } = this.#ticks.setup.arena.views.nettingSet;
    let total = 0;
    for (let index = 0; index < sets.length && total <= positions; index++) total += positionCount[sets[index]];
    return total > positions;
  }

  /**
   * Rows that the sets hold, in row order, which has the call beside the put that is priced with it; a view, until rows
   * are asked for again. Marked on all threads: positions of sets of a list are one cache miss after the other.
   */
  async #rowsOf(sets: Uint32Array): Promise<Uint32Array> {
    this.#setList.set(sets);
    await this.#stage({ kernel: 'markRows', itemCount: sets.length }, markDispatch);
    return this.#takeMarked();
  }

  #takeMarked(): Uint32Array {
    const mark = this.#mark;
    const words = this.#markWords;
    const held = this.#held;
    let count = 0;
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue;
      for (let row = word << 2; row < (word + 1) << 2; row++) if (mark[row] === 1) held[count++] = row;
      words[word] = 0;
    }
    for (let row = words.length << 2; row < mark.length; row++) {
      if (mark[row] === 1) held[count++] = row;
      mark[row] = 0;
    }
    return held.subarray(0, count);
  }

  async #stage(
    stage: Pick<PartialStage, 'kernel' | 'itemCount' | 'list' | 'meanwhile'>,
    { inline, tiny, short, chunk }: Dispatch,
  ): Promise<void> {
    const { itemCount } = stage;
    const chunkItems = Math.min(Math.max(Math.ceil(itemCount / chunkCount), chunk.least), chunk.most);
    const haste = itemCount <= tiny ? 'tiny' : itemCount <= short ? 'short' : 'patient';
    await this.#ticks.stage({ ...stage, chunkItems, inlineItems: inline, haste });
  }
}
