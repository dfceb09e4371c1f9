/**
 * What the accounts of a generated book choose from: per settlement currency the futures and perpetuals ("linear" in
 * shape), the options, how popular each is, and which options lie next to which.
 */
import { blackPrice } from '../../assembly/portable/black76.ts';
import type { Instrument } from '../domain/instrument.ts';
import { isLinearShape } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { timeToExpiryYears } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { buildAliasTable } from './alias-table.ts';
import type { AliasTable } from './alias-table.ts';

export interface HoldableInstruments {
  /** Sorted by name; the currencies of the book. */
  readonly currencies: readonly string[];
  /** Parallel to `currencies`. */
  readonly linear: readonly InstrumentChoice[];
  readonly options: readonly InstrumentChoice[];
  readonly series: OptionSeries;
  /** Per instrument, quote currency per base unit: what entry prices scatter around. */
  readonly mark: Float64Array;
  /** Per instrument: tradable lots per contract, and lots of a typical position. */
  readonly lotsPerContract: Float64Array;
  readonly typicalLots: Float64Array;
}

/** A set of instruments with popularities. */
export interface InstrumentChoice {
  readonly instrumentIndex: Uint32Array;
  readonly popularity: AliasTable;
}

/**
 * Options of one underlying, expiry and type, in ascending strikes, one series after the other. A slot is a place in
 * `instrumentIndex`.
 */
export interface OptionSeries {
  readonly instrumentIndex: Uint32Array;
  /** Per slot: first slot of its series, and one past its last. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** Per slot: the slot of the option of the other type at the same strike; -1 if there is none. */
  readonly twin: Int32Array;
  /** Per instrument of the market; -1 unless an option. */
  readonly slotOfInstrument: Int32Array;
}

/**
 * Notional of a typical position, in quote currency: a few thousand dollars of futures, tens of thousands of options.
 */
const typicalLinearNotional = 5_000;
const typicalOptionNotional = 50_000;
/** Where one lot is worth more than the typical notional (index options), the typical position is this many lots. */
const typicalLotsMin = 2;
/** Deribit trades bitcoin options in steps of 0.1 contract; everything else in whole contracts. */
const lotsPerInverseOption = 10;

export function holdableInstruments(market: Market): HoldableInstruments {
  const currencies = [...new Set(market.instruments.map((instrument) => instrument.settlementCurrency))].sort();
  const choose = (currency: string, wantsOptions: boolean): InstrumentChoice =>
    choiceOf(market, (instrument) => instrument.settlementCurrency === currency
      && instrument.kind !== 'spot' && isLinearShape(instrument.kind) !== wantsOptions);
  const linear = currencies.map((currency) => choose(currency, false));
  const options = currencies.map((currency) => choose(currency, true));
  requireSome(linear, 'future or perpetual');
  requireSome(options, 'option');
  const lotsPerContract = Float64Array.from(market.instruments, lotsOf);
  return {
    currencies,
    linear,
    options,
    series: optionSeries(market),
    mark: Float64Array.from(market.instruments, (instrument, index) => markOf(market, instrument, index)),
    lotsPerContract,
    typicalLots: lotsPerContract.map((lots, index) => typicalLotsOf(market, index, lots)),
  };
}

function requireSome(choices: readonly InstrumentChoice[], what: string): void {
  if (choices.every((choice) => choice.instrumentIndex.length === 0)) {
    throw new MargridError('OptionInvalid', `the market needs at least one ${what} to generate a book`);
  }
}

/**
 * Popular in proportion to the notional of the open interest. Options of one currency have one contract size, so
 * there it is the number of contracts. Instruments without open interest are not held unless nothing has any.
 */
function choiceOf(market: Market, isWanted: (instrument: Instrument) => boolean): InstrumentChoice {
  const wanted = market.instruments.flatMap((instrument, index) => (isWanted(instrument) ? [index] : []));
  const weights = Float64Array.from(wanted, (index) => {
    const instrument = market.instruments[index];
    const notional = instrument.kind === 'option' ? instrument.contractSize : linearNotional(market, index);
    return market.openInterest[index] * notional;
  });
  return { instrumentIndex: Uint32Array.from(wanted), popularity: buildAliasTable(weights) };
}

/** Of one contract, in quote currency. */
function linearNotional(market: Market, index: number): number {
  const { payoff, contractSize } = market.instruments[index];
  return payoff === 'inverse' ? contractSize : contractSize * market.forward[index];
}

function markOf(market: Market, instrument: Instrument, index: number): number {
  const forward = market.forward[index];
  if (instrument.kind !== 'option') return forward;
  const years = Math.max(timeToExpiryYears(instrument, market.asOfMs), 0);
  const standardDeviation = market.impliedVolatility[index] * Math.sqrt(years);
  return blackPrice(instrument.optionType === 'call' ? 1 : -1, forward, instrument.strike!, standardDeviation);
}

function lotsOf(instrument: Instrument): number {
  return instrument.kind === 'option' && instrument.payoff === 'inverse' ? lotsPerInverseOption : 1;
}

function typicalLotsOf(market: Market, index: number, lotsPerContract: number): number {
  const instrument = market.instruments[index];
  const isOption = instrument.kind === 'option';
  const contract = isOption ? instrument.contractSize * market.forward[index] : linearNotional(market, index);
  const lots = ((isOption ? typicalOptionNotional : typicalLinearNotional) / contract) * lotsPerContract;
  return Math.max(typicalLotsMin, Math.floor(lots + 0.5));
}

function optionSeries(market: Market): OptionSeries {
  const { instruments } = market;
  const order = instruments.flatMap((instrument, index) => (instrument.kind === 'option' ? [index] : []))
    .sort((first, second) => compareOptions(instruments[first], instruments[second]));
  const slotOfInstrument = new Int32Array(instruments.length).fill(-1);
  order.forEach((instrumentIndex, slot) => { slotOfInstrument[instrumentIndex] = slot; });
  const slotOfTerms = new Map(order.map((index, slot) => {
    const option = instruments[index];
    return [termsKey(option, option.optionType!), slot];
  }));
  const twin = Int32Array.from(order, (index) => {
    const option = instruments[index];
    return slotOfTerms.get(termsKey(option, option.optionType === 'call' ? 'put' : 'call')) ?? -1;
  });
  const isSeriesStart = order.map((index, slot) =>
    slot === 0 || seriesKey(instruments[index]) !== seriesKey(instruments[order[slot - 1]]));
  return { instrumentIndex: Uint32Array.from(order), ...seriesBounds(isSeriesStart), twin, slotOfInstrument };
}

function seriesBounds(isSeriesStart: readonly boolean[]): Pick<OptionSeries, 'first' | 'end'> {
  const count = isSeriesStart.length;
  const first = new Int32Array(count);
  const end = new Int32Array(count);
  for (let slot = 0; slot < count; slot++) first[slot] = isSeriesStart[slot] ? slot : first[slot - 1];
  for (let slot = count - 1; slot >= 0; slot--) {
    end[slot] = slot === count - 1 || isSeriesStart[slot + 1] ? slot + 1 : end[slot + 1];
  }
  return { first, end };
}

function seriesKey(option: Instrument): string {
  return `${option.baseCurrency} ${option.settlementCurrency} ${option.expiryMs} ${option.optionType}`;
}

function termsKey(option: Instrument, optionType: string): string {
  return `${option.baseCurrency} ${option.settlementCurrency} ${option.expiryMs} ${option.strike} ${optionType}`;
}

function compareOptions(first: Instrument, second: Instrument): number {
  return compareTexts(first.baseCurrency, second.baseCurrency)
    || compareTexts(first.settlementCurrency, second.settlementCurrency)
    || first.expiryMs! - second.expiryMs!
    || compareTexts(first.optionType!, second.optionType!)
    || first.strike! - second.strike!;
}

/** By code units: the same order on every machine, unlike `localeCompare`. */
function compareTexts(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
