import {
  DATA_CLASS, DATA_PRICE, DATA_SIZE, ROW_TIERS, ROW_TIER_COUNT, ROW_UNIT, TIERED_DATA_WIDTH, TIERED_FLOATS,
  TIERED_ROWS, TIERED_ROW_WORDS, TIERED_RULE, TIER_DEDUCTION, TIER_FLOATS, TIER_FLOOR, TIER_INITIAL_RATE,
  TIER_MAINTENANCE_RATE, CLASS_LINEAR, CLASS_OPTION, CLASS_SPOT,
} from '../../../assembly/portable/margin/tiered-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { ModelRows, PortableModel, TickFactors, TickMarket } from '../model.ts';
import type { Tier } from './tier.ts';

/** What a venue adds to the tiered kernel: which rule, its tables, and the numbers of each instrument. */
export interface TieredVenue<P>
  extends Omit<
    PortableModel<P>,
    'kind' | 'kernel' | 'rowKernel' | 'segments' | 'scenarioCount' | 'sizes' | 'prepareTick' | 'refusal'
  > {
  /** RULE_* of the kernel. */
  readonly rule: number;
  /** Scratch of the kernel for one account. */
  readonly workFloats: (rows: ModelRows) => number;
  /** Why the instrument cannot be margined, or null. */
  refusal(this: void, instrument: Instrument, params: P): string | null;
  /** First floats of the model, by FLOAT_* index. */
  readonly floats?: (params: P) => ReadonlyMap<number, number>;
  /** Tiers of an instrument: the same array for instruments that share them. */
  readonly tiers?: (instrument: Instrument, params: P) => readonly Tier[];
  /** Name of the risk unit of an instrument. */
  readonly unit?: (instrument: Instrument) => string;
  /** Numbers of an instrument by DATA_* index; class, size and price are filled already. */
  readonly fill: (row: InstrumentRow<P>) => ReadonlyMap<number, number>;
}

/** One instrument at a tick. */
export interface InstrumentRow<P> {
  readonly instrument: Instrument;
  readonly row: number;
  readonly market: TickMarket;
  readonly params: P;
}

export function tieredModel<P>(venue: TieredVenue<P>): PortableModel<P> {
  const { name, title, components, pooling, resultComponents, faults, ordersMargined, optionEntryPrices } = venue;
  return {
    kind: 'portable',
    name, title, components, pooling, resultComponents, faults, ordersMargined,
    optionEntryPrices: optionEntryPrices ?? false,
    kernel: 'tiered',
    rowKernel: 'tieredRows',
    segments: 'none',
    scenarioCount: () => 1,
    parseParams: (input) => venue.parseParams(input),
    coverage: (params) => venue.coverage(params),
    refusal: (instrument, params) => venue.refusal(instrument, params),
    requiredFields: (instrument, params) => venue.requiredFields(instrument, params),
    sizes: (rows, params) => ({
      instrumentDataWidth: TIERED_DATA_WIDTH,
      modelFloats: TIERED_FLOATS + TIER_FLOATS * [...tierSets(venue, rows, params)].flat().length,
      modelWords: TIERED_ROWS + TIERED_ROW_WORDS * rows.instruments.length,
      workFloats: venue.workFloats(rows),
    }),
    prepareTick: (market, params, factors) => prepareTick(venue, market, params, factors),
  };
}

/** Distinct tier tables of the instruments that are margined. */
function tierSets<P>(venue: TieredVenue<P>, rows: ModelRows, params: P): Set<readonly Tier[]> {
  const { tiers } = venue;
  if (tiers === undefined) return new Set();
  const margined = rows.instruments.filter((instrument) => venue.refusal(instrument, params) === null);
  return new Set(margined.map((instrument) => tiers(instrument, params)));
}

function prepareTick<P>(venue: TieredVenue<P>, market: TickMarket, params: P, factors: TickFactors): void {
  const { modelFloats, modelWords, instrumentData } = factors;
  modelWords[TIERED_RULE] = venue.rule;
  venue.floats?.(params).forEach((value, index) => (modelFloats[index] = value));
  const places = writeTiers(tierSets(venue, market, params), modelFloats);
  const units = new Map<string, number>();
  market.instruments.forEach((instrument, row) => {
    const data = instrumentData.subarray(row * TIERED_DATA_WIDTH, (row + 1) * TIERED_DATA_WIDTH);
    data[DATA_PRICE] = NaN;
    if (venue.refusal(instrument, params) !== null) return;
    const words = TIERED_ROWS + row * TIERED_ROW_WORDS;
    const tiers = venue.tiers?.(instrument, params);
    if (tiers !== undefined) {
      modelWords[words + ROW_TIERS] = places.get(tiers)!;
      modelWords[words + ROW_TIER_COUNT] = tiers.length;
    }
    const unit = venue.unit?.(instrument);
    if (unit !== undefined) {
      if (!units.has(unit)) units.set(unit, units.size);
      modelWords[words + ROW_UNIT] = units.get(unit)!;
    }
    data[DATA_CLASS] = classOf(instrument);
    data[DATA_SIZE] = instrument.contractSize;
    if (market.timeYears[market.expiryOf[row]] >= 0) data[DATA_PRICE] = market.forward[row];
    venue.fill({ instrument, row, market, params }).forEach((value, index) => (data[index] = value));
  });
}

function classOf({ kind }: Instrument): number {
  if (kind === 'spot') return CLASS_SPOT;
  return kind === 'option' ? CLASS_OPTION : CLASS_LINEAR;
}

/** Float index of each table's first tier. */
function writeTiers(sets: ReadonlySet<readonly Tier[]>, floats: Float64Array): Map<readonly Tier[], number> {
  const places = new Map<readonly Tier[], number>();
  let at = TIERED_FLOATS;
  for (const tiers of sets) {
    places.set(tiers, at);
    for (const tier of tiers) {
      floats[at + TIER_FLOOR] = tier.floor;
      floats[at + TIER_INITIAL_RATE] = tier.initialRate;
      floats[at + TIER_MAINTENANCE_RATE] = tier.maintenanceRate;
      floats[at + TIER_DEDUCTION] = tier.deduction;
      at += TIER_FLOATS;
    }
  }
  return places;
}

/** `btc_usdt`: base and quote currency in lower case, as tables of linear contracts are keyed. */
export function symbolOf({ baseCurrency, quoteCurrency }: Instrument): string {
  return `${baseCurrency}_${quoteCurrency}`.toLowerCase();
}

export function baseOf({ baseCurrency }: Instrument): string {
  return baseCurrency.toLowerCase();
}
