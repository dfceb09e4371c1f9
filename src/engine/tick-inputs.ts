import { CERTIFICATE_WORD_COUNT } from '../../assembly/portable/certificate-layout.ts';
import {
  CONTEXT_CELL_COUNT,
  CONTEXT_CERTIFICATE,
  CONTEXT_CHUNK_TOTALS_STRIDE,
  CONTEXT_COMPONENT_COUNT,
  CONTEXT_INSTRUMENT_DATA_WIDTH,
  CONTEXT_ROW_STRIDE,
  CONTEXT_SCENARIO_COUNT,
  CONTEXT_SEGMENT_LEVEL,
  CONTEXT_SET_COUNT,
  CONTEXT_WORK_COUNT,
  GRID_COLUMN_COUNT,
  GROUP_SCALAR_COUNT,
} from '../../assembly/portable/layout.ts';
import type { Arena } from '../columns/arena.ts';
import { cellCountOf, chunkTotalsBytesOf } from '../columns/schema.ts';
import { yearMs, type Market, type MarketField } from '../domain/market.ts';
import type { ExpiryBox, GridModel, MarginModel, ModelRows, TickFactors, TickMarket } from '../margin/model.ts';
import { writeGrid } from '../scenario/grid.ts';
import type { InstrumentRows } from './instrument-rows.ts';
import type { InstrumentFaults } from './model-inputs.ts';

/**
 * What changes from tick to tick. Arrays are parallel to `Market.instruments`. Forwards and index prices are independent inputs: moving one does
 * not move the other. Pairs that a tick's `indexPrice` leaves out keep their price.
 */
export interface Quotes {
  readonly asOfMs: number;
  readonly forward: Float64Array;
  readonly impliedVolatility: Float64Array;
  readonly indexPrice: ReadonlyMap<string, number>;
  /** Further quotes; a tick replaces those that it names. */
  readonly fields?: ReadonlyMap<MarketField, Float64Array>;
}

/** One bit pattern for all NaNs, so that equal inputs have equal hashes. */
function canonical(value: number): number {
  return Number.isNaN(value) ? NaN : value;
}

/** Addresses and sizes: once per engine. */
export function writeContext(arena: Arena): void {
  const { counts, columns } = arena.plan;
  const { model } = counts;
  arena.contextWords[CONTEXT_INSTRUMENT_DATA_WIDTH] = model.instrumentDataWidth;
  arena.contextWords[CONTEXT_COMPONENT_COUNT] = model.componentCount;
  arena.contextWords[CONTEXT_WORK_COUNT] = model.workCount;
  arena.contextWords[CONTEXT_SEGMENT_LEVEL] = model.segmentLevel;
  arena.contextWords[CONTEXT_SCENARIO_COUNT] = counts.scenarioCount;
  arena.contextWords[CONTEXT_CELL_COUNT] = cellCountOf(counts.scenarioCount);
  arena.contextWords[CONTEXT_ROW_STRIDE] = cellCountOf(counts.scenarioCount) * 8;
  arena.contextWords[CONTEXT_CHUNK_TOTALS_STRIDE] = chunkTotalsBytesOf(counts.currencyCount);
  for (const { spec, address } of columns)
    if (spec.contextWord !== null) arena.contextWords[spec.contextWord] = address;
  if (counts.certified === true) writeCertificateBlock(arena);
  else arena.contextWords[CONTEXT_CERTIFICATE] = 0;
}

function writeCertificateBlock(arena: Arena): void {
  const { block } = arena.views.certificate;
  const words = new Uint32Array(block.buffer, block.byteOffset, CERTIFICATE_WORD_COUNT);
  for (const { spec, address } of arena.plan.columns)
    if (spec.certificateWord !== undefined) words[spec.certificateWord] = address;
}

/** Columns of instruments and groups that never change after loading. */
export function writeStaticColumns(arena: Arena, rows: InstrumentRows, market: Market): void {
  const { instrument, group } = arena.views;
  instrument.shape.set(rows.shape);
  instrument.group.set(rows.group);
  instrument.expiry.set(rows.expiry);
  rows.instrumentOf.forEach((index, row) => {
    const { strike, contractSize } = market.instruments[index];
    instrument.strike[row] = strike ?? 0;
    instrument.contractSize[row] = contractSize;
  });
  rows.groups.forEach((each, index) => (group.inverse[index] = each.settlementCurrency === each.baseCurrency ? 1 : 0));
}

/** What `writeTickInputs` needs to know, fixed when the engine is made. */
export interface TickSetup {
  readonly arena: Arena;
  readonly rows: InstrumentRows;
  readonly modelRows: ModelRows;
  readonly model: MarginModel<unknown>;
  readonly params: unknown;
  /** Of a portable model. */
  readonly faults: InstrumentFaults | null;
}

/**
 * Everything a tick's kernels read, from quotes and the model. Bad numbers are passed on: kernel A poisons what depends
 * on them.
 */
export function writeTickInputs(setup: TickSetup, quotes: Quotes, nettingSetCount: number): void {
  const { arena, rows, model, params } = setup;
  const { instrument, expiry, group } = arena.views;
  arena.contextWords[CONTEXT_SET_COUNT] = nettingSetCount;
  for (let row = 0; row < rows.instrumentOf.length; row++) {
    instrument.forward[row] = canonical(quotes.forward[rows.instrumentOf[row]]);
    instrument.volatility[row] = canonical(quotes.impliedVolatility[rows.instrumentOf[row]]);
  }
  rows.groups.forEach((each, index) => (group.indexPrice[index] = canonical(quotes.indexPrice.get(each.pair) ?? NaN)));
  const market = tickMarket(setup, quotes);
  // NaN: an expired instrument is not priced.
  expiry.rootTime.set(market.timeYears.map((years) => (years >= 0 ? Math.sqrt(years) : NaN)));
  setup.faults?.write(arena.views.modelInstrument.fault, (name) => market.field(name));
  // Row kernels leave terms and scratch beside the inputs: nothing of the last tick may show in this one's state.
  arena.views.modelInstrument.data.fill(0);
  model.prepareTick(market, params, tickFactors(arena));
  if (model.kind === 'grid') writeGrids(setup, model);
}

/** Boxes and slopes by time of every expiry, for certificates at the market in the arena; nothing for models without. */
export function writeExpirySlopes(setup: TickSetup, quotes: Quotes, box: ExpiryBox): void {
  const { arena, model, params } = setup;
  if (model.kind !== 'grid' || model.certificate === undefined) return;
  const { slopes } = arena.views.certifiedExpiry;
  model.certificate.writeExpirySlopes(tickMarket(setup, quotes), params, box, slopes);
}

function tickMarket({ arena, rows, modelRows }: TickSetup, quotes: Quotes): TickMarket {
  const { instrument, group } = arena.views;
  const columns = new Map<MarketField, Float64Array>();
  const field = (name: MarketField): Float64Array => {
    let column = columns.get(name);
    if (column === undefined) {
      const quoted = quotes.fields?.get(name);
      column = Float64Array.from(rows.instrumentOf, (index) => canonical(quoted?.[index] ?? NaN));
      columns.set(name, column);
    }
    return column;
  };
  return {
    ...modelRows,
    asOfMs: quotes.asOfMs,
    indexPrice: group.indexPrice,
    timeYears: Float64Array.from(rows.expiries, ({ expiryMs }) =>
      expiryMs === null ? 0 : (expiryMs - quotes.asOfMs) / yearMs,
    ),
    forward: instrument.forward,
    impliedVolatility: instrument.volatility,
    field,
  };
}

function tickFactors(arena: Arena): TickFactors {
  const { expiry, group, model, modelInstrument } = arena.views;
  return {
    upFactor: expiry.upFactor,
    downFactor: expiry.downFactor,
    rollFactor: expiry.rollFactor,
    volatilityFloor: group.volatilityFloor,
    groupScalars: (index) => group.scalars.subarray(index * GROUP_SCALAR_COUNT, (index + 1) * GROUP_SCALAR_COUNT),
    scalars: arena.contextScalars,
    instrumentData: modelInstrument.data,
    modelFloats: model.floats,
    modelWords: model.words,
  };
}

function writeGrids({ arena, rows, params }: TickSetup, model: GridModel<unknown>): void {
  const { group } = arena.views;
  const cellCount = cellCountOf(arena.plan.counts.scenarioCount);
  const gridFloats = GRID_COLUMN_COUNT * cellCount;
  rows.groups.forEach((each, index) => {
    const scenarios = model.scenarios(each, group.indexPrice[index], params);
    writeGrid(
      scenarios,
      group.inverse[index] === 1,
      cellCount,
      group.grid.subarray(index * gridFloats, (index + 1) * gridFloats),
    );
  });
}
