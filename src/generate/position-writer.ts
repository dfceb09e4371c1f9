import type { PositionColumns } from '../domain/book.ts';
import { drawFromAliasTable } from './alias-table.ts';
import type { HoldableInstruments, InstrumentChoice } from './holdable-instruments.ts';
import { lognormalTable, normalTable } from './quantile-table.ts';
import type { RandomStream } from './random.ts';

/** Spread of position sizes: the largest of a million is some hundred times the typical one. */
const linearSizeLogStandardDeviation = 1.7;
const optionSizeLogStandardDeviation = 1.2;
/** Entry prices scatter around the mark by this fraction of it (one standard deviation), within four of them. */
const linearEntryDeviation = 0.03;
const optionEntryDeviation = 0.2;
/** Prices are written to the cent, and never below one. */
const centsPerUnit = 100;
const tableCount = 4_096;
/** Draws of an instrument that the account holds already, before the next free one is taken instead. */
const redrawCountMax = 32;

/**
 * Writes the positions of one account after another into preallocated columns. Draws instruments by popularity and
 * never the same one twice for an account.
 */
export class PositionWriter {
  readonly columns: PositionColumns;
  readonly #instruments: HoldableInstruments;
  readonly #stream: RandomStream;
  /** Per instrument: one more than the last account that took it. */
  readonly #holder: Uint32Array;
  readonly #normals = normalTable(tableCount);
  readonly #linearSizes = lognormalTable(this.#normals, linearSizeLogStandardDeviation);
  readonly #optionSizes = lognormalTable(this.#normals, optionSizeLogStandardDeviation);
  #account = 0;
  #next = 0;

  constructor(instruments: HoldableInstruments, stream: RandomStream, positionCount: number) {
    this.#instruments = instruments;
    this.#stream = stream;
    this.#holder = new Uint32Array(instruments.mark.length);
    this.columns = {
      accountIndex: new Uint32Array(positionCount),
      instrumentIndex: new Uint32Array(positionCount),
      quantity: new Float64Array(positionCount),
      entryPrice: new Float64Array(positionCount),
    };
  }

  startAccount(accountIndex: number): void {
    this.#account = accountIndex;
  }

  get positionCount(): number {
    return this.#next;
  }

  isHeld(instrumentIndex: number): boolean {
    return this.#holder[instrumentIndex] === this.#account + 1;
  }

  /** An instrument the account does not hold, by popularity; -1 if it holds them all. */
  drawInstrument(choice: InstrumentChoice): number {
    const { instrumentIndex, popularity } = choice;
    if (instrumentIndex.length === 0) return -1;
    let place = 0;
    for (let draw = 0; draw < redrawCountMax; draw++) {
      place = drawFromAliasTable(popularity, this.#stream.nextFraction());
      if (!this.isHeld(instrumentIndex[place])) return instrumentIndex[place];
    }
    for (let step = 1; step <= instrumentIndex.length; step++) {
      const candidate = instrumentIndex[(place + step) % instrumentIndex.length];
      if (!this.isHeld(candidate)) return candidate;
    }
    return -1;
  }

  /** Unsigned contracts, at least one lot. */
  drawQuantity(instrumentIndex: number, isLinear: boolean, sizeFactor: number): number {
    const { typicalLots, lotsPerContract } = this.#instruments;
    const sizes = isLinear ? this.#linearSizes : this.#optionSizes;
    const multiple = sizes[this.#stream.nextIndex(tableCount)] * sizeFactor;
    const lots = Math.floor(typicalLots[instrumentIndex] * multiple + 0.5);
    return (lots < 1 ? 1 : lots) / lotsPerContract[instrumentIndex];
  }

  /** `quantity` signed contracts. */
  add(instrumentIndex: number, quantity: number, isLinear: boolean): void {
    const row = this.#next;
    this.#next = row + 1;
    this.#holder[instrumentIndex] = this.#account + 1;
    const deviation = isLinear ? linearEntryDeviation : optionEntryDeviation;
    const factor = 1 + deviation * this.#normals[this.#stream.nextIndex(tableCount)];
    const cents = Math.floor(this.#instruments.mark[instrumentIndex] * factor * centsPerUnit + 0.5);
    this.columns.accountIndex[row] = this.#account;
    this.columns.instrumentIndex[row] = instrumentIndex;
    this.columns.quantity[row] = quantity;
    this.columns.entryPrice[row] = (cents < 1 ? 1 : cents) / centsPerUnit;
  }
}
