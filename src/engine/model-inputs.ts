import { FAULT_INPUT_MISSING, FAULT_NONE, FAULT_REFUSED, SEGMENT_EXPIRY, SEGMENT_GROUP,
  SEGMENT_NONE } from '../../assembly/portable/layout.ts';
import { noModelCounts, type ModelCounts } from '../columns/schema.ts';
import { columnName } from '../domain/column-name.ts';
import type { Instrument } from '../domain/instrument.ts';
import { marketFields, type MarketField } from '../domain/market.ts';
import type { MarginModel, ModelRows, PortableModel } from '../margin/model.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/** Instruments in row order, as models see them. */
export function modelRowsOf(rows: InstrumentRows, instruments: readonly Instrument[]): ModelRows {
  return {
    instruments: Array.from(rows.instrumentOf, (index) => instruments[index]),
    groups: rows.groups,
    expiries: rows.expiries,
    groupOf: rows.group,
    expiryOf: rows.expiry,
  };
}

const segmentLevels = { none: SEGMENT_NONE, group: SEGMENT_GROUP, expiry: SEGMENT_EXPIRY } as const;

/** Sizes of the columns and scratch areas that the model needs besides those of every engine. */
export function modelCountsOf(model: MarginModel<unknown>, params: unknown, rows: ModelRows): ModelCounts {
  if (model.kind === 'grid') return noModelCounts;
  const sizes = model.sizes(rows, params);
  // Options and the rest of an expiry are segments of their own.
  const segmentCounts = { none: 0, group: rows.groups.length, expiry: 2 * rows.expiries.length };
  return {
    instrumentDataWidth: sizes.instrumentDataWidth,
    floatCount: sizes.modelFloats,
    wordCount: sizes.modelWords,
    componentCount: model.resultComponents.length,
    workCount: sizes.workFloats,
    segmentLevel: segmentLevels[model.segments],
    segmentCount: segmentCounts[model.segments],
    priceWidth: 1,
  };
}

/**
 * Which instruments a portable model cannot margin, and why: refused for good (no parameters, no published formula), or
 * without a quote that it needs at this tick.
 */
export class InstrumentFaults {
  readonly #model: PortableModel<unknown>;
  readonly #rows: ModelRows;
  /** Per row: why the model refuses the instrument, or null. */
  readonly #refusals: readonly (string | null)[];
  readonly #required: readonly (readonly MarketField[])[];
  #missing = new Map<number, MarketField>();

  constructor(model: PortableModel<unknown>, params: unknown, rows: ModelRows) {
    this.#model = model;
    this.#rows = rows;
    this.#refusals = rows.instruments.map((instrument) => model.refusal(instrument, params));
    this.#required = rows.instruments.map((instrument, row) =>
      this.#refusals[row] === null ? model.requiredFields(instrument, params) : [],
    );
  }

  /** Fault code of every instrument row at a tick. */
  write(faults: Int32Array, field: (name: MarketField) => Float64Array): void {
    this.#missing = new Map();
    for (let row = 0; row < faults.length; row++) {
      faults[row] = this.#refusals[row] === null ? this.#inputFault(row, field) : FAULT_REFUSED;
    }
  }

  #inputFault(row: number, field: (name: MarketField) => Float64Array): number {
    const missing = this.#required[row].find((name) => !Number.isFinite(field(name)[row]));
    if (missing === undefined) return FAULT_NONE;
    this.#missing.set(row, missing);
    return FAULT_INPUT_MISSING;
  }

  /** Why whoever holds the instrument is not margined; null if nothing is wrong with it. */
  reasonOf(row: number): string | null {
    const { name } = this.#rows.instruments[row];
    const refusal = this.#refusals[row];
    if (refusal !== null) return `${name}: ${refusal}`;
    const missing = this.#missing.get(row);
    if (missing === undefined) return null;
    return (
      `${name}: the market has no ${missing} (column ${columnName(missing)}: ${marketFields[missing]}), ` +
      `which the model ${this.#model.name} needs`
    );
  }
}
