import type { Instrument } from '../domain/instrument.ts';
import type { AddOnParameters } from './add-on-parameters.ts';
import type { ContractTerms } from './contract-terms.ts';
import { flagBits, type PositionSlots, type UnderlyingRows } from './underlyings.ts';

/** What is looked at: the terms of a tick, and names for what they are of. */
export interface MissingSources {
  readonly slots: PositionSlots;
  readonly rows: UnderlyingRows;
  readonly terms: ContractTerms;
  readonly parameters: AddOnParameters;
  readonly instruments: readonly Instrument[];
  /** Market row of each instrument row. */
  readonly instrumentOf: Uint32Array;
}

/**
 * Inputs of configured add-ons that accounts hold something of and that nobody gave: numbers first, words at the end,
 * because one missing volume concerns everybody.
 */
export class MissingInputs {
  readonly #sources: MissingSources;
  readonly #ofUnderlying: Readonly<Record<UnderlyingInput, Uint8Array>>;
  readonly #ofRow: Readonly<Record<RowInput, Uint8Array>>;
  readonly #ofAsset: Uint8Array;

  constructor(sources: MissingSources) {
    const { rows, terms } = sources;
    const flags = (count: number) => (): Uint8Array => new Uint8Array(count);
    const underlying = flags(rows.names.length);
    const row = flags(rows.ofRow.length);
    this.#sources = sources;
    this.#ofUnderlying = {
      measure: underlying(),
      dailyVolume: underlying(),
      dailyVolatility: underlying(),
      price: underlying(),
    };
    this.#ofRow = { delta: row(), measure: row(), halfSpread: row(), loss: row() };
    this.#ofAsset = new Uint8Array(terms.assets.length);
  }

  /** Notes what is missing for the netting sets [first, end). */
  add(first: number, end: number): void {
    const { slots, terms } = this.#sources;
    for (let set = first; set < end; set++) {
      const stop = slots.first[set] + slots.count[set];
      for (let slot = slots.first[set]; slot < stop; slot++) this.#position(slots.row[slot] >>> flagBits);
      terms.assets.forEach(({ currency, dollars }, asset) => {
        if (currency === slots.currency[set] && slots.cash[set] > 0 && Number.isNaN(dollars)) this.#ofAsset[asset] = 1;
      });
    }
  }

  #position(row: number): void {
    const { terms, parameters, rows } = this.#sources;
    const { concentration, liquidationCost } = parameters;
    const underlying = rows.ofRow[row];
    const isMeasured = (concentration?.underlying ?? null) !== null;
    const isMeasuredAlone = (concentration?.instrument ?? null) !== null;
    const isPositive = (value: number): boolean => value > 0 && value < Infinity;
    if (Number.isNaN(terms.delta[row])) this.#ofRow.delta[row] = 1;
    if (isMeasured && !isPositive(terms.underlyingMeasure[underlying])) this.#ofUnderlying.measure[underlying] = 1;
    if (isMeasuredAlone && !isPositive(terms.measure[row])) this.#ofRow.measure[row] = 1;
    if (liquidationCost !== undefined && Number.isNaN(terms.halfSpread[row])) this.#ofRow.halfSpread[row] = 1;
    if (liquidationCost !== undefined && !isPositive(terms.dailyVolume[underlying]))
      this.#ofUnderlying.dailyVolume[underlying] = 1;
    if (liquidationCost !== undefined && Number.isNaN(terms.dailyVolatility[underlying]))
      this.#ofUnderlying.dailyVolatility[underlying] = 1;
    if ((isMeasured || liquidationCost !== undefined) && Number.isNaN(terms.price[underlying]))
      this.#ofUnderlying.price[underlying] = 1;
    terms.assets.forEach(({ loss, units, dollars }, asset) => {
      if (Number.isNaN(loss[row])) this.#ofRow.loss[row] = 1;
      if (units[row] !== 0 && Number.isNaN(dollars)) this.#ofAsset[asset] = 1;
    });
  }

  /** In words, sorted: `liquidationCost: averageDailyVolume of btc`. */
  texts(): string[] {
    const { rows, terms, parameters, instruments, instrumentOf } = this.#sources;
    const { concentration } = parameters;
    const of = (flags: Uint8Array, name: (place: number) => string, input: string): string[] =>
      Array.from(flags.keys())
        .filter((place) => flags[place] === 1)
        .map((place) => `${input} of ${name(place)}`);
    const underlying = (place: number): string => rows.names[place];
    const instrument = (row: number): string => instruments[instrumentOf[row]].name;
    return [
      ...of(this.#ofUnderlying.measure, underlying, `concentration: ${concentration?.underlying?.measure}`),
      ...of(this.#ofRow.measure, instrument, `concentration: ${concentration?.instrument?.measure}`),
      ...of(this.#ofRow.halfSpread, instrument, 'liquidationCost: halfSpread'),
      ...of(this.#ofUnderlying.dailyVolume, underlying, 'liquidationCost: averageDailyVolume'),
      ...of(this.#ofUnderlying.dailyVolatility, underlying, 'liquidationCost: dailyVolatility'),
      ...of(this.#ofAsset, (place) => terms.assets[place].name, 'wrongWayCollateral: price in US dollars'),
      ...of(this.#ofRow.loss, instrument, 'wrongWayCollateral: price'),
      ...of(this.#ofUnderlying.price, underlying, 'add-ons: index price'),
      ...of(this.#ofRow.delta, instrument, 'add-ons: forward or volatility'),
    ].sort();
  }
}

type UnderlyingInput = 'measure' | 'dailyVolume' | 'dailyVolatility' | 'price';
type RowInput = 'delta' | 'measure' | 'halfSpread' | 'loss';
