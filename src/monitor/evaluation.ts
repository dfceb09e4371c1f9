import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { PartialTicks } from '../engine/partial-ticks.ts';

/**
 * Stages with fewer items than these run on the calling thread: waking the workers takes about as long as pricing a
 * hundred rows, or margining six hundred sets.
 */
const inlineRows = 96;
const inlineSets = 512;
const rowChunk = 32;
const setChunk = 256;

/** Prices and margins some of an engine's netting sets, at the quotes of the tick that is running. */
export class Evaluation {
  readonly #ticks: PartialTicks;
  /** Stamp of the pricing that a row is of; of the collection that listed it. */
  readonly #priced: Uint32Array;
  readonly #listed: Uint32Array;
  /** Rows that are being listed: read in row order, which has the call beside the put that is priced with it. */
  readonly #isWanted: Uint8Array;
  readonly #rowList: Uint32Array;
  readonly #setList: Uint32Array;
  readonly #rowListAddress: number;
  readonly #setListAddress: number;
  #pricing = 0;
  #listing = 0;

  constructor(ticks: PartialTicks) {
    this.#ticks = ticks;
    const { certifiedInstrument, certifiedSet, instrument } = ticks.setup.arena.views;
    this.#priced = new Uint32Array(instrument.shape.length);
    this.#listed = new Uint32Array(instrument.shape.length);
    this.#isWanted = new Uint8Array(instrument.shape.length);
    this.#rowList = certifiedInstrument.list;
    this.#setList = certifiedSet.list;
    this.#rowListAddress = certifiedInstrument.list.byteOffset;
    this.#setListAddress = certifiedSet.list.byteOffset;
  }

  /** New quotes: no row has a price. */
  startTick(): void {
    this.#pricing++;
  }

  /** The engine has priced every row that anybody holds: no other is asked for before the next tick. */
  allPriced(): void {
    this.#priced.fill(this.#pricing);
  }

  /** Prices what the sets hold and is not priced yet; returns how many rows that were. */
  async price(sets: Uint32Array): Promise<number> {
    const count = this.#listRows(sets, this.#priced, this.#pricing);
    await this.#rowStage(this.#ticks.model.rowKernel, count);
    return count;
  }

  /** Runs a row kernel over rows that the sets hold, those of them that are needed; returns which. */
  async runRows(
    kernel: PartialTicks['model']['rowKernel'],
    sets: Uint32Array,
    isNeeded: (row: number) => boolean,
  ): Promise<Uint32Array> {
    const listed = this.#rowList.subarray(0, this.#listRows(sets, this.#listed, ++this.#listing));
    const needed = listed.filter(isNeeded);
    this.#rowList.set(needed);
    await this.#rowStage(kernel, needed.length);
    return needed;
  }

  async margin(sets: Uint32Array): Promise<void> {
    this.#setList.set(sets);
    await this.#ticks.stage({
      kernel: this.#ticks.model.kernel,
      itemCount: sets.length,
      chunkItems: setChunk,
      list: this.#setListAddress,
      inlineItems: inlineSets,
    });
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
      this.#ticks.kernels[this.#ticks.model.rowKernel](arena.plan.context, row, 1, arena.plan.scratch[0]);
    }
  }

  #listRows(sets: Uint32Array, stamps: Uint32Array, stamp: number): number {
    const { position, nettingSet } = this.#ticks.setup.arena.views;
    const entries = position.row;
    for (let index = 0; index < sets.length; index++) {
      const first = nettingSet.firstPosition[sets[index]];
      const end = first + nettingSet.positionCount[sets[index]];
      for (let slot = first; slot < end; slot++) {
        const row = entries[slot] >>> FLAG_BITS;
        if (stamps[row] === stamp) continue;
        stamps[row] = stamp;
        this.#isWanted[row] = 1;
      }
    }
    return this.#takeWanted();
  }

  #takeWanted(): number {
    const wanted = this.#isWanted;
    let count = 0;
    for (let row = 0; row < wanted.length; row++) {
      this.#rowList[count] = row;
      count += wanted[row];
    }
    wanted.fill(0);
    return count;
  }

  async #rowStage(kernel: PartialTicks['model']['rowKernel'], itemCount: number): Promise<void> {
    const list = this.#rowListAddress;
    await this.#ticks.stage({ kernel, itemCount, chunkItems: rowChunk, list, inlineItems: inlineRows });
  }
}
